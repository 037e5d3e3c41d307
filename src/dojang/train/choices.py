"""What a stopwatch decides: precision, layout and whether to compile. Pure where it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from dojang.train.probes import BUSY, Numbers, fingerprint, machine, remembered
from dojang.train.stopwatch import time_step

PROBE_BATCH = 8
COST_SHARE = 0.03  # of a training is the most that a search before it may cost
CLEARLY = 1.1  # times as fast: what is chosen against the rule must be no accident of the clock


@dataclass(frozen=True)
class Way:
    """One way to run a network."""

    precision: str
    channels_last: bool

    @property
    def name(self) -> str:
        """As it is written among the measured numbers."""
        return f"{self.precision} {'channels-last' if self.channels_last else 'contiguous'}"


def ways(precisions: tuple[str, ...], layout: str) -> tuple[Way, ...]:
    """Return the ways worth trying on a processor, what the rule says first. bf16 is tried with
    channels-last alone unless the layout is given: the other one was never faster.

    Args:
        precisions: those to choose from, ``bf16`` and ``fp32``.
        layout: auto, channels-last or contiguous.
    """
    if layout != "auto":
        return tuple(Way(p, layout == "channels-last") for p in precisions)
    found = {"bf16": (Way("bf16", True),), "fp32": (Way("fp32", False), Way("fp32", True))}
    return tuple(way for precision in precisions for way in found[precision])


def fastest(tried: tuple[Way, ...], seconds: Mapping[str, float]) -> Way:
    """Return the first way of ``tried`` unless a later one is clearly faster."""
    chosen = tried[0]
    for way in tried[1:]:
        if seconds[chosen.name] > CLEARLY * seconds[way.name]:
            chosen = way
    return chosen


def measure_ways(
    make: Callable[[], nn.Module],
    size: int,
    tried: tuple[Way, ...],
    device: torch.device,
    again: bool = False,
) -> Numbers:
    """Return the seconds of a step of ``PROBE_BATCH`` images for each way, measured once on this
    machine and remembered; ``BUSY`` where others kept it from being measured.

    Args:
        make: builds the network, which is spoiled.
        size: side of the images.
        again: see :func:`dojang.train.probes.remembered`.
    """
    network = make()
    about = {"machine": machine(device), "network": fingerprint(network), "size": size,
             "batch": PROBE_BATCH, "ways": [way.name for way in tried]}  # fmt: skip

    def measure() -> Numbers:
        numbers: Numbers = {}
        for way in tried:
            found = time_step(
                network, PROBE_BATCH, size, device, way.precision, channels_last=way.channels_last
            )
            if found.busy:
                return BUSY
            numbers[way.name] = found.seconds
        return numbers

    return remembered("ways", about, measure, again=again)


def pays(steps: int, eager_seconds: float, saving: float, cost: float) -> bool:
    """Is a compilation that costs ``cost`` seconds repaid twice within ``steps`` steps?

    Args:
        eager_seconds: what a step takes without.
        saving: share of that which compiling saves; may be negative.
    """
    return steps * eager_seconds * saving > 2 * cost


def worth_trying(steps: int, eager_seconds: float, cost: float, share: float) -> bool:
    """Is a trial that costs ``cost`` seconds at most ``share`` of the whole training?"""
    return cost <= share * steps * eager_seconds


def about_compiling(
    network: nn.Module, batch: int, size: int, way: Way, device: torch.device
) -> dict[str, Any]:
    """Return what the gain of compiling depends on."""
    return {"machine": machine(device), "network": fingerprint(network), "size": size,
            "batch": batch, "way": way.name}  # fmt: skip
