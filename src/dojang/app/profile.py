"""``--profile``: watches a training from outside and writes where its time went."""

from __future__ import annotations

import os
from typing import Any

import torch

from dojang.analysis.profile import PROFILE, TRACE, Operator, chrome_trace, summarise
from dojang.app.screen import Screen, Watched
from dojang.core.clock import OFF, Clock
from dojang.core.faults import Fault
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder, write_json
from dojang.core.types import EpochRecord, RunRecord
from dojang.train.loop import EpochEnd, Event, Step
from dojang.train.processes import is_main

KEPT_SPANS = 2000  # from the beginning, and as many from the end: some 300 steps each
CLOSE_STEPS = 3  # that torch's profiler looks at
WARM_STEPS = 3  # that it leaves alone: buffers are made and kernels chosen in them
MOST_OPERATORS = 15


class Probe:
    """Stands between a training and its screen, and counts what passes.

    Args:
        wanted: without it, the clock is off and nothing is done.
        device: where the model is; a GPU is waited for at both ends of each span.
    """

    def __init__(self, wanted: bool, device: torch.device) -> None:
        wait = torch.cuda.synchronize if wanted and device.type == "cuda" else None
        self.clock = Clock(keep=KEPT_SPANS, synchronise=wait) if wanted else OFF
        self._close = _CloseLook(self.clock, device)
        self.images = self.steps = 0

    def watching(self, screen: Screen) -> Screen:
        """Return a screen that shows what ``screen`` shows and lets the probe see it too."""
        return Watched(screen, self.see) if self.clock.on else screen

    def see(self, event: Event | Fault, record: EpochRecord | None = None) -> None:
        """Count a step."""
        if isinstance(event, Step):
            self.images += event.images
            self.steps += 1
        with self.clock.span("profiler"):
            self._close.see(event)

    def write(self, folder: RunFolder, record: RunRecord, recipe: Recipe) -> None:
        """Write ``profile.json`` and ``trace.json``, if they were wanted."""
        if not self.clock.on or not is_main():
            return
        self._close.stop()
        profile = summarise(
            self.clock, self.images, self.steps, self._close.operators, self._close.steps,
            _machine(record, recipe),
        )  # fmt: skip
        write_json(folder.path / PROFILE, profile.to_json())
        trace = chrome_trace(self.clock.spans, self.clock.dropped)
        write_json(folder.path / TRACE, trace)


class _CloseLook:
    """Runs torch's profiler over a few steps in the middle of an epoch, once."""

    def __init__(self, clock: Clock, device: torch.device) -> None:
        self._on, self._device = clock.on, device
        self._running: Any = None  # torch's profiler, whose methods have no types
        self._seen = 0
        self._before = 0.0  # share of the epoch that was done at the step before
        self.steps = 0
        self.operators: tuple[Operator, ...] = ()

    def see(self, event: Event | Fault) -> None:
        """Begin or end between two steps."""
        if isinstance(event, Step):
            self._seen += 1
            if self._running:
                self.steps += 1
            step = event.of_epoch - self._before
            left = (1 - event.of_epoch) / step if step > 0 else 0.0
            self._before = event.of_epoch if event.of_epoch < 1 else 0.0
            if self.steps == CLOSE_STEPS or (self._running and left < 0.5):
                self.stop()
            elif event.of_epoch >= 0.4 and left > CLOSE_STEPS - 0.5:
                self._start()
        elif isinstance(event, EpochEnd):
            self._start()  # epochs of few steps: the first ones of the next

    def stop(self) -> None:
        """End the look, and keep what was seen."""
        if self._running is None:
            return
        profiler, self._running = self._running, None
        profiler.__exit__(None, None, None)
        if self.steps:
            self.operators = _costliest(profiler, self._device)

    def _start(self) -> None:
        if self._on and self._running is None and not self.steps and self._seen >= WARM_STEPS:
            os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # it reports on itself otherwise
            kinds = [torch.profiler.ProfilerActivity.CPU]
            if self._device.type == "cuda":
                kinds.append(torch.profiler.ProfilerActivity.CUDA)
            self._running = torch.profiler.profile(activities=kinds)
            self._running.__enter__()


def _costliest(profiler: Any, device: torch.device) -> tuple[Operator, ...]:
    """Return the operators with the most time of their own."""
    name = "self_device_time_total" if device.type == "cuda" else "self_cpu_time_total"
    events = [(event, float(getattr(event, name))) for event in profiler.key_averages()]
    whole = sum(time for _, time in events)
    events.sort(key=lambda pair: -pair[1])
    return tuple(
        Operator(str(event.key), time / 1e6, time / whole, int(event.count))
        for event, time in events[:MOST_OPERATORS]
        if time > 0
    )


def _machine(record: RunRecord, recipe: Recipe) -> dict[str, str]:
    """Name what the times depend on."""
    found = {name: record.environment.get(name) for name in ("processor", "cores", "device")}
    found |= {
        "model": recipe.model.name,
        "size": recipe.model.size,
        "batch_size": recipe.train.batch_size,
        "precision": record.environment.get("precision"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}
