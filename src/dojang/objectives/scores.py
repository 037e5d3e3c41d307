"""Metrics of probabilities: what each sample adds to a sum, and what depends on their order.

Legend: n samples, C classes, R resamples. ``weights`` say how often each sample counts, shape
``(R, n)``, so that a bootstrap is one call; what takes them returns shape ``(R,)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.objectives.tallies import ratio

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]
SMALLEST_PROBABILITY = float(np.finfo(np.float32).tiny)
BINS = 15  # of the calibration error, as Guo et al. 2017


def log_losses(probabilities: Floats, targets: Whole) -> Array:
    """Return −ln of the probability of the true class of each sample, shape ``(n,)``."""
    chosen = probabilities[np.arange(len(targets)), targets].astype(np.float64)
    losses: Array = -np.log(np.clip(chosen, SMALLEST_PROBABILITY, 1.0))
    return losses


def brier_losses(probabilities: Floats, targets: Whole) -> Array:
    """Return the squared distance of the probabilities to the truth, shape ``(n,)``.

    Summed over the classes (Brier 1950), 0 to 2; of two classes one is counted, as usual: 0 to 1.
    """
    wide = probabilities.astype(np.float64)
    true = wide[np.arange(len(targets)), targets]
    losses: Array = (wide * wide).sum(axis=1) + 1.0 - 2.0 * true
    return losses / 2.0 if wide.shape[1] == 2 else losses


def ranks(probabilities: Floats, targets: Whole) -> Whole:
    """Return the place of the true class among all by probability, from 1, shape ``(n,)``. Of equal
    ones the class with the lower index comes first, as in ``argmax``."""
    true = probabilities[np.arange(len(targets)), targets][:, None]
    earlier = np.arange(probabilities.shape[1]) < targets[:, None]
    places: Whole = 1 + ((probabilities > true) | ((probabilities == true) & earlier)).sum(axis=1)
    return places


def average_precisions_at(scores: Floats, relevant: NDArray[np.bool_], k: int) -> Array:
    """Return the average precision of the best ``k`` answers of each sample, shape ``(n,)``.

    The precisions at the places of right answers, added up and divided by how many there could be:
    ``min(k, right ones)``. Their mean over samples is MAP@k. 0 where nothing is relevant.

    Args:
        scores: shape ``(n, C)``; of equal ones the lower index comes first.
        relevant: which answers are right, shape ``(n, C)``.
    """
    found = _best(scores, relevant, k).astype(np.float64)
    precision = found.cumsum(axis=1) / np.arange(1, found.shape[1] + 1)
    return ratio((precision * found).sum(axis=1), np.minimum(relevant.sum(axis=1), k))


def ndcg_at(scores: Floats, gains: Floats, k: int) -> Array:
    """Return the discounted gain of the best ``k`` answers over the largest possible one (Järvelin
    and Kekäläinen 2002), shape ``(n,)``; 0 where there is nothing to gain.

    Args:
        scores: shape ``(n, C)``; of equal ones the lower index comes first.
        gains: what each answer is worth, at least 0, shape ``(n, C)``.
    """
    found = _best(scores, gains.astype(np.float64), k)
    possible = -np.sort(-gains.astype(np.float64), axis=1)[:, :k]
    discounts = 1.0 / np.log2(np.arange(2, found.shape[1] + 2))
    return ratio((found * discounts).sum(axis=1), (possible * discounts).sum(axis=1))


def roc_auc(scores: Floats, positive: NDArray[np.bool_], weights: Array) -> Array:
    """Return the chance that a positive sample scores higher than a negative one, equal scores
    counting half: the area under the ROC curve (Hanley and McNeil 1982). NaN without either.

    Args:
        scores: shape ``(n,)``.
        positive: shape ``(n,)``.
    """
    above, below = _steps(scores, positive, weights)
    wins = (above * (below.cumsum(axis=1) - below / 2)).sum(axis=1)
    return ratio(wins, above.sum(axis=1) * below.sum(axis=1), empty=np.nan)


def average_precision(scores: Floats, positive: NDArray[np.bool_], weights: Array) -> Array:
    """Return the area under the precision-recall curve, summed in steps without interpolation (as
    scikit-learn does). 0 without positive samples.

    Args:
        scores: shape ``(n,)``.
        positive: shape ``(n,)``.
    """
    hits, misses = (side[:, ::-1] for side in _steps(scores, positive, weights))
    found = hits.cumsum(axis=1)
    precision = ratio(found, found + misses.cumsum(axis=1))
    return ratio((hits * precision).sum(axis=1), hits.sum(axis=1))


def calibration_bins(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> Array:
    """Return what each sample adds to the sums of its bin, shape ``(n, bins, 3)``: 1, confidence,
    and 1 where it is right. Bins are equally wide and hold their upper bound."""
    place = np.clip(np.ceil(confidence.astype(np.float64) * bins).astype(np.int64) - 1, 0, bins - 1)
    found = np.zeros((len(confidence), bins, 3))
    rows = np.arange(len(confidence))
    found[rows, place] = np.stack([np.ones(len(rows)), confidence, right], axis=1)
    return found


def calibration_error(sums: Array) -> Array:
    """Return the expected calibration error (Naeini et al. 2015) of sums over samples of
    :func:`calibration_bins`, shape ``(…, bins, 3)``: the mean distance between the confidence of a
    bin and the share of it that is right, each bin counting as its samples."""
    gaps = np.abs(sums[..., 1] - sums[..., 2]).sum(axis=-1)
    return ratio(gaps, sums[..., 0].sum(axis=-1))


def _best(scores: Floats, values: NDArray[Any], k: int) -> NDArray[Any]:
    """Return the values of the ``k`` highest scores of each row, the highest first."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(values, order, axis=1)


def _steps(scores: Floats, positive: NDArray[np.bool_], weights: Array) -> tuple[Array, Array]:
    """Return how much is positive and negative at each different score, from the lowest, shape
    ``(R, different scores)``."""
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    drawn, labels = weights[:, order], positive[order]
    sides = (np.add.reduceat(drawn * side, starts, axis=1) for side in (labels, ~labels))
    above, below = sides
    return above, below


def roc_auc_influence(scores: Floats, positive: NDArray[np.bool_]) -> tuple[float, Array]:
    """Return :func:`roc_auc` of samples that count once, and how it changes with the weight of each
    sample, ``(n,)`` (the components of DeLong et al. 1988). NaN without positives or negatives."""
    places, (above, below) = _levels(scores, positive)
    wins = below.cumsum() - below / 2  # of a positive over negatives
    losses = above.sum() - above.cumsum() + above / 2  # of a negative to positives
    p, n = above.sum(), below.sum()
    value = float(ratio((above * wins).sum(), p * n, empty=np.nan))
    slopes = np.where(positive, ratio(wins, n)[places] - value, 0.0) / max(p, 1)
    slopes += np.where(positive, 0.0, ratio(losses, p)[places] - value) / max(n, 1)
    return value, slopes


def average_precision_influence(scores: Floats, positive: NDArray[np.bool_]) -> tuple[float, Array]:
    """Return :func:`average_precision` of samples that count once, and how it changes with the
    weight of each sample, ``(n,)``."""
    places, (above, below) = _levels(scores, positive)
    hits, every = above[::-1], (above + below)[::-1]
    found, seen = hits.cumsum(), every.cumsum()
    total = max(found[-1], 1)
    value = float((hits * found / seen).sum() / total)
    # A sample raises the count of answers at its own level and at all below it.
    of_answer = (hits * found / seen**2)[::-1].cumsum()
    of_hit = (hits / seen)[::-1].cumsum() - of_answer + (found / seen)[::-1]
    slopes = np.where(positive, of_hit[places] - value, -of_answer[places]) / total
    return value, slopes


def _levels(scores: Floats, positive: NDArray[np.bool_]) -> tuple[Whole, tuple[Array, Array]]:
    """Return the level of each sample among the different scores, from the lowest, and how many
    positives and negatives each level has."""
    levels, places = np.unique(scores, return_inverse=True)
    above, below = (
        np.bincount(places[side], minlength=len(levels)).astype(np.float64)
        for side in (positive, ~positive)
    )
    return places, (above, below)
