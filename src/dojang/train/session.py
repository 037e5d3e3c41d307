"""One training from the first epoch or the last checkpoint to its end.

Consumes the events of the loop: measures each epoch, keeps the best weights, writes checkpoints and
the history, and decides when to stop. What it decides follows from the history alone, so a training
that was interrupted decides as if it had not been.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import torch
from accelerate import Accelerator
from torch import nn

from dojang.core.clock import OFF, Clock
from dojang.core.durations import Duration
from dojang.core.store import RunFolder, read_json, write_json
from dojang.core.types import EpochRecord
from dojang.data.loader import EvalLoader, TrainLoader
from dojang.tasks.base import Task
from dojang.train.checkpoint import Progress, load_checkpoint, save_checkpoint, save_weights
from dojang.train.loop import Diverged, EpochEnd, Event, Step, Trainee, fit, steps_per_epoch
from dojang.train.observers import best_of, is_best, lasted, measure, reason_to_stop
from dojang.train.processes import as_in_main

Ended = Literal["done", "patience", "limit", "diverged"]
Show = Callable[[Event, EpochRecord | None, float], None]


@dataclass(frozen=True)
class Session:
    """Everything that one model is trained with.

    Attributes:
        fold: number of the fold, 0 without folds.
        network: the network itself; ``trainee.model`` is what the accelerator made of it.
        valid: batches of the validation part.
        probe: batches of some training samples, unchanged, to compare with ``valid``.
        contract: what is stored with the weights.
    """

    fold: int
    network: nn.Module
    trainee: Trainee
    task: Task
    loader: TrainLoader
    valid: EvalLoader
    probe: EvalLoader
    accelerator: Accelerator
    epochs: int
    monitor: str
    patience: Duration | None
    limit: Duration | None
    checkpoint: Duration
    clip_norm: float | None
    contract: Mapping[str, Any]
    clock: Clock = OFF

    @property
    def per_epoch(self) -> int:
        """Steps of the optimiser in an epoch."""
        return steps_per_epoch(self.loader, self.accelerator.gradient_accumulation_steps)


def run_session(session: Session, folder: RunFolder, show: Show) -> Ended:
    """Train one model; keep its best weights and its last state.

    Can be called again after an interruption: it goes on from the last state.

    Args:
        session: what to train, with what.
        folder: where to write.
        show: called with each event, with the record at the end of an epoch, and the seconds since
            the start.
    """
    watch = _Watch(folder, session)
    watch.resume()
    if watch.stopped():
        return watch.ended
    events = fit(
        session.trainee,
        session.task,
        session.loader,
        session.accelerator,
        epochs=session.epochs,
        first_epoch=watch.epoch,
        clip_norm=session.clip_norm,
        clock=session.clock,
    )
    try:
        for event in events:
            if isinstance(event, Diverged):
                return "diverged"
            record = watch.see(event)
            show(event, record, watch.seconds)
            if record and watch.stopped():
                break
    finally:
        watch.save()  # also when interrupted: the best so far is kept
    return watch.ended


class _Watch:
    """Turns the events of one training into its history, best weights and checkpoints."""

    def __init__(self, folder: RunFolder, session: Session) -> None:
        self._folder, self._session = folder, session
        self._before = 0.0
        self._started = self._epoch_started = time.monotonic()
        self._saved = (0, 0.0)  # step and second of the last state
        self._images = 0
        self._best: dict[str, torch.Tensor] | None = None
        self.history: list[EpochRecord] = []
        self.ended: Ended = "done"

    @property
    def epoch(self) -> int:
        return len(self.history)

    @property
    def seconds(self) -> float:
        return self._before + time.monotonic() - self._started

    def resume(self) -> bool:
        """Go back to the last state, if there is one."""
        path = self._folder.checkpoint(self._session.fold)
        if not path.is_file():
            return False
        progress = load_checkpoint(path, self._session.trainee, self._session.network)
        self.history = [EpochRecord(**line) for line in progress.memory["history"]]
        self._before = progress.seconds
        if self.history:
            self._saved = (self.history[-1].step, progress.seconds)
        return True

    def see(self, event: Event) -> EpochRecord | None:
        """Take note of an event; the end of an epoch gives a record."""
        if isinstance(event, Step):
            self._images += event.images * self._session.accelerator.num_processes
            return None
        assert isinstance(event, EpochEnd)
        rate = self._images / max(1e-9, time.monotonic() - self._epoch_started)
        with self._session.clock.span("evaluate"):
            record = self._measured(event, rate)
        record = replace(record, best=is_best(record, self.history, self._session.monitor))
        self.history.append(record)
        if record.best:
            state = self._session.network.state_dict()
            self._best = {name: value.detach().clone() for name, value in state.items()}
        if self._due(record) or self.stopped():
            with self._session.clock.span("checkpoint"):
                self._save_state(record)
        self._images, self._epoch_started = 0, time.monotonic()
        return record

    def stopped(self) -> bool:
        """Is it time to stop?"""
        session = self._session
        reason = reason_to_stop(self.history, session.patience, session.limit, session.per_epoch)
        self.ended = reason or "done"
        return reason is not None or self.epoch >= session.epochs

    def save(self) -> None:
        """Write the best weights so far and the history."""
        if not self._session.accelerator.is_main_process:
            return
        if self._best is not None:
            path = self._folder.weights(self._session.fold)
            save_weights(path, self._best, self._session.contract)
            self._best = None
        save_history(self._folder, self._session.fold, self.history)

    def _measured(self, event: EpochEnd, rate: float) -> EpochRecord:
        """Measure on one process and tell the others, so that all decide alike."""
        session = self._session
        values = [0.0, 0.0, 0.0, 0.0, self.seconds]
        if session.accelerator.is_main_process:
            for i, loader in enumerate((session.probe, session.valid)):
                values[2 * i : 2 * i + 2] = measure(
                    session.task, session.trainee.model, loader, loader.targets
                )
            values[4] = self.seconds
        values = as_in_main(values)
        return EpochRecord(
            fold=session.fold, epoch=event.epoch, step=event.step, lr=event.lr,
            objective=event.objective, train_loss=values[0], train_accuracy=values[1],
            valid_loss=values[2], valid_accuracy=values[3], images_per_second=rate,
            seconds=values[4], best=False,
            feed_rate=self._images / max(1e-9, event.feed_seconds),
            model_rate=self._images / max(1e-9, event.model_seconds),
        )  # fmt: skip

    def _due(self, record: EpochRecord) -> bool:
        steps, seconds = record.step - self._saved[0], record.seconds - self._saved[1]
        return lasted(steps, seconds, self._session.checkpoint, self._session.per_epoch)

    def _save_state(self, record: EpochRecord) -> None:
        self._saved = (record.step, record.seconds)
        if not self._session.accelerator.is_main_process:
            return
        self.save()
        memory = {"history": [asdict(record) for record in self.history]}
        progress = Progress(self.epoch, self.seconds, memory)
        path = self._folder.checkpoint(self._session.fold)
        save_checkpoint(path, self._session.trainee, self._session.network, progress)


def save_history(folder: RunFolder, fold: int, records: list[EpochRecord]) -> None:
    """Write the history of one fold beside those of the others."""
    others = read_json(folder.history) if folder.history.is_file() else []
    kept = [line for line in others if line["fold"] != fold]
    lines = kept + [asdict(record) for record in records]
    write_json(folder.history, sorted(lines, key=lambda line: (line["fold"], line["epoch"])))


def load_history(folder: RunFolder) -> list[EpochRecord]:
    """Read the history of a run; empty where no epoch was finished."""
    if not folder.history.is_file():
        return []
    return [EpochRecord(**line) for line in read_json(folder.history)]


def best_epochs(folder: RunFolder) -> list[EpochRecord]:
    """Return the best epoch of each fold."""
    history = load_history(folder)
    folds = sorted({record.fold for record in history})
    found = [best_of([r for r in history if r.fold == fold]) for fold in folds]
    return [record for record in found if record]
