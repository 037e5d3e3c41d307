"""Members of zip and tar archives, read in place: nothing is unpacked under a name.

A compressed tar can only be read from its beginning. So that images may be wanted in any order, it
is inflated once into a temporary file without a name, which all decoding processes share.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from dojang.data.formats import Refused
from dojang.data.spool import Shared, WholeHeader, most_of

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_MOST_MEMBERS = 5_000_000
_MEMBER_RATIO = 200  # that of one member …
_SMALL_MEMBER = 16 * 2**20  # … if it inflates to more bytes than this
_LEAST_ENTRY = 46  # bytes of an entry in the directory of a zip
_SHORT = 2**16  # bytes of a file that is read whole, whatever it is

Begins = Callable[[bytes], bool]


class BrokenArchive(Exception):
    """The archive cannot be read; the text says why."""


class Peekable(Protocol):
    """A stream that can be looked into."""

    def peek(self, size: int, /) -> bytes: ...
    def read(self, size: int, /) -> bytes: ...


def drain(stream: Peekable, size: int, limit: int, begins: Begins | None) -> bytes:
    """Read a stream that claims ``size`` bytes, and at the most one byte more than ``limit``.

    Args:
        begins: looks at the first bytes; where it says no, a long stream is not read on.

    Raises:
        Refused: it does not begin like an image.
    """
    if begins and size > _SHORT and not begins(stream.peek(12)[:12]):
        raise Refused("decode.not_image")
    return stream.read(min(size, limit) + 1)


class ZipReader:
    """Members of a zip archive.

    Attributes:
        members: by name; of members with the same name the last one.
        set_aside: names and reasons of what is not among them.
    """

    def __init__(self, path: Path) -> None:
        self.members: dict[str, zipfile.ZipInfo] = {}
        self.set_aside: list[tuple[str, str]] = []
        try:
            _check_directory(path)
            self._zip = zipfile.ZipFile(path)
            self._list(most_of(path))
        except Exception as error:  # hostile directories raise errors of many classes
            raise BrokenArchive(_reason(error)) from error

    def _list(self, most: int) -> None:
        total = 0
        for info in self._zip.infolist():
            total += info.file_size
            name = zip_name(info)
            if name.endswith("/"):
                continue
            if name in self.members:
                self.set_aside.append((name, "read.twice"))
            self.members[name] = info
        if total > most:
            raise zipfile.BadZipFile(_too_much(most))

    def read(self, path: str, limit: int, begins: Begins | None = None) -> bytes:
        """Return the content of a member; see :class:`dojang.data.readers.Reader`."""
        info = self.members.get(path)
        if info is None:
            raise Refused("read.missing")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise Refused("read.encrypted")
        if info.file_size > limit:
            raise Refused("decode.too_many_bytes", f"{info.file_size / 1e6:.0f} MB")
        if info.file_size > max(_SMALL_MEMBER, _MEMBER_RATIO * info.compress_size):
            raise Refused("read.ratio")
        try:
            # The size in the directory may lie: read one byte past the limit at the most.
            with self._zip.open(info) as member:
                return drain(cast(Peekable, member), info.file_size, limit, begins)
        except Refused:
            raise
        except Exception as error:  # zlib, lzma and bz2 have error classes of their own
            raise Refused("read.failed", _reason(error)) from None

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def _check_directory(path: Path) -> None:
    """Refuse a directory of too many members before zipfile reads the whole of it."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 2**16 - 100))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return  # zipfile says what is wrong
    count, length = struct.unpack("<HI", tail[end + 10 : end + 16])
    wide = tail.rfind(b"PK\x06\x06", 0, end)
    if wide >= 0 and len(tail) >= wide + 48:
        count, length = struct.unpack("<QQ", tail[wide + 32 : wide + 48])
    if max(count, length // (4 * _LEAST_ENTRY)) > _MOST_MEMBERS:
        raise zipfile.BadZipFile(f"more than {_MOST_MEMBERS:,} members")


def zip_name(info: zipfile.ZipInfo) -> str:
    """Return the member's name, its steps parted by slashes.

    Archives made on Korean Windows hold CP949 without saying so, and old ones hold backslashes.
    """
    return _tidy(_decoded_name(info).replace("\\", "/"))


def _tidy(name: str) -> str:
    """Leave out the steps that go nowhere, so that two spellings of a name are one."""
    while "/./" in name:
        name = name.replace("/./", "/")
    return name.removeprefix("./")


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
    """Members of a tar archive. A compressed one is a stream: going back starts it again, unless
    it is read from a spool.

    Args:
        spool: descriptor of the archive as :func:`spool_of` inflated it.

    Attributes:
        members: regular files by name, in the order of the archive; of those with the same name
            the last one.
        set_aside: names and reasons of links, devices and the like.
    """

    def __init__(self, path: Path, spool: int | None = None) -> None:
        self.members: dict[str, tarfile.TarInfo] = {}
        self.set_aside: list[tuple[str, str]] = []
        try:
            most = most_of(path)
            if spool is None:
                self._tar = tarfile.open(path, tarinfo=WholeHeader)  # noqa: SIM115
            else:
                own = io.BufferedReader(Shared(spool))
                self._tar = tarfile.open(fileobj=own, mode="r:", tarinfo=WholeHeader)  # noqa: SIM115
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
                raise tarfile.ReadError(_too_much(most))
            name = _tidy(member.name)
            if member.isreg():
                if name in self.members:
                    self.set_aside.append((name, "read.twice"))
                self.members[name] = member
            elif not member.isdir():
                self.set_aside.append((name, "read.not_a_file"))
            if len(self.members) + len(self.set_aside) > _MOST_MEMBERS:
                raise tarfile.ReadError(f"more than {_MOST_MEMBERS:,} members")

    def read(self, path: str, limit: int, begins: Begins | None = None) -> bytes:
        """Return the content of a member; see :class:`dojang.data.readers.Reader`."""
        member = self.members.get(path)
        if member is None:
            raise Refused("read.missing")
        if member.size > limit:
            raise Refused("decode.too_many_bytes", f"{member.size / 1e6:.0f} MB")
        try:
            file = self._tar.extractfile(member)  # a stream of the member; nothing is unpacked
            if not isinstance(file, io.BufferedReader):
                raise Refused("read.not_a_file")
            return drain(file, member.size, limit, begins)
        except Refused:
            raise
        except Exception as error:  # zlib and lzma have error classes of their own
            raise Refused("read.failed", _reason(error)) from None

    def close(self) -> None:
        """Close the archive."""
        self._tar.close()


def is_tar(path: Path) -> bool:
    """Does ``path`` begin like a tar archive, compressed or not?"""
    try:
        with tarfile.open(path, tarinfo=WholeHeader):
            return True
    except Exception:  # zlib and lzma have error classes of their own
        return False


def _too_much(most: int) -> str:
    return f"inflates to more than {most / 2**30:.0f} GiB"


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:200] or type(error).__name__
