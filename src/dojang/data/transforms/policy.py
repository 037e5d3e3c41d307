"""RandAugment and TrivialAugment: operations that each image draws from one list.

RandAugment (Cubuk et al. 2020) draws ``num_ops`` operations of one strength, TrivialAugment (Müller
& Hutter 2021) one operation of any strength. Operations and their ranges are those of the papers as
torchvision has them. What moves pixels becomes part of the one affine map of the image, so it costs
no second interpolation and holds for masks and boxes too; outside, images are mirrored rather than
filled. Colours are changed by torchvision on groups of images that drew the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.data.transforms.geometry import compose
from dojang.data.transforms.settings import Augment

MOVING = ("shear_x", "shear_y", "translate_x", "translate_y", "rotate")
COLORING = ("brightness", "color", "contrast", "sharpness", "posterize", "solarize")
OPS = ("identity", *MOVING, *COLORING, "autocontrast", "equalize")
BINS = 31
DRAWS_PER_OP = 3  # operation, strength, sign


@dataclass(frozen=True)
class Ranges:
    """How strong each operation is at full strength: shear as a slope, translation in pixels of the
    result (as a share of the side in ``translate_share``), angles in degrees, factors as a
    difference from 1, and how many bits posterising takes away."""

    shear: float
    translate: float
    translate_share: float
    rotate: float
    factor: float
    bits: float


RANDAUGMENT = Ranges(0.3, math.inf, 150 / 331, 30.0, 0.9, 4.0)
# The paper's 32 pixels are a seventh of its large pictures and all of its small ones; half is left.
TRIVIALAUGMENT = Ranges(0.99, 32.0, 0.5, 135.0, 0.99, 6.0)


@dataclass(frozen=True)
class Drawn:
    """What each image drew, shape ``(B, k)`` each: index of the operation, strength in steps of
    1/30, and sign."""

    ops: NDArray[np.int64]
    bins: NDArray[np.int64]
    signs: NDArray[np.int64]


def draws_of(settings: Augment) -> int:
    """Return how many numbers an image needs."""
    return DRAWS_PER_OP * (settings.num_ops if settings.policy == "randaugment" else 1)


def draw(u: NDArray[np.float64], settings: Augment) -> Drawn:
    """Choose operations by numbers in [0, 1), ``(B, 3·k)``."""
    picks = u.reshape(len(u), -1, DRAWS_PER_OP)
    ops = (picks[:, :, 0] * len(OPS)).astype(np.int64)
    bins = (picks[:, :, 1] * BINS).astype(np.int64)
    if settings.policy == "randaugment":
        bins = np.full_like(bins, settings.magnitude)
    return Drawn(ops, bins, np.where(picks[:, :, 2] < 0.5, 1, -1))


def ranges_of(settings: Augment) -> Ranges:
    """Return the ranges of the policy."""
    return RANDAUGMENT if settings.policy == "randaugment" else TRIVIALAUGMENT


def moved(maps: Tensor, drawn: Drawn, ranges: Ranges, size: int) -> Tensor:
    """Return the maps ``(B, 2, 3)`` with what the operations move added."""
    for k in range(drawn.ops.shape[1]):
        then = torch.eye(2, 3, dtype=torch.float64).repeat(len(maps), 1, 1)
        for i in np.flatnonzero(np.isin(drawn.ops[:, k], [OPS.index(name) for name in MOVING])):
            strength = drawn.bins[i, k] / (BINS - 1) * drawn.signs[i, k]
            then[i] = _map(OPS[drawn.ops[i, k]], float(strength), ranges, size)
        maps = compose(maps, then.to(maps))
    return maps


def _map(name: str, strength: float, ranges: Ranges, size: int) -> Tensor:
    """Return the map of one operation, from the result back to the image."""
    if name == "rotate":
        angle = math.radians(ranges.rotate * strength)
        cos, sin = math.cos(angle), math.sin(angle)
        return torch.tensor([[cos, -sin, 0], [sin, cos, 0]], dtype=torch.float64)
    found = torch.eye(2, 3, dtype=torch.float64)
    axis = 0 if name.endswith("_x") else 1
    if name.startswith("shear"):
        found[axis, 1 - axis] = ranges.shear * strength
    else:
        found[axis, 2] = 2 * min(ranges.translate / size, ranges.translate_share) * strength
    return found


def recolored(pixels: Tensor, drawn: Drawn, ranges: Ranges) -> Tensor:
    """Return float pixels ``(B, 3, T, T)`` after the operations that move nothing."""
    images = pixels.round().clamp(0, 255).to(torch.uint8)
    for k in range(drawn.ops.shape[1]):
        groups: dict[tuple[str, float], list[int]] = defaultdict(list)
        for i in range(len(images)):
            name = OPS[drawn.ops[i, k]]
            if name != "identity" and name not in MOVING:
                strength = drawn.bins[i, k] / (BINS - 1)
                signed = strength * drawn.signs[i, k] if name in COLORING[:4] else strength
                groups[name, float(signed if name in COLORING else 0)].append(i)
        for (name, strength), members in groups.items():
            images[members] = _recolor(images[members], name, strength, ranges)
    return images.float()


def _recolor(images: Tensor, name: str, strength: float, ranges: Ranges) -> Tensor:
    """Apply one operation to uint8 images."""
    from torchvision.transforms.v2 import functional as tv

    factors = {
        "brightness": tv.adjust_brightness,
        "color": tv.adjust_saturation,
        "contrast": tv.adjust_contrast,
        "sharpness": tv.adjust_sharpness,
    }
    if name in factors:
        changed = factors[name](images, 1 + ranges.factor * strength)
    elif name == "posterize":
        changed = tv.posterize(images, 8 - round(ranges.bits * strength))
    elif name == "solarize":
        changed = tv.solarize(images, 255 * (1 - strength))
    else:
        changed = tv.autocontrast(images) if name == "autocontrast" else tv.equalize(images)
    assert isinstance(changed, Tensor)
    return changed
