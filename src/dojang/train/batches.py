"""The batch-size finder: how fast images go through a network at powers of two, and what it needs.

A larger batch is worth taking as long as it makes the machine clearly faster; beyond that it only
means fewer steps for the same images.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from dojang.train.choices import COST_SHARE, Way
from dojang.train.probes import BUSY, Numbers, fingerprint, is_busy, machine, remembered
from dojang.train.stopwatch import out_of_memory, time_step

GAIN = 1.1  # times as many images a second is worth a batch of twice the size
FEWEST_STEPS = 16  # an epoch, or the schedule has too few to move on
LARGEST = 512
MEMORY_SHARE = 0.5  # of what the machine has; the rest is for the feed, the system and others
STEPS_EACH = 4  # that a measurement takes: one to warm up and three by the clock


@dataclass(frozen=True)
class BatchPoint:
    """What was measured at one batch size.

    Attributes:
        rate: images a second, 0 where the memory did not suffice.
        memory: bytes that a step holds.
    """

    batch: int
    rate: float
    memory: float

    @property
    def fits(self) -> bool:
        return self.rate > 0


def candidates(rule: int, images: int) -> list[int]:
    """Return the sizes to measure, in order: two below the rule's, to see the curve, then upwards
    as long as an epoch of ``images`` keeps enough steps. Empty where there is no room above the
    rule's: on small data it stays."""
    most = min(LARGEST, 2 ** int(math.log2(max(1, images / FEWEST_STEPS))))
    if 2 * rule > most:
        return []
    below = [size for size in (rule // 4, rule // 2) if size >= 1]
    above = [rule * 2**power for power in range(int(math.log2(most / rule)) + 1)]
    return sorted({*below, *above})


def search(
    sizes: Iterable[int],
    rule: int,
    measure: Callable[[int], BatchPoint | None],
    room: float,
    budget: float,
) -> Iterator[BatchPoint]:
    """Measure sizes from the smallest on until one brings no more, or memory or time run out.

    Args:
        rule: growing ends at the first size above it that is not clearly faster than half of it.
        measure: measures one size; None ends the search.
        room: bytes that a step may hold.
        budget: seconds that the whole search may take.
    """
    spent, last = 0.0, None
    for size in sizes:
        if last is not None:
            expected = STEPS_EACH * size / last.rate  # the rate hardly falls with the size
            if 2 * last.memory > room or spent + expected > budget:
                return
        point = measure(size)
        if point is None:
            return
        yield point
        if not point.fits or point.memory > room:
            return
        spent += STEPS_EACH * size / point.rate
        if last is not None and size > rule and point.rate < GAIN * last.rate:
            return
        last = point


def choose(points: Iterable[BatchPoint], rule: int, room: float) -> int | None:
    """Return the batch size that the measurements speak for, or None where they do not reach the
    rule's.

    It is the rule's, or the largest above it up to which each doubling brought at least ``GAIN``.
    Where the rule's does not fit it is the largest that does.
    """
    found = {point.batch: point for point in points}
    fitting = [size for size, p in found.items() if p.fits and p.memory <= room]
    if rule not in found:
        return None
    if rule not in fitting:
        return max(fitting, default=None)
    best = rule
    while 2 * best in fitting and found[2 * best].rate >= GAIN * found[best].rate:
        best *= 2
    return best


def budget_of(images: int, rate: float) -> float:
    """Return the seconds that the search may take beside a training on ``images`` in all."""
    return COST_SHARE * images / rate


def measure_batch(
    network: nn.Module,
    batch: int,
    size: int,
    way: Way,
    device: torch.device,
    again: bool = False,
) -> BatchPoint | None:
    """Time steps of ``batch`` made-up images, once on this machine. Memory that does not suffice is
    an answer, not an error; None where the machine is too busy to tell.

    Args:
        again: see :func:`dojang.train.probes.remembered`.
    """
    about: dict[str, Any] = {"machine": machine(device), "network": fingerprint(network),
                             "size": size, "batch": batch, "way": way.name}  # fmt: skip

    def measure() -> Numbers:
        try:
            found = time_step(
                network, batch, size, device, way.precision,
                channels_last=way.channels_last, optimise=True, warm=1,
            )  # fmt: skip
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            return {"rate": 0.0, "memory": 0.0}
        if found.busy:
            return BUSY
        return {"rate": batch / found.seconds, "memory": found.memory}

    numbers = remembered("batch", about, measure, again=again)
    if is_busy(numbers):
        return None
    return BatchPoint(batch, numbers["rate"], numbers["memory"])


def room_for_steps(device: torch.device) -> float:
    """Return the bytes that a step may hold: a share of what there is, not of what happens to be
    free, so that two runs agree."""
    if device.type == "cuda":
        return MEMORY_SHARE * torch.cuda.get_device_properties(device).total_memory
    return MEMORY_SHARE * total_memory()


def total_memory() -> float:
    """Return the bytes of memory of this machine or its container; 4 GiB where nobody says."""
    found = []
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            found.append(int((Path("/sys/fs/cgroup") / name).read_text()))
        except (OSError, ValueError):  # "max", or no control groups
            continue
    return float(min(found, default=4 * 2**30))
