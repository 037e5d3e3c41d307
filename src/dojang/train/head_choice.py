"""Which head: a grid of settings, their scores on held-out samples, and the choice.

The setting of a fold is chosen by the held-out predictions of the other folds, so that the scores
of a fold are not those by which its setting won. With a single fold there are no others: its
setting is chosen on its own validation part, as the best epoch of any training is.

Legend: n samples, K folds, G settings, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.objectives.scores import log_losses
from dojang.train.heads import HeadProblems, Heads, feature_scale, fit_heads

STRENGTHS = tuple(float(f"{10**power:.3g}") for power in np.arange(-5, 0, 0.5))
MORE_STRENGTHS = tuple(float(f"{10**power:.3g}") for power in np.arange(-5, 0, 0.25))


@dataclass(frozen=True)
class HeadSetting:
    """How one head is fitted.

    Attributes:
        strength: of the penalty on squared weights, as a share of the total variance of the
            features; so it means the same for features of any size and number.
        smoothing: share of the target that is spread over all classes.
    """

    strength: float
    smoothing: float


@dataclass(frozen=True)
class FoldRows:
    """Who is in a fold.

    Attributes:
        train: how much each sample counts in training, 0 where it is held out, shape ``(n,)``.
        valid: positions of the samples that it is validated on.
        shifts: added to the logits in training alone, shape ``(C,)``, or None.
    """

    train: NDArray[np.float64]
    valid: NDArray[np.int64]
    shifts: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class FoldHeads:
    """The heads of one fold, one a setting, and how they do on what was held out.

    Attributes:
        losses: cross-entropy of each held-out sample, shape ``(G, n_valid)``.
        right: whether it was answered rightly, shaped as ``losses``.
    """

    heads: Heads
    losses: NDArray[np.float64]
    right: NDArray[np.bool_]


def head_settings(smoothing: float) -> tuple[HeadSetting, ...]:
    """Return twenty settings: ten strengths with and without label smoothing, or, where the recipe
    has none, twenty strengths."""
    if smoothing == 0:
        return tuple(HeadSetting(strength, 0.0) for strength in MORE_STRENGTHS)
    return tuple(HeadSetting(strength, s) for s in (0.0, smoothing) for strength in STRENGTHS)


def try_heads(
    features: Tensor,
    targets: NDArray[np.int64],
    folds: Sequence[FoldRows],
    settings: Sequence[HeadSetting],
    classes: int,
) -> list[FoldHeads]:
    """Fit every setting in every fold at once, and score each on what its fold held out.

    Args:
        features: shape ``(n, D)``.
        targets: class index of each sample, shape ``(n,)``.
        folds: K of them.
        settings: G of them.
        classes: C.
    """
    problems = _problems(features, folds, settings)
    every = fit_heads(features, torch.from_numpy(targets), problems, classes)
    found = []
    for number, fold in enumerate(folds):
        mine = every.some(slice(number * len(settings), (number + 1) * len(settings)))
        found.append(FoldHeads(mine, *_scores(features, targets, fold.valid, mine)))
    return found


def choose(folds: Sequence[FoldHeads], monitor: str) -> tuple[int, ...]:
    """Return the index of the setting of each fold: the best one on the samples of all other folds,
    or, where there are none, on its own. Of equals the last one wins: the stronger penalty.

    Args:
        folds: K of them.
        monitor: ``loss`` or ``accuracy``: by which the best setting is found.
    """
    sums = np.stack([(-f.losses if monitor == "loss" else f.right).sum(axis=1) for f in folds])
    others = sums.sum(axis=0) - sums if len(sums) > 1 else sums
    best = [np.flatnonzero(row >= row.max() - 1e-9 * abs(row.max()))[-1] for row in others]
    return tuple(int(i) for i in best)


def head_probabilities(features: Tensor, weight: Tensor, bias: Tensor) -> NDArray[np.float32]:
    """Return class probabilities, shape ``(n, C)``, of features ``(n, D)``."""
    found: NDArray[np.float32] = (features @ weight.T + bias).softmax(dim=1).float().numpy()
    return found


def _problems(
    features: Tensor,
    folds: Sequence[FoldRows],
    settings: Sequence[HeadSetting],
) -> HeadProblems:
    """Return K·G problems, those of a fold one after the other."""
    weights = torch.from_numpy(np.stack([fold.train for fold in folds], axis=1)).to(features.dtype)
    scales = feature_scale(features, weights)
    strengths = torch.tensor([s.strength for s in settings], dtype=features.dtype)
    smoothing = torch.tensor([s.smoothing for s in settings], dtype=features.dtype)
    shifts = None
    if any(fold.shifts is not None for fold in folds):
        each = [np.zeros(1) if fold.shifts is None else fold.shifts for fold in folds]
        columns = torch.from_numpy(np.stack(np.broadcast_arrays(*each), axis=1))
        shifts = columns.to(features.dtype).repeat_interleave(len(settings), dim=1)
    return HeadProblems(
        weights=weights.repeat_interleave(len(settings), dim=1),
        l2=(scales[:, None] * strengths).flatten(),
        smoothing=smoothing.repeat(len(folds)),
        shifts=shifts,
    )


def _scores(
    features: Tensor,
    targets: NDArray[np.int64],
    valid: NDArray[np.int64],
    heads: Heads,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return losses and right answers, each ``(G, n_valid)``."""
    rows, wanted = features[torch.from_numpy(valid)], targets[valid]
    flat = rows @ heads.weight.flatten(0, 1).T
    logits = flat.view(len(rows), *heads.bias.shape) + heads.bias
    probabilities = logits.softmax(dim=2).float().numpy()  # (n_valid, G, C)
    each = range(probabilities.shape[1])
    losses = [log_losses(probabilities[:, setting], wanted) for setting in each]
    return np.stack(losses), (probabilities.argmax(axis=2) == wanted[:, None]).T
