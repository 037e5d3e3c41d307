"""How to compute: precision, layout, compilation, by what was measured of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch

from dojang.app import building
from dojang.app.finders.found import Found, Subject, processes, way_of, with_value
from dojang.core.recipe import Recipe
from dojang.nn.factory import channels_last_pays, has_depthwise
from dojang.recipes.auto import Reason
from dojang.train import choices, compiling
from dojang.train.hardware import cpu_has_bf16, resolve_precision
from dojang.train.probes import is_busy
from dojang.train.processes import as_in_main, is_main

COMPILE_SECONDS = 60.0  # assumed cost of a compilation that was not measured yet


def find_way(found: Found, subject: Subject) -> Found:
    """Choose precision and layout: by a measurement on a processor, by rule elsewhere."""
    train, device = found.recipe.train, subject.device
    if "auto" not in (train.precision, train.layout):
        return found
    network = subject.network(found.recipe)
    rule = resolve_precision(train.precision, device, has_depthwise(network))
    tried = _ways_to_try(train.precision, train.layout, rule, device)
    if len(tried) < 2:
        pays = channels_last_pays(device, rule)
        way = tried[0] if tried else choices.Way(rule, _layout(train.layout, pays))
        return _with_way(found, way, Reason("finders.way_rule", {"device": device.type}))
    seconds: Mapping[str, float] = {}
    if is_main():
        size = building.as_int(found.recipe.model.size)
        seconds = choices.measure_ways(lambda: network, size, tried, device, subject.again)
    seconds = as_in_main(seconds)
    if is_busy(seconds):
        subject.screen.note("finders.busy")
        way = next((way for way in tried if way.precision == rule), tried[0])
        return _with_way(found, way, Reason("finders.way_busy", {}))
    way = choices.fastest(tried, seconds)
    rates = ", ".join(f"{t.name} {choices.PROBE_BATCH / seconds[t.name]:.0f}" for t in tried)
    return _with_way(replace(found, ways=seconds), way, Reason("finders.way", {"rates": rates}))


def _layout(wanted: str, pays: bool) -> bool:
    return pays if wanted == "auto" else wanted == "channels-last"


def _ways_to_try(
    wanted: str, layout: str, rule: str, device: torch.device
) -> tuple[choices.Way, ...]:
    if device.type != "cpu" or rule == "fp16":
        return ()
    if wanted != "auto":
        return choices.ways((wanted,), layout)
    return choices.ways(("bf16", "fp32") if cpu_has_bf16() else ("fp32",), layout)


def _with_way(found: Found, way: choices.Way, reason: Reason) -> Found:
    if found.recipe.train.precision == "auto":
        found = with_value(found, "train.precision", way.precision, reason)
    if found.recipe.train.layout == "auto":
        layout = "channels-last" if way.channels_last else "contiguous"
        found = with_value(found, "train.layout", layout, reason)
    return found


def find_compile(found: Found, subject: Subject) -> Found:
    """Compile where it was measured to pay; measure where the training is long enough to try."""
    recipe, device = found.recipe, subject.device
    missing = compiling.compiler_missing(device)
    if missing or processes() > 1:
        key, values = ("finders.compile_missing", {"what": missing}) if missing else (
            "finders.compileprocesses", {})  # fmt: skip
        return with_value(found, "train.compile", "off", Reason(key, values))
    steps, eager = subject.steps(recipe), _eager_seconds(found)
    if not choices.worth_trying(steps, eager, COMPILE_SECONDS, choices.COST_SHARE):
        reason = Reason("finders.compile_short", {"steps": steps})
        return with_value(found, "train.compile", "off", reason)
    subject.screen.note("finders.compile_trial")
    numbers = compiling.remembered_gain(
        lambda: subject.network(recipe), _micro(recipe), building.as_int(recipe.model.size),
        way_of(recipe), device,
    )  # fmt: skip
    if is_busy(numbers):
        return with_value(found, "train.compile", "off", Reason("finders.way_busy", {}))
    saving = 1 - numbers["compiled"] / numbers["eager"]
    pays = choices.pays(steps, numbers["eager"], saving, numbers["cost"])
    told = {"steps": str(steps), "saving": f"{100 * saving:.1f}", "cost": f"{numbers['cost']:.0f}"}
    reason = Reason("finders.compile_pays" if pays else "finders.compile_not", told)
    found = with_value(found, "train.compile", "on" if pays else "off", reason)
    return replace(found, compile=numbers)


def _eager_seconds(found: Found) -> float:
    """Estimate the seconds of a step from what was measured before; 0 where nothing was."""
    batch = _micro(found.recipe)
    if found.batch:
        rate = {p.batch: p.rate for p in found.batch.points}.get(batch, 0.0)
        return batch / rate if rate else 0.0
    measured = found.ways.get(way_of(found.recipe).name, 0.0)
    return measured * batch / choices.PROBE_BATCH


def _micro(recipe: Recipe) -> int:
    return max(1, building.as_int(recipe.train.batch_size) // recipe.train.accumulate)
