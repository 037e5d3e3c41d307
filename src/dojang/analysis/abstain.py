"""Answers that are better not given: floors under the confidence, and what they cost.

A floor is the lowest confidence from which on answers are right often enough, as far as these
samples tell: where the bound of Clopper and Pearson (1934) says so with 90 % certainty (Geifman and
El-Yaniv 2017). Few samples therefore mean a high floor.

Legend: n samples, C classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CERTAINTY = 0.9
NEVER = 2.0  # a floor that no probability reaches
MOST_POINTS = 200  # of the curve

Floats = NDArray[np.floating]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Point:
    """A place on the curve: the share of answers given, and of wrong ones among those."""

    floor: float
    coverage: float
    risk: float


def floor_for(confidence: Floats, right: NDArray[np.bool_], wanted: float) -> float:
    """Return the lowest floor above which surely at least ``wanted`` of the answers are right.

    Args:
        confidence: shape ``(n,)``.
        right: shape ``(n,)``.

    Returns:
        A confidence; :data:`NEVER` where no floor is high enough.
    """
    from scipy.stats import beta

    order = np.argsort(-confidence, kind="stable")
    ordered, hits = confidence[order].astype(np.float64), right[order].cumsum()
    counts = np.arange(1, len(order) + 1)
    # The bound of k right ones out of n; 0 where none is right.
    least = beta.ppf(1 - CERTAINTY, np.maximum(hits, 1), counts - hits + 1)
    least = np.where(hits > 0, least, 0.0)
    # A floor takes all samples of its confidence or none.
    last = np.append(ordered[1:] != ordered[:-1], True)
    good = np.flatnonzero((least >= wanted) & last)
    return float(ordered[good[-1]]) if len(good) else NEVER


def fewest_for(wanted: float) -> int:
    """Return how many answers it takes at least, all of them right, to be sure of ``wanted``."""
    return math.ceil(math.log(1 - CERTAINTY) / math.log(wanted))


def floors_by_class(
    confidence: Floats, answers: Whole, targets: Whole, classes: int, wanted: float
) -> tuple[float, ...]:
    """Return for each class the floor above which its answers are surely right often enough."""
    found = []
    for label in range(classes):
        mine = answers == label
        right = targets[mine] == label
        found.append(floor_for(confidence[mine], right, wanted) if mine.any() else NEVER)
    return tuple(found)


def risk_curve(confidence: Floats, right: NDArray[np.bool_]) -> list[Point]:
    """Return coverage and risk for falling floors, at most :data:`MOST_POINTS` places (El-Yaniv
    and Wiener 2010)."""
    n = len(confidence)
    order = np.argsort(-confidence, kind="stable")
    ordered, wrong = confidence[order], (~right[order]).cumsum()
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    kept = ends[np.unique(np.linspace(0, len(ends) - 1, min(MOST_POINTS, len(ends))).astype(int))]
    return [
        Point(float(ordered[i]), float((i + 1) / n), float(wrong[i] / (i + 1)))
        for i in kept.tolist()
    ]


def area_under_risk(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Return the mean risk over all coverages: 0 where every wrong answer is less sure than every
    right one and there are none; lower is better (Geifman et al. 2019)."""
    if not len(confidence):
        return math.nan
    order = np.argsort(-confidence, kind="stable")
    wrong = (~right[order]).cumsum()
    return float((wrong / np.arange(1, len(order) + 1)).mean())
