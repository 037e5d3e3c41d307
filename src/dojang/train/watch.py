"""What a training has come to: its history, its best weights, its faults, and the states to which
it can go back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from dojang.core.faults import MOST_ROLLBACKS, Fault
from dojang.core.store import RunFolder, read_json, write_json
from dojang.core.types import EpochRecord
from dojang.data.loader import Batch, EvalLoader
from dojang.train.averaging import holding, refresh_norms
from dojang.train.checkpoint import (
    Checkpoints,
    State,
    put_back,
    read_state,
    save_weights,
    take_state,
)
from dojang.train.faults import NotFinite, unsound
from dojang.train.loop import EpochEnd, LessMemory, Place, Step
from dojang.train.norms import shared_norm_statistics
from dojang.train.observers import is_best, lasted, measure, monitored, reason_to_stop
from dojang.train.plan import Session
from dojang.train.processes import as_in_main
from dojang.train.signals import StopRequest

Reason = Literal["done", "patience", "limit"]
WINDOW = 1000  # steps of a long epoch after which a new state to go back to is taken
_REFRESH_BATCHES = 50


class Watch:
    """Takes note of the events of one training."""

    def __init__(self, folder: RunFolder, session: Session) -> None:
        self._folder, self._session = folder, session
        self._files = Checkpoints(folder.checkpoints, session.fold)
        self._before = 0.0
        self._started = self._epoch_started = time.monotonic()
        self._saved = (0, 0.0)  # step and second of the last state
        self._best: dict[str, Tensor] | None = None
        self._good: State | None = None
        self._good_file: Path | None = None
        self.place = Place()
        self.history: list[EpochRecord] = []
        self.faults: list[Fault] = []
        self.ended: Reason = "done"

    @property
    def seconds(self) -> float:
        """Seconds of all sittings together."""
        return self._before + time.monotonic() - self._started

    @property
    def finished(self) -> bool:
        """Is it time to stop?"""
        session = self._session
        reason = reason_to_stop(self.history, session.patience, session.limit, session.per_epoch)
        self.ended = reason or "done"
        return reason is not None or len(self.history) >= session.epochs

    def resume(self) -> list[Fault]:
        """Go back to the last state that is whole, if there is one; return what was damaged."""
        found = self._files.read()
        if found is None:
            self._keep_good()
            return []
        state, path, good, damaged = found
        put_back(state, self._session.trainee)
        self.place = state.place
        self.history = [EpochRecord.from_json(line) for line in state.memory["history"]]
        self.faults = [Fault.from_json(line) for line in state.memory["faults"]]
        self._before = state.memory["seconds"]
        self._saved = (self.place.step(self._session.per_epoch), self._before)
        self._good = (read_state(good) if good else None) or state
        self._good_file = good if good and good.is_file() else path
        step = self._saved[0]
        if self._session.accelerator.is_main_process:
            for file in damaged:
                file.rename(file.with_suffix(".damaged"))
        return [
            Fault("damaged", step, self.place.epoch, "previous", (str(file),)) for file in damaged
        ]

    def step(self, event: Step) -> None:
        """Take note of a step; write a state where it is time to."""
        self.place = event.place
        if self.place.steps % WINDOW == 0 and self.place.steps < self._session.per_epoch:
            self._keep_good()
        if self._due(event.step):
            self.save_state()

    def trained(self, event: EpochEnd) -> None:
        """Take note of an epoch that is trained and not yet measured."""
        self.place = event.place

    def measured(self, event: EpochEnd, stop: StopRequest) -> EpochRecord:
        """Measure the network at the end of an epoch and return the record of it.

        Raises:
            Stopped: somebody asked to stop meanwhile; the epoch is to be measured again.
        """
        session = self._session
        with self._averaged() as weights:
            record = self._record(event, stop)
            record = replace(record, best=is_best(record, self.history, session.monitor))
            if record.best:
                self._best = {name: value.detach().clone() for name, value in weights.items()}
        self.history.append(record)
        if session.plateau:
            values = [monitored(r, session.monitor) for r in self.history]
            session.trainee.pace.plateau = session.plateau(values)
        self.place = Place(event.epoch + 1)
        self._keep_good()
        if self._due(event.step) or self.finished:
            self.save_state()
        self._epoch_started = time.monotonic()
        return record

    def lose(self, event: NotFinite) -> Fault:
        """Decide what to do where a step lost its numbers, and do it."""
        tries = sum(fault.action == "rollback" for fault in self.faults)
        fault = Fault(event.where, event.step, event.epoch, "stop", event.files, event.layers)
        wanted = self._session.on_nan
        if wanted == "skip" and not event.layers:
            fault = replace(fault, action="skip")
        elif wanted == "rollback" and tries < MOST_ROLLBACKS and self._good:
            rate = 0.5 ** (tries + 1)
            pieces = self._session.trainee.pace.pieces
            put_back(self._good, self._session.trainee)
            self._session.trainee.pace.rate = rate
            self._session.trainee.pace.pieces = pieces
            self.place = self._good.place
            to_step = self.place.step(self._session.per_epoch)
            fault = replace(fault, action="rollback", to_step=to_step, rate=rate)
        self.faults.append(fault)
        self._write_faults()
        return fault

    def cut(self, event: LessMemory) -> Fault:
        """Take note that memory ran out and micro-batches are smaller from here on."""
        fault = Fault("memory", event.step, self.place.epoch, "pieces", pieces=event.pieces)
        self.faults.append(fault)
        self._write_faults()
        return fault

    def save_best(self) -> None:
        """Write the best weights so far and the history."""
        if not self._session.accelerator.is_main_process:
            return
        if self._best is not None:
            path = self._folder.weights(self._session.fold)
            save_weights(path, self._best, self._session.contract)
            self._best = None
        save_history(self._folder, self._session.fold, self.history)

    def save_state(self) -> None:
        """Write all that is needed to go on from here; not weights that have lost their numbers, so
        that the newest state is always a good one."""
        session = self._session
        if unsound(session.network):
            return
        self._saved = (self.place.step(session.per_epoch), self.seconds)
        if not session.accelerator.is_main_process:
            return
        self.save_best()
        with session.clock.span("checkpoint"):
            good = self._written_good()
            state = take_state(session.trainee, self.place, self._memory())
            path = self._files.write(state, good)
        if self._good and self._good.place == self.place:
            self._good_file = path

    def _written_good(self) -> Path | None:
        """Return the file of the state to go back to, which is written now where it is missing;
        None where the training stands there itself."""
        if self._good is None or self._good.place == self.place:
            return None
        if self._good_file is None or not self._good_file.is_file():
            self._good_file = self._files.write(self._good)
        return self._good_file

    def _keep_good(self) -> None:
        """Keep the state of the moment, to go back to."""
        trainee = self._session.trainee
        if self._session.on_nan == "rollback" and not unsound(trainee.network):
            self._good = take_state(trainee, self.place, self._memory(), copy=True)
            self._good_file = None

    def _memory(self) -> dict[str, Any]:
        return {
            "history": [asdict(record) for record in self.history],
            "faults": [fault.to_json() for fault in self.faults],
            "seconds": self.seconds,
        }

    def _due(self, step: int) -> bool:
        """Has it been long enough since the last state? Within an epoch that is shorter than that
        time its end is waited for, where a state is smaller."""
        session = self._session
        steps, seconds = step - self._saved[0], self.seconds - self._saved[1]
        if not lasted(steps, seconds, session.checkpoint, session.per_epoch):
            return False
        wait = session.checkpoint.seconds
        inside = self.place.steps > 0
        return not (inside and wait and self.history and self._epoch_seconds() < wait)

    def _epoch_seconds(self) -> float:
        """How long the last epoch took."""
        before = self.history[-2].seconds if len(self.history) > 1 else 0.0
        return self.history[-1].seconds - before

    def _record(self, event: EpochEnd, stop: StopRequest) -> EpochRecord:
        """Measure on one process and tell the others, so that all decide alike."""
        session, place = self._session, event.place
        images = place.images * session.accelerator.num_processes
        values = [0.0, 0.0, 0.0, 0.0, self.seconds]
        if session.accelerator.is_main_process:
            with session.clock.span("evaluate"):
                for i, loader in enumerate((session.probe, session.valid)):
                    batches = self._stoppable(loader, stop)
                    values[2 * i : 2 * i + 2] = measure(
                        session.task, session.trainee.model, batches, loader.targets
                    )
            values[4] = self.seconds
        values = as_in_main(values)
        return EpochRecord(
            fold=session.fold, epoch=event.epoch, step=event.step, lr=event.lr,
            objective=event.objective, train_loss=values[0], train_accuracy=values[1],
            valid_loss=values[2], valid_accuracy=values[3],
            images_per_second=images / max(1e-9, place.feed + place.model),
            seconds=values[4], best=False,
            feed_rate=images / max(1e-9, place.feed),
            model_rate=images / max(1e-9, place.model),
            gradient_norm=event.norm, gradient_first=place.first, gradient_peak=place.peak,
        )  # fmt: skip

    def _stoppable(self, loader: EvalLoader, stop: StopRequest) -> Iterable[Batch]:
        # Other processes wait for the result of this one; they cannot be left alone in the middle.
        alone = self._session.accelerator.num_processes == 1
        return stop.between(loader) if alone else loader

    @contextmanager
    def _averaged(self) -> Iterator[Mapping[str, Tensor]]:
        """Put the average of the weights into the network, where there is one; afterwards the
        weights are back to the last bit. Yields what is in the network meanwhile."""
        session = self._session
        network = session.network
        average = session.trainee.average.weights() if session.trainee.average else None
        if average is None:
            yield network.state_dict()
            return
        with holding(network, average):
            if session.refresh_norms:
                some = islice(session.loader.epoch(0), _REFRESH_BATCHES)
                with shared_norm_statistics():
                    refresh_norms(session.trainee.model, (batch.images for batch in some))
            yield network.state_dict()

    def _write_faults(self) -> None:
        if self._session.accelerator.is_main_process:
            save_by_fold(
                self._folder.faults, self._session.fold, [f.to_json() for f in self.faults]
            )


def save_history(folder: RunFolder, fold: int, records: list[EpochRecord]) -> None:
    """Write the history of one fold beside those of the others."""
    save_by_fold(folder.history, fold, [asdict(record) for record in records])


def save_by_fold(path: Path, fold: int, lines: list[dict[str, Any]]) -> None:
    """Write the lines of one fold beside those of the others."""
    others = read_json(path) if path.is_file() else []
    kept = [line for line in others if line["fold"] != fold]
    every = kept + [{"fold": fold} | line for line in lines]
    write_json(path, sorted(every, key=lambda line: (line["fold"], line["epoch"])))
