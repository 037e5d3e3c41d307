"""Decoded squares of a list of samples: kept on disk or in memory, or decoded again each time.

All ways give the same pixels, since all pass through :mod:`dojang.data.decode`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import PIL
import torch
from numpy.typing import NDArray
from PIL import features
from torch import Tensor

from dojang.core.errors import DataError, Problem, StorageError
from dojang.core.types import Preprocess, Refusal
from dojang.data.shelf import Shelf, Shelved
from dojang.data.shelves import cache_root, filled, room
from dojang.data.workers import DecodePool, Job, Outcome

Progress = Callable[[int, int], None]
FILL_CHUNK = 32
MEMORY_SHARE = 0.25  # of what is free now
DECODER = 1  # counts the changes of data.decode after which pixels differ


@dataclass(frozen=True)
class PixelStore:
    """Squares of ``size`` pixels of the samples ``ids``.

    Attributes:
        kept: uint8, shape ``(n, size, size, 3)``, in memory or mapped from the shelf of the cache;
            None where pixels are not kept.
    """

    pool: DecodePool
    ids: tuple[str, ...]
    size: int
    how: Preprocess | str
    kept: Tensor | Shelved | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def stream(
        self, batches: Iterable[NDArray[np.int64]], contents: Sequence[str] | None = None
    ) -> Iterator[Tensor]:
        """Yield uint8 images of shape ``(B, 3, size, size)`` for each array of positions.

        Args:
            batches: the positions of each batch.
            contents: SHA-256 of each file of the store; what is decoded now is checked against it.

        Raises:
            DataError: a file that was readable when the data were collected no longer is, or is
                not what it was.
        """
        if self.kept is not None:
            for positions in batches:
                yield _taken(self.kept, torch.from_numpy(positions)).permute(0, 3, 1, 2)
            return
        orders = list(batches)
        hashed = contents is not None
        jobs = (
            Job(tuple(self.ids[i] for i in b), self.size, self.how, hashed=hashed) for b in orders
        )
        for positions, outcomes in zip(orders, self.pool.run(jobs), strict=True):
            pixels = pixels_of(outcomes)
            if contents is not None:
                _require_same(outcomes, [contents[i] for i in positions])
            yield torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2)


def make_store(
    pool: DecodePool,
    ids: Sequence[str],
    size: int,
    how: Preprocess | str,
    cache: str = "auto",
    progress: Progress | None = None,
    contents: Sequence[str] | None = None,
) -> PixelStore:
    """Return a store of ``ids``, filled at once where ``cache`` allows and there is room.

    Args:
        cache: ``disk`` (mapped from the cache that runs share), ``memory``, ``none``, or ``auto``:
            the first of them for which there is room.
        contents: SHA-256 of each file, by which the disk finds its pixels; without it there is no
            ``disk``.

    Raises:
        DataError: a file that was readable when the data were collected no longer is, or ``disk``
            was asked for and the cache is too small.
        StorageError: ``disk`` was asked for and the cache cannot be written.
    """
    store = PixelStore(pool, tuple(ids), size, how)
    needed = len(ids) * size * size * 3
    # A box of its own is not part of a file's content: such pixels are not shared.
    boxed = isinstance(how, Preprocess) and how.wants_boxes
    if contents is not None and cache in ("auto", "disk") and ids and not boxed:
        shelf = Shelf(cache_root(), settings_of(pool, how), size)
        fits = needed <= room(shelf.root)
        if cache == "disk" and not fits:
            raise DataError(
                "cache.too_small", path=shelf.root, needed=gigabytes(needed),
                room=gigabytes(room(shelf.root)),
            )  # fmt: skip
        try:
            if fits:
                shelved = filled(
                    shelf, contents, lambda missing: _decoded(store, missing, progress, contents)
                )
                return replace(store, kept=shelved)
        except StorageError:
            if cache == "disk":
                raise  # with auto, a cache that cannot be written is one that there is not
    if cache == "none" or (cache == "auto" and needed > MEMORY_SHARE * free_memory()):
        return store
    kept = torch.empty((len(ids), size, size, 3), dtype=torch.uint8)
    for i, pixels in enumerate(_decoded(store, range(len(ids)), progress)):
        kept[i] = torch.from_numpy(pixels.copy())
    return replace(store, kept=kept)


def _taken(kept: Tensor | Shelved, positions: Tensor) -> Tensor:
    """Copy out squares, ``(B, S, S, 3)``; ``kept[positions]`` would copy byte by byte, in 25 times
    the time."""
    return kept.index_select(0, positions) if isinstance(kept, Tensor) else kept[positions]


def settings_of(pool: DecodePool, how: Preprocess | str) -> str:
    """Name everything besides a file's content on which its pixels depend."""
    rules = pool.rules
    done = how if isinstance(how, str) else _changes(how)
    return ", ".join([done, rules.background, rules.color, rules.truncated, decoder()])


def _changes(how: Preprocess) -> str:
    """Name what is not as it is by default, the policy always."""
    plain = Preprocess().to_json()
    others = {k: v for k, v in how.to_json().items() if k != "resize" and v != plain[k]}
    return " ".join([how.resize, *(f"{name}={value}" for name, value in others.items())])


def decoder() -> str:
    """Name what turns bytes into pixels: another version may decode a little differently."""
    libraries = ("libjpeg_turbo", "webp", "avif", "libtiff")
    versions = (f"{name} {features.version(name)}" for name in libraries)
    return ", ".join([f"decoder {DECODER}", f"pillow {PIL.__version__}", *versions])


def gigabytes(size: float) -> str:
    """Write bytes as ``1.23 GB``."""
    return f"{size / 1e9:.2f} GB"


def _decoded(
    store: PixelStore,
    positions: Sequence[int] | NDArray[np.int64] | range,
    progress: Progress | None,
    contents: Sequence[str] | None = None,
) -> Iterator[NDArray[np.uint8]]:
    """Yield the squares at ``positions``, checked against ``contents`` where these are given."""
    chosen = [int(i) for i in positions]
    jobs = (
        Job(tuple(store.ids[i] for i in chunk), store.size, store.how, hashed=contents is not None)
        for chunk in _pieces(chosen)
    )
    done = 0
    for outcomes, chunk in zip(store.pool.run(jobs), _pieces(chosen), strict=True):
        pixels = pixels_of(outcomes)
        if contents is not None:
            _require_same(outcomes, [contents[i] for i in chunk])
        done += len(outcomes)
        if progress:
            progress(done, len(chosen))
        yield from pixels


def _pieces(chosen: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(chosen), FILL_CHUNK):
        yield chosen[start : start + FILL_CHUNK]


def _require_same(outcomes: Sequence[Outcome], contents: Sequence[str]) -> None:
    """A file that was changed meanwhile must not be shelved under what it was before."""
    changed = [
        Problem("data.refused", {"name": outcome.path, "reason": Problem("read.changed")})
        for outcome, content in zip(outcomes, contents, strict=True)
        if (outcome.facts or {}).get("sha256") != content
    ]
    if changed:
        raise DataError("data.changed", problems=changed)


def pixels_of(outcomes: Sequence[Outcome]) -> list[NDArray[np.uint8]]:
    """Return the pixels of every outcome; raises DataError where one was refused."""
    lost = [outcome.refusal for outcome in outcomes if outcome.refusal]
    if lost:
        raise DataError("data.changed", problems=[_problem(refusal) for refusal in lost])
    return [outcome.pixels for outcome in outcomes if outcome.pixels is not None]


def channel_statistics(
    store: PixelStore, limit: int = 4096
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return mean and spread of each channel on the scale 0 to 255.

    Taken over at most ``limit`` samples, spread evenly over the store; sums are exact integers, so
    the result does not depend on the order.
    """
    count = min(limit, len(store))
    positions = np.linspace(0, len(store) - 1, count).astype(np.int64)
    total = np.zeros(3, dtype=np.int64)
    squares = np.zeros(3, dtype=np.int64)
    batches = [positions[i : i + 256] for i in range(0, count, 256)]
    for images in store.stream(batches):
        values = images.permute(1, 0, 2, 3).reshape(3, -1).to(torch.int64)
        total += values.sum(dim=1).numpy()
        squares += (values * values).sum(dim=1).numpy()
    pixels = count * store.size * store.size
    mean = total / pixels
    std = np.sqrt(np.maximum(squares / pixels - mean**2, 1.0))
    return _triple(mean), _triple(std)


def free_memory() -> int:
    """Return the bytes of memory that are free for us, or 4 GiB where nobody says."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("MemAvailable"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 4 * 2**30


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(float(v), 4) for v in values)
    return red, green, blue


def _problem(refusal: Refusal) -> Problem:
    return Problem("data.refused", {"name": refusal.id, "reason": Problem(refusal.reason)})
