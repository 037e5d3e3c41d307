"""Do maps depend on what was learnt? The randomisation check (Adebayo et al. 2018).

The weights of a copy of the network are destroyed block by block, from the head down, and the maps
of each stage compared with those of the trained network, for the same class. A map that stays as
it was shows the image, such as its edges, and not what the network learnt.

Weights are shuffled rather than drawn anew: each tensor keeps its values, so that maps do not
change merely because signals fade, and the statistics of batch norms are taken again.

Legend: B images, H and W their sides.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from dojang.core.random import seed_of
from dojang.core.types import Score
from dojang.nn.factory import Network
from dojang.nn.surface import Block, blocks_of

MOST_STAGES = 5
ALIKE = 0.5  # a rank correlation from which on maps count as the same
_WINDOW, _SIGMA = 11, 1.5  # of Wang et al. 2004, as are the constants
_STABLE = (0.01**2, 0.03**2)

Array = NDArray[np.float64]
Norms = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d


@dataclass(frozen=True)
class Likeness:
    """How alike maps are to those of the trained network after one stage, ``(B,)`` each."""

    stage: str
    rank: Array
    ssim: Array


def cascade(
    network: Network, images: Tensor, maps: Callable[[nn.Module], Tensor], seed: int = 0
) -> Iterator[Likeness]:
    """Yield the likeness of maps after each stage, the head alone first, at last everything.

    Args:
        images: ``(B, 3, H, W)``; of more than one the statistics of batch norms are taken.
        maps: from a network, of which it gets copies, to heat maps ``(B, H, W)``.
    """
    before = maps(network)
    for stage, changed in randomised(network, images, seed):
        after = maps(changed)
        yield Likeness(stage, rank_correlation(before, after), ssim(before, after))


def randomised(network: Network, images: Tensor, seed: int = 0) -> Iterator[tuple[str, Network]]:
    """Yield a copy of the network with more and more blocks shuffled, and the last one's name."""
    changed = copy.deepcopy(network).eval()
    rng = torch.Generator().manual_seed(seed_of(seed, "explain", "shuffle") % 2**62)
    for blocks in _stages(blocks_of(changed)):
        for block in blocks:
            for parameter in block.parameters():
                _shuffle(parameter, rng)
            _take_statistics(changed, block, images)
        yield blocks[-1].name.removeprefix("features."), changed


def rank_correlation(first: Tensor, second: Tensor) -> Array:
    """Return Spearman's rank correlation of maps ``(B, H, W)``, ``(B,)``; 0 where one is flat."""
    from scipy.stats import rankdata

    found = []
    for a, b in zip(first.flatten(1).cpu().numpy(), second.flatten(1).cpu().numpy(), strict=True):
        x, y = (rankdata(v.round(6)) - (v.size + 1) / 2 for v in (a, b))
        size = float(np.sqrt((x @ x) * (y @ y)))
        found.append(float(x @ y) / size if size > 0 else 0.0)
    return np.array(found)


def ssim(first: Tensor, second: Tensor) -> Array:
    """Return the structural similarity of maps ``(B, H, W)`` in [0, 1] (Wang et al. 2004)."""
    reach = (min(_WINDOW, *first.shape[1:]) - 1) // 2
    bell = torch.exp(-0.5 * (torch.arange(-reach, reach + 1.0) / _SIGMA) ** 2)
    kernel = (bell[:, None] * bell / bell.sum() ** 2)[None, None].to(first.device)
    x, y = first[:, None].float(), second[:, None].float()
    mean_x, mean_y, xx, yy, xy = (F.conv2d(v, kernel) for v in (x, y, x * x, y * y, x * y))
    small, large = _STABLE
    spread_x, spread_y = xx - mean_x**2, yy - mean_y**2
    light = (2 * mean_x * mean_y + small) / (mean_x**2 + mean_y**2 + small)
    shape = (2 * (xy - mean_x * mean_y) + large) / (spread_x + spread_y + large)
    alike: Array = (light * shape).mean((1, 2, 3)).double().cpu().numpy()
    return alike


def verdict(rank: Score) -> str:
    """What the likeness after the last stage comes to: follows (the weights), stays, or unclear."""
    if rank.high < ALIKE:
        return "follows"
    return "stays" if rank.low >= ALIKE else "unclear"


def _stages(blocks: list[Block]) -> list[list[Block]]:
    """The blocks from the head down, the head alone, the others laid together to a few stages."""
    head, rest = blocks[-1], blocks[-2::-1]
    count = min(MOST_STAGES - 1, len(rest))
    cuts = [round(i * len(rest) / count) for i in range(count + 1)] if count else [0]
    return [[head], *(rest[a:b] for a, b in pairwise(cuts))]


def _shuffle(parameter: nn.Parameter, rng: torch.Generator) -> None:
    order = torch.randperm(parameter.numel(), generator=rng).to(parameter.device)
    with torch.no_grad():
        parameter.copy_(parameter.flatten()[order].view_as(parameter))


def _take_statistics(network: Network, block: Block, images: Tensor) -> None:
    """Let the batch norms of a block measure what they normalise now."""
    norms = [m for module in block.modules for m in module.modules() if isinstance(m, Norms)]
    if not norms or len(images) < 2:
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean
        norm.train()
    with torch.no_grad():
        network(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
