"""From the recipe to a network and all that trains it: plain arguments for the layers below."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray

from dojang.app.freezing import block_rates
from dojang.app.learning import (
    average_of,
    groups_of,
    optimizer_settings,
    rate_of,
    regularizers_of,
)
from dojang.core.errors import RecipeError
from dojang.core.recipe import ModelPart, Recipe
from dojang.core.types import InputSpec, Manifest, Preprocess
from dojang.data.cache import PixelStore
from dojang.data.loader import Early, TrainLoader
from dojang.data.normalise import statistics
from dojang.data.transforms import Augment
from dojang.nn.factory import (
    Network,
    Triple,
    build,
    channels_last_pays,
)
from dojang.nn.surface import blocks_of
from dojang.nn.transfer import set_stage
from dojang.nn.weights import expected_normalisation
from dojang.tasks.classify import Classification
from dojang.train.loop import steps_per_epoch
from dojang.train.optimizers import OPTIMIZERS
from dojang.train.trainee import Trainee

Targets = Callable[[Sequence[str]], NDArray[np.int64]]


def input_spec(recipe: Recipe, store: PixelStore) -> InputSpec:
    """Fix the data contract: statistics of the training part alone, unless the weights to start
    from were trained with others."""
    how, scale = preprocess_of(recipe), recipe.preprocess.scale
    model = recipe.model
    published = published_for(model) if wants_published(recipe) else None
    mean, std = published or statistics(store, "zscore" if scale == "auto" else scale)
    return InputSpec(
        as_int(model.size), how.resize, mean, std, decode=store.pool.rules, preprocess=how
    )


def wants_published(recipe: Recipe) -> bool:
    """Are pixels normalised as published weights want it? Recipes of old runs still say auto."""
    scale = recipe.preprocess.scale
    return scale == "published" or (scale == "auto" and recipe.model.weights is not None)


def published_for(model: ModelPart) -> tuple[Triple, Triple] | None:
    """Return mean and spread that the weights of a model were made with, if it has any."""
    return expected_normalisation(None if model.layers else model.name, model.weights)


def preprocess_of(recipe: Recipe) -> Preprocess:
    """Return what is done to every image."""
    return Preprocess(**recipe.preprocess.model_dump(exclude={"scale"}))


def augment_settings(recipe: Recipe) -> Augment:
    """Return how far training images are changed."""
    return Augment(**recipe.augment.model_dump())


def make_network(recipe: Recipe, classes: Sequence[str], spec: InputSpec) -> Network:
    """Build the recipe's network with random weights."""
    model = recipe.model
    return build(
        model.name, len(classes), spec,
        width=model.width, dropout=model.dropout, drop_path=model.drop_path,
        layers=model.layers, seed=recipe.train.seed,
    )  # fmt: skip


def make_trainee(
    recipe: Recipe,
    network: Network,
    task: Classification,
    accelerator: Accelerator,
    loader: TrainLoader,
    epochs: int,
) -> Trainee:
    """Attach optimiser and schedule to the network and put it on its device."""
    pays = channels_last_pays(accelerator.device, accelerator.mixed_precision)
    if recipe.train.layout == "channels-last" or (recipe.train.layout == "auto" and pays):
        network.to(memory_format=torch.channels_last)
    per_epoch = steps_per_epoch(loader, recipe.train.accumulate)
    total = max(1, per_epoch * epochs)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`broadcast_buffers` is deprecated", FutureWarning)
        model = accelerator.prepare(network)
    optimizers, rates = {}, {}
    for name, parameters in task.parameters(model).items():
        wanted = set(parameters)
        blocks = [[p for p in block.parameters() if p in wanted] for block in blocks_of(network)]
        groups = groups_of(recipe, blocks, block_rates(recipe, network))
        plain = OPTIMIZERS[recipe.optimizer.name](groups, optimizer_settings(recipe))
        for group in plain.param_groups:
            group["initial_lr"] = group["lr"]
        rates[name] = rate_of(recipe, total, per_epoch)
        optimizers[name] = accelerator.prepare(plain)
    return Trainee(
        model,
        network,
        optimizers,
        rates,
        regularizers_of(recipe),
        stage=stage_of(network),
        average=average_of(recipe, network, total, per_epoch),
    )


def stage_of(network: Network) -> Callable[[int], None] | None:
    """Return what freezes and unfreezes blocks at the beginning of an epoch, if anything does."""
    if network.thaw is None:
        return None

    def begin(epoch: int) -> None:
        set_stage(network, epoch)

    return begin


def target_index(manifest: Manifest) -> Targets:
    """Return a function from ids to class indices ``(n,)``."""
    index = {name: i for i, name in enumerate(manifest.classes)}
    labels = dict(zip(manifest.samples["id"], manifest.samples["label"], strict=True))

    def targets(ids: Sequence[str]) -> NDArray[np.int64]:
        return np.array([index[labels[i]] for i in ids], dtype=np.int64)

    return targets


def groups_by_id(manifest: Manifest) -> dict[str, str]:
    """Return the group of each sample that has one."""
    frame = manifest.samples[manifest.samples["group"].notna()]
    return dict(zip(frame["id"], frame["group"], strict=True))


def planned_epochs(recipe: Recipe, per_epoch: int) -> int:
    """A limit in epochs or steps shortens the schedule too; one in time merely stops it."""
    epochs = as_int(recipe.train.epochs)
    steps = recipe.train.limit.steps(per_epoch) if recipe.train.limit else None
    return epochs if steps is None else min(epochs, max(1, -(-steps // per_epoch)))


def early_of(recipe: Recipe, epochs: int) -> Early | None:
    """Return the smaller images that the first epochs see: half of all, unless it is said."""
    train = recipe.train
    if train.early_size is None:
        return None
    return Early(train.early_size, min(epochs, train.early_epochs or epochs // 2))


def device_of_run() -> torch.device:
    from accelerate import PartialState

    device: torch.device = PartialState().device
    return device


def as_int(value: object) -> int:
    if not isinstance(value, int):
        raise RecipeError("recipe.unresolved", value=value)
    return value


def as_float(value: object) -> float:
    if not isinstance(value, int | float):
        raise RecipeError("recipe.unresolved", value=value)
    return float(value)
