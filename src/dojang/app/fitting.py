"""Training of every fold: what one model is trained with, and the folds one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
from torch import Tensor

from dojang.analysis.feed import feed_verdict
from dojang.app.balancing import class_counts, make_loss, sampling_of
from dojang.app.building import (
    as_int,
    augment_settings,
    device_of_run,
    early_of,
    input_spec,
    make_network,
    make_trainee,
    planned_epochs,
    preprocess_of,
    target_index,
)
from dojang.app.freezing import begin_transfer
from dojang.app.learning import (
    plateau_of,
)
from dojang.app.screen import Screen
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder
from dojang.core.types import Manifest, SplitPlan
from dojang.data.cache import PixelStore, Progress, make_store
from dojang.data.loader import EvalLoader, TrainLoader
from dojang.data.workers import DecodePool
from dojang.nn.factory import (
    has_depthwise,
)
from dojang.nn.weights import initialise_from
from dojang.nn.whitening import learn_whitening
from dojang.tasks.classify import Classification
from dojang.train.compiling import compile_if
from dojang.train.hardware import (
    keep_freed_memory,
    make_accelerator,
    resolve_precision,
    return_freed_memory,
    use_all_cores,
)
from dojang.train.live import Live
from dojang.train.loop import steps_per_epoch
from dojang.train.plan import Session
from dojang.train.session import load_history, run_session
from dojang.train.signals import Terminated

Status = Literal["running", "interrupted", "diverged", "finished"]
WHITENED_PIXELS = 1_000_000  # of so many a whitening layer is computed
MakeStore = Callable[[list[str], int, Progress | None], PixelStore]


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
        show = partial(screen.training, epochs=session.epochs)
        with Live(folder, number, plan.folds, session.epochs, session.per_epoch) as live:
            ended = run_session(session, folder, live.told(show))
        if ended in ("patience", "limit"):
            screen.note(f"progress.{ended}", duration=getattr(recipe.train, ended))
        if ended == "terminated":
            raise Terminated
        if ended in ("diverged", "interrupted"):
            return ended
        tell_feed(folder, number, screen)
        del session
        return_freed_memory()
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
        initialise_from(network, recipe.model.name, recipe.model.weights, manifest.classes)
    else:
        learn_whitening(network, _first_pixels(probe_store))
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
    loader = replace(loader, early=early_of(recipe, epochs))
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


def _stores(pool: DecodePool, recipe: Recipe, manifest: Manifest) -> MakeStore:
    """Return a function from ids and a side to a store of their pixels."""
    frame = manifest.samples
    contents = dict(zip(frame["id"].tolist(), frame["sha256"].tolist(), strict=True))
    how, cache = preprocess_of(recipe), recipe.data.cache

    def make(ids: list[str], size: int, progress: Progress | None) -> PixelStore:
        known = [contents[i] for i in ids]
        return make_store(pool, ids, size, how, cache, progress, known)

    return make


def _first_pixels(store: PixelStore) -> Tensor:
    """Return as many images as go through any network at once, ``(n, 3, S, S)``."""
    count = min(len(store), max(16, WHITENED_PIXELS // store.size**2))
    return next(iter(store.stream([np.arange(count)])))


def _spread(ids: list[str], count: int) -> list[str]:
    positions = np.linspace(0, len(ids) - 1, min(count, len(ids))).astype(int)
    return [ids[i] for i in positions]
