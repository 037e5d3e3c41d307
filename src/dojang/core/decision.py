"""From probabilities to a class: the most probable one, unless offsets say otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FLOOR = float(np.finfo(np.float32).tiny)


def log_probabilities(probabilities: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return natural logarithms; a probability of 0 counts as the smallest float32."""
    logs: NDArray[np.float64] = np.log(np.maximum(probabilities.astype(np.float64), _FLOOR))
    return logs


def decide(
    probabilities: NDArray[np.floating[Any]],
    offsets: Sequence[float] | NDArray[np.float64] | None,
) -> NDArray[np.int64]:
    """Return the index of the decided class of each sample, shape ``(n,)``.

    It is the class with the largest ``ln p + offset``: each probability is multiplied by a number
    of its class before the largest is taken. For two classes that is a threshold.

    Args:
        probabilities: shape ``(n, C)``.
        offsets: one a class, or None for the most probable class.
    """
    if offsets is None:
        plain: NDArray[np.int64] = probabilities.argmax(axis=1)
        return plain
    moved = log_probabilities(probabilities) + np.asarray(offsets, dtype=np.float64)
    chosen: NDArray[np.int64] = moved.argmax(axis=1)
    return chosen
