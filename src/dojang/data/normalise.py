"""Statistics of the training part that bring pixels to a scale that networks like."""

from __future__ import annotations

import numpy as np

from dojang.data.cache import PixelStore, channel_statistics

Triple = tuple[float, float, float]


def statistics(store: PixelStore, scale: str, limit: int = 4096) -> tuple[Triple, Triple]:
    """Return what is taken off each channel and what it is then divided by, both on 0 to 255.

    Args:
        store: the training part, and nothing else.
        scale: ``zscore`` (mean 0, spread 1), ``minmax`` (darkest value 0, brightest 1) or ``unit``
            (0 to 255 becomes 0 to 1).
        limit: at most so many samples are looked at, spread evenly over the store.
    """
    if scale == "unit":
        return (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)
    if scale == "minmax":
        return _extremes(store, limit)
    return channel_statistics(store, limit)


def _extremes(store: PixelStore, limit: int) -> tuple[Triple, Triple]:
    count = min(limit, len(store))
    positions = np.linspace(0, len(store) - 1, count).astype(np.int64)
    low, high = np.full(3, 255), np.zeros(3, dtype=np.int64)
    for images in store.stream(positions[i : i + 256] for i in range(0, count, 256)):
        low = np.minimum(low, images.amin(dim=(0, 2, 3)).numpy())
        high = np.maximum(high, images.amax(dim=(0, 2, 3)).numpy())
    spread = np.maximum(high - low, 1)
    return _triple(low), _triple(spread)


def _triple(values: np.ndarray) -> Triple:
    red, green, blue = (float(v) for v in values)
    return red, green, blue
