"""Text that others chose, such as names of classes, inside Markdown: escaped by default.

Whatever a template prints is escaped unless it is :class:`Ready`. Markdown is read by renderers
with extensions of their own, so links that nobody wrote, HTML, tables, mathematics, mentions and
emoji are all taken for what they are: text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from dojang.core.i18n import t

LONGEST = 120
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$#@^]|:(?=//|[\w+-]+:))")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_OTHER_LINKS = re.compile(r"\bwww\.", re.IGNORECASE)


class Ready(str):
    """Markdown that is meant as such."""

    __slots__ = ()


def plain(text: object, longest: int = LONGEST) -> str:
    """Return one line of printable text: no control characters, no change of direction, no bytes
    that are no text."""
    kept = str(text).encode("utf-8", "replace").decode("utf-8")
    line = " ".join("".join(" " if c.isspace() else c for c in kept).split())
    line = "".join(c for c in line if unicodedata.category(c)[0] != "C")
    return line if len(line) <= longest else line[: longest - 1] + "…"


def escaped(text: object) -> str:
    """Return ``text`` so that Markdown shows it as it is; :class:`Ready` stays."""
    if isinstance(text, Ready):
        return text
    line = "".join(_ENTITIES.get(c, c) for c in plain(text, 10 * LONGEST))
    line = _SPECIAL.sub(r"\\\1", line)
    return _OTHER_LINKS.sub(lambda m: m[0][:-1] + "&#46;", line)


def say(key: str, /, **values: object) -> Ready:
    """Return a message of the catalogue, which may be Markdown, with its values escaped."""
    return Ready(t(key, **{name: escaped(value) for name, value in values.items()}))


def code(text: object) -> Ready:
    """Return ``text`` as code within a line."""
    line = plain(text, 10 * LONGEST)
    tick = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return Ready(f"{tick}{room}{line}{room}{tick}".replace("|", "\\|"))


def fenced(lines: Iterable[str], language: str = "sh") -> Ready:
    """Return lines as a block of code, whose fence is longer than any in them."""
    body = [line.encode("utf-8", "replace").decode("utf-8") for line in lines]
    longest = max((len(run) for line in body for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return Ready("\n".join([fence + language, *body, fence]))


def table(heads: Iterable[object], rows: Iterable[Iterable[object]], texts: int = 1) -> Ready:
    """Return a table, of which all but the first ``texts`` columns are numbers."""
    names = [escaped(head) for head in heads]
    rules = ["---"] * texts + ["---:"] * (len(names) - texts)
    lines = [names, rules, *([escaped(cell) for cell in row] for row in rows)]
    return Ready("\n".join("| " + " | ".join(line) + " |" for line in lines))


def settings(rows: Mapping[str, object]) -> Ready:
    """Return names and values as a table of code."""
    cells = ([code(name), code(value)] for name, value in rows.items())
    heads = [t("report.recipe.setting"), t("report.recipe.value")]
    return table(heads, cells, texts=2)
