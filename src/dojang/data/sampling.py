"""Which images an epoch shows, and how often: pure functions of targets, seed and epoch.

An epoch gives every class a quota. Within its quota a class shows all its images equally often, but
for a random remainder; so an image of a class of n that may show q of them occurs ``q // n`` times
or once more. Legend: n images, C classes.

| sampling | quota of a class | images an epoch |
|---|---|---|
| none | its images | n |
| balanced | n / C | n |
| sqrt | in ratio to the root of its images | n |
| upsample | images of the largest class | C times the largest class |
| downsample | images of the smallest class | C times the smallest class |

Classes without an image are left out of all this.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator

Sampling = Literal["none", "balanced", "sqrt", "upsample", "downsample"]
Positions = NDArray[np.int64]


def quotas(counts: NDArray[np.int64], sampling: Sampling) -> NDArray[np.int64]:
    """Return how many images of each class an epoch shows, shape ``(C,)``.

    Shares that are no whole numbers are rounded by largest remainders; of equal ones, smaller
    classes come first.

    Args:
        counts: images of each class, shape ``(C,)``.
        sampling: by which rule.
    """
    present = counts > 0
    if sampling == "none" or not present.any():
        return counts.astype(np.int64)
    if sampling == "upsample":
        return np.where(present, counts.max(), 0).astype(np.int64)
    if sampling == "downsample":
        return np.where(present, counts[present].min(), 0).astype(np.int64)
    wanted = present.astype(np.float64) if sampling == "balanced" else np.sqrt(counts)
    return _apportion(wanted, counts)


def epoch_length(targets: Positions, sampling: Sampling) -> int:
    """Return how many images an epoch shows."""
    return int(quotas(np.bincount(targets), sampling).sum()) if len(targets) else 0


def epoch_order(targets: Positions, sampling: Sampling, seed: int, epoch: int) -> Positions:
    """Return the positions of the images of epoch ``epoch`` in their order.

    It depends on the arguments alone: not on who decodes, nor on what other processes do.

    Args:
        targets: class index of each image, shape ``(n,)``.
        sampling: by which rule.
        seed: of the training.
        epoch: number of the epoch, from 0.
    """
    rng = generator(seed, "order", epoch)
    if sampling == "none":
        return rng.permutation(len(targets)).astype(np.int64)
    wanted = quotas(np.bincount(targets), sampling)
    drawn = [
        _draw(np.flatnonzero(targets == label), int(quota), rng)
        for label, quota in enumerate(wanted)
    ]
    return rng.permutation(np.concatenate(drawn)).astype(np.int64)


def occurrences(order: Positions) -> Positions:
    """Return for each place in ``order`` how often its image occurred before, shape as ``order``.

    Copies of one image must not be changed at random in the same way: this number tells them
    apart.
    """
    by_image = np.argsort(order, kind="stable")
    grouped = order[by_image]
    first = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]])
    sizes = np.diff(np.r_[first, len(order)])
    copies = np.empty(len(order), dtype=np.int64)
    copies[by_image] = np.arange(len(order)) - np.repeat(first, sizes)
    return copies


def _draw(images: Positions, quota: int, rng: np.random.Generator) -> Positions:
    """Take all images as often as the quota holds them, and a random part of them once more."""
    if not len(images):
        return images
    whole, rest = divmod(quota, len(images))
    return np.concatenate([np.tile(images, whole), rng.permutation(images)[:rest]])


def _apportion(wanted: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share out as many places as there are images in ratio to ``wanted``."""
    exact = wanted / wanted.sum() * counts.sum()
    given = np.floor(exact).astype(np.int64)
    rest = int(counts.sum() - given.sum())
    by_need = np.lexsort((counts, -(exact - given).round(9)))
    given[by_need[:rest]] += 1
    shared: NDArray[np.int64] = given
    return shared
