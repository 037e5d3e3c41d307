"""Heat on a photo."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

_STRONGEST = 0.7  # share of the colour where the heat is 1: the photo stays visible below


def overlay(image: NDArray[np.uint8], heat: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Return the photo with the heat laid over it, ``(H, W, 3)``.

    The colours are plasma: its lightness rises evenly with the heat, so that it reads the same
    without red or green and in grey, and unlike inferno or magma it does not start in black, which
    could be taken for a dark spot of the photo. Cold places show the photo itself.

    Args:
        image: RGB, ``(H, W, 3)``.
        heat: in [0, 1], ``(h, w)``; brought to the size of the image.
    """
    values = torch.as_tensor(np.ascontiguousarray(heat), dtype=torch.float32)[None, None]
    values = F.interpolate(values, image.shape[:2], mode="bilinear", align_corners=False)
    strength = np.nan_to_num(values[0, 0].numpy()).clip(0, 1)
    alpha = _STRONGEST * strength[..., None]
    mixed: NDArray[np.uint8] = (
        ((1 - alpha) * image + alpha * plasma(strength)).round().astype(np.uint8)
    )
    return mixed


def plasma(strength: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the colour of each value in [0, 1], 0 to 255, shape ``(…, 3)``."""
    from matplotlib import colormaps

    return np.asarray(colormaps["plasma"](strength))[..., :3] * 255
