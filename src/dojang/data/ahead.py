"""Work that is done before it is asked for, in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
_END = object()


class _Failed:
    """An error of the thread, on its way to who asks."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def ahead(items: Iterable[T], depth: int) -> Iterator[T]:
    """Yield ``items`` in their order while a thread makes the next ``depth`` of them.

    An error of ``items`` is raised where its item would have come. Closing the generator ends the
    thread after the item that it is at.
    """
    waiting: queue.Queue[object] = queue.Queue(depth)
    stopped = threading.Event()

    def put(thing: object) -> None:
        while not stopped.is_set():
            with suppress(queue.Full):
                waiting.put(thing, timeout=0.05)
                return

    def work() -> None:
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    return
            put(_END)
        except BaseException as error:  # it is raised again in the thread that asks
            put(_Failed(error))

    thread = threading.Thread(target=work, name="dojang-ahead", daemon=True)
    thread.start()
    try:
        while (thing := waiting.get()) is not _END:
            if isinstance(thing, _Failed):
                raise thing.error
            yield thing  # type: ignore[misc]
    finally:
        stopped.set()
        thread.join()
