"""The page of a comparison: differences to the first model, drawn with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dojang.analysis.compare import LOWER, Comparison, Gain
from dojang.analysis.report.render import fill
from dojang.analysis.report.words import count, metric_name, number, percent
from dojang.core.i18n import language
from dojang.core.store import write_text


@dataclass(frozen=True)
class Row:
    """A model against the first one, and the verdict in words."""

    name: str
    comparison: Comparison
    sentence: str


@dataclass(frozen=True)
class Bar:
    """A difference on an axis around 0; places in percent of its width.

    Attributes:
        verdict: better, worse, same or unclear.
    """

    name: str
    values: tuple[str, str]
    text: str
    verdict: str
    left: float
    width: float
    dot: float


@dataclass(frozen=True)
class Section:
    """One metric: every model against the first one on a common axis."""

    title: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]


def write_page(out: Path, first: str, part: str, level: float, rows: Sequence[Row]) -> Path:
    """Write the comparison as one HTML file; raises StorageError where it cannot be written."""
    names = [gain.metric for gain in rows[0].comparison.gains]
    sections = [_section(name, rows) for name in names]
    page = {
        "first": first, "part": part, "level": percent(level, 1 if level != 0.95 else 0),
        "n": count(rows[0].comparison.n), "rows": rows, "sections": sections,
    }  # fmt: skip
    write_text(out, fill("compare.html", page=page, language=language()))
    return out


def _section(metric: str, rows: Sequence[Row]) -> Section:
    gains = [(r.name, next(g for g in r.comparison.gains if g.metric == metric)) for r in rows]
    reach = max(max(abs(g.difference.low), abs(g.difference.high)) for _, g in gains) or 0.01
    share = metric not in LOWER
    bars = tuple(_bar(name, gain, 1.05 * reach, share) for name, gain in gains)
    step = _round_step(reach)
    ticks = tuple(
        (50 + 50 * i * step / (1.05 * reach), _signed(i * step, share))
        for i in range(-4, 5)
        if abs(i) * step <= reach
    )
    return Section(metric_name(metric), bars, ticks)


def _bar(name: str, gain: Gain, reach: float, share: bool) -> Bar:
    d = gain.difference
    left, right, dot = (50 + 50 * v / reach for v in (d.low, d.high, d.value))
    text = percent if share else number
    interval = f"{_signed(d.low, share)} – {_signed(d.high, share)}"
    return Bar(
        name, (text(gain.before), text(gain.after)), f"{_signed(d.value, share)} ({interval})",
        gain.verdict, left, max(0.6, right - left), dot,
    )  # fmt: skip


def _round_step(reach: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten of which at most three fit into ``reach``."""
    power = 10.0 ** math.floor(math.log10(reach))
    return next(m * power for m in (0.5, 1.0, 2.0, 5.0) if reach / (m * power) < 4)


def _signed(value: float, share: bool) -> str:
    text = f"{100 * value:+.1f}" if share else f"{value:+.3f}"
    return text.replace("-", "−") if float(text) else text.lstrip("+-")
