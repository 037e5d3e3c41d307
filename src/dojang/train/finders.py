"""The rate finder: how the loss answers while the learning rate grows from step to step.

Smith, "Cyclical Learning Rates for Training Neural Networks" (WACV 2017): one short training on a
copy of the network, the rate growing by the same factor at each step. Where the rate is too small
nothing happens, then the loss falls, and at last it explodes. The sweep runs the loop of real
trainings with real batches, so it is a function of recipe and seed alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from accelerate import Accelerator
from numpy.typing import NDArray

from dojang.data.loader import TrainLoader
from dojang.tasks.base import Task
from dojang.train.choices import COST_SHARE
from dojang.train.faults import NotFinite
from dojang.train.loop import Step, fit
from dojang.train.trainee import Trainee

FEWEST_STEPS, MOST_STEPS = 30, 100
REACH = 100.0  # the sweep goes from the rule's rate divided by this to the rate times this
SMOOTHED = 0.1  # of the sweep is what a smoothed loss looks back on, however many steps that is
EXPLODED = 3.0  # times the fall so far above the lowest loss: no point in going on
LEAST_FALL = 0.1  # of the first loss; a curve that falls less says nothing

Rule = Literal["valley", "steepest", "tenth"]
Count = Callable[[int, int], None]


@dataclass(frozen=True)
class RateCurve:
    """What the sweep saw.

    Attributes:
        rates: highest learning rate of any layer at each step.
        losses: what was minimised, before the step was made.
        smoothed: its moving average, corrected for its start.
        exploded: whether the loss rose so far that the sweep was ended before its last rate.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    exploded: bool


def steps_within(planned: int) -> int:
    """Return how many steps a sweep may have beside ``planned`` ones of training; 0: none, since
    what it may cost is too little for a curve."""
    allowed = min(MOST_STEPS, int(COST_SHARE * planned))
    return allowed if allowed >= FEWEST_STEPS else 0


def growing_rates(low: float, high: float, steps: int) -> NDArray[np.float64]:
    """Return ``steps`` rates from ``low`` to ``high``, each the same multiple of the last."""
    rates: NDArray[np.float64] = np.geomspace(low, high, steps)
    return rates


def smooth(losses: Sequence[float], steps: int) -> NDArray[np.float64]:
    """Return the exponential moving average of ``losses``; divided by the weights seen so far, so
    that the first values are not drawn to 0 (Kingma & Ba 2015, section 3).

    Args:
        steps: of the whole sweep; the average looks back on a share of them.
    """
    beta = 1 - 1 / max(1.0, SMOOTHED * steps)
    mean, found = 0.0, []
    for count, loss in enumerate(losses, 1):
        mean = beta * mean + (1 - beta) * loss
        found.append(mean / (1 - beta**count))
    return np.array(found, dtype=np.float64)


def sweep(
    trainee: Trainee,
    task: Task,
    loader: TrainLoader,
    accelerator: Accelerator,
    *,
    rates: Sequence[float],
    reference: float,
    accumulate: int = 1,
    show: Count | None = None,
) -> RateCurve:
    """Train ``trainee`` with growing rates until they are used up or the loss explodes.

    The trainee is spoiled by this: hand in one that was made for the purpose.

    Args:
        rates: one for each step.
        reference: the rate that the optimisers were made with; layers that learn at a share of it
            learn at the same share of each rate.
        accumulate: batches that make one step.
        show: called with (done, total) after each step.
    """
    factors = [rate / reference for rate in rates]
    last = len(factors) - 1
    growing = {name: lambda step: factors[min(step, last)] for name in trainee.optimizers}
    grown = replace(trainee, rates=growing)
    losses: list[float] = []
    exploded = False
    epochs = 1 + len(rates)  # an epoch has a step at least
    for event in fit(grown, task, loader, accelerator, epochs=epochs, accumulate=accumulate):
        if isinstance(event, NotFinite):
            exploded = True
            break
        if not isinstance(event, Step):
            continue
        losses.append(event.objective)
        if show:
            show(len(losses), len(rates))
        exploded = has_exploded(smooth(losses, len(rates)))
        if exploded or len(losses) == len(rates):
            break
    smoothed = tuple(float(value) for value in smooth(losses, len(rates)))
    return RateCurve(tuple(map(float, rates[: len(losses)])), tuple(losses), smoothed, exploded)


def has_exploded(smoothed: NDArray[np.float64]) -> bool:
    """Has the loss risen above its lowest by more than some times what it had fallen, and above
    where it began? Before it has fallen at all, by more than its own size."""
    if len(smoothed) < 5:
        return False
    first, lowest, last = float(smoothed[0]), float(smoothed.min()), float(smoothed[-1])
    risen = last - lowest > EXPLODED * max(first - lowest, 0.1 * abs(lowest))
    return risen and last > first + 0.1 * abs(first)


def suggest(curve: RateCurve, rule: Rule = "steepest") -> float | None:
    """Read a rate off the curve, or None where it says nothing. The default was nearest to the
    best of a grid of trainings (``docs/finders.md``).

    - ``valley``: two thirds along the longest fall, from its left edge (fastai's rule).
    - ``steepest``: where the loss falls fastest on a logarithmic axis of rates (Smith's reading).
    - ``tenth``: a tenth of the rate with the lowest loss.
    """
    if not tells_something(curve):
        return None
    smoothed, rates = np.array(curve.smoothed), np.array(curve.rates)
    lowest = int(smoothed.argmin())
    if rule == "tenth":
        return float(rates[lowest]) / 10
    if rule == "steepest":
        slopes = np.gradient(smoothed, np.log(rates))
        return float(rates[int(slopes[: lowest + 1].argmin())])
    start, end = longest_fall(smoothed)
    return float(rates[start + (end - start) * 2 // 3])


def tells_something(curve: RateCurve) -> bool:
    """Has the loss clearly fallen on the way?"""
    smoothed = curve.smoothed
    if len(smoothed) < FEWEST_STEPS // 3:
        return False
    first = max(smoothed[:3])
    return math.isfinite(first) and first - min(smoothed) > LEAST_FALL * abs(first)


def longest_fall(values: NDArray[np.float64]) -> tuple[int, int]:
    """Return first and last index of the longest strictly decreasing subsequence, gaps allowed.

    Quadratic in the number of values, of which there are a hundred.
    """
    count = len(values)
    length, start = np.ones(count, dtype=np.int64), np.arange(count)
    for i in range(1, count):
        for j in range(i):
            if values[i] < values[j] and length[i] < length[j] + 1:
                length[i], start[i] = length[j] + 1, start[j]
    end = int(length.argmax())
    return int(start[end]), end
