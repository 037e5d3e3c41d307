"""Which training images are nearest to each image of a part: found once, kept in the run folder.

The training part costs a forward pass; so a seeded sample of it, as even over the classes as these
allow, stands for it, of a size that takes a small share of what the training took.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.nearest import COUNT, Near, Neighbour, balanced_sample, nearest
from dojang.app.building import device_of_run, target_index
from dojang.app.frozen import contents_of
from dojang.app.predicting import store_of
from dojang.app.screen import Screen
from dojang.app.seen import Seen, see
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder, read_parquet, write_parquet
from dojang.core.types import Manifest, Predictions, SplitPlan
from dojang.data.split.units import make_units
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network, has_depthwise
from dojang.train.hardware import resolve_precision
from dojang.train.session import load_history

if TYPE_CHECKING:
    import pandas as pd

MOST, FEWEST = 5000, 500  # training images that are looked at
SHARE = 0.05  # of the images that the training went through; a step costs three forward passes
SEED = 0
NEAR, DISTANCE = "near:", "distance:"


def find_near(
    folder: RunFolder,
    predictions: Predictions,
    seen: Seen,
    network: Network,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    pool: DecodePool,
    screen: Screen,
) -> None:
    """Find the nearest training images of all images of a part that were seen, and keep them in
    ``neighbours/<part>.parquet``.

    Of folds, training images are those of other folds: the network has seen them already. Near-
    duplicates and groups are never dealt to two folds, nor to two parts.
    """
    if plan.folds > 1 and predictions.part == "valid":
        learnt = set(_learnt(plan)) if plan.kind == "bootstrap" else set(seen.ids)
        rows = np.flatnonzero([identifier in learnt for identifier in seen.ids])
        targets = target_index(manifest)([seen.ids[i] for i in rows.tolist()])
        bank = seen.part(rows[balanced_sample(targets, MOST, SEED)])
    else:
        bank = see_bank(folder, network, recipe, manifest, plan, pool, screen)
    held = _together(manifest, plan)
    apart = (held(seen.ids), held(bank.ids))
    near = nearest(seen.rows, bank.rows, COUNT, apart)
    write_parquet(
        folder.neighbours(predictions.part),
        _frame(seen.ids, bank.ids, near),
        {"dojang.bank": str(len(bank.ids)), "dojang.train": str(len(_learnt(plan)))},
    )


def see_bank(
    folder: RunFolder,
    network: Network,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    pool: DecodePool,
    screen: Screen,
) -> Seen:
    """Show the network the sample of its training part, or find the features of a frozen run."""
    learnt = _learnt(plan)
    frozen = recipe.transfer.mode == "frozen"
    shown = len(learnt) * sum(record.fold == 0 for record in load_history(folder))
    most = MOST if frozen else bank_size(shown)
    chosen = balanced_sample(target_index(manifest)(learnt), most, SEED)
    ids = [learnt[i] for i in chosen.tolist()]
    network.to(device_of_run())
    precision = resolve_precision(recipe.train.precision, device_of_run(), has_depthwise(network))
    with screen.task("mistakes.bank") as progress, pool.clock.span("predict"):
        return see(
            network, ids, lambda some: store_of(network, some, recipe, pool, manifest), precision,
            contents=contents_of(manifest, ids) if frozen else None,
            cache=recipe.data.cache, progress=progress,
        )  # fmt: skip


def bank_size(shown: int) -> int:
    """Return how many training images are looked at after a training on ``shown`` images."""
    return int(np.clip(SHARE * shown, FEWEST, MOST))


def load_near(
    folder: RunFolder, part: str, ids: Sequence[str], manifest: Manifest
) -> Mapping[str, tuple[Neighbour, ...]]:
    """Return the neighbours of images by id; images that have none are left out.

    Raises:
        RunError: the run has no neighbours of this part.
    """
    frame = read_parquet(folder.neighbours(part))
    frame = frame[frame["id"].isin(set(ids))]
    labels = dict(zip(manifest.samples["id"], manifest.samples["label"], strict=True))
    found: dict[str, tuple[Neighbour, ...]] = {}
    for row in frame.to_dict("records"):
        pairs = [(row[f"{NEAR}{k}"], float(row[f"{DISTANCE}{k}"])) for k in range(1, COUNT + 1)]
        near = tuple(Neighbour(name, labels[name], d) for name, d in pairs if name in labels)
        if near:
            found[row["id"]] = near
    return found


def _learnt(plan: SplitPlan) -> list[str]:
    """What the first model learnt from, each once."""
    return list(dict.fromkeys(plan.ids("train")))


def _together(manifest: Manifest, plan: SplitPlan) -> Callable[[Sequence[str]], NDArray[np.int64]]:
    """Return a function from ids to numbers ``(n,)``: equal ones were held out together, by fold
    or as near-duplicates, copies and groups."""
    numbers = make_units(manifest).of.copy()
    ids = manifest.samples["id"].tolist()
    if plan.kind == "kfold":
        frame = plan.assignment
        folds = dict(zip(frame["id"], frame["fold"].tolist(), strict=True))
        dealt = np.array([folds.get(identifier, -1) for identifier in ids], dtype=np.int64)
        numbers = np.where(dealt >= 0, -1 - dealt, numbers)
    place = dict(zip(ids, numbers.tolist(), strict=True))
    return lambda some: np.array([place[identifier] for identifier in some], dtype=np.int64)


def _frame(ids: Sequence[str], bank: Sequence[str], near: Near) -> pd.DataFrame:
    import pandas as pd

    names: NDArray[np.object_] = np.array([*bank, None], dtype=object)  # −1 picks the last
    columns: dict[str, object] = {"id": list(ids)}
    for k in range(near.places.shape[1]):
        columns[f"{NEAR}{k + 1}"] = names[near.places[:, k]]
        columns[f"{DISTANCE}{k + 1}"] = near.distances[:, k]
    return pd.DataFrame(columns)
