"""The statistics of shortcuts and drift: scores out of fold, and what chance alone would give.

Legend: n samples, d features, k classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator, seed_of

FOLDS = 5
TREES = 32
LEAF = 3  # samples in a leaf, at least


@dataclass(frozen=True)
class Sample:
    """Who is looked at: positions, class index and unit of each, shapes ``(n,)``."""

    rows: NDArray[np.int64]
    targets: NDArray[np.int64]
    units: NDArray[np.int64]
    names: tuple[str, ...]


def draw_sample(
    targets: list[str], units: list[str], most: int, fewest: int, classes: int, seed: int
) -> Sample:
    """Draw at most ``most`` samples, one of each unit and class, evenly over the classes.

    Copies would pass from one fold into another and fake a score, so one of them speaks for all;
    samples of one group stay in one fold.

    Args:
        targets: class of each candidate; an empty text is left out.
        units: name of what hangs together, by candidate.
        fewest: classes with fewer units are left out.
        classes: most classes, the largest first.
        seed: of the drawing.
    """
    order = generator(seed, "audit", "sample").permutation(len(targets))
    by_class: dict[str, list[int]] = {}
    for row in order.tolist():
        if targets[row]:
            by_class.setdefault(targets[row], []).append(row)
    enough = {c: rows for c, rows in by_class.items() if len({units[r] for r in rows}) >= fewest}
    names = sorted(sorted(enough), key=lambda c: -len(enough[c]))[:classes]
    share = max(fewest, most // max(1, len(names)))
    chosen = sorted(
        (row, c) for c, name in enumerate(sorted(names)) for row in enough[name][:share]
    )
    codes: dict[str, int] = {}
    return Sample(
        rows=np.array([row for row, _ in chosen], dtype=np.int64),
        targets=np.array([c for _, c in chosen], dtype=np.int64),
        units=np.array([codes.setdefault(units[row], len(codes)) for row, _ in chosen]),
        names=tuple(sorted(names)),
    )


def out_of_fold(model: Any, features: Any, sample: Sample, seed: int) -> NDArray[np.float64]:
    """Return class probabilities of every sample by a model that did not see it, ``(n, k)``.

    Args:
        model: a scikit-learn classifier; a fresh copy is fitted for each fold.
        features: ``(n, d)``, dense or sparse.
        sample: targets, and units that stay in one fold.
        seed: of the folds.
    """
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedGroupKFold

    state = seed_of(seed, "audit", "folds") % 2**32
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=state)
    found = np.zeros((len(sample.rows), len(sample.names)))
    for learn, judge in folds.split(features, sample.targets, sample.units):
        fitted = clone(model).fit(features[learn], sample.targets[learn])
        known = np.asarray(fitted.classes_, dtype=np.int64)
        found[np.ix_(judge, known)] = fitted.predict_proba(features[judge])
    return found


def trees(seed: int) -> Any:
    """A small forest: no scaling to choose, and any shape of dependence is seen."""
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(
        TREES, min_samples_leaf=LEAF, class_weight="balanced", max_features=None,
        random_state=seed_of(seed, "audit", "trees") % 2**32,
    )  # fmt: skip


def auc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve by mean ranks: the chance that a positive scores above a negative.

    Returns 0.5 where one of the two is missing.
    """
    from scipy.stats import rankdata

    n1 = int(positive.sum())
    n0 = len(positive) - n1
    if not n1 or not n0:
        return 0.5
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def chance_bound(positives: int, negatives: int, level: float) -> float:
    """Return the AUC that scores without any meaning exceed with probability ``level``.

    The distribution of Mann and Whitney (1947) under no difference: mean 1/2, variance
    ``(n1 + n0 + 1) / (12 n1 n0)``. It agrees with permuted labels (``tests``) at no cost.
    """
    from scipy.stats import norm

    if not positives or not negatives:
        return 1.0
    spread = math.sqrt((positives + negatives + 1) / (12 * positives * negatives))
    return float(min(1.0, 0.5 + norm.isf(level) * spread))


def given_away(scores: NDArray[np.float64], positive: NDArray[np.bool_], precision: float) -> float:
    """Return the largest share of the positives that a threshold picks at this precision."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(positive[order])
    picked = np.arange(1, len(order) + 1)
    # A threshold takes all samples of one score or none.
    ends = np.append(np.diff(scores[order]) != 0, True)
    sure = ends & (hits >= precision * picked)
    return float(hits[sure].max(initial=0) / max(1, int(positive.sum())))


def interval(value: float, positives: int, negatives: int) -> tuple[float, float]:
    """Return the 95 % interval of an AUC after Hanley and McNeil (1982)."""
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    variance = (
        value * (1 - value) + (positives - 1) * (q1 - value**2) + (negatives - 1) * (q2 - value**2)
    ) / (positives * negatives)
    half = 1.96 * math.sqrt(max(0.0, variance))
    return max(0.0, value - half), min(1.0, value + half)


def balanced_accuracy(
    probabilities: NDArray[np.float64], targets: NDArray[np.int64], classes: int
) -> float:
    """Return the mean over the classes of the share that is recognised."""
    predicted = probabilities.argmax(axis=1)
    return float(np.mean([(predicted[targets == c] == c).mean() for c in range(classes)]))
