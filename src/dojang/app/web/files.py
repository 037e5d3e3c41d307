"""Files of runs as untrusted input: kept inside, bounded, and read once while they are the same."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Generic, TypeVar

from dojang.core.errors import DojangError, RunError

T = TypeVar("T")
MEGABYTE = 2**20
LONGEST_JSON = 64 * MEGABYTE
LONGEST_TABLE = 2048 * MEGABYTE
MOST_CELLS = 200_000_000
MOST_ENTRIES = 20_000  # of a run folder that are looked at for links

Identity = tuple[int, int, int]
# What readers raise on files that somebody broke, or that are being changed.
BROKEN = (DojangError, OSError, ValueError, KeyError, TypeError, IndexError, AttributeError)


def identity(path: Path) -> Identity | None:
    """Return what changes when a file is replaced, or None where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def is_inside(path: Path, roots: tuple[Path, ...]) -> bool:
    """Is ``path``, after all links, in one of the folders? ``roots`` are real paths."""
    real = os.path.realpath(path)
    return any(real == str(root) or real.startswith(f"{root}{os.sep}".replace("//", "/"))
               for root in roots)  # fmt: skip


def links_out(folder: Path, roots: tuple[Path, ...]) -> bool:
    """Does anything in a run folder lead out of ``roots``? A folder too large to tell counts."""
    if not is_inside(folder, roots):
        return True
    waiting, seen = [str(folder)], 0
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        seen += len(entries)
        if seen > MOST_ENTRIES:
            return True
        for entry in entries:
            if entry.is_symlink():
                if not is_inside(Path(entry.path), roots):
                    return True
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
    return False


def read_tree(path: Path, longest: int = LONGEST_JSON) -> Any:
    """Read JSON of bounded length.

    Raises:
        RunError: missing, too long, no regular file, or broken; the message names it.
    """
    try:
        if not path.is_file():
            raise RunError("run.file_missing", path=path)
        size = path.stat().st_size
        if size > longest:
            raise RunError("studio.too_large", path=path, size=f"{size / MEGABYTE:.0f}")
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError("run.file_missing", path=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise RunError("run.broken", path=path, reason=error) from error


def check_table(path: Path, size: int) -> list[str]:
    """Return the columns of a Parquet file; refuse one that would fill the memory.

    Raises:
        RunError: it is broken, or its own header says that it is too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        facts = pq.read_metadata(path)
        names = list(facts.schema.to_arrow_schema().names)
    except (OSError, pa.ArrowException) as error:
        raise RunError("run.broken", path=path, reason=error) from error
    if size > LONGEST_TABLE or facts.num_rows * facts.num_columns > MOST_CELLS:
        raise RunError("studio.too_large", path=path, size=f"{size / MEGABYTE:.0f}")
    return names


class Kept(Generic[T]):
    """The most recently used values, as many as fit; safe to use from several threads.

    Args:
        room: bytes.
        size: of a value.
    """

    def __init__(self, room: int, size: Callable[[T], int]) -> None:
        self._room, self._size = room, size
        self._values: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable) -> T | None:
        """Return what is kept under ``key``."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value; what nobody asked for longest goes."""
        size = self._size(value)
        with self._lock:
            if key in self._values:
                self._held -= self._values.pop(key)[1]
            if size > self._room:
                return
            self._values[key] = value, size
            self._held += size
            while self._held > self._room:
                self._held -= self._values.popitem(last=False)[1][1]

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under ``key``; made once where several ask at the same time."""
        found = self.get(key)
        if found is not None:
            return found
        with self._lock:
            lock = self._making.setdefault(key, threading.Lock())
        try:
            with lock:
                found = self.get(key)
                if found is None:
                    found = make()
                    self.put(key, found)
                return found
        finally:
            with self._lock:
                self._making.pop(key, None)

    @property
    def held(self) -> int:
        """Bytes that are kept."""
        return self._held
