"""Decoded squares of a list of samples: kept in memory, or decoded again whenever asked for.

Both ways give the same pixels, since both pass through :mod:`dojang.data.decode`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.core.errors import DataError, Problem
from dojang.core.types import Preprocess, Refusal
from dojang.data.workers import DecodePool, Job, Outcome, chunked

Progress = Callable[[int, int], None]
FILL_CHUNK = 32
MEMORY_SHARE = 0.25  # of what is free now


@dataclass(frozen=True)
class PixelStore:
    """Squares of ``size`` pixels of the samples ``ids``.

    Attributes:
        kept: uint8, shape ``(n, size, size, 3)``, or None where pixels are not kept.
    """

    pool: DecodePool
    ids: tuple[str, ...]
    size: int
    how: Preprocess | str
    kept: Tensor | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def stream(self, batches: Iterable[NDArray[np.int64]]) -> Iterator[Tensor]:
        """Yield uint8 images of shape ``(B, 3, size, size)`` for each array of positions.

        Raises:
            DataError: a file that was readable when the data were collected no longer is.
        """
        if self.kept is not None:
            for positions in batches:
                yield self.kept[torch.from_numpy(positions)].permute(0, 3, 1, 2)
            return
        jobs = (Job(tuple(self.ids[i] for i in b), self.size, self.how) for b in batches)
        for outcomes in self.pool.run(jobs):
            yield torch.from_numpy(np.stack(pixels_of(outcomes))).permute(0, 3, 1, 2)


def make_store(
    pool: DecodePool,
    ids: Sequence[str],
    size: int,
    how: Preprocess | str,
    cache: str = "auto",
    progress: Progress | None = None,
) -> PixelStore:
    """Return a store of ``ids``, filled at once where ``cache`` allows and memory suffices."""
    store = PixelStore(pool, tuple(ids), size, how)
    needed = len(ids) * size * size * 3
    if cache == "none" or (cache == "auto" and needed > MEMORY_SHARE * free_memory()):
        return store
    kept = torch.empty((len(ids), size, size, 3), dtype=torch.uint8)
    start = 0
    for outcomes in pool.run(Job(chunk, size, how) for chunk in chunked(ids, FILL_CHUNK)):
        for offset, pixels in enumerate(pixels_of(outcomes)):
            kept[start + offset] = torch.from_numpy(pixels.copy())
        start += len(outcomes)
        if progress:
            progress(start, len(ids))
    return PixelStore(pool, store.ids, size, how, kept)


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
