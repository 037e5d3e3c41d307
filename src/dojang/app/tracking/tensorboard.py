"""TensorBoard: event files in ``track/tensorboard`` of the run folder.

An epoch is one record of a file, so that a file that was cut short lacks whole epochs only. Models
of several folds are runs of their own in TensorBoard, and lie over each other in its charts.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.custom_scalar.layout_pb2 import (
    Category,
    Chart,
    Layout,
    MultilineChartContent,
)
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.plugins.hparams.api_pb2 import (
    Experiment,
    HParamInfo,
    MetricInfo,
    MetricName,
    Status,
)
from tensorboard.plugins.hparams.plugin_data_pb2 import (
    HParamsPluginData,
    SessionEndInfo,
    SessionStartInfo,
)
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from dojang.app.tracking.base import (
    Begun,
    CasePicture,
    Outcome,
    Picture,
    Point,
    RunFacts,
    Value,
    curve_points,
    score_points,
    score_table,
)
from dojang.core.types import EpochRecord, Evaluation

MARK = "loss/valid"  # every epoch has it
HEADLINES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "ece")
_CHARTS = {
    "loss": ("loss/train", "loss/valid"),
    "accuracy": ("accuracy/train", "accuracy/valid"),
    "gradient": ("gradient/mean", "gradient/peak"),
}
# What runs are told apart by on the HParams page, which shows every key as a column.
_COMPARED = (
    "model.name", "model.size", "model.width", "model.weights", "model.dropout", "transfer.mode",
    "loss.name", "loss.label_smoothing", "balance.method", "augment.policy", "augment.min_area",
    "augment.mixup", "augment.cutmix", "optimizer.name", "optimizer.lr", "optimizer.weight_decay",
    "schedule.name", "average.kind", "train.epochs", "train.batch_size", "train.seed",
)  # fmt: skip
_STATUS = {"finished": Status.STATUS_SUCCESS, "interrupted": Status.STATUS_UNKNOWN}


class TensorBoard:
    """Writes event files."""

    def __init__(self) -> None:
        self._writers: dict[Path, EventFileWriter] = {}

    def begin(self, run: RunFacts, known: str | None) -> Begun:
        """Open the folder; in a new one, write the recipe and the layout of the charts."""
        self._run = run
        self._home = run.home / "tensorboard"
        points = {p for fold in range(run.folds) for p in _held(self._fold(fold), fold)}
        if known is None:
            self._write(self._home, _hyperparameters(run))
            self._write(
                self._home, [_layout(), _text("recipe", _listing({**run.params, **run.tags}))]
            )
        return Begun("tensorboard", str(self._home), frozenset(points))

    def epoch(self, record: EpochRecord) -> None:
        """Write all numbers of an epoch as one record."""
        points = curve_points(record)
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in points.items()]
        self._write(self._fold(record.fold), values, record.epoch + 1)

    def scores(self, evaluation: Evaluation, epochs: int) -> None:
        """Write scores as points, and with their intervals as a table."""
        points = score_points(evaluation).items()
        values = [Summary.Value(tag=k, simple_value=v) for k, v in points if math.isfinite(v)]
        table = _text(f"scores/{evaluation.part}", score_table(evaluation))
        self._write(self._home, [*values, table], epochs)

    def pictures(
        self, part: str, pictures: Sequence[Picture], cases: Sequence[CasePicture], epochs: int
    ) -> None:
        """Write the sheets; the cases are on them, with their captions."""
        for picture in pictures:
            with Image.open(io.BytesIO(picture.png)) as image:
                width, height = image.size
            shown = Summary.Image(
                height=height, width=width, colorspace=3, encoded_image_string=picture.png
            )
            value = Summary.Value(tag=picture.name, image=shown)
            self._write(self._home, [value], epochs)

    def end(self, outcome: Outcome) -> None:
        """Write how it ended."""
        facts: dict[str, Value] = {"status": outcome.status, "seconds": round(outcome.seconds, 1)}
        facts |= {"verdict": outcome.verdict} if outcome.verdict else {}
        self._write(self._home, [_text("outcome", _listing(facts | dict(outcome.network)))])
        status = _STATUS.get(outcome.status, Status.STATUS_FAILURE)
        ended = SessionEndInfo(status=status, end_time_secs=time.time())
        data = HParamsPluginData(session_end_info=ended)
        self._write(self._home, [_hparams(hparams.SESSION_END_INFO_TAG, data)])

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _fold(self, fold: int) -> Path:
        return self._home / f"fold{fold + 1}" if self._run.folds > 1 else self._home

    def _write(self, folder: Path, values: Sequence[Summary.Value], step: int = 0) -> None:
        """Write a record, and see that it is in the file: the run may be killed at any time."""
        if folder not in self._writers:
            self._writers[folder] = EventFileWriter(str(folder))
        event = Event(wall_time=time.time(), step=step, summary=Summary(value=values))
        self._writers[folder].add_event(event)
        self._writers[folder].flush()


def _held(folder: Path, fold: int) -> set[Point]:
    """Return the epochs that are in the files of earlier sittings."""
    if not folder.is_dir():
        return set()
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    if MARK not in found.Tags()["scalars"]:
        return set()
    return {(fold, event.step - 1) for event in found.Scalars(MARK)}


def _hyperparameters(run: RunFacts) -> list[Summary.Value]:
    """Return what the HParams page shows: settings of the training against the final scores."""
    chosen = {key: run.params[key] for key in _COMPARED if run.params.get(key, "null") != "null"}
    names = [f"{part}/{name}" for part in ("valid", "test") for name in HEADLINES]
    experiment = Experiment(
        time_created_secs=run.created,
        hparam_infos=[HParamInfo(name=key) for key in chosen],
        metric_infos=[MetricInfo(name=MetricName(tag=name), display_name=name) for name in names],
    )
    started = SessionStartInfo(group_name=run.name, start_time_secs=run.created)
    for key, value in chosen.items():
        field = {bool: "bool_value", str: "string_value"}.get(type(value), "number_value")
        setattr(started.hparams[key], field, value)
    return [
        _hparams(hparams.EXPERIMENT_TAG, HParamsPluginData(experiment=experiment)),
        _hparams(hparams.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=started)),
    ]


def _hparams(tag: str, data: HParamsPluginData) -> Summary.Value:
    metadata = hparams.create_summary_metadata(data)
    return Summary.Value(tag=tag, metadata=metadata, tensor=hparams.NULL_TENSOR)


def _layout() -> Summary.Value:
    """Return the page of charts with training and validation in one."""
    charts = [
        Chart(title=title, multiline=MultilineChartContent(tag=[f"^{tag}$" for tag in tags]))
        for title, tags in _CHARTS.items()
    ]
    layout = Layout(category=[Category(title="dojang", chart=charts)])
    return _tensor("custom_scalars__config__", "custom_scalars", [layout.SerializeToString()])


def _text(tag: str, text: str) -> Summary.Value:
    return _tensor(tag, "text", [text.encode("utf-8")])


def _tensor(tag: str, plugin: str, contents: list[bytes]) -> Summary.Value:
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(contents))])
    tensor = TensorProto(dtype=DT_STRING, string_val=contents, tensor_shape=shape)
    data = SummaryMetadata.PluginData(plugin_name=plugin)
    return Summary.Value(tag=tag, tensor=tensor, metadata=SummaryMetadata(plugin_data=data))


def _listing(facts: Mapping[str, Value]) -> str:
    """Write facts as a Markdown table."""
    rows = [f"| {key} | {str(value).replace('|', chr(92) + '|')} |" for key, value in facts.items()]
    return "\n".join(["| | |", "|---|---|", *rows])
