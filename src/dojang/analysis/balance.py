"""What balancing did: two answers to the same validation images, class by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.objectives import tallies
from dojang.objectives.paired import Change, paired_scores

METRICS = {
    "balanced_accuracy": tallies.balanced_accuracy,
    "macro_f1": tallies.macro_f1,
    "accuracy": tallies.accuracy,
}
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """Two answers to the same samples.

    Attributes:
        n: number of samples.
        support: samples of each class.
        before: recall of each class with the first answers; 0 for a class without samples.
        after: the same with the second ones.
        scores: changes by the name of the metric.
    """

    n: int
    support: tuple[int, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    scores: Mapping[str, Change]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(targets: Whole, before: Whole, after: Whole, classes: int) -> Comparison:
    """Compare two answers to samples of known class, each of shape ``(n,)``."""
    support = np.bincount(targets, minlength=classes)
    return Comparison(
        n=len(targets),
        support=tuple(support.tolist()),
        before=_recall(targets, before, support),
        after=_recall(targets, after, support),
        scores=paired_scores(targets, before, after, classes, METRICS),
    )


def _recall(targets: Whole, answers: Whole, support: Whole) -> tuple[float, ...]:
    hits = np.bincount(targets[answers == targets], minlength=len(support))
    return tuple((hits / np.maximum(support, 1)).tolist())
