"""Neighbours among 64-bit hashes without comparing all with all.

Multi-index hashing (Norouzi, Punjani & Fleet, "Fast Search in Hamming Space with Multi-Index
Hashing", CVPR 2012): a hash is cut into m bands. Of two hashes that differ in at most
``r = s·m + a`` bits, one of the first ``a + 1`` bands differs in at most s bits, or one of the
others in at most s − 1. So only the buckets a few flipped bits away are looked at, band by band.

Legend: n hashes of the base, q queries, m bands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

BITS = 64
MOST_RADIUS = 11
COMPARISONS = 8_000  # of one query with the base, on average, at the most
_FEW_BANDS = 2**18  # hashes from which three wide bands are faster than four narrow ones
_CAPS = (4096, 1024, 256, 64, 16, 4)
_CHUNK = 2**20  # comparisons at once


@dataclass(frozen=True)
class Neighbours:
    """Pairs of a query and a hash of the base, each once, in order of query and base.

    Attributes:
        query: positions among the queries.
        base: positions among the base.
        distance: bits that differ.
        cut: buckets so full that queries were compared with a part of them only: pairs may be
            missing where it is above 0.
    """

    query: Places
    base: Places
    distance: NDArray[np.uint8]
    cut: int

    def __len__(self) -> int:
        return len(self.query)


class Index:
    """The hashes of a base, sorted band by band, to be asked many times.

    Attributes:
        cut: buckets so full that queries are compared with a part of them only.
    """

    def __init__(self, base: Hashes, radius: int, comparisons: int = COMPARISONS) -> None:
        """Sort ``base``.

        Args:
            base: shape ``(n,)``; equal hashes should have been collapsed.
            radius: all pairs up to this distance are found, unless buckets have to be cut.
            comparisons: most comparisons of a query, on average. Full buckets are cut to what is
                next in the order of the remaining bits until this holds, so that time grows with
                n and not with n².

        Raises:
            ValueError: the radius is above ``MOST_RADIUS``.
        """
        if not 0 <= radius <= MOST_RADIUS:
            raise ValueError(f"radius {radius} is not in 0 … {MOST_RADIUS}")
        self._radius = radius
        self._bands = _bands(base, radius)
        self._cap, self.cut = _cap(self._bands, comparisons)
        self._count = max(1, len(base))

    def within(self, queries: Hashes, reach: int | None = None) -> Neighbours:
        """Find for each of ``queries``, shape ``(q,)``, the hashes that differ in few bits.

        Pairs beyond the radius and up to ``reach`` are returned where they come along.
        """
        reach = self._radius if reach is None else max(self._radius, reach)
        keys, distances = np.empty(0, np.int64), np.empty(0, np.uint8)
        for band in self._bands:
            found = list(_probe(band, queries, reach, self._cap))
            # One pair comes along many times; what is held stays near what is returned.
            keys = np.concatenate([keys, *(q * self._count + place for q, place, _ in found)])
            keys, first = np.unique(keys, return_index=True)
            distances = np.concatenate([distances, *(d for _, _, d in found)])[first]
        query, place = np.divmod(keys, self._count)
        return Neighbours(query, place, distances, self.cut)


def pairs_within(hashes: Hashes, radius: int, comparisons: int = COMPARISONS) -> Neighbours:
    """Find all pairs ``query < base`` of ``hashes`` that differ in at most ``radius`` bits.

    Equal hashes are collapsed first: they are paired with the first of their kind only, so 100,000
    equal hashes give 99,999 pairs, and its pairs with other hashes stand for those of all.
    """
    unique, first, kind = np.unique(hashes, return_index=True, return_inverse=True)
    found = Index(unique, radius, comparisons).within(unique)
    ends = np.stack([first[found.query], first[found.base]])
    apart = ends[0] != ends[1]
    # Found from both ends, or from one where a bucket was cut.
    both = np.concatenate([np.sort(ends[:, apart], axis=0), [[], []]], axis=1).astype(np.int64)
    pair, kept = np.unique(both, axis=1, return_index=True)
    rest = np.setdiff1d(np.arange(len(hashes)), first)
    left = np.concatenate([pair[0], first[kind[rest]]])
    right = np.concatenate([pair[1], rest])
    distance = np.concatenate([found.distance[apart][kept], np.zeros(len(rest), np.uint8)])
    order = np.lexsort((right, left))
    return Neighbours(left[order], right[order], distance[order], found.cut)


@dataclass(frozen=True)
class _Band:
    """One band of all hashes, sorted.

    Attributes:
        shift: how far hashes are rotated, so that the band comes first.
        width: bits of the band.
        turned: rotated hashes, sorted: those of a bucket lie together, like next to like.
        order: positions in the base of ``turned``.
        starts: where the bucket of each value of the band begins, shape ``(2 ** width + 1,)``.
        masks: flips of the band's bits to try.
    """

    shift: int
    width: int
    turned: Hashes
    order: Places
    starts: Places
    masks: Hashes


def _bands(base: Hashes, radius: int) -> list[_Band]:
    count = 4 if len(base) < _FEW_BANDS else 3
    edges = [BITS * i // count for i in range(count + 1)]
    flips, rest = divmod(radius, count)
    bands = []
    for i, (low, high) in enumerate(pairwise(edges)):
        most = flips if i <= rest else flips - 1
        if most >= 0:
            bands.append(_band(base, low, high - low, most))
    return bands


def _band(base: Hashes, shift: int, width: int, flips: int) -> _Band:
    turned = _turn(base, shift)
    order = np.argsort(turned, kind="stable")
    turned = turned[order]
    counts = np.bincount(turned >> np.uint64(BITS - width), minlength=2**width)
    masks = [
        sum(1 << (BITS - 1 - bit) for bit in bits)
        for n in range(flips + 1)
        for bits in combinations(range(width), n)
    ]
    starts = np.concatenate([[0], np.cumsum(counts)])
    return _Band(shift, width, turned, order, starts, np.array(masks, dtype=np.uint64))


def _turn(hashes: Hashes, shift: int) -> Hashes:
    if shift == 0:
        return hashes
    return (hashes << np.uint64(shift)) | (hashes >> np.uint64(BITS - shift))


def _cap(bands: list[_Band], comparisons: int) -> tuple[int, int]:
    """Return how many hashes of a bucket are compared, and the number of buckets beyond."""
    sizes = [np.diff(band.starts) for band in bands]
    total = max(1, len(bands[0].turned))
    for cap in _CAPS:
        # Queries fall into buckets as the base does.
        work = sum(
            len(band.masks) * float((size * np.minimum(size, cap)).sum()) / total
            for band, size in zip(bands, sizes, strict=True)
        )
        if work <= comparisons or cap == _CAPS[-1]:
            break
    return cap, sum(int((size > cap).sum()) for size in sizes)


def _probe(
    band: _Band, queries: Hashes, reach: int, cap: int
) -> Iterator[tuple[Places, Places, NDArray[np.uint8]]]:
    """Yield (query, base, distance) of what lies in the buckets of one band, piece by piece."""
    turned = _turn(queries, band.shift)
    key_of = np.uint64(BITS - band.width)
    for mask in band.masks:
        flipped = turned ^ mask
        keys = (flipped >> key_of).astype(np.int64)
        begin, end = band.starts[keys], band.starts[keys + 1]
        full = np.flatnonzero(end - begin > cap)
        if len(full):
            at = np.searchsorted(band.turned, flipped[full]) - cap // 2
            begin[full] = np.clip(at, begin[full], end[full] - cap)
            end[full] = begin[full] + cap
        some = np.flatnonzero(end > begin)
        sizes = (end - begin)[some]
        ends = np.cumsum(sizes)
        pieces = np.searchsorted(ends, np.arange(_CHUNK, ends[-1] if len(ends) else 0, _CHUNK))
        for piece, size in zip(np.split(some, pieces), np.split(sizes, pieces), strict=True):
            inside = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
            place = np.repeat(begin[piece], size) + inside
            distance = np.bitwise_count(band.turned[place] ^ np.repeat(turned[piece], size))
            near = np.flatnonzero(distance <= reach)
            which = np.searchsorted(np.cumsum(size), near, side="right")
            yield piece[which], band.order[place[near]], distance[near]
