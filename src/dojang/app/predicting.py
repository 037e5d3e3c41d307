"""Predictions of a run: its trained networks, what they say of a part, pictures of its cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.gallery import save_contact_sheet
from dojang.app.building import device_of_run, make_network, target_index
from dojang.app.files import load_contract
from dojang.app.screen import Screen
from dojang.app.seen import Seen, kept_of, see, tapped
from dojang.core.errors import RunError
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder
from dojang.core.types import Manifest, PartName, Predictions, RunRecord, SplitPlan
from dojang.data.cache import PixelStore, make_store
from dojang.data.loader import EvalLoader
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network
from dojang.objectives.losses import LOSSES, LossSettings
from dojang.tasks.classify import Classification
from dojang.train.checkpoint import load_weights
from dojang.train.hardware import keep_freed_memory


def load_networks(folder: RunFolder, record: RunRecord, recipe: Recipe) -> list[Network]:
    """Return the trained networks of a run, one a fold, in evaluation mode and full precision.

    Raises:
        RunError: there are no weights yet.
    """
    keep_freed_memory()
    networks = []
    for number in range(record.folds):
        path = folder.weights(number)
        if not path.is_file():
            continue
        spec = load_contract(path)
        network = make_network(recipe, record.classes, spec)
        load_weights(path, network)
        networks.append(network.eval().requires_grad_(False))
    if not networks:
        raise RunError("run.no_weights", path=folder.path)
    return networks


def predict_part(
    networks: Sequence[Network],
    part: PartName,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    pool: DecodePool,
    screen: Screen,
) -> tuple[Predictions, Seen]:
    """Predict a part. Of the validation part each model predicts the samples that it did not learn
    from (out of fold); of a bootstrap, several models may, and are averaged. Of the test part all
    models predict all, and are averaged.

    Returns:
        The predictions, and what the first model saw in the same images. Those that it does not
        predict, since it learnt from them, it is shown afterwards.
    """
    task = Classification(manifest.classes, LOSSES[recipe.loss.name](LossSettings()))
    targets = target_index(manifest)
    ids: list[str] = []
    first = networks[0]
    if part == "test":
        ids = plan.ids("test")
        with tapped(first, ids, kept_of(first, ids)) as tap:
            found = [_probabilities(task, n, ids, recipe, pool) for n in networks]
        fold = np.full(len(ids), -1 if len(networks) > 1 else 0, dtype=np.int64)
        mean = np.mean(found, axis=0)
        return _predictions(ids, mean, manifest, targets(ids), part, fold), tap.seen
    parts = [plan.ids("valid", number) for number in range(len(networks))]
    kept = kept_of(first, list(dict.fromkeys(i for some in parts for i in some)))
    rows, folds = [], []
    with tapped(first, parts[0], kept) as tap:
        for number, (network, held_out) in enumerate(zip(networks, parts, strict=True)):
            ids += held_out
            rows.append(_probabilities(task, network, held_out, recipe, pool, manifest))
            folds.append(np.full(len(held_out), number, dtype=np.int64))
    values, fold = np.concatenate(rows), np.concatenate(folds)
    if plan.kind == "bootstrap":
        ids, values = average_by_id(ids, values)
        fold = np.full(len(ids), -1, dtype=np.int64)
    wanted = [identifier for identifier in ids if identifier in kept]
    seen = see_others(first, tap.seen, wanted, recipe, manifest, pool, screen)
    return _predictions(ids, values, manifest, targets(ids), part, fold), seen


def see_others(
    network: Network,
    seen: Seen,
    ids: Sequence[str],
    recipe: Recipe,
    manifest: Manifest,
    pool: DecodePool,
    screen: Screen,
) -> Seen:
    """Show the network the images of ``ids`` that it has not seen, and return all that it has."""
    known = set(seen.ids)
    others = [identifier for identifier in dict.fromkeys(ids) if identifier not in known]
    if not others:
        return seen
    with screen.task("mistakes.features") as progress, pool.clock.span("predict"):
        more = see(
            network.to(device_of_run()),
            others,
            lambda some: store_of(network, some, recipe, pool, manifest),
            progress=progress,
        )
    return seen.joined(more)


def average_by_id(
    ids: Sequence[str], probabilities: NDArray[np.float32]
) -> tuple[list[str], NDArray[np.float32]]:
    """Average the rows of each id; return the ids, sorted, each once, and its row.

    Args:
        probabilities: shape ``(len(ids), classes)``.
    """
    names, place = np.unique(np.array(ids, dtype=object), return_inverse=True)
    sums = np.zeros((len(names), probabilities.shape[1]))
    np.add.at(sums, place, probabilities)
    mean = sums / np.bincount(place, minlength=len(names))[:, None]
    return [str(name) for name in names], mean.astype(np.float32)


def save_contacts(folder: RunFolder, pool: DecodePool, manifest: Manifest, plan: SplitPlan) -> None:
    """Keep the contact sheet of the training part."""
    learnt = set(plan.ids("train")) - set(plan.ids("test"))
    frame = manifest.samples[manifest.samples["id"].isin(learnt)]
    with pool.clock.span("predict"):
        save_contact_sheet(folder, pool, list(zip(frame["id"], frame["label"], strict=True)))


def store_of(
    network: Network,
    ids: Sequence[str],
    recipe: Recipe,
    pool: DecodePool,
    decoded: Manifest | None = None,
) -> PixelStore:
    """Return the pixels of samples as the network takes them; those of ``decoded`` may be in the
    cache since training measured on them."""
    if decoded is None or recipe.data.cache not in ("auto", "disk"):
        return PixelStore(pool, tuple(ids), network.spec.size, network.spec.how)
    contents = dict(zip(decoded.samples["id"], decoded.samples["sha256"], strict=True))
    known = [contents[i] for i in ids]
    size, how = network.spec.size, network.spec.how
    return make_store(pool, list(ids), size, how, recipe.data.cache, None, known)


def _probabilities(
    task: Classification,
    network: Network,
    ids: list[str],
    recipe: Recipe,
    pool: DecodePool,
    decoded: Manifest | None = None,
) -> NDArray[np.float32]:
    """Predict samples; those of ``decoded`` may be in the cache since training measured on them."""
    store = store_of(network, ids, recipe, pool, decoded)
    device = device_of_run()
    network.to(device)
    with pool.clock.span("predict"):
        return task.predict(network, EvalLoader(store, np.full(len(ids), -1), device))


def _predictions(
    ids: list[str],
    probabilities: NDArray[np.float32],
    manifest: Manifest,
    targets: NDArray[np.int64],
    part: str,
    fold: NDArray[np.int64],
) -> Predictions:
    values = probabilities.astype(np.float32)
    return Predictions(tuple(ids), values, manifest.classes, targets, part, fold)
