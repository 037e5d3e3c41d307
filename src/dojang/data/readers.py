"""Bytes of one file of a source: a folder, a zip or a tar, read in place.

A reader is opened from a :class:`~dojang.core.types.SourceRef`, so that every process has its own
handle.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path
from typing import Protocol

from dojang.core.types import SourceRef
from dojang.data.archives import Begins, BrokenArchive, TarReader, ZipReader, drain
from dojang.data.formats import Refused

# Opening a FIFO must not wait for somebody who writes into it. Windows knows neither flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)


class Reader(Protocol):
    """Reads the bytes of one file of a source."""

    def read(self, path: str, limit: int, begins: Begins | None = None) -> bytes:
        """Return the content of ``path``.

        Args:
            limit: most bytes.
            begins: looks at the first 12 bytes of a long file; where it says no, the rest is not
                read.

        Raises:
            Refused: missing, outside, longer than ``limit``, or not begun as wanted.
        """
        ...


def open_reader(source: SourceRef, spool: int | None = None) -> Reader:
    """Open ``source`` for reading in this process.

    Args:
        spool: descriptor of a compressed tar that was inflated before.
    """
    try:
        if source.kind == "zip":
            return ZipReader(Path(source.root))
        if source.kind == "tar":
            return TarReader(Path(source.root), spool)
    except BrokenArchive as error:
        return Unreadable(str(error))
    return FolderReader(source.root)


class Unreadable:
    """An archive that was there when it was listed and no longer can be read."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, path: str, limit: int, begins: Begins | None = None) -> bytes:
        """Refuse every file."""
        raise Refused("read.failed", self._reason)


class FolderReader:
    """Files below ``root``; with an empty root, files by their own path."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root) if root else ""

    def read(self, path: str, limit: int, begins: Begins | None = None) -> bytes:
        """Return the content of a file; see :class:`Reader`."""
        full = inside(self._root, path) if self._root else path
        try:
            # A FIFO or a device would block or never end; even to open a device may do something.
            if not stat.S_ISREG(os.stat(full).st_mode):  # noqa: PTH116
                raise Refused("read.not_a_file")
            with open(os.open(full, _FLAGS | _CLOEXEC), "rb") as file:  # noqa: PTH123
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):  # it was changed in between
                    raise Refused("read.not_a_file")
                if status.st_size > limit:
                    raise Refused("decode.too_many_bytes", f"{status.st_size / 1e6:.0f} MB")
                return drain(file, status.st_size, limit, begins)
        except (FileNotFoundError, NotADirectoryError):
            raise Refused("read.missing") from None
        except OSError as error:
            raise Refused("read.failed", error.strerror or "") from None


def inside(root: str, path: str) -> str:
    """Return the real path of ``root/path``; raises Refused where it leaves ``root``."""
    if "\0" in path:
        raise Refused("read.outside")
    full = os.path.realpath(os.path.join(root, path))  # noqa: PTH118 - keeps odd names as they are
    if full != root and not full.startswith(root.rstrip(os.sep) + os.sep):
        raise Refused("read.outside")
    return full


def nfc(text: str) -> str:
    """Return ``text`` in Unicode NFC, in which equal-looking Hangul is equal."""
    return unicodedata.normalize("NFC", text)
