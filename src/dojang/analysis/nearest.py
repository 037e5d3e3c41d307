"""The training images that a network finds most like an image, and what their labels hint at.

Two images are alike where their features point the same way: the distance is 1 minus the cosine of
the angle between them, 0 for the same direction, 1 for none in common. Of an error whose nearest
training images all have the answered class, the label is worth a look; where they all have the
class of the label, the network went wrong amid its own examples (deep k-nearest neighbours,
Papernot & McDaniel 2018, read the same signs).

Features are kept as directions of length 1 in half precision, which moves a distance by less than
0.001.

Legend: n images, m images of the bank (of the training part), D features, k neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator

COUNT = 5  # neighbours of an image
_CHUNK = 2**22  # distances that are looked at together

Directions = NDArray[np.float16]
Whole = NDArray[np.int64]
Leaning = Literal["answer", "label", "split", "agree", "mixed"]


@dataclass(frozen=True)
class Near:
    """The nearest images of a bank, the nearest first.

    Attributes:
        places: in the bank, ``(n, k)``; −1 where there are fewer than k.
        distances: ``(n, k)``; NaN there.
    """

    places: Whole
    distances: NDArray[np.float32]


@dataclass(frozen=True)
class Neighbour:
    """A training image, its class, and its distance: 1 minus the cosine between features."""

    id: str
    label: str
    distance: float


def directions(features: NDArray[np.floating[Any]]) -> Directions:
    """Return the direction of each row ``(n, D)``, of length 1; a row of zeros stays as it is."""
    wide = features.astype(np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    found: Directions = (wide / np.maximum(lengths, 1e-12)).astype(np.float16)
    return found


def nearest(
    queries: Directions,
    bank: Directions,
    count: int = COUNT,
    apart: tuple[Whole, Whole] | None = None,
) -> Near:
    """Find the nearest images of the bank for each query, by all distances.

    Args:
        queries: ``(n, D)``.
        bank: ``(m, D)``.
        count: k.
        apart: a number for each query ``(n,)`` and for each image of the bank ``(m,)``: those with
            the same number were held out together, so that they are no neighbours.
    """
    places = np.full((len(queries), count), -1, dtype=np.int64)
    distances = np.full((len(queries), count), np.nan, dtype=np.float32)
    if not len(bank):
        return Near(places, distances)
    wide = bank.astype(np.float32).T
    rows = max(1, _CHUNK // len(bank))
    kept = min(count, len(bank))
    for start in range(0, len(queries), rows):
        part = slice(start, start + rows)
        away = np.clip(1 - queries[part].astype(np.float32) @ wide, 0, 2)
        if apart is not None:
            away[apart[0][part, None] == apart[1][None]] = np.inf
        first = np.sort(np.argpartition(away, kept - 1, axis=1)[:, :kept], axis=1)
        near = np.take_along_axis(away, first, axis=1)
        order = np.argsort(near, axis=1, kind="stable")  # of equal distances, the first of the bank
        near = np.take_along_axis(near, order, axis=1)
        there = np.isfinite(near)
        places[part, :kept] = np.where(there, np.take_along_axis(first, order, axis=1), -1)
        distances[part, :kept] = np.where(there, near, np.nan)
    return Near(places, distances)


def balanced_sample(targets: Whole, most: int, seed: int) -> Whole:
    """Return the places of at most ``most`` samples, ``(m,)``, in order: as many of each class as
    there is room for, and what small classes leave for the larger ones.

    Args:
        targets: class of each sample, ``(n,)``.
        most: how many at most.
        seed: of the draw within a class.
    """
    if len(targets) <= most:
        return np.arange(len(targets))
    order = generator(seed, "nearest", "bank").permutation(len(targets))
    turn = np.empty(len(targets), dtype=np.int64)  # the how-manieth of its class each one is
    shuffled = targets[order]
    for name in np.unique(targets).tolist():
        inside = order[shuffled == name]
        turn[inside] = np.arange(len(inside))
    by_turn = order[np.argsort(turn[order], kind="stable")]
    chosen: Whole = np.sort(by_turn[:most])
    return chosen


def leaning(labels: Sequence[str], label: str, answer: str) -> Leaning:
    """Say whom the neighbours side with: the answer, the label, or neither as a whole.

    Args:
        labels: classes of the neighbours, at least one.
        label: class that the image was given.
        answer: class that the network answered.
    """
    if label == answer:
        return "agree" if set(labels) == {label} else "mixed"
    sides: dict[str, Leaning] = {answer: "answer", label: "label"}
    return sides.get(labels[0], "split") if len(set(labels)) == 1 else "split"
