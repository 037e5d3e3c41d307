"""A frozen run: features once, then every head of every fold in seconds.

Training images are not augmented: a feature belongs to a file. What a run writes is what any run
writes, so that evaluation, prediction and the report go on as always; ``heads.json`` has the table
of settings and their scores besides.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.app.balancing import sampling_of, shifts_of, weights_of
from dojang.app.building import (
    as_int,
    device_of_run,
    input_spec,
    make_network,
    preprocess_of,
    target_index,
    wants_published,
)
from dojang.app.features import features_of
from dojang.app.fitting import Status
from dojang.app.heads_table import heads_tree
from dojang.app.screen import Screen
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder, write_json
from dojang.core.types import EpochRecord, InputSpec, Manifest, SplitPlan
from dojang.data.cache import PixelStore, Progress, make_store
from dojang.data.sampling import quotas
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network, has_depthwise
from dojang.nn.weights import expected_normalisation, initialise_from
from dojang.objectives.scores import log_losses
from dojang.train.checkpoint import save_weights
from dojang.train.hardware import keep_freed_memory, resolve_precision
from dojang.train.head_choice import (
    FoldHeads,
    FoldRows,
    choose,
    head_probabilities,
    head_settings,
    try_heads,
)
from dojang.train.processes import is_main, wait_for_all
from dojang.train.watch import save_history

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class FrozenData:
    """The features of all samples that are trained on or validated with.

    Attributes:
        ids: n samples, each once.
        features: shape ``(n, D)``, float32.
        targets: class index, shape ``(n,)``.
        network: with its weights; its head is not trained yet.
        precision: what the features were computed in.
        seconds: what that took; little where they were kept.
    """

    ids: tuple[str, ...]
    features: Tensor
    targets: Whole
    network: Network
    precision: str
    seconds: float


def fit_frozen(
    folder: RunFolder,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    pool: DecodePool,
    screen: Screen,
) -> Status:
    """Fit the heads of every fold and keep the best of each."""
    if is_main():  # others have nothing to do
        _fit(folder, recipe, manifest, plan, pool, screen)
    wait_for_all()
    return "finished"


def _fit(
    folder: RunFolder,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    pool: DecodePool,
    screen: Screen,
) -> None:
    keep_freed_memory()
    started = time.monotonic()
    settings = head_settings(recipe.loss.label_smoothing)
    data: dict[int, FrozenData] = {}
    rows: dict[int, FoldRows] = {}
    found: dict[int, FoldHeads] = {}
    seconds = 0.0
    for numbers in _alike(recipe, manifest, plan, pool):
        part = read_frozen(recipe, manifest, plan, numbers, pool, screen)
        lot = [fold_rows(recipe, manifest, plan, part, number) for number in numbers]
        began = time.monotonic()
        tried = try_heads(part.features, part.targets, lot, settings, len(manifest.classes))
        seconds += time.monotonic() - began
        found |= dict(zip(numbers, tried, strict=True))
        rows |= dict(zip(numbers, lot, strict=True))
        data |= dict.fromkeys(numbers, part)
    heads = [found[number] for number in range(plan.folds)]
    chosen = choose(heads, recipe.train.monitor)
    screen.note("frozen.heads", settings=len(settings), folds=plan.folds, seconds=f"{seconds:.1f}")
    tree = heads_tree(settings, heads, chosen, recipe.train.monitor)
    spent = {"features": sum({id(d): d.seconds for d in data.values()}.values()), "heads": seconds}
    facts = {"width": data[0].features.shape[1], "balance": recipe.balance.method, "seconds": spent}
    write_json(folder.heads, tree | facts)
    for number, place in enumerate(chosen):
        _keep(folder, recipe, manifest, number, data[number], heads[number], place)
        record = _record(number, data[number], rows[number], heads[number], place)
        save_history(folder, number, [replace(record, seconds=time.monotonic() - started)])


def read_frozen(
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    numbers: Sequence[int],
    pool: DecodePool,
    screen: Screen,
) -> FrozenData:
    """Compute the features of all samples of some folds, or find them on the disk.

    Args:
        recipe: the network, its weights, how it is fed.
        manifest: the data.
        plan: their split.
        numbers: folds whose network has one and the same input.
        pool: decodes what is not kept.
        screen: where progress is shown.
    """
    parts = [plan.ids(part, n) for n in numbers for part in ("train", "valid")]
    ids = list(dict.fromkeys(i for part in parts for i in part))
    with screen.task("progress.decode") as progress:
        store = pixels_of_ids(recipe, manifest, pool, ids, progress)
    learnt = plan.ids("train", numbers[0])
    statistics = store if _one_input(recipe) else pixels_of_ids(recipe, manifest, pool, learnt)
    spec = input_spec(recipe, statistics)
    network = start_network(recipe, manifest, spec)
    precision = resolve_precision(recipe.train.precision, device_of_run(), has_depthwise(network))
    began = time.monotonic()
    with screen.task("frozen.features") as progress:
        features = features_of(
            network, store, precision, contents=contents_of(manifest, ids),
            cache=recipe.data.cache, progress=progress,
        )  # fmt: skip
    spent = time.monotonic() - began
    return FrozenData(tuple(ids), features, target_index(manifest)(ids), network, precision, spent)


def start_network(recipe: Recipe, manifest: Manifest, spec: InputSpec) -> Network:
    """Build the recipe's network with the weights that it starts from, on the device of the run."""
    network = make_network(recipe, manifest.classes, spec)
    if recipe.model.weights:
        initialise_from(network, recipe.model.name, recipe.model.weights, manifest.classes)
    return network.to(device_of_run()).requires_grad_(False)


def pixels_of_ids(
    recipe: Recipe,
    manifest: Manifest,
    pool: DecodePool,
    ids: Sequence[str],
    progress: Progress | None = None,
) -> PixelStore:
    """Return the pixels of samples, from the cache where they are there."""
    size, how = as_int(recipe.model.size), preprocess_of(recipe)
    contents = contents_of(manifest, ids)
    return make_store(pool, ids, size, how, recipe.data.cache, progress, contents)


def fold_rows(
    recipe: Recipe, manifest: Manifest, plan: SplitPlan, data: FrozenData, number: int
) -> FoldRows:
    """Say how much each sample counts in a fold: as often as it was drawn, times what its class
    weighs. Where the recipe shows a class more often, its samples weigh more by as much."""
    place = {identifier: i for i, identifier in enumerate(data.ids)}
    train = np.array([place[i] for i in plan.ids("train", number)], dtype=np.int64)
    valid = np.array([place[i] for i in plan.ids("valid", number)], dtype=np.int64)
    counts = np.bincount(data.targets[train], minlength=len(manifest.classes))
    shown = quotas(counts, sampling_of(recipe.balance)) / np.maximum(1, counts)
    given = weights_of(recipe.balance, counts)
    each = shown if given is None else shown * given
    drawn = np.bincount(train, minlength=len(data.ids)).astype(np.float64)
    return FoldRows(drawn * each[data.targets], valid, shifts_of(recipe.balance, counts))


def _alike(
    recipe: Recipe, manifest: Manifest, plan: SplitPlan, pool: DecodePool
) -> list[list[int]]:
    """Group folds whose networks normalise alike: all of them, unless the recipe wants statistics
    of each training part."""
    if _one_input(recipe):
        return [list(range(plan.folds))]
    groups: dict[tuple[object, ...], list[int]] = {}
    for number in range(plan.folds):
        spec = input_spec(recipe, pixels_of_ids(recipe, manifest, pool, plan.ids("train", number)))
        groups.setdefault((spec.mean, spec.std), []).append(number)
    return list(groups.values())


def _one_input(recipe: Recipe) -> bool:
    """Do the weights say how pixels are normalised, whatever the training part is?"""
    model = recipe.model
    return wants_published(recipe) and expected_normalisation(model.name, model.weights) is not None


def contents_of(manifest: Manifest, ids: Sequence[str]) -> list[str]:
    """Return SHA-256 of the file of each sample."""
    frame = manifest.samples
    known = dict(zip(frame["id"].tolist(), frame["sha256"].tolist(), strict=True))
    return [known[i] for i in ids]


def _keep(
    folder: RunFolder,
    recipe: Recipe,
    manifest: Manifest,
    number: int,
    data: FrozenData,
    found: FoldHeads,
    place: int,
) -> None:
    """Put a head on the network and write both as the weights of a fold."""
    network = data.network
    linear = next(m for m in network.head.modules() if isinstance(m, torch.nn.Linear))
    with torch.no_grad():
        linear.weight.copy_(found.heads.weight[place])
        linear.bias.copy_(found.heads.bias[place])
    contract = {
        "input": network.spec.to_json(),
        "classes": manifest.classes,
        "model": recipe.model.model_dump(),
    }
    save_weights(folder.weights(number), network.state_dict(), contract)


def _record(
    number: int, data: FrozenData, rows: FoldRows, found: FoldHeads, place: int
) -> EpochRecord:
    """Return the one line of history that a fold has."""
    learnt = np.flatnonzero(rows.train > 0)
    weight, bias = found.heads.weight[place], found.heads.bias[place]
    probabilities = head_probabilities(data.features[torch.from_numpy(learnt)], weight, bias)
    targets = data.targets[learnt]
    return EpochRecord(
        fold=number, epoch=0, step=int(found.heads.steps[place]), lr=0.0,
        objective=float(found.heads.objective[place]),
        train_loss=float(log_losses(probabilities, targets).mean()),
        train_accuracy=float((probabilities.argmax(axis=1) == targets).mean()),
        valid_loss=float(found.losses[place].mean()),
        valid_accuracy=float(found.right[place].mean()),
        images_per_second=len(data.ids) / max(1e-9, data.seconds), seconds=0.0, best=True,
    )  # fmt: skip
