"""The learning curve: what to draw of the history, and what it says in one sentence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dojang.analysis.curve.advice import Advice
from dojang.analysis.feed import feed_verdict
from dojang.analysis.report.charts import Line, Panel, draw
from dojang.analysis.report.verdicts import Evidence, Verdict, evidence_of, make_verdicts
from dojang.analysis.report.words import metric_name, number, percent
from dojang.core.i18n import t
from dojang.core.types import EpochRecord

# Losses that span more than this are drawn on a logarithmic axis: the end would be a flat line.
_WIDE = 50.0
MOST_ROWS = 60  # that somebody reads
MOST_BARS = 60  # intervals that can be told apart in a chart

Pick = Callable[[EpochRecord], float]


@dataclass(frozen=True)
class Curve:
    """The drawn curves and what is said of them.

    Attributes:
        loss: the loss drawn twice, for a wide and for a narrow window.
        verdicts: what the curve shows, what matters most first; empty where nothing can be told.
        evidence: what of the charts the first verdict is about.
        gradient: length of the gradient, where the first verdict is about it.
        folds: number of models.
        best: one entry a fold: (fold, epoch, validation loss, validation accuracy), as text.
        rows: the history as a table: (fold, epoch, losses, accuracies and rate as text); of a long
            one some epochs, the last always.
        feed: whether the feed or the model was the limit, or None where nobody measured.
    """

    loss: tuple[str, str]
    accuracy: str
    rate: str
    verdicts: tuple[Verdict, ...]
    evidence: Evidence
    folds: int
    best: tuple[tuple[int, int, str, str], ...]
    rows: tuple[tuple[int, int, tuple[str, ...]], ...]
    log: bool
    feed: str | None = None
    gradient: str | None = None


def make_curve(
    history: Sequence[EpochRecord], advice: Advice | None = None, run: Path = Path("run")
) -> Curve | None:
    """Draw the history with what is said of it, or return None where no epoch was finished.

    Args:
        history: of all folds.
        advice: the verdicts, or None where they could not be told.
        run: folder of the run, as it is to stand in commands.
    """
    if not history:
        return None
    folds = _by_fold(history)
    feed = feed_verdict(history)
    best = {fold: _best(rows) for fold, rows in folds.items()}
    marks = {"loss": _marks(best, _valid_loss), "accuracy": _marks(best, _valid_accuracy)}
    losses = _pair(folds, lambda r: r.train_loss, _valid_loss)
    accuracies = _pair(folds, lambda r: r.train_accuracy, _valid_accuracy)
    log = _is_wide(losses)
    first = next(iter(folds.values()))
    shown = evidence_of(advice)
    sizes = (("loss-wide", (520, 424)), ("loss-narrow", (310, 240)))
    wide, narrow = (
        _drawn(_panel(n, t("report.curve.loss"), size, losses, marks=marks["loss"], log=log),
               shown.on("loss"))
        for n, size in sizes
    )  # fmt: skip
    accuracy = _panel(
        "accuracy", metric_name("accuracy"), (310, 184), accuracies, marks=marks["accuracy"],
        share=True,
    )  # fmt: skip
    title = t("report.curve.rate")
    rates = Line([_shown(r) for r in first], [r.lr for r in first], accent=True, name=title)
    return Curve(
        loss=(wide, narrow),
        accuracy=_drawn(accuracy, shown.on("accuracy")),
        rate=draw(_panel("rate", title, (310, 160), (rates,))),
        gradient=_gradients(first, shown) if shown.chart == "gradient" else None,
        verdicts=make_verdicts(advice, run),
        evidence=shown,
        folds=len(folds),
        best=tuple(_best_row(best[fold]) for fold in sorted(best)),
        rows=tuple(_row(row) for rows in folds.values() for row in _some(rows, len(folds))),
        log=log,
        feed=str(feed) if feed else None,
    )


def _panel(
    name: str, title: str, size: tuple[int, int], lines: tuple[Line, ...], **other: Any
) -> Panel:
    """A chart by epoch."""
    return Panel(name, size, lines, title=title, at=_epoch, **other)


def _epoch(number: float) -> str:
    return t("report.chart.epoch", n=round(number))


def _drawn(panel: Panel, shown: Evidence) -> str:
    """Draw a chart of training and validation with what the first verdict is about; intervals are
    those of shares."""
    bars: list[tuple[float, float, float]] = []
    if shown.width is not None:
        every = [line for line in panel.lines if line.accent]
        bars = [(x, max(0.0, y - shown.width), min(1.0, y + shown.width))
                for line in every for x, y in zip(line.x, line.y, strict=True)]  # fmt: skip
    return draw(replace(panel, span=shown.span, level=shown.level, bars=tuple(bars[:MOST_BARS])))


def _gradients(rows: Sequence[EpochRecord], shown: Evidence) -> str:
    """Length of the gradient: mean of each epoch and its largest."""
    epochs = [_shown(row) for row in rows]
    lines = (
        Line(epochs, [row.gradient_peak for row in rows], False, name=t("report.chart.largest")),
        Line(epochs, [row.gradient_norm for row in rows], True, name=t("report.chart.mean")),
    )
    title = t("report.curve.gradient")
    return draw(_panel("gradient", title, (310, 160), lines, log=True, span=shown.span))


def _by_fold(history: Sequence[EpochRecord]) -> dict[int, list[EpochRecord]]:
    folds: dict[int, list[EpochRecord]] = defaultdict(list)
    for row in sorted(history, key=lambda r: (r.fold, r.epoch)):
        folds[row.fold].append(row)
    return folds


def _best(rows: Sequence[EpochRecord]) -> EpochRecord:
    """The last epoch that was the best so far is the best of all."""
    return next((row for row in reversed(rows) if row.best), rows[-1])


def _best_row(row: EpochRecord) -> tuple[int, int, str, str]:
    return (row.fold, _shown(row), number(row.valid_loss), percent(row.valid_accuracy))


def _row(row: EpochRecord) -> tuple[int, int, tuple[str, ...]]:
    losses = number(row.train_loss), number(row.valid_loss)
    accuracies = percent(row.train_accuracy), percent(row.valid_accuracy)
    return row.fold, _shown(row), (*losses, *accuracies, f"{row.lr:.3g}")


def _some(rows: Sequence[EpochRecord], folds: int) -> list[EpochRecord]:
    """As many epochs of a fold as a table may have, evenly spaced, the last always."""
    step = max(1, math.ceil(len(rows) * folds / MOST_ROWS))
    return [row for i, row in enumerate(rows) if i % step == 0 or i == len(rows) - 1]


def _shown(row: EpochRecord) -> int:
    """People count epochs from 1, as the recipe and the command line do."""
    return row.epoch + 1


def _valid_loss(row: EpochRecord) -> float:
    return row.valid_loss


def _valid_accuracy(row: EpochRecord) -> float:
    return row.valid_accuracy


def _marks(best: dict[int, EpochRecord], pick: Pick) -> tuple[tuple[float, float], ...]:
    return tuple((_shown(row), pick(row)) for row in best.values())


def _pair(folds: dict[int, list[EpochRecord]], train: Pick, valid: Pick) -> tuple[Line, ...]:
    """Training and validation: one line each, or with folds thin lines and their mean."""
    lines: list[Line] = []
    for part, pick in (("train", train), ("valid", valid)):
        accent, name, several = part == "valid", t(f"report.part.{part}"), len(folds) > 1
        for rows in folds.values():
            x, y = [_shown(r) for r in rows], [pick(r) for r in rows]
            lines.append(Line(x, y, accent, faint=several, name="" if several else name))
        if several:
            lines.append(replace(_mean_line(folds, pick, accent), name=name))
    return tuple(lines)


def _mean_line(folds: dict[int, list[EpochRecord]], pick: Pick, accent: bool) -> Line:
    """The mean over folds, as far as all of them go: beyond, it would jump as folds stop."""
    values: dict[int, list[float]] = defaultdict(list)
    for rows in folds.values():
        for row in rows:
            values[_shown(row)].append(pick(row))
    shared = [epoch for epoch in sorted(values) if len(values[epoch]) == len(folds)]
    return Line(shared, [sum(values[e]) / len(folds) for e in shared], accent)


def _is_wide(lines: Sequence[Line]) -> bool:
    values = [v for line in lines for v in line.y if math.isfinite(v) and v > 0]
    return bool(values) and max(values) / min(values) > _WIDE
