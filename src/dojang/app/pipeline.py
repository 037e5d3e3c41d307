"""The whole flow, top to bottom: recipe → manifest → split → fit → predict → evaluate → report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dojang.analysis.report import write_report
from dojang.app import (
    balancing,
    building,
    checking,
    deciding,
    files,
    fitting,
    mistakes,
    predicting,
    slicing,
    stages,
    tracking,
    transfer,
    units,
    unread,
)
from dojang.app.audit import check_names, pass_gate
from dojang.app.finders import search
from dojang.app.frozen import fit_frozen
from dojang.app.profile import Probe
from dojang.app.screen import Screen
from dojang.core.errors import DataError, RunError
from dojang.core.recipe import Recipe, load_recipe
from dojang.core.store import RunFolder, check_new_run, open_run_folder, write_record
from dojang.core.types import Evaluation, Manifest, RunRecord, SplitPlan
from dojang.data.split import make_plan
from dojang.objectives.resampling import group_index
from dojang.recipes.auto import resolve
from dojang.train.processes import is_main, wait_for_all
from dojang.train.session import best_epochs


def train(
    recipe: Recipe, path: Path | None, screen: Screen, command: str, profile: bool = False
) -> Path:
    """Run a recipe from raw files to a report on the validation part; return the run folder."""
    checking.check_names(recipe)
    check_names(recipe)
    tracking.check(recipe)
    transfer.check(recipe)
    path = stages.agree_on_path(path, recipe)
    check_new_run(path)
    manifest, survey = stages.survey_data(recipe, screen)
    manifest = pass_gate(recipe, manifest, screen)
    plan = make_plan(manifest, recipe.split, files.load_kept(recipe.split.keep))
    tests = stages.find_risks(manifest, survey, plan)
    recipe, reasons = resolve(recipe, manifest, plan, tests)
    balancing.check_baseline(recipe, manifest, plan)
    deciding.check(recipe, manifest)
    checking.check_boxes(recipe, manifest)
    recipe, reasons = transfer.settle(recipe, manifest, plan, reasons, screen)
    unread.tell(recipe, screen)
    checking.check_model(recipe, manifest)
    found = search.find_settings(recipe, reasons, manifest, plan, screen)
    recipe, precision = found.recipe, found.recipe.train.precision
    folder, record = stages.begin_run(
        path, recipe, manifest, plan, found.reasons, command, precision
    )
    search.save(folder, found)
    slicing.save_measures(folder, survey)
    stages.tell_data(manifest, plan, screen)
    stages.tell_risks(tests, recipe, screen)
    with tracking.observing(folder, record, recipe, screen) as watched:
        return learn(folder, record, recipe, manifest, plan, watched, profile)


def resume(path: Path, screen: Screen, profile: bool = False) -> Path:
    """Go on with a run that was interrupted or killed."""
    folder, record = open_run_folder(path)
    if record.status == "finished":
        raise RunError("run.finished", path=path)
    recipe, known = balancing.as_begun(load_recipe(folder.recipe)), files.load_manifest(folder)
    tracking.check(recipe)
    found = stages.at_source(recipe, known.source)
    manifest = pass_gate(found, stages.collect_manifest(found, screen), screen)
    if manifest.hash != known.hash:
        raise DataError("data.not_the_same", path=recipe.data.source, what="SHA-256")
    with tracking.observing(folder, record, recipe, screen) as watched:
        return learn(folder, record, recipe, known, files.load_plan(folder), watched, profile)


def learn(
    folder: RunFolder,
    record: RunRecord,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    screen: Screen,
    profile: bool = False,
) -> Path:
    """Fit every fold, then predict, evaluate and report on what was held out."""
    started, probe = stages.now(), Probe(profile, building.device_of_run())
    with (
        stages.at_work(folder, record, screen, started),
        stages.open_pool(recipe, manifest.source, manifest=manifest, clock=probe.clock) as pool,
    ):
        try:
            fit = fit_frozen if recipe.transfer.mode == "frozen" else fitting.fit_all
            status = fit(folder, recipe, manifest, plan, pool, probe.watching(screen))
        except KeyboardInterrupt:
            status = "interrupted"
        if not is_main():
            wait_for_all()
            return folder.path
        seconds = record.seconds + stages.now() - started
        record = replace(record, status=status, seconds=seconds)
        if best_epochs(folder):
            networks = predicting.load_networks(folder, record, recipe)
            record = replace(record, input=networks[0].spec)
            predictions, seen = predicting.predict_part(
                networks, "valid", recipe, manifest, plan, pool, screen
            )
            groups = group_index(predictions.ids, building.groups_by_id(manifest))
            predictions, fitted = deciding.settle(predictions, recipe, screen, groups)
            files.save_scores(folder, predictions, plan.folds, groups)
            deciding.save(folder, fitted, recipe)
            balancing.save(folder, predictions, recipe, manifest, plan, screen)
            slicing.find(folder, predictions, manifest, seen, groups)
            predicting.save_contacts(folder, pool, manifest, plan)
            mistakes.save(folder, predictions, seen, recipe, manifest, plan, networks, pool, screen)
            files.save_layers(folder, networks[0], networks[0].spec.size)
            units.save_units(folder, networks[0], recipe, manifest, plan, pool)
    probe.write(folder, record, recipe)
    write_record(folder, record)
    wait_for_all()
    stages.finish(folder, record, screen)
    return folder.path


def evaluate(path: Path, screen: Screen) -> tuple[Evaluation, RunRecord, bool]:
    """Open the sealed test part, once. Asked again, return what was found then.

    Returns:
        The scores, the record that says when the part was opened, and whether that was just now.
    """
    folder, record = open_run_folder(path)
    if record.test_opened and folder.evaluation("test").is_file():
        tracking.tell_part(folder, record, load_recipe(folder.recipe), screen)
        return files.load_scores(folder, "test")[1], record, False
    if record.status != "finished":
        raise RunError("run.not_finished", path=path)
    recipe, manifest = load_recipe(folder.recipe), files.load_manifest(folder)
    plan = files.load_plan(folder)
    if not plan.ids("test"):
        raise DataError("evaluate.no_test", path=path)
    networks = predicting.load_networks(folder, record, recipe)
    # Recorded before anything is seen: a command that dies here has opened the part all the same.
    record = replace(record, test_opened=record.test_opened or stages.timestamp())
    write_record(folder, record)
    with stages.open_pool(recipe, manifest.source, networks, manifest) as pool:
        predictions, seen = predicting.predict_part(
            networks, "test", recipe, manifest, plan, pool, screen
        )
        predictions = deciding.apply(folder, predictions)
        mistakes.save(folder, predictions, seen, recipe, manifest, plan, networks, pool, screen)
        groups = group_index(predictions.ids, building.groups_by_id(manifest))
        slicing.find(folder, predictions, manifest, seen, groups)
    evaluation = files.save_scores(folder, predictions, plan.folds, groups)
    write_report(folder, record)
    tracking.tell_part(folder, record, recipe, screen)
    return evaluation, record, True
