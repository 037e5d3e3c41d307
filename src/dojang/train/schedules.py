"""Schedules: pure functions from the step to a factor of the highest learning rate.

Add one by registering a function ``(step, total, warmup) -> factor``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from dojang.core.registry import Registry

Schedule = Callable[[int, int, int], float]
SCHEDULES: Registry[Schedule] = Registry("schedule")

ONECYCLE_START = 1 / 25
ONECYCLE_END = 1e-5


@SCHEDULES.register("onecycle")
def onecycle(step: int, total: int, warmup: int) -> float:
    """Cosine up from a 25th of the rate, then down to almost nothing (Smith & Topin 2018)."""
    if step < warmup:
        return _cosine(ONECYCLE_START, 1.0, step / warmup)
    return _cosine(1.0, ONECYCLE_END, _progress(step, total, warmup))


@SCHEDULES.register("cosine")
def cosine(step: int, total: int, warmup: int) -> float:
    """Straight up, then half a cosine down to 0 (Loshchilov & Hutter 2017)."""
    if step < warmup:
        return (step + 1) / warmup
    return _cosine(1.0, 0.0, _progress(step, total, warmup))


@SCHEDULES.register("constant")
def constant(step: int, total: int, warmup: int) -> float:
    """Straight up, then the same rate to the end."""
    return (step + 1) / warmup if step < warmup else 1.0


def _progress(step: int, total: int, warmup: int) -> float:
    return min(1.0, (step - warmup) / max(1, total - 1 - warmup))


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
