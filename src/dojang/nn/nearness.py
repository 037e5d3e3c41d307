"""How near images are to what a network learnt on: what its frozen features tell of new classes.

The probe is a nearest-class-mean classifier, since it has nothing to tune: whatever it gets right
is in the features already. Its accuracy alone depends on how hard the task is, so it is compared
with the same probe on features that nobody learnt.

Legend: n samples, D features.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
Features = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Nearness:
    """Balanced accuracies of the probe, and what they come to.

    Attributes:
        source: on features of the network with its weights.
        reference: the best of those on features that nobody learnt, and of chance.
        chance: one by the number of classes.
    """

    source: float
    reference: float
    chance: float

    @property
    def gain(self) -> float:
        """Share of the mistakes of the reference that the source's features take away; below 0
        where they make more."""
        return (self.source - self.reference) / max(1e-9, 1 - self.reference)


def nearness(
    source: Features, references: Sequence[Features], targets: NDArray[np.int64], seed: int
) -> Nearness | None:
    """Compare the probe on features of the source with the probe on each reference.

    Args:
        source: shape ``(n, D)``.
        references: features that nobody learnt, each ``(n, any)``.
        targets: class index of each sample, shape ``(n,)``.
        seed: of the folds.

    Returns:
        None where fewer than two classes have the two images that a probe needs.
    """
    counts = np.bincount(targets)
    used = counts[targets] >= 2
    classes = len(np.unique(targets[used]))
    if classes < 2:
        return None
    accuracies = [probe(f[used], targets[used], seed) for f in (source, *references)]
    return Nearness(accuracies[0], max(1 / classes, *accuracies[1:]), 1 / classes)


def probe(features: Features, targets: NDArray[np.int64], seed: int) -> float:
    """Return the cross-validated balanced accuracy of a nearest-class-mean classifier.

    Every feature is brought to mean 0 and spread 1 on the training folds first.

    Args:
        features: shape ``(n, D)``.
        targets: class index of each sample, each class at least twice, shape ``(n,)``.
        seed: of the folds.
    """
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.neighbors import NearestCentroid
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    counts = np.bincount(targets)
    folds = int(min(FOLDS, counts[counts > 0].min()))
    dealt = StratifiedKFold(folds, shuffle=True, random_state=seed % 2**32)
    model = make_pipeline(StandardScaler(), NearestCentroid())
    with warnings.catch_warnings():  # of features that do not change within a class
        warnings.simplefilter("ignore", UserWarning)
        answers = cross_val_predict(model, features.astype(np.float64), targets, cv=dealt)
    return float(balanced_accuracy_score(targets, answers))


def pixel_statistics(small: Features) -> Features:
    """Return what pixels tell without learning: colours of an 8 × 8 picture and their spread.

    Args:
        small: shape ``(n, 3, 8, 8)``.
    """
    flat = small.reshape(len(small), -1)
    spread = small.std(axis=(2, 3))
    return np.concatenate([flat, spread], axis=1)
