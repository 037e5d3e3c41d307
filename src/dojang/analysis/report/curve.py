"""The learning curve: what to draw of the history, and what it says in one sentence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dojang.analysis.curve import CHECKS
from dojang.analysis.curve.advice import Advice, command
from dojang.analysis.feed import feed_verdict
from dojang.analysis.report.charts import Line, Panel, draw
from dojang.analysis.report.words import number, percent
from dojang.core.check import say
from dojang.core.i18n import t
from dojang.core.types import EpochRecord, Finding

# Losses that span more than this are drawn on a logarithmic axis: the end would be a flat line.
_WIDE = 50.0

Pick = Callable[[EpochRecord], float]


@dataclass(frozen=True)
class Curve:
    """The drawn curves and what is said of them.

    Attributes:
        loss: the loss drawn twice, for a wide and for a narrow window.
        verdicts: what the curve shows, what matters most first; empty where nothing can be told.
        span: whether the epochs that the first verdict is about are tinted in the charts.
        folds: number of models.
        best: one entry a fold: (fold, epoch, validation loss, validation accuracy), as text.
        feed: whether the feed or the model was the limit, or None where nobody measured.
    """

    loss: tuple[str, str]
    accuracy: str
    rate: str
    verdicts: tuple[Verdict, ...]
    span: bool
    folds: int
    best: tuple[tuple[int, int, str, str], ...]
    log: bool
    feed: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A finding in words.

    Attributes:
        name: its fixed name, such as ``overfitting``.
        worst: whether it is an error or a warning; else a note.
        command: what to paste to train again with the changes, or None where there are none.
        folds: in how many of the models it was found, or None where there is one model.
    """

    name: str
    title: str
    found: str
    meaning: str
    advice: str
    worst: bool
    command: str | None
    folds: str | None


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
    sizes = (("loss-wide", (520, 424)), ("loss-narrow", (310, 240)))
    span = _span(advice)
    about = advice.verdict.evidence.get("curve") if advice else None
    of_loss, of_accuracy = (span if about == name else None for name in ("loss", "accuracy"))
    wide, narrow = (
        draw(Panel(n, size, losses, marks["loss"], log=log, span=of_loss)) for n, size in sizes
    )
    rates = Line([_shown(r) for r in first], [r.lr for r in first], accent=True)
    return Curve(
        loss=(wide, narrow),
        accuracy=draw(
            Panel(
                "accuracy", (310, 184), accuracies, marks["accuracy"], share=True, span=of_accuracy
            ),
        ),
        rate=draw(Panel("rate", (310, 160), (rates,))),
        verdicts=tuple(_verdict(f, advice, run) for f in advice.findings) if advice else (),
        span=of_loss is not None or of_accuracy is not None,
        folds=len(folds),
        best=tuple(_best_row(best[fold]) for fold in sorted(best)),
        log=log,
        feed=str(feed) if feed else None,
    )


def _span(advice: Advice | None) -> tuple[float, float] | None:
    """The epochs that the first verdict is about; one alone is marked by its point already."""
    epochs = advice.verdict.evidence.get("epochs") if advice else None
    return (epochs[0], epochs[1]) if epochs and epochs[1] > epochs[0] else None


def _verdict(finding: Finding, advice: Advice, run: Path) -> Verdict:
    check, count = CHECKS[finding.name], advice.in_folds[finding.name]
    several = t("curve.in_folds", count=count, folds=advice.folds) if advice.folds > 1 else None
    return Verdict(
        finding.name, check.title, say(finding), check.meaning, check.advice,
        finding.severity != "note", command(finding, run), several,
    )  # fmt: skip


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
    for accent, pick in ((False, train), (True, valid)):
        for rows in folds.values():
            x, y = [_shown(r) for r in rows], [pick(r) for r in rows]
            lines.append(Line(x, y, accent, faint=len(folds) > 1))
        if len(folds) > 1:
            lines.append(_mean_line(folds, pick, accent))
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
