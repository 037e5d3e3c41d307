"""Settings that only the machine or a short trial can tell: precision, batch size, learning rate.

It runs before the run folder is begun, so that the recipe in the folder holds every value that was
found: nothing is searched again when a run is resumed or its recipe is run elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dojang.app import building, fitting, stages
from dojang.app.finders.found import (
    BatchFound,
    Found,
    RateFound,
    Reasons,
    Subject,
    processes,
    way_of,
    with_value,
)
from dojang.app.finders.ways import find_compile, find_way
from dojang.app.screen import Screen, Silent
from dojang.core.recipe import Recipe, override
from dojang.core.store import RunFolder, write_json
from dojang.core.types import Manifest, SplitPlan
from dojang.recipes.auto import Reason, resolve
from dojang.train import batches, choices, finders
from dojang.train.hardware import keep_freed_memory, use_all_cores
from dojang.train.processes import is_main

BOUND = 4.0  # the rate that is found stays within the rule's divided by this and times this


def find_settings(
    recipe: Recipe,
    reasons: Reasons,
    manifest: Manifest,
    plan: SplitPlan,
    screen: Screen,
) -> Found:
    """Measure and try what the recipe left open, and put the values in.

    Args:
        recipe: resolved by the rules.
        reasons: of the values that the rules chose: these alone may be replaced.

    Returns:
        The recipe to run, all reasons, and what was measured.
    """
    keep_freed_memory()
    use_all_cores()
    subject = Subject(manifest, plan, building.device_of_run(), screen)
    found = find_way(Found(recipe, reasons), subject)
    if recipe.transfer.mode == "frozen":  # heads on kept features have no steps to search for
        return found
    if "train.batch_size" in reasons:
        found = _find_batch(found, subject)
    if recipe.train.compile == "auto":
        found = find_compile(found, subject)
    if "optimizer.lr" in reasons:
        found = _find_rate(found, subject)
    return found


def save(folder: RunFolder, found: Found) -> None:
    """Keep what was measured in the run folder."""
    if is_main():
        write_json(folder.finders, found.to_json())


def _find_batch(found: Found, subject: Subject) -> Found:
    """Measure batch sizes where there is room above the rule's and the training is long enough."""
    recipe = found.recipe
    rule, images = building.as_int(recipe.train.batch_size), subject.shown(recipe)
    sizes = batches.candidates(rule, images) if recipe.train.accumulate == 1 else []
    if not sizes or processes() > 1:
        return found
    chosen = measure_batches(recipe, subject, sizes, rule)
    if chosen is None:
        return found
    found = replace(found, batch=chosen)
    return with_batch(found, subject, chosen)


def with_batch(found: Found, subject: Subject, chosen: BatchFound) -> Found:
    """Take the size that was chosen, and let the rules that look at it choose again."""
    found = with_value(
        found, "train.batch_size", chosen.chosen, batch_reason(found, chosen, subject)
    )
    if chosen.chosen == chosen.rule:
        return found
    if "optimizer.lr" not in found.reasons:
        return found
    open_again = override(found.recipe, {"optimizer.lr": "auto"})
    recipe, reasons = resolve(open_again, subject.manifest, subject.plan)
    return replace(found, recipe=recipe, reasons=found.reasons | reasons)


def measure_batches(
    recipe: Recipe,
    subject: Subject,
    sizes: Sequence[int],
    rule: int,
    budget: float | None = None,
) -> BatchFound | None:
    """Measure ``sizes``; None where time or memory ran out before the rule's.

    Args:
        budget: seconds; by what the training will take unless given.
    """
    network, device = subject.network(recipe), subject.device
    size, way = building.as_int(recipe.model.size), way_of(recipe)
    room = batches.room_for_steps(device)

    def measure(batch: int) -> batches.BatchPoint | None:
        return batches.measure_batch(network, batch, size, way, device, subject.again)

    if budget is None:
        first = measure(sizes[0])
        if first is None or not first.fits:
            return None
        budget = batches.budget_of(subject.steps(recipe) * rule, first.rate)
    points = tuple(batches.search(sizes, rule, measure, room, budget))
    chosen = batches.choose(points, rule, room)
    return None if chosen is None else BatchFound(points, rule, chosen, room)


def batch_reason(found: Found, chosen: BatchFound, subject: Subject) -> Reason:
    """Say where the batch size comes from."""
    rates = ", ".join(f"{p.batch}: {p.rate:.0f}" for p in chosen.points)
    values: dict[str, Any] = {"rates": rates, "rule": chosen.rule}
    if chosen.chosen > chosen.rule:
        return Reason("finders.batch", values)
    if chosen.chosen < chosen.rule:
        return Reason("finders.batch_smaller", values)
    if all(p.batch <= chosen.rule for p in chosen.points):
        return Reason("finders.batch_few", values | {"images": subject.shown(found.recipe)})
    return Reason("finders.batch_rule", values)


def _find_rate(found: Found, subject: Subject) -> Found:
    """Sweep where the training is long enough, and take what the curve says, within bounds."""
    rule, planned = building.as_float(found.recipe.optimizer.lr), subject.steps(found.recipe)
    steps = finders.steps_within(planned)
    if not steps or processes() > 1:
        about = {"optimizer": found.recipe.optimizer.name, "batch": found.recipe.train.batch_size}
        values = about | {"steps": planned, "share": round(100 * choices.COST_SHARE)}
        key = "finders.rate_processes" if steps else "finders.rate_short"
        return with_value(found, "optimizer.lr", rule, Reason(key, values))
    swept = sweep_rates(found.recipe, subject, steps)
    found = replace(found, rate=swept)
    return with_value(found, "optimizer.lr", swept.chosen, rate_reason(swept))


def rate_reason(swept: RateFound) -> Reason:
    """Say where the rate comes from."""
    values: dict[str, Any] = {"rule": f"{swept.rule:.2g}", "steps": len(swept.curve.rates)}
    if swept.suggested is None:
        return Reason("finders.rate_silent", values)
    values |= {"suggested": f"{swept.suggested:.2g}", "bound": f"{BOUND:g}"}
    within = swept.chosen == round_rate(swept.suggested)
    return Reason("finders.rate" if within else "finders.rate_bounded", values)


def left_open(recipe: Recipe, reasons: Reasons, manifest: Manifest, plan: SplitPlan) -> Recipe:
    """Put ``auto`` back where a training would search, so that a recipe that is written down trains
    as ``dojang train`` on the data does."""
    subject = Subject(manifest, plan, building.device_of_run(), Silent())
    rule, images = building.as_int(recipe.train.batch_size), subject.shown(recipe)
    searched: dict[str, object] = {}
    if recipe.train.accumulate == 1 and batches.candidates(rule, images):
        searched = {"train.batch_size": "auto", "optimizer.lr": "auto"}
    elif finders.steps_within(subject.steps(recipe)):
        searched = {"optimizer.lr": "auto"}
    return override(recipe, {key: value for key, value in searched.items() if key in reasons})


def sweep_rates(recipe: Recipe, subject: Subject, steps: int) -> RateFound:
    """Sweep on a copy of all that the training will use; the training itself starts untouched."""
    rule = building.as_float(recipe.optimizer.lr)
    with stages.open_pool(recipe, subject.manifest.source, manifest=subject.manifest) as pool:
        session = fitting.prepare_fold(
            override(recipe, {"train.compile": "off"}),
            subject.manifest,
            subject.plan,
            0,
            pool,
            subject.screen,
        )
        subject.screen.note("finders.sweeping", steps=steps)
        curve = finders.sweep(
            session.trainee, session.task, session.loader, session.accelerator,
            rates=finders.growing_rates(rule / finders.REACH, rule * finders.REACH, steps).tolist(),
            reference=rule, accumulate=session.accumulate,
        )  # fmt: skip
    suggested = finders.suggest(curve)
    chosen = rule if suggested is None else round_rate(bounded(suggested, rule))
    return RateFound(curve, rule, suggested, chosen)


def bounded(rate: float, rule: float) -> float:
    """Return ``rate``, at most ``BOUND`` times away from the rule's."""
    return min(rule * BOUND, max(rule / BOUND, rate))


def round_rate(rate: float) -> float:
    """Two figures are all that such a curve can tell."""
    return float(f"{rate:.2g}")
