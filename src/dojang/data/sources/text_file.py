"""Text of unknown encoding as a stream: UTF-8, else CP949 as Korean spreadsheets write it."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import BinaryIO

_BLOCK = 2**20
Opener = Callable[[], BinaryIO]


def encoding_of(open_: Opener) -> str:
    """Find the encoding by decoding the whole file once, block by block.

    Raises:
        UnicodeDecodeError: no known encoding fits; its reason names the line.
    """
    with open_() as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check(open_, "utf-16")
        return "utf-16"
    try:
        _check(open_, "utf-8-sig")
    except UnicodeDecodeError:
        _check(open_, "cp949")
        return "cp949"
    return "utf-8-sig"


def _check(open_: Opener, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with open_() as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                error.reason = f"{error.reason} (line {line})"
                raise
            if not block:
                return
            # What the decoder still holds of a character cut by the block has no line break.
            line += block.count(b"\n")


def open_text(open_: Opener, encoding: str) -> io.TextIOWrapper:
    """Open the file as text; line breaks inside cells stay as they are."""
    return io.TextIOWrapper(open_(), encoding=encoding, newline="")


def open_utf8(open_: Opener, encoding: str) -> BinaryIO:
    """Open the file as UTF-8 without a mark in front, whatever its encoding.

    pandas takes time quadratic in the size of a text stream whose characters are longer than a
    byte (3.1: it keeps what it has read too much and copies that at every read); bytes it reads as
    fast as it should.
    """
    if encoding != "utf-8-sig":
        return io.BufferedReader(_Recoded(open_(), encoding), _BLOCK)
    file = open_()
    if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)
    return file


class _Recoded(io.RawIOBase):
    """Bytes of another encoding, read as UTF-8."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            block = self._file.read(len(target) // 4 or 1)
            self._rest = self._decoder.decode(block, final=not block).encode()
            if not block:
                break
        given, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._file.close()
        super().close()
