"""The loop: how weights change. One generator trains everything.

It yields events and knows nothing of files, screens, patience or clocks: whoever consumes the
events decides, and ``break`` stops it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from dojang.core.random import seed_of
from dojang.data.loader import Batch, TrainLoader
from dojang.nn.transfer import set_stage
from dojang.tasks.base import Task


@dataclass(frozen=True)
class Step:
    """After one step of the optimisers. ``objective`` is the loss that was minimised."""

    step: int
    epoch: int
    of_epoch: float
    objective: float
    lr: float
    images: int


@dataclass(frozen=True)
class EpochEnd:
    """After one pass over the training part; ``objective`` is its mean over the steps.
    ``feed_seconds`` went into waiting for batches and preparing them, ``model_seconds`` into the
    steps."""

    step: int
    epoch: int
    objective: float
    lr: float
    feed_seconds: float = 0.0
    model_seconds: float = 0.0


@dataclass(frozen=True)
class Diverged:
    """The loss is no longer a number; the loop has stopped before using it."""

    step: int
    epoch: int


Event = Step | EpochEnd | Diverged


@dataclass(frozen=True)
class Trainee:
    """What changes in training: the model, and by name of the phase its optimiser and schedule."""

    model: nn.Module
    optimizers: Mapping[str, torch.optim.Optimizer]
    schedules: Mapping[str, torch.optim.lr_scheduler.LambdaLR]


def fit(
    trainee: Trainee,
    task: Task,
    loader: TrainLoader,
    accelerator: Accelerator,
    *,
    epochs: int,
    first_epoch: int = 0,
    clip_norm: float | None = None,
) -> Iterator[Event]:
    """Train until ``epochs`` are done or the consumer stops asking.

    Args:
        trainee: prepared by ``accelerator``.
        task: says what a batch means.
        loader: batches by epoch; ``accumulate`` of them make one step.
        epochs: how many passes in all.
        first_epoch: where to go on after an interruption.
        clip_norm: largest norm of the gradient.

    Yields:
        Step, EpochEnd, and Diverged as the last where the loss stops being a finite number.
    """
    model, micro = trainee.model, accelerator.gradient_accumulation_steps
    per_epoch = steps_per_epoch(loader, micro)
    step = first_epoch * per_epoch
    for epoch in range(first_epoch, epochs):
        set_stage(accelerator.unwrap_model(model), epoch)
        model.train()
        objectives: list[float] = []
        seen = 0
        clock = _Clock()
        for number, batch in enumerate(clock.feeding(loader.epoch(epoch))):
            if number >= per_epoch * micro:
                break  # a remainder too small for a whole step
            with (
                clock.modelling(),
                accelerator.accumulate(model),
                _noise(loader.seed, step, number),
            ):
                objective = _advance(trainee, task, batch, accelerator, clip_norm)
            if not math.isfinite(objective):
                yield Diverged(step, epoch)
                return
            objectives.append(objective)
            seen += len(batch.targets)
            if accelerator.sync_gradients:
                step += 1
                done = (number + 1) / (per_epoch * micro)
                yield Step(step, epoch, done, objective, learning_rate(trainee), seen)
                seen = 0
        mean = sum(objectives) / len(objectives)
        yield EpochEnd(step, epoch, mean, learning_rate(trainee), clock.feed, clock.model)


def steps_per_epoch(loader: TrainLoader, accumulate: int) -> int:
    """Return the optimiser's steps in one epoch."""
    return max(1, loader.batches_per_epoch // accumulate)


def learning_rate(trainee: Trainee) -> float:
    """Return the rate of the first phase's first group."""
    first = next(iter(trainee.optimizers.values()))
    return float(first.param_groups[0]["lr"])


def _advance(
    trainee: Trainee, task: Task, batch: Batch, accelerator: Accelerator, clip_norm: float | None
) -> float:
    """Forward, backward and, where gradients are complete, one step of each phase."""
    total = 0.0
    for phase in task.phases:
        optimizer = trainee.optimizers[phase.optimizer]
        loss: Tensor = phase.loss(trainee.model, batch)
        value = float(loss.detach())
        total += value
        if not math.isfinite(value):
            return value
        accelerator.backward(loss)
        if clip_norm is not None and accelerator.sync_gradients:
            accelerator.clip_grad_norm_(trainee.model.parameters(), clip_norm)
        optimizer.step()
        if accelerator.sync_gradients:
            trainee.schedules[phase.optimizer].step()
        optimizer.zero_grad()
    return total


class _Clock:
    """Tells the seconds in which batches are made from those in which they are learnt from; what
    the consumer of the events does counts for neither."""

    def __init__(self) -> None:
        self.feed = self.model = 0.0

    def feeding(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        while True:
            started = time.perf_counter()
            batch = next(batches, None)
            self.feed += time.perf_counter() - started
            if batch is None:
                return
            yield batch

    @contextmanager
    def modelling(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.model += time.perf_counter() - started


class _noise:
    """Random numbers inside layers, such as dropout's, from the seed and the step alone."""

    def __init__(self, seed: int, step: int, number: int) -> None:
        self._seed = seed_of(seed, "layers", step, number)
        self._fork = torch.random.fork_rng()

    def __enter__(self) -> None:
        self._fork.__enter__()
        torch.manual_seed(self._seed)

    def __exit__(self, *error: object) -> None:
        self._fork.__exit__(None, None, None)
