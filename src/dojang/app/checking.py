"""What can be found wrong with a recipe before any work is done."""

from __future__ import annotations

import torch

from dojang.app.building import as_int, device_of_run, make_network, preprocess_of, published_for
from dojang.app.learning import (
    check_schedule,
)
from dojang.core.errors import DataError, ModelError, Problem, RecipeError
from dojang.core.recipe import ModelPart, Recipe
from dojang.core.types import InputSpec, Manifest
from dojang.data.preprocess import own_boxes
from dojang.nn.factory import Network, has_depthwise, locate
from dojang.nn.layers import parse
from dojang.nn.layers import plan as plan_layers
from dojang.nn.modes import evaluating
from dojang.nn.weights import initialise_from
from dojang.objectives.losses import LOSSES
from dojang.train.hardware import (
    resolve_precision,
)
from dojang.train.optimizers import OPTIMIZERS
from dojang.train.schedules import SCHEDULES


def check_names(recipe: Recipe) -> None:
    """Fail on a name that nobody has before any work is done."""
    check_layers(recipe.model)
    if recipe.preprocess.scale == "published" and published_for(recipe.model) is None:
        raise RecipeError("preprocess.none_published", name=recipe.model.name)
    _ = LOSSES[recipe.loss.name], SCHEDULES[recipe.schedule.name]
    if recipe.optimizer.name != "auto":
        _ = OPTIMIZERS[recipe.optimizer.name]
    check_schedule(recipe)
    if recipe.train.early_epochs and recipe.train.early_size is None:
        raise RecipeError("train.early_alone")
    if recipe.regularize.sam and recipe.train.precision == "fp16":
        raise RecipeError("faults.fp16_sam")


def _check_early(network: Network, recipe: Recipe, early: int) -> None:
    """Fail where the images of the first epochs are not smaller, or too small for the network."""
    if early >= as_int(recipe.model.size):
        raise RecipeError("train.early_not_smaller", early=early, size=recipe.model.size)
    with evaluating(network), torch.no_grad():
        try:
            network(torch.zeros(1, 3, early, early))
        except (RuntimeError, AssertionError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            name = recipe.model.name
            raise ModelError("train.early_unfit", name=name, size=early, reason=reason) from error


def check_layers(model: ModelPart) -> None:
    """Fail on a model that nobody has, or on layers that do not fit; no network is built.

    Raises:
        ModelError: no such model, or published weights are wanted for layers of one's own.
        RecipeError: layers that cannot be read, or whose shapes do not fit; all problems at once.
    """
    if model.layers is None:
        locate(model.name)
        return
    plan_layers(parse(model.layers), model.size if isinstance(model.size, int) else None)
    if model.weights == "hub":
        raise ModelError("weights.no_hub", name=model.name)


def check_boxes(recipe: Recipe, manifest: Manifest) -> None:
    """Fail where images are to be cut to their boxes and one has none, or several."""
    if not preprocess_of(recipe).wants_boxes:
        return
    boxes = own_boxes(manifest.samples)
    problems = [
        Problem("preprocess.not_one_box", {"name": identifier})
        for identifier in manifest.samples["id"]
        if identifier not in boxes
    ]
    if problems:
        raise DataError("preprocess.boxes", problems=problems)


def check_model(recipe: Recipe, manifest: Manifest) -> str:
    """Build the network once, so that a size or weights that do not fit are found out before
    anything is written; return the precision that it will be trained in."""
    spec = InputSpec.neutral(as_int(recipe.model.size), recipe.preprocess.resize)
    network = make_network(recipe, manifest.classes, spec)
    if recipe.model.weights:
        initialise_from(network, recipe.model.name, recipe.model.weights, manifest.classes)
    if recipe.train.early_size is not None:
        _check_early(network, recipe, recipe.train.early_size)
    return resolve_precision(recipe.train.precision, device_of_run(), has_depthwise(network))
