"""Metrics of answers, from what a confusion table adds up to: right for any batch size, mergeable.

Legend: C classes. ``hits`` are samples answered rightly, ``answered`` all answers, ``support`` all
samples, each by class and of shape ``(…, C)``, so that a bootstrap is one call. Counts of two
batches add up to those of both. Nothing here needs the table itself, so thousands of classes are
no burden.

What is not defined is what scikit-learn makes of it: precision, recall and F of a class without
answers or samples are 0, a class that has neither does not count in a mean over classes, Cohen's
kappa of one class alone is no number (NaN), and Matthews' coefficient of it is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Counts = tuple[Array, Array, Array]
Tally = Callable[[Array, Array, Array], Array]


def counter(targets: Whole, answers: Whole, classes: int) -> Callable[[Array], Counts]:
    """Return a function from how often each sample counts, ``(R, n)``, to hits, answers and samples
    by class, each ``(R, C)``.

    Args:
        targets: class indices, shape ``(n,)``.
        answers: class indices, shape ``(n,)``.
    """
    from scipy.sparse import csr_array

    rows = np.arange(len(targets))
    ones, right = np.ones(len(targets)), (targets == answers).astype(np.float64)
    sides = [
        csr_array((kept, (of, rows)), shape=(classes, len(targets)))
        for kept, of in ((right, targets), (ones, answers), (ones, targets))
    ]

    def counts(weights: Array) -> Counts:
        hits, answered, support = (np.asarray(side @ weights.T).T for side in sides)
        return hits, answered, support

    return counts


def count(targets: Whole, answers: Whole, classes: int) -> Counts:
    """Return hits, answers and samples by class, each of shape ``(C,)``, of class indices ``(n,)``
    twice."""
    hits, answered, support = (
        np.bincount(of, minlength=classes).astype(np.float64)
        for of in (targets[targets == answers], answers, targets)
    )
    return hits, answered, support


def accuracy(hits: Array, answered: Array, support: Array) -> Array:
    """Share of samples that are answered rightly; micro precision, recall and F1 are the same."""
    return ratio(hits.sum(axis=-1), support.sum(axis=-1))


def balanced_accuracy(hits: Array, answered: Array, support: Array) -> Array:
    """Mean recall over the classes that have samples (Brodersen et al. 2010)."""
    return _mean(recall(hits, answered, support), support > 0)


def precision(hits: Array, answered: Array, support: Array) -> Array:
    """Share of the answers of each class that are right, shape ``(…, C)``."""
    return ratio(hits, answered)


def recall(hits: Array, answered: Array, support: Array) -> Array:
    """Share of the samples of each class that are found, shape ``(…, C)``."""
    return ratio(hits, support)


def f_beta(hits: Array, answered: Array, support: Array, beta: float = 1.0) -> Array:
    """F of each class, shape ``(…, C)``: a harmonic mean of precision and recall in which recall
    counts ``beta`` times as much (van Rijsbergen 1979)."""
    weight = beta * beta
    return ratio((1 + weight) * hits, weight * support + answered)


def macro(metric: Tally) -> Tally:
    """Return the mean of a metric by class over the classes that occur, each counted once."""

    def mean(hits: Array, answered: Array, support: Array) -> Array:
        return _mean(metric(hits, answered, support), answered + support > 0)

    return mean


def weighted(metric: Tally) -> Tally:
    """Return the mean of a metric by class in which a class counts as its samples."""

    def mean(hits: Array, answered: Array, support: Array) -> Array:
        return _mean(metric(hits, answered, support), support)

    return mean


def cohen_kappa(hits: Array, answered: Array, support: Array) -> Array:
    """Agreement beyond that of chance, 1 where all agree (Cohen 1960)."""
    n = support.sum(axis=-1)
    chance = (answered * support).sum(axis=-1)
    return ratio(n * hits.sum(axis=-1) - chance, n * n - chance, empty=np.nan)


def matthews(hits: Array, answered: Array, support: Array) -> Array:
    """Correlation of answers and targets as indicators, -1 to 1 (Matthews 1975; for more than two
    classes Gorodkin 2004)."""
    n = support.sum(axis=-1)
    together = n * hits.sum(axis=-1) - (answered * support).sum(axis=-1)
    spread = (n * n - (side * side).sum(axis=-1) for side in (answered, support))
    return ratio(together, np.sqrt(np.prod(list(spread), axis=0)))


macro_precision = macro(precision)
macro_recall = macro(recall)
macro_f1 = macro(f_beta)
macro_f2 = macro(partial(f_beta, beta=2.0))
macro_f_half = macro(partial(f_beta, beta=0.5))
weighted_precision = weighted(precision)
weighted_f1 = weighted(f_beta)


def ratio(above: Any, below: Any, empty: float = 0.0) -> Array:
    """Divide, with ``empty`` for what is divided by 0."""
    top, bottom = np.asarray(above, np.float64), np.asarray(below, np.float64)
    shape = np.broadcast(top, bottom).shape
    shares: Array = np.divide(top, bottom, out=np.full(shape, empty), where=bottom > 0)
    return shares


def _mean(scores: Array, weights: NDArray[Any]) -> Array:
    return ratio((scores * weights).sum(axis=-1), weights.sum(axis=-1))
