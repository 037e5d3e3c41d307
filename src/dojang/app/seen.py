"""What the first network of a run sees in images: the directions of its features.

They are taken while it predicts, so that clusters and nearest neighbours need no second pass. Kept
are directions in half precision, at most ``MOST_NUMBERS`` of them together (512 MB: 250,000 images
of 1,024 features); of more images a seeded sample.

Legend: n images, D features.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from dojang.analysis.nearest import Directions, directions
from dojang.app.features import features_of, width_of
from dojang.core.random import generator
from dojang.data.cache import PixelStore, Progress
from dojang.nn.factory import Network

MOST_NUMBERS = 2**28
_CHUNK = 8192


@dataclass(frozen=True)
class Seen:
    """Images, each once, and the directions of their features, ``(n, D)``."""

    ids: tuple[str, ...]
    rows: Directions

    @classmethod
    def nothing(cls, network: Network) -> Seen:
        """No image yet."""
        return cls((), np.zeros((0, width_of(network)), dtype=np.float16))

    def part(self, rows: NDArray[np.int64]) -> Seen:
        """Return some of the images."""
        return Seen(tuple(self.ids[i] for i in rows.tolist()), self.rows[rows])

    def joined(self, other: Seen) -> Seen:
        """Return both; their images are different ones."""
        return Seen(self.ids + other.ids, np.concatenate([self.rows, other.rows]))


def kept_of(network: Network, ids: Sequence[str]) -> frozenset[str]:
    """Return the ids whose features there is room for: all, or a seeded sample."""
    most = MOST_NUMBERS // width_of(network)
    if len(ids) <= most:
        return frozenset(ids)
    drawn = generator(0, "seen").choice(len(ids), most, replace=False)
    return frozenset(ids[i] for i in drawn.tolist())


class Tap:
    """Collects what passes through the features of a network while it predicts ``ids`` in order.

    Args:
        kept: ids whose features are wanted.
    """

    def __init__(self, network: Network, ids: Sequence[str], kept: Container[str]) -> None:
        self._chosen = np.array([identifier in kept for identifier in ids], dtype=bool)
        self._ids = tuple(identifier for identifier in ids if identifier in kept)
        self._parts = [np.zeros((0, width_of(network)), dtype=np.float16)]
        self._passed = 0

    def note(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        """Keep the rows of a batch that are wanted."""
        chosen = self._chosen[self._passed : self._passed + len(output)]
        self._passed += len(output)
        self._parts.append(directions(output.detach().float().cpu().numpy()[chosen]))

    @property
    def seen(self) -> Seen:
        """What was collected."""
        return Seen(self._ids, np.concatenate(self._parts))


@contextmanager
def tapped(network: Network, ids: Sequence[str], kept: Container[str]) -> Iterator[Tap]:
    """Collect the features of ``ids``, which the network predicts once and in order meanwhile."""
    tap = Tap(network, ids, kept)
    handle = network.features.register_forward_hook(tap.note)
    try:
        yield tap
    finally:
        handle.remove()


def see(
    network: Network,
    ids: Sequence[str],
    store_of: Callable[[Sequence[str]], PixelStore],
    precision: str = "fp32",
    *,
    contents: Sequence[str] | None = None,
    cache: str = "auto",
    progress: Progress | None = None,
) -> Seen:
    """Pass images through the features, or find these where they are kept, as :func:`features_of`
    does, a few thousand at a time.

    Args:
        store_of: from ids to their pixels, of the size that the network takes.
    """
    rows = [np.zeros((0, width_of(network)), dtype=np.float16)]
    for start in range(0, len(ids), _CHUNK):
        part = slice(start, start + _CHUNK)

        def count(done: int, _total: int, start: int = start) -> None:
            if progress:
                progress(start + done, len(ids))

        found = features_of(
            network, store_of(ids[part]), precision,
            contents=None if contents is None else contents[part], cache=cache, progress=count,
        )  # fmt: skip
        rows.append(directions(found.numpy()))
    return Seen(tuple(ids), np.concatenate(rows))
