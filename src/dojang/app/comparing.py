"""Compare runs: which is better, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dojang.analysis.compare import Comparison, compare, switches
from dojang.app.building import groups_by_id
from dojang.app.files import load_manifest
from dojang.core.errors import DataError, RunError
from dojang.core.recipe import load_recipe, plain
from dojang.core.store import RunFolder, open_run_folder, read_parquet
from dojang.core.tables import from_frame
from dojang.core.types import Predictions
from dojang.objectives.intervals import LEVEL


@dataclass(frozen=True)
class Model:
    """Runs of one recipe that differ in nothing but the seed of the training."""

    paths: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The first run, and how many more there are."""
        more = f" (+{len(self.paths) - 1})" if len(self.paths) > 1 else ""
        return f"{self.paths[0]}{more}"


@dataclass(frozen=True)
class Result:
    """A model against the first one."""

    model: Model
    comparison: Comparison


@dataclass(frozen=True)
class Contest:
    """Models compared with the first one on one part; ``level`` of the intervals."""

    part: str
    first: Model
    results: tuple[Result, ...]
    level: float


def contest(paths: Sequence[Path], part: str = "valid") -> Contest:
    """Compare runs with the first one; runs that differ in the seed alone are one model.

    Intervals are wider where there are several comparisons, so that in 95 of 100 such tables no
    interval misses (Bonferroni).

    Raises:
        RunError: a path is no run, or has no predictions of the part.
        DataError: there is nothing to compare, or the runs have no image in common.
    """
    if len(set(paths)) < 2:
        raise DataError("compare.one_run")
    folders = {path: open_run_folder(path)[0] for path in dict.fromkeys(paths)}
    lacking = [str(p) for p, folder in folders.items() if not folder.predictions(part).is_file()]
    if lacking:
        raise RunError(f"compare.no_predictions.{part}", paths=", ".join(lacking))
    models = _models(folders)
    if len(models) < 2:
        raise DataError("compare.one_model", path=paths[0])
    said = {path: _predictions(folder, part) for path, folder in folders.items()}
    last = models[-1].paths[-1]
    labels, groups = _labels(said[last]), _groups(folders[last])
    level = 1 - (1 - LEVEL) / (len(models) - 1)
    results = []
    for model in models[1:]:
        before, after = ([said[p] for p in side.paths] for side in (models[0], model))
        found = compare(before, after, labels, groups, level)
        results.append(Result(model, found))
    return Contest(part, models[0], tuple(results), level)


def told_apart(best: RunFolder, other: RunFolder) -> bool | None:
    """Do the answers of two runs to the same validation images differ by more than chance?

    By McNemar's exact test (1947). None where they have no image in common, or either has no
    predictions.
    """
    right = [_right_answers(folder) for folder in (best, other)]
    common = right[0].index.intersection(right[1].index)
    if not len(common):
        return None
    first, second = (side.loc[common].to_numpy() for side in right)
    return switches(first, second).p < 1 - LEVEL


def _right_answers(folder: RunFolder) -> pd.Series[bool]:
    """Whether each validation image is answered rightly, by id; only what that takes is read."""
    path = folder.predictions("valid")
    columns = ["id", "target", "predicted"]
    frame = read_parquet(path, columns) if path.is_file() else pd.DataFrame(columns=columns)
    right = (frame["target"] == frame["predicted"]).to_numpy(dtype=bool)
    return pd.Series(right, index=frame["id"])


def _models(folders: Mapping[Path, RunFolder]) -> list[Model]:
    """Put runs together whose recipes differ in the seed of the training alone."""
    found: dict[str, list[Path]] = {}
    for path, folder in folders.items():
        tree = plain(load_recipe(folder.recipe))
        tree["train"]["seed"] = 0
        tree["balance"]["baseline"] = None
        found.setdefault(repr(tree), []).append(path)
    return [Model(tuple(paths)) for paths in found.values()]


def _predictions(folder: RunFolder, part: str) -> Predictions:
    return from_frame(read_parquet(folder.predictions(part)), part)


def _labels(predictions: Predictions) -> dict[str, str]:
    pairs = zip(predictions.ids, predictions.targets.tolist(), strict=True)
    return {identifier: predictions.classes[target] for identifier, target in pairs if target >= 0}


def _groups(folder: RunFolder) -> dict[str, str]:
    return groups_by_id(load_manifest(folder)) if folder.manifest.is_file() else {}
