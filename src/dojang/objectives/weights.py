"""Numbers that a loss takes to make up for classes of unlike size: pure functions of counts.

Legend: C classes. Counts are images of the training part by class, shape ``(C,)``. A class without
an image gets no weight, and in the logarithm of a share it counts as one image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def inverse_weights(counts: NDArray[np.int64]) -> Array:
    """Return weights in inverse ratio to the counts, so that every class weighs the same in sum.

    The mean weight of a training image is 1, as in scikit-learn's ``balanced``.
    """
    return _mean_one(1.0 / np.maximum(counts, 1), counts)


def effective_weights(counts: NDArray[np.int64], beta: float) -> Array:
    """Return weights in inverse ratio to the effective number of images (Cui et al. 2019).

    The effective number of n images is ``(1 - beta ** n) / (1 - beta)``: n for small n, at most
    ``1 / (1 - beta)``, because images of a class overlap. ``beta`` 0 gives equal weights; towards 1
    they become :func:`inverse_weights`. The mean weight of a training image is 1.
    """
    if beta == 0:
        return _mean_one(np.ones(len(counts)), counts)
    effective = -np.expm1(np.maximum(counts, 1) * np.log(beta)) / (1 - beta)
    return _mean_one(1.0 / effective, counts)


def log_prior(counts: NDArray[np.int64]) -> Array:
    """Return the natural logarithm of each class's share."""
    filled = np.maximum(counts, 1).astype(np.float64)
    shares: Array = np.log(filled / filled.sum())
    return shares


def logit_shifts(counts: NDArray[np.int64], tau: float) -> Array:
    """Return what logit adjustment adds to the logits in training (Menon et al. 2021, eq. 10):
    ``tau`` times :func:`log_prior`. The plain softmax of a model trained so is balanced."""
    return tau * log_prior(counts)


def _mean_one(weights: Array, counts: NDArray[np.int64]) -> Array:
    """Scale so that the mean weight of an image is 1; classes without an image weigh nothing."""
    present = np.where(counts > 0, weights, 0.0)
    total = (present * counts).sum()
    scaled: Array = present * (counts.sum() / total) if total > 0 else present
    return scaled
