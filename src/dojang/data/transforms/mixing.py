"""MixUp and CutMix: two images become one, and so do their labels.

MixUp (Zhang et al. 2018) blends two images, CutMix (Yun et al. 2019) puts a rectangle of one into
the other. A batch has one share, as in the papers, drawn by seed, epoch and number of the batch.
Where both are asked for, each batch does one of them, by the toss of a coin.

Legend: B images.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.core.random import generator
from dojang.data.transforms.settings import Augment


@dataclass(frozen=True)
class Mix:
    """How the images of one batch are mixed.

    Attributes:
        partners: position in the batch of the image that each is mixed with, shape ``(B,)``.
        weight: share of an image and its label that stays; the rest is its partner's.
        box: left, top, right, bottom in pixels of the rectangle that is the partner's (CutMix), or
            None (MixUp).
    """

    partners: NDArray[np.int64]
    weight: float
    box: tuple[int, int, int, int] | None


def draw_mix(
    settings: Augment, count: int, size: int, seed: int, epoch: int, batch: int, rank: int = 0
) -> Mix | None:
    """Choose how to mix a batch; None where nothing is mixed.

    Args:
        settings: ``mixup`` and ``cutmix``.
        count: images B of this process.
        size: side of the images.
        seed, epoch, batch: the address of the batch.
        rank: number of the process; processes share weight and rectangle, not partners.
    """
    asked = [name for name in ("mixup", "cutmix") if getattr(settings, name) > 0]
    if not asked or count < 2:
        return None
    chance = generator(seed, "mix", epoch, batch)
    kind = asked[int(chance.integers(len(asked)))]
    alpha = getattr(settings, kind)
    weight = float(chance.beta(alpha, alpha))
    box = None
    if kind == "cutmix":
        box = _box(chance, weight, size)
        weight = 1 - (box[2] - box[0]) * (box[3] - box[1]) / size**2
    order = generator(seed, "mix", epoch, batch, rank).permutation(count)
    partners = np.empty(count, dtype=np.int64)
    partners[order] = np.roll(order, 1)  # one ring through all: nobody is mixed with itself
    return Mix(partners, weight, box)


def mix(images: Tensor, how: Mix) -> Tensor:
    """Return the mixed images, shape as before."""
    others = images[torch.from_numpy(how.partners).to(images.device)]
    if how.box is None:
        return others.lerp(images, how.weight)
    left, top, right, bottom = how.box
    mixed = images.clone()
    mixed[:, :, top:bottom, left:right] = others[:, :, top:bottom, left:right]
    return mixed


def _box(chance: np.random.Generator, weight: float, size: int) -> tuple[int, int, int, int]:
    """Return a rectangle of about ``1 - weight`` of the area, cut off at the border."""
    half = size * math.sqrt(1 - weight) / 2
    x, y = chance.uniform(0, size, 2)
    left, top, right, bottom = (
        round(min(size, max(0, v))) for v in (x - half, y - half, x + half, y + half)
    )
    return left, top, right, bottom
