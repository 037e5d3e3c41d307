"""Metrics against scikit-learn, on random and on degenerate predictions; intervals by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from dojang.objectives import metrics
from dojang.objectives.intervals import mean_interval, table_interval


def _case(kind: str) -> tuple[np.ndarray, np.ndarray, int]:
    rng = np.random.default_rng(7)
    if kind == "random":
        return rng.integers(0, 5, 300), rng.integers(0, 5, 300), 5
    if kind == "perfect":
        targets = rng.integers(0, 3, 50)
        return targets, targets.copy(), 3
    if kind == "one_prediction":
        return rng.integers(0, 4, 80), np.zeros(80, dtype=np.int64), 4
    if kind == "class_missing":  # class 3 has neither samples nor predictions
        return rng.integers(0, 3, 60), rng.integers(0, 3, 60), 4
    return np.array([0]), np.array([1]), 2


@pytest.mark.parametrize("kind", ["random", "perfect", "one_prediction", "class_missing", "single"])
def test_scores_equal_scikit_learn(kind: str) -> None:
    targets, predicted, classes = _case(kind)
    table = metrics.confusion_table(targets, predicted, classes).astype(float)
    names = list(range(classes))
    precision, recall, f1, _ = reference.precision_recall_fscore_support(
        targets, predicted, labels=names, zero_division=0
    )
    assert metrics.accuracy(table) == pytest.approx(reference.accuracy_score(targets, predicted))
    np.testing.assert_allclose(metrics.precision(table), precision)
    np.testing.assert_allclose(metrics.recall(table), recall)
    np.testing.assert_allclose(metrics.f1(table), f1)
    expected = reference.f1_score(targets, predicted, average="macro", zero_division=0)
    assert metrics.macro_f1(table) == pytest.approx(expected)
    balanced = np.mean([r for r, n in zip(recall, table.sum(axis=1), strict=True) if n])
    assert metrics.balanced_accuracy(table) == pytest.approx(balanced)


def test_log_loss_equals_scikit_learn_and_survives_zero_probabilities() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4), 100).astype(np.float32)
    targets = rng.integers(0, 4, 100)
    ours = metrics.sample_log_loss(probabilities, targets).mean()
    assert ours == pytest.approx(
        reference.log_loss(targets, probabilities, labels=range(4)), rel=1e-5
    )
    certain = np.array([[1.0, 0.0]], dtype=np.float32)
    assert np.isfinite(metrics.sample_log_loss(certain, np.array([1]))).all()


def test_counts_of_halves_add_up_to_the_whole() -> None:
    targets, predicted, classes = _case("random")
    whole = metrics.confusion_table(targets, predicted, classes)
    halves = sum(
        metrics.confusion_table(targets[part], predicted[part], classes)
        for part in (slice(0, 100), slice(100, None))
    )
    assert (whole == halves).all()


def test_interval_contains_the_value_is_repeatable_and_narrows_with_n() -> None:
    small, large = np.array([[8, 2], [3, 7]]), np.array([[800, 200], [300, 700]])
    first, again = (table_interval(small, metrics.accuracy) for _ in range(2))
    wide, narrow = first, table_interval(large, metrics.accuracy)
    assert first == again
    assert wide.low < wide.value < wide.high
    assert narrow.high - narrow.low < (wide.high - wide.low) / 5


def test_table_bootstrap_agrees_with_resampling_samples_one_by_one() -> None:
    table = np.array([[40, 5, 5], [4, 30, 6], [2, 3, 5]])
    rows, columns = np.nonzero(table)
    counts = table[rows, columns]
    targets, predicted = np.repeat(rows, counts), np.repeat(columns, counts)
    rng = np.random.default_rng(1)
    values = []
    for _ in range(2000):
        chosen = rng.integers(0, len(targets), len(targets))
        drawn = metrics.confusion_table(targets[chosen], predicted[chosen], 3).astype(float)
        values.append(float(metrics.macro_f1(drawn)))
    expected = np.quantile(values, [0.025, 0.975])
    score = table_interval(table, metrics.macro_f1)
    np.testing.assert_allclose([score.low, score.high], expected, atol=0.02)


def test_95_percent_intervals_of_accuracy_cover_as_they_say() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        right = int(rng.binomial(200, 0.8))
        score = table_interval(np.array([[right, 200 - right], [0, 0]]), metrics.accuracy)
        hits += score.low <= 0.8 <= score.high
    assert 0.90 <= hits / 200 <= 0.99


def test_mean_interval_matches_the_normal_approximation() -> None:
    values = np.random.default_rng(2).normal(1.0, 0.5, 400)
    score = mean_interval(values)
    half = 1.96 * values.std() / 20
    np.testing.assert_allclose(
        [score.low, score.high], [values.mean() - half, values.mean() + half], atol=0.01
    )
