"""Work that no page waits for, one piece after the other, in a thread that no exit waits for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Background:
    """Does jobs in the order in which they come. The executors of the standard library would keep
    the process alive until the last one is done."""

    def __init__(self, name: str) -> None:
        self.closed = threading.Event()
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._started = False
        self._lock = threading.Lock()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Do ``job`` later; it starts when all before it are done."""
        future: Future[T] = Future()
        self._jobs.put((future, job))
        with self._lock:
            if not self._started:
                self._thread.start()
                self._started = True
        return future

    def close(self) -> None:
        """Begin nothing more."""
        self.closed.set()

    def _work(self) -> None:
        while not self.closed.is_set():
            future, job = self._jobs.get()
            if self.closed.is_set() or not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:  # whoever waits is told
                future.set_exception(error)
