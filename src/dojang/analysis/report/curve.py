"""The learning curve: what to draw of the history, and what it says in one sentence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dojang.analysis.feed import feed_verdict
from dojang.analysis.report.charts import Line, Panel, draw
from dojang.analysis.report.words import number, percent
from dojang.core.i18n import t
from dojang.core.types import EpochRecord

# A curve counts as turned, or as still falling, where it moved by more than this share.
_NOTICEABLE = 0.03
# Losses that span more than this are drawn on a logarithmic axis: the end would be a flat line.
_WIDE = 50.0

Pick = Callable[[EpochRecord], float]


@dataclass(frozen=True)
class Curve:
    """The drawn curves and what is said of them.

    Attributes:
        loss: the loss drawn twice, for a wide and for a narrow window.
        verdict: what the curve shows, or None for several folds.
        folds: number of models.
        best: one entry a fold: (fold, epoch, validation loss, validation accuracy), as text.
        feed: whether the feed or the model was the limit, or None where nobody measured.
    """

    loss: tuple[str, str]
    accuracy: str
    rate: str
    verdict: str | None
    folds: int
    best: tuple[tuple[int, int, str, str], ...]
    log: bool
    feed: str | None = None


def make_curve(history: Sequence[EpochRecord]) -> Curve | None:
    """Draw the history, or return None where no epoch was finished."""
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
    wide, narrow = (draw(Panel(n, size, losses, marks["loss"], log=log)) for n, size in sizes)
    rates = Line([_shown(r) for r in first], [r.lr for r in first], accent=True)
    return Curve(
        loss=(wide, narrow),
        accuracy=draw(
            Panel("accuracy", (310, 184), accuracies, marks["accuracy"], share=True),
        ),
        rate=draw(Panel("rate", (310, 160), (rates,))),
        verdict=_verdict(first, best[first[0].fold]) if len(folds) == 1 else None,
        folds=len(folds),
        best=tuple(_best_row(best[fold]) for fold in sorted(best)),
        log=log,
        feed=str(feed) if feed else None,
    )


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


def _verdict(rows: Sequence[EpochRecord], best: EpochRecord) -> str:
    """Say what the end of the curve shows: diverged, overfitting, still falling, or level."""
    last = rows[-1]
    if not math.isfinite(last.train_loss) or not math.isfinite(last.valid_loss):
        return t("report.curve.diverged", epoch=_shown(last))
    # The best epoch may be the one of the highest accuracy; the loss turns where it is lowest.
    turn = min((row for row in rows if math.isfinite(row.valid_loss)), key=_valid_loss)
    values = {"best": _shown(best), "turn": _shown(turn), "last": _shown(last)}
    rise = last.valid_loss / turn.valid_loss - 1 if turn.valid_loss > 0 else 0.0
    if rise > _NOTICEABLE and last.train_loss < turn.train_loss:
        return t("report.curve.overfit", **values, rise=percent(rise, 0))
    earlier = rows[max(0, len(rows) - 1 - max(1, len(rows) // 10))]
    fell = 1 - last.valid_loss / earlier.valid_loss if earlier.valid_loss > 0 else 0.0
    if len(rows) > 1 and fell > _NOTICEABLE:
        return t("report.curve.falling", **values)
    return t("report.curve.level", **values, loss=number(best.valid_loss))
