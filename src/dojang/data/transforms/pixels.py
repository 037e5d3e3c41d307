"""What changes colours and details but moves nothing.

Legend: B images, T side. Pixels are float32 on the scale 0 to 255, shape ``(B, 3, T, T)``. Every
function treats each image by itself, by numbers u in [0, 1) that have one row an image.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def recolor(pixels: Tensor, u: Tensor, strength: float) -> Tensor:
    """Scale brightness b, contrast c and saturation s, each by 1 ± strength, one after the other.

    With the mean m of the image and the grey value g of the pixel x this is
    ``s·c·b·x + (1 − s)·c·b·g + (1 − c)·b·m``, which touches the pixels once. Changes ``pixels``.
    """
    b, c, s = (1 + (2 * u - 1) * strength).T[:, :, None, None, None]
    gray = (pixels[:, :1] + pixels[:, 1:2]).add_(pixels[:, 2:])  # three times the grey value
    mean = _mean(gray)
    shift = gray.mul_((1 - s) * c * b / 3).add_((1 - c) * b / 3 * mean)
    return pixels.mul_(s * c * b).add_(shift).clamp_(0, 255)


def _mean(pixels: Tensor) -> Tensor:
    """Return the mean of each plane, ``(B, C, 1, 1)``.

    Row by row: one sum over a lone plane of more than 181 × 181 pixels would be shared among
    threads, and round otherwise than the same plane in a batch.
    """
    return pixels.mean(dim=3, keepdim=True).mean(dim=2, keepdim=True)


def turn_hue(pixels: Tensor, u: Tensor, strength: float) -> Tensor:
    """Turn the hue of each image by up to ± ``strength`` of the circle of colours."""
    from torchvision.transforms.v2 import functional as tv

    turns = ((2 * u - 1) * strength).tolist()
    unit = pixels.clamp(0, 255) / 255
    images = [tv.adjust_hue(image, turn) for image, turn in zip(unit, turns, strict=True)]
    return torch.stack(images) * 255


def blur(pixels: Tensor, u: Tensor, largest: float) -> Tensor:
    """Blur each image with a Gaussian of a spread between 0 and ``largest`` pixels.

    Sums of shifted images, so that an image is the same to the last bit in any batch, which grouped
    convolutions do not promise.
    """
    side = pixels.shape[-1]
    radius = min(math.ceil(3 * largest), side - 1)
    spread = (u * largest).clamp(min=1e-3)[:, None]
    steps = torch.arange(-radius, radius + 1, device=pixels.device)
    weights = torch.exp(-0.5 * (steps / spread) ** 2)
    weights = (weights / weights.sum(dim=1, keepdim=True)).float()[:, :, None, None, None]
    rows = F.pad(pixels, (0, 0, radius, radius), mode="reflect")
    mixed = _weighted([rows[:, :, i : i + side] for i in range(2 * radius + 1)], weights)
    columns = F.pad(mixed, (radius, radius, 0, 0), mode="reflect")
    return _weighted([columns[..., i : i + side] for i in range(2 * radius + 1)], weights)


def _weighted(shifted: list[Tensor], weights: Tensor) -> Tensor:
    total = shifted[0] * weights[:, 0]
    for i, image in enumerate(shifted[1:], start=1):
        total.addcmul_(image, weights[:, i])
    return total


def add_noise(pixels: Tensor, u: Tensor, seeds: list[int], largest: float) -> Tensor:
    """Add Gaussian noise of a spread between 0 and ``largest`` of the scale; changes ``pixels``.

    Args:
        seeds: one an image; its noise is a function of the seed and the device alone.
    """
    generator = torch.Generator(pixels.device)
    spreads = (u * largest * 255).tolist()
    for image, seed, spread in zip(pixels, seeds, spreads, strict=True):
        generator.manual_seed(seed)
        noise = torch.randn(image.shape, generator=generator, device=pixels.device)
        image.add_(noise, alpha=spread)
    return pixels.clamp_(0, 255)


def erase(pixels: Tensor, u: Tensor, share: float) -> Tensor:
    """Blank a rectangle in ``share`` of the images with their mean (Zhong et al. 2020)."""
    size = pixels.shape[-1]
    side = torch.arange(size, device=pixels.device)
    half = (0.1 + 0.15 * u[:, 1:3]) * size
    center = u[:, 3:5] * size
    rows = (side[None] - center[:, :1]).abs() < half[:, :1]
    columns = (side[None] - center[:, 1:]).abs() < half[:, 1:]
    hit = (u[:, 0] < share)[:, None, None, None]
    hole = hit & rows[:, None, :, None] & columns[:, None, None, :]
    return torch.where(hole, _mean(pixels), pixels)
