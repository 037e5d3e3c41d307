"""A study of a finished run: bias and variance, what more data would give, how sharp the minimum.

Every fit is kept in the run folder as soon as it is done, under a name that follows from all on
which it depends. So a study that was killed, or that ran out of its minutes, goes on where it
stood, and one with more refits fits only those that are new.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dojang.analysis.report import write_report
from dojang.analysis.study import Fit, Grid, Held, Job, summarise
from dojang.app import files, predicting, stages
from dojang.app.building import as_int, device_of_run, make_network
from dojang.app.probing import Probed, probed_images, sharpness
from dojang.app.refits import Fitter, Ground, Networks, ground_of, head_fits
from dojang.app.screen import Screen
from dojang.app.study_grid import Wish, grid_of, smoothing_of, study_recipe
from dojang.core.errors import DataError, RunError
from dojang.core.recipe import Recipe, load_recipe
from dojang.core.store import RunFolder, file_hash, only_one, open_run_folder, read_json, write_json
from dojang.core.types import InputSpec, Manifest, RunRecord
from dojang.data.workers import DecodePool
from dojang.nn.arithmetic import layer_table, totals

FORMAT = 1
FEWEST_HELD_OUT, FEWEST_UNITS = 10, 16
SAY_AFTER = 20.0  # seconds between two lines of progress


@dataclass(frozen=True)
class Subject:
    """What is studied: a finished run, its data, and the kind of model that is fitted anew.

    Attributes:
        recipe: of the run.
        refitted: of the fits.
        way: networks or heads.
    """

    folder: RunFolder
    record: RunRecord
    recipe: Recipe
    refitted: Recipe
    way: str
    manifest: Manifest
    ground: Ground
    grid: Grid
    wish: Wish


def study(path: Path, wish: Wish, screen: Screen) -> dict[str, Any]:
    """Fit what is not kept yet, write ``study.json`` and the report, and return what it says.

    Raises:
        RunError: the run is not finished, or another process is at work on it.
        DataError: there are too few images, or sizes that are none.
    """
    folder, record = open_run_folder(path)
    if record.status != "finished":
        raise RunError("study.not_finished", path=path)
    subject = _subject(folder, record, wish)
    started = time.monotonic()
    with (
        only_one(folder.path),
        stages.open_pool(subject.refitted, subject.manifest.source, manifest=subject.manifest) as p,
    ):
        fits = _fit_all(subject, p, screen, started)
        own = _own_minimum(subject, p, screen)
    tree = _tree(subject, fits, own)
    write_json(folder.study, tree)
    screen.note("progress.report", path=write_report(folder, record))
    return read_json(folder.study)  # type: ignore[no-any-return]


def _subject(folder: RunFolder, record: RunRecord, wish: Wish) -> Subject:
    recipe, manifest = load_recipe(folder.recipe), files.load_manifest(folder)
    plan = files.load_plan(folder)
    if not plan.ids("valid", 0):
        raise DataError("study.no_valid", path=folder.path)
    ground = ground_of(manifest, plan, recipe.train.seed)
    units, held = ground.design.units, len(ground.held_out)
    if units < FEWEST_UNITS or held < FEWEST_HELD_OUT:
        raise DataError(
            "study.few", units=units, held=held, least=FEWEST_UNITS, least_held=FEWEST_HELD_OUT
        )
    way = "heads" if recipe.transfer.mode == "frozen" else "networks"
    recipe = stages.at_source(recipe, manifest.source)
    refitted = recipe if way == "heads" else study_recipe(recipe, manifest, plan, ground, wish)
    grid = grid_of(folder, refitted, way, wish, len(ground.ids))
    return Subject(folder, record, recipe, refitted, way, manifest, ground, grid, wish)


def _fit_all(subject: Subject, pool: DecodePool, screen: Screen, started: float) -> list[Fit]:
    """Return the fits of all jobs, as far as the minutes or the user's patience reach."""
    jobs, settings = subject.grid.jobs(), _settings(subject)
    kept = {job: fit for job in jobs if (fit := _kept(subject.folder, job, settings))}
    left = [job for job in jobs if job not in kept]
    screen.note(
        "study.begin", fits=len(jobs), kept=len(kept), refits=subject.grid.refits,
        seeds=subject.grid.seeds, minutes=f"{subject.wish.minutes:g}",
    )  # fmt: skip
    if not left:
        return list(kept.values())
    began, said = time.monotonic(), 0.0
    try:
        fitter = _fitter(subject, pool, screen)
        for job in left:
            fit = fitter.fit(job)
            write_json(_place(subject.folder, job, settings), fit.to_json())
            kept[job] = fit
            now = time.monotonic()
            if now - said > SAY_AFTER or said == 0:
                said = now
                _say(subject, screen, kept, jobs, now - began, left)
            if now - started > 60 * subject.wish.minutes:
                break
    except KeyboardInterrupt:
        screen.note("study.stopped")
    if len(kept) < len(jobs):
        screen.note("study.unfinished", done=len(kept), fits=len(jobs), path=subject.folder.path)
    return [kept[job] for job in jobs if job in kept]


def _say(
    subject: Subject, screen: Screen, kept: Mapping[Job, Fit], jobs: Sequence[Job], spent: float,
    left: Sequence[Job],
) -> None:  # fmt: skip
    """Say how far it is and how long the rest will take, by what the fits of this sitting took."""
    done = [job for job in left if job in kept]
    rest = sum(_cost(subject, job) for job in left if job not in kept)
    minutes = spent / sum(_cost(subject, job) for job in done) * rest / 60
    screen.note("study.progress", done=len(kept), fits=len(jobs), left=f"{minutes:.1f}")


def _cost(subject: Subject, job: Job) -> float:
    """About how long a fit takes beside others: as many steps, but wider layers."""
    base = subject.grid.base
    return (job.capacity / base) ** 1.5 if subject.way == "networks" and base else 1.0


def _fitter(subject: Subject, pool: DecodePool, screen: Screen) -> Fitter:
    ground, recipe = subject.ground, subject.refitted
    if subject.way == "heads":
        return head_fits(ground, recipe, pool, smoothing_of(subject.folder, recipe), screen)
    spec = InputSpec.neutral(as_int(recipe.model.size), recipe.preprocess.resize)
    network = make_network(recipe, subject.manifest.classes, spec)
    _, cost = totals(layer_table(network, spec.size))
    probed = probed_images(recipe, subject.manifest, ground.ids, pool, cost)
    return Networks(ground, recipe, pool, probed)


def _own_minimum(subject: Subject, pool: DecodePool, screen: Screen) -> dict[str, Any]:
    """Measure the minimum of the run's own first model, once."""
    key = {"weights": file_hash(subject.folder.weights(0)), "format": FORMAT}
    place = _place(subject.folder, None, key)
    if place.is_file():
        return read_json(place)  # type: ignore[no-any-return]
    screen.note("study.sharpness")
    network = predicting.load_networks(subject.folder, subject.record, subject.recipe)[0]
    network.to(device_of_run()).requires_grad_(subject.way == "networks")
    network.head.requires_grad_(True)
    _, cost = totals(layer_table(network, network.spec.size))
    probed: Probed = probed_images(subject.recipe, subject.manifest, subject.ground.ids, pool, cost)
    found = sharpness(network, probed.batches(device_of_run())) | {"images": len(probed.targets)}
    write_json(place, found)
    return found


def _tree(subject: Subject, fits: Sequence[Fit], own: Mapping[str, Any]) -> dict[str, Any]:
    ground, grid, recipe = subject.ground, subject.grid, subject.refitted
    held = Held(ground.targets, ground.groups)
    return {
        "format": FORMAT,
        "way": subject.way,
        "own": subject.wish.own or subject.way == "heads",
        "axis": _axis(subject),
        "model": {
            "name": recipe.model.name, "size": recipe.model.size, "base": grid.base,
            "epochs": recipe.train.epochs if subject.way == "networks" else None,
            "batch": grid.batch,
        },
        "images": len(ground.ids),
        "units": ground.design.units if ground.design.groups is not None else None,
        "held_out": len(ground.held_out),
        "refits": grid.refits, "seeds": grid.seeds, "seed": ground.seed,
        "fits": len(grid.jobs()), "done": len(fits),
        "seconds": round(sum(fit.seconds for fit in fits), 1),
        **summarise(grid, fits, held, len(ground.ids)),
        "minimum": dict(own),
        "read": {"manifest": subject.manifest.hash},
    }  # fmt: skip


def _axis(subject: Subject) -> str | None:
    if len(subject.grid.capacities) < 2:
        return None
    return "penalty" if subject.way == "heads" else "width"


def _settings(subject: Subject) -> dict[str, Any]:
    """All on which a fit depends besides its job."""
    recipe = subject.refitted.model_dump(mode="json")
    ground = subject.ground
    ids = hashlib.sha256("\0".join([*ground.ids, "", *ground.held_out]).encode()).hexdigest()
    found: dict[str, Any] = {"format": FORMAT, "recipe": recipe, "ids": ids}
    found["manifest"] = subject.manifest.hash
    if subject.way == "heads":
        found["weights"] = file_hash(subject.folder.weights(0))
    return found


def _place(folder: RunFolder, job: Job | None, settings: Mapping[str, Any]) -> Path:
    """The file of a fit; its name follows from all on which the fit depends."""
    tree = {"job": asdict(job) if job else None, "settings": settings}
    text = json.dumps(tree, sort_keys=True, default=str)
    return folder.study_fits / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"


def _kept(folder: RunFolder, job: Job, settings: Mapping[str, Any]) -> Fit | None:
    path = _place(folder, job, settings)
    return Fit.from_json(read_json(path)) if path.is_file() else None
