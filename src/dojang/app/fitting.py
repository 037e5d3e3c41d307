"""From the recipe to trained models: everything that one model is trained with, and each fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray

from dojang.analysis.feed import feed_verdict
from dojang.app.balancing import class_counts, make_loss, sampling_of
from dojang.app.freezing import begin_transfer, block_rates
from dojang.app.learning import (
    average_of,
    check_schedule,
    groups_of,
    optimizer_settings,
    plateau_of,
    rate_of,
    regularizers_of,
)
from dojang.app.screen import Screen
from dojang.core.errors import DataError, ModelError, Problem, RecipeError
from dojang.core.recipe import ModelPart, Recipe
from dojang.core.store import RunFolder
from dojang.core.types import InputSpec, Manifest, Preprocess, SplitPlan
from dojang.data.cache import PixelStore, Progress, make_store
from dojang.data.loader import EvalLoader, TrainLoader
from dojang.data.normalise import statistics
from dojang.data.preprocess import own_boxes
from dojang.data.transforms import Augment
from dojang.data.workers import DecodePool
from dojang.nn.factory import (
    Network,
    Triple,
    build,
    channels_last_pays,
    has_depthwise,
    locate,
)
from dojang.nn.layers import parse
from dojang.nn.layers import plan as plan_layers
from dojang.nn.surface import blocks_of
from dojang.nn.transfer import set_stage
from dojang.nn.weights import expected_normalisation, initialise_from
from dojang.objectives.losses import LOSSES
from dojang.tasks.classify import Classification
from dojang.train.compiling import compile_if
from dojang.train.hardware import (
    keep_freed_memory,
    make_accelerator,
    resolve_precision,
    use_all_cores,
)
from dojang.train.loop import steps_per_epoch
from dojang.train.optimizers import OPTIMIZERS
from dojang.train.plan import Session
from dojang.train.schedules import SCHEDULES
from dojang.train.session import load_history, run_session
from dojang.train.signals import Terminated
from dojang.train.trainee import Trainee

Status = Literal["running", "interrupted", "diverged", "finished"]
MakeStore = Callable[[list[str], int, Progress | None], PixelStore]
Targets = Callable[[Sequence[str]], NDArray[np.int64]]


def check_names(recipe: Recipe) -> None:
    """Fail on a name that nobody has before any work is done."""
    check_layers(recipe.model)
    if recipe.preprocess.scale == "published" and _published(recipe.model) is None:
        raise RecipeError("preprocess.none_published", name=recipe.model.name)
    _ = LOSSES[recipe.loss.name], OPTIMIZERS[recipe.optimizer.name]
    _ = SCHEDULES[recipe.schedule.name]
    check_schedule(recipe)
    if recipe.regularize.sam and recipe.train.precision == "fp16":
        raise RecipeError("faults.fp16_sam")


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


def _published(model: ModelPart) -> tuple[Triple, Triple] | None:
    """Return mean and spread that the weights of a model were made with, if it has any."""
    return expected_normalisation(None if model.layers else model.name, model.weights)


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
    neutral = (127.5, 127.5, 127.5)
    spec = InputSpec(as_int(recipe.model.size), recipe.preprocess.resize, neutral, neutral)
    network = make_network(recipe, manifest.classes, spec)
    if recipe.model.weights:
        initialise_from(network, recipe.model.name, recipe.model.weights)
    return resolve_precision(recipe.train.precision, device_of_run(), has_depthwise(network))


def fit_all(
    folder: RunFolder,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    pool: DecodePool,
    screen: Screen,
) -> Status:
    """Train the model of every fold; finished ones are not trained again.

    Raises:
        Terminated: the process was asked to end; the state is saved.
    """
    keep_freed_memory()
    use_all_cores()
    for number in range(plan.folds):
        if plan.folds > 1:
            screen.note("progress.fold", number=number + 1, folds=plan.folds)
        with pool.clock.span("prepare"):
            session = prepare_fold(recipe, manifest, plan, number, pool, screen)
        tell_model(recipe.model.name, session, screen)
        ended = run_session(session, folder, partial(screen.training, epochs=session.epochs))
        if ended in ("patience", "limit"):
            screen.note(f"progress.{ended}", duration=getattr(recipe.train, ended))
        if ended == "terminated":
            raise Terminated
        if ended in ("diverged", "interrupted"):
            return ended
        tell_feed(folder, number, screen)
    return "finished"


def tell_model(name: str, session: Session, screen: Screen) -> None:
    """Say what is trained and on what."""
    screen.note(
        "progress.model",
        name=name,
        size=session.loader.size,
        parameters=f"{sum(p.numel() for p in session.network.parameters()):,}",
        precision=session.accelerator.mixed_precision.replace("no", "fp32"),
        device=session.accelerator.device.type,
    )


def tell_feed(folder: RunFolder, fold: int, screen: Screen) -> None:
    """Say how fast batches came, how fast the model took them, and which is the limit."""
    verdict = feed_verdict([r for r in load_history(folder) if r.fold == fold])
    if verdict:
        screen.note(verdict.key, **verdict.values)


def prepare_fold(
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    number: int,
    pool: DecodePool,
    screen: Screen,
) -> Session:
    """Decode, take statistics of the training part, build the network and all that trains it."""
    settings = augment_settings(recipe)
    size = as_int(recipe.model.size)
    train_ids, valid_ids = plan.ids("train", number), plan.ids("valid", number)
    store_of = _stores(pool, recipe, manifest)
    with screen.task("progress.decode") as progress:
        store = store_of(train_ids, settings.stored_size(size), progress)
    valid_store = store_of(valid_ids, size, None)
    probe_ids = _spread(train_ids, min(1000, len(valid_ids)))
    probe_store = store_of(probe_ids, size, None)
    spec = input_spec(recipe, store)
    network = make_network(recipe, manifest.classes, spec)
    if recipe.model.weights:
        initialise_from(network, recipe.model.name, recipe.model.weights)
    compile_if(recipe.train.compile, network, device_of_run(), partial(_tell_uncompiled, screen))
    accelerator = make_accelerator(
        resolve_precision(recipe.train.precision, device_of_run(), has_depthwise(network))
    )
    targets = target_index(manifest)
    micro = max(1, as_int(recipe.train.batch_size) // recipe.train.accumulate)
    loader = TrainLoader(
        store, targets(train_ids), size, micro, settings, recipe.train.seed, accelerator.device,
        accelerator.process_index, accelerator.num_processes, sampling_of(recipe.balance),
        pool.clock,
    )  # fmt: skip
    begin_transfer(recipe, network, steps_per_epoch(loader, recipe.train.accumulate))
    loss = make_loss(recipe, class_counts(loader.targets, manifest))
    task = Classification(manifest.classes, loss)
    per_epoch = steps_per_epoch(loader, recipe.train.accumulate)
    epochs = planned_epochs(recipe, per_epoch)
    trainee = make_trainee(recipe, network, task, accelerator, loader, epochs)
    train, device = recipe.train, accelerator.device
    return Session(
        fold=number,
        trainee=trainee,
        task=task,
        loader=loader,
        valid=EvalLoader(valid_store, targets(valid_ids), device),
        probe=EvalLoader(probe_store, targets(probe_ids), device),
        accelerator=accelerator,
        clock=pool.clock,
        epochs=epochs,
        monitor=train.monitor,
        patience=train.patience,
        limit=train.limit,
        checkpoint=train.checkpoint,
        accumulate=train.accumulate,
        on_nan=train.on_nan,
        plateau=plateau_of(
            recipe,
            steps_per_epoch(loader, train.accumulate) * epochs,
            steps_per_epoch(loader, train.accumulate),
        ),
        refresh_norms=recipe.average.kind == "swa",
        contract={
            "input": spec.to_json(),
            "classes": manifest.classes,
            "model": recipe.model.model_dump(),
        },
    )


def _tell_uncompiled(screen: Screen, reason: str) -> None:
    screen.note("finders.compile_failed", reason=reason)


def input_spec(recipe: Recipe, store: PixelStore) -> InputSpec:
    """Fix the data contract: statistics of the training part alone, unless the weights to start
    from were trained with others."""
    how, scale = preprocess_of(recipe), recipe.preprocess.scale
    model = recipe.model
    published = _published(model) if wants_published(recipe) else None
    mean, std = published or statistics(store, "zscore" if scale == "auto" else scale)
    return InputSpec(
        as_int(model.size), how.resize, mean, std, decode=store.pool.rules, preprocess=how
    )


def wants_published(recipe: Recipe) -> bool:
    """Are pixels normalised as published weights want it? Recipes of old runs still say auto."""
    scale = recipe.preprocess.scale
    return scale == "published" or (scale == "auto" and recipe.model.weights is not None)


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


def device_of_run() -> torch.device:
    from accelerate import PartialState

    device: torch.device = PartialState().device
    return device


def _stores(pool: DecodePool, recipe: Recipe, manifest: Manifest) -> MakeStore:
    """Return a function from ids and a side to a store of their pixels."""
    frame = manifest.samples
    contents = dict(zip(frame["id"].tolist(), frame["sha256"].tolist(), strict=True))
    how, cache = preprocess_of(recipe), recipe.data.cache

    def make(ids: list[str], size: int, progress: Progress | None) -> PixelStore:
        known = [contents[i] for i in ids]
        return make_store(pool, ids, size, how, cache, progress, known)

    return make


def planned_epochs(recipe: Recipe, per_epoch: int) -> int:
    """A limit in epochs or steps shortens the schedule too; one in time merely stops it."""
    epochs = as_int(recipe.train.epochs)
    steps = recipe.train.limit.steps(per_epoch) if recipe.train.limit else None
    return epochs if steps is None else min(epochs, max(1, -(-steps // per_epoch)))


def _spread(ids: list[str], count: int) -> list[str]:
    positions = np.linspace(0, len(ids) - 1, min(count, len(ids))).astype(int)
    return [ids[i] for i in positions]


def as_int(value: object) -> int:
    if not isinstance(value, int):
        raise RecipeError("recipe.unresolved", value=value)
    return value


def as_float(value: object) -> float:
    if not isinstance(value, int | float):
        raise RecipeError("recipe.unresolved", value=value)
    return float(value)
