"""The glossary on the command line, in both languages."""

from __future__ import annotations

import unicodedata

import pytest

from dojang.core.glossary import term, terms
from dojang.core.i18n import LANGUAGES, use_language
from shapes import Dojang


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_term_is_explained_by_its_name_in_either_language(lang: str, dojang: Dojang) -> None:
    with use_language(lang):
        first, second = dojang("words", "overfitting"), dojang("words", "과적합")
        assert first.code == 0 and first.out == second.out
        flat = " ".join(first.out.split())
        entry = term("overfitting")
        assert entry.text in flat and entry.where in flat
        assert term(entry.see[0]).name in flat


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_wider_than_a_terminal_of_80_columns(lang: str, dojang: Dojang) -> None:
    with use_language(lang):
        listed = dojang("words")
        whole = dojang("words", *(entry.key for entry in terms()))
        for line in [*listed.out.splitlines(), *whole.out.splitlines()]:
            assert columns(line) <= 80, line
            assert line == line.rstrip()
        flat = " ".join(listed.out.split())
        assert all(entry.name in flat for entry in terms())


def test_json_has_everything(dojang: Dojang) -> None:
    with use_language("ko"):
        tree = dojang("words", "F1", "혼동행렬", "--json").json
        assert [row["key"] for row in tree] == ["f1", "confusion-matrix"]
        assert tree[1]["name"] == "혼동 행렬" and tree[0]["formula"] == "2 P R / (P + R)"
        assert len(dojang("words", "--json").json) == len(terms())


def test_an_unknown_term_is_answered_with_the_nearest(dojang: Dojang) -> None:
    with use_language("en"):
        answer = dojang("words", "overfitting", "overfiting")
        assert answer.code == 2 and not answer.out
        assert "Did you mean overfitting" in answer.err and "dojang words" in answer.err
    with use_language("ko"):
        assert "혹시 과적합" in dojang("words", "과적함").err
