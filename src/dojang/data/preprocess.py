"""What is done to a decoded image before any network sees it, and nothing at random.

It runs inside :func:`dojang.data.decode.decode`, so training, evaluation and prediction share it:
cut to a box, scale to a square, equalise, change contrast and saturation, in this order.

Legend: H height, W width, S side of the square.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from dojang.core.types import Box, Preprocess

if TYPE_CHECKING:
    import pandas as pd

PADDING = (128, 128, 128)
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
TILES = 8  # of local equalisation, along each side
SMALLEST_TILE = 8  # pixels; smaller tiles have no histogram worth the name


def own_boxes(samples: pd.DataFrame) -> dict[str, Box]:
    """Return by id the box of each sample that has exactly one, in shares of the sides.

    Args:
        samples: rows of a manifest; ``boxes`` is JSON, ``[[x0, y0, x1, y1, class], …]`` in pixels.
    """
    found: dict[str, Box] = {}
    if "boxes" not in samples:
        return found
    for row in samples[["id", "boxes", "width", "height"]].itertuples(index=False):
        boxes = json.loads(row.boxes) if isinstance(row.boxes, str) else []
        if len(boxes) == 1:
            x0, y0, x1, y1 = boxes[0][:4]
            found[str(row.id)] = (x0 / row.width, y0 / row.height, x1 / row.width, y1 / row.height)
    return found


def draft_side(size: int, how: Preprocess, box: Box | None = None) -> int:
    """Return the side at which a decoder may already scale: twice what is needed in the end."""
    left, top, right, bottom = region(how, box)
    factor = {"crop": 3, "shrink": 1}.get(how.resize, 2)
    return round(size * factor / max(1e-6, min(right - left, bottom - top)))


def region(how: Preprocess, box: Box | None = None) -> Box:
    """Return what is kept of an image, as shares of its sides: its box, then the centre of it."""
    fixed = WHOLE if isinstance(how.crop_to, str) else how.crop_to
    left, top, right, bottom = box or fixed
    margin_x = (right - left) * (1 - how.crop_ratio) / 2
    margin_y = (bottom - top) * (1 - how.crop_ratio) / 2
    return (left + margin_x, top + margin_y, right - margin_x, bottom - margin_y)


def clahe(luma: NDArray[np.uint8], clip: float) -> NDArray[np.uint8]:
    """Equalise brightness locally, with a limit on how far contrast grows.

    Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994): each tile
    has its own curve, the cumulated histogram after counts above the limit were spread over all
    values; a pixel takes the curves of the four tiles around it, weighted by nearness.

    Args:
        luma: shape ``(H, W)``.
        clip: the limit, in multiples of the mean count of a value.

    Returns:
        The same shape.
    """
    height, width = luma.shape
    rows, columns = (max(1, min(TILES, side // SMALLEST_TILE)) for side in luma.shape)
    tall, wide = -(-height // rows), -(-width // columns)
    full = np.pad(luma, ((0, rows * tall - height), (0, columns * wide - width)), mode="symmetric")
    tiles = full.reshape(rows, tall, columns, wide).swapaxes(1, 2).reshape(rows * columns, -1)
    curves = _curves(tiles, clip).reshape(rows, columns, 256)
    top, bottom, down = _neighbours(height, tall, rows)
    left, right, across = _neighbours(width, wide, columns)
    down, across = down[:, None], across[None]
    upper = curves[top[:, None], left[None], luma] * (1 - across)
    upper += curves[top[:, None], right[None], luma] * across
    lower = curves[bottom[:, None], left[None], luma] * (1 - across)
    lower += curves[bottom[:, None], right[None], luma] * across
    mixed: NDArray[np.uint8] = np.rint(upper * (1 - down) + lower * down).astype(np.uint8)
    return mixed


def _curves(tiles: NDArray[np.uint8], clip: float) -> NDArray[np.float64]:
    """Return the curve of each tile, ``(n, 256)`` from 0 to 255, of its pixels, ``(n, area)``."""
    count, area = tiles.shape
    offset = 256 * np.arange(count)[:, None]
    histogram = np.bincount((tiles + offset).ravel(), minlength=256 * count).reshape(count, 256)
    limit = clip * area / 256
    clipped = np.minimum(histogram, limit)
    clipped = clipped + (area - clipped.sum(axis=1, keepdims=True)) / 256
    curves: NDArray[np.float64] = clipped.cumsum(axis=1) * (255 / area)
    return np.minimum(curves, 255.0)


def _neighbours(
    side: int, tile: int, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return for each pixel the tile before, the tile after, and how near it is to the second."""
    place = (np.arange(side) + 0.5) / tile - 0.5
    before = np.floor(place).astype(np.int64)
    weight = place - before
    return before.clip(0, count - 1), (before + 1).clip(0, count - 1), weight


def tone(image: Image.Image, how: Preprocess) -> Image.Image:
    """Equalise, change contrast and saturation of an RGB image."""
    if how.clahe > 0:
        luma, blue, red = image.convert("YCbCr").split()
        even = Image.fromarray(clahe(np.asarray(luma), how.clahe))
        image = Image.merge("YCbCr", (even, blue, red)).convert("RGB")
    if how.contrast != 1:
        image = ImageEnhance.Contrast(image).enhance(how.contrast)
    if how.saturation != 1:
        image = ImageEnhance.Color(image).enhance(how.saturation)
    return image
