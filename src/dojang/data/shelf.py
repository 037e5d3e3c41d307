"""Decoded pixels on disk, found again by content: what one run decoded, the next maps. What a
frozen network makes of images is kept in the same way.

A shelf holds rows that were made in one way, in blocks that never change: ``NAME.pixels`` (n rows
of one shape and type one after the other: squares of uint8, or features) and ``NAME.keys`` (a line
of JSON, then n SHA-256 digests of the files).
The keys are written last, so a block without keys is one that was never finished. Blocks are mapped
into memory: runs at the same time share one copy, and the system may take pages back.

Legend: n rows of a block, S the side of a square.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.core.errors import storage_errors
from dojang.core.store import write_bytes, write_json

BLOCK_BYTES = 128 * 2**20  # what is lost at most when a run is killed while it decodes
_DIGEST = 32
_LEFTOVER_SECONDS = 3600.0  # a block that is written for longer than this was abandoned
_CHUNK = 8 * 2**20


@dataclass(frozen=True)
class Row:
    """What is kept of one file: ``pixels`` or ``features``, in an array of one shape and type."""

    kind: str
    shape: tuple[int, ...]
    dtype: str = "uint8"

    @property
    def bytes(self) -> int:
        """Bytes of one row."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class Shelved:
    """Rows in mapped blocks, in the order in which they were asked for.

    Attributes:
        blocks: each of shape ``(n, *shape)``; of squares of pixels, ``(n, S, S, 3)``, uint8.
        block_of, row_of: where each row is, shape ``(m,)``.
    """

    blocks: tuple[NDArray[Any], ...]
    block_of: NDArray[np.int64]
    row_of: NDArray[np.int64]

    def __getitem__(self, positions: Tensor) -> Tensor:
        """Copy out rows, shape ``(B, *shape)``."""
        wanted = positions.numpy()
        blocks, rows = self.block_of[wanted], self.row_of[wanted]
        if len(self.blocks) == 1:
            return torch.from_numpy(self.blocks[0][rows])
        out = np.empty((len(wanted), *self.blocks[0].shape[1:]), dtype=self.blocks[0].dtype)
        for block in np.unique(blocks):
            chosen = np.flatnonzero(blocks == block)
            out[chosen] = self.blocks[block][rows[chosen]]
        return torch.from_numpy(out)


class Shelf:
    """The rows that were made as ``settings`` says of images of side ``size``.

    Args:
        root: the folder of the cache.
        settings: everything besides the content of a file on which its row depends.
        size: side of the square that a file is decoded to.
        row: what is kept; the pixels themselves unless given.
    """

    def __init__(self, root: Path, settings: str, size: int, row: Row | None = None) -> None:
        self.root = root
        self.settings = settings
        self.size = size
        self.row = row or Row("pixels", (size, size, 3))
        text = f"{settings}|{size}" if row is None else f"{settings}|{size}|{row}"
        name = f"{size}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        self.path = root / "pixels" / name

    def find(self, contents: Sequence[str]) -> tuple[Shelved, NDArray[np.int64]]:
        """Look for rows of files.

        Args:
            contents: SHA-256 of each file, in hexadecimal, length m.

        Returns:
            The rows, and the positions of those that are not there, shape ``(k,)``.
        """
        wanted = _digests(contents)
        block_of = np.full(len(contents), -1, dtype=np.int64)
        row_of = np.full(len(contents), -1, dtype=np.int64)
        blocks: list[NDArray[Any]] = []
        for keys in self._blocks():
            missing = np.flatnonzero(block_of < 0)
            rows = _lookup(read_keys(keys)[1], wanted[missing])
            found = rows >= 0
            if not found.any() or (pixels := self._map(keys)) is None:
                continue
            block_of[missing[found]] = len(blocks)
            row_of[missing[found]] = rows[found]
            blocks.append(pixels)
            with contextlib.suppress(OSError):
                os.utime(keys)  # the least recently used goes first
        return Shelved(tuple(blocks), block_of, row_of), np.flatnonzero(block_of < 0)

    def add(self, contents: Sequence[str], rows: Iterable[NDArray[Any]]) -> None:
        """Write rows, block by block: what was written stays, whatever happens later.

        Raises:
            StorageError: the disk is full or may not be written.
        """
        per_block = max(1, BLOCK_BYTES // self.row.bytes)
        facts = {"settings": self.settings, "size": self.size, "kind": self.row.kind}
        with storage_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            write_json(self.path / "settings.json", facts)
        source = iter(rows)
        for start in range(0, len(contents), per_block):
            self._write(list(contents[start : start + per_block]), source)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Let one process at a time fill the shelf: the others find what it decoded."""
        with storage_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / "lock").open("ab")
        with file:
            with contextlib.suppress(ImportError, OSError):  # no such locks on Windows and some NFS
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
            self._clean()
            yield

    def _blocks(self) -> list[Path]:
        return sorted(self.path.glob("*.keys")) if self.path.is_dir() else []

    def _write(self, contents: list[str], rows: Iterator[NDArray[Any]]) -> None:
        name = f"{time.time_ns():x}-{os.getpid()}"
        temporary = self.path / f"{name}.part"
        check = 0
        try:
            with storage_errors(temporary), temporary.open("wb") as file:
                for _ in contents:
                    data = next(rows).tobytes()
                    check = zlib.crc32(data, check)
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path / f"{name}.pixels")
        finally:
            temporary.unlink(missing_ok=True)
        head = json.dumps({"count": len(contents), "size": self.size, "crc32": check})
        keys = _digests(contents).tobytes()
        write_bytes(self.path / f"{name}.keys", head.encode() + b"\n" + keys)

    def _map(self, keys: Path) -> NDArray[Any] | None:
        """Map a block; one that is not what was written is removed, and made again."""
        pixels = keys.with_suffix(".pixels")
        head = read_keys(keys)[0]
        shape = (head.get("count", 0), *self.row.shape)
        try:
            mapped = np.memmap(pixels, dtype=self.row.dtype, mode="r", shape=shape)
        except (OSError, ValueError):
            mapped = None
        if mapped is None or _crc32(mapped) != head.get("crc32"):
            remove_block(keys)
            return None
        return mapped

    def _clean(self) -> None:
        """Remove what a killed run left half written."""
        now = time.time()
        for path in [*self.path.glob("*.part"), *self.path.glob("*.pixels")]:
            orphan = path.suffix == ".part" or not path.with_suffix(".keys").is_file()
            with contextlib.suppress(OSError):
                if orphan and now - path.stat().st_mtime > _LEFTOVER_SECONDS:
                    path.unlink()


def block_bytes(keys: Path) -> int:
    """Return what a block takes on disk."""
    return keys.stat().st_size + keys.with_suffix(".pixels").stat().st_size


def remove_block(keys: Path) -> None:
    """Remove a block; who has it mapped keeps it until the end of the run."""
    for path in (keys, keys.with_suffix(".pixels")):
        with contextlib.suppress(OSError):
            path.unlink()


def _digests(contents: Sequence[str]) -> NDArray[np.uint64]:
    """Return SHA-256 digests as four words each, shape ``(m, 4)``."""
    return np.frombuffer(bytes.fromhex("".join(contents)), dtype="<u8").reshape(-1, 4)


def read_keys(path: Path) -> tuple[dict[str, Any], NDArray[np.uint64]]:
    """Read the head of a block and its digests ``(n, 4)``; a broken file holds none."""
    try:
        line, _, rest = path.read_bytes().partition(b"\n")
        head = json.loads(line)
        if len(rest) == _DIGEST * head["count"]:
            return head, np.frombuffer(rest, dtype="<u8").reshape(-1, 4)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {}, np.empty((0, 4), dtype=np.uint64)


def _lookup(known: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the row of each wanted digest among the known ones, −1 where it is not there."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(known[:, 0], kind="stable")
    place = np.searchsorted(known[order, 0], wanted[:, 0])
    rows: NDArray[np.int64] = order[np.minimum(place, len(order) - 1)]
    # Two digests with one first word would merely be decoded again.
    return np.where((known[rows] == wanted).all(axis=1), rows, -1)


def _crc32(mapped: NDArray[Any]) -> int:
    check = 0
    flat = mapped.reshape(-1).view(np.uint8)
    for start in range(0, len(flat), _CHUNK):
        check = zlib.crc32(flat[start : start + _CHUNK].data, check)
    return check
