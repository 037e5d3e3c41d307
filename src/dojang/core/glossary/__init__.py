"""The glossary: terms of deep learning, each in a few sentences of our own and with its place here.

Keys are fixed: reports, pages and documents link to them. Nothing heavy is imported.
"""

from __future__ import annotations

import re

from dojang.core.errors import DojangError, nearest
from dojang.core.glossary import (
    blocks,
    certainty,
    data,
    diagnosis,
    explaining,
    learning,
    network,
    scores,
    split,
    training,
    use,
)
from dojang.core.glossary.term import Term
from dojang.core.i18n import t

__all__ = ["Term", "find", "term", "terms"]

_CHAPTERS = (
    data,
    split,
    network,
    blocks,
    learning,
    training,
    diagnosis,
    scores,
    certainty,
    explaining,
    use,
)
_TERMS: dict[str, Term] = {entry.key: entry for chapter in _CHAPTERS for entry in chapter.TERMS}


def term(key: str) -> Term:
    """Return the term of a key.

    Raises:
        KeyError: there is no such key.
    """
    return _TERMS[key]


def terms() -> tuple[Term, ...]:
    """Return all terms in reading order: from data over learning to use, chapter by chapter."""
    return tuple(_TERMS.values())


def find(text: str) -> Term:
    """Return the term of which ``text`` is the key, a name or an alias, in either language.

    Case, blanks, hyphens and underscores do not count.

    Raises:
        DojangError: there is none; the nearest names are given.
    """
    owners = {_plain(word): (word, entry) for entry in _TERMS.values() for word in _words(entry)}
    if found := owners.get(_plain(text)):
        return found[1]
    near = [owners[plain][0] for plain in nearest(_plain(text), owners)]
    hint = " " + t("error.did_you_mean", names=", ".join(near)) if near else ""
    raise DojangError("words.unknown", name=text, hint=hint)


def _words(entry: Term) -> tuple[str, ...]:
    return (entry.key, *entry.names, *entry.aliases)


def _plain(text: str) -> str:
    return re.sub(r"[\s_–-]+", "", text).casefold()
