"""One sample with all that is drawn on it: image, mask and boxes move by the same map.

Legend: S side of the stored pixels, T side of the result, n boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dojang.data.transforms.batch import change_pixels, draw_policy, draws_of, maps_of
from dojang.data.transforms.geometry import grid, warp_boxes
from dojang.data.transforms.settings import Augment

VOID = 255  # what a mask says outside the picture
LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Sample:
    """An augmented sample.

    Attributes:
        image: float32 on the scale 0 to 255, ``(3, T, T)``.
        mask: as given, ``(T, T)``, or None.
        boxes: left, top, right, bottom in pixels, ``(k, 4)``, or None.
        kept: which of the given boxes they are, ``(k,)``.
    """

    image: Tensor
    mask: Tensor | None
    boxes: Tensor | None
    kept: Tensor


def augment_sample(
    image: Tensor,
    sample: int,
    settings: Augment,
    size: int,
    seed: int,
    epoch: int,
    *,
    mask: Tensor | None = None,
    boxes: Tensor | None = None,
    least_share: float = LEAST_SHARE,
) -> Sample:
    """Change an image at random, and its mask and boxes with it.

    The same numbers decide as in :func:`dojang.data.transforms.augment`, so an image without mask
    and boxes comes out alike. With boxes, what lies outside the picture is filled with the mean
    colour (and ``VOID`` in the mask) rather than mirrored: objects in the mirror would have no box.

    Args:
        image: uint8, ``(3, S, S)``.
        sample: its number; with ``seed`` and ``epoch`` it decides what happens.
        settings: how far images may be changed; ``mixup`` and ``cutmix`` concern batches.
        size: side T of the result.
        seed: the run's seed.
        epoch: which pass over the data this is.
        mask: class of each pixel, an integer type that holds 255, ``(S, S)``; nearest neighbours
            are taken, and colours and erasing leave it alone.
        boxes: left, top, right, bottom in pixels, ``(n, 4)``.
        least_share: a box of which less than this share of its area is visible is dropped.
    """
    numbers = np.array([sample])
    u, drawn = draws_of(numbers, settings, seed, epoch), draw_policy(numbers, settings, seed, epoch)
    u = u.to(image.device)
    pixels = image[None].contiguous().float()
    moves = settings.moves or drawn is not None or image.shape[-1] != size
    maps = maps_of(u, drawn, settings, image.shape[-1], size)
    if moves:
        where = grid(maps.float(), size)
        pixels = _sample(pixels, where, boxes is not None)
        mask = None if mask is None else _sample_mask(mask, where, boxes is not None)
    kept = torch.arange(0 if boxes is None else len(boxes))
    if moves and boxes is not None:
        found, shares = warp_boxes(boxes, maps[0], image.shape[-1], size)
        kept = torch.nonzero((shares > 0) & (shares >= least_share))[:, 0]
        boxes = found[kept.to(found.device)]
    pixels = change_pixels(pixels, u, drawn, numbers, settings, seed, epoch)
    return Sample(pixels[0], mask, boxes, kept)


def _sample(pixels: Tensor, where: Tensor, fill: bool) -> Tensor:
    if not fill:
        return F.grid_sample(pixels, where, padding_mode="reflection", align_corners=False)
    mean = pixels.mean(dim=(2, 3), keepdim=True)
    return F.grid_sample(pixels - mean, where, align_corners=False) + mean


def _sample_mask(mask: Tensor, where: Tensor, fill: bool) -> Tensor:
    """Take the nearest pixel's class; 0 outside is made ``VOID`` by a shift of the values."""
    shifted = mask[None, None].double() - VOID
    padding = "zeros" if fill else "reflection"
    found = F.grid_sample(
        shifted, where.double(), mode="nearest", padding_mode=padding, align_corners=False
    )
    return (found[0, 0] + VOID).to(mask.dtype)
