"""Numbers and a thumbnail of one image, taken in the process that decodes it.

Legend: H, W height and width of what is looked at: the image itself, or scaled down to
``SURVEY_SIZE`` on its longer side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SURVEY_SIZE = 256  # longer side at which images are looked at; smaller ones stay as they are
THUMB_SIZE = 32
MEASURES = (
    "brightness", "contrast", "saturation", "sharpness", "border", "darkness", "lightness", "gray",
    "blank",
)  # fmt: skip
_NOT_GRAY = 8  # levels between the channels that JPEG leaves in grey pictures at the most


def measured(pixels: NDArray[np.uint8]) -> tuple[dict[str, float], NDArray[np.uint8]]:
    """Return the measures of an image of shape ``(H, W, 3)``, uint8, and its thumbnail: the whole
    image at 32 × 32 pixels, shape ``(32, 32, 3)``; the aspect is not kept.

    ``brightness`` and ``contrast`` are mean and spread (standard deviation) of the luma;
    ``border`` is the mean luma of the outermost sixteenth; ``darkness`` the luma below which
    95 % of the pixels lie (low: the image is dark all over), ``lightness`` the luma below which
    5 % lie (high: it is light all over); ``blank`` the distance from the 1st to the 99th
    percentile of the luma (near 0: there is nothing to see). ``saturation`` is the mean spread
    between the channels of a pixel, ``gray`` is 1 where 99 % of the pixels are grey, whatever the
    mode of the file says, and 0 elsewhere; both are taken from the thumbnail. All are on the scale
    0 to 255 except ``gray`` and ``sharpness``, the variance of the Laplacian of the luma: low where
    there is no sharp edge anywhere. It can be compared among images of about the same size here.
    """
    image = Image.fromarray(pixels)
    luma = np.asarray(image.convert("L"))  # ITU-R BT.601, rounded
    levels = np.bincount(luma.ravel(), minlength=256)
    first, fifth, most, last = _percentiles(levels, (0.01, 0.05, 0.95, 0.99))
    values = np.arange(256)
    mean = float(levels @ values) / luma.size
    spread = float(levels @ (values - mean) ** 2) / luma.size
    small = _small(image)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    # Channel by channel: a reduction along an axis of three takes several times as long.
    chroma = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    measures = {
        "brightness": mean,
        "contrast": spread**0.5,
        "saturation": float(chroma.mean()),
        "sharpness": _sharpness(luma),
        "border": _border(luma),
        "darkness": most,
        "lightness": fifth,
        "gray": float((chroma <= _NOT_GRAY).mean() >= 0.99),
        "blank": last - first,
    }
    return measures, small


def _small(image: Image.Image) -> NDArray[np.uint8]:
    size = (THUMB_SIZE, THUMB_SIZE)
    if image.size == size:
        return np.asarray(image)
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0))


def _percentiles(levels: NDArray[np.int64], shares: tuple[float, ...]) -> list[float]:
    """Return the level at or below which each share of the pixels lies."""
    below = np.cumsum(levels)
    return [float(np.searchsorted(below, share * below[-1])) for share in shares]


def _sharpness(luma: NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian; 0 for images too thin to have one."""
    if min(luma.shape) < 3:
        return 0.0
    wide = luma.astype(np.int16)
    middle = wide[1:-1, 1:-1]
    laplacian = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4 * middle
    return float(laplacian.var(dtype=np.float32))


def _border(luma: NDArray[np.uint8]) -> float:
    height, width = luma.shape
    down, across = max(1, height // 16), max(1, width // 16)
    inner = luma[down:-down, across:-across]
    around = luma.size - inner.size
    return float(luma.sum(dtype=np.int64) - inner.sum(dtype=np.int64)) / around
