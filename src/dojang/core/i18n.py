"""Messages in English and Korean.

Every text that a user sees is a key of the catalogue in :mod:`dojang.core.messages`; ``t(key, …)``
returns it in the current language. Values are put in with ``{name}``. Korean particles depend on
the sound before them, so a Korean text writes ``{name:을/를}`` and the right one is chosen.
"""

from __future__ import annotations

import locale
import os
import re
import string
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")

_current: ContextVar[Language | None] = ContextVar("dojang_language", default=None)

# After a final consonant the first form, else the second; 로 also follows the consonant ㄹ.
_PARTICLES = {"은/는", "이/가", "을/를", "과/와", "으로/로", "이라/라", "이에요/예요"}
_DIGITS_WITH_FINAL = frozenset("013678")
_LETTERS_WITH_FINAL = frozenset("lmnrLMNR")
_RIEUL = 8
# A word at the end that is read as one: capitals alone, such as XML, are read letter by letter.
_LATIN = re.compile(r"[A-Za-z]*[a-z][A-Za-z]*(?=[^A-Za-z0-9가-힣]*$)")


def language() -> Language:
    """Return the language of the moment: the one set by :func:`use_language`, else the user's."""
    return _current.get() or _from_environment()


@contextmanager
def use_language(name: str | None) -> Iterator[Language]:
    """Speak ``name`` ("en" or "ko"; None: as before) inside the block."""
    chosen = _normalise(name) if name else language()
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)


def t(key: str, /, **values: object) -> str:
    """Return the message ``key`` in the current language, with ``values`` put in."""
    return translate(key, language(), values)


def translate(key: str, lang: Language, values: Mapping[str, object] | None = None) -> str:
    """Return the message ``key`` in ``lang``; a missing key is a mistake of ours and raises."""
    from dojang.core.messages import CATALOGUE

    text = CATALOGUE[key][LANGUAGES.index(lang)]
    return _FORMATTER.vformat(text, (), dict(values or {}))


def _normalise(name: str) -> Language:
    return "ko" if name.lower().startswith("ko") else "en"


def _from_environment() -> Language:
    named = os.environ.get("DOJANG_LANG")
    if named:
        return _normalise(named)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return _normalise(os.environ[variable])
    return _normalise(locale.getlocale()[0] or "en")


class _Formatter(string.Formatter):
    """``str.format`` with Korean particles as a format specification."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in _PARTICLES:
            text = str(value)
            return text + particle(text, format_spec)
        return str(super().format_field(value, format_spec))


def particle(word: str, pair: str) -> str:
    """Choose the particle that follows ``word``: ``particle("사진", "을/를")`` is ``"을"``."""
    with_final, without = pair.split("/")
    composed = unicodedata.normalize("NFC", word)  # decomposed Hangul hides its last syllable
    last = next((c for c in reversed(composed) if c.isalnum()), "")
    spoken = _LATIN.search(composed)
    final, rieul = _final_of_word(spoken[0]) if spoken else _final_sound(last)
    if with_final == "으로" and rieul:
        return without
    return with_final if final else without


def _final_sound(character: str) -> tuple[bool, bool]:
    """Does the syllable end in a consonant, and is that consonant ㄹ?"""
    if "가" <= character <= "힣":
        index = (ord(character) - ord("가")) % 28
        return index != 0, index == _RIEUL
    if character.isdigit():
        return character in _DIGITS_WITH_FINAL, character in "178"
    return character in _LETTERS_WITH_FINAL, character in "lLrR"


def _final_of_word(word: str) -> tuple[bool, bool]:
    """The same of an English word as Koreans write it: hat is 햇, skirt 스커트, apple 애플.

    A rule of thumb: l, m, n and ng close a syllable, with a silent e too; p, t, k, c and b do after
    one short vowel; all else gets a vowel of its own.
    """
    plain = word.lower()
    if re.search(r"([^aeiou]le|[aeiou](l|le|ll))$", plain):
        return True, True
    closed = r"([mn]|ng|[aeiou][mn]e|(^|[^aeiou])[aeiouy](p|t|k|c|ck|b|tt|pp)|ook)$"
    return re.search(closed, plain) is not None, False


_FORMATTER = _Formatter()


def padded(text: str, width: int) -> str:
    """Return ``text`` with blanks up to ``width`` columns of a terminal, where Hangul takes two."""
    columns = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(0, width - columns)
