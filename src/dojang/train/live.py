"""What somebody who watches a training needs to know now: ``live.json``.

The history goes to the disk with the checkpoints, so that it never says more than the weights
beside it know. A watcher wants each epoch when it ends, and the steps in between. A thread of its
own writes them at most once a second, so that the training never waits for the disk; nothing is
read from that file when a run is resumed.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from dojang.core.errors import StorageError
from dojang.core.faults import Fault
from dojang.core.store import RunFolder, write_json
from dojang.core.types import EpochRecord
from dojang.train.loop import EpochEnd, Event, Step
from dojang.train.processes import is_main

Show = Callable[[Event | Fault, EpochRecord | None, float], None]

SECONDS = 1.0  # between two writings
POINTS = 240  # of the loss over the steps; then two become one
MOST_EPOCHS = 1000  # that the history does not have yet


class Live:
    """Follows the training of one fold and keeps ``live.json`` fresh while its block lasts.

    Args:
        epochs: planned.
        per_epoch: steps of the optimiser in one epoch.
    """

    def __init__(
        self, folder: RunFolder, fold: int, folds: int, epochs: int, per_epoch: int
    ) -> None:
        self._folder = folder
        self._plan = {"fold": fold, "folds": folds, "epochs": epochs, "steps": epochs * per_epoch}
        self._lock = threading.Lock()
        self._changed, self._over = threading.Event(), threading.Event()
        self._place: dict[str, Any] = {}
        self._losses = Thinned(POINTS)
        self._ended: deque[dict[str, Any]] = deque(maxlen=MOST_EPOCHS)
        self._saved: object = None
        self._speed = _Speed()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if is_main():
            self._thread = threading.Thread(target=self._work, name="dojang-live", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is None:
            return
        self._over.set()
        self._changed.set()
        self._thread.join()
        with suppress(OSError):
            self._folder.live.unlink(missing_ok=True)

    def told(self, show: Show) -> Show:
        """Return ``show`` that lets this know of every event first."""

        def both(event: Event | Fault, record: EpochRecord | None, seconds: float) -> None:
            if self._thread is not None:
                self._take(event, record, seconds)
            show(event, record, seconds)

        return both

    def _take(self, event: Event | Fault, record: EpochRecord | None, seconds: float) -> None:
        if not isinstance(event, Step | EpochEnd):
            return
        with self._lock:
            if isinstance(event, Step):
                self._losses.add(event.step, event.objective)
                self._speed.add(event.images)
            elif record is not None:
                self._forget_saved()
                self._ended.append(asdict(record))
                self._speed.pause()  # measuring is no training
            share = event.step / max(1, self._plan["steps"])
            self._place = {
                "epoch": event.epoch, "step": event.step, "share": share, "lr": event.lr,
                "seconds": seconds, "left": seconds * (1 - share) / max(1e-9, share),
            }  # fmt: skip
        self._changed.set()

    def _forget_saved(self) -> None:
        """Epochs that the history on the disk has need not be told again: it is written before an
        epoch is told, so all that is known here is in it."""
        try:
            status = self._folder.history.stat()
        except OSError:
            return
        identity = (status.st_mtime_ns, status.st_size, status.st_ino)
        if self._saved not in (None, identity):
            self._ended.clear()
        self._saved = identity

    def _work(self) -> None:
        while True:
            self._changed.wait()
            if self._over.is_set():
                return
            self._changed.clear()
            began = time.monotonic()
            with suppress(StorageError):  # the checkpoint will say it
                write_json(self._folder.live, self._tree(), compact=True)
            self._over.wait(max(0.0, SECONDS - (time.monotonic() - began)))

    def _tree(self) -> dict[str, Any]:
        with self._lock:
            return {
                **self._plan, **self._place,
                "images_per_second": self._speed.value,
                "losses": self._losses.to_json(),
                "ended": list(self._ended),
                "process": os.getpid(),
                "written": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }  # fmt: skip


class Thinned:
    """A long series in few points: each is the mean of as many values as all others.

    Args:
        most: points, an even number; as soon as there are so many, neighbours are put together.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._every = 1
        self._points: list[tuple[int, float]] = []
        self._sum, self._count = 0.0, 0

    def add(self, step: int, value: float) -> None:
        """Take in the value of a step."""
        if self._points and step <= self._points[-1][0]:  # back to a good state
            self._points = [point for point in self._points if point[0] < step]
            self._sum, self._count = 0.0, 0
        self._sum += value
        self._count += 1
        if self._count < self._every:
            return
        self._points.append((step, self._sum / self._count))
        self._sum, self._count = 0.0, 0
        if len(self._points) >= self._most:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [(b[0], (a[1] + b[1]) / 2) for a, b in pairs]
            self._every *= 2

    def to_json(self) -> dict[str, Any]:
        """Return how many steps a point stands for, the last step of each, and the means."""
        return {
            "every": self._every,
            "step": [step for step, _ in self._points],
            "objective": [value for _, value in self._points],
        }


class _Speed:
    """Images a second over the last few seconds of training."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque(maxlen=64)
        self._images = 0
        self.value = 0.0

    def add(self, images: int) -> None:
        now = time.monotonic()
        self._images += images
        self._marks.append((now, self._images))
        first, before = self._marks[0]
        if now > first:
            self.value = (self._images - before) / (now - first)

    def pause(self) -> None:
        self._marks.clear()
