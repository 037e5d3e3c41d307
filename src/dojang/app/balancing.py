"""From the recipe's balance to plain arguments: the loss and the sampling.

``balance.json`` says what each class weighed in training, and how a baseline run does on the same
images.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.balance import compare
from dojang.app.files import load_plan, load_scores
from dojang.app.screen import Screen
from dojang.core.errors import DataError, RecipeError, RunError
from dojang.core.recipe import BalancePart, Recipe, override
from dojang.core.store import RunFolder, open_run_folder, read_json, write_json
from dojang.core.types import Manifest, Predictions, SplitPlan
from dojang.data.sampling import Sampling, quotas
from dojang.objectives.losses import LOSSES, Loss, LossSettings
from dojang.objectives.weights import effective_weights, inverse_weights, logit_shifts

SAMPLINGS: dict[str, Sampling] = {
    "balanced-sampling": "balanced",
    "sqrt-sampling": "sqrt",
    "upsample": "upsample",
    "downsample": "downsample",
}
Whole = NDArray[np.int64]


def class_counts(targets: Whole, manifest: Manifest) -> Whole:
    """Count the images of each class in a training part, shape ``(C,)``."""
    counts: Whole = np.bincount(targets, minlength=len(manifest.classes))
    return counts


def sampling_of(balance: BalancePart) -> Sampling:
    """Return which images an epoch shows."""
    if balance.method == "auto":
        raise RecipeError("recipe.unresolved", value="auto")
    return SAMPLINGS.get(balance.method, "none")


def as_begun(recipe: Recipe) -> Recipe:
    """Return the recipe of a run as it began: one from before there was balancing had none."""
    if recipe.balance.method != "auto":
        return recipe
    return override(recipe, {"balance.method": "none"})


def make_loss(recipe: Recipe, counts: Whole) -> Loss:
    """Make the loss that training minimises.

    Args:
        recipe: names it.
        counts: images of each class in this fold's training part, shape ``(C,)``.
    """
    weights, shifts = weights_of(recipe.balance, counts), shifts_of(recipe.balance, counts)
    settings = LossSettings(
        label_smoothing=recipe.loss.label_smoothing,
        gamma=recipe.loss.gamma,
        weights=None if weights is None else tuple(weights.tolist()),
        shifts=None if shifts is None else tuple(shifts.tolist()),
    )
    return LOSSES[recipe.loss.name](settings)


def weights_of(balance: BalancePart, counts: Whole) -> NDArray[np.float64] | None:
    """Return the weight of each class in the loss, or None where all weigh the same."""
    if balance.method == "class-weights":
        return inverse_weights(counts)
    if balance.method == "effective-number":
        return effective_weights(counts, balance.beta)
    return None


def shifts_of(balance: BalancePart, counts: Whole) -> NDArray[np.float64] | None:
    """Return what training adds to the logit of each class, or None."""
    return logit_shifts(counts, balance.tau) if balance.method == "logit-adjustment" else None


def check_baseline(recipe: Recipe, manifest: Manifest, plan: SplitPlan) -> None:
    """Fail before training where the baseline run cannot be compared with.

    Raises:
        RunError: it is no run, or has no validation predictions.
        DataError: it was made from other data, or validated on other images.
    """
    name = recipe.balance.baseline
    if name is None:
        return
    folder, record = open_run_folder(Path(name))
    if not folder.predictions("valid").is_file():
        raise RunError("balance.baseline_unscored", path=name)
    if record.data.get("hash") != manifest.hash:
        raise DataError("balance.baseline_data", path=name)
    if _validated(load_plan(folder)) != _validated(plan):
        raise DataError("balance.baseline_split", path=name)


def save(
    folder: RunFolder,
    predictions: Predictions,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    screen: Screen,
) -> None:
    """Write ``balance.json``; the predictions are those of the run with its rule."""
    write_json(folder.balance, {
        "method": recipe.balance.method, "loss": recipe.loss.name,
        "classes": exposure(recipe.balance, _learnt(manifest, plan)),
        "baseline": _baseline(recipe.balance.baseline, predictions, screen),
    })  # fmt: skip


def exposure(balance: BalancePart, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Say what each class weighs in training.

    Args:
        balance: the method and its numbers.
        counts: images of each class in the training part of the first fold.

    Returns:
        One entry a class: ``name``, ``images``, ``shown`` (images an epoch), ``weight`` (in the
        loss, None where all are equal), ``shift`` (of its logit in training, or None), ``share``
        (of all that training weighs: shown times weight).
    """
    images = np.array(list(counts.values()), dtype=np.int64)
    shown = quotas(images, sampling_of(balance))
    weights, shifts = weights_of(balance, images), shifts_of(balance, images)
    weighed = shown * (1.0 if weights is None else weights)
    share = weighed / max(1e-12, float(np.sum(weighed)))
    return [
        {
            "name": name,
            "images": int(images[i]),
            "shown": int(shown[i]),
            "weight": None if weights is None else float(weights[i]),
            "shift": None if shifts is None else float(shifts[i]),
            "share": float(share[i]),
        }
        for i, name in enumerate(counts)
    ]


def _learnt(manifest: Manifest, plan: SplitPlan) -> dict[str, int]:
    """Images of each class in the training part of the first fold."""
    ids = set(plan.ids("train", 0))
    labels = manifest.samples.loc[manifest.samples["id"].isin(ids), "label"].value_counts()
    return {name: int(labels.get(name, 0)) for name in manifest.classes}


def _validated(plan: SplitPlan) -> set[str]:
    return {i for fold in range(plan.folds) for i in plan.ids("valid", fold)}


def _baseline(name: str | None, predictions: Predictions, screen: Screen) -> dict[str, Any] | None:
    """Compare with the baseline on the same images; one that has gone since is no failure."""
    if name is None:
        return None
    try:
        folder, record = open_run_folder(Path(name))
        other, _ = load_scores(folder, "valid")
    except RunError as error:
        screen.note("balance.baseline_gone", path=name, reason=error.message)
        return None
    place = {identifier: i for i, identifier in enumerate(other.ids)}
    if set(place) != set(predictions.ids) or other.classes != predictions.classes:
        screen.note("balance.baseline_gone", path=name, reason="")
        return None
    before = other.predicted[[place[i] for i in predictions.ids]]
    found = compare(predictions.targets, before, predictions.predicted, len(predictions.classes))
    head = {"name": record.name, "method": _method_of(folder), "hash": record.data.get("hash")}
    return head | asdict(found)


def _method_of(folder: RunFolder) -> str | None:
    """How the baseline was balanced; older runs do not say."""
    tree = read_json(folder.balance) if folder.balance.is_file() else {}
    method = tree.get("method")
    return method if isinstance(method, str) else None
