"""``dojang preview``: what the network will see, before anything is trained."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.analysis.preview import Preview, Row, Setting, Version
from dojang.app import building, checking, files, stages
from dojang.app.run import recipe_for
from dojang.app.screen import Screen
from dojang.core.errors import DataError
from dojang.core.i18n import t
from dojang.core.random import generator
from dojang.core.recipe import Recipe, override, plain
from dojang.core.types import Manifest, SplitPlan
from dojang.data.cache import PixelStore
from dojang.data.risk import TransformTest, at_risk, warning_values
from dojang.data.split import make_plan
from dojang.data.transforms import Augment, augment, draw_mix, mix
from dojang.data.workers import DecodePool
from dojang.recipes.auto import Reason, resolve

EPOCHS = 6


def make_preview(source: str, settings: Mapping[str, Any], count: int, screen: Screen) -> Preview:
    """Look at the data as ``dojang train`` does, and draw some of its training images.

    Args:
        source: labelled images, or a recipe.
        settings: dotted keys of the recipe.
        count: how many images, spread over the classes.
        screen: where progress is shown.

    Raises:
        DataError: the data cannot be learnt from as they are.
    """
    recipe = override(recipe_for(source), settings)
    checking.check_names(recipe)
    manifest, survey = stages.survey_data(recipe, screen)
    plan = make_plan(manifest, recipe.split, files.load_kept(recipe.split.keep))
    tests = stages.find_risks(manifest, survey, plan)
    recipe, reasons = resolve(recipe, manifest, plan, tests)
    checking.check_boxes(recipe, manifest)
    changes = building.augment_settings(recipe)
    with stages.open_pool(recipe, manifest.source, manifest=manifest) as pool:
        rows = draw_rows(recipe, manifest, plan, pool, count)
    return Preview(
        name=Path(recipe.data.source).name or recipe.data.source,
        size=building.as_int(recipe.model.size),
        rows=tuple(rows),
        settings=tuple(_settings(recipe, reasons)),
        tests=tuple(tests),
        warnings=tuple(_warnings(changes, tests)),
        command=shlex.join(["dojang", "preview", source]),
        mixed=changes.mixup > 0 or changes.cutmix > 0,
    )


def draw_rows(
    recipe: Recipe, manifest: Manifest, plan: SplitPlan, pool: DecodePool, count: int
) -> list[Row]:
    """Return some training images as they are, and as they will be in the first epochs."""
    learnt = plan.ids("train")
    targets = building.target_index(manifest)(learnt)
    positions = _spread(targets, count, recipe.train.seed)
    changes, size = building.augment_settings(recipe), building.as_int(recipe.model.size)
    how, ids = building.preprocess_of(recipe), [learnt[i] for i in positions]
    stored = PixelStore(pool, tuple(ids), changes.stored_size(size), how)
    seen = PixelStore(pool, tuple(ids), size, how)
    every = np.arange(len(ids))
    images, as_they_are = next(stored.stream([every])), next(seen.stream([every]))
    labels = [manifest.classes[i] for i in targets[positions]]
    epochs = [
        _epoch(images, positions, labels, changes, size, recipe.train.seed, epoch)
        for epoch in range(EPOCHS)
    ]
    plain_pixels = _pixels(as_they_are.float())
    return [
        Row(ids[i], labels[i], plain_pixels[i], tuple(versions[i] for versions in epochs))
        for i in range(len(ids))
    ]


def _epoch(
    images: Tensor,
    positions: NDArray[np.int64],
    labels: Sequence[str],
    changes: Augment,
    size: int,
    seed: int,
    epoch: int,
) -> list[Version]:
    """Return every image as it is in one epoch."""
    changed = augment(images, positions, changes, size, seed, epoch)
    how = draw_mix(changes, len(images), size, seed, epoch, 0)
    if how is None:
        return [
            Version(p, ((label, 1.0),)) for p, label in zip(_pixels(changed), labels, strict=True)
        ]
    versions = []
    for i, pixels in enumerate(_pixels(mix(changed, how))):
        shares: dict[str, float] = defaultdict(float)
        shares[labels[i]] += how.weight
        shares[labels[how.partners[i]]] += 1 - how.weight
        versions.append(Version(pixels, tuple(shares.items())))
    return versions


def _pixels(images: Tensor) -> list[NDArray[np.uint8]]:
    """Return each image of ``(B, 3, S, S)`` as uint8, ``(S, S, 3)``."""
    whole = images.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
    return list(whole.contiguous().numpy())


def _spread(targets: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Choose positions at random, one of each class in turn."""
    order = generator(seed, "preview").permutation(len(targets))
    turns: dict[int, int] = defaultdict(int)
    ranked = []
    for position in order.tolist():
        target = int(targets[position])
        ranked.append((turns[target], target, position))
        turns[target] += 1
    return np.array([position for _, _, position in sorted(ranked)[:count]], dtype=np.int64)


def _settings(recipe: Recipe, reasons: Mapping[str, Reason]) -> list[Setting]:
    tree = plain(recipe)
    return [
        Setting(
            key=f"{part}.{name}",
            value=str(value),
            meaning=t(f"recipe.{part}.{name}"),
            reason=_reason(reasons.get(f"{part}.{name}")),
        )
        for part in ("preprocess", "augment")
        for name, value in tree[part].items()
    ]


def _reason(reason: Reason | None) -> str:
    return t(reason.key, **reason.values) if reason else ""


def _warnings(changes: Augment, tests: Sequence[TransformTest]) -> list[str]:
    return [t("augment.warning", **warning_values(test)) for test in at_risk(changes, tests)]


def check_out(out: Path) -> None:
    """Fail before any work where the preview cannot be written."""
    if out.suffix.lower() not in (".html", ".htm", ".png"):
        raise DataError("preview.bad_out", path=out)
    if out.exists():
        raise DataError("out.exists", path=out)
