"""Asked to stop: by Ctrl-C, or by whoever runs the machine (SIGTERM)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
EXIT_TERMINATED = 128 + signal.SIGTERM
_WATCHED = (signal.SIGINT, signal.SIGTERM)


class Stopped(Exception):
    """Raised between two batches after somebody asked to stop."""


class Terminated(SystemExit):
    """The process was asked to end (SIGTERM) and has saved what it needs to go on."""

    def __init__(self) -> None:
        super().__init__(EXIT_TERMINATED)


def end_on_sigterm() -> None:
    """Let SIGTERM end the process in order, with its exit status; for the command line."""
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)  # a second one does not wait
    raise Terminated


class StopRequest:
    """Takes note of the first signal, so that the training can end between two steps; a second one
    ends the process at once, as if nobody had listened.

    Outside the main thread Python has no signals, and nothing is noted.

    Attributes:
        number: the signal that came, or None.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            for number in _WATCHED:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.number is None:
            self.number = number
            return
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    @property
    def terminated(self) -> bool:
        """Was it SIGTERM? Then there is no time for anything but the state."""
        return self.number == signal.SIGTERM

    def between(self, batches: Iterable[T]) -> Iterator[T]:
        """Yield ``batches``; raise Stopped before the next one once somebody asked to stop."""
        for batch in batches:
            if self.number is not None:
                raise Stopped
            yield batch
