"""Sharpness of a trained network: the images that it is measured on, and the figures as kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.app.building import target_index
from dojang.app.frozen import pixels_of_ids
from dojang.core.errors import ModelError
from dojang.core.random import generator
from dojang.core.recipe import Recipe
from dojang.core.types import Manifest
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network
from dojang.train.curvature import Batches, largest_eigenvalue, loss_under_noise

IMAGES, FEWEST_IMAGES, BATCH = 128, 16, 32
WORK = 5e9  # multiply-adds of one pass over the images, above which there are fewer of them
SPREADS = (0.05, 0.1, 0.2)  # length of the noise on a filter over that of the filter
DRAWS = 3
_SEED = 0


@dataclass(frozen=True)
class Probed:
    """Training images on which minima are looked at, uint8 ``(n, 3, S, S)``, and their classes."""

    images: Tensor
    targets: NDArray[np.int64]

    def batches(self, device: torch.device) -> Batches:
        """Return them as a network takes them."""
        wanted = torch.from_numpy(self.targets)
        return [
            (self.images[i : i + BATCH].to(device), wanted[i : i + BATCH].to(device))
            for i in range(0, len(wanted), BATCH)
        ]


def probed_images(
    recipe: Recipe, manifest: Manifest, ids: tuple[str, ...], pool: DecodePool, cost: float
) -> Probed:
    """Draw the images, the same ones for every network of a study; unchanged, as in evaluation.

    Args:
        ids: training images.
        cost: multiply-adds of one image.
    """
    most = int(np.clip(WORK / max(1.0, cost), FEWEST_IMAGES, IMAGES))
    rng = generator(_SEED, "study", "sharpness")
    chosen = sorted(rng.choice(len(ids), min(most, len(ids)), replace=False).tolist())
    names = [ids[i] for i in chosen]
    store = pixels_of_ids(recipe, manifest, pool, names)
    images = torch.cat(list(store.stream([np.arange(len(names))])))
    return Probed(images, target_index(manifest)(names))


def sharpness(network: Network, batches: Batches) -> dict[str, Any]:
    """Measure a minimum in full precision.

    Returns:
        ``eigenvalue`` (None where the network has no second derivatives, and then ``reason`` says
        why), ``settled``, ``steps``, the ``loss`` and how it ``rises`` under each spread of noise:
        one value a draw.
    """
    loss, noise = loss_under_noise(network, batches, SPREADS, range(DRAWS))
    found: dict[str, Any] = {
        "loss": loss,
        "rises": [{"spread": n.spread, "rises": list(n.rises)} for n in noise],
    }
    try:
        top = largest_eigenvalue(network, batches, _SEED)
    except ModelError as error:
        return found | {"eigenvalue": None, "settled": False, "steps": 0, "reason": str(error)}
    return found | {"eigenvalue": top.value, "settled": top.settled, "steps": top.steps}
