"""Domingos' decomposition: identities that hold exactly, and a problem whose parts are known."""

from __future__ import annotations

import numpy as np
import pytest

from dojang.analysis.variance import PARTS, change, decompose, shares

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_parts_add_up_to_the_mean_error(classes: int) -> None:
    targets = RNG.integers(0, classes, 200)
    answers = RNG.integers(0, classes, (7, 200))
    found = shares(answers, targets)
    wrong = answers != targets
    assert found.error == pytest.approx(wrong.mean(axis=0))
    assert found.bias + found.unbiased - found.biased == pytest.approx(found.error)
    whole = decompose(answers, targets)
    assert whole.error.value == pytest.approx(wrong.mean())
    assert whole.bias.value + whole.net.value == pytest.approx(whole.error.value)
    assert (whole.refits, whole.n) == (7, 200)


def test_with_two_classes_all_variance_of_a_biased_sample_helps() -> None:
    """Domingos 2000, theorem 2: c2 = −1 where the main answer is wrong."""
    targets, answers = RNG.integers(0, 2, 300), RNG.integers(0, 2, (9, 300))
    found = shares(answers, targets)
    sign = np.where(found.bias == 1, -1.0, 1.0)
    assert found.error == pytest.approx(found.bias + sign * found.variance)


def test_with_several_classes_only_right_answers_help() -> None:
    found = shares(np.array([[1], [1], [1], [2], [0]]), np.array([0]))
    assert (found.main[0], found.bias[0]) == (1, 1)
    assert found.variance[0] == pytest.approx(0.4) and found.biased[0] == pytest.approx(0.2)
    assert found.error[0] == pytest.approx(0.8)


def test_models_that_agree_have_no_variance_and_their_error_is_bias() -> None:
    targets = RNG.integers(0, 4, 100)
    answers = np.repeat(RNG.integers(0, 4, (1, 100)), 5, axis=0)
    found = decompose(answers, targets)
    assert found.variance.value == 0 and found.net.value == 0
    assert found.bias.value == found.error.value == pytest.approx((answers[0] != targets).mean())


def test_known_chances_are_found_again() -> None:
    """Half of the samples are answered rightly by 80 of 100 models, the others by 30: these are
    biased, with 30 of 100 models right by luck."""
    n, refits = 400, 500
    chance = np.where(np.arange(n) % 2 == 0, 0.8, 0.3)
    right = np.random.default_rng(1).random((refits, n)) < chance
    targets = np.zeros(n, dtype=np.int64)
    found = decompose(np.where(right, 0, 1), targets)
    expected = {"error": 0.45, "bias": 0.5, "variance": 0.25, "unbiased": 0.1, "biased": 0.15}
    for name, value in expected.items():
        assert getattr(found, name).value == pytest.approx(value, abs=0.01), name
    assert found.net.value == pytest.approx(-0.05, abs=0.01)


def test_intervals_cover_and_groups_widen_them() -> None:
    rng, inside = np.random.default_rng(2), 0
    for _ in range(100):
        right = rng.random((15, 150)) < rng.choice([0.9, 0.2], 150, p=[0.7, 0.3])
        found = decompose(np.where(right, 0, 1), np.zeros(150, dtype=np.int64))
        inside += found.error.low <= 0.7 * 0.1 + 0.3 * 0.8 <= found.error.high
    assert inside >= 88
    hard = np.repeat(rng.random(30) < 0.3, 10)
    answers = np.where(rng.random((9, 300)) < np.where(hard, 0.2, 0.95), 0, 1)
    targets, groups = np.zeros(300, dtype=np.int64), np.repeat(np.arange(30), 10)
    alone, grouped = decompose(answers, targets), decompose(answers, targets, groups)
    assert grouped.bias.high - grouped.bias.low > 1.5 * (alone.bias.high - alone.bias.low)


def test_a_change_is_paired_by_sample() -> None:
    targets = RNG.integers(0, 3, 200)
    before = np.where(RNG.random((5, 200)) < 0.6, targets, (targets + 1) % 3)
    after = before.copy()
    after[:, :40] = targets[:40]
    moves = change(before, after, targets)
    assert set(moves) == set(PARTS)
    assert moves["error"].value < 0 and moves["error"].high < 0
    assert change(before, before, targets)["error"].value == 0


def test_one_refit_or_no_sample_is_refused() -> None:
    for shape in ((1, 5), (4, 0)):
        with pytest.raises(ValueError, match="refits"):
            shares(np.zeros(shape, dtype=np.int64), np.zeros(shape[1], dtype=np.int64))
