"""The stages as the pipeline calls them: recipe in, plain arguments out.

Here the recipe stops: each function reads its part, builds what the layers below want and calls
them. What a stage makes is written into the run folder before the next one starts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import dojang
from dojang.analysis.faults import fault_cause, load_faults, names
from dojang.analysis.report import write_report
from dojang.app.building import (
    as_float,
    augment_settings,
    device_of_run,
    preprocess_of,
    target_index,
)
from dojang.app.files import (
    save_manifest,
    save_plan,
)
from dojang.app.screen import Lines, Screen, Silent
from dojang.core.clock import OFF, Clock
from dojang.core.errors import RunError
from dojang.core.i18n import t
from dojang.core.recipe import Recipe, decoding_of, load_recipe, override, write_recipe
from dojang.core.store import (
    RUN_FORMAT,
    RunFolder,
    create_run_folder,
    next_run_path,
    only_one,
    remove_leftovers,
    write_record,
)
from dojang.core.types import (
    Manifest,
    RunRecord,
    SourceRef,
    SplitPlan,
    Survey,
)
from dojang.data.collect import collect, collect_and_survey
from dojang.data.preprocess import own_boxes
from dojang.data.risk import TransformTest, at_risk, risky_transforms, warning_values
from dojang.data.sources.manifest import SUFFIXES
from dojang.data.split import counts
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network
from dojang.recipes.auto import Reason, require_classes
from dojang.train.hardware import cores, describe
from dojang.train.processes import as_in_main, is_main, wait_for_all
from dojang.train.session import best_epochs
from dojang.train.signals import Terminated

PACKAGES = ("torch", "torchvision", "timm", "accelerate", "numpy", "pillow", "scikit-learn")


def agree_on_path(path: Path | None, recipe: Recipe) -> Path:
    """Return where the run will be; with several processes, all take what the first one says."""
    stem = Path(recipe.data.source).resolve().name.split(".")[0] or "data"
    name = f"{stem}-{recipe.model.name.replace('/', '-')}"
    return as_in_main(path or next_run_path(Path("runs"), name))


def screen_of_process() -> Screen:
    """Only the first of several processes speaks."""
    return Lines() if is_main() else Silent()


def now() -> float:
    """Seconds on a clock that never goes back."""
    return time.monotonic()


def timestamp() -> str:
    """The moment in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def at_source(recipe: Recipe, source: SourceRef) -> Recipe:
    """Return the recipe with its data where they were found, whatever the current folder is."""
    table = source.kind == "table" or recipe.data.source.lower().endswith(SUFFIXES)
    if table or Path(recipe.data.source).exists():
        return recipe
    return override(recipe, {"data.source": source.root})


def tell_data(manifest: Manifest, plan: SplitPlan, screen: Screen) -> None:
    """Say what was found and how it is split."""
    screen.note(
        "progress.data",
        images=len(manifest), classes=len(manifest.classes), refused=len(manifest.refused),
    )  # fmt: skip
    for refusal in manifest.refused[:10]:
        screen.note("progress.refused", name=refusal.id, reason=t(refusal.reason))
    if len(manifest.refused) > 10:
        screen.note("error.more", count=len(manifest.refused) - 10)
    sizes = counts(plan)
    if plan.kind in ("kfold", "bootstrap"):
        key = "progress.split_folds" if plan.kind == "kfold" else "progress.split_bootstrap"
        screen.note(key, cv=sizes["cv"], folds=plan.folds, test=sizes.get("test", 0))
    else:
        screen.note("progress.split", kind=plan.kind, **({"test": 0} | sizes))
    for fact in plan.notes:
        screen.note("progress.split_note", note=t(fact.key, **fact.values))


def workers_of(recipe: Recipe) -> int:
    """Return how many processes decode."""
    return cores() if recipe.data.workers == "auto" else recipe.data.workers


def collect_manifest(recipe: Recipe, screen: Screen) -> Manifest:
    """List and scan the data."""
    with screen.task("progress.scan") as progress:
        return collect(recipe.data, workers_of(recipe), progress, recipe.decode)


def survey_data(recipe: Recipe, screen: Screen) -> tuple[Manifest, Survey]:
    """List and scan the data, and keep what was seen of each image.

    Raises:
        DataError: the data cannot be used, or pose another problem than to classify images.
    """
    with screen.task("progress.scan") as progress:
        manifest, survey = collect_and_survey(
            recipe.data, workers_of(recipe), progress, recipe.decode
        )
    require_classes(recipe, manifest)
    return manifest, survey


def find_risks(manifest: Manifest, survey: Survey, plan: SplitPlan) -> list[TransformTest]:
    """Find out on the training part which transforms change labels."""
    learnt = list(dict.fromkeys(plan.ids("train")))  # a bootstrap draws some several times
    place = {identifier: i for i, identifier in enumerate(survey.ids)}
    rows = np.array([place[identifier] for identifier in learnt], dtype=np.int64)
    names = [manifest.classes[i] for i in target_index(manifest)(learnt)]
    return risky_transforms(survey.thumbs[rows], names, learnt)


def tell_risks(tests: Sequence[TransformTest], recipe: Recipe, screen: Screen) -> None:
    """Warn of transforms that the recipe asks for and that change labels."""
    for test in at_risk(augment_settings(recipe), tests):
        screen.note("augment.warning", **warning_values(test))


def open_pool(
    recipe: Recipe,
    source: SourceRef,
    networks: Sequence[Network] = (),
    manifest: Manifest | None = None,
    clock: Clock = OFF,
) -> DecodePool:
    """Start the decoding processes.

    Args:
        recipe: how to decode.
        source: where the files are.
        networks: trained ones; what they were trained with decides then, not the recipe.
        manifest: where boxes of single images are known from.
        clock: where the seconds of decoding, and of all that the pool feeds, are counted.
    """
    trained = networks[0].spec.decode if networks else None
    rules = trained or decoding_of(recipe.data, recipe.decode)
    boxes = own_boxes(manifest.samples) if manifest and preprocess_of(recipe).wants_boxes else None
    return DecodePool(source, workers_of(recipe), rules, boxes, clock)


def begin_run(
    path: Path,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    reasons: dict[str, Reason],
    command: str,
    precision: str,
) -> tuple[RunFolder, RunRecord]:
    """Make the run folder and write down what is known before training."""
    folder = RunFolder(path)
    record = RunRecord(
        format=RUN_FORMAT,
        name=path.name,
        status="running",
        created=timestamp(),
        dojang=dojang.__version__,
        classes=manifest.classes,
        input=None,
        folds=plan.folds,
        data=_data_facts(recipe, manifest, plan),
        environment=_environment(command) | {"precision": precision},
        reasons={key: reason.to_json() for key, reason in reasons.items()},
    )
    if is_main():
        create_run_folder(path)
        write_recipe(recipe, folder.recipe)
        save_manifest(folder, manifest)
        save_plan(folder, plan)
        write_record(folder, record)
    wait_for_all()
    return folder, record


@contextmanager
def at_work(folder: RunFolder, record: RunRecord, screen: Screen, started: float) -> Iterator[None]:
    """Keep the run to one writer, clear away what a killed one left, and write down where the run
    stands when the process is asked to end.

    Raises:
        RunError: another process is at work on the run.
    """
    if not is_main():
        yield
        return
    with only_one(folder.path):
        remove_leftovers(folder.path)
        folder.live.unlink(missing_ok=True)  # of one that was killed
        try:
            yield
        except Terminated:
            seconds = record.seconds + now() - started
            write_record(folder, replace(record, status="interrupted", seconds=seconds))
            screen.note("faults.terminated", path=folder.path)
            raise


def finish(folder: RunFolder, record: RunRecord, screen: Screen) -> None:
    """Write the report and say how it ended."""
    best = best_epochs(folder)
    if record.status == "interrupted":
        key = "progress.interrupted" if best else "progress.interrupted_early"
        screen.note(key, path=folder.path)
    if best:
        screen.note("progress.report", path=write_report(folder, record))
    if record.status == "diverged":
        faults = load_faults(folder)
        last, tried = faults[-1], min(fault.rate for fault in faults)
        raise RunError(
            "faults.diverged" if best else "faults.diverged_early",
            path=folder.path,
            step=last.step + 1,
            what=fault_cause(last),
            files=names(last.files),
            lr=f"{as_float(load_recipe(folder.recipe).optimizer.lr) * tried / 10:.1g}",
        )


def _data_facts(recipe: Recipe, manifest: Manifest, plan: SplitPlan) -> dict[str, Any]:
    """Count classes by part; of the test part only how many samples it has."""
    frame = manifest.samples.merge(plan.assignment, on="id", suffixes=("", "_planned"))
    by_part: dict[str, dict[str, int]] = {}
    for part in ("train", "valid", "cv"):
        labels = frame.loc[frame["part_planned"] == part, "label"].value_counts()
        if len(labels):
            by_part[part] = {name: int(labels.get(name, 0)) for name in manifest.classes}
    return {
        "source": recipe.data.source,
        "kind": manifest.source.kind,
        "hash": manifest.hash,
        "samples": len(manifest),
        "refused": len(manifest.refused),
        "counts": by_part,
        "test": len(plan.ids("test")),
    }


def _environment(command: str) -> dict[str, Any]:
    import platform

    packages = {name: version(name) for name in PACKAGES}
    return {
        "dojang": dojang.__version__,
        "python": platform.python_version(),
        **packages,
        **describe(device_of_run()),
        "commands": [command],
    }
