"""Intervals: they cover as they say, redraw what was drawn, and know what they cannot know."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from dojang.core.types import Score
from dojang.objectives import tallies
from dojang.objectives.evaluate import evaluate
from dojang.objectives.intervals import ANY, CORRELATION, POSITIVE, interval
from dojang.objectives.paired import paired_scores
from dojang.objectives.resampling import Design, resample
from tests.unit.test_metrics import make

Array = NDArray[np.float64]


def mean_of(values: Array) -> tallies.Callable[[Array], Array]:
    return lambda weights: tallies.ratio(weights @ values, weights.sum(axis=1))


def accuracy_of(right: int, n: int) -> Score:
    hits = np.arange(n) < right
    return interval(mean_of(hits.astype(float)), Design(n))


def test_interval_contains_the_value_is_repeatable_and_narrows_with_n() -> None:
    small, large = accuracy_of(75, 100), accuracy_of(7500, 10_000)
    assert small == accuracy_of(75, 100)
    assert small.low < small.value < small.high
    assert large.high - large.low < (small.high - small.low) / 8


@pytest.mark.parametrize("n", [30, 100, 1000])
@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
def test_intervals_of_accuracy_cover_the_truth(n: int, share: float) -> None:
    # Exactly: every possible number of right answers, times its chance.
    chances = binom.pmf(np.arange(n + 1), n, share)
    likely = np.flatnonzero(chances > 1e-5)
    covered = 0.0
    for right in likely:
        score = accuracy_of(int(right), n)
        covered += chances[right] * (score.low <= share <= score.high)
    assert 0.925 <= covered / chances[likely].sum() <= 0.985


def test_intervals_of_few_groups_cover_where_percentiles_do_not() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), 10)
    hits = percentiles = 0
    for _ in range(300):
        chances = rng.beta(4, 2, 12)  # of a right answer, a group; the mean is 2/3
        right = (rng.random(120) < chances[groups]).astype(float)
        design = Design(120, groups=groups)
        score = interval(mean_of(right), design)
        hits += score.low <= 2 / 3 <= score.high
        drawn = np.concatenate([mean_of(right)(w) for _, w in resample(design, 0)])
        low, high = np.quantile(drawn, [0.025, 0.975])
        percentiles += low <= 2 / 3 <= high
    assert hits / 300 >= 0.92 > percentiles / 300


def test_means_have_the_interval_of_student() -> None:
    values = np.random.default_rng(2).normal(1.0, 0.5, 400)
    score = interval(mean_of(values), Design(400), ANY)
    half = 1.966 * values.std(ddof=1) / 20
    np.testing.assert_allclose([score.low, score.high], [values.mean() - half, values.mean() + half], atol=0.004)  # fmt: skip


@pytest.mark.parametrize("bounds", [POSITIVE, CORRELATION, (0.0, 2.0)])
def test_intervals_stay_within_the_scale(bounds: tuple[float, float]) -> None:
    values = np.array([bounds[0] + 1e-3] * 9 + [min(bounds[1], 50.0)])
    score = interval(mean_of(values), Design(10), bounds)
    assert bounds[0] < score.low < score.value < score.high <= bounds[1]


def test_a_model_without_a_mistake_may_still_make_some() -> None:
    score = accuracy_of(50, 50)
    assert score.value == score.high == 1.0
    assert score.low == pytest.approx(0.025 ** (1 / 50)), "Clopper and Pearson's bound"
    assert accuracy_of(0, 50).high == pytest.approx(1 - 0.025 ** (1 / 50))
    shoes = next(c for c in evaluate(make("perfect")).per_class if c.name == "c3")
    assert shoes.scores["recall"].low == pytest.approx(0.025 ** (1 / shoes.support))


def test_strata_are_redrawn_by_themselves_and_groups_as_a_whole() -> None:
    strata = np.repeat([0, 1, 2], [5, 20, 1])
    for _, weights in resample(Design(26, strata), 0):
        assert (weights[:, :5].sum(axis=1) + weights[:, 25] == 6).all(), "one alone joins the next"
        assert (weights[:, 5:25].sum(axis=1) == 20).all()
    groups = np.array([3, 3, 1, 1, 1, 0, 2])
    for units, weights in resample(Design(7, groups=groups), 0):
        assert units.shape[1] == 4 and (units.sum(axis=1) == 4).all()
        for group in range(4):
            assert (np.ptp(weights[:, groups == group], axis=1) == 0).all()


def test_groups_of_one_class_are_redrawn_by_class() -> None:
    groups, strata = np.repeat(np.arange(6), 3), np.repeat([0, 0, 1, 1, 1, 1], 3)
    for _, weights in resample(Design(18, strata, groups), 0):
        assert (weights[:, strata == 0].sum(axis=1) == 6).all()
    mixed = Design(18, np.tile([0, 1, 2], 6), groups)
    assert [len(s) for s in mixed.strata_of_units()] == [6]


def test_groups_make_intervals_wider_where_samples_of_a_group_are_alike() -> None:
    found = make("random")
    right = found.predicted == found.targets
    order = np.argsort(right, kind="stable")
    groups = np.empty(len(found), dtype=np.int64)
    groups[order] = np.arange(len(found)) // 8
    alone, together = evaluate(found), evaluate(found, groups)
    wide, narrow = (e.metrics["accuracy"] for e in (together, alone))
    assert (wide.high - wide.low) > 1.8 * (narrow.high - narrow.low)
    assert wide.value == narrow.value and (together.units, alone.units) == (30, 240)


def test_paired_difference_agrees_with_resampling_the_samples() -> None:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 3, 400)
    answers = [np.where(rng.random(400) < p, targets, rng.integers(0, 3, 400)) for p in (0.5, 0.6)]
    metrics = {"accuracy": tallies.accuracy, "macro_f1": tallies.macro_f1}
    found = paired_scores(targets, *answers, 3, metrics)
    for name, metric in metrics.items():
        change = found[name]
        assert change.gain.value == pytest.approx(change.after.value - change.before.value)
        drawn = []
        for _ in range(2000):
            rows = rng.integers(0, 400, 400)
            one, two = (metric(*tallies.count(targets[rows], a[rows], 3)) for a in answers)
            drawn.append(float(two - one))
        expected = np.quantile(drawn, [0.025, 0.975])
        np.testing.assert_allclose((change.gain.low, change.gain.high), expected, atol=0.012)


def test_equal_answers_do_not_differ() -> None:
    targets = np.random.default_rng(0).integers(0, 3, 90)
    change = paired_scores(targets, targets, targets, 3, {"accuracy": tallies.accuracy})["accuracy"]
    assert change.gain == Score(0.0, 0.0, 0.0)


def test_every_metric_of_every_kind_has_an_ordered_interval() -> None:
    for kind in ("random", "perfect", "one_answer", "class_missing", "two"):
        found = evaluate(make(kind))
        every = dict(found.metrics)
        for entry in found.per_class:
            every |= {f"{entry.name}.{k}": v for k, v in entry.scores.items()}
        for name, score in every.items():
            defined = np.isfinite(score.value)
            assert not defined or score.low <= score.value <= score.high, (kind, name, score)
