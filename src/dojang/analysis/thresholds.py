"""Thresholds: offsets on log-probabilities that raise the mean F or recall of the classes.

A model that was trained on unlike classes answers the large ones too often. Offsets, one a class,
move the decision without a new training. They are fitted on out-of-fold or validation predictions,
never on the test part; :mod:`dojang.analysis.decide` sees to that.

Legend: n samples, C classes, G candidate offsets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dojang.core.decision import log_probabilities
from dojang.objectives import tallies
from dojang.objectives.tallies import Tally

MOST_SWEEPS = 20
MOST_CLASSES = 100  # above, only the common slope is fitted: too few samples a class for more
CANDIDATES = 201  # of an offset, at most
FURTHEST = 6.0  # an offset of 6 multiplies a probability by 403
SLOPES = tuple(i / 8 for i in range(13))  # of the common start: 0 to 1.5
_BETTER = 1e-9

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def fit_offsets(probabilities: NDArray[np.float32], targets: Whole, metric: Tally) -> Floats:
    """Return offsets ``(C,)`` that raise ``metric`` on these samples.

    Begins with the best common slope on the classes' shares (post-hoc logit adjustment, Menon et
    al. 2021), then moves one offset at a time to its best place, given the others, until nothing
    gets better (coordinate ascent). The result is never worse than the most probable class on these
    samples; where it would be, all offsets are 0. Equal inputs give equal offsets.

    Args:
        probabilities: shape ``(n, C)``.
        targets: class indices, shape ``(n,)``.
        metric: takes hits, answers and samples by class (``objectives.tallies``).
    """
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
