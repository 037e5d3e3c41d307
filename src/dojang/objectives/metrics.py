"""The metrics of a classifier by name, and what a bootstrap needs to redraw them all at once.

Micro-averaged precision, recall and F, and recall weighted by class, are all the accuracy, where
each image has one label; so they have no name of their own.

Legend: n samples, C classes, R resamples, M metrics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Predictions
from dojang.objectives import scores, tallies
from dojang.objectives.intervals import CORRELATION, POSITIVE, SHARE, Bounds
from dojang.objectives.scores import Floats
from dojang.objectives.tallies import Tally

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]
Area = Callable[[Floats, NDArray[np.bool_], Array], Array]
Influence = Callable[[Floats, NDArray[np.bool_]], tuple[float, Array]]
PLACES = (3, 5)  # k of top-k; a k is left out where there are no more classes than that
BEST = 5  # k of MAP@k and NDCG@k


@dataclass(frozen=True)
class Metric:
    """A score of a classifier and its scale."""

    name: str
    bounds: Bounds = SHARE


TALLIES: dict[Metric, Tally] = {
    Metric("accuracy"): tallies.accuracy,
    Metric("balanced_accuracy"): tallies.balanced_accuracy,
    Metric("macro_precision"): tallies.macro_precision,
    Metric("macro_recall"): tallies.macro_recall,
    Metric("macro_f1"): tallies.macro_f1,
    Metric("macro_f0.5"): tallies.macro_f_half,
    Metric("macro_f2"): tallies.macro_f2,
    Metric("weighted_precision"): tallies.weighted_precision,
    Metric("weighted_f1"): tallies.weighted_f1,
    Metric("kappa", CORRELATION): tallies.cohen_kappa,
    Metric("mcc", CORRELATION): tallies.matthews,
}
BY_CLASS: dict[str, Tally] = {
    "precision": tallies.precision,
    "recall": tallies.recall,
    "f1": tallies.f_beta,
}
CURVES: dict[str, tuple[Area, Influence]] = {
    "roc_auc": (scores.roc_auc, scores.roc_auc_influence),
    "pr_auc": (scores.average_precision, scores.average_precision_influence),
}
EXACT = 10_000  # probabilities; of so many and more, areas are redrawn to first order


@dataclass(frozen=True)
class Scorer:
    """All metrics of some predictions.

    Attributes:
        metrics: of all classes together.
        of_classes: names of those of single classes.
        classes: how many classes there are.
        values: takes how often each sample counts, ``(R, n)``; returns ``(R, M + K·C)``: those of
            all classes together, then for each of the K others its value for every class.
    """

    metrics: tuple[Metric, ...]
    of_classes: tuple[str, ...]
    classes: int
    values: Statistic


def scorer(predictions: Predictions) -> Scorer:
    """Return all metrics of predictions whose targets are known."""
    two = len(predictions.classes) == 2
    curves = _class_curves(predictions)
    counted = tallies.counter(predictions.targets, predictions.predicted, len(predictions.classes))
    means, of_means = _of_means(predictions)
    binned = _of_calibration(predictions)

    def values(weights: Array) -> Array:
        counts = counted(weights)
        areas = [curve(weights) for curve in curves]
        single = [metric(*counts) for metric in TALLIES.values()]
        single += [area[:, 1] if two else _mean_of_defined(area) for area in areas]
        single.append(binned(weights))
        classes = [metric(*counts) for metric in BY_CLASS.values()]
        return np.concatenate(
            [np.stack(single, axis=1), of_means(weights), *classes, *areas], axis=1
        )

    areas = tuple(Metric(name) for name in CURVES)
    metrics = (*TALLIES, *areas, Metric("ece"), *means)
    return Scorer(metrics, (*BY_CLASS, *CURVES), len(predictions.classes), values)


def _of_means(predictions: Predictions) -> tuple[Sequence[Metric], Statistic]:
    """Metrics that are the mean of a value of each sample."""
    probabilities, targets = predictions.probabilities, predictions.targets
    classes = probabilities.shape[1]
    places = scores.ranks(probabilities, targets)
    found: dict[Metric, NDArray[Any]] = {
        Metric(f"top_{k}"): places <= k for k in PLACES if k < classes
    }
    if classes > BEST:
        # With one right answer both follow from its place.
        near = places <= BEST
        found[Metric(f"map_at_{BEST}")] = near / places
        found[Metric(f"ndcg_at_{BEST}")] = near / np.log2(places + 1)
    worst = 1.0 if classes == 2 else 2.0
    found[Metric("brier", (0.0, worst))] = scores.brier_losses(probabilities, targets)
    found[Metric("log_loss", POSITIVE)] = scores.log_losses(probabilities, targets)
    values = np.stack([column.astype(np.float64) for column in found.values()], axis=1)
    return tuple(found), partial(_means, values)


def _of_calibration(predictions: Predictions) -> Statistic:
    right = predictions.predicted == predictions.targets
    added = scores.calibration_bins(predictions.confidence, right).reshape(len(right), -1)

    def values(weights: Array) -> Array:
        return scores.calibration_error((weights @ added).reshape(len(weights), -1, 3))

    return values


def _class_curves(predictions: Predictions) -> list[Statistic]:
    """Return for each area under a curve, of a class against the rest, a function from weights to
    its values, ``(R, C)``."""
    few = predictions.probabilities.size < EXACT
    return [
        _exact(predictions, *of) if few else _linear(predictions, *of) for of in CURVES.values()
    ]


def _exact(predictions: Predictions, area: Area, _influence: Influence) -> Statistic:
    columns = [
        (predictions.probabilities[:, label], predictions.targets == label)
        for label in range(len(predictions.classes))
    ]

    def values(weights: Array) -> Array:
        found = [area(scores, positive, weights) for scores, positive in columns]
        defined = [np.where((weights @ positive) > 0, v, math.nan)
                   for v, (_, positive) in zip(found, columns, strict=True)]  # fmt: skip
        return np.stack(defined, axis=1)

    return values


def _linear(predictions: Predictions, _area: Area, influence: Influence) -> Statistic:
    """Areas are redrawn to first order, by how they change with the weight of each sample: that of
    hundreds of resamples costs little more than one then."""
    found = [
        influence(predictions.probabilities[:, label], predictions.targets == label)
        for label in range(len(predictions.classes))
    ]
    present = np.bincount(predictions.targets, minlength=len(found)) > 0
    values = np.where(present, [value for value, _ in found], math.nan)
    slopes = np.stack([slope for _, slope in found], axis=1)
    return lambda weights: values + (weights - 1.0) @ np.nan_to_num(slopes)


def _means(values: Array, weights: Array) -> Array:
    return tallies.ratio(weights @ values, weights.sum(axis=1, keepdims=True))


def _mean_of_defined(values: Array) -> Array:
    seen = np.isfinite(values)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return tallies.ratio(total, seen.sum(axis=1), empty=math.nan)
