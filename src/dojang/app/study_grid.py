"""What a study fits: which kind of model, how large, on how many images, how often."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dojang.analysis.study import Grid
from dojang.app.building import as_int
from dojang.app.refits import Ground
from dojang.core.errors import DataError
from dojang.core.recipe import Recipe, override
from dojang.core.store import RunFolder, read_json
from dojang.core.types import Manifest, SplitPlan
from dojang.recipes.auto import resolve

SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)
BATCHES = (16, 64, 256)
STRENGTHS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)  # of the penalty on a head
STAND_IN = {"model.name": "convnet", "model.layers": None, "model.weights": None}
STAND_IN_SIZE, STAND_IN_WIDTH = 32, 16
SEEN = 20_000  # images that a stand-in is shown, in all its epochs
EPOCHS = (5, 40)
NARROWEST, WIDEST = 8, 512  # what the recipe allows


@dataclass(frozen=True)
class Wish:
    """What a user asks of a study.

    Attributes:
        refits: bootstrap draws of each kind of model and size.
        seeds: subsets of each size, trainings with each batch size.
        sizes: of training sets: shares up to 1, or numbers of images; empty for the usual ones.
        own: fit the run's own network by its own recipe, not a small stand-in.
        minutes: after which no further fit is begun.
    """

    refits: int = 8
    seeds: int = 3
    sizes: tuple[float, ...] = ()
    own: bool = False
    minutes: float = 30.0


def parse_sizes(text: str | None) -> tuple[float, ...]:
    """Read ``0.25,0.5,1`` or ``100,200``.

    Raises:
        DataError: a part is no number.
    """
    found, wrong = [], []
    for part in (text or "").replace(" ", "").split(",") if text else []:
        try:
            found.append(float(part))
        except ValueError:
            wrong.append(part)
    if wrong:
        raise DataError("study.sizes_unread", sizes=", ".join(wrong))
    return tuple(found)


def study_recipe(
    recipe: Recipe, manifest: Manifest, plan: SplitPlan, ground: Ground, wish: Wish
) -> Recipe:
    """Return what networks are trained by: the run's own recipe, or that of a small convnet which
    sees the same data, changed in the same ways, balanced alike."""
    if wish.own:
        return override(recipe, {"train.compile": "off"})
    size = min(as_int(recipe.model.size), STAND_IN_SIZE)
    epochs = int(np.clip(round(SEEN / len(ground.ids)), *EPOCHS))
    small = Recipe(
        data=recipe.data, decode=recipe.decode, split=recipe.split, preprocess=recipe.preprocess,
        augment=recipe.augment, balance=recipe.balance,
    )  # fmt: skip
    changes: dict[str, object] = STAND_IN | {
        "model.size": size, "model.width": STAND_IN_WIDTH, "train.epochs": epochs,
        "train.seed": recipe.train.seed, "train.precision": recipe.train.precision,
        "train.compile": "off",
    }  # fmt: skip
    if recipe.model.weights:
        changes["preprocess.scale"] = "zscore"
    return resolve(override(small, changes), manifest, plan)[0]


def grid_of(folder: RunFolder, recipe: Recipe, way: str, wish: Wish, images: int) -> Grid:
    """Lay out the fits.

    Raises:
        DataError: a size is no size, or larger than the training part.
    """
    shares = _shares(wish.sizes, images)
    if way == "heads":
        strengths = tuple(float(round(1 / strength)) for strength in STRENGTHS)
        chosen = 1 / _chosen(folder)["strength"]
        base = min(strengths, key=lambda value: abs(math.log(value / chosen)))
        return Grid(strengths, base, shares, (), 0, wish.refits, wish.seeds)
    batch = min(as_int(recipe.train.batch_size), images)
    batches = tuple(size for size in BATCHES if size <= images // 2) or (batch,)
    if recipe.model.layers is not None or recipe.model.name != "convnet":
        return Grid((0.0,), 0.0, shares, batches, batch, wish.refits, wish.seeds)
    base = recipe.model.width
    widths = {max(NARROWEST, base // 2), base, min(WIDEST, 2 * base)}
    capacities = tuple(float(width) for width in sorted(widths))
    return Grid(capacities, float(base), shares, batches, batch, wish.refits, wish.seeds)


def smoothing_of(folder: RunFolder, recipe: Recipe) -> float:
    """Return the label smoothing of the head that the run keeps."""
    return float(_chosen(folder).get("smoothing", recipe.loss.label_smoothing))


def _chosen(folder: RunFolder) -> dict[str, float]:
    """The setting of the head that the first fold keeps."""
    settings = read_json(folder.heads)["settings"]
    return next((line for line in settings if 0 in line["folds"]), settings[0])


def _shares(sizes: tuple[float, ...], images: int) -> tuple[float, ...]:
    """Return sizes as shares of the pool, ascending; the whole of it is always among them."""
    shares = [size if size <= 1 else size / images for size in sizes] or list(SHARES)
    wrong = [f"{size:g}" for size, share in zip(sizes, shares, strict=False) if not 0 < share <= 1]
    if wrong:
        raise DataError("study.sizes", sizes=", ".join(wrong), images=images)
    return tuple(sorted({*shares, 1.0}))
