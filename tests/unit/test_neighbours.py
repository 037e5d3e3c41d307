"""Neighbours among hashes: all that brute force finds, and never in quadratic time."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dojang.data import neighbours as module
from dojang.data.neighbours import Index, pairs_within

Hashes = NDArray[np.uint64]


def random_hashes(count: int, seed: int = 0) -> Hashes:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def near_to(hashes: Hashes, bits: int, seed: int = 1) -> Hashes:
    """Return the hashes with exactly ``bits`` bits flipped in each."""
    order = np.random.default_rng(seed).random((len(hashes), 64)).argsort(axis=1)[:, :bits]
    masks = (np.uint64(1) << order.astype(np.uint64)).sum(axis=1, dtype=np.uint64)
    return hashes ^ masks


def brute(base: Hashes, queries: Hashes, radius: int) -> dict[tuple[int, int], int]:
    distance = np.bitwise_count(queries[:, None] ^ base[None])
    return {(int(q), int(b)): int(distance[q, b]) for q, b in np.argwhere(distance <= radius)}


def found(index: Index, queries: Hashes) -> dict[tuple[int, int], int]:
    result = index.within(queries)
    values = (result.query.tolist(), result.base.tolist(), result.distance.tolist())
    return {(q, b): d for q, b, d in zip(*values, strict=True)}


@pytest.mark.parametrize("few", [0, 2**18], ids=["three bands", "four bands"])
@pytest.mark.parametrize("radius", [0, 1, 3, 5, 7, 8])
def test_the_same_as_brute_force(monkeypatch: pytest.MonkeyPatch, few: int, radius: int) -> None:
    monkeypatch.setattr(module, "_FEW_BANDS", few)
    base = random_hashes(300)
    queries = np.concatenate([near_to(base[:150], bits, bits) for bits in range(radius + 2)])
    expected = brute(base, queries, radius)
    assert len(expected) >= 150 * (radius + 1)
    assert found(Index(base, radius), queries) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 63), st.integers(0, 63)), max_size=40),
    st.integers(0, 7),
)
def test_every_pair_of_any_hashes(
    words: list[int], flips: list[tuple[int, int, int]], radius: int
) -> None:
    words += [words[i % len(words)] ^ (1 << a) ^ (1 << b) for i, a, b in flips if words]
    hashes = np.array(words, dtype=np.uint64)
    pairs = pairs_within(hashes, radius)
    assert all(a < b for a, b in zip(pairs.query, pairs.base, strict=True))
    expected = {(a, b) for a, b in brute(hashes, hashes, radius) if a < b}
    listed = set(zip(pairs.query.tolist(), pairs.base.tolist(), strict=True))
    assert len(listed) == len(pairs)
    first = {word: words.index(word) for word in words}
    # Equal hashes are represented by the first of them.
    stands = {(first[words[a]], first[words[b]]) for a, b in listed}
    assert stands >= {tuple(sorted((first[words[a]], first[words[b]]))) for a, b in expected} - {
        (i, i) for i in range(len(words))
    }
    assert {i for pair in listed for i in pair} == {
        i for a, b in expected for i in (a, b) if first[words[a]] == first[words[b]] or i == first[words[i]]
    }  # fmt: skip


def test_what_lies_beyond_the_radius_may_come_along_within_reach() -> None:
    base = random_hashes(200)
    queries = near_to(base, 10)
    assert len(Index(base, 7).within(queries)) == 0
    far = Index(base, 7).within(queries, reach=12)
    assert len(far) > 50
    assert set(far.distance.tolist()) == {10}


def test_a_hundred_thousand_equal_hashes() -> None:
    hashes = np.full(100_000, 12345, dtype=np.uint64)
    hashes[7] = 12344
    pairs = pairs_within(hashes, 7)
    assert len(pairs) == 99_999
    assert pairs.cut == 0


def test_full_buckets_are_cut_and_counted() -> None:
    # All share three of four bands: without a limit 4e8 comparisons for every flip.
    hashes = np.unique(random_hashes(20_000) & np.uint64(0xFFFF))
    began = time.perf_counter()
    result = Index(hashes, 7, comparisons=2_000).within(hashes)
    assert result.cut > 0
    assert time.perf_counter() - began < 60
    # The nearest in the order of the other bits are kept: each hash finds itself at least.
    assert set(range(len(hashes))) <= set(result.query[result.query == result.base].tolist())
    assert Index(random_hashes(20_000), 7).cut == 0


@pytest.mark.parametrize("radius", [-1, 12])
def test_radii_that_cannot_be_searched(radius: int) -> None:
    with pytest.raises(ValueError, match=str(radius)):
        Index(random_hashes(3), radius)


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_find(count: int) -> None:
    assert len(pairs_within(random_hashes(count), 7)) == 0
    assert len(Index(random_hashes(count), 7).within(random_hashes(0))) == 0
