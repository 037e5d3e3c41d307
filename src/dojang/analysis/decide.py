"""The rule of a run: fitted on predictions of samples that the models did not learn from.

First probabilities are calibrated, then a goal moves the decision between classes, then floors hold
back answers that are not sure enough. The whole is cross-fitted: each sample is decided by a rule
that was fitted without it, so that its scores are as honest as those of the most probable class.

Legend: n samples, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.abstain import floor_for, floors_by_class
from dojang.analysis.calibrate import Calibration, Kind, calibrate, check_part, fit_scaling
from dojang.analysis.thresholds import fit_offsets
from dojang.core.decision import Floats, Rule
from dojang.core.random import generator
from dojang.core.types import Predictions, Score
from dojang.objectives import tallies
from dojang.objectives.intervals import ANY, interval
from dojang.objectives.paired import paired_scores
from dojang.objectives.resampling import Design
from dojang.objectives.tallies import Tally, ratio

Goal = Literal["none", "f_beta", "balanced_accuracy", "precision", "cost"]
INNER_FOLDS = 5
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Wanted:
    """What is asked of a rule.

    Attributes:
        calibration: none, temperature, vector, or auto: what surely lowers the log loss.
        goal: what decides between classes: nothing but the probability; the mean F of the classes
            (``beta``); their mean recall; a least ``precision`` for each; or the least cost.
        always: whether the goal decides even where that does not surely pay.
        costs: what it costs to answer the second class where the first is true, ``(C, C)``.
        reject: largest share of wrong answers among those given, or None: all are given.
    """

    calibration: Kind | Literal["auto"] = "auto"
    goal: Goal = "none"
    always: bool = False
    beta: float = 1.0
    precision: float = 0.95
    costs: tuple[tuple[float, ...], ...] | None = None
    reject: float | None = None


@dataclass(frozen=True)
class Fitted:
    """A rule and how it does.

    Attributes:
        rule: fitted on all samples.
        settled: the predictions as rules say that were fitted without the sample.
        calibration: how the probabilities were scaled.
        gain: of what the goal raises (or, of a cost, lowers) over the most probable class, with
            its interval; None where the goal does not move decisions.
        used: whether the goal decides.
        folds: into how many parts the samples were dealt for cross-fitting.
    """

    rule: Rule
    settled: Predictions
    calibration: Calibration
    gain: Score | None
    used: bool
    folds: int


def fit_rule(raw: Predictions, wanted: Wanted, groups: Whole | None = None) -> Fitted:
    """Fit the rule of a run.

    Args:
        raw: what the networks said of validation or out-of-fold samples.
        groups: index of the group of each sample, ``(n,)``, or None where they are independent.

    Raises:
        DataError: the predictions are of the test or training part, or a target is not known.
    """
    check_part(raw)
    inner = inner_folds(raw.targets, raw.fold, groups)
    calibration = calibrate(raw, wanted.calibration, inner, groups)
    wanted = replace(wanted, calibration=calibration.scaling.kind)
    settled = _crossed(raw, wanted, inner)
    gain = _gain(settled, wanted, groups)
    used = gain is None or wanted.always or gain.low > 0
    if not used:
        wanted = replace(wanted, goal="none")
        settled = _crossed(raw, wanted, inner)
    rule = _fit(raw.probabilities, raw.targets, wanted)
    moves = gain is not None
    return Fitted(rule, settled, calibration, gain, used and moves, len(np.unique(inner)))


def inner_folds(targets: Whole, models: Whole, groups: Whole | None = None) -> Whole:
    """Return the inner fold of each sample, ``(n,)``.

    Where several models predicted, the samples of each are one fold: then a rule meets a model that
    it was not fitted on, and groups stay together. Otherwise groups are dealt to five folds, or the
    samples of every class.

    Args:
        targets: class index of each sample.
        models: number of the model that predicted it.
        groups: index of the group of each sample, or None.
    """
    if len(np.unique(models)) > 1:
        return models
    rng = generator(0, "inner folds")
    if groups is not None:
        names, owner = np.unique(groups, return_inverse=True)
        dealt = rng.permutation(len(names)) % INNER_FOLDS
        chosen: Whole = dealt[owner]
        return chosen
    inner = np.zeros(len(targets), dtype=np.int64)
    start = 0
    for label in np.unique(targets):
        members = rng.permutation(np.flatnonzero(targets == label))
        # Each class begins where the last one ended, so that the folds are equally large.
        inner[members] = (start + np.arange(len(members))) % INNER_FOLDS
        start += len(members)
    return inner


def goal_metric(wanted: Wanted) -> Tally | None:
    """Return what the goal raises, of what a confusion table adds up to."""
    if wanted.goal == "f_beta":
        return tallies.macro(partial(tallies.f_beta, beta=wanted.beta))
    return tallies.balanced_accuracy if wanted.goal == "balanced_accuracy" else None


def _fit(probabilities: Floats, targets: Whole, wanted: Wanted) -> Rule:
    """Fit all parts of a rule on the same samples; the calibration is settled."""
    assert wanted.calibration != "auto"
    scaling = fit_scaling(probabilities, targets, wanted.calibration)
    rule = Rule()
    if scaling.kind != "none":
        rule = Rule(scaling.scales, scaling.shifts)
    calibrated = rule.calibrate(probabilities)
    metric = goal_metric(wanted)
    if metric is not None:
        offsets = fit_offsets(calibrated, targets, metric)
        rule = replace(rule, offsets=tuple(offsets.tolist()))
    elif wanted.goal == "cost":
        rule = replace(rule, costs=wanted.costs)
    return replace(rule, floors=_floors(rule, calibrated, targets, wanted))


def _floors(
    rule: Rule, calibrated: NDArray[np.float32], targets: Whole, wanted: Wanted
) -> tuple[float, ...] | None:
    classes = calibrated.shape[1]
    answers = rule.answers(calibrated)
    confidence = calibrated[np.arange(len(answers)), answers]
    floors = np.zeros(classes)
    if wanted.goal == "precision":
        floors += floors_by_class(confidence, answers, targets, classes, wanted.precision)
    if wanted.reject is not None:
        floors = np.maximum(floors, floor_for(confidence, answers == targets, 1 - wanted.reject))
    return tuple(floors.tolist()) if floors.any() else None


def _crossed(raw: Predictions, wanted: Wanted, inner: Whole) -> Predictions:
    """Decide each sample by a rule that was fitted without it."""
    n = len(raw)
    whole = Rule().apply(raw)
    probabilities, decided = whole.probabilities.copy(), whole.predicted.copy()
    accepted = np.ones(n, dtype=bool)
    floors = wanted.reject is not None or wanted.goal == "precision"
    for number in np.unique(inner):
        held = inner == number
        if held.all():  # a single model that judged one sample: there is nothing to fit on
            continue
        rule = _fit(raw.probabilities[~held], raw.targets[~held], wanted)
        probabilities[held] = rule.calibrate(raw.probabilities[held])
        decided[held] = rule.answers(probabilities[held])
        sure = rule.accepts(probabilities[held], decided[held])
        accepted[held] = True if sure is None else sure
    moved = wanted.goal in ("f_beta", "balanced_accuracy", "cost")
    return replace(
        raw,
        probabilities=probabilities,
        decided=decided if moved else None,
        accepted=accepted if floors else None,
        raw=None if wanted.calibration == "none" else raw.probabilities,
    )


def _gain(settled: Predictions, wanted: Wanted, groups: Whole | None) -> Score | None:
    """Return by how much the goal's decisions are better than the most probable class."""
    targets, answers = settled.targets, settled.predicted
    plain = settled.probabilities.argmax(axis=1)
    metric = goal_metric(wanted)
    if metric is not None:
        classes = len(settled.classes)
        return paired_scores(targets, plain, answers, classes, {"goal": metric}, groups)[
            "goal"
        ].gain
    if wanted.goal != "cost" or wanted.costs is None:
        return None
    costs = np.array(wanted.costs)
    saved = costs[targets, plain] - costs[targets, answers]
    design = Design(len(targets), targets, groups)
    return interval(lambda w: ratio(w @ saved, w.sum(axis=1)), design, ANY)
