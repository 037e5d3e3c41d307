"""Thresholds: offsets on log-probabilities that raise macro F1 or balanced accuracy.

A model that was trained on unlike classes answers the large ones too often. Offsets, one a class,
move the decision without a new training. They are fitted on out-of-fold or validation predictions,
never on the test part, and what they gain is measured by cross-fitting: each sample is decided by
offsets that were fitted without it.

Legend: n samples, C classes, G candidate offsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dojang.core.decision import decide, log_probabilities
from dojang.core.errors import DataError
from dojang.core.random import generator
from dojang.core.types import Predictions
from dojang.objectives import tallies
from dojang.objectives.tallies import Tally

INNER_FOLDS = 5
MOST_SWEEPS = 20
MOST_CLASSES = 100  # above, only the common slope is fitted: too few samples a class for more
CANDIDATES = 201  # of an offset, at most
FURTHEST = 6.0  # an offset of 6 multiplies a probability by 403
SLOPES = tuple(i / 8 for i in range(13))  # of the common start: 0 to 1.5
_BETTER = 1e-9

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
TARGETS: dict[str, Tally] = {
    "macro_f1": tallies.macro_f1,
    "balanced_accuracy": tallies.balanced_accuracy,
}


@dataclass(frozen=True)
class Thresholds:
    """Offsets and how well such offsets do.

    Attributes:
        target: macro_f1 or balanced_accuracy, which was to be raised.
        offsets: one a class; 0 for a class without a sample; their mean over the others is 0.
        crossed: class decided for each sample by offsets that were fitted without it, ``(n,)``.
        folds: into how many parts the samples were dealt for that.
    """

    target: str
    offsets: tuple[float, ...]
    crossed: Whole
    folds: int


def fit_thresholds(predictions: Predictions, target: str) -> Thresholds:
    """Fit offsets on predictions of samples that the models did not learn from.

    Where several models predicted, the samples of each are one inner fold: then the offsets meet a
    model that they were not fitted on, and groups stay together. Otherwise the samples of every
    class are dealt to five inner folds.

    Raises:
        DataError: the predictions are of the test or training part, or a target is not known.
    """
    if predictions.part != "valid":
        raise DataError("thresholds.wrong_part", part=predictions.part)
    if (predictions.targets < 0).any():
        raise DataError("evaluate.no_labels", part=predictions.part)
    probabilities, targets = predictions.probabilities, predictions.targets
    inner = inner_folds(targets, predictions.fold)
    crossed = decide(probabilities, None)
    for number in np.unique(inner):
        held = inner == number
        if held.all():
            continue
        offsets = fit_offsets(probabilities[~held], targets[~held], target)
        crossed[held] = decide(probabilities[held], offsets)
    whole = fit_offsets(probabilities, targets, target)
    return Thresholds(target, tuple(whole.tolist()), crossed, len(np.unique(inner)))


def inner_folds(targets: Whole, models: Whole) -> Whole:
    """Return the inner fold of each sample, shape ``(n,)``: its model, or its place in its class.

    Args:
        targets: class index of each sample.
        models: number of the model that predicted it.
    """
    if len(np.unique(models)) > 1:
        return models
    inner = np.zeros(len(targets), dtype=np.int64)
    rng = generator(0, "thresholds")
    start = 0
    for label in np.unique(targets):
        members = rng.permutation(np.flatnonzero(targets == label))
        # Each class begins where the last one ended, so that the folds are equally large.
        inner[members] = (start + np.arange(len(members))) % INNER_FOLDS
        start += len(members)
    return inner


def fit_offsets(probabilities: NDArray[np.float32], targets: Whole, target: str) -> Floats:
    """Return offsets ``(C,)`` that raise ``target`` on these samples.

    Begins with the best common slope on the classes' shares (post-hoc logit adjustment, Menon et
    al. 2021), then moves one offset at a time to its best place, given the others, until nothing
    gets better (coordinate ascent). The result is never worse than the most probable class on these
    samples; where it would be, all offsets are 0. Equal inputs give equal offsets.

    Args:
        probabilities: shape ``(n, C)``.
        targets: class indices, shape ``(n,)``.
        target: macro_f1 or balanced_accuracy.
    """
    metric = TARGETS[target]
    logs = log_probabilities(probabilities)
    counts = np.bincount(targets, minlength=logs.shape[1])
    present = np.flatnonzero(counts)
    if len(present) < 2:
        return np.zeros(logs.shape[1])
    offsets, best = _common_slope(logs, targets, counts, metric)
    for _ in range(MOST_SWEEPS if len(present) <= MOST_CLASSES else 0):
        before = best
        for label in present:
            offsets, best = _move_one(logs, targets, offsets, best, int(label), metric)
        if best <= before + _BETTER:
            break
    offsets[present] -= offsets[present].mean()
    # A class without a sample stays at 0, whatever the others are shifted by: that changes answers.
    if _value(logs + offsets, targets, metric) < _value(logs, targets, metric):
        return np.zeros(logs.shape[1])
    return offsets


def _common_slope(
    logs: Floats, targets: Whole, counts: Whole, metric: Tally
) -> tuple[Floats, float]:
    """The best of offsets in ratio to minus the logarithm of the class's share; ties: the least."""
    direction = -np.log(np.maximum(counts, 1) / counts.sum())
    direction = np.where(counts > 0, direction - direction[counts > 0].mean(), 0.0)
    found, best = np.zeros(len(counts)), -1.0
    for slope in SLOPES:
        value = _value(logs + slope * direction, targets, metric)
        if value > best + _BETTER:
            found, best = slope * direction, value
    return found, best


def _move_one(
    logs: Floats,
    targets: Whole,
    offsets: Floats,
    best: float,
    label: int,
    metric: Tally,
) -> tuple[Floats, float]:
    """Move the offset of one class to where the metric is largest, if that is any better.

    A sample is decided for the class as soon as the offset exceeds what its best other class has
    in advance. So the metric changes at these n numbers alone; candidates lie half-way between
    neighbours, and a plateau is entered in its middle.
    """
    others = logs + offsets
    others[:, label] = -np.inf
    rival = others.argmax(axis=1)
    needed = others.max(axis=1) - logs[:, label]
    candidates = _candidates(needed)
    hits, answered = _tallies(needed, rival, targets, candidates, label, logs.shape[1])
    values = metric(hits, answered, np.bincount(targets, minlength=logs.shape[1]).astype(float))
    highest = float(values.max())
    if highest <= best + _BETTER:
        return offsets, best
    top = np.flatnonzero(values >= highest - _BETTER)
    run = top[: int(np.argmax(np.diff(top, append=top[-1] + 2) > 1)) + 1]
    moved = offsets.copy()
    moved[label] = candidates[run[len(run) // 2]]
    return moved, highest


def _candidates(needed: Floats) -> Floats:
    """Places between the numbers at which a sample changes sides, thinned out evenly."""
    within = np.unique(needed[np.abs(needed) <= FURTHEST])
    edges = np.concatenate([[-FURTHEST], within, [FURTHEST]])
    middles = (edges[1:] + edges[:-1]) / 2
    kept = np.linspace(0, len(middles) - 1, min(CANDIDATES, len(middles))).astype(np.int64)
    candidates: Floats = middles[kept]
    return candidates


def _tallies(
    needed: Floats, rival: Whole, targets: Whole, candidates: Floats, label: int, classes: int
) -> tuple[Floats, Floats]:
    """Return for every candidate offset of ``label`` how many samples each class answers rightly
    and how many it answers at all, each of shape ``(G, C)``."""
    size = len(candidates)
    # The first candidate that decides for the class; what lies beyond the last never does.
    first = np.searchsorted(candidates, needed, side="right")
    left = np.zeros((2, size + 1, classes))  # rightly, at all
    np.add.at(left[0], (first, rival), rival == targets)
    np.add.at(left[1], (first, rival), 1.0)
    gone = np.cumsum(left, axis=1)[:, :size]
    hits = left[0].sum(axis=0) - gone[0]
    answered = left[1].sum(axis=0) - gone[1]
    won = np.bincount(first, weights=targets == label, minlength=size + 1).cumsum()[:size]
    hits[:, label], answered[:, label] = won, gone[1].sum(axis=1)
    return hits, answered


def _value(moved: Floats, targets: Whole, metric: Tally) -> float:
    return float(metric(*tallies.count(targets, moved.argmax(axis=1), moved.shape[1])))
