"""The settings of heads and how they did, as ``heads.json`` keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Score
from dojang.train.head_choice import FoldHeads, HeadSetting


def heads_tree(
    settings: Sequence[HeadSetting],
    folds: Sequence[FoldHeads],
    chosen: Sequence[int],
    monitor: str,
) -> dict[str, Any]:
    """Lay out every setting with its scores on all held-out samples and their 95 % intervals.

    Args:
        settings: what was tried.
        folds: the heads and what they did.
        chosen: index of the setting of each fold.
        monitor: by which it was chosen.

    Returns:
        ``rule`` is ``others`` (the setting of a fold was chosen by the held-out samples of the
        other folds) or ``own`` (on its own validation part); of ``settings`` each has its numbers,
        ``loss``, ``accuracy``, the ``folds`` that keep it, most ``steps`` and whether all heads
        ``converged``.
    """
    losses = np.concatenate([fold.losses for fold in folds], axis=1)
    right = np.concatenate([fold.right for fold in folds], axis=1)
    lines = []
    for i, setting in enumerate(settings):
        lines.append({
            **asdict(setting),
            "loss": asdict(_mean(losses[i])),
            "accuracy": asdict(_share(right[i])),
            "folds": [number for number, place in enumerate(chosen) if place == i],
            "steps": max(int(fold.heads.steps[i]) for fold in folds),
            "converged": all(bool(fold.heads.converged()[i]) for fold in folds),
        })  # fmt: skip
    return {
        "rule": "others" if len(folds) > 1 else "own",
        "monitor": monitor,
        "held_out": losses.shape[1],
        "settings": lines,
    }


def _mean(values: NDArray[np.float64]) -> Score:
    """Mean of what is never negative, and 1.96 standard errors to each side."""
    mean, error = float(values.mean()), float(values.std(ddof=1)) / len(values) ** 0.5
    return Score(mean, max(0.0, mean - 1.96 * error), mean + 1.96 * error)


def _share(right: NDArray[np.bool_]) -> Score:
    """Share and its Wilson interval, which is not empty where all answers are right."""
    from scipy.stats import binomtest

    bounds = binomtest(int(right.sum()), len(right)).proportion_ci(0.95, "wilson")
    return Score(float(right.mean()), float(bounds.low), float(bounds.high))
