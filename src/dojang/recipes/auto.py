"""The data decide: what ``auto`` stands for, and why.

Each rule is a few lines with its reason, so that ``dojang init`` can write it beside the value. The
numbers were measured; ``docs/decisions/0004-auto-recipe.md`` says how.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dojang.core.errors import DataError
from dojang.core.i18n import t
from dojang.core.recipe import Recipe, override, plain
from dojang.core.types import Manifest

SEEN_IMAGES = 125_000  # images that a training from scratch goes through, at least
FEWEST_EPOCHS, MOST_EPOCHS = 12, 60
PRETRAINED_EPOCHS = 15
GRAY_MODES = frozenset({"1", "L", "LA", "I", "I;16", "I;16B", "I;16L"})


@dataclass(frozen=True)
class Facts:
    """What the rules look at: the training part, or everything where no parts are given."""

    images: int
    short_side: int
    gray: bool

    @property
    def small(self) -> bool:
        """Small pictures lose too much in a crop."""
        return self.short_side < 32


@dataclass(frozen=True)
class Reason:
    """Why a field has its value, as a message with values, so that it speaks any language."""

    key: str
    values: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "values": dict(self.values)}


Choice = tuple[Any, Reason]
Rule = Callable[[Facts, Recipe], Choice]


def facts_of(manifest: Manifest, valid: float, test: float) -> Facts:
    """Look at the samples from which will be learnt; the test part is left out."""
    frame = manifest.samples
    given = frame["part"].notna().any()
    learnt = frame[frame["part"] == "train"] if given else frame
    share = 1.0 if given else 1 - valid - test
    short = learnt[["width", "height"]].min(axis=1).median()
    gray = bool(learnt["mode"].isin(GRAY_MODES).all())
    return Facts(max(1, round(len(learnt) * share)), int(short), gray)


def resolve(recipe: Recipe, manifest: Manifest) -> tuple[Recipe, dict[str, Reason]]:
    """Put a value in the place of every ``auto`` that depends on the data.

    Returns:
        The recipe to run, and by key the reason for each value that was chosen here.

    Raises:
        DataError: the samples pose another problem than to classify images.
    """
    if manifest.task != "classify":
        task = t(f"source.task.{manifest.task}")
        raise DataError("source.wrong_task", path=recipe.data.source, task=task)
    facts = facts_of(manifest, recipe.split.valid, recipe.split.test)
    reasons: dict[str, Reason] = {}
    for key, rule in RULES.items():
        if _value(recipe, key) == "auto":
            value, reasons[key] = rule(facts, recipe)
            recipe = override(recipe, {key: value})
    return recipe, reasons


def _value(recipe: Recipe, key: str) -> Any:
    part, field = key.split(".")
    return plain(recipe)[part][field]


def _size(facts: Facts, recipe: Recipe) -> Choice:
    side = facts.short_side
    if recipe.model.weights:
        return 224, Reason("auto.size_pretrained", {"side": side})
    size = max(4, side) if side <= 64 else min(128, side // 32 * 32)
    return size, Reason("auto.size", {"side": side, "size": size})


def _flip(facts: Facts, recipe: Recipe) -> Choice:
    if facts.gray:
        return "none", Reason("auto.flip_gray", {})
    return "horizontal", Reason("auto.flip", {})


def _min_area(facts: Facts, recipe: Recipe) -> Choice:
    if facts.small:
        return 1.0, Reason("auto.no_crop", {"side": facts.short_side})
    if facts.short_side < 64:
        return 0.6, Reason("auto.crop_small", {"side": facts.short_side})
    return 0.35, Reason("auto.crop", {})


def _rotate(facts: Facts, recipe: Recipe) -> Choice:
    return 10.0, Reason("auto.rotate", {})


def _shift(facts: Facts, recipe: Recipe) -> Choice:
    if facts.small:
        return 0.1, Reason("auto.shift_small", {})
    return 0.0, Reason("auto.shift", {})


def _color(facts: Facts, recipe: Recipe) -> Choice:
    if facts.small or facts.gray:
        return 0.0, Reason("auto.color_gray", {})
    return 0.3, Reason("auto.color", {})


def _erase(facts: Facts, recipe: Recipe) -> Choice:
    return 0.0, Reason("auto.erase", {})


def _epochs(facts: Facts, recipe: Recipe) -> Choice:
    values = {"images": facts.images}
    if recipe.model.weights:
        return PRETRAINED_EPOCHS, Reason("auto.epochs_pretrained", values)
    epochs = min(MOST_EPOCHS, max(FEWEST_EPOCHS, round(SEEN_IMAGES / facts.images)))
    return epochs, Reason("auto.epochs", values)


def _batch_size(facts: Facts, recipe: Recipe) -> Choice:
    largest = 128 if facts.images >= 10_000 else 64
    # At least sixteen steps an epoch, or the schedule has too few to move on.
    fitting = 2 ** int(math.log2(max(8, facts.images / 16)))
    return min(largest, fitting), Reason("auto.batch_size", {"images": facts.images})


def _lr(facts: Facts, recipe: Recipe) -> Choice:
    batch = recipe.train.batch_size
    base = 0.1 if recipe.optimizer.name == "sgd" else 2e-3
    scale = 0.1 if recipe.model.weights else 1.0
    # Adam's step grows with the square root of the batch, SGD's with the batch itself.
    assert isinstance(batch, int)
    growth = batch / 64 if recipe.optimizer.name == "sgd" else math.sqrt(batch / 64)
    lr = float(f"{base * scale * min(2.0, growth):.2g}")
    key = "auto.lr_pretrained" if recipe.model.weights else "auto.lr"
    return lr, Reason(key, {"optimizer": recipe.optimizer.name, "batch": batch})


def _weight_decay(facts: Facts, recipe: Recipe) -> Choice:
    value = 5e-4 if recipe.optimizer.name == "sgd" else 0.05
    return value, Reason("auto.weight_decay", {"optimizer": recipe.optimizer.name})


def _warmup(facts: Facts, recipe: Recipe) -> Choice:
    epochs = recipe.train.epochs
    assert isinstance(epochs, int)
    share = 0.25 if recipe.schedule.name == "onecycle" else 0.1
    value = f"{max(0.1, share * epochs):.3g}ep"
    return value, Reason("auto.warmup", {"share": round(100 * share)})


# In this order: later rules look at what earlier ones chose.
RULES: dict[str, Rule] = {
    "model.size": _size,
    "augment.flip": _flip,
    "augment.min_area": _min_area,
    "augment.rotate": _rotate,
    "augment.shift": _shift,
    "augment.color": _color,
    "augment.erase": _erase,
    "train.epochs": _epochs,
    "train.batch_size": _batch_size,
    "optimizer.lr": _lr,
    "optimizer.weight_decay": _weight_decay,
    "schedule.warmup": _warmup,
}
