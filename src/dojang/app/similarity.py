"""Are two networks alike inside? CKA between the layers of two runs, on the same images."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dojang.analysis.similarity import FEWEST, Alignment, Array, grams_of
from dojang.app.building import device_of_run
from dojang.app.files import load_manifest, load_plan
from dojang.app.predicting import load_networks
from dojang.app.screen import Screen
from dojang.app.stages import open_pool
from dojang.core.errors import DataError, RunError
from dojang.core.random import generator
from dojang.core.recipe import Recipe, load_recipe
from dojang.core.store import open_run_folder
from dojang.core.types import Manifest, PartName, RunRecord, SplitPlan
from dojang.data.cache import PixelStore
from dojang.nn.factory import Network
from dojang.nn.landmarks import Landmark, landmarks

BATCH = 64
LARGE, BATCH_LARGE = 128, 32  # larger images go through in smaller batches
FEATURES = "features"


@dataclass(frozen=True)
class Likeness:
    """How alike the layers of two networks are.

    Attributes:
        runs: names of the runs.
        models: names of their networks.
        layers: names of the layers of each, from the input to the head.
        cka: of each layer of the first with each of the second.
        part: whose images were shown.
        images: how many.
        learnt: how many of them the second one was trained on.
    """

    runs: tuple[str, str]
    models: tuple[str, str]
    layers: tuple[tuple[str, ...], tuple[str, ...]]
    cka: Array
    part: str
    images: int
    learnt: int

    @property
    def nearest(self) -> tuple[int, ...]:
        """For each layer of the first, the place of the one of the second most like it."""
        filled = np.where(np.isnan(self.cka), -1.0, self.cka)
        return tuple(int(i) for i in filled.argmax(axis=1))

    @property
    def final(self) -> float:
        """CKA of the features that both heads see."""
        first, second = (names.index(FEATURES) for names in self.layers)
        return float(self.cka[first, second])

    @property
    def nearest_of_final(self) -> tuple[str, float]:
        """The layer of the second most like the final features of the first, its head left out."""
        row = self.cka[self.layers[0].index(FEATURES), :-1]
        place = int(np.nanargmax(row)) if np.isfinite(row).any() else 0
        return self.layers[1][place], float(row[place])

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        layer, value = self.nearest_of_final
        return {
            "runs": list(self.runs), "models": list(self.models), "part": self.part,
            "images": self.images, "learnt_by_second": self.learnt,
            "layers": [list(names) for names in self.layers], "cka": self.cka.tolist(),
            "nearest": [self.layers[1][i] for i in self.nearest],
            "final": self.final, "most_like_final": {"layer": layer, "cka": value},
        }  # fmt: skip


@dataclass(frozen=True)
class _Side:
    """One of the runs, as far as it takes part."""

    record: RunRecord
    recipe: Recipe
    manifest: Manifest
    plan: SplitPlan
    network: Network
    layers: tuple[Landmark, ...]


def liken(first: Path, second: Path, part: PartName, images: int, screen: Screen) -> Likeness:
    """Compare the first networks of two runs layer by layer; a run may be compared with itself.

    Raises:
        RunError: a path is no run, or has no weights, or its test part is sealed.
        DataError: the runs have no image in common, or too few.
    """
    a, b = _open(first, part), _open(second, "valid")
    ids, learnt = _chosen(a, b, part, images, (first, second))
    size = max(side.network.spec.size for side in (a, b))
    batch = BATCH if size <= LARGE else BATCH_LARGE
    batches = np.array_split(np.arange(len(ids)), math.ceil(len(ids) / batch))
    found = Alignment()
    with screen.task("similarity.progress") as progress:
        done = 0
        for left, right in zip(
            _grams(a, a.manifest, ids, batches), _grams(b, a.manifest, ids, batches), strict=True
        ):
            found.add(left, right)
            done += left.shape[-1]
            progress(done, len(ids))
    return Likeness(
        (str(first), str(second)), (a.recipe.model.name, b.recipe.model.name),
        (tuple(m.name for m in a.layers), tuple(m.name for m in b.layers)),
        found.cka, part, len(ids), learnt,
    )  # fmt: skip


def _open(path: Path, part: str) -> _Side:
    folder, record = open_run_folder(path)
    if part == "test" and record.test_opened is None:
        raise RunError("similarity.sealed", path=path)
    recipe = load_recipe(folder.recipe)
    network = load_networks(folder, record, recipe)[0].to(device_of_run())
    manifest, plan = load_manifest(folder), load_plan(folder)
    return _Side(record, recipe, manifest, plan, network, tuple(landmarks(network)))


def _chosen(
    a: _Side, b: _Side, part: PartName, images: int, paths: tuple[Path, Path]
) -> tuple[list[str], int]:
    """Draw images of the first run that its network did not learn from: first such as the second
    did not learn from either, then others. A sealed test part of the second is left alone.

    Returns:
        The ids in the first run, and how many of them the second learnt from.
    """
    contents = dict(zip(a.manifest.samples["id"], a.manifest.samples["sha256"], strict=True))
    known = dict(zip(b.manifest.samples["id"], b.manifest.samples["sha256"], strict=True))
    if not set(contents.values()) & set(known.values()):
        raise DataError("similarity.nothing_common", first=paths[0], second=paths[1])
    learnt = {known[i] for i in b.plan.ids("train")}
    sealed = set() if b.record.test_opened else {known[i] for i in b.plan.ids("test")}
    ids = [i for i in a.plan.ids(part) if contents[i] not in sealed]
    shuffled = [ids[i] for i in generator(0, "similarity", "images").permutation(len(ids))]
    fresh = [i for i in shuffled if contents[i] not in learnt]
    chosen = [*fresh, *(i for i in shuffled if contents[i] in learnt)][:images]
    if len(chosen) < FEWEST:
        raise DataError("similarity.few", path=paths[0], n=len(chosen), fewest=FEWEST)
    return chosen, sum(contents[i] in learnt for i in chosen)


def _grams(
    side: _Side, manifest: Manifest, ids: Sequence[str], batches: Sequence[NDArray[np.int64]]
) -> Iterator[Array]:
    """Show the images to a network, prepared as it wants them; yield ``(layers, n, n)``."""
    network, spec = side.network, side.network.spec
    with (
        open_pool(side.recipe, manifest.source, [network], manifest) as pool,
        grams_of([layer.module for layer in side.layers]) as found,
    ):
        store = PixelStore(pool, tuple(ids), spec.size, spec.how)
        for images in store.stream(batches):
            with torch.inference_mode():
                network(images.to(device_of_run()))
            yield np.stack([matrix for matrix in found if matrix is not None])
