"""Random numbers are a pure function of their address."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.random import generator, seed_of, uniforms

STREAM = seed_of(7, "augmentation", 3)
SAMPLES = np.arange(5000, dtype=np.int64)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(30)), st.integers(1, 29))
def test_a_number_depends_neither_on_order_nor_on_batch(order: list[int], cut: int) -> None:
    whole = uniforms(STREAM, np.arange(30, dtype=np.int64), 4)
    shuffled = np.array(order, dtype=np.int64)
    pieces = [uniforms(STREAM, part, 4) for part in (shuffled[:cut], shuffled[cut:])]
    assert np.array_equal(np.concatenate(pieces), whole[shuffled])


def test_more_draws_leave_the_first_as_they_are() -> None:
    assert np.array_equal(uniforms(STREAM, SAMPLES, 9)[:, :4], uniforms(STREAM, SAMPLES, 4))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_numbers_lie_from_0_to_below_1(stream: int, sample: int) -> None:
    values = uniforms(stream, np.array([sample], dtype=np.int64), 64)
    assert values.shape == (1, 64)
    assert (values >= 0).all()
    assert (values < 1).all()


@pytest.mark.parametrize("stream", [0, 1, STREAM])
def test_numbers_are_uniform(stream: int) -> None:
    """Chi-square of 100 cells: 99 degrees of freedom; 160 is beyond all but 1 in 10,000."""
    values = uniforms(stream, SAMPLES, 16).ravel()
    observed = np.bincount((values * 100).astype(int), minlength=100)
    expected = len(values) / 100
    assert len(observed) == 100
    assert ((observed - expected) ** 2 / expected).sum() < 160


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (seed_of(0, "augmentation", 0), seed_of(0, "augmentation", 1)),
        (seed_of(0, "augmentation", 0), seed_of(1, "augmentation", 0)),
        (seed_of(0, "order", 0), seed_of(0, "augmentation", 0)),
        (5, 6),
    ],
)
def test_streams_have_nothing_to_do_with_each_other(one: int, other: int) -> None:
    first, second = uniforms(one, SAMPLES, 8).ravel(), uniforms(other, SAMPLES, 8).ravel()
    # The correlation of 40,000 independent pairs is below 0.025 but once in a million.
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.025
    assert len(np.intersect1d(first, second)) == 0


def test_neighbouring_samples_and_draws_have_nothing_to_do_with_each_other() -> None:
    values = uniforms(STREAM, SAMPLES, 8)
    assert abs(np.corrcoef(values[:-1].ravel(), values[1:].ravel())[0, 1]) < 0.025
    assert abs(np.corrcoef(values[:, :-1].ravel(), values[:, 1:].ravel())[0, 1]) < 0.025


def test_seeds_are_those_of_yesterday() -> None:
    """A change here would change every split and every training that anyone has repeated."""
    assert seed_of(0, "order", 1) == 6234617378211481862
    assert uniforms(0, np.array([0, 1], dtype=np.int64), 2).tolist() == [
        [0.9711020828012883, 0.2778328726049074],
        [0.16438820713479896, 0.9786993533129105],
    ]


def test_seeds_and_generators_repeat_and_differ_by_name() -> None:
    assert generator(3, "split").random() == generator(3, "split").random()
    names = [(0,), (1,), (0, "a"), (0, "b"), (0, "a", 1), (0, "a", 2), (0, "a\0b"), (0, "ab")]
    assert len({seed_of(*name) for name in names}) == len(names)
    assert all(0 <= seed_of(*name) < 2**63 for name in names)
