"""The glossary on standard output, within 80 columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.core.glossary import Term, term
from dojang.core.i18n import t

WIDTH = 80
EXAMPLE = "overfitting"


def listed(found: Sequence[Term], as_json: bool) -> None:
    """Show the names of all terms, by topic."""
    if as_json:
        print_json([entry.to_dict() for entry in found])
        return
    say(t("words.head", n=len(found), example=term(EXAMPLE).key))
    for topic, group in groupby(found, key=lambda entry: entry.topic_name):
        say(f"\n{topic}")
        for line in _wrapped([entry.name for entry in group], ", ", "  "):
            say(line)


def explained(found: Sequence[Term], as_json: bool) -> None:
    """Show what terms mean, where they act, and what to read next."""
    if as_json:
        print_json([entry.to_dict() for entry in found])
        return
    for i, entry in enumerate(found):
        if i:
            say("")
        say("\n".join(_of(entry)))


def _of(entry: Term) -> Iterator[str]:
    other = next((name for name in entry.names if name != entry.name), "")
    yield f"{entry.name} ({other})" if other else entry.name
    yield ""
    yield from _paragraph(entry.text)
    if entry.formula:
        yield ""
        yield from _paragraph(t("words.formula", text=entry.formula))
    yield ""
    yield from _paragraph(t("words.where", text=entry.where))
    if entry.see:
        yield ""
        yield from _paragraph(t("words.see", names=", ".join(term(key).name for key in entry.see)))


def _paragraph(text: str) -> Iterator[str]:
    return _wrapped(text.split(" "), " ", "  ")


def _wrapped(words: Sequence[str], between: str, indent: str) -> Iterator[str]:
    """Yield lines no wider than the terminal is taken to be, never broken inside a word."""
    line = ""
    for i, word in enumerate(words):
        piece = word + (between.rstrip() if i < len(words) - 1 else "")
        if line and _columns(f"{indent}{line} {piece}") > WIDTH:
            yield indent + line
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    if line:
        yield indent + line


def _columns(text: str) -> int:
    """Columns of a terminal; Hangul takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
