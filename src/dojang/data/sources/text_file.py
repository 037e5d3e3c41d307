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
