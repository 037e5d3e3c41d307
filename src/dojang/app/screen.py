"""What a person sees while work goes on: one live line on a terminal, plain lines elsewhere.

Progress goes to the standard error stream; results, which others may read, to standard output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from dojang.analysis.faults import fault_line
from dojang.core.faults import Fault
from dojang.core.i18n import t
from dojang.core.types import EpochRecord
from dojang.train.loop import EpochEnd, Event, Step

Count = Callable[[int, int], None]
REFRESH_SECONDS = 0.2


class Screen(Protocol):
    """Where progress is shown."""

    def note(self, key: str, **values: object) -> None:
        """Say one sentence."""
        ...

    @contextmanager
    def task(self, key: str) -> Iterator[Count]:
        """Show work whose steps are counted; the value is called with (done, total)."""
        ...

    def training(
        self, event: Event | Fault, record: EpochRecord | None, seconds: float, epochs: int
    ) -> None:
        """Show an event of the loop; ``record`` comes with the end of an epoch."""
        ...


class Silent:
    """Shows nothing."""

    def note(self, key: str, **values: object) -> None:
        """Say nothing."""

    @contextmanager
    def task(self, key: str) -> Iterator[Count]:
        """Count in silence."""
        yield lambda done, total: None

    def training(
        self, event: Event | Fault, record: EpochRecord | None, seconds: float, epochs: int
    ) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class Watched:
    """A screen behind which somebody else sees the training, after whoever looks at the screen."""

    screen: Screen
    see: Callable[[Event | Fault, EpochRecord | None], None]

    def note(self, key: str, **values: object) -> None:
        self.screen.note(key, **values)

    @contextmanager
    def task(self, key: str) -> Iterator[Count]:
        with self.screen.task(key) as count:
            yield count

    def training(
        self, event: Event | Fault, record: EpochRecord | None, seconds: float, epochs: int
    ) -> None:
        self.screen.training(event, record, seconds, epochs)
        self.see(event, record)


class Lines:
    """Plain lines on standard error; on a terminal the last one is redrawn in place."""

    def __init__(self, live: bool | None = None) -> None:
        self._live = sys.stderr.isatty() if live is None else live
        self._drawn = 0.0
        self._pending = False
        self._epoch_started = time.monotonic()
        self._epoch = -1
        self._images = 0
        self._accuracy = ""

    def note(self, key: str, **values: object) -> None:
        self._print(t(key, **values))

    @contextmanager
    def task(self, key: str) -> Iterator[Count]:
        started = time.monotonic()
        last = [0, 0]

        def count(done: int, total: int) -> None:
            last[:] = [done, total]
            rate = done / max(1e-9, time.monotonic() - started)
            left = _clock((total - done) / max(1e-9, rate))
            self._redraw(
                t(
                    "progress.count",
                    what=t(key),
                    done=done,
                    total=total,
                    rate=f"{rate:.0f}",
                    left=left,
                )
            )

        yield count
        if last[1]:
            seconds = time.monotonic() - started
            rate = f"{last[1] / max(1e-9, seconds):.0f}"
            self._print(
                t(
                    "progress.counted",
                    what=t(key),
                    total=last[1],
                    seconds=f"{seconds:.1f}",
                    rate=rate,
                )
            )

    def training(
        self, event: Event | Fault, record: EpochRecord | None, seconds: float, epochs: int
    ) -> None:
        if isinstance(event, Fault):
            self._print(fault_line(event))
        elif isinstance(event, Step):
            self._step(event, seconds, epochs)
        elif isinstance(event, EpochEnd) and record:
            self._accuracy = t("progress.accuracy", value=f"{100 * record.valid_accuracy:.1f}")
            self._print(
                t(
                    "progress.epoch",
                    epoch=f"{record.epoch + 1:>{len(str(epochs))}}",
                    epochs=epochs,
                    objective=f"{record.objective:.3f}",
                    train=f"{record.train_loss:.3f}",
                    valid=f"{record.valid_loss:.3f}",
                    accuracy=f"{100 * record.valid_accuracy:5.1f}",
                    rate=f"{record.images_per_second:.0f}",
                    left=_left(seconds, (record.epoch + 1) / epochs),
                    best=t("progress.best") if record.best else "",
                )
            )

    def _step(self, event: Step, seconds: float, epochs: int) -> None:
        now = time.monotonic()
        if event.epoch != self._epoch:
            self._epoch, self._images, self._epoch_started = event.epoch, 0, now
            return  # a rate needs two steps
        self._images += event.images
        self._redraw(
            t(
                "progress.step",
                epoch=event.epoch + 1,
                epochs=epochs,
                share=f"{100 * event.of_epoch:3.0f}",
                objective=f"{event.objective:.3f}",
                accuracy=self._accuracy,
                rate=f"{self._images / max(1e-9, now - self._epoch_started):.0f}",
                left=_left(seconds, (event.epoch + event.of_epoch) / epochs),
            )
        )

    def _redraw(self, line: str) -> None:
        now = time.monotonic()
        if self._live and now - self._drawn > REFRESH_SECONDS:
            self._drawn, self._pending = now, True
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()

    def _print(self, line: str) -> None:
        if self._pending:
            sys.stderr.write("\r\x1b[K")
            self._pending = False
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def _left(seconds: float, done: float) -> str:
    """Write the time that is left when a share ``done`` took ``seconds``."""
    return _clock(seconds * (1 - done) / max(1e-9, done))


def _clock(seconds: float) -> str:
    """Write a time as 0:07, 12:30 or 1:02:03."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
