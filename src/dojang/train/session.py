"""One training from the first step or the last checkpoint to its end.

Consumes the events of the loop: measures each epoch, keeps the best weights, writes checkpoints and
the history, goes back to a good state where numbers were lost, and decides when to stop. What it
decides follows from the history alone, so a training that was interrupted decides as if it had not
been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Literal

from dojang.core.errors import StorageError
from dojang.core.faults import Fault
from dojang.core.store import RunFolder, read_json
from dojang.core.types import EpochRecord
from dojang.train.faults import NotFinite
from dojang.train.loop import Event, LessMemory, Place, Step, fit
from dojang.train.observers import best_of
from dojang.train.plan import Session
from dojang.train.processes import any_of
from dojang.train.signals import Stopped, StopRequest
from dojang.train.watch import Watch

Ended = Literal["done", "patience", "limit", "diverged", "interrupted", "terminated"]
Show = Callable[[Event | Fault, EpochRecord | None, float], None]


def run_session(session: Session, folder: RunFolder, show: Show) -> Ended:
    """Train one model; keep its best weights and its last state.

    Can be called again after an interruption: it goes on from the last state.

    Args:
        session: what to train, with what.
        folder: where to write.
        show: called with each event or fault, with the record at the end of an epoch, and the
            seconds since the start.

    Raises:
        RunError: numbers were lost again after the last try, or at once where the recipe says stop;
            or all checkpoints are damaged.
        StorageError: a checkpoint could not be written; earlier ones are whole.
    """
    watch = Watch(folder, session)
    for fault in watch.resume():
        show(fault, None, watch.seconds)
    with StopRequest() as stop:
        try:
            ended = _train(session, watch, show, stop)
        except Stopped:
            watch.save_state()
            return "terminated" if stop.terminated else "interrupted"
        except BaseException:
            with suppress(StorageError):  # the first error is the one to tell
                watch.save_best()
            raise
        watch.save_best()
    return ended


def _train(session: Session, watch: Watch, show: Show, stop: StopRequest) -> Ended:
    """Run the loop, again after each return to a good state, until there is a reason to end."""
    while not watch.finished:
        for event in _events(session, watch.place):
            if isinstance(event, NotFinite):
                fault = watch.lose(event)
                show(fault, None, watch.seconds)
                if fault.action == "stop":
                    return "diverged"
                if fault.action == "rollback":
                    break
            elif isinstance(event, LessMemory):
                show(watch.cut(event), None, watch.seconds)
            elif isinstance(event, Step):
                watch.step(event)
                show(event, None, watch.seconds)
                if any_of(stop.number is not None):
                    raise Stopped
            else:
                watch.trained(event)
                show(event, watch.measured(event, stop), watch.seconds)
                if watch.finished:
                    break
    return watch.ended


def _events(session: Session, place: Place) -> Iterator[Event]:
    return fit(
        session.trainee,
        session.task,
        session.loader,
        session.accelerator,
        epochs=session.epochs,
        accumulate=session.accumulate,
        start=place,
        skip=session.on_nan == "skip",
        clock=session.clock,
    )


def load_history(folder: RunFolder) -> list[EpochRecord]:
    """Read the history of a run; empty where no epoch was finished."""
    if not folder.history.is_file():
        return []
    return [EpochRecord.from_json(line) for line in read_json(folder.history)]


def best_epochs(folder: RunFolder) -> list[EpochRecord]:
    """Return the best epoch of each fold."""
    history = load_history(folder)
    folds = sorted({record.fold for record in history})
    found = [best_of([r for r in history if r.fold == fold]) for fold in folds]
    return [record for record in found if record]
