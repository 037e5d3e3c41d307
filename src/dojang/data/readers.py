"""Bytes of one file of a source: a folder, a zip or a tar, read in place.

Nothing is unpacked. A reader is opened from a :class:`~dojang.core.types.SourceRef`, so that every
process has its own handle.
"""

from __future__ import annotations

import os
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from dojang.core.types import SourceRef
from dojang.data.decode import Refused

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_MOST_INFLATED = 8 * 2**30  # bytes of a tar that its compression may shrink …
_MOST_RATIO = 500  # … more than this many times; images hardly shrink at all
_LONGEST_REMARK = 2**20  # bytes of a tar's long name or other remark on the next member
_REMARKS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE,
            tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)  # fmt: skip


class Reader(Protocol):
    """Reads the bytes of one file of a source."""

    def read(self, path: str, limit: int) -> bytes:
        """Return the content of ``path``; raises Refused where it is missing, outside or longer
        than ``limit`` bytes."""
        ...


class BrokenArchive(Exception):
    """The archive cannot be read; the text says why."""


def open_reader(source: SourceRef) -> Reader:
    """Open ``source`` for reading in this process."""
    try:
        if source.kind == "zip":
            return ZipReader(Path(source.root))
        if source.kind == "tar":
            return TarReader(Path(source.root))
    except BrokenArchive as error:
        return Unreadable(str(error))
    return FolderReader(source.root)


class Unreadable:
    """An archive that was there when it was listed and no longer can be read."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, path: str, limit: int) -> bytes:
        raise Refused("read.failed", self._reason)


class FolderReader:
    """Files below ``root``; with an empty root, files by their own path."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root) if root else ""

    def read(self, path: str, limit: int) -> bytes:
        full = inside(self._root, path) if self._root else path
        try:
            status = os.stat(full)  # noqa: PTH116
            # A FIFO or a device would block or never end.
            if not stat.S_ISREG(status.st_mode):
                raise Refused("read.not_a_file")
            if status.st_size > limit:
                raise Refused("decode.too_many_bytes", f"{status.st_size / 2**20:.0f} MiB")
            with open(full, "rb") as file:  # noqa: PTH123 - bytes of a path that may be any string
                return file.read(limit + 1)
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


class ZipReader:
    """Members of a zip archive."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.members = dict(_zip_members(self._zip))
        except Exception as error:  # hostile directories raise errors of many classes
            raise BrokenArchive(_reason(error)) from error

    def read(self, path: str, limit: int) -> bytes:
        info = self.members.get(path)
        if info is None:
            raise Refused("read.missing")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise Refused("read.encrypted")
        if info.file_size > limit:
            raise Refused("decode.too_many_bytes", f"{info.file_size / 2**20:.0f} MiB")
        try:
            # The size in the directory may lie: read one byte past the limit at the most.
            with self._zip.open(info) as member:
                return member.read(limit + 1)
        except Exception as error:  # zlib, lzma and bz2 have error classes of their own
            raise Refused("read.failed", _reason(error)) from None

    def close(self) -> None:
        self._zip.close()


def _zip_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for info in archive.infolist():
        name = zip_name(info)
        if not name.endswith("/"):
            yield name, info


def zip_name(info: zipfile.ZipInfo) -> str:
    """Return the member's name, its steps parted by slashes.

    Archives made on Korean Windows hold CP949 without saying so, and old ones hold backslashes.
    """
    return _decoded_name(info).replace("\\", "/").removeprefix("./")


def _decoded_name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


class TarReader:
    """Members of a tar archive. A compressed one is a stream: going back starts it again.

    Attributes:
        members: regular files by name, in the order of the archive.
        others: names of links, devices and the like.
    """

    def __init__(self, path: Path) -> None:
        self.members: dict[str, tarfile.TarInfo] = {}
        self.others: list[str] = []
        try:
            most = max(_MOST_INFLATED, _MOST_RATIO * path.stat().st_size)
            self._tar = tarfile.open(path, tarinfo=_Header)  # noqa: SIM115
            self._list(most)
        except Exception as error:  # zlib and lzma have error classes of their own
            raise BrokenArchive(_reason(error)) from error

    def _list(self, most: int) -> None:
        total = 0
        for member in self._tar:
            total += member.size + tarfile.BLOCKSIZE
            if member.size < 0:  # a pax remark may claim it
                raise tarfile.ReadError("the size of a member is negative")
            if total > most:  # found out before the bytes of this member are inflated
                raise tarfile.ReadError(f"inflates to more than {most / 2**30:.0f} GiB")
            name = member.name.removeprefix("./")
            if member.isreg():
                self.members[name] = member
            elif not member.isdir():
                self.others.append(name)

    def read(self, path: str, limit: int) -> bytes:
        member = self.members.get(path)
        if member is None:
            raise Refused("read.missing")
        if member.size > limit:
            raise Refused("decode.too_many_bytes", f"{member.size / 2**20:.0f} MiB")
        try:
            file = self._tar.extractfile(member)  # a stream of the member; nothing is unpacked
            return file.read(limit + 1) if file else b""
        except Exception as error:  # zlib and lzma have error classes of their own
            raise Refused("read.failed", _reason(error)) from None

    def close(self) -> None:
        self._tar.close()


class _Header(tarfile.TarInfo):
    """A header that is whole and whose remarks are short: tarfile reads them whatever size they
    claim."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if not any(buf):
                raise  # zeros, or nothing: the end
            # tarfile would take it for the end too, and drop all that follows.
            raise tarfile.ReadError("the header of a member is damaged") from error
        if header.type in _REMARKS and not 0 <= header.size <= _LONGEST_REMARK:
            raise tarfile.ReadError("the header of a member is too long")
        if header.size < 0:  # tarfile would go back and read the same members for ever
            raise tarfile.ReadError("the size of a member is negative")
        return header


def is_tar(path: Path) -> bool:
    """Does ``path`` begin like a tar archive, compressed or not?"""
    try:
        with tarfile.open(path, tarinfo=_Header):
            return True
    except Exception:  # zlib and lzma have error classes of their own
        return False


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:200] or type(error).__name__


def nfc(text: str) -> str:
    """Return ``text`` in Unicode NFC, in which equal-looking Hangul is equal."""
    return unicodedata.normalize("NFC", text)
