"""Scores, classes and confusions: an evaluation as tables and bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dojang.analysis.report.words import count, message, metric_name, number, percent
from dojang.core.i18n import t
from dojang.core.types import ClassScore, Evaluation, Score

SHARES = ("accuracy", "balanced_accuracy", "macro_f1")
NUMBERS = ("log_loss", "brier", "kappa", "mcc", "roc_auc", "pr_auc", "map_at_5", "ndcg_at_5")
MATRIX_LIMIT = 25
TOP_CONFUSIONS = {"beside": 8, "instead": 30}
CLASSES_SHOWN = 30
# Rows that a table may have at all: a page with more opens slowly and nobody reads them.
ROWS_LIMIT = 1000


@dataclass(frozen=True)
class Interval:
    """One bar of the picture of intervals; ``left``, ``width``, ``dot`` in percent of the axis."""

    part: str
    value: str
    low: str
    high: str
    left: float
    width: float
    dot: float


@dataclass(frozen=True)
class Metric:
    """A metric with one interval a part; ``drawn`` where it is a share and fits the axis."""

    name: str
    help: str
    drawn: bool
    intervals: tuple[Interval, ...]


@dataclass(frozen=True)
class Line:
    """A score as text with its interval; ``part`` is what was scored, or the class."""

    part: str
    name: str
    help: str
    value: str
    low: str
    high: str


@dataclass(frozen=True)
class Scores:
    """The first metrics, the axis that those which are shares have in common, and all metrics of
    each part."""

    metrics: tuple[Metric, ...]
    ticks: tuple[tuple[float, str], ...]
    method: str
    every: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion matrix; ``shade`` in [0, 1] grows with the share of its row."""

    count: int
    share: str
    shade: float


@dataclass(frozen=True)
class Confused:
    """A pair of classes that are taken for each other; ``width`` of its bar in percent."""

    target: str
    predicted: str
    count: int
    share: str
    width: float


@dataclass(frozen=True)
class Confusion:
    """Names and cells of the matrix (``rows`` is empty above ``MATRIX_LIMIT``), and the pairs."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[Cell, ...]], ...]
    pairs: tuple[Confused, ...]
    wrong: int
    n: int


@dataclass(frozen=True)
class ClassRow:
    """One class as text; bars of its shares in percent."""

    name: str
    shares: tuple[tuple[str, float], ...]
    support: str


@dataclass(frozen=True)
class Classes:
    """Per-class scores, weakest first; ``rest`` is folded away, ``cut`` classes are not listed."""

    shown: tuple[ClassRow, ...]
    rest: tuple[ClassRow, ...]
    cut: int
    intervals: tuple[tuple[str, tuple[Line, ...]], ...]


def make_scores(evaluations: Mapping[str, Evaluation], folds: int) -> Scores:
    """Lay the metrics of all parts, test first, on one axis."""
    parts = [part for part in ("test", "valid") if part in evaluations]
    names = [n for n in (*SHARES, "log_loss") if any(n in evaluations[p].metrics for p in parts)]
    drawn = [
        evaluations[p].metrics[n] for p in parts for n in SHARES if n in evaluations[p].metrics
    ]
    start = _axis_start(drawn)
    metrics = []
    for name in names:
        has = [p for p in parts if name in evaluations[p].metrics]
        intervals = tuple(
            _interval(part_name(p, folds), evaluations[p].metrics[name], name in SHARES, start)
            for p in has
        )
        metrics.append(Metric(metric_name(name), _help(name), name in SHARES, intervals))
    method = next((evaluations[p].interval for p in parts), "")
    every = tuple((part_name(p, folds), _lines(evaluations[p])) for p in parts)
    return Scores(tuple(metrics), _ticks(start), method, every)


def _lines(evaluation: Evaluation) -> tuple[Line, ...]:
    return tuple(
        Line(evaluation.part, metric_name(name), _help(name), *_texts(name, score))
        for name, score in evaluation.metrics.items()
    )


def _help(name: str) -> str:
    return message(f"metric.{name}.help") or ""


def _texts(name: str, score: Score) -> tuple[str, str, str]:
    text = number if name in NUMBERS else percent
    return text(score.value), text(score.low), text(score.high)


def part_name(part: str, folds: int) -> str:
    """What the part is called; with folds, validation means out-of-fold predictions."""
    return t("report.part.oof" if part == "valid" and folds > 1 else f"report.part.{part}")


def _axis_start(scores: Sequence[Score]) -> float:
    """Begin the axis at a round share below all intervals: a zoom that is written on the axis."""
    lows = [s.low for s in scores if math.isfinite(s.low)]
    return max(0.0, math.floor(min(lows) * 10 - 0.5) / 10) if lows else 0.0


def _ticks(start: float) -> tuple[tuple[float, str], ...]:
    step = 0.25 if start == 0 else (1 - start) / (5 if start == 0.5 else 2)
    steps = round((1 - start) / step)
    return tuple((100 * i / steps, percent(start + i * step, 0)) for i in range(steps + 1))


def _interval(part: str, score: Score, share: bool, start: float) -> Interval:
    text = percent if share else number
    place = [_clip(100 * (v - start) / (1 - start)) for v in (score.low, score.high, score.value)]
    low, high, dot = place
    return Interval(
        part, text(score.value), text(score.low), text(score.high), low, max(high - low, 0.4), dot
    )


def _clip(value: float) -> float:
    return min(100.0, max(0.0, value)) if math.isfinite(value) else 0.0


def make_classes(evaluation: Evaluation) -> Classes:
    """Sort classes by F1, the weakest first: that is where work pays."""
    ordered = sorted(evaluation.per_class, key=lambda c: (c.f1 if c.f1 == c.f1 else -1.0, c.name))
    rows = tuple(_class_row(entry) for entry in ordered[:ROWS_LIMIT])
    # Nobody wants to unfold three rows.
    shown = CLASSES_SHOWN if len(rows) > CLASSES_SHOWN + 5 else len(rows)
    intervals = tuple((entry.name, _class_lines(entry)) for entry in ordered[:ROWS_LIMIT])
    return Classes(rows[:shown], rows[shown:], len(ordered) - len(rows), intervals)


def _class_lines(entry: ClassScore) -> tuple[Line, ...]:
    return tuple(
        Line(entry.name, message(f"report.{name}") or metric_name(name), "", *_texts(name, score))
        for name, score in entry.scores.items()
    )


def _class_row(entry: ClassScore) -> ClassRow:
    shares = (entry.precision, entry.recall, entry.f1)
    bars = tuple((percent(s), _clip(100 * s) if s is not None else 0.0) for s in shares)
    return ClassRow(entry.name, bars, count(entry.support))


def make_confusion(evaluation: Evaluation) -> Confusion:
    """Turn counts into shaded cells and into the pairs that are confused most."""
    names = tuple(entry.name for entry in evaluation.per_class)
    matrix = evaluation.confusion
    small = len(names) <= MATRIX_LIMIT
    rows = [(n, sum(r), _cells(r)) for n, r in zip(names, matrix, strict=True)] if small else []
    pairs = _pairs(names, matrix)
    limit = TOP_CONFUSIONS["beside" if small else "instead"]
    return Confusion(
        names=names,
        rows=tuple(rows),
        pairs=tuple(pairs[:limit]),
        wrong=sum(pair.count for pair in pairs),
        n=evaluation.n,
    )


def _cells(row: Sequence[int]) -> tuple[Cell, ...]:
    total = sum(row)
    shares = [n / total if total else 0.0 for n in row]
    # The root lifts the small shares: a confusion of 4 % must be visible beside 90 %.
    return tuple(
        Cell(n, percent(s, 0), round(math.sqrt(s), 3)) for n, s in zip(row, shares, strict=True)
    )


def _pairs(names: Sequence[str], matrix: Sequence[Sequence[int]]) -> list[Confused]:
    found = []
    for i, row in enumerate(matrix):
        total = sum(row)
        for j, n in enumerate(row):
            if i != j and n:
                found.append((n, n / total, names[i], names[j]))
    found.sort(key=lambda f: (-f[0], -f[1], f[2], f[3]))
    return [Confused(a, b, n, percent(s), 100 * s) for n, s, a, b in found]
