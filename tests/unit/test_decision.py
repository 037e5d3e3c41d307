"""The rule of a run: calibrated as it should be, honest where measured, never fitted on the test
part."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.analysis.abstain import (
    NEVER,
    area_under_risk,
    fewest_for,
    floor_for,
    floors_by_class,
    risk_curve,
)
from dojang.analysis.calibrate import KINDS, calibrate, diagram, fit_scaling
from dojang.analysis.decide import INNER_FOLDS, Wanted, fit_rule, inner_folds
from dojang.analysis.thresholds import fit_offsets
from dojang.app.deciding import error_of, wanted
from dojang.core.decision import Rule, decide, scaled
from dojang.core.errors import DataError, RecipeError
from dojang.core.recipe import Recipe, override, parse_recipe
from dojang.core.tables import from_frame, to_frame
from dojang.core.types import Predictions
from dojang.objectives import tallies
from dojang.objectives.scores import log_losses
from tests.unit.test_thresholds import predictions, score

F1 = Wanted(calibration="none", goal="f_beta", always=True)
NONE = np.zeros(4)


def sharpened(given_: Predictions, scales: np.ndarray, shifts: np.ndarray) -> Predictions:
    """Calibrated predictions made too sure, or too shy."""
    return replace(given_, probabilities=scaled(given_.probabilities, scales, shifts))


# --- Calibration ----------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.4, 1.0, 2.5])
def test_temperature_finds_what_the_network_was_off_by(factor: float) -> None:
    given_ = sharpened(predictions(4000), np.full(4, factor), NONE)
    found = fit_scaling(given_.probabilities, given_.targets, "temperature")
    assert found.temperature == pytest.approx(factor, rel=0.1)
    assert len(set(found.scales)) == 1 and not any(found.shifts)


def test_vector_scaling_finds_factors_and_shifts_of_classes() -> None:
    scales, shifts = np.array([1.5, 2.5, 1.5, 2.0]), np.array([0.0, -1.0, 1.0, 0.5])
    given_ = sharpened(predictions(20_000, skew=2.0), scales, shifts)
    losses = {
        kind: log_losses(
            Rule(f.scales, f.shifts).calibrate(given_.probabilities), given_.targets
        ).mean()
        for kind in KINDS
        for f in [fit_scaling(given_.probabilities, given_.targets, kind)]
    }
    before = predictions(20_000, skew=2.0)
    best = log_losses(before.probabilities, before.targets).mean()
    assert losses["vector"] < losses["temperature"] < losses["none"]
    assert losses["vector"] == pytest.approx(best, abs=0.004)


def test_scaling_keeps_the_answers_of_temperature_and_sums_of_one() -> None:
    given_ = predictions(500)
    cold = Rule((3.0,) * 4, (0.0,) * 4).apply(given_)
    assert (cold.predicted == given_.predicted).all()
    np.testing.assert_allclose(cold.probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert cold.raw is not None and (cold.of_network.probabilities == given_.probabilities).all()


def test_auto_leaves_calibrated_probabilities_alone_and_mends_others() -> None:
    given_ = predictions(1500)
    inner = inner_folds(given_.targets, given_.fold)
    assert calibrate(given_, "auto", inner, None).scaling.kind == "none"
    sure = sharpened(given_, np.full(4, 2.5), NONE)
    found = calibrate(sure, "auto", inner, None)
    assert found.scaling.kind == "temperature"
    assert found.gain is not None and found.gain.low > 0
    settled = replace(sure, probabilities=found.crossed)
    assert error_of(settled) < error_of(sure) / 2


def test_few_samples_are_not_scaled_by_class() -> None:
    """Sixty samples of eight classes: sixteen numbers would fit noise."""
    for seed in range(5):
        sure = sharpened(predictions(60, 8, seed=seed), np.full(8, 2.0), np.zeros(8))
        inner = inner_folds(sure.targets, sure.fold)
        assert calibrate(sure, "auto", inner, None).scaling.kind != "vector"


def test_the_diagram_counts_every_sample_once_and_its_intervals_hold_the_shares() -> None:
    given_ = predictions(700)
    bins = diagram(given_)
    assert sum(b.n for b in bins) == 700
    for b in bins:
        assert b.low <= b.confidence <= b.high + 1e-9
        assert b.right.low <= b.right.value <= b.right.high
    weighed = sum(b.n * abs(b.confidence - b.right.value) for b in diagram(given_, 15)) / 700
    assert weighed == pytest.approx(error_of(given_))


# --- Never on the test part -----------------------------------------------------------------------


@pytest.mark.parametrize("part", ["test", "train"])
def test_no_other_part_than_validation_is_ever_fitted_on(part: str) -> None:
    other = replace(predictions(), part=part)
    inner = inner_folds(other.targets, other.fold)
    for attempt in (lambda: fit_rule(other, F1), lambda: calibrate(other, "auto", inner, None)):
        with pytest.raises(DataError) as caught:
            attempt()
        assert part in str(caught.value)


def test_samples_of_unknown_class_are_refused() -> None:
    given_ = predictions()
    with pytest.raises(DataError):
        fit_rule(replace(given_, targets=np.full(len(given_), -1)), F1)


# --- Cross-fitting --------------------------------------------------------------------------------


def test_a_sample_has_no_say_in_its_own_cross_fitted_answer() -> None:
    given_ = sharpened(predictions(200), np.full(4, 2.0), NONE)
    asked = replace(F1, calibration="temperature")
    inner = inner_folds(given_.targets, given_.fold)
    found = fit_rule(given_, asked).settled
    for number in np.unique(inner):
        held = inner == number
        # From the others alone, step by step: what the held-out samples are decided by.
        others, targets = given_.probabilities[~held], given_.targets[~held]
        scaling = fit_scaling(others, targets, "temperature")
        rule = Rule(scaling.scales, scaling.shifts)
        offsets = fit_offsets(rule.calibrate(others), targets, tallies.macro_f1)
        calibrated = rule.calibrate(given_.probabilities[held])
        np.testing.assert_array_equal(found.probabilities[held], calibrated)
        assert (decide(calibrated, offsets) == found.predicted[held]).all()


def test_without_a_gain_cross_fitting_shows_none_where_fitting_shows_one() -> None:
    """Pure noise, 20 times: in sample thresholds seem to help, cross-fitted they do not."""
    seeming, honest, used = [], [], 0
    for seed in range(20):
        noise = predictions(60, 4, skew=1.0, seed=seed, signal=0.3)
        found = fit_rule(noise, F1)
        plain = score("macro_f1", noise.targets, noise.predicted, 4)
        inside = decide(noise.probabilities, found.rule.offsets)
        seeming.append(score("macro_f1", noise.targets, inside, 4) - plain)
        honest.append(score("macro_f1", noise.targets, found.settled.predicted, 4) - plain)
        used += fit_rule(noise, replace(F1, always=False)).used
    assert np.mean(seeming) > 0.05
    assert np.mean(honest) < 0.02
    assert used <= 3, "auto is rarely taken in by noise"


def test_inner_folds_are_those_of_the_models_or_stratified_and_keep_groups_together() -> None:
    targets = np.repeat([0, 1, 2], [50, 23, 7])
    models = np.arange(80) % 3
    assert (inner_folds(targets, models) == models).all()
    dealt = inner_folds(targets, np.zeros(80, dtype=np.int64))
    assert np.ptp(np.bincount(dealt, minlength=INNER_FOLDS)) <= 1
    for label in range(3):
        each = np.bincount(dealt[targets == label], minlength=INNER_FOLDS)
        assert np.ptp(each) <= 1
    groups = np.arange(80) // 4
    by_group = inner_folds(targets, np.zeros(80, dtype=np.int64), groups)
    assert all(len(set(by_group[groups == g])) == 1 for g in range(20))
    assert len(set(by_group)) == INNER_FOLDS


# --- Goals ----------------------------------------------------------------------------------------


def test_a_larger_beta_finds_more_of_the_rare_classes() -> None:
    given_ = predictions(3000)
    found = {}
    for beta in (0.5, 4.0):
        rule = fit_rule(given_, replace(F1, beta=beta)).rule
        counts = tallies.count(given_.targets, decide(given_.probabilities, rule.offsets), 4)
        found[beta] = tallies.recall(*counts)[-1], tallies.precision(*counts)[-1]
    assert found[4.0][0] > found[0.5][0] and found[4.0][1] < found[0.5][1]


def test_costs_give_the_answer_with_the_least_expected_cost() -> None:
    given_ = predictions(3000, 2, skew=3.0)
    costs = ((0.0, 1.0), (9.0, 0.0))  # missing the second class is nine times as bad
    found = fit_rule(given_, Wanted("none", "cost", costs=costs))
    # The threshold that follows from the costs (Elkan 2001).
    assert (found.settled.predicted == (given_.probabilities[:, 1] > 0.1)).all()
    assert found.used and found.gain is not None and found.gain.low > 0
    same = fit_rule(given_, Wanted("none", "cost", costs=((0.0, 1.0), (1.0, 0.0))))
    assert (same.settled.predicted == given_.predicted).all() and not same.used


def test_the_precision_that_is_asked_for_is_kept_on_new_samples() -> None:
    fitted, new = predictions(4000, signal=2.0), predictions(20_000, seed=1, signal=2.0)
    rule = fit_rule(fitted, Wanted("none", "precision", precision=0.9)).rule
    told = rule.apply(new)
    assert told.accepted is not None
    for label in range(4):
        given_ = told.accepted & (told.predicted == label)
        assert given_.sum() > 50
        assert (new.targets[given_] == label).mean() > 0.88
    assert told.accepted.mean() > 0.4


def test_the_risk_that_is_asked_for_is_kept_on_new_samples() -> None:
    fitted, new = predictions(3000), predictions(20_000, seed=1)
    plain = (new.predicted != new.targets).mean()
    for risk in (0.1, 0.2):
        told = fit_rule(fitted, Wanted("none", reject=risk)).rule.apply(new)
        assert told.accepted is not None
        wrong = (told.predicted != new.targets)[told.accepted].mean()
        assert wrong < risk < plain
        assert told.accepted.mean() > 0.3


def test_a_floor_is_as_low_as_the_bound_allows_and_ties_stay_together() -> None:
    from scipy.stats import beta

    confidence = np.array([0.9] * 60 + [0.6] * 40)
    right = np.array([True] * 60 + [True] * 20 + [False] * 20)
    assert beta.ppf(0.1, 60, 1) > 0.95 > 60 / 61 - 0.04
    assert floor_for(confidence, right, 0.95) == 0.9
    assert floor_for(confidence, right, 0.7) == 0.6
    assert floor_for(confidence, right, 0.99) == NEVER, "sixty right ones are not enough"
    floors = floors_by_class(confidence, np.zeros(100, int), np.where(right, 0, 1), 2, 0.95)
    assert floors == (0.9, NEVER)


def test_without_a_mistake_a_floor_still_takes_enough_samples() -> None:
    for wanted_share in (0.9, 0.95, 0.97):
        n = fewest_for(wanted_share)
        sure = np.full(n, 0.8), np.ones(n, dtype=bool)
        assert floor_for(*sure, wanted_share) == 0.8
        assert floor_for(sure[0][1:], sure[1][1:], wanted_share) == NEVER


def test_the_risk_curve_ends_with_all_answers_and_their_errors() -> None:
    given_ = predictions(900)
    right = given_.predicted == given_.targets
    curve = risk_curve(given_.confidence, right)
    assert curve[-1].coverage == 1.0 and curve[-1].risk == pytest.approx(1 - right.mean())
    assert all(a.coverage < b.coverage for a, b in pairwise(curve))
    perfect = area_under_risk(right.astype(float), right)
    assert perfect < area_under_risk(given_.confidence, right) < 1 - right.mean()


# --- Recipe and table -----------------------------------------------------------------------------


def test_costs_of_the_recipe_become_a_table_and_mistakes_are_named_together() -> None:
    settings_ = {"decide.goal": "cost", "decide.costs": {"cat": {"dog": 5}, "dog": {"cat": 0.5}}}
    asked = wanted(override(Recipe(), settings_), ("cat", "dog", "hen"))
    assert asked.costs == ((0.0, 5.0, 1.0), (0.5, 0.0, 1.0), (1.0, 1.0, 0.0))
    wrong = {"decide.goal": "cost", "decide.costs": {"cats": {"dog": 5}, "dog": {"dog": 2}}}
    with pytest.raises(RecipeError) as caught:
        wanted(override(Recipe(), wrong), ("cat", "dog"))
    assert "cats" in str(caught.value) and "cat?" in str(caught.value)
    assert "costs nothing: dog" in str(caught.value)
    with pytest.raises(RecipeError, match="no cost is given"):
        wanted(override(Recipe(), {"decide.goal": "cost"}), ("cat", "dog"))


def test_recipes_of_version_1_keep_their_thresholds() -> None:
    old = "version: 1\nbalance: {method: none, thresholds: always, target: macro_f1}\n"
    recipe = parse_recipe(old)
    assert (recipe.decide.goal, recipe.decide.when) == ("f_beta", "always")
    assert recipe.decide.calibration == "none", "what was not calibrated then is not now"
    plain = parse_recipe("version: 1\nbalance: {thresholds: none, target: balanced_accuracy}\n")
    assert plain.decide.goal == "none" and plain.version == 2
    assert plain.decide.calibration == parse_recipe("version: 1\n").decide.calibration == "none"
    assert parse_recipe("train: {epochs: 2}\n").decide.calibration == "auto"


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.booleans(), st.booleans(), st.booleans())
def test_what_a_rule_says_survives_a_table(
    seed: int, scales: bool, offsets: bool, floors: bool
) -> None:
    rng = np.random.default_rng(seed)
    numbers = [tuple(rng.uniform(0.2, 2.0, 4).tolist()) for _ in range(4)]
    rule = Rule(
        numbers[0] if scales else None, numbers[1] if scales else None,
        numbers[2] if offsets else None, None,
        tuple(v / 3 for v in numbers[3]) if floors else None,
    )  # fmt: skip
    said = rule.apply(predictions(40, seed=seed))
    back = from_frame(to_frame(said), "valid")
    assert (back.predicted == said.predicted).all()
    np.testing.assert_array_equal(back.confidence, said.confidence)
    for kept, was in ((back.accepted, said.accepted), (back.raw, said.raw)):
        assert (kept is None) == (was is None)
        assert kept is None or was is None or (kept == was).all()
    again = Rule.from_json(rule.to_json(said.classes), said.classes)
    assert again == rule
    np.testing.assert_array_equal(again.apply(said.of_network).predicted, said.predicted)


def test_no_rule_decides_for_the_most_probable_class() -> None:
    given_ = predictions(50)
    said = Rule().apply(given_)
    assert (said.predicted == given_.predicted).all() and said.accepted is None
    assert (decide(given_.probabilities, (0.5,) * 4) == given_.predicted).all()
