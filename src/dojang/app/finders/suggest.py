"""``dojang find``: the curves behind the learning rate and the batch size, without a training."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dojang.app import building, checking, files, stages, unread
from dojang.app.finders import search
from dojang.app.finders.found import Found, Subject, with_value
from dojang.app.finders.ways import find_way
from dojang.app.run import recipe_for
from dojang.app.screen import Screen
from dojang.core.recipe import override
from dojang.data.split import make_plan
from dojang.recipes.auto import resolve
from dojang.train import batches
from dojang.train.hardware import keep_freed_memory, use_all_cores

BATCH_SECONDS = 60.0  # that the search over batch sizes may take


@dataclass(frozen=True)
class Suggestion:
    """What was found, and the command that trains with it."""

    found: Found
    command: str


def suggest(
    source: str, settings: Mapping[str, Any], steps: int, screen: Screen, ready: str | None = None
) -> Suggestion:
    """Measure batch sizes and sweep learning rates on the data of ``source``, as a training would,
    however short that training is. A batch size that is given stays.

    Args:
        source: labelled images, or a recipe.
        settings: dotted keys of the recipe.
        steps: of the sweep.
        screen: where progress is shown.
        ready: name of the ready recipe to begin with.

    Raises:
        DataError: the data cannot be learnt from as they are.
    """
    recipe = override(recipe_for(source, ready), settings)
    checking.check_names(recipe)
    given = recipe.train.batch_size != "auto"
    manifest, survey = stages.survey_data(recipe, screen)
    plan = make_plan(manifest, recipe.split, files.load_kept(recipe.split.keep))
    tests = stages.find_risks(manifest, survey, plan)
    recipe, reasons = resolve(recipe, manifest, plan, tests)
    checking.check_boxes(recipe, manifest)
    unread.tell(recipe, screen)
    checking.check_model(recipe, manifest)
    stages.tell_data(manifest, plan, screen)
    keep_freed_memory()
    use_all_cores()
    subject = Subject(manifest, plan, building.device_of_run(), screen, again=True)
    found = find_way(Found(recipe, reasons), subject)
    found = _batches(found, subject, given)
    swept = search.sweep_rates(found.recipe, subject, steps)
    found = with_value(found, "optimizer.lr", swept.chosen, search.rate_reason(swept))
    found = replace(found, rate=swept)
    return Suggestion(found, _command(source, ready, settings, found))


def _batches(found: Found, subject: Subject, given: bool) -> Found:
    """Measure around the rule's size, and above it where the data allow a larger one."""
    rule = building.as_int(found.recipe.train.batch_size)
    below = sorted({max(1, rule // 4), max(1, rule // 2), rule})
    sizes = batches.candidates(rule, subject.shown(found.recipe)) or below
    measured = search.measure_batches(found.recipe, subject, sizes, rule, BATCH_SECONDS)
    if measured is None:
        subject.screen.note("finders.no_batch")
        return found
    if given:
        return replace(found, batch=replace(measured, chosen=rule))
    return search.with_batch(replace(found, batch=measured), subject, measured)


def _command(source: str, ready: str | None, settings: Mapping[str, Any], found: Found) -> str:
    recipe = found.recipe
    chosen = {"train.batch_size": recipe.train.batch_size, "optimizer.lr": recipe.optimizer.lr}
    merged = dict(settings) | chosen
    pairs = [word for key, value in merged.items() for word in ("--set", f"{key}={_typed(value)}")]
    named = ["--recipe", ready] if ready else []
    return shlex.join(["dojang", "train", source, *named, *pairs])


def _typed(value: object) -> str:
    return "null" if value is None else str(value)
