"""Metrics from what a confusion table adds up to, where the table itself would be too large.

Legend: C classes. ``hits`` are samples answered rightly, ``answered`` all answers, ``support`` all
samples, each by class and of shape ``(…, C)``; every function returns shape ``(…)`` and equals the
one of its name in :mod:`dojang.objectives.metrics`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Tally = Callable[[Array, Array, Array], Array]


def accuracy(hits: Array, answered: Array, support: Array) -> Array:
    """Share of samples that are answered rightly."""
    shares: Array = _ratio(hits.sum(axis=-1), support.sum(axis=-1))
    return shares


def balanced_accuracy(hits: Array, answered: Array, support: Array) -> Array:
    """Mean recall over the classes that have samples."""
    return _mean(_ratio(hits, support), support > 0)


def macro_f1(hits: Array, answered: Array, support: Array) -> Array:
    """Mean F1 over the classes that occur among targets or answers."""
    both = answered + support
    return _mean(_ratio(2 * hits, both), both > 0)


def _mean(scores: Array, present: NDArray[np.bool_]) -> Array:
    return _ratio((scores * present).sum(axis=-1), present.sum(axis=-1))


def _ratio(above: NDArray[np.generic], below: NDArray[np.generic]) -> Array:
    """Divide, with 0 for 0/0."""
    top, bottom = np.asarray(above, np.float64), np.asarray(below, np.float64)
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom > 0)
