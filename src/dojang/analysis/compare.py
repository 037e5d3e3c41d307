"""Is B better than A? Two models on the same samples, with all that the answer depends on.

Which samples happened to be judged is one source of chance, and both models share it: they are
redrawn together. Which seed a model was trained with is another; it is seen only where a model was
trained several times. Folds show it too, but their training parts overlap, and a plain t-test on
folds finds differences where there are none (Nadeau and Bengio 2003).

Legend: n samples, R resamples, S trainings of one model, k folds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError
from dojang.core.types import Predictions, Score
from dojang.objectives.intervals import LEVEL, Spread, half_width, spread
from dojang.objectives.resampling import Design, group_index
from dojang.objectives.scores import log_losses
from dojang.objectives.tallies import accuracy, balanced_accuracy, counter, macro_f1, ratio

Verdict = Literal["better", "worse", "same", "unclear"]
TALLIES = {"accuracy": accuracy, "balanced_accuracy": balanced_accuracy, "macro_f1": macro_f1}
LOWER = ("log_loss",)  # is better
MARGIN = 0.01  # two shares that surely differ by less are the same for practical purposes
FEWEST_FOLDS = 3  # a t-test on fewer says nothing

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Gain:
    """A metric of both models on the same samples, and the second minus the first.

    Attributes:
        before, after: means over the trainings of each model.
        difference: with an interval for the chance in the samples and, where a model was trained
            several times, in its training.
        folds: the difference with the interval of the corrected resampled t-test, or None where the
            models do not have the same folds.
    """

    metric: str
    before: float
    after: float
    difference: Score
    folds: Score | None = None

    @property
    def verdict(self) -> Verdict:
        """Better or worse where no interval leaves a doubt; the same where the difference surely is
        below a point; else unclear."""
        sign = -1.0 if self.metric in LOWER else 1.0
        intervals = [self.difference, *([self.folds] if self.folds else [])]
        if all(min(sign * s.low, sign * s.high) > 0 for s in intervals):
            return "better"
        if all(max(sign * s.low, sign * s.high) < 0 for s in intervals):
            return "worse"
        small = all(s.low > -MARGIN and s.high < MARGIN for s in intervals)
        return "same" if small and self.metric not in LOWER else "unclear"


@dataclass(frozen=True)
class Switches:
    """Answers that changed: ``gained`` are right now, ``lost`` were right before.

    Attributes:
        p: how often as uneven a split comes by chance alone (McNemar 1947, exact).
    """

    gained: int
    lost: int
    p: float


@dataclass(frozen=True)
class Comparison:
    """Two models compared on ``n`` samples of which both have held-out predictions.

    Attributes:
        relabelled: samples among them whose label differs between the runs.
        trainings: how often each model was trained.
        switches: where each was trained once.
        level: of the intervals.
    """

    n: int
    relabelled: int
    gains: tuple[Gain, ...]
    trainings: tuple[int, int] = (1, 1)
    switches: Switches | None = None
    level: float = LEVEL

    @cached_property
    def errors_saved(self) -> float:
        """Share of the first model's wrong answers that the second does not have."""
        gain = next(g for g in self.gains if g.metric == "accuracy")
        wrong = 1 - gain.before
        return gain.difference.value / wrong if wrong > 0 else math.nan

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        gains = {
            gain.metric: {
                "before": gain.before, "after": gain.after, "difference": gain.difference.value,
                "low": gain.difference.low, "high": gain.difference.high, "verdict": gain.verdict,
                "folds": asdict(gain.folds) if gain.folds else None,
            }
            for gain in self.gains
        }  # fmt: skip
        return {
            "n": self.n, "relabelled": self.relabelled, "trainings": list(self.trainings),
            "level": self.level, "metrics": gains, "errors_saved": self.errors_saved,
            "switches": asdict(self.switches) if self.switches else None,
        }  # fmt: skip


def compare(
    first: Sequence[Predictions],
    second: Sequence[Predictions],
    labels: Mapping[str, str],
    groups: Mapping[str, str] | None = None,
    level: float = LEVEL,
) -> Comparison:
    """Judge two models by ``labels``, on the samples that all their trainings have predicted.

    Args:
        first: predictions of each training of the first model.
        second: of the second one.
        labels: the labels to judge by, by sample id; samples without one do not count.
        groups: the group of each sample by id, where there are groups; whole groups are redrawn.
        level: of the intervals; higher where several comparisons are made at once.

    Raises:
        DataError: there is no such sample.
    """
    every = [*first, *second]
    rows = [{identifier: row for row, identifier in enumerate(p.ids)} for p in every]
    ids = [i for i in every[-1].ids if i in labels and all(i in known for known in rows)]
    if not ids:
        raise DataError("compare.nothing_common")
    names = sorted({*(c for p in every for c in p.classes), *labels.values()})
    place = {name: i for i, name in enumerate(names)}
    targets = np.array([place[labels[i]] for i in ids], dtype=np.int64)
    chosen = [np.array([known[i] for i in ids], dtype=np.int64) for known in rows]
    aligned = [_aligned(p, at, place) for p, at in zip(every, chosen, strict=True)]
    sides = aligned[: len(first)], aligned[len(first) :]
    design = Design(len(ids), targets, group_index(ids, groups or {}))
    old = [every[0].classes[t] if t >= 0 else None for t in every[0].targets[chosen[0]]]
    folds = [p.fold[at] for p, at in zip(every, chosen, strict=True)]
    return Comparison(
        n=len(ids),
        relabelled=sum(a != labels[i] for a, i in zip(old, ids, strict=True)),
        gains=_gains(sides, targets, design, folds, level),
        trainings=(len(first), len(second)),
        switches=_switched(sides, targets) if len(every) == 2 else None,
        level=level,
    )


@dataclass(frozen=True)
class _Side:
    """One training on the common samples: answers ``(n,)`` and probabilities ``(n, C)`` in the
    common order of classes."""

    answers: Whole
    probabilities: NDArray[np.float32]


def _aligned(predictions: Predictions, rows: Whole, place: Mapping[str, int]) -> _Side:
    columns = np.array([place[name] for name in predictions.classes], dtype=np.int64)
    shares = np.zeros((len(rows), len(place)), dtype=np.float32)
    shares[:, columns] = predictions.probabilities[rows]
    return _Side(columns[predictions.predicted[rows]], shares)


def _gains(
    sides: tuple[list[_Side], list[_Side]],
    targets: Whole,
    design: Design,
    folds: list[Whole],
    level: float,
) -> tuple[Gain, ...]:
    """Compare all metrics in one round of resamples."""
    every = [*sides[0], *sides[1]]
    scorers = [_scorer(side, targets) for side in every]
    split = len(sides[0])

    def values(weights: Array) -> Array:
        found = np.stack([scorer(weights) for scorer in scorers])  # (S, R, M)
        gained: Array = found[split:].mean(axis=0) - found[:split].mean(axis=0)
        return gained

    moved = spread(values, design)
    whole = np.stack([scorer(np.ones((1, design.n)))[0] for scorer in scorers])  # (S, M)
    trained = _with_training(moved, whole[:split], whole[split:])
    by_fold = _by_fold(scorers, split, folds, design.n)
    gains = []
    for column, name in enumerate((*TALLIES, "log_loss")):
        reach = half_width(trained, level)[column]
        value = float(moved.values[column])
        gains.append(Gain(
            name,
            float(whole[:split, column].mean()),
            float(whole[split:, column].mean()),
            Score(value, value - reach, value + reach),
            None if by_fold is None else _corrected(by_fold[:, column], value, level),
        ))  # fmt: skip
    return tuple(gains)


def _scorer(side: _Side, targets: Whole) -> Any:
    """Return a function from weights ``(R, n)`` to the metrics of one training, ``(R, M)``."""
    counted = counter(targets, side.answers, side.probabilities.shape[1])
    losses = log_losses(side.probabilities, targets)

    def values(weights: Array) -> Array:
        counts = counted(weights)
        found = [metric(*counts) for metric in TALLIES.values()]
        return np.stack([*found, ratio(weights @ losses, weights.sum(axis=1))], axis=1)

    return values


def _with_training(moved: Spread, before: Array, after: Array) -> Spread:
    """Add the chance of training, known where a model was trained several times, ``(S, M)``;
    degrees of freedom are Welch's (1947)."""
    variance = moved.errors**2
    parts = [(variance, moved.freedom)]
    for side in (before, after):
        if len(side) > 1:
            degrees = np.full(side.shape[1], len(side) - 1.0)
            parts.append((side.var(axis=0, ddof=1) / len(side), degrees))
    total = np.sum([v for v, _ in parts], axis=0)
    freedom = ratio(total**2, np.sum([v**2 / df for v, df in parts], axis=0), empty=1.0)
    return Spread(moved.values, np.sqrt(total), np.maximum(freedom, 1.0))


def _by_fold(scorers: list[Any], split: int, folds: list[Whole], n: int) -> Array | None:
    """Return the difference in each fold, ``(k, M)``, where all trainings have the same folds."""
    numbers = np.unique(folds[0])
    alike = all((other == folds[0]).all() for other in folds)
    if not alike or len(numbers) < FEWEST_FOLDS or (numbers < 0).any():
        return None
    weights = np.stack([(folds[0] == number).astype(np.float64) for number in numbers])
    found = np.stack([scorer(weights) for scorer in scorers])
    differences: Array = found[split:].mean(axis=0) - found[:split].mean(axis=0)
    return differences


def _corrected(differences: Array, value: float, level: float) -> Score:
    """Return the interval of the corrected resampled t-test (Nadeau and Bengio 2003): the variance
    of the mean is 1/k of that between folds, plus the size of a fold over that of its training
    part, which is 1/(k − 1) in cross-validation."""
    from scipy.stats import t

    k = len(differences)
    error = math.sqrt((1 / k + 1 / (k - 1)) * float(differences.var(ddof=1)))
    reach = float(t.ppf(0.5 + level / 2, k - 1)) * error
    return Score(value, value - reach, value + reach)


def _switched(sides: tuple[list[_Side], list[_Side]], targets: Whole) -> Switches:
    before, after = (side[0].answers == targets for side in sides)
    return switches(before, after)


def switches(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Switches:
    """Count the answers that changed, from which ones are right, ``(n,)`` twice."""
    from scipy.stats import binomtest

    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    p = float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
    return Switches(gained, lost, p)
