"""Does the answer hang on what a map shows? Deletion and insertion (Petsiuk et al. 2018).

Deletion paints the places of a map grey, the hottest first: the probability of the class should
fall fast, and the area under its curve be small. Insertion puts them back into a blurred image: it
should rise fast, and the area be large. A map says something only where it does better than the
same places in a random order.

Maps are compared as orders of the same cells, 8 × 8 of them on an image, whatever the grain of the
map: single pixels scattered over an image confuse any network, and a fine map would win by that.

Legend: B images, H and W their sides, G cells along a side, R random orders.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from dojang.analysis.explain.occlude import mean_colour
from dojang.core.random import generator
from dojang.core.types import Score
from dojang.nn.modes import evaluating
from dojang.objectives.intervals import ANY, SHARE, Bounds, interval
from dojang.objectives.resampling import Design

CELLS, STEPS, RANDOM = 8, 8, 4
_BLUR = 1 / 12  # of the side: what is in a cell cannot be told any more
_AT_ONCE = 128

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Areas:
    """Areas under the curves of deletion and of insertion, ``(B,)`` each, in [0, 1]."""

    deletion: Array
    insertion: Array

    @property
    def gap(self) -> Array:
        """How much better than nothing: insertion less deletion."""
        return self.insertion - self.deletion


@dataclass(frozen=True)
class Faithfulness:
    """How a method does against random orders of the same cells, means over images.

    Attributes:
        gain: the gap between insertion and deletion, less that of random orders.
    """

    deletion: Score
    insertion: Score
    gain: Score

    @property
    def verdict(self) -> str:
        """better or worse than random orders, or unclear."""
        if self.gain.low > 0:
            return "better"
        return "worse" if self.gain.high < 0 else "unclear"


def areas_of_maps(
    model: nn.Module, images: Tensor, classes: Tensor, maps: Tensor, seed: int = 0
) -> Areas:
    """Return the areas of heat maps ``(B, H, W)`` for classes ``(B,)``."""
    return areas_of_orders(model, images, classes, cell_orders(maps, seed))


def areas_of_chance(
    model: nn.Module, images: Tensor, classes: Tensor, seed: int = 0, orders: int = RANDOM
) -> Areas:
    """Return the areas of random orders of the cells, the mean over ``orders`` of them."""
    rng = generator(seed, "explain", "orders")
    count = _cells(images.shape[-1]) ** 2
    found = []
    for _ in range(orders):
        order = np.stack([rng.permutation(count) for _ in range(len(images))])
        found.append(areas_of_orders(model, images, classes, torch.from_numpy(order)))
    deletion = np.mean([areas.deletion for areas in found], axis=0)
    return Areas(deletion, np.mean([areas.insertion for areas in found], axis=0))


def areas_of_orders(model: nn.Module, images: Tensor, classes: Tensor, orders: Tensor) -> Areas:
    """Return the areas of orders of cells ``(B, G²)``, the first of which go first."""
    place = _place(images.shape[-2], images.shape[-1]).to(images.device)
    rank = orders.argsort(1).to(images.device)[:, place]  # (B, H, W): when a pixel's turn comes
    whole = images.float()
    grey, blurred = mean_colour(model, whole), blur(whole)
    curves: list[list[Tensor]] = [[], []]
    with torch.no_grad(), evaluating(model):
        for step in range(STEPS + 1):
            gone = (rank < round(step * orders.shape[1] / STEPS))[:, None]
            for curve, first, second in ((0, grey, whole), (1, whole, blurred)):
                changed = torch.where(gone, first, second)
                curves[curve].append(_probability(model, changed, classes))
    deletion, insertion = (_area(torch.stack(curve, 1)) for curve in curves)
    return Areas(deletion, insertion)


def cell_orders(maps: Tensor, seed: int = 0) -> Tensor:
    """Return the cells of maps ``(B, H, W)`` from the hottest to the coldest, ``(B, G²)``; cells
    that are as hot as each other, as in the cold parts of a map, are drawn by ``seed``."""
    side = _cells(maps.shape[-1])
    heat = F.adaptive_avg_pool2d(maps[:, None].float(), side).flatten(1).cpu().numpy()
    lots = generator(seed, "explain", "ties").random(heat.shape)
    orders = [np.lexsort((lot, -warm)) for warm, lot in zip(heat, lots, strict=True)]
    return torch.from_numpy(np.stack(orders))


def judge(found: Areas, chance: Areas, groups: NDArray[np.int64] | None = None) -> Faithfulness:
    """Return means with 95 % intervals over images.

    Args:
        groups: index of the group of each image, ``(B,)``, redrawn together; or None.
    """
    design = Design(len(found.deletion), groups=groups)
    gain = found.gap - chance.gap
    return Faithfulness(
        mean_of(found.deletion, design, SHARE), mean_of(found.insertion, design, SHARE),
        mean_of(gain, design, ANY),
    )  # fmt: skip


def mean_of(values: Sequence[float] | Array, design: Design, bounds: Bounds) -> Score:
    """Return the mean of one value an image with its 95 % interval."""
    column = np.asarray(values, dtype=np.float64)
    return interval(lambda weights: weights @ column / weights.sum(1), design, bounds)


def blur(images: Tensor) -> Tensor:
    """Return images ``(B, 3, H, W)`` so blurred that only large patches of colour are left."""
    from torchvision.transforms.v2.functional import gaussian_blur

    sigma = max(0.5, _BLUR * images.shape[-1])
    reach = min(math.ceil(2 * sigma), min(images.shape[-2:]) - 1)
    blurred: Tensor = gaussian_blur(images, [2 * reach + 1] * 2, [sigma] * 2)
    return blurred


def _cells(size: int) -> int:
    return min(CELLS, size)


def _place(height: int, width: int) -> Tensor:
    """Return the cell of each pixel, ``(H, W)``."""
    side = _cells(width)
    rows, columns = (torch.arange(n) * side // n for n in (height, width))
    return rows[:, None] * side + columns


def _probability(model: nn.Module, images: Tensor, classes: Tensor) -> Tensor:
    shares = [model(some).float().softmax(1) for some in torch.split(images, _AT_ONCE)]
    return torch.cat(shares).gather(1, classes.to(images.device).long()[:, None])[:, 0]


def _area(curve: Tensor) -> Array:
    """Area under curves ``(B, steps + 1)`` over a width of 1, by trapezia."""
    area: Array = ((curve[:, :-1] + curve[:, 1:]) / 2).mean(1).double().cpu().numpy()
    return area
