"""Metrics as functions of counts, right for any batch size and mergeable.

Legend: n samples, C classes, R resamples. A confusion table has true classes as rows. Every
function takes a stack of tables ``(…, C, C)`` and returns values of shape ``(…)``, so that a
bootstrap is one call.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SMALLEST_PROBABILITY = float(np.finfo(np.float32).tiny)


def confusion_table(
    targets: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Count samples by true and predicted class, shape ``(C, C)``."""
    cells = targets * classes + predicted
    counts: NDArray[np.int64] = np.bincount(cells, minlength=classes * classes)
    return counts.reshape(classes, classes)


def accuracy(tables: Array) -> Array:
    """Share of samples on the diagonal."""
    return _ratio(np.trace(tables, axis1=-2, axis2=-1), tables.sum(axis=(-2, -1)))


def recall(tables: Array) -> Array:
    """Share of each true class that was found, shape ``(…, C)``; 0 for a class without samples."""
    return _ratio(_diagonal(tables), tables.sum(axis=-1))


def precision(tables: Array) -> Array:
    """Share of each predicted class that was right, shape ``(…, C)``; 0 where never predicted."""
    return _ratio(_diagonal(tables), tables.sum(axis=-2))


def f1(tables: Array) -> Array:
    """Harmonic mean of precision and recall by class, shape ``(…, C)``."""
    return _ratio(2 * _diagonal(tables), tables.sum(axis=-1) + tables.sum(axis=-2))


def balanced_accuracy(tables: Array) -> Array:
    """Mean recall over the classes that have samples (Brodersen et al. 2010)."""
    present = tables.sum(axis=-1) > 0
    return _ratio((recall(tables) * present).sum(axis=-1), present.sum(axis=-1))


def macro_f1(tables: Array) -> Array:
    """Mean F1 over the classes that occur among targets or predictions."""
    present = (tables.sum(axis=-1) + tables.sum(axis=-2)) > 0
    return _ratio((f1(tables) * present).sum(axis=-1), present.sum(axis=-1))


def sample_log_loss(probabilities: NDArray[np.float32], targets: NDArray[np.int64]) -> Array:
    """Return −ln of the probability of the true class of each sample, shape ``(n,)``."""
    chosen = probabilities[np.arange(len(targets)), targets].astype(np.float64)
    losses: Array = -np.log(np.clip(chosen, SMALLEST_PROBABILITY, 1.0))
    return losses


def _diagonal(tables: Array) -> Array:
    return np.diagonal(tables, axis1=-2, axis2=-1)


def _ratio(above: NDArray[np.generic], below: NDArray[np.generic]) -> Array:
    """Divide, with 0 for 0/0."""
    top, bottom = np.asarray(above, np.float64), np.asarray(below, np.float64)
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom > 0)
