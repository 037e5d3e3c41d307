"""What a browser asks for, read from the address: a page number, a filter, a run id.

Everything that is asked for is an id that the index knows, a number, a word of a list, or a text to
look for; no path ever comes from a browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dojang.app.web.answers import SHOWS, SORTS, Wish

PARTS = ("valid", "test")
LONGEST = 200
MOST_PAGES = 1_000_000


class Bad(Exception):
    """A request that cannot be answered: its status and the message that says why."""

    def __init__(self, status: int, key: str, **values: object) -> None:
        super().__init__(key)
        self.status, self.key, self.values = status, key, values


def number(query: Mapping[str, str], name: str, low: int, high: int, default: int) -> int:
    """Read a whole number within bounds."""
    found = optional(query, name, low, high)
    return default if found is None else found


def optional(query: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    """Read a whole number within bounds, None where there is none."""
    text = query.get(name, "")
    if text == "":
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and low <= int(text) <= high):
        raise Bad(400, "studio.bad.number", name=name, low=low, high=high)
    return int(text)


def word(query: Mapping[str, str], name: str, known: Sequence[str], default: str) -> str:
    """Read a word of a list."""
    text = query.get(name, "") or default
    if text not in known:
        raise Bad(400, "studio.bad.word", name=name, known=", ".join(w for w in known if w))
    return text


def text(query: Mapping[str, str], name: str) -> str:
    """Read a text to look for."""
    found = query.get(name, "").strip()
    if len(found) > LONGEST:
        raise Bad(400, "studio.bad.text", name=name, most=LONGEST)
    return found


def wish_of(query: Mapping[str, str], classes: int, slices: int) -> Wish:
    """Read which images are wished for."""
    low, high = number(query, "low", 0, 100, 0), number(query, "high", 0, 100, 100)
    if low > high:
        raise Bad(400, "studio.bad.range")
    return Wish(
        part=word(query, "part", PARTS, "valid"),
        show=word(query, "show", SHOWS, "all"),
        true=optional(query, "true", 0, classes - 1),
        answer=optional(query, "answer", 0, classes - 1),
        slice=optional(query, "slice", 0, max(0, slices - 1)),
        low=low,
        high=high,
        text=text(query, "text"),
        sort=word(query, "sort", SORTS, "sure"),
        page=number(query, "page", 1, MOST_PAGES, 1),
    )


def address_of(wish: Wish, **changes: Any) -> str:
    """Return the query that says a wish; what is as usual is left out."""
    changed, usual = replace(wish, **changes), Wish()
    names = ("part", "show", "true", "answer", "slice", "low", "high", "text", "sort", "page")
    pairs = [(n, getattr(changed, n)) for n in names if getattr(changed, n) != getattr(usual, n)]
    return urlencode(pairs)
