"""Slices: among which samples the model does worse than elsewhere.

A slice is the samples that have something in common: a value of a column, a range of brightness, a
cluster of images that the network finds alike. It is compared with all other samples *of the same
classes*, so that a slice of a hard class is not blamed for that class (Cochran 1954; Mantel and
Haenszel 1959). Who looks at many slices finds a bad one by chance; so p-values are corrected for
how many were looked at (Holm 1979).

Legend: n samples, C classes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Predictions, Score
from dojang.objectives.intervals import interval
from dojang.objectives.resampling import Design
from dojang.objectives.tallies import ratio

FEWEST = 15  # samples of a slice: of fewer nothing can be said
FEWEST_OTHERS = 5  # of a class, outside of a slice: fewer do not say what to expect
MOST_VALUES = 20  # of a column of words; the rarer ones go together
QUARTERS = 4
SURE = 0.05
EXAMPLES = 3

Kind = Literal["range", "value", "rest", "cluster"]
Array = NDArray[np.float64]
Column = NDArray[Any]


@dataclass(frozen=True)
class Slice:
    """Samples that have something in common, and how they fare.

    Attributes:
        column: what they have in common: ``brightness``, ``meta:camera`` …
        kind: a range of numbers, a value, all rarer values, or a cluster.
        low, high: ends of the range; NaN where it is none.
        value: the value, or the number of the cluster.
        n: how many samples.
        accuracy: share that is answered rightly, with its interval.
        expected: share that would be, were the slice as easy as the other samples of its classes.
        p: chance of so large a difference, either way, corrected for the number of slices.
        examples: ids of wrong ones, the surest first.
    """

    column: str
    kind: Kind
    low: float
    high: float
    value: str
    n: int
    accuracy: Score
    expected: float
    p: float
    examples: tuple[str, ...]

    @property
    def gap(self) -> float:
        """By how much it does worse (below 0) or better than the other samples of its classes."""
        return self.accuracy.value - self.expected

    @property
    def sure(self) -> bool:
        """Is the difference more than chance, as many slices as were looked at?"""
        return self.p < SURE

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"gap": self.gap, "sure": self.sure}


@dataclass(frozen=True)
class _Candidate:
    column: str
    kind: Kind
    low: float
    high: float
    value: str
    inside: NDArray[np.bool_]


def find_slices(
    predictions: Predictions,
    columns: Mapping[str, Column],
    groups: NDArray[np.int64] | None = None,
) -> list[Slice]:
    """Return all slices of enough samples, those that do surely worse first.

    Args:
        predictions: with known targets.
        columns: what is known of each sample, ``(n,)`` each: numbers are cut into quarters, words
            and whole numbers of few values taken as they are.
        groups: index of the group of each sample, or None where they are independent.
    """
    right = predictions.predicted == predictions.targets
    found = [
        (candidate, *_against_others(candidate.inside, right, predictions.targets))
        for name, values in columns.items()
        for candidate in _candidates(name, values)
        if FEWEST <= candidate.inside.sum() < len(right)
    ]
    corrected = _holm([p for _, _, p in found])
    slices = [
        _slice(candidate, predictions, right, expected, p, groups)
        for (candidate, expected, _), p in zip(found, corrected, strict=True)
    ]
    return sorted(slices, key=lambda s: (s.gap >= 0, s.p, s.gap, s.column, s.value, s.low))


def members(entry: Mapping[str, Any], columns: Mapping[str, Column]) -> NDArray[np.bool_] | None:
    """Return which samples are in a slice that was written down, ``(n,)``; None where it cannot be
    found again: its column is gone, has changed, or was a cluster.

    Args:
        entry: a slice as :meth:`Slice.to_json` writes it.
        columns: the same that :func:`find_slices` was given.
    """
    values = columns.get(str(entry["column"]))
    if values is None or entry["kind"] == "cluster":
        return None
    wanted = (entry["kind"], entry["value"], entry["low"], entry["high"])
    for found in _candidates(str(entry["column"]), values):
        ends = [None if math.isnan(end) else end for end in (found.low, found.high)]
        if (found.kind, found.value, *ends) == wanted:
            return found.inside
    return None


def _candidates(name: str, values: Column) -> Iterator[_Candidate]:
    if name == "cluster":
        for number in np.unique(values[values > 0]):  # 0: of no cluster
            yield _Candidate(name, "cluster", math.nan, math.nan, str(number), values == number)
    elif np.issubdtype(values.dtype, np.number) and len(np.unique(values)) > MOST_VALUES:
        yield from _ranges(name, values.astype(np.float64))
    else:
        yield from _values(name, values)


def _ranges(name: str, values: Array) -> Iterator[_Candidate]:
    """Quarters of the samples; a missing number is in none."""
    known = values[np.isfinite(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, QUARTERS + 1)))
    for place, (low, high) in enumerate(pairwise(edges.tolist())):
        last = place == len(edges) - 2
        inside = (values >= low) & ((values <= high) if last else (values < high))
        yield _Candidate(name, "range", float(low), float(high), "", inside)


def _values(name: str, values: Column) -> Iterator[_Candidate]:
    words = np.array(["" if _missing(v) else _text(v) for v in values.tolist()], dtype=object)
    names, counts = np.unique(words[words != ""], return_counts=True)
    if len(names) < 2:
        return
    common = names[np.argsort(-counts, kind="stable")][:MOST_VALUES]
    for value in common.tolist():
        yield _Candidate(name, "value", math.nan, math.nan, value, words == value)
    rest = (words != "") & ~np.isin(words, common)
    if rest.any():
        yield _Candidate(name, "rest", math.nan, math.nan, "", rest)


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _against_others(
    inside: NDArray[np.bool_], right: NDArray[np.bool_], targets: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the share that is expected to be right, and the p-value of the difference.

    Within a class, which of its samples are right has nothing to do with the slice if it is like
    the rest: the number of right ones inside is hypergeometric. Numbers of all classes add up
    (Mantel and Haenszel 1959, with their correction for continuity).
    """
    from scipy.stats import norm

    classes = int(targets.max()) + 1
    n = np.bincount(targets, minlength=classes).astype(np.float64)
    hits = np.bincount(targets[right], minlength=classes)
    members = np.bincount(targets[inside], minlength=classes)
    others = n - members
    mean = ratio(members * hits, n)
    variance = ratio(members * others * hits * (n - hits), n * n * np.maximum(n - 1, 1))
    apart = float(right[inside].sum() - mean.sum())
    spread = math.sqrt(float(variance.sum()))
    p = 1.0 if spread == 0 else 2 * float(norm.sf(max(0.0, abs(apart) - 0.5) / spread))
    # What the others of the same classes reach; of a class with few others, what all of it does.
    outside = ratio(hits - np.bincount(targets[inside & right], minlength=classes), others)
    share = np.where(others >= FEWEST_OTHERS, outside, ratio(hits, n))
    return float((members * share).sum() / members.sum()), min(1.0, p)


def _holm(values: list[float]) -> list[float]:
    """Correct p-values for their number, step by step from the smallest (Holm 1979)."""
    order = np.argsort(values, kind="stable")
    corrected = np.zeros(len(values))
    highest = 0.0
    for place, index in enumerate(order.tolist()):
        highest = max(highest, min(1.0, (len(values) - place) * values[index]))
        corrected[index] = highest
    return [float(p) for p in corrected]


def _slice(
    candidate: _Candidate,
    predictions: Predictions,
    right: NDArray[np.bool_],
    expected: float,
    p: float,
    groups: NDArray[np.int64] | None,
) -> Slice:
    inside = candidate.inside
    hits = right[inside].astype(np.float64)
    owners = None if groups is None else groups[inside]
    design = Design(len(hits), groups=owners)
    score = interval(lambda w: ratio(w @ hits, w.sum(axis=1)), design)
    wrong = np.flatnonzero(inside & ~right)
    surest = wrong[np.argsort(-predictions.confidence[wrong], kind="stable")][:EXAMPLES]
    return Slice(
        candidate.column, candidate.kind, candidate.low, candidate.high, candidate.value,
        len(hits), score, expected, p, tuple(predictions.ids[i] for i in surest.tolist()),
    )  # fmt: skip
