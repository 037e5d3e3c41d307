"""What is inside a network: its first filters, its maps of an image, what its channels look for.

Legend: n images, C channels, h and w sides of a map, F filters, k side of a filter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dojang.analysis.explain import name_of
from dojang.analysis.explain.activations import maps_of
from dojang.analysis.explain.draw import overlay, plasma

FILTERS, MAPS, CHANNELS, EXAMPLES = 64, 24, 6, 6
GAP = 2
_PAPER = 255

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Filters:
    """The weights of the first convolution that sees colours, ``(F, 3, k, k)``, and its name."""

    layer: str
    weights: Tensor


@dataclass(frozen=True)
class Responses:
    """How strongly each channel of a layer answers to each image at most, ``(n, C)``."""

    ids: tuple[str, ...]
    strongest: NDArray[np.float32]

    def channels(self, count: int = CHANNELS) -> list[int]:
        """The channels whose answers vary most from image to image, passing over those that mostly
        answer to the images of one that was taken already."""
        order = np.argsort(-self.strongest.std(0), kind="stable").tolist()
        taken: list[int] = []
        seen: list[set[int]] = []
        for channel in order:
            rows = set(self.examples(channel))
            if all(len(rows & others) <= len(rows) // 3 for others in seen):
                taken.append(channel)
                seen.append(rows)
            if len(taken) == count:
                return taken
        return (taken + [channel for channel in order if channel not in taken])[:count]

    def examples(self, channel: int, count: int = EXAMPLES) -> list[int]:
        """The images to which a channel answers most, the strongest first."""
        order = np.argsort(-self.strongest[:, channel], kind="stable")
        return [int(row) for row in order[:count]]


def first_filters(model: nn.Module) -> Filters | None:
    """Return the filters of the first convolution over three colours, or None without one."""
    for module in model.modules():
        seen = isinstance(module, nn.Conv2d) and module.in_channels == 3 and module.groups == 1
        if seen and isinstance(module, nn.Conv2d) and max(module.kernel_size) > 1:
            return Filters(name_of(model, module), module.weight.detach().float().cpu())
    return None


def filters_picture(filters: Filters, side: int = 40) -> Pixels:
    """Draw filters as small squares, the strongest first; grey is 0, each has its own scale."""
    weights = filters.weights
    order = weights.flatten(1).norm(dim=1).argsort(descending=True)[:FILTERS]
    chosen = weights[order].permute(0, 2, 3, 1).numpy()
    reach = np.abs(chosen).max(axis=(1, 2, 3), keepdims=True) + 1e-12
    tiles = (127.5 + 127.5 * chosen / reach).round().astype(np.uint8)
    return sheet([_magnified(tile, side) for tile in tiles])


def feature_maps(
    model: nn.Module, image: Tensor, layer: nn.Module, count: int = MAPS
) -> tuple[list[int], NDArray[np.float32]]:
    """Return the channels that vary most over an image, and their maps ``(count, h, w)`` in [0, 1].

    Args:
        image: ``(1, 3, S, S)`` as the model takes it.
    """
    maps = maps_of(model, image, layer)[0]
    order = maps.flatten(1).std(1, correction=0).argsort(descending=True)[:count]
    chosen = maps[order]
    low, high = (f(chosen, (1, 2)).view(-1, 1, 1) for f in (torch.amin, torch.amax))
    values: NDArray[np.float32] = ((chosen - low) / (high - low + 1e-12)).cpu().numpy()
    return order.tolist(), values


def maps_picture(maps: NDArray[np.float32], side: int = 72) -> Pixels:
    """Draw maps ``(count, h, w)`` in [0, 1] side by side, each with its own scale."""
    return sheet([_magnified(plasma(m).round().astype(np.uint8), side) for m in maps])


def responses(
    model: nn.Module, ids: Sequence[str], batches: Iterable[Tensor], layer: nn.Module
) -> Responses:
    """Return the strongest answer of each channel of a layer to each image."""
    found = [maps_of(model, batch, layer).amax((2, 3)).cpu().numpy() for batch in batches]
    return Responses(tuple(ids), np.concatenate(found))


def channel_picture(
    model: nn.Module, images: Tensor, layer: nn.Module, channel: int, side: int = 96
) -> Pixels:
    """Draw images ``(B, 3, S, S)`` with the map of one channel on each, in one row; the scale is
    common to them."""
    maps = maps_of(model, images, layer)[:, channel].relu()
    heat = (maps / (maps.max() + 1e-12)).cpu().numpy()
    photos = images.permute(0, 2, 3, 1).round().clamp(0, 255).byte().cpu().numpy()
    large = [_magnified(photo, side) for photo in photos]
    drawn = [overlay(photo, spot) for photo, spot in zip(large, heat, strict=True)]
    return sheet(drawn, columns=len(drawn))


def sheet(tiles: Sequence[Pixels], columns: int | None = None) -> Pixels:
    """Lay tiles of one size ``(h, w, 3)`` out in rows on white."""
    height, width = tiles[0].shape[:2]
    columns = columns or min(len(tiles), max(1, math.ceil(math.sqrt(2.5 * len(tiles)))))
    rows = -(-len(tiles) // columns)
    shape = (rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3)
    page = np.full(shape, _PAPER, dtype=np.uint8)
    for number, tile in enumerate(tiles):
        y, x = number // columns * (height + GAP), number % columns * (width + GAP)
        page[y : y + height, x : x + width] = tile
    return page


def _magnified(tile: NDArray[Any], side: int) -> Pixels:
    """Enlarge a tile to about ``side`` pixels so that its own pixels stay squares."""
    factor = max(1, round(side / max(tile.shape[:2])))
    return np.asarray(tile, dtype=np.uint8).repeat(factor, 0).repeat(factor, 1)
