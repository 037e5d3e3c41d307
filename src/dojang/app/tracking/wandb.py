"""Weights & Biases: a run in ``track/wandb`` of the run folder, offline unless the user says other.

W&B counts steps of a run, not of a fold: epoch e of fold f is step f · epochs + e, and the charts
have the epoch on their axis. A helper process of W&B writes the log; it ends with the run.
"""

from __future__ import annotations

import io
import math
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import wandb
from PIL import Image

from dojang.app.tracking.base import (
    Begun,
    CasePicture,
    Outcome,
    Picture,
    Point,
    RunFacts,
    curve_points,
    fold_tag,
    score_points,
)
from dojang.app.tracking.wandb_log import steps
from dojang.core.types import EpochRecord, Evaluation

# What W&B would gather of the machine and of the person, and how long it may hold a run up;
# each can be set by its variable, which then counts.
_SETTINGS: dict[str, Any] = {
    "mode": "offline",
    "console": "off",
    "silent": True,
    "disable_git": True,
    "disable_code": True,
    "save_code": False,
    "disable_job_creation": True,
    "x_disable_stats": True,
    "x_disable_meta": True,
    "x_disable_machine_info": True,
    "x_save_requirements": False,
    "x_transaction_log_flush_interval": 1.0,  # seconds; a run that is killed loses no more
    "init_timeout": 30.0,
    "finish_timeout": 60.0,
}
_PLACES = ("WANDB_DATA_DIR", "WANDB_CACHE_DIR")  # where it would write outside of the run folder


class WeightsAndBiases:
    """Writes into a W&B run of its own; one that the user has open is left alone."""

    def __init__(self) -> None:
        self._open: Any = None  # wandb.Run, whose methods have no types
        self._placed: list[str] = []
        self._last = 0  # step
        self._row = False  # whether its row was begun in this sitting

    def begin(self, run: RunFacts, known: str | None) -> Begun:
        """Go on with the run of an earlier sitting, or begin one."""
        self._run = run
        home = Path(os.environ.get("WANDB_DIR") or run.home)
        place = home / "wandb"
        place.mkdir(parents=True, exist_ok=True)
        for name in _PLACES:
            if name not in os.environ:
                os.environ[name] = str(place / "files")
                self._placed.append(name)
        identifier = known or uuid.uuid4().hex[:8]
        self._open = wandb.init(
            project=os.environ.get("WANDB_PROJECT", "dojang"),
            id=identifier,
            resume="allow",
            name=run.name,
            dir=str(home),
            config=dict(run.params) | {"tags": dict(run.tags)},
            tags=[run.tags["dataset"][:64], run.tags["model"][:64]],
            settings=_settings(),
        )
        self._open.define_metric("epoch", hidden=True)
        self._open.define_metric("*", step_metric="epoch")
        return Begun(identifier, str(place), frozenset(self._held(place)))

    def epoch(self, record: EpochRecord) -> None:
        """Write the row of an epoch."""
        end = fold_tag(record.fold, self._run.folds)
        row = {f"{tag}{end}": value for tag, value in curve_points(record).items()}
        self._last = record.fold * self._run.epochs + record.epoch + 1
        self._row = True
        self._open.log({"epoch": record.epoch + 1} | row, step=self._last)

    def scores(self, evaluation: Evaluation, epochs: int) -> None:
        """Write scores into the summary."""
        points = score_points(evaluation).items()
        self._open.summary.update({key: value for key, value in points if math.isfinite(value)})

    def pictures(
        self, part: str, pictures: Sequence[Picture], cases: Sequence[CasePicture], epochs: int
    ) -> None:
        """Show the sheets, each case with its caption, and the cases as a table."""
        row: dict[str, Any] = {p.name: self._image(p) for p in pictures}
        if cases:
            shown = [wandb.Image(str(c.overlay or c.image), caption=c.caption) for c in cases]
            row |= {f"{part}/cases": shown, f"{part}/table": _table(cases)}
        # The row of an epoch is open until the next; one of an earlier sitting is not.
        self._last = max(self._last if self._row else self._last + 1, int(self._open.step))
        self._open.log(row | {"epoch": epochs}, step=self._last)

    def end(self, outcome: Outcome) -> None:
        """Write how it ended."""
        facts = {"status": outcome.status, "seconds": outcome.seconds, "verdict": outcome.verdict}
        self._open.summary.update({k: v for k, v in facts.items() if v is not None})
        self._open.config.update(dict(outcome.network), allow_val_change=True)
        self._open.finish(exit_code=0 if outcome.status in ("finished", "interrupted") else 1)
        self._open = None

    def close(self) -> None:
        """End the run and the process that writes for it."""
        try:
            if self._open is not None:
                self._open.finish(exit_code=1)
        finally:
            if wandb.run is None:  # else the user's own run still needs it
                wandb.teardown()
            for name in self._placed:
                os.environ.pop(name, None)

    def _held(self, place: Path) -> set[Point]:
        """Return the epochs of earlier sittings: by the server's word, or by the logs."""
        online = bool(self._open.resumed)
        known = dict.fromkeys(range(1, int(self._open.step)), True) if online else steps(place)
        self._last = max(known, default=0)
        each = max(1, self._run.epochs)
        return {divmod(step - 1, each) for step, is_epoch in known.items() if is_epoch}

    def _image(self, picture: Picture) -> Any:
        with Image.open(io.BytesIO(picture.png)) as image:
            return wandb.Image(image.convert("RGB"), caption=picture.caption)


def _settings() -> wandb.Settings:
    """Return the settings that the user has not made by a variable."""

    def variable(name: str) -> str:
        return f"WANDB_{name.upper()}"

    free = {name: value for name, value in _SETTINGS.items() if variable(name) not in os.environ}
    return wandb.Settings(reinit="create_new", **free)


def _table(cases: Sequence[CasePicture]) -> Any:
    columns: list[str | int] = ["kind", "id", "true", "answer", "confidence"]
    columns += ["image", "where it looked"]
    table = wandb.Table(columns=columns)
    for c in cases:
        overlay = wandb.Image(str(c.overlay)) if c.overlay else None
        image = wandb.Image(str(c.image), caption=c.caption)
        table.add_data(c.kind, c.id, c.target, c.predicted, c.confidence, image, overlay)
    return table
