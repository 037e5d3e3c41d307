"""What cannot be split as asked: every model needs samples of every class to learn from, and
something to be judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem
from dojang.core.types import Fact, Manifest, PartName
from dojang.data.split.deal import Layer
from dojang.data.split.units import Mask, Units, labels_of


@dataclass(frozen=True)
class Places:
    """Where the samples are, in the order of the manifest.

    Attributes:
        part, fold: of each sample, shape ``(n,)``.
        draws: how often each model draws each sample, shape ``(n, models)``, of a bootstrap.
        models: how many models there are.
    """

    part: NDArray[np.object_]
    fold: NDArray[np.int64]
    draws: NDArray[np.uint8] | None
    models: int

    def seen(self, part: PartName, model: int) -> Mask:
        """Which samples ``model`` has in ``part``, shape ``(n,)``."""
        here: Mask = self.part == part
        if part == "test":
            return here
        validates = self.fold == model if self.draws is None else self.draws[:, model] == 0
        found: Mask = here | ((self.part == "cv") & (validates if part == "valid" else ~validates))
        return found


def require_parts(
    kind: str,
    places: Places,
    manifest: Manifest,
    folds: tuple[Units, Layer] | None,
    wants_test: bool,
) -> None:
    """Check that every model can learn and be judged.

    Args:
        folds: the units that were dealt to folds, where there are folds.
        wants_test: whether a test part was asked for.

    Raises:
        DataError: it cannot; all reasons are in one message.
    """
    problems = _of_folds(*folds) if folds else []
    if not problems:
        classes, sample, label = labels_of(manifest)
        for model in range(places.models):
            learnt = places.seen("train", model)
            found = np.bincount(label[learnt[sample]], minlength=len(classes))
            strict = manifest.task == "classify"
            absent = np.flatnonzero(found == 0) if strict else np.empty(0, dtype=np.int64)
            problems += [
                Problem("split.class_not_in_train", {"label": classes[int(c)], "fold": model})
                for c in absent
            ]
            if not places.seen("valid", model).any():
                problems.append(Problem("split.no_valid", {"fold": model}))
    if kind != "given" and wants_test and not places.seen("test", 0).any():
        problems.append(Problem("split.no_test"))
    if problems:
        raise DataError("split.impossible", kind=kind, problems=problems)


def _of_folds(units: Units, layer: Layer) -> list[Problem]:
    count, folds = int(layer.play.sum()), len(layer.parts)
    if count < folds:
        return [Problem("split.few_units", {"units": count, "folds": folds})]
    alone = np.flatnonzero(units.units_of_class(layer.play)[:-1] == 1)
    samples = units.totals(layer.play)
    return [
        Problem("split.one_unit", {"label": units.classes[c], "samples": int(samples[c])})
        for c in alone.tolist()
    ]


def missing_classes(kind: str, places: Places, manifest: Manifest, named: int) -> list[Fact]:
    """Classes that are never validated or tested. Of a test part that was given, nothing is told.

    Args:
        named: how many classes a note names.
    """
    notes = []
    classes, sample, label = labels_of(manifest)
    parts: tuple[PartName, ...] = ("valid",) if kind == "given" else ("valid", "test")
    for part in parts:
        seen = np.any([places.seen(part, model) for model in range(places.models)], axis=0)
        if not seen.any():
            continue
        found = np.bincount(label[seen[sample]], minlength=len(classes))
        missing = [classes[c] for c in np.flatnonzero(found == 0).tolist()]
        if missing:
            labels = ", ".join(missing[:named]) + (" …" if len(missing) > named else "")
            values = {"part": part, "count": len(missing), "labels": labels}
            notes.append(Fact("split.note.class_missing", values))
    return notes
