"""Which units of a trained network answer to none of its training images."""

from __future__ import annotations

import numpy as np

from dojang.app.predicting import store_of
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder, write_json
from dojang.core.types import Manifest, SplitPlan
from dojang.data.workers import DecodePool
from dojang.nn.activity import dead_units
from dojang.nn.factory import Network

IMAGES, BATCH = 256, 64


def save_units(
    folder: RunFolder,
    network: Network,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    pool: DecodePool,
) -> None:
    """Write ``units.json``: dead units of each activation over some of the training images."""
    learnt = list(dict.fromkeys(plan.ids("train")))
    places = np.linspace(0, len(learnt) - 1, min(IMAGES, len(learnt))).astype(int)
    store = store_of(network, [learnt[i] for i in places], recipe, pool, manifest)
    batches = [np.arange(i, min(i + BATCH, len(store))) for i in range(0, len(store), BATCH)]
    layers = dead_units(network, store.stream(batches))
    tree = {"images": len(store), "layers": [layer.to_json() for layer in layers]}
    write_json(folder.units, tree)
