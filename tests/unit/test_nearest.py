"""The nearest training images are the nearest by brute force, and never held out together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.analysis import nearest as module
from dojang.analysis.nearest import balanced_sample, directions, leaning, nearest
from dojang.analysis.report.examples import near_words


def features(seed: int, n: int, width: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.3, 1, (n, width))


@given(st.integers(0, 9999), st.integers(0, 40), st.integers(0, 40), st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_they_are_those_of_brute_force(seed: int, n: int, m: int, count: int) -> None:
    queries, bank = directions(features(seed, n)), directions(features(seed + 1, m))
    groups = np.random.default_rng(seed).integers(0, 4, n), np.arange(m) % 5
    found = nearest(queries, bank, count, groups)
    assert found.places.shape == found.distances.shape == (n, count)
    for i in range(n):
        away = 1 - queries[i].astype(np.float64) @ bank.astype(np.float64).T
        allowed = [j for j in range(m) if groups[1][j] != groups[0][i]]
        expected = sorted(allowed, key=lambda j: away[j])[:count]
        there = found.places[i][found.places[i] >= 0]
        assert len(there) == len(expected) and len(set(there.tolist())) == len(there)
        np.testing.assert_allclose(away[there], away[expected], atol=1e-5)
        np.testing.assert_allclose(found.distances[i][: len(there)], away[there], atol=1e-5)
        assert np.isnan(found.distances[i][len(there) :]).all()


def test_pieces_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, bank = directions(features(1, 50)), directions(features(2, 30))
    whole = nearest(queries, bank)
    monkeypatch.setattr(module, "_CHUNK", 64)
    assert (nearest(queries, bank).places == whole.places).all()


def test_half_precision_moves_no_distance_by_a_thousandth() -> None:
    a, b = features(3, 80, 512), features(4, 80, 512)
    exact = 1 - (a @ b.T) / np.outer(np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1))
    found = nearest(directions(a * 1e6), directions(b * 1e-6), 80)
    np.testing.assert_allclose(found.distances, np.sort(exact, axis=1), atol=1e-3)


def test_of_equal_ones_the_first_of_the_bank_comes_first() -> None:
    row = directions(np.ones((1, 3)))
    found = nearest(row, np.repeat(row, 4, axis=0), 3)
    assert found.places.tolist() == [[0, 1, 2]] and np.allclose(found.distances, 0, atol=1e-3)
    zeros = directions(np.zeros((2, 3)))
    assert np.isfinite(nearest(zeros, row, 1).distances).all()


@given(st.lists(st.integers(0, 5), max_size=80), st.integers(0, 60), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_a_sample_is_even_over_the_classes(classes: list[int], most: int, seed: int) -> None:
    targets = np.array(classes, dtype=np.int64)
    chosen = balanced_sample(targets, most, seed)
    assert len(chosen) == min(most, len(targets)) and (np.diff(chosen) > 0).all()
    assert (chosen == balanced_sample(targets, most, seed)).all()
    counts = np.bincount(targets, minlength=6)
    taken = np.bincount(targets[chosen], minlength=6)
    for one in range(6):  # a class has less than another only where it has no more
        if taken[one] < taken.max() - 1:
            assert taken[one] == counts[one]


@pytest.mark.parametrize(
    ("labels", "side", "words"),
    [
        (["hat"] * 5, "answer", "look whether the label shoes is right"),
        (["shoes"] * 5, "label", "like the label"),
        (
            ["hat", "hat", "shoes", "coat", "hat"],
            "split",
            "Of 5, 3 side with the answer hat, 1 with",
        ),
        (["coat"] * 5, "split", "Of 5, 0 side"),
    ],
)
def test_neighbours_side_with_somebody_in_words(labels: list[str], side: str, words: str) -> None:
    assert leaning(labels, "shoes", "hat") == side
    assert words in near_words(labels, "shoes", "hat")


def test_neighbours_of_a_right_answer_agree_or_do_not() -> None:
    assert near_words(["hat", "hat"], "hat", "hat") == "All 2 are hat, too."
    assert near_words(["hat", "coat"], "hat", "hat") == "1 of 2 are hat, too."
    assert near_words([], "hat", "hat") == ""
