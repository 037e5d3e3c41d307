"""The predictions worth looking at: best, worst, most uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Predictions

CaseKind = Literal["best", "worst", "uncertain"]


@dataclass(frozen=True)
class Case:
    """A prediction worth looking at: its kind and its row in the predictions."""

    kind: CaseKind
    index: int


def pick_cases(predictions: Predictions, count: int = 4) -> list[Case]:
    """Return up to ``count`` cases of each kind: best, then worst, then uncertain.

    Best is right and most confident, worst is wrong and most confident, uncertain has the smallest
    margin between its two most probable classes. Every class gets its first case before any gets
    its second. No sample is picked twice; ties are broken by id. Samples without a known target
    are neither right nor wrong.
    """
    known = predictions.targets >= 0
    right = known & (predictions.predicted == predictions.targets)
    confidence = predictions.confidence
    margin = _margins(predictions.probabilities)
    ranked: list[tuple[CaseKind, NDArray[np.bool_], NDArray[np.floating[Any]]]] = [
        ("best", right, -confidence),
        ("worst", known & ~right, -confidence),
        ("uncertain", np.ones(len(predictions), dtype=bool), margin),
    ]
    cases: list[Case] = []
    for kind, chosen, rank in ranked:
        free = np.setdiff1d(np.flatnonzero(chosen), [case.index for case in cases])
        cases += [Case(kind, i) for i in _first_of_each_class(predictions, free, rank, count)]
    return cases


def _first_of_each_class(
    predictions: Predictions,
    rows: NDArray[np.int64],
    rank: NDArray[np.floating[Any]],
    count: int,
) -> list[int]:
    """The ``count`` rows of the lowest rank, taking turns between the classes."""
    labels = np.where(predictions.targets >= 0, predictions.targets, predictions.predicted)
    ordered = sorted(rows.tolist(), key=lambda row: (rank[row], predictions.ids[row]))
    turns: dict[int, int] = {}
    place: dict[int, tuple[int, int]] = {}
    for position, row in enumerate(ordered):
        turn = turns.get(int(labels[row]), 0)
        turns[int(labels[row])] = turn + 1
        place[row] = (turn, position)
    taken = sorted(ordered, key=place.__getitem__)[:count]
    return sorted(taken, key=lambda row: place[row][1])


def _margins(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance between the two most probable classes, shape ``(n,)``."""
    padded = np.pad(probabilities, ((0, 0), (1, 0)))  # a single class is measured against 0
    top = np.partition(padded, -2, axis=1)
    margins: NDArray[np.float32] = top[:, -1] - top[:, -2]
    return margins
