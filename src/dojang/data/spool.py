"""A compressed tar, inflated once into a temporary file that has no name.

Such an archive can only be read from its beginning; without this, images wanted in another order
than that of the archive would cost its whole length each.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

_MOST_INFLATED = 2 * 2**30  # bytes that an archive may inflate to …
_MOST_RATIO = 100  # … unless it is this fraction of them; images hardly shrink at all
_LONGEST_REMARK = 2**20  # bytes of a tar's long name or other remark on the next member
_REMARKS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE,
            tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)  # fmt: skip
_BLOCK = 2**20


def most_of(path: Path) -> int:
    """Return to how many bytes an archive may inflate."""
    return max(_MOST_INFLATED, _MOST_RATIO * path.stat().st_size)


class WholeHeader(tarfile.TarInfo):
    """A header that is whole and whose remarks are short: tarfile reads them whatever size they
    claim."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> WholeHeader:
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


class Shared(io.RawIOBase):
    """A file whose descriptor several processes share, each with a place of its own in it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._place = 0
        self._size = os.fstat(descriptor).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = os.pread(self._descriptor, len(buffer), self._place)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def spool_of(path: Path) -> BinaryIO | None:
    """Inflate a compressed tar into a temporary file without a name.

    Returns:
        The file; None where the tar is not compressed, breaks off, or finds no room on the disk:
        then it is read as the stream that it is, slower and with the same result.
    """
    if not hasattr(os, "pread"):
        return None
    try:
        with tarfile.open(path, tarinfo=WholeHeader) as tar:
            stream = tar.fileobj
            if stream is None or isinstance(stream, io.BufferedReader | io.FileIO):
                return None
            most = most_of(path)
            most = min(most, shutil.disk_usage(tempfile.gettempdir()).free // 2)
            stream.seek(0)
            spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
            try:
                if _copy(cast(BinaryIO, stream), spool, most):
                    return spool
            except BaseException:
                spool.close()
                raise
            spool.close()
    except Exception:  # whoever lists the archive says what is wrong with it
        return None
    return None


def _copy(stream: BinaryIO, spool: BinaryIO, most: int) -> bool:
    total = 0
    while block := stream.read(_BLOCK):
        total += len(block)
        if total > most:
            return False
        spool.write(block)
    spool.flush()
    return True
