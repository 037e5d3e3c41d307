"""Clean labels of a run: judge them, show them, correct them, and see whether that helped."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from dojang.analysis.compare import Comparison, compare
from dojang.analysis.label_table import Decisions, is_edited, read_decisions, to_csv
from dojang.analysis.labels import LabelReview, review_labels
from dojang.analysis.relabel import Relabelled, relabel
from dojang.analysis.report.labels import PICTURE, chosen_ids, write_labels_page
from dojang.core.errors import DataError, RunError
from dojang.core.recipe import Recipe, load_recipe
from dojang.core.store import RunFolder, open_run_folder, read_parquet, write_text
from dojang.core.tables import from_frame
from dojang.core.types import Manifest, Predictions, SplitPlan
from dojang.data.sources.manifest import SUFFIXES, write_manifest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMN_FIELDS = ("path_col", "label_col", "group_col")


@dataclass(frozen=True)
class Written:
    """Where a review was written; ``kept`` tells that an edited table was left as it was."""

    csv: Path
    gallery: Path
    kept: bool


@dataclass(frozen=True)
class Fix:
    """A manifest with corrected labels and the command that trains on it."""

    path: Path
    decisions: Decisions
    relabelled: Relabelled
    command: str


def review(path: Path) -> LabelReview:
    """Judge the labels of a run by its held-out predictions; the test part is not looked at.

    Raises:
        RunError: it is no run, or has no predictions yet.
    """
    folder, manifest, plan = _open(path)
    predictions = _predictions(folder)
    rest = len(manifest) - len(plan.ids("test"))
    return review_labels(predictions, manifest, max(0, rest - len(predictions)))


def write_review(path: Path, found: LabelReview, out: Path | None = None) -> Written:
    """Write the table to edit and the gallery.

    Args:
        out: where the table goes, must not exist; ``labels.csv`` in the run folder unless given.
            There a table that somebody has edited is left alone.
    """
    folder, record = open_run_folder(path)
    target = out or folder.labels
    if out is not None and out.exists():
        raise DataError("out.exists", path=out)
    kept = out is None and target.is_file() and is_edited(target)
    if not kept:
        write_text(target, to_csv(found))
    pictures = _pictures(folder, chosen_ids(found))
    steps = _steps(folder, target)
    page = write_labels_page(folder.labels_page, record, found, pictures, steps)
    return Written(target, page, kept)


def fix(path: Path, table: Path, out: Path | None = None) -> Fix:
    """Make a manifest with the corrections of an edited table.

    Args:
        out: the Parquet file to write, must not exist; ``<run>-fixed.parquet`` unless given.

    Raises:
        DataError: the table, or what it asks for, cannot be used; nothing is written then.
    """
    target = out or default_manifest(path)
    if target.suffix.lower() not in SUFFIXES:
        raise DataError("labels.not_parquet", path=target)
    if target.exists():
        raise DataError("out.exists", path=target)
    if not table.is_file():
        raise DataError("data.missing", path=table)
    folder, manifest, plan = _open(path)
    open_to_change = manifest.samples[~manifest.samples["id"].isin(plan.ids("test"))]
    decisions = read_decisions(table, open_to_change, manifest.classes)
    relabelled = relabel(manifest, plan, decisions, folder.path.resolve().name)
    write_manifest(target, relabelled.manifest, relabelled.record)
    command = retrain_command(folder, load_recipe(folder.recipe), plan, target)
    return Fix(target, decisions, relabelled, command)


def retrain_command(folder: RunFolder, recipe: Recipe, plan: SplitPlan, manifest: Path) -> str:
    """Return the command that runs the same recipe on another manifest, its test part the same."""
    settings = {"data.source": str(manifest)}
    settings["split.kind"] = "kfold" if plan.kind == "kfold" else "given"
    # A manifest has its own columns; those that the old table had mean nothing in it.
    named = [field for field in COLUMN_FIELDS if getattr(recipe.data, field) is not None]
    settings |= {f"data.{field}": "null" for field in named}
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={_yaml(value)}")]
    return shlex.join(["dojang", "train", str(folder.recipe), *words])


def against(new: Path, old: Path) -> Comparison:
    """Compare two runs on the samples that both predicted unseen, by the labels of ``new``."""
    _, manifest, _ = _open(new)
    labels = dict(zip(manifest.samples["id"], manifest.samples["label"], strict=True))
    before, after = (_predictions(open_run_folder(path)[0]) for path in (old, new))
    return compare([before], [after], labels)


def _open(path: Path) -> tuple[RunFolder, Manifest, SplitPlan]:
    from dojang.app.files import load_manifest, load_plan

    folder, _ = open_run_folder(path)
    return folder, load_manifest(folder), load_plan(folder)


def _predictions(folder: RunFolder) -> Predictions:
    path = folder.predictions("valid")
    if not path.is_file():
        raise RunError("labels.no_predictions", path=folder.path)
    return from_frame(read_parquet(path), "valid")


def _steps(folder: RunFolder, table: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Return what to do next, as the page shows it."""
    _, _, plan = _open(folder.path)
    fixed = default_manifest(folder.path)
    retrain = retrain_command(folder, load_recipe(folder.recipe), plan, fixed)
    words = ["dojang", "labels", str(folder.path), "--fix", str(table)]
    compare_words = ["dojang", "labels", "runs/NEW", "--against", str(folder.path)]
    return [
        ("edit", (str(table),)),
        ("fix", (shlex.join(words),)),
        ("compare", (f"{retrain} --run runs/NEW", shlex.join(compare_words))),
    ]


def default_manifest(run: Path) -> Path:
    """Return where the corrected manifest of a run goes unless the user says otherwise."""
    return Path(f"{run.resolve().name}-fixed.parquet")


def _pictures(folder: RunFolder, ids: tuple[str, ...]) -> Mapping[str, NDArray[np.uint8]]:
    """Decode the pictures of the page; what cannot be read any more is left out."""
    from dojang.app.files import load_manifest
    from dojang.app.stages import open_pool
    from dojang.data.workers import Job, chunked

    source = load_manifest(folder).source
    found: dict[str, NDArray[np.uint8]] = {}
    with open_pool(load_recipe(folder.recipe), source) as pool:
        for outcomes in pool.run(Job(part, PICTURE, "pad") for part in chunked(ids, 16)):
            found |= {o.path: o.pixels for o in outcomes if o.pixels is not None}
    return found


def _yaml(value: str) -> str:
    """Return ``value`` as YAML reads it back: quoted where it would be something else."""
    try:
        plain = value == "null" or yaml.safe_load(value) == value
    except yaml.YAMLError:
        plain = False
    return value if plain else json.dumps(value, ensure_ascii=False)
