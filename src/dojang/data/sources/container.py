"""A folder or an archive as names and bytes, read in place: what every kind of source is made of.

The kinds know neither folders nor archives: they see the names of the files, in an order that means
nothing, and ask for the bytes of a few of them, such as a table or a list of boxes.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Literal

from dojang.core.errors import DataError
from dojang.core.types import Refusal, SourceRef
from dojang.data.archives import Begins, BrokenArchive, TarReader, ZipReader, is_tar
from dojang.data.decode import Refused
from dojang.data.readers import FolderReader, Reader, inside
from dojang.data.sources.names import (
    TABLE_SUFFIXES,
    ignored,
    looks_like_image,
    member_problem,
    printable,
)
from dojang.data.sources.walk import walk

Place = Literal["folder", "table", "zip", "tar", "file"]
MOST_BYTES = 2**30  # of a table or a list of boxes in an archive
_HARMLESS = 64 * 2**20
_MOST_RATIO = 500  # text hardly shrinks more


class Container:
    """The files of one source.

    Attributes:
        ref: how another process opens it.
        path: what the user named, for messages.
        place: what is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = place_of(path)
        if self.place in ("zip", "tar"):
            root = str(path.resolve())
        else:
            root = os.path.realpath(path if self.place == "folder" else path.parent)
        self.ref = SourceRef("folder" if self.place == "file" else self.place, root)
        self._archive: ZipReader | TarReader | None = None

    @property
    def names(self) -> list[str]:
        """The regular files; sorted for a folder, in its order for an archive."""
        return self._listed[0]

    @property
    def refused(self) -> list[Refusal]:
        """What is there and cannot be used, with the reason."""
        return list(self._listed[1])

    @property
    def tables(self) -> list[str]:
        """The tables: the file itself, or those in the folder or archive."""
        if self.place == "table":
            return [self.path.name]
        return sorted(name for name in self.names if _is_table(name))

    @cached_property
    def _listed(self) -> tuple[list[str], list[Refusal]]:
        if self.place in ("zip", "tar"):
            return self._members()
        return walk(self.ref.root)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.open_archive().members)

    def open_archive(self) -> ZipReader | TarReader:
        """Open the archive, once.

        Raises:
            DataError: it cannot be read.
        """
        if self._archive is None:
            kind = ZipReader if self.place == "zip" else TarReader
            try:
                self._archive = kind(self.path)
            except BrokenArchive as error:
                raise DataError("data.broken_archive", path=self.path, reason=error) from error
        return self._archive

    def close(self) -> None:
        """Close the archive; names stay known."""
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def _members(self) -> tuple[list[str], list[Refusal]]:
        reader = self.open_archive()
        names: list[str] = []
        refused = [Refusal(printable(name), reason) for name, reason in reader.set_aside]
        for name in reader.members:
            reason = member_problem(name)
            if reason:
                refused.append(Refusal(printable(name), reason))
            elif not any(ignored(step) for step in name.split("/")):
                names.append(name)
        return names, refused

    def read(self, name: str, limit: int = MOST_BYTES) -> bytes:
        """Return the content of a file.

        Raises:
            DataError: it is missing, longer than ``limit`` or cannot be read.
        """
        try:
            data = self._reader().read(name, limit)
            if len(data) > limit:
                raise Refused("decode.too_many_bytes")
        except Refused as error:
            shown = f"{self.path}/{name}" if self.place != "table" else self.path
            raise DataError("source.unreadable", path=shown, reason=_told(error)) from error
        return data

    def _reader(self) -> Reader:
        if self.place not in ("zip", "tar"):
            return FolderReader(self.ref.root)
        return _Guarded(self.open_archive())

    def local(self, name: str) -> Path | None:
        """Return the file on the disk that holds ``name``, or None inside an archive.

        Raises:
            DataError: it is no regular file, or leads out of the folder.
        """
        if self.place in ("zip", "tar"):
            return None
        if self.place == "table":
            return self.path
        try:
            return Path(_regular(inside(self.ref.root, name)))
        except Refused as error:
            shown = f"{self.path}/{name}"
            raise DataError("source.unreadable", path=shown, reason=_told(error)) from error

    def finder(self) -> Callable[[str], str | None]:
        """Return a function that says why a name in a table cannot be used, or None: a code as of
        :class:`~dojang.core.types.Refusal`."""
        if self.place in ("zip", "tar"):
            return self._in_archive
        return _OnDisk(self.ref.root)

    def _in_archive(self, name: str) -> str | None:
        return member_problem(name) or (None if name in self._known else "read.missing")


class _OnDisk:
    """Looks for files below a folder. Folders are resolved once, so a file costs one call of the
    system; links are resolved each."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._folders: dict[str, str | None] = {}

    def __call__(self, name: str) -> str | None:
        if "\0" in name:
            return "read.outside"
        head, tail = os.path.split(name)
        folder = self._folder(head)
        if folder is None or tail in ("", ".", ".."):
            return self._slowly(name)
        try:
            status = os.lstat(f"{folder}/{tail}")
        except (FileNotFoundError, NotADirectoryError):
            return "read.missing"  # and not outside: its folder is resolved
        except (OSError, ValueError):
            return self._slowly(name)
        return self._slowly(name) if stat.S_ISLNK(status.st_mode) else None

    def _folder(self, head: str) -> str | None:
        if head not in self._folders:
            try:
                self._folders[head] = inside(self._root, head) if head else self._root
            except Refused:
                self._folders[head] = None
        return self._folders[head]

    def _slowly(self, name: str) -> str | None:
        try:
            full = inside(self._root, name)
        except Refused as refused:
            return refused.reason
        return None if os.path.exists(full) else "read.missing"  # noqa: PTH110


class _Guarded:
    """An archive whose tables may not inflate out of all proportion."""

    def __init__(self, reader: ZipReader | TarReader) -> None:
        self._reader = reader

    def read(self, path: str, limit: int, begins: Begins | None = None) -> bytes:
        member = self._reader.members.get(path)
        if isinstance(member, zipfile.ZipInfo):
            most = max(_HARMLESS, _MOST_RATIO * member.compress_size)
            if member.file_size > most:
                raise Refused("decode.too_many_bytes", f"{member.file_size / 2**20:.0f} MiB")
        return self._reader.read(path, limit, begins)


def place_of(path: Path) -> Place:
    """Say what is at ``path``. os.path, since pathlib raises where a name is too long.

    Raises:
        DataError: there is nothing, or something that cannot be opened.
    """
    if not os.path.exists(path):  # noqa: PTH110
        raise DataError("data.missing", path=path)
    if os.path.isdir(path):  # noqa: PTH112
        return "folder"
    if not os.path.isfile(path):  # noqa: PTH113 - opening a FIFO would block
        raise DataError("data.unknown_kind", path=path)
    if path.name.lower().endswith(TABLE_SUFFIXES):
        return "table"
    if looks_like_image(path.name):  # even one with an archive appended to it
        return "file"
    if zipfile.is_zipfile(path):
        return "zip"
    return "tar" if is_tar(path) else "file"


def _is_table(name: str) -> bool:
    """In folders and archives, text files are notes rather than tables."""
    return name.lower().endswith(tuple(s for s in TABLE_SUFFIXES if s != ".txt"))


def _regular(full: str) -> str:
    try:
        status = os.stat(full)  # noqa: PTH116
    except OSError as error:
        raise Refused("read.missing") from error
    if not stat.S_ISREG(status.st_mode):
        raise Refused("read.not_a_file")
    return full


def _told(error: Refused) -> str:
    from dojang.core.i18n import t

    return " ".join([t(error.reason), error.detail]).strip()
