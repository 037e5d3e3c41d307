"""MLflow: a run in the user's store, or else in a database file beside the run folders."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from dojang.app.tracking.base import (
    Begun,
    CasePicture,
    Outcome,
    Picture,
    Point,
    RunFacts,
    Value,
    curve_points,
    fold_tag,
    score_points,
)
from dojang.core.types import EpochRecord, Evaluation

MARK = "loss/valid"  # every epoch has it
LONGEST = 500  # letters of a parameter that every version of a server takes
_STATUS = {"finished": "FINISHED", "interrupted": "KILLED"}
_QUOTED = str.maketrans({"%": "%25", "?": "%3F", "#": "%23"})  # they mean something in an address


class MLflow:
    """Writes into an MLflow run by its id; the process-wide run of ``mlflow`` is left alone."""

    def begin(self, run: RunFacts, known: str | None) -> Begun:
        """Go on with the run of an earlier sitting, or make a new one."""
        for name in ("mlflow", "alembic"):  # the making of the database is nothing to read
            logging.getLogger(name).setLevel(logging.ERROR)
        self._run = run
        uri = os.environ.get("MLFLOW_TRACKING_URI") or _beside(run.path)
        self._client = MlflowClient(tracking_uri=uri)
        points: set[Point] = set()
        if known is not None and self._found(known):
            self._id = known
            self._client.update_run(known, status="RUNNING")
            points = self._held()
        else:
            self._id = self._create()
        return Begun(self._id, uri, frozenset(points))

    def epoch(self, record: EpochRecord) -> None:
        """Write all numbers of an epoch in one request."""
        end = fold_tag(record.fold, self._run.folds)
        points = {f"{tag}{end}": value for tag, value in curve_points(record).items()}
        self._metrics(points, record.epoch + 1)

    def scores(self, evaluation: Evaluation, epochs: int) -> None:
        """Write scores and the ends of their intervals."""
        self._metrics(score_points(evaluation), epochs)

    def pictures(
        self, part: str, pictures: Sequence[Picture], cases: Sequence[CasePicture], epochs: int
    ) -> None:
        """Keep the sheets and the pictures of single cases as artefacts."""
        with tempfile.TemporaryDirectory() as folder:
            for picture in pictures:
                path = Path(folder, f"{picture.name}.png")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(picture.png)
            self._client.log_artifacts(self._id, folder, "pictures")
        files = {path for case in cases for path in (case.image, case.overlay) if path}
        for path in sorted(files):
            self._client.log_artifact(self._id, str(path), f"pictures/{part}/cases")

    def end(self, outcome: Outcome) -> None:
        """Write how it ended, and keep the recipe and the report."""
        tags = {"status": outcome.status}
        tags |= {"verdict": outcome.verdict} if outcome.verdict else {}
        self._batch(params=outcome.network, tags=tags)
        self._metrics({"seconds": outcome.seconds}, 0)
        for path in outcome.files:
            self._client.log_artifact(self._id, str(path))
        self._client.set_terminated(self._id, _STATUS.get(outcome.status, "FAILED"))

    def close(self) -> None:
        """Nothing stays open between requests."""

    def _create(self) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or self._run.dataset
        experiment = self._client.get_experiment_by_name(name)
        local = not os.environ.get("MLFLOW_TRACKING_URI")
        files = (self._run.path.parent / "mlflow").as_uri() if local else None
        number = (
            experiment.experiment_id
            if experiment
            else self._client.create_experiment(name, artifact_location=files)
        )
        started = round(self._run.created * 1000)
        created = self._client.create_run(number, start_time=started, run_name=self._run.name)
        self._id = str(created.info.run_id)
        tags = {"run_folder": str(self._run.path)} | dict(self._run.tags)
        self._batch(params=self._run.params, tags=tags)
        return self._id

    def _found(self, known: str) -> bool:
        """Is the run still there? A store that was thrown away gets a new one."""
        try:
            return bool(self._client.get_run(known).info.lifecycle_stage == "active")
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return False
            raise

    def _held(self) -> set[Point]:
        """Return the epochs that the store has."""
        found: set[Point] = set()
        for fold in range(self._run.folds):
            key = MARK + fold_tag(fold, self._run.folds)
            found |= {(fold, m.step - 1) for m in self._client.get_metric_history(self._id, key)}
        return found

    def _metrics(self, points: Mapping[str, float], step: int) -> None:
        now = round(time.time() * 1000)
        metrics = [Metric(key, value, now, step) for key, value in points.items()]
        self._client.log_batch(self._id, metrics=metrics)

    def _batch(self, params: Mapping[str, Value], tags: Mapping[str, str]) -> None:
        self._client.log_batch(
            self._id,
            params=[Param(key, str(value)[:LONGEST]) for key, value in params.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )


def _beside(run: Path) -> str:
    return f"sqlite:///{run.parent / 'mlflow.db'}".translate(_QUOTED)
