"""Cases worth looking at: confident errors, doubts, labels that are likely wrong, confusions.

Legend: n predictions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.labels import suspects
from dojang.core.types import Predictions

CaseKind = Literal["worst", "uncertain", "label", "pair", "best"]
KINDS: tuple[CaseKind, ...] = ("worst", "uncertain", "label", "pair", "best")

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Case:
    """A prediction worth looking at: its kind and its row in the predictions."""

    kind: CaseKind
    index: int


@dataclass(frozen=True)
class Confusion:
    """How often a class is taken for another; both are indices."""

    target: int
    predicted: int
    count: int


def ranked(predictions: Predictions, kind: CaseKind, pair: tuple[int, int] | None = None) -> Rows:
    """Return the rows of all cases of a kind, the most telling first; ties are broken by id.

    ``worst`` are errors and ``best`` right answers by confidence, ``uncertain`` are all answers by
    the margin between the two most probable classes, ``label`` are likely label errors by the
    probability of the given label, as ``dojang labels`` judges and ranks them, ``pair`` are errors
    by how frequent their confusion is and then by confidence. Samples without a known target are
    neither right nor wrong.

    Args:
        predictions: n samples, predicted by a model that did not learn from them.
        kind: of the cases.
        pair: (true, answered): of errors only these.
    """
    if kind == "label":
        return suspects(predictions)
    known = predictions.targets >= 0
    wrong = known & (predictions.predicted != predictions.targets)
    rank: NDArray[np.floating[Any]] = -predictions.confidence
    chosen = wrong
    if kind == "best":
        chosen = known & ~wrong
    elif kind == "uncertain":
        chosen, rank = np.ones(len(predictions), dtype=bool), _margins(predictions.probabilities)
    if pair is not None:
        chosen = wrong & (predictions.targets == pair[0]) & (predictions.predicted == pair[1])
    rows = np.flatnonzero(chosen)
    keys: list[NDArray[Any]] = [np.array(predictions.ids, dtype=str)[rows], rank[rows]]
    if kind == "pair":
        place = {(c.target, c.predicted): i for i, c in enumerate(confusions(predictions))}
        pairs = zip(predictions.targets[rows], predictions.predicted[rows], strict=True)
        keys.append(np.array([place[int(a), int(b)] for a, b in pairs], dtype=np.int64))
    found: Rows = rows[np.lexsort(keys)]
    return found


def confusions(predictions: Predictions) -> list[Confusion]:
    """Return which class is taken for which, the most frequent first; ties by class."""
    wrong = (predictions.targets >= 0) & (predictions.predicted != predictions.targets)
    targets, answers = predictions.targets[wrong].tolist(), predictions.predicted[wrong].tolist()
    counts = Counter(zip(targets, answers, strict=True))
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [Confusion(target, predicted, count) for (target, predicted), count in ordered]


def gallery_cases(
    predictions: Predictions, count: int = 3, pairs: int = 3, each: int = 3
) -> list[Case]:
    """Return the cases of a report: errors before all, then what else is worth looking at.

    Of likely label errors and of confident errors there are up to twice ``count``; of each of the
    ``pairs`` most frequent confusions the ``each`` most confident errors. No image comes twice
    within a kind; a likely label error may be a confident error, too.
    """
    by_kind: dict[CaseKind, list[Case]] = {
        "worst": pick_cases(predictions, 2 * count, ("worst",)),
        "label": [Case("label", i) for i in ranked(predictions, "label")[: 2 * count].tolist()],
        "pair": [
            Case("pair", i)
            for c in confusions(predictions)[:pairs]
            for i in ranked(predictions, "pair", (c.target, c.predicted))[:each].tolist()
        ],
    }
    for case in pick_cases(predictions, count):
        if case.kind != "worst":
            by_kind.setdefault(case.kind, []).append(case)
    return [case for kind in KINDS for case in by_kind.get(kind, ())]


def pick_cases(
    predictions: Predictions,
    count: int = 4,
    kinds: tuple[CaseKind, ...] = ("best", "worst", "uncertain"),
) -> list[Case]:
    """Return up to ``count`` cases of each kind: best, then worst, then uncertain.

    Best is right and most confident, worst is wrong and most confident, uncertain has the smallest
    margin between its two most probable classes. Every class gets its first case before any gets
    its second. No sample is picked twice; ties are broken by id. Samples without a known target
    are neither right nor wrong.
    """
    cases: list[Case] = []
    for kind in kinds:
        taken = {case.index for case in cases}
        rows = [row for row in ranked(predictions, kind).tolist() if row not in taken]
        cases += [Case(kind, i) for i in _first_of_each_class(predictions, rows, count)]
    return cases


def _first_of_each_class(predictions: Predictions, ordered: list[int], count: int) -> list[int]:
    """The first ``count`` rows, taking turns between the classes, in the order that they had."""
    labels = np.where(predictions.targets >= 0, predictions.targets, predictions.predicted)
    turns: Counter[int] = Counter()
    place: dict[int, tuple[int, int]] = {}
    for position, row in enumerate(ordered):
        label = int(labels[row])
        place[row] = (turns[label], position)
        turns[label] += 1
    taken = sorted(ordered, key=place.__getitem__)[:count]
    return sorted(taken, key=lambda row: place[row][1])


def _margins(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance between the two most probable classes, shape ``(n,)``."""
    padded = np.pad(probabilities, ((0, 0), (1, 0)))  # a single class is measured against 0
    top = np.partition(padded, -2, axis=1)
    margins: NDArray[np.float32] = top[:, -1] - top[:, -2]
    return margins
