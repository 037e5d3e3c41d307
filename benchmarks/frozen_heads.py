"""Frozen features and a hundred heads against one bare forward pass over the same images.

    python benchmarks/frozen_heads.py --data DIR_WITH_CLOTHING_ZIP

Bare: the features of all decoded images in evaluation mode, nothing else, same network, size,
batch and precision. Ours: the same pass through the cache of features, which is emptied before
every round, then 20 settings of a head in each of 5 folds, and the choice among them. Both start
from the same decoded pixels; weights do not matter for time and are random. Rounds alternate.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from _rounds import RESULTS, need
from dojang.app.building import target_index
from dojang.app.features import BATCH, features_of
from dojang.app.frozen import contents_of
from dojang.core.recipe import Recipe, override
from dojang.core.types import InputSpec, Manifest
from dojang.data.cache import PixelStore, make_store
from dojang.data.collect import collect
from dojang.data.split import make_plan
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network, build, channels_last_pays, has_depthwise
from dojang.nn.modes import evaluating
from dojang.train.hardware import cores, describe, keep_freed_memory, resolve_precision
from dojang.train.head_choice import FoldRows, choose, head_settings, try_heads

BOUND = 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, help="at most so many, for a try")
    parser.add_argument("--out", type=Path, default=RESULTS / "frozen_heads.json")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="frozen-heads-"))
    os.environ["DOJANG_CACHE"] = str(folder)
    try:
        tree = measure(given, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(tree, indent=1))
    given.out.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Run all rounds and return their seconds."""
    keep_freed_memory()
    recipe = override(
        Recipe(), {"data.source": str(need(given.data, "clothing.zip")), "split.kind": "kfold"}
    )
    manifest = collect(recipe.data, cores(), None, recipe.decode)
    ids = manifest.samples["id"].tolist()[: given.images]
    chosen = set(ids)
    plan = make_plan(manifest, override(recipe, {"split.test": 0.0}).split)
    spec = InputSpec(given.size, "squash", (127.5,) * 3, (60.0,) * 3)
    network = build(given.model, len(manifest.classes), spec).eval()
    device = torch.device("cpu")
    precision = resolve_precision(given.precision, device, has_depthwise(network))
    if channels_last_pays(device, precision):
        network.to(memory_format=torch.channels_last)
    targets = target_index(manifest)(ids)
    place = {identifier: i for i, identifier in enumerate(ids)}
    folds = []
    for number in range(plan.folds):
        train, valid = (
            np.array([place[i] for i in plan.ids(p, number) if i in chosen], dtype=np.int64)
            for p in ("train", "valid")
        )
        folds.append(FoldRows(np.bincount(train, minlength=len(ids)).astype(float), valid))
    with DecodePool(manifest.source, cores()) as pool:
        store = make_store(
            pool, ids, given.size, "squash", "disk", None, contents_of(manifest, ids)
        )
        rounds = [_round(network, store, manifest, targets, folds, precision, folder)
                  for _ in range(given.rounds + 1)][1:]  # fmt: skip  # the first one warms up
    ratios = [r["ours"] / r["bare"] for r in rounds]
    return {
        "model": given.model, "size": given.size, "precision": precision, "batch": BATCH,
        "images": len(ids), "folds": len(folds), "settings": len(head_settings(0.1)),
        "threads": torch.get_num_threads(), "machine": describe(device), "rounds": rounds,
        "median": {key: statistics.median(r[key] for r in rounds) for key in rounds[0]},
        "ratio": statistics.median(ratios), "ratios": ratios, "bound": BOUND,
        "held": statistics.median(ratios) <= BOUND,
    }  # fmt: skip


def _round(
    network: Network,
    store: PixelStore,
    manifest: Manifest,
    targets: np.ndarray,
    folds: list[FoldRows],
    precision: str,
    folder: Path,
) -> dict[str, float]:
    _forget(folder)
    started = time.perf_counter()
    bare(network, store, precision)
    between = time.perf_counter()
    features = features_of(
        network, store, precision, contents=contents_of(manifest, list(store.ids)), cache="disk"
    )
    computed = time.perf_counter()
    found = try_heads(features, targets, folds, head_settings(0.1), len(manifest.classes))
    choose(found, "loss")
    ended = time.perf_counter()
    assert all(bool(fold.heads.converged().all()) for fold in found)
    return {
        "bare": between - started, "ours": ended - between,
        "features": computed - between, "heads": ended - computed,
    }  # fmt: skip


def bare(network: Network, store: PixelStore, precision: str) -> None:
    """One forward pass of the features over all images."""
    every = np.arange(len(store), dtype=np.int64)
    half = precision == "bf16"
    with (
        evaluating(network),
        torch.inference_mode(),
        torch.autocast("cpu", dtype=torch.bfloat16, enabled=half),
    ):
        for images in store.stream([every[i : i + BATCH] for i in range(0, len(every), BATCH)]):
            network.features((images.float() - network.mean) / network.std)


def _forget(folder: Path) -> None:
    """Remove the features and leave the pixels."""
    for settings in folder.glob("pixels/*/settings.json"):
        if json.loads(settings.read_text(encoding="utf-8"))["kind"] == "features":
            shutil.rmtree(settings.parent)


if __name__ == "__main__":
    main()
