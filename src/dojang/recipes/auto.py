"""The data decide: what ``auto`` stands for, and why.

Each rule is a few lines with its reason, so that ``dojang init`` can write it beside the value. The
numbers were measured; ``docs/decisions/0004-auto-recipe.md`` says how.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dojang.core.errors import DataError
from dojang.core.i18n import t
from dojang.core.recipe import Recipe, override, plain
from dojang.core.types import Manifest, SplitPlan
from dojang.data.risk import TransformTest
from dojang.data.split import make_plan
from dojang.nn.factory import fits, size_of
from dojang.nn.weights import contract_of, expected_normalisation
from dojang.recipes.muon import share_of_step
from dojang.train.rates import usual_rate

# How many images a training goes through, and the bounds of its epochs. From weights it is fewer
# images; but at a tenth of the rate, few images are to be seen often.
SEEN_IMAGES, EPOCHS = 125_000, (12, 60)
SEEN_PRETRAINED, EPOCHS_PRETRAINED = 30_000, (15, 200)
UNEVEN = 5.0  # largest to smallest class: at 3 the gain is in doubt, at 10 it is clear
MUON_SHARE = 0.6  # of the work of a step; up to a half was measured
DECAYS = {"sgd": 5e-4, "adagrad": 1e-4, "rmsprop": 1e-4, "adam": 1e-4}  # added to the gradient
GRAY_MODES = frozenset({"1", "L", "LA", "I", "I;16", "I;16B", "I;16L"})


@dataclass(frozen=True)
class Facts:
    """What the rules look at: the training part, or everything where no parts are given.

    Attributes:
        sizes: images of each class that has any, of the training part of the plan alone.
    """

    images: int
    short_side: int
    gray: bool
    sizes: tuple[int, ...] = ()
    tests: tuple[TransformTest, ...] = ()

    def shown(self, recipe: Recipe) -> int:
        """Images an epoch: sampling may show more or fewer than there are."""
        if recipe.balance.method not in ("upsample", "downsample") or not self.sizes:
            return self.images
        each = max(self.sizes) if recipe.balance.method == "upsample" else min(self.sizes)
        return max(1, round(self.images * each * len(self.sizes) / sum(self.sizes)))

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


def facts_of(
    manifest: Manifest, valid: float, test: float, tests: Sequence[TransformTest] = ()
) -> Facts:
    """Look at the samples from which will be learnt; the test part is left out."""
    frame = manifest.samples
    given = frame["part"].notna().any()
    learnt = frame[frame["part"] == "train"] if given else frame
    share = 1.0 if given else 1 - valid - test
    short = learnt[["width", "height"]].min(axis=1).median()
    gray = bool(learnt["mode"].isin(GRAY_MODES).all())
    return Facts(max(1, round(len(learnt) * share)), int(short), gray, tests=tuple(tests))


def require_classes(recipe: Recipe, manifest: Manifest) -> None:
    """Raise DataError where the samples pose another problem than to classify images."""
    if manifest.task != "classify":
        task = t(f"source.task.{manifest.task}")
        raise DataError("source.wrong_task", path=recipe.data.source, task=task)


def resolve(
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan | None = None,
    tests: Sequence[TransformTest] = (),
) -> tuple[Recipe, dict[str, Reason]]:
    """Put a value in the place of every ``auto`` that depends on the data.

    Args:
        recipe: with or without ``auto``.
        manifest: the data.
        plan: their split; made from the recipe unless given.
        tests: which transforms were found to change labels, or not.

    Returns:
        The recipe to run, and by key the reason for each value that was chosen here.

    Raises:
        DataError: the samples pose another problem than to classify images.
    """
    require_classes(recipe, manifest)
    facts = facts_of(manifest, recipe.split.valid, recipe.split.test, tests)
    facts = replace(facts, sizes=_sizes(manifest, plan or make_plan(manifest, recipe.split)))
    reasons: dict[str, Reason] = {}
    for key, rule in RULES.items():
        if _value(recipe, key) == "auto":
            value, reasons[key] = rule(facts, recipe)
            recipe = override(recipe, {key: value})
    return recipe, reasons


def _sizes(manifest: Manifest, plan: SplitPlan) -> tuple[int, ...]:
    """Labels of the validation and test parts have no say in what training does."""
    learnt = set(plan.ids("train", 0))
    labels = manifest.samples.loc[manifest.samples["id"].isin(learnt), "label"]
    return tuple(int(n) for n in labels.value_counts() if n)


def _value(recipe: Recipe, key: str) -> Any:
    part, field = key.split(".")
    return plain(recipe)[part][field]


def _balance(facts: Facts, recipe: Recipe) -> Choice:
    if len(facts.sizes) < 2:
        return "none", Reason("auto.balance_few", {})
    if recipe.loss.name == "focal":
        return "none", Reason("auto.balance_given", {})
    ratio = max(facts.sizes) / min(facts.sizes)
    values = {"ratio": f"{ratio:.1f}", "bound": f"{UNEVEN:g}"}
    if ratio < UNEVEN:
        return "none", Reason("auto.balance_even", values)
    return "sqrt-sampling", Reason("auto.balance_uneven", values)


def _size(facts: Facts, recipe: Recipe) -> Choice:
    side = facts.short_side
    source = contract_of(recipe.model.weights)
    if source is not None:
        return source.input.size, Reason("auto.size_source", {"side": side})
    if recipe.model.weights:
        return 224, Reason("auto.size_pretrained", {"side": side})
    size = max(4, side) if side <= 64 else min(128, side // 32 * 32)
    own = size_of(recipe.model.name) if recipe.model.layers is None else None
    if own and not fits(recipe.model.name, size):
        return own, Reason("auto.size_network", {"side": side, "name": recipe.model.name})
    return size, Reason("auto.size", {"side": side, "size": size})


def _scale(facts: Facts, recipe: Recipe) -> Choice:
    weights, name = recipe.model.weights, None if recipe.model.layers else recipe.model.name
    if weights and expected_normalisation(name, weights):
        return "published", Reason("auto.scale_published", {})
    return "zscore", Reason("auto.scale", {})


def _flip(facts: Facts, recipe: Recipe) -> Choice:
    """A mirror is judged by what a small classifier made of mirrored images, where it could."""
    test = next((test for test in facts.tests if test.transform == "horizontal"), None)
    if test and test.moves:
        move = test.moves[0]
        shares = {"before": round(100 * move.before), "after": round(100 * move.after)}
        pair = {"source": move.source, "target": move.target}
        return "none", Reason("auto.flip_changes", {**pair, **shares})
    if test:
        values = {"plain": round(100 * test.plain), "changed": round(100 * test.changed)}
        kept = "none" if test.foreign else "horizontal"
        key = "auto.flip_foreign" if test.foreign else "auto.flip_tested"
        return kept, Reason(key, values)
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
    if recipe.augment.policy != "none":
        return 0.0, Reason("auto.by_policy", {"policy": recipe.augment.policy})
    return 10.0, Reason("auto.rotate", {})


def _shift(facts: Facts, recipe: Recipe) -> Choice:
    if facts.small:
        return 0.1, Reason("auto.shift_small", {})
    return 0.0, Reason("auto.shift", {})


def _color(facts: Facts, recipe: Recipe) -> Choice:
    if recipe.augment.policy != "none":
        return 0.0, Reason("auto.by_policy", {"policy": recipe.augment.policy})
    if facts.small or facts.gray:
        return 0.0, Reason("auto.color_gray", {})
    return 0.3, Reason("auto.color", {})


def _erase(facts: Facts, recipe: Recipe) -> Choice:
    return 0.0, Reason("auto.erase", {})


def _epochs(facts: Facts, recipe: Recipe) -> Choice:
    images = facts.shown(recipe)
    values = {"images": images}
    if recipe.model.weights:
        seen, (fewest, most), key = SEEN_PRETRAINED, EPOCHS_PRETRAINED, "auto.epochs_pretrained"
    else:
        seen, (fewest, most), key = SEEN_IMAGES, EPOCHS, "auto.epochs"
    return min(most, max(fewest, round(seen / images))), Reason(key, values)


def _batch_size(facts: Facts, recipe: Recipe) -> Choice:
    images = facts.shown(recipe)
    largest = 128 if images >= 10_000 else 64
    # At least sixteen steps an epoch, or the schedule has too few to move on.
    fitting = 2 ** int(math.log2(max(8, images / 16)))
    return min(largest, fitting), Reason("auto.batch_size", {"images": images})


def _optimizer(facts: Facts, recipe: Recipe) -> Choice:
    if recipe.model.weights:
        return "adamw", Reason("auto.optimizer_pretrained", {})
    if recipe.optimizer.lr != "auto":
        return "adamw", Reason("auto.optimizer_rate", {"lr": f"{recipe.optimizer.lr:g}"})
    share = share_of_step(recipe)
    if not share:
        return "adamw", Reason("auto.optimizer_unfit", {"name": recipe.model.name})
    values = {"share": max(1, round(100 * share)), "bound": round(100 * MUON_SHARE)}
    if share > MUON_SHARE:
        return "adamw", Reason("auto.optimizer_costly", values)
    return "muon", Reason("auto.optimizer_muon", values)


def _lr(facts: Facts, recipe: Recipe) -> Choice:
    batch = recipe.train.batch_size
    assert isinstance(batch, int)
    lr = usual_rate(recipe.optimizer.name, batch, recipe.optimizer.momentum)
    key = "auto.lr_pretrained" if recipe.model.weights else "auto.lr"
    return lr, Reason(key, {
        "optimizer": recipe.optimizer.name, "batch": batch, "share": f"{recipe.transfer.rate:g}",
    })  # fmt: skip


def _weight_decay(facts: Facts, recipe: Recipe) -> Choice:
    value = DECAYS.get(recipe.optimizer.name, 0.05)
    return value, Reason("auto.weight_decay", {"optimizer": recipe.optimizer.name})


def _warmup(facts: Facts, recipe: Recipe) -> Choice:
    epochs = recipe.train.epochs
    assert isinstance(epochs, int)
    share = 0.25 if recipe.schedule.name == "onecycle" else 0.1
    value = f"{max(0.1, share * epochs):.3g}ep"
    return value, Reason("auto.warmup", {"share": round(100 * share)})


# In this order: later rules look at what earlier ones chose.
RULES: dict[str, Rule] = {
    "balance.method": _balance,
    "model.size": _size,
    "preprocess.scale": _scale,
    "augment.flip": _flip,
    "augment.min_area": _min_area,
    "augment.rotate": _rotate,
    "augment.shift": _shift,
    "augment.color": _color,
    "augment.erase": _erase,
    "train.epochs": _epochs,
    "train.batch_size": _batch_size,
    "optimizer.name": _optimizer,
    "optimizer.lr": _lr,
    "optimizer.weight_decay": _weight_decay,
    "schedule.warmup": _warmup,
}
