"""Thresholds: never worse where fitted, better on new samples; paired comparisons of answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojang.analysis.balance import METRICS, compare
from dojang.analysis.thresholds import MOST_CLASSES, fit_offsets
from dojang.core.decision import decide
from dojang.core.types import Predictions
from dojang.objectives import tallies
from dojang.objectives.paired import paired_scores

TARGETS = {"macro_f1": tallies.macro_f1, "balanced_accuracy": tallies.balanced_accuracy}


def predictions(
    n: int = 600, classes: int = 4, skew: float = 12.0, seed: int = 0, signal: float = 1.5
) -> Predictions:
    """Well-calibrated predictions of classes whose sizes fall to a ``skew``-th."""
    rng = np.random.default_rng(seed)
    prior = np.geomspace(1, 1 / skew, classes)
    prior /= prior.sum()
    targets = rng.choice(classes, n, p=prior)
    logits = signal * rng.normal(size=(n, classes))
    logits[np.arange(n), targets] += signal**2
    spread = np.exp(logits + np.log(prior))
    shares = (spread / spread.sum(axis=1, keepdims=True)).astype(np.float32)
    names = tuple(f"c{i}" for i in range(classes))
    ids = tuple(f"{i:05}" for i in range(n))
    return Predictions(ids, shares, names, targets, "valid", np.zeros(n, dtype=np.int64))


def score(name: str, targets: np.ndarray, answers: np.ndarray, classes: int) -> float:
    return float(getattr(tallies, name)(*tallies.count(targets, answers, classes)))


@pytest.mark.parametrize("target", TARGETS)
def test_offsets_raise_their_target_on_new_samples_too(target: str) -> None:
    fitted, new = predictions(2000), predictions(8000, seed=1)
    offsets = fit_offsets(fitted.probabilities, fitted.targets, TARGETS[target])
    plain = score(target, new.targets, new.predicted, 4)
    moved = score(target, new.targets, decide(new.probabilities, offsets), 4)
    assert moved > plain + 0.01
    assert offsets[-1] > offsets[0] + 0.5, "the smallest class against the largest"


@settings(deadline=None, max_examples=40)
@example(552, 3, 47, "macro_f1")  # a class without a sample
@example(82, 4, 12, "balanced_accuracy")
@given(
    st.integers(0, 10_000), st.integers(2, 6), st.integers(5, 80), st.sampled_from(sorted(TARGETS))
)
def test_offsets_never_make_their_own_samples_worse(
    seed: int, classes: int, n: int, target: str
) -> None:
    given_ = predictions(n, classes, seed=seed, signal=0.7)
    offsets = fit_offsets(given_.probabilities, given_.targets, TARGETS[target])
    answers = decide(given_.probabilities, offsets)
    plain = score(target, given_.targets, given_.predicted, classes)
    assert score(target, given_.targets, answers, classes) >= plain - 1e-9
    present = np.unique(given_.targets)
    assert np.isfinite(offsets).all()
    assert offsets[present].mean() == pytest.approx(0, abs=1e-9)
    absent = np.setdiff1d(np.arange(classes), present)
    assert not offsets[absent].any()


def test_two_classes_are_a_threshold_and_the_best_one() -> None:
    given_ = predictions(400, 2, skew=20)
    offsets = fit_offsets(given_.probabilities, given_.targets, tallies.balanced_accuracy)
    found = score("balanced_accuracy", given_.targets, decide(given_.probabilities, offsets), 2)
    second = given_.probabilities[:, 1]
    every = [
        score("balanced_accuracy", given_.targets, (second > t).astype(np.int64), 2)
        for t in np.unique(second)
    ]
    assert found == pytest.approx(max(every), abs=0.005)
    threshold = 1 / (1 + np.exp(offsets[1] - offsets[0]))
    assert (decide(given_.probabilities, offsets) == (second > threshold)).all()


def test_equal_inputs_give_equal_offsets_whatever_the_order() -> None:
    given_ = predictions()
    order = np.random.default_rng(5).permutation(len(given_))
    first = fit_offsets(given_.probabilities, given_.targets, tallies.macro_f1)
    again = fit_offsets(given_.probabilities[order], given_.targets[order], tallies.macro_f1)
    np.testing.assert_allclose(first, again, atol=1e-12)


@pytest.mark.parametrize("classes", [1, 2])
def test_one_class_alone_has_no_threshold(classes: int) -> None:
    targets = np.zeros(10, dtype=np.int64)
    shares = np.full((10, classes), 1 / classes, dtype=np.float32)
    assert not fit_offsets(shares, targets, tallies.macro_f1).any()


def test_probabilities_of_0_and_1_are_no_trouble() -> None:
    targets = np.array([0, 0, 0, 1, 1, 2])
    shares = np.eye(3, dtype=np.float32)[[0, 0, 0, 0, 1, 2]]
    for target in TARGETS:
        assert np.isfinite(fit_offsets(shares, targets, TARGETS[target])).all()


def test_many_classes_share_one_slope() -> None:
    classes = MOST_CLASSES + 20
    given_ = predictions(3000, classes)
    offsets = fit_offsets(given_.probabilities, given_.targets, tallies.balanced_accuracy)
    counts = np.bincount(given_.targets, minlength=classes)
    present = counts > 0
    slope = np.polyfit(np.log(counts[present]), offsets[present], 1)
    np.testing.assert_allclose(
        np.polyval(slope, np.log(counts[present])), offsets[present], atol=1e-9
    )


# --- Comparisons ----------------------------------------------------------------------------------


def test_paired_intervals_match_resampled_samples_and_are_narrower_than_unpaired() -> None:
    given_ = predictions(300)
    after = decide(given_.probabilities, (0.0, 0.3, 0.6, 0.9))
    change = paired_scores(given_.targets, given_.predicted, after, 4, METRICS)["macro_f1"]
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(2000):
        rows = rng.integers(0, 300, 300)
        t, a, b = given_.targets[rows], given_.predicted[rows], after[rows]
        drawn.append(score("macro_f1", t, b, 4) - score("macro_f1", t, a, 4))
    expected = np.quantile(drawn, [0.025, 0.975])
    np.testing.assert_allclose([change.gain.low, change.gain.high], expected, atol=0.012)
    assert change.gain.high - change.gain.low < change.after.high - change.before.low


def test_the_same_answers_differ_by_nothing() -> None:
    given_ = predictions(100)
    found = compare(given_.targets, given_.predicted, given_.predicted, 4)
    assert found.before == found.after and sum(found.support) == found.n == 100
    for change in found.scores.values():
        assert (change.gain.value, change.gain.low, change.gain.high) == (0, 0, 0)
    expected = score("balanced_accuracy", given_.targets, given_.predicted, 4)
    assert found.scores["balanced_accuracy"].before.value == pytest.approx(expected)
