"""Numbers and a thumbnail of one image, taken in the process that decodes it.

Legend: S side of the square that is looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SURVEY_SIZE = 64  # side at which images are decoded to be looked at
THUMB_SIZE = 32
MEASURES = ("brightness", "contrast", "saturation", "sharpness", "border")
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601


def measure(pixels: NDArray[np.uint8]) -> dict[str, float]:
    """Return the measures of an image of shape ``(S, S, 3)``, uint8.

    ``brightness`` and ``contrast`` are mean and spread of the luma, ``saturation`` the mean spread
    between the channels of a pixel, ``border`` the mean luma of the outermost sixteenth, all on the
    scale 0 to 255; ``sharpness`` is the variance of the Laplacian of the luma.
    """
    luma = pixels.astype(np.float32) @ _LUMA
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)
    laplacian = (
        luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * luma[1:-1, 1:-1]
    )
    edge = max(1, len(luma) // 16)
    total, inner = luma.sum(), luma[edge:-edge, edge:-edge].sum()
    around = luma.size - (len(luma) - 2 * edge) ** 2
    return {
        "brightness": float(luma.mean()),
        "contrast": float(luma.std()),
        "saturation": float(spread.mean()),
        "sharpness": float(laplacian.var()),
        "border": float((total - inner) / around),
    }


def thumbnail(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mean of each 2 × 2 block, ``(32, 32, 3)`` of ``(64, 64, 3)``."""
    blocks = pixels.reshape(THUMB_SIZE, 2, THUMB_SIZE, 2, 3).astype(np.uint16)
    means: NDArray[np.uint8] = ((blocks.sum(axis=(1, 3)) + 2) // 4).astype(np.uint8)
    return means
