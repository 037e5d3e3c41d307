"""``transfer: auto``: how much of a network that starts from weights to train, and why.

Few images or many, near to what the network learnt on or far: four cases. How near is found by a
nearest-class-mean probe on frozen features of the training part, against the same probe on what
needs no learning; ``docs/decisions/0012-transfer.md`` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dojang.app import building
from dojang.app.features import features_of
from dojang.app.frozen import contents_of, pixels_of_ids, start_network
from dojang.app.screen import Screen
from dojang.app.stages import open_pool
from dojang.core.errors import Problem, RecipeError
from dojang.core.recipe import Recipe, override, plain
from dojang.core.types import Manifest, SplitPlan
from dojang.data.cache import PixelStore
from dojang.nn.factory import has_depthwise
from dojang.nn.nearness import Nearness, nearness, pixel_statistics
from dojang.recipes.auto import Reason
from dojang.train.hardware import resolve_precision
from dojang.train.processes import as_in_main, is_main, process_count

FEW = 100  # images of the median class of the training part: below, they are few
NEAR = 0.3  # share of the mistakes of the best reference that features of the source take away
ENOUGH = 0.9  # accuracy of the probe above which there is little left that layers could learn
PROBED = 2000  # images at most that the probe looks at
# Values with which augmentation changes nothing.
NEUTRAL: dict[str, Any] = {
    "augment.flip": "none", "augment.min_area": 1.0, "augment.rotate": 0.0, "augment.shift": 0.0,
    "augment.color": 0.0, "augment.erase": 0.0, "augment.hue": 0.0, "augment.noise": 0.0,
    "augment.blur": 0.0, "augment.policy": "none", "augment.mixup": 0.0, "augment.cutmix": 0.0,
}  # fmt: skip
# What a convex head on kept features has no use for, with the value that asks for nothing.
WITHOUT_USE: dict[str, Any] = NEUTRAL | {
    "loss.name": "cross_entropy", "model.dropout": 0.0, "model.drop_path": 0.0,
    "optimizer.name": "adamw", "optimizer.layer_decay": 1.0, "schedule.name": "onecycle",
    "regularize.l1": 0.0, "regularize.l2": 0.0, "regularize.weight_noise": 0.0,
    "regularize.sam": 0.0, "average.kind": "none", "transfer.unfreeze": None,
    "train.accumulate": 1, "train.patience": None, "train.limit": None, "train.clip_norm": None,
    "train.early_size": None,
}  # fmt: skip
UNUSED = ("optimizer.lr", "optimizer.weight_decay", "schedule.warmup", "train.epochs",
          "train.batch_size")  # fmt: skip
Reasons = dict[str, Reason]


@dataclass(frozen=True)
class TransferFacts:
    """What the rule looks at: images of the median class, and how near the source is."""

    per_class: int
    nearness: Nearness | None


def check(recipe: Recipe) -> None:
    """Fail early where the recipe asks for something that transfer cannot do.

    Raises:
        RecipeError: a network without weights is to be frozen, or keys are given that a frozen
            network cannot obey.
    """
    transfer = recipe.transfer
    if recipe.model.weights is None and (
        transfer.mode in ("frozen", "last-blocks") or transfer.unfreeze
    ):
        key = "transfer.unfreeze" if transfer.unfreeze else f"transfer={transfer.mode}"
        raise RecipeError("transfer.no_weights", key=key)
    if transfer.unfreeze and transfer.unfreeze.steps(1) is None:
        raise RecipeError("transfer.unfreeze_time", value=transfer.unfreeze)
    if transfer.unfreeze and process_count() > 1:
        raise RecipeError("transfer.unfreeze_processes")
    if transfer.mode == "frozen" and (keys := _in_the_way(recipe)):
        problems = [Problem("transfer.without_use_key", {"key": key}) for key in keys]
        raise RecipeError("transfer.without_use", problems=problems)


def settle(
    recipe: Recipe, manifest: Manifest, plan: SplitPlan, reasons: Reasons, screen: Screen
) -> tuple[Recipe, Reasons]:
    """Put a mode in the place of ``transfer: auto``, and take off what a frozen network ignores.

    Args:
        recipe: with every other ``auto`` filled in.
        manifest: the data.
        plan: their split; only the training part of its first fold is looked at.
        reasons: why other values were chosen.
        screen: where is said what was found.

    Returns:
        The recipe to run, and the reasons with those for what was chosen here.
    """
    if recipe.transfer.mode == "auto":
        if recipe.model.weights is None:
            mode, reason = "full", Reason("transfer.auto.none", {})
        else:
            facts = as_in_main(look(recipe, manifest, plan, screen) if is_main() else None)
            assert facts is not None
            mode, reason = decide(facts, _in_the_way(recipe, reasons))
            screen.note("transfer.chosen", mode=mode, reason=Problem(reason.key, reason.values))
        recipe = override(recipe, {"transfer.mode": mode})
        reasons = {**reasons, "transfer.mode": reason}
    if recipe.transfer.mode != "frozen":
        return recipe, reasons
    given = [key for key in UNUSED if key not in reasons]
    if given:
        screen.note("transfer.unused", keys=", ".join(given))
    still = {key: value for key, value in NEUTRAL.items() if key in reasons}
    why = dict.fromkeys(still, Reason("transfer.no_augment", {}))
    return override(recipe, still), {**reasons, **why}


def decide(facts: TransferFacts, in_the_way: list[str]) -> tuple[str, Reason]:
    """Choose among the four cases (few or many images, near or far); return the mode and why.

    Args:
        facts: of the data.
        in_the_way: keys of the recipe that a frozen network could not obey.
    """
    found = facts.nearness
    if found is None:
        return "full", Reason("transfer.auto.unknown", {"images": facts.per_class})
    enough = found.source >= ENOUGH
    near, few = found.gain >= NEAR or enough, facts.per_class < FEW
    values = {
        "images": facts.per_class,
        "few": FEW,
        "probe": round(100 * found.source),
        "reference": round(100 * found.reference),
        "chance": round(100 * found.chance),
        "gain": round(100 * found.gain),
    }
    if few and near:
        if in_the_way:
            keys = ", ".join(in_the_way)
            return "last-blocks", Reason("transfer.auto.in_the_way", {**values, "keys": keys})
        key = "few_enough" if enough else "few_near"
        return "frozen", Reason(f"transfer.auto.{key}", values)
    size, place = "few" if few else "many", "near" if near else "far"
    return "full", Reason(f"transfer.auto.{size}_{place}", values)


def look(recipe: Recipe, manifest: Manifest, plan: SplitPlan, screen: Screen) -> TransferFacts:
    """Count the images of the training part and probe how near they are to the source."""
    learnt = list(dict.fromkeys(plan.ids("train", 0)))
    counts = np.bincount(building.target_index(manifest)(learnt))
    places = np.linspace(0, len(learnt) - 1, min(PROBED, len(learnt))).astype(int)
    ids = [learnt[i] for i in places]
    targets = building.target_index(manifest)(ids)
    with open_pool(recipe, manifest.source, manifest=manifest) as pool:
        with screen.task("transfer.decode") as progress:
            store = pixels_of_ids(recipe, manifest, pool, ids, progress)
        with screen.task("transfer.features") as progress:
            source = _features(recipe, manifest, store, ids, progress)
        untrained = _features(
            override(recipe, {"model.weights": None}), manifest, store, None, None
        )
        pixels = pixel_statistics(_thumbnails(store))
    found = nearness(source, [untrained, pixels], targets, recipe.train.seed)
    return TransferFacts(int(np.median(counts[counts > 0])), found)


def _features(
    recipe: Recipe,
    manifest: Manifest,
    store: PixelStore,
    ids: list[str] | None,
    progress: Any,
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Features of the recipe's network; with ``ids``, kept for whoever needs them next."""
    network = start_network(recipe, manifest, building.input_spec(recipe, store))
    device = building.device_of_run()
    precision = resolve_precision(recipe.train.precision, device, has_depthwise(network))
    contents = None if ids is None else contents_of(manifest, ids)
    cache = "none" if ids is None else recipe.data.cache
    found = features_of(
        network, store, precision, contents=contents, cache=cache, progress=progress
    )
    values: np.ndarray[Any, np.dtype[np.float32]] = found.numpy()
    return values


def _thumbnails(store: PixelStore) -> np.ndarray[Any, np.dtype[np.float32]]:
    """All images at a side of 8, shape ``(n, 3, 8, 8)``."""
    import torch
    import torch.nn.functional as F

    every = np.arange(len(store), dtype=np.int64)
    batches = [every[i : i + 256] for i in range(0, len(every), 256)]
    small = [F.adaptive_avg_pool2d(images.float(), 8) for images in store.stream(batches)]
    values: np.ndarray[Any, np.dtype[np.float32]] = torch.cat(small).numpy()
    return values


def _in_the_way(recipe: Recipe, reasons: Reasons | None = None) -> list[str]:
    """Name the keys that ask for what a frozen network cannot do; chosen values do not ask."""
    tree, found = plain(recipe), []
    for key, idle in WITHOUT_USE.items():
        part, field = key.split(".")
        value = tree[part][field]
        if value not in (idle, "auto") and key not in (reasons or {}):
            found.append(key)
    return found
