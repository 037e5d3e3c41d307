"""Random changes to whole batches, each image with its own random numbers.

The numbers of a sample come from the seed, the epoch and the number of the sample alone, so the
result is the same whatever worker, batch or order it came in. All geometry of an image is one
affine map and so costs one interpolation; it is done on the device where the model is.

Legend: B images, S side of the stored pixels, T side of the network's input.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dojang.core.random import seed_of, uniforms

_DRAWS = 16
_ASPECT = math.log(4 / 3)  # crops keep a width to height between 3:4 and 4:3
STORED_MARGIN = 1.25  # stored pixels have this many times the side, so that crops stay sharp


@dataclass(frozen=True)
class Augment:
    """How far training images may be changed; every field as in the recipe."""

    flip: str = "none"
    min_area: float = 1.0
    rotate: float = 0.0
    shift: float = 0.0
    color: float = 0.0
    erase: float = 0.0

    def stored_size(self, size: int) -> int:
        """Return the side at which pixels are kept for inputs of ``size``."""
        return math.ceil(size * STORED_MARGIN) if self.min_area < 1 and size >= 32 else size


def augment(
    images: Tensor, samples: NDArray[np.int64], settings: Augment, size: int, seed: int, epoch: int
) -> Tensor:
    """Change every image of a batch at random.

    Args:
        images: uint8, shape ``(B, 3, S, S)``.
        samples: number of each sample, shape ``(B,)``; together with ``seed`` and ``epoch`` it
            decides what happens to the image.
        settings: how far images may be changed.
        size: side T of the result.
        seed: the run's seed.
        epoch: which pass over the data this is.

    Returns:
        float32 on the scale 0 to 255, shape ``(B, 3, T, T)``.
    """
    draws = uniforms(seed_of(seed, "augmentation", epoch), samples, _DRAWS)
    u = torch.from_numpy(draws).to(images.device)
    pixels = images.contiguous().float()  # sampling planes is faster than sampling pixels
    if _moves(settings) or images.shape[-1] != size:
        grid = _grid(_affine(u, settings).float(), size)
        pixels = F.grid_sample(pixels, grid, padding_mode="reflection", align_corners=False)
    if settings.color > 0:
        pixels = _recolor(pixels, u[:, 8:11].float(), settings.color)
    if settings.erase > 0:
        pixels = _erase(pixels, u[:, 11:16].float(), settings.erase)
    return pixels


def _moves(settings: Augment) -> bool:
    return (
        settings.flip != "none"
        or settings.min_area < 1
        or settings.rotate > 0
        or settings.shift > 0
    )


def _affine(u: Tensor, settings: Augment) -> Tensor:
    """Return maps from output to input coordinates, shape ``(B, 2, 3)``."""
    area = 1 - u[:, 0] * (1 - settings.min_area)
    aspect = torch.exp((2 * u[:, 1] - 1) * (_ASPECT if settings.min_area < 1 else 0.0))
    width = (area * aspect).sqrt().clamp(max=1)
    height = (area / aspect).sqrt().clamp(max=1)
    x = (1 - width) * (2 * u[:, 2] - 1) + (2 * u[:, 3] - 1) * 2 * settings.shift
    y = (1 - height) * (2 * u[:, 4] - 1) + (2 * u[:, 5] - 1) * 2 * settings.shift
    angle = (2 * u[:, 6] - 1) * math.radians(settings.rotate)
    # One draw serves both mirrors: its first bit the left-right one, its second the up-down one.
    quarter = (u[:, 7] * 4).floor()
    flip_x = (
        torch.where(quarter % 2 == 0, 1.0, -1.0) if settings.flip in ("horizontal", "both") else 1.0
    )
    flip_y = torch.where(quarter < 2, 1.0, -1.0) if settings.flip in ("vertical", "both") else 1.0
    cos, sin = angle.cos(), angle.sin()
    row_x = torch.stack([cos * width * flip_x, -sin * height * flip_y, x], dim=1)
    row_y = torch.stack([sin * width * flip_x, cos * height * flip_y, y], dim=1)
    return torch.stack([row_x, row_y], dim=1)


def _grid(maps: Tensor, size: int) -> Tensor:
    """Return where each output pixel comes from, ``(B, T, T, 2)``: as ``F.affine_grid`` does, by
    sums instead of products of matrices, in a tenth of its time."""
    side = (torch.arange(size, device=maps.device, dtype=maps.dtype) * 2 + 1) / size - 1
    across, down, offset = maps[:, :, 0, None], maps[:, :, 1, None], maps[:, :, 2, None]
    where = (across * side)[:, :, None, :] + (down * side + offset)[:, :, :, None]
    return where.movedim(1, -1)


def _recolor(pixels: Tensor, u: Tensor, strength: float) -> Tensor:
    """Scale brightness b, contrast c and saturation s, each by 1 ± strength, one after the other.

    With the mean m of the image and the grey value g of the pixel x this is
    ``s·c·b·x + (1 − s)·c·b·g + (1 − c)·b·m``, which touches the pixels once.
    """
    b, c, s = (1 + (2 * u - 1) * strength).T[:, :, None, None, None]
    gray = pixels.mean(dim=1, keepdim=True)
    mean = gray.mean(dim=(2, 3), keepdim=True)
    shift: Tensor = (1 - s) * c * b * gray + (1 - c) * b * mean
    return pixels.mul_(s * c * b).add_(shift).clamp_(0, 255)


def _erase(pixels: Tensor, u: Tensor, share: float) -> Tensor:
    """Blank a rectangle in ``share`` of the images with their mean (Zhong et al. 2020)."""
    size = pixels.shape[-1]
    side = torch.arange(size, device=pixels.device)
    half = (0.1 + 0.15 * u[:, 1:3]) * size
    center = u[:, 3:5] * size
    rows = (side[None] - center[:, :1]).abs() < half[:, :1]
    columns = (side[None] - center[:, 1:]).abs() < half[:, 1:]
    hit = (u[:, 0] < share)[:, None, None, None]
    hole = hit & rows[:, None, :, None] & columns[:, None, None, :]
    return torch.where(hole, pixels.mean(dim=(2, 3), keepdim=True), pixels)
