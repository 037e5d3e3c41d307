"""Slices as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import count, message, percent
from dojang.core.i18n import t

SHOWN = 8
ROWS_LIMIT = 300
META = "meta:"


@dataclass(frozen=True)
class SliceRow:
    """A slice as text; ``sure`` where it does worse by more than chance."""

    name: str
    n: str
    accuracy: str
    interval: str
    expected: str
    p: str
    sure: bool
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Slices:
    """What slices come to in a sentence, those that do worse than expected, and all of them."""

    sentence: str
    worse: tuple[SliceRow, ...]
    shown: tuple[SliceRow, ...]
    every: tuple[SliceRow, ...]


def make_slices(files: RunFiles) -> Slices | None:
    """Lay out the slices of the part that the report's headline is of."""
    tree = files.slices
    if tree is None or not tree.get("slices"):
        return None
    return lay_out(tree)


def lay_out(tree: Mapping[str, Any]) -> Slices:
    """Turn ``slices/<part>.json`` into rows, the surest bad ones first."""
    rows = tuple(_row(entry) for entry in tree["slices"][:ROWS_LIMIT])
    sure = sum(entry["sure"] and entry["gap"] < 0 for entry in tree["slices"])
    every = len(tree["slices"])
    key = "slices.sure" if sure else "slices.none"
    sentence = t(key, n=sure or every, all=every)
    worse = rows[: sum(entry["gap"] < 0 for entry in tree["slices"])]
    return Slices(sentence, worse, worse[: max(SHOWN, min(sure, 2 * SHOWN))], rows)


def slice_name(entry: Mapping[str, Any]) -> str:
    """What a slice is called."""
    column = str(entry["column"])
    named = column.removeprefix(META) if column.startswith(META) else None
    name = named or message(f"slices.of.{column}") or column
    values = {"column": name, "value": entry["value"]}
    if entry["kind"] == "range":
        values |= {"low": _short(entry["low"]), "high": _short(entry["high"])}
    return t(f"slices.{entry['kind']}", **values)


def _row(entry: Mapping[str, Any]) -> SliceRow:
    score = entry["accuracy"]
    return SliceRow(
        slice_name(entry), count(entry["n"]), percent(score["value"]),
        f"{percent(score['low'])} – {percent(score['high'])}", percent(entry["expected"]),
        "< 0.001" if entry["p"] < 0.001 else f"{entry['p']:.3f}",
        bool(entry["sure"]) and entry["gap"] < 0, tuple(entry["examples"]),
    )  # fmt: skip


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
