"""Schedules: pure functions from the step to a factor of the highest learning rate.

Add one by registering a function ``(step, plan) -> factor``. Steps count from 0, and the plan is in
steps, so a training that was interrupted goes on at the rate that it would have had.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dojang.core.registry import Registry

ONECYCLE_START = 1 / 25
ONECYCLE_END = 1e-5
LEAST_GAIN = 1e-4  # share by which a value must be lower to count as better, as in torch


@dataclass(frozen=True)
class SchedulePlan:
    """How a rate moves, in steps of the optimiser.

    Attributes:
        total: steps of the training.
        warmup: steps at the start in which the rate rises; below ``total``.
        milestones: multistep: steps at which the rate falls, in order.
        every: step: length of a stair; restarts: length of the first cycle. Need not be whole.
        factor: step, multistep, plateau: what the rate is multiplied by.
        growth: restarts: how many times as long each cycle is as the one before.
        power: polynomial: the exponent.
        patience: plateau: steps without improvement after which the rate falls.
        floor: step, multistep, plateau, cosine, restarts, polynomial: the least factor.
    """

    total: int
    warmup: int = 0
    milestones: tuple[int, ...] = ()
    every: float = math.inf
    factor: float = 0.1
    growth: float = 2.0
    power: float = 1.0
    patience: int = 1
    floor: float = 0.0


Schedule = Callable[[int, SchedulePlan], float]
SCHEDULES: Registry[Schedule] = Registry("schedule")


@SCHEDULES.register("onecycle")
def onecycle(step: int, plan: SchedulePlan) -> float:
    """Cosine up from a 25th of the rate, then down to almost nothing (Smith & Topin 2018)."""
    if step < plan.warmup:
        return _cosine(ONECYCLE_START, 1.0, step / plan.warmup)
    return _cosine(1.0, ONECYCLE_END, _progress(step, plan))


@SCHEDULES.register("cosine")
def cosine(step: int, plan: SchedulePlan) -> float:
    """Straight up, then half a cosine down to the floor (Loshchilov & Hutter 2017)."""
    if step < plan.warmup:
        return _rising(step, plan)
    return _cosine(1.0, plan.floor, _progress(step, plan))


@SCHEDULES.register("constant")
def constant(step: int, plan: SchedulePlan) -> float:
    """Straight up, then the same rate to the end."""
    return (step + 1) / plan.warmup if step < plan.warmup else 1.0


@SCHEDULES.register("step")
def stairs(step: int, plan: SchedulePlan) -> float:
    """Straight up, and ``factor`` times the rate after every ``every`` steps of the training."""
    return _stair(step, plan, int(step // plan.every))


@SCHEDULES.register("multistep")
def multistep(step: int, plan: SchedulePlan) -> float:
    """Straight up, and ``factor`` times the rate from each milestone of the training on."""
    return _stair(step, plan, bisect_right(plan.milestones, step))


@SCHEDULES.register("restarts")
def restarts(step: int, plan: SchedulePlan) -> float:
    """Straight up, then cosines down to the floor, each ``growth`` times as long as the last
    (SGDR, Loshchilov & Hutter 2017)."""
    if step < plan.warmup:
        return _rising(step, plan)
    done, length = float(step - plan.warmup), plan.every
    while done >= length:
        done, length = done - length, length * plan.growth
    return _cosine(1.0, plan.floor, done / length)


@SCHEDULES.register("polynomial")
def polynomial(step: int, plan: SchedulePlan) -> float:
    """Straight up, then ``(1 - progress) ** power`` down to the floor."""
    if step < plan.warmup:
        return _rising(step, plan)
    left: float = (1.0 - _progress(step, plan)) ** plan.power
    return plan.floor + (1.0 - plan.floor) * left


@SCHEDULES.register("plateau")
def plateau(step: int, plan: SchedulePlan) -> float:
    """Straight up, then the same rate; :func:`plateau_factor` says how far it has fallen."""
    return _rising(step, plan) if step < plan.warmup else 1.0


def plateau_factor(values: Sequence[float], per_value: int, plan: SchedulePlan) -> float:
    """Return how far a rate has fallen: by ``plan.factor`` each time that ``plan.patience`` steps
    brought nothing better. A function of the history alone, so a resumed run decides the same.

    Args:
        values: what was measured so far, lower is better, not negative; one every ``per_value``
            steps. A value that is no number is not better.
        per_value: steps between two values.
        plan: patience, factor and floor.
    """
    best, waited, falls = math.inf, 0, 0
    for value in values:
        if value < best * (1 - LEAST_GAIN):
            best, waited = value, 0
        else:
            waited += per_value
        if waited >= plan.patience:
            falls, waited = falls + 1, 0
    return max(plan.floor, plan.factor**falls)


def _rising(step: int, plan: SchedulePlan) -> float:
    """From the floor up to 1, which the last step of the warm-up reaches."""
    return plan.floor + (1.0 - plan.floor) * ((step + 1) / plan.warmup)


def _stair(step: int, plan: SchedulePlan, falls: int) -> float:
    rising = _rising(step, plan) if step < plan.warmup else 1.0
    return max(plan.floor, rising * plan.factor**falls)


def _progress(step: int, plan: SchedulePlan) -> float:
    return min(1.0, (step - plan.warmup) / max(1, plan.total - 1 - plan.warmup))


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
