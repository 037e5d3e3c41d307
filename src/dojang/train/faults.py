"""Numbers that are none: where they came from, and which images were in the batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from dojang.data.loader import Batch, TrainLoader
from dojang.train.step import Taken
from dojang.train.trainee import Trainee

Where = Literal["pixels", "weights", "loss", "gradient"]


@dataclass(frozen=True)
class NotFinite:
    """A step met NaN or infinity and did not change the weights.

    Attributes:
        where: what was not finite, the earliest of its causes that can be told: ``pixels``,
            ``weights``, ``loss`` or ``gradient``.
        files: ids of the images in the step; of those with such pixels alone where it was pixels.
        layers: names of weights that were not finite.
    """

    step: int
    epoch: int
    where: Where
    files: tuple[str, ...]
    layers: tuple[str, ...] = ()


def examine(
    step: int,
    epoch: int,
    trainee: Trainee,
    loader: TrainLoader,
    batches: Sequence[Batch],
    taken: Sequence[Taken],
) -> NotFinite:
    """Find out where a step lost its numbers."""
    every = [int(i) for batch in batches for i in batch.positions]
    bad = [
        int(i)
        for batch in batches
        for i, fine in zip(batch.positions, _finite_images(batch), strict=True)
        if not fine
    ]
    layers = unsound(trainee.network)
    where: Where = "gradient"
    if bad:
        where = "pixels"
    elif layers:
        where = "weights"
    elif not all(t.objective == t.objective and abs(t.objective) != float("inf") for t in taken):
        where = "loss"
    files = tuple(loader.store.ids[i] for i in (bad or every))
    return NotFinite(step, epoch, where, files, layers)


def unsound(network: nn.Module) -> tuple[str, ...]:
    """Return the names of parameters and buffers that hold NaN or infinity."""
    return tuple(
        name
        for name, value in network.state_dict().items()
        if value.is_floating_point() and not bool(torch.isfinite(value).all())
    )


def _finite_images(batch: Batch) -> list[bool]:
    if not batch.images.is_floating_point():
        return [True] * len(batch.images)
    fine: list[bool] = torch.isfinite(batch.images).flatten(1).all(dim=1).tolist()
    return fine
