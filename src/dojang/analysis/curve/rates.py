"""Checks of the pace: a rate that is too high or too low, a plateau, a training cut short."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dojang.analysis.curve.subject import Array, Training
from dojang.analysis.curve.words import loss, pairs, percent, steps_taken
from dojang.core.check import Check
from dojang.core.types import Finding

ABOVE = 4.0  # times the chance loss, in evaluation mode: worse than knowing nothing
OFTEN = 0.15  # of the epochs, and two at least, must be that bad: batch norm may lag in one
FAST, SLOW = 8.0, 0.1  # times the usual rate
ABOVE_FAST = 1.2  # times the chance loss, where the rate is fast besides
LEARNT = 0.6  # skill from which on an unusual rate did no harm
FALLING = 0.03  # share of the loss that an epoch still takes away at the end
WORTH = 0.03  # and of the chance loss: less is what the last, small steps of a schedule give
HIGH = 0.3  # of the highest rate: not lowered yet
LEVEL = 0.015  # share of its loss that an epoch may take away on a plateau
COMPLETE = 0.98  # training accuracy that leaves nothing to gain


def _too_high(training: Training) -> Iterator[Finding]:
    """Far above chance in several epochs; at an unusually high rate, above chance in several or
    little learnt to the end."""
    times = _times_usual(training)
    if times < 1:
        return
    limit = ABOVE_FAST if times >= FAST else ABOVE
    above = training.train_loss > limit * training.chance_loss
    least = max(2, round(OFTEN * len(above)))
    lower = _rate(training, 1 / 10 if times < 30 else 1 / times)
    evidence = {"chance": loss(training.chance_loss), "set": lower, "times": round(times)}
    if above.sum() >= least or above[-1]:
        worst = int(np.argmax(training.train_loss))
        bad = np.flatnonzero(above)
        span = [training.shown(int(bad[0])), training.shown(int(bad[-1]))]
        yield TOO_HIGH.finding("warning", (), evidence | {
            "epoch": training.shown(worst), "worst": loss(training.train_loss[worst]),
            "epochs": span, "curve": "loss",
        })  # fmt: skip
    elif times >= FAST and training.train_skill[training.end].mean() < LEARNT:
        span = [training.shown(0), training.shown(len(above) - 1)]
        yield TOO_HIGH.finding("warning", (), evidence | {
            "kind": "stuck", "lr": f"{training.rates.max():.2g}", "epochs": span, "curve": "loss",
            "loss": loss(training.train_loss[-1]),
        })  # fmt: skip


def _too_low(training: Training) -> Iterator[Finding]:
    """Little was learnt at an unusually low rate."""
    times = _times_usual(training)
    if times > SLOW or training.train_skill[training.end].mean() > LEARNT:
        return
    last = len(training.history) - 1
    yield TOO_LOW.finding("warning", (), {
        "loss": loss(training.train_loss[last]), "chance": loss(training.chance_loss),
        "lr": f"{training.rates.max():.2g}", "epochs": [training.shown(0), training.shown(last)],
        "curve": "loss", "set": _rate(training, 1 / max(times, 1e-9)),
        "count": len(training.history),
    })  # fmt: skip


def _plateau(training: Training) -> Iterator[Finding]:
    """Level to the end although the rate was never lowered and there is more to gain."""
    count = max(4, len(training.history) // 3)
    if len(training.history) < 2 * count or training.train_accuracy[-count:].mean() > COMPLETE:
        return
    share = float(training.rates[-count:].min() / max(training.rates.max(), 1e-12))
    if share < HIGH or _slope(training.train_loss[-count:]) > LEVEL:
        return
    start = len(training.history) - count
    level = float(np.median(training.train_loss[-count:]))
    yield PLATEAU.finding("warning", (), {
        "epoch": training.shown(start), "loss": loss(level), "share": percent(share),
        "epochs": [training.shown(start), training.shown(len(training.history) - 1)],
        "curve": "loss", "set": pairs({"schedule.name": "onecycle", "schedule.warmup": "auto"}),
    })  # fmt: skip


def _not_converged(training: Training) -> Iterator[Finding]:
    """Both losses still fall by a good share an epoch, or the training ended halfway."""
    rows, epochs = training.history, training.recipe.train.epochs
    if len(rows) == 1:
        yield NOT_CONVERGED.finding("warning", (), {
            "kind": "one", "epochs": [training.shown(0)] * 2, "curve": "loss",
            "set": pairs({"train.epochs": max(10, epochs if isinstance(epochs, int) else 0)}),
        })  # fmt: skip
        return
    fall = _fall(training.valid_loss)
    both = min(fall, _fall(training.train_loss)) > FALLING
    worth = fall * training.valid_loss[-1] / (WORTH * training.chance_loss)
    planned = epochs if isinstance(epochs, int) else len(rows)
    high = training.rates[-1] > HIGH * training.rates.max()
    still = min(fall, _fall(training.train_loss)) > FALLING / 2 and 3 * worth > 1
    cut = len(rows) < planned and ((high and still) or not training.ended)
    if not ((both and worth > 1) or cut):
        return
    last, first = len(rows) - 1, max(0, len(rows) - 1 - _back(training.valid_loss))
    span = [training.shown(first), training.shown(last)]
    evidence = {
        "percent": percent(fall, 1), "loss": loss(training.valid_loss[-1]),
        "epoch": training.shown(last), "epochs": span, "curve": "loss",
        "set": pairs({"train.epochs": max(10, 2 * max(planned, len(rows)))}),
    }  # fmt: skip
    if cut:
        share = percent(training.rates[-1] / training.rates.max())
        evidence |= {"kind": "unfinished", "planned": planned, "share": share}
        limit = "train.limit" if training.recipe.train.limit else "train.patience"
        evidence["set"] = pairs({limit: "null"}) if training.ended else []
        evidence["resume"] = not training.ended
    yield NOT_CONVERGED.finding("warning", (), evidence)


def _times_usual(training: Training) -> float:
    """The highest rate as a multiple of the usual one; 1 where nothing is known of it."""
    if not training.usual_rate:
        return 1.0
    rate = training.recipe.optimizer.lr
    highest = rate if isinstance(rate, float) else float(training.rates.max())
    return highest / training.usual_rate


def _rate(training: Training, factor: float) -> list[str]:
    rate = training.recipe.optimizer.lr
    highest = rate if isinstance(rate, float) else float(training.rates.max())
    return pairs({"optimizer.lr": highest * factor})


def _back(losses: Array) -> int:
    """How many epochs before the last are looked at: a fifth of them, two where there are."""
    return min(len(losses) - 1, max(2, round(len(losses) / 5)))


def _fall(losses: Array) -> float:
    """Share of the loss that an epoch takes away at the end, negative where it rises."""
    return _slope(losses[-1 - _back(losses) :])


def _slope(losses: Array) -> float:
    """Share of the loss that an epoch takes away: the slope of the logarithm, since one epoch alone
    goes up and down by chance."""
    logs = np.log(np.maximum(losses, 1e-9))
    return float(1 - np.exp(np.polyfit(np.arange(len(logs)), logs, 1)[0]))


TOO_HIGH = Check("CURVE006", "rate-too-high", steps_taken, _too_high)
TOO_LOW = Check("CURVE007", "rate-too-low", steps_taken, _too_low)
NOT_CONVERGED = Check("CURVE010", "not-converged", steps_taken, _not_converged)
PLATEAU = Check("CURVE013", "plateau", steps_taken, _plateau)
