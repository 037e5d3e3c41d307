"""The loop: how weights change. One generator trains everything.

It yields events and knows nothing of files, screens or patience: whoever consumes the events
decides, and ``break`` stops it. What it does at a step follows from the state of the trainee and
the number of the step, so it can begin at any step as if it had never stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from accelerate import Accelerator

from dojang.core.clock import OFF, Clock
from dojang.data.loader import Batch, TrainLoader
from dojang.tasks.base import Task
from dojang.train.faults import NotFinite, examine
from dojang.train.step import Around, take_step
from dojang.train.trainee import Trainee


@dataclass(frozen=True)
class Place:
    """Where a training stands, and what it has summed up in the epoch that it is in.

    Attributes:
        epoch: the epoch that is running.
        steps: steps of it that are done.
        objective, norm: sums over those steps.
        first, peak: norm of the gradient at its first step, and the largest of all.
        taken: how many of them changed the weights.
        images: images of this process in them.
        feed, model: seconds that went into batches and into steps.
    """

    epoch: int = 0
    steps: int = 0
    objective: float = 0.0
    norm: float = 0.0
    first: float = 0.0
    peak: float = 0.0
    taken: int = 0
    images: int = 0
    feed: float = 0.0
    model: float = 0.0

    def step(self, per_epoch: int) -> int:
        """Steps done since the training began."""
        return self.epoch * per_epoch + self.steps


@dataclass(frozen=True)
class Step:
    """After one step of the optimisers. ``objective`` is the loss that was minimised, ``norm`` the
    length of its gradient; ``step`` counts from 1."""

    step: int
    place: Place
    of_epoch: float
    objective: float
    norm: float
    lr: float
    images: int

    @property
    def epoch(self) -> int:
        return self.place.epoch


@dataclass(frozen=True)
class EpochEnd:
    """After one pass over the training part; ``objective`` and ``norm`` are means over its steps.
    ``feed_seconds`` went into waiting for batches and preparing them, ``model_seconds`` into the
    steps."""

    step: int
    place: Place
    objective: float
    norm: float
    lr: float

    @property
    def epoch(self) -> int:
        return self.place.epoch

    @property
    def feed_seconds(self) -> float:
        return self.place.feed

    @property
    def model_seconds(self) -> float:
        return self.place.model


@dataclass(frozen=True)
class LessMemory:
    """Memory ran out; micro-batches are cut into ``pieces`` from here on."""

    step: int
    pieces: int


Event = Step | EpochEnd | NotFinite | LessMemory


def fit(
    trainee: Trainee,
    task: Task,
    loader: TrainLoader,
    accelerator: Accelerator,
    *,
    epochs: int,
    accumulate: int = 1,
    start: Place = Place(),
    skip: bool = False,
    clock: Clock = OFF,
) -> Iterator[Event]:
    """Train until ``epochs`` are done or the consumer stops asking.

    Args:
        trainee: prepared by ``accelerator``.
        task: says what a batch means.
        loader: batches by epoch.
        epochs: how many passes in all.
        accumulate: how many batches of the loader make one step.
        start: where to begin.
        skip: what to do where a loss or gradient is no finite number: leave that step out and go
            on, or stop.
        clock: where to count the seconds of the parts of a step.

    Yields:
        Step, EpochEnd, LessMemory, and NotFinite: as the last event, unless ``skip``.
    """
    around = Around(accelerator, loader.seed, clock)
    per_epoch = steps_per_epoch(loader, accumulate)
    while start.epoch < epochs:
        place = start
        trainee.model.train()
        if trainee.stage:
            trainee.stage(place.epoch)
        for group, waited in _steps(loader, place, accumulate, per_epoch, clock):
            step = place.step(per_epoch)
            trainee.set_rates(step)
            pieces = trainee.pace.pieces
            began = clock.elapsed
            taken = [take_step(trainee, phase, group, step, around) for phase in task.phases]
            finite = all(t.finite for t in taken)
            if trainee.pace.pieces != pieces:
                yield LessMemory(step, trainee.pace.pieces)
            if not finite:
                yield examine(step, place.epoch, trainee, loader, group, taken)
                if not skip:
                    return
            elif trainee.average:
                trainee.average.update(step + 1)
            objective = sum(t.objective for t in taken) if finite else 0.0
            norm = max(t.norm for t in taken) if finite else 0.0
            images = sum(len(batch.targets) for batch in group)
            place = replace(
                place,
                steps=place.steps + 1,
                objective=place.objective + objective,
                norm=place.norm + norm,
                first=place.first if place.taken else norm,
                peak=max(place.peak, norm),
                taken=place.taken + finite,
                images=place.images + images,
                feed=place.feed + waited,
                model=place.model + clock.elapsed - began,
            )
            share = place.steps / per_epoch
            yield Step(step + 1, place, share, objective, norm, trainee.rate, images)
        yield _end(place, per_epoch, trainee)
        start = Place(place.epoch + 1)


def steps_per_epoch(loader: TrainLoader, accumulate: int) -> int:
    """Return the optimiser's steps in one epoch."""
    return max(1, loader.batches_per_epoch // accumulate)


def _steps(
    loader: TrainLoader, place: Place, accumulate: int, per_epoch: int, clock: Clock
) -> Iterator[tuple[list[Batch], float]]:
    """Yield the batches of each step that is left of an epoch, and how long they took. What is too
    little for a whole step is left out."""
    stream = loader.epoch(place.epoch, place.steps * accumulate)
    for _ in range(place.steps, per_epoch):
        began = clock.elapsed
        with clock.span("wait"):
            group = list(islice(stream, accumulate))
        yield group, clock.elapsed - began


def _end(place: Place, per_epoch: int, trainee: Trainee) -> EpochEnd:
    count = max(1, place.taken)
    means = place.objective / count, place.norm / count
    return EpochEnd(place.step(per_epoch), place, *means, trainee.rate)
