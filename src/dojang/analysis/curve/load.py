"""The trainings of a run as the checks see them, from the files of its folder alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.curve.subject import Training
from dojang.core.errors import RunError
from dojang.core.faults import Fault
from dojang.core.recipe import load_recipe
from dojang.core.store import RunFolder, read_json, read_parquet
from dojang.core.tables import from_frame
from dojang.core.types import EpochRecord, Predictions, RunRecord, SplitPlan
from dojang.train.rates import usual_rate

if TYPE_CHECKING:
    import pandas as pd

_SAME = ("sha256", "copy", "cluster")  # columns whose equal values make two files copies


def load_trainings(folder: RunFolder, record: RunRecord) -> list[Training]:
    """Return one training a model, in the order of the folds.

    Raises:
        RunError: no epoch was finished and no fault says why, or a file is broken.
    """
    files = _Files(folder, record)
    found = [training for fold in range(record.folds) if (training := files.training(fold))]
    if not found:
        raise RunError("advise.no_epoch", path=folder.path)
    return found


@dataclass(frozen=True)
class _Files:
    """The files of a run, read once for all folds."""

    folder: RunFolder
    record: RunRecord

    def training(self, fold: int) -> Training | None:
        """The training of ``fold``, or None where nothing came of it."""
        rows = tuple(row for row in self._history if row.fold == fold)
        faults = tuple(fault for of, fault in self._faults if of == fold)
        if not rows and not any(fault.action == "stop" for fault in faults):
            return None
        recipe = load_recipe(self.folder.recipe)
        train, valid = (self._plan.ids(part, fold) for part in ("train", "valid"))
        said = self._said(fold, set(valid))
        batch = _number(recipe.train.batch_size, 64)
        return Training(
            history=rows,
            recipe=recipe,
            train=self._counts(train),
            valid=self._counts(valid),
            faults=faults,
            stopped=any(fault.action == "stop" for fault in faults),
            targets=None if said is None else said.targets,
            probabilities=None if said is None else said.probabilities,
            twins=self._twins(train, valid),
            norms=any("BatchNorm" in row["kind"] for row in self._layers.get("rows", ())),
            units=self._units if fold == 0 else (),
            usual_rate=usual_rate(recipe.optimizer.name, batch, recipe.optimizer.momentum),
            parameters=int(self._layers.get("parameters", 0)),
            ended=self.record.status not in ("running", "interrupted"),
        )

    @cached_property
    def _history(self) -> list[EpochRecord]:
        path = self.folder.history
        return [EpochRecord.from_json(row) for row in read_json(path)] if path.is_file() else []

    @cached_property
    def _faults(self) -> list[tuple[int, Fault]]:
        if not self.folder.faults.is_file():
            return []
        lines: list[dict[str, Any]] = read_json(self.folder.faults)
        return [(line.pop("fold"), Fault.from_json(line)) for line in lines]

    @cached_property
    def _plan(self) -> SplitPlan:
        facts = read_json(self.folder.split_facts)
        frame = read_parquet(self.folder.split)
        kind, folds, seed = facts["kind"], facts["folds"], facts["seed"]
        return SplitPlan(frame, kind, folds, seed, facts["manifest_hash"])

    @cached_property
    def _samples(self) -> pd.DataFrame:
        return read_parquet(self.folder.manifest).set_index("id")

    @cached_property
    def _predictions(self) -> Predictions | None:
        path = self.folder.predictions("valid")
        return from_frame(read_parquet(path), "valid").of_network if path.is_file() else None

    @cached_property
    def _layers(self) -> dict[str, Any]:
        path = self.folder.layers
        return read_json(path) if path.is_file() else {}

    @cached_property
    def _units(self) -> tuple[dict[str, Any], ...]:
        path = self.folder.units
        return tuple(read_json(path)["layers"]) if path.is_file() else ()

    def _counts(self, ids: list[str]) -> NDArray[np.int64]:
        """Samples of each class, ``(C,)``."""
        labels = self._samples.loc[ids, "label"].value_counts()
        return np.array([int(labels.get(name, 0)) for name in self.record.classes], dtype=np.int64)

    def _said(self, fold: int, valid: set[str]) -> Predictions | None:
        """What the model of ``fold`` said of its own validation part, whose labels are known."""
        known = self._predictions
        if known is None:
            return None
        own = np.isin(known.fold, (fold, -1)) & (known.targets >= 0)
        rows = np.flatnonzero(own & np.array([name in valid for name in known.ids], dtype=bool))
        if not len(rows):
            return None
        return replace(
            known, ids=tuple(known.ids[i] for i in rows), targets=known.targets[rows],
            probabilities=known.probabilities[rows], fold=known.fold[rows],
        )  # fmt: skip

    def _twins(self, train: list[str], valid: list[str]) -> tuple[tuple[str, str], ...]:
        """Validation samples with a copy in the training part, each with that copy."""
        found: dict[str, str] = {}
        for column in _SAME:
            if column not in self._samples:
                continue
            values = self._samples[column]
            learnt = {v: name for name, v in values.loc[train].items() if isinstance(v, str)}
            for name, value in values.loc[valid].items():
                if isinstance(value, str) and value in learnt:
                    found.setdefault(str(name), str(learnt[value]))
        return tuple(sorted(found.items()))


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
