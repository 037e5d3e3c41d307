"""Fits for a study: many models of one kind on training sets that are drawn anew.

Heads of a frozen run are refitted on its kept features: these come from weights that were learnt
elsewhere. Of any other run the features are not used for that. They were learnt from the very
images that would be drawn: each of them is at a place that suits its own label, so a head on them
hardly varies, and variance would come out far too small. There whole networks are trained again, by
the loop that every training uses: the run's own recipe, or a small stand-in for it.

What a network has learnt after its last step is judged. The best epoch is not looked for, since the
validation images that would choose it are those on which the fits are scored. All training sets get
the same number of steps: a tenth of the images is shown ten times as often.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from dojang.analysis.study import Fit, Job
from dojang.app.building import as_int, groups_by_id, target_index
from dojang.app.fitting import prepare_fold
from dojang.app.frozen import FrozenData, fold_rows, read_frozen
from dojang.app.probing import Probed, sharpness
from dojang.app.screen import Screen, Silent
from dojang.core.random import generator
from dojang.core.recipe import Recipe, override
from dojang.core.types import DRAWS, Manifest, SplitPlan
from dojang.data.workers import DecodePool
from dojang.objectives.resampling import Design, group_index
from dojang.train.averaging import holding, refresh_norms
from dojang.train.head_choice import HeadSetting, head_probabilities, try_heads
from dojang.train.loop import fit
from dojang.train.plan import Session

Whole = NDArray[np.int64]
_REFRESH_BATCHES = 50
NOISE_SEEDS = tuple(range(3))


@dataclass(frozen=True)
class Ground:
    """Where training sets are drawn from, and what fits are judged on.

    Attributes:
        ids: the pool of training images, each once.
        design: classes and groups of the pool: whole groups are drawn.
        held_out: the validation images.
        groups: index of the group of each of them, or None.
    """

    manifest: Manifest
    ids: tuple[str, ...]
    design: Design
    held_out: tuple[str, ...]
    targets: Whole
    groups: Whole | None
    seed: int


class Fitter(Protocol):
    """Fits one model to a training set."""

    def fit(self, job: Job) -> Fit:
        """Draw the training set of a job, fit the model and let it answer."""
        ...


def ground_of(manifest: Manifest, plan: SplitPlan, seed: int) -> Ground:
    """Take the training and validation images of the first fold; the test part stays sealed."""
    ids = tuple(sorted(set(plan.ids("train", 0))))
    held_out = tuple(sorted(plan.ids("valid", 0)))
    targets, groups = target_index(manifest), groups_by_id(manifest)
    design = Design(len(ids), targets(ids), group_index(ids, groups))
    return Ground(
        manifest, ids, design, held_out, targets(held_out), group_index(held_out, groups), seed
    )


def draw(ground: Ground, job: Job) -> Whole:
    """Return how often each image of the pool is in the training set of a job, ``(n,)``.

    Each class gives its share of units (groups, or else images), at least one.
    """
    design = ground.design
    rng = generator(ground.seed, "study", job.draw, str(job.share), job.seed)
    counts = np.zeros(design.units, dtype=np.int64)
    for members in design.strata_of_units():
        size = max(1, round(job.share * len(members)))
        chosen = rng.choice(members, size, replace=job.draw == "bootstrap")
        counts += np.bincount(chosen, minlength=design.units)
    owner = design.owner
    return counts if owner is None else counts[owner]


def drawn_plan(ground: Ground, counts: Whole) -> SplitPlan:
    """Return a split in which the first model trains on a draw and validates on what is held out;
    every other sample is in no part."""
    import pandas as pd

    used = np.where(counts > 0, "cv", "unused").astype(object)
    held = np.full(len(ground.held_out), "valid", dtype=object)
    frame = pd.DataFrame({
        "id": np.array([*ground.ids, *ground.held_out], dtype=object),
        "part": np.concatenate([used, held]),
        "fold": -1,
        f"{DRAWS}0": np.concatenate([counts, np.zeros(len(held), dtype=np.int64)]),
    })  # fmt: skip
    return SplitPlan(frame, "bootstrap", 1, ground.seed, ground.manifest.hash)


@dataclass(frozen=True)
class Networks:
    """Trains whole networks.

    Attributes:
        recipe: what to train, for the whole pool; a job changes width, batch and seed.
        probed: the images on which the sharpness of a minimum is measured.
    """

    ground: Ground
    recipe: Recipe
    pool: DecodePool
    probed: Probed

    def fit(self, job: Job) -> Fit:
        """Train a network by the product's own loop, and let it answer."""
        began = time.monotonic()
        counts = draw(self.ground, job)
        recipe = self._recipe(job, int(counts.sum()))
        plan = drawn_plan(self.ground, counts)
        session = prepare_fold(recipe, self.ground.manifest, plan, 0, self.pool, Silent())
        events = fit(
            session.trainee, session.task, session.loader, session.accelerator,
            epochs=session.epochs, accumulate=session.accumulate, skip=True,
        )  # fmt: skip
        for _ in events:
            pass
        average = session.trainee.average.weights() if session.trainee.average else None
        with holding(session.network, average or session.network.state_dict()):
            _settle_norms(session)
            answers = session.task.predict(session.network, session.valid).argmax(axis=1)
            sharp = self._sharpness(session) if job.probed else None
        seconds = time.monotonic() - began
        return Fit(job, int(counts.sum()), tuple(answers.tolist()), seconds, sharp)

    def _recipe(self, job: Job, images: int) -> Recipe:
        """As many steps as the whole pool would get in its epochs with this batch size."""
        steps = as_int(self.recipe.train.epochs) * max(1, len(self.ground.ids) // job.batch)
        changes: dict[str, object] = {
            "train.epochs": max(1, round(steps / max(1, images // job.batch))),
            "train.batch_size": job.batch,
            "train.seed": self.ground.seed + job.seed,
            "train.compile": "off",
        }
        if job.capacity:
            changes["model.width"] = int(job.capacity)
        return override(self.recipe, changes)

    def _sharpness(self, session: Session) -> Mapping[str, Any]:
        """In full precision: prepared for less, a network would round its second derivatives."""
        accelerator = session.accelerator
        network = accelerator.unwrap_model(session.trainee.model, keep_fp32_wrapper=False)
        return sharpness(network, self.probed.batches(accelerator.device))


@dataclass(frozen=True)
class HeadFits:
    """Fits linear heads on kept features; the capacity is one over the strength of the penalty."""

    ground: Ground
    recipe: Recipe
    data: FrozenData
    smoothing: float

    def fit(self, job: Job) -> Fit:
        """Fit a head to the best one that there is, and let it answer."""
        began = time.monotonic()
        counts = draw(self.ground, job)
        manifest = self.ground.manifest
        rows = fold_rows(self.recipe, manifest, drawn_plan(self.ground, counts), self.data, 0)
        setting = HeadSetting(1 / job.capacity, self.smoothing)
        features, classes = self.data.features, len(manifest.classes)
        found = try_heads(features, self.data.targets, [rows], [setting], classes)[0].heads
        held = features[torch.from_numpy(rows.valid)]
        answers = head_probabilities(held, found.weight[0], found.bias[0]).argmax(axis=1)
        seconds = time.monotonic() - began
        return Fit(job, int(counts.sum()), tuple(answers.tolist()), seconds)


def head_fits(
    ground: Ground, recipe: Recipe, pool: DecodePool, smoothing: float, screen: Screen
) -> HeadFits:
    """Compute the features of all images, or find them on the disk."""
    plan = drawn_plan(ground, np.ones(len(ground.ids), dtype=np.int64))
    data = read_frozen(recipe, ground.manifest, plan, [0], pool, screen)
    return HeadFits(ground, recipe, data, smoothing)


def _settle_norms(session: Session) -> None:
    """Averaged weights of a swa want statistics of their own."""
    if session.refresh_norms and session.trainee.average:
        some = islice(session.loader.epoch(0), _REFRESH_BATCHES)
        refresh_norms(session.trainee.model, (batch.images for batch in some))
