"""Curves as the browser draws them: numbers by run and fold, and what is going on now."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dojang.app.web.files import BROKEN, MEGABYTE, Kept, identity, read_tree
from dojang.app.web.runs import RunLine
from dojang.core.types import EpochRecord

POINTS = 500  # of one curve; a screen has no room for more
COLUMNS = ("epoch", "step", "seconds", "objective", "train_loss", "valid_loss", "train_accuracy",
           "valid_accuracy", "lr", "images_per_second")  # fmt: skip
_LIVE = ("fold", "folds", "epoch", "epochs", "step", "steps", "share", "seconds", "left",
         "images_per_second", "process")  # fmt: skip


class Curves:
    """Curves of runs, read once while their files stay the same."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[EpochRecord, ...]] = Kept(
            64 * MEGABYTE, lambda rows: 100 + 700 * len(rows)
        )

    def records(self, line: RunLine) -> tuple[EpochRecord, ...]:
        """Return all finished epochs, those that ``live.json`` alone knows of too."""
        folder = line.folder
        key = (line.id, identity(folder.history), identity(folder.live))
        return self._kept.made(key, lambda: _records(line))

    def of(self, line: RunLine) -> dict[str, Any]:
        """Return what the browser draws of a run; ``version`` changes when any of it does."""
        live = live_of(line) if line.active else None
        folder = line.folder
        state = (identity(folder.history), identity(folder.live) if live else None, line.status)
        by_fold: dict[int, list[EpochRecord]] = {}
        for record in self.records(line):
            by_fold.setdefault(record.fold, []).append(record)
        return {
            "id": line.id, "name": line.name, "status": line.status, "version": repr(state),
            "folds": {str(fold): _columns(rows) for fold, rows in by_fold.items()},
            "live": live,
        }  # fmt: skip


def live_of(line: RunLine) -> dict[str, Any] | None:
    """Return where a training stands now, or None where nobody says."""
    path = line.folder.live
    if identity(path) is None:
        return None
    try:
        tree = read_tree(path)
        found: dict[str, Any] = {key: _finite(tree[key]) for key in _LIVE if key in tree}
        losses = tree["losses"]
        found["losses"] = {
            "step": [int(step) for step in losses["step"][:POINTS]],
            "objective": [_finite(value) for value in losses["objective"][:POINTS]],
        }
        return found
    except BROKEN:
        return None


def _records(line: RunLine) -> tuple[EpochRecord, ...]:
    rows: dict[tuple[int, int], EpochRecord] = {}
    for path in (line.folder.history, line.folder.live):
        if identity(path) is None:
            continue
        try:
            tree = read_tree(path)
            lines = tree["ended"] if isinstance(tree, Mapping) else tree
            for row in lines:
                record = EpochRecord.from_json(row)
                float(record.train_loss + record.valid_loss + record.lr + record.seconds)
                rows[int(record.fold), int(record.epoch)] = record
        except BROKEN:
            continue
    return tuple(rows[key] for key in sorted(rows))


def _columns(rows: Sequence[EpochRecord]) -> dict[str, Any]:
    every = max(1, math.ceil(len(rows) / POINTS))
    best = max((i for i, row in enumerate(rows) if row.best), default=-1)
    kept = sorted({*range(0, len(rows), every), len(rows) - 1} | ({best} if best >= 0 else set()))
    found: dict[str, Any] = {
        name: [_finite(getattr(rows[i], name)) for i in kept] for name in COLUMNS
    }
    found["epoch"] = [value + 1 for value in found["epoch"]]
    found["best"] = rows[best].epoch + 1 if best >= 0 else None
    return found


def _finite(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return (
        float(f"{value:.6g}")
        if math.isfinite(value) and isinstance(value, float)
        else (value if isinstance(value, int) else None)
    )
