"""Where time goes: named spans, summed, and kept for a trace where one is wanted.

A span counts its own time only: what passes in spans inside it belongs to those. So the seconds of
the thread that made the clock add up to no more than the time that passed, and the rest is what no
span covers. Other threads, and child processes that report by :meth:`Clock.add`, work beside it;
their seconds are kept apart, since they are no share of the time that passed.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

_NOTHING = nullcontext()


@dataclass(frozen=True)
class Span:
    """A piece of time.

    Attributes:
        start: seconds since the clock was made.
        seconds: how long it lasted, what is inside it included.
        thread: number of the thread; the one that made the clock is 0.
    """

    name: str
    start: float
    seconds: float
    thread: int


class Clock:
    """Adds up named spans; one that is off does nothing.

    Args:
        on: off, ``span`` gives an empty context and nothing is kept.
        keep: how many spans to keep from the beginning, and as many from the end.
        synchronise: called before every look at the time, so that a device that works in the
            background has done what it was given.

    Attributes:
        seconds: own time by name, in the thread that made the clock.
        beside: own time by name, in other threads and processes.
        counts: how many spans there were by name.
    """

    def __init__(
        self, on: bool = True, keep: int = 0, synchronise: Callable[[], None] | None = None
    ) -> None:
        self.on = on
        self.seconds: dict[str, float] = {}
        self.beside: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        self.started = time.perf_counter()
        self.synchronise = synchronise
        self._keep, self._closed = keep, 0
        self._first: list[Span] = []
        self._last: deque[Span] = deque(maxlen=keep)
        self._threads = {threading.get_ident(): 0}
        self._lock = threading.Lock()
        self._local = threading.local()

    def span(self, name: str) -> AbstractContextManager[None]:
        """Return a context that adds the time inside it to ``name``."""
        return _Running(self, name) if self.on else _NOTHING

    def add(self, name: str, seconds: float) -> None:
        """Add time that passed beside this process, such as in a child."""
        if self.on:
            with self._lock:
                self.beside[name] = self.beside.get(name, 0.0) + seconds
                self.counts[name] = self.counts.get(name, 0) + 1

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return time.perf_counter() - self.started

    @property
    def spans(self) -> tuple[Span, ...]:
        """The first and the last spans, in the order in which they began."""
        with self._lock:
            kept = [*self._first, *self._last]
        return tuple(sorted(kept, key=lambda span: (span.start, -span.seconds)))

    @property
    def dropped(self) -> int:
        """How many spans between the first and the last were not kept."""
        return self._closed - len(self._first) - len(self._last)

    def _stack(self) -> list[_Running]:
        """Return the open spans of this thread, the innermost last."""
        if not hasattr(self._local, "stack"):
            self._local.stack = []
        stack: list[_Running] = self._local.stack
        return stack

    def _close(self, name: str, began: float, lasted: float, inside: float) -> None:
        ident = threading.get_ident()
        with self._lock:
            thread = self._threads.setdefault(ident, len(self._threads))
            sums = self.beside if thread else self.seconds
            sums[name] = sums.get(name, 0.0) + lasted - inside
            self.counts[name] = self.counts.get(name, 0) + 1
            self._closed += 1
            if self._keep:
                span = Span(name, began - self.started, lasted, thread)
                (self._first if len(self._first) < self._keep else self._last).append(span)


class _Running(AbstractContextManager[None]):
    """A span that has not ended."""

    def __init__(self, clock: Clock, name: str) -> None:
        self._clock, self._name = clock, name
        self._began = self.inside = 0.0

    def __enter__(self) -> None:
        self._clock._stack().append(self)
        self._began = self._now()

    def __exit__(self, *error: object) -> None:
        lasted = self._now() - self._began
        stack = self._clock._stack()
        stack.pop()
        if stack:
            stack[-1].inside += lasted
        self._clock._close(self._name, self._began, lasted, self.inside)

    def _now(self) -> float:
        if self._clock.synchronise:
            self._clock.synchronise()
        return time.perf_counter()


OFF = Clock(on=False)
