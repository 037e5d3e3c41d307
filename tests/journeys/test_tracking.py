"""One line in the recipe, and TensorBoard, MLflow and W&B each show the run: opened with their own
readers here, after a death, a resume and the opening of the test part too."""

from __future__ import annotations

import io
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dojang.app.cli import run as run_command
from dojang.app.tracking.base import CURVE, RunFacts
from dojang.core.store import file_hash, read_json
from dojang.core.types import EpochRecord
from shapes import QUICK, Dojang

pytest.importorskip("tensorboard")
pytest.importorskip("mlflow")
pytest.importorskip("wandb")

ALL = ["--set", "track=[tensorboard,mlflow,wandb]"]
EPOCHS = 8
SETTINGS = [*QUICK, "--set", f"train.epochs={EPOCHS}", "--set", "train.checkpoint=2ep"]

# Writes down every address that Python connects to or looks up; the rest is the command line.
WATCHED = """
import sys
log = open(sys.argv[1], "a", buffering=1)
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        log.write(f"{event} {arguments[1] if event == 'socket.connect' else arguments[0]!r}\\n")
sys.addaudithook(hook)
sys.argv = ["dojang", *sys.argv[2:]]
from dojang.app.cli import main
main()
"""


OURS = ("WANDB", "MLFLOW", "DO_NOT_TRACK")


@pytest.fixture(autouse=True, scope="module")
def nothing_set() -> Iterator[None]:
    """What whoever runs the tests has set for trackers does not count."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(OURS)]:
            patch.delenv(name)
        yield


def _start(log: Path, *arguments: object, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start a command as the leader of its own group of processes."""
    return subprocess.Popen(
        [*before, sys.executable, "-c", WATCHED, str(log), *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"DOJANG_LANG": "en"}, start_new_session=True,
    )  # fmt: skip


def _gone(group: int, seconds: float = 5.0) -> bool:
    """Does no process of the group live any more, at the latest after some seconds?"""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def _wait_for_epoch(process: subprocess.Popen[str], epoch: int) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.split()[:1] == ["epoch"] and line.split()[1].startswith(f"{epoch}/"):
            return
    pytest.fail(f"epoch {epoch} was never reached")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tracked runs 한글")


@pytest.fixture(scope="module")
def run(photos: Path, place: Path) -> Path:
    """A run that was killed in the fifth epoch, resumed, and whose test part was opened."""
    path, log = place / "shapes", place / "addresses.txt"
    process = _start(log, "train", photos, "--run", path, *SETTINGS, *ALL)
    _wait_for_epoch(process, 5)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert read_json(path / "run.json")["status"] == "running"
    assert run_command(["resume", str(path)]) == 0
    assert run_command(["evaluate", str(path)]) == 0
    assert run_command(["evaluate", str(path)]) == 0  # and nothing is told twice
    return path


def _history(run: Path) -> dict[str, list[float]]:
    records = read_json(run / "history.json")
    assert [r["epoch"] for r in records] == list(range(EPOCHS))
    return {tag: [r[field] for r in records] for tag, field in CURVE.items()}


def _same(found: dict[str, list[float]], run: Path) -> None:
    """Every epoch once, in order, with the numbers of the history; those of the clock differ where
    an epoch was trained twice."""
    expected = _history(run)
    assert found.keys() == expected.keys()
    for tag, values in expected.items():
        assert len(found[tag]) == EPOCHS, tag
        if not tag.startswith("speed/"):
            np.testing.assert_allclose(found[tag], values, rtol=1e-6, err_msg=tag)


def _scores(run: Path, part: str) -> dict[str, float]:
    metrics = read_json(run / "evaluation" / f"{part}.json")["metrics"]
    found = {f"{part}/{name}": score["value"] for name, score in metrics.items()}
    for name, score in metrics.items():
        found |= {f"{part}_interval/{name}_{end}": score[end] for end in ("low", "high")}
    return {name: value for name, value in found.items() if value is not None}


def _picture(data: bytes | Path) -> Image.Image:
    with Image.open(io.BytesIO(data) if isinstance(data, bytes) else data) as image:
        image.load()
        assert len(set(image.convert("RGB").resize((64, 64)).getdata())) > 20, "it is empty"
        return image.copy()


def test_a_death_changes_no_weights_and_trackers_neither(
    run: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    straight = tmp_path / "straight"
    assert dojang("train", photos, "--run", straight, *SETTINGS).code == 0
    weights = [file_hash(r / "weights" / "fold0.safetensors") for r in (run, straight)]
    assert weights[0] == weights[1]
    assert not (straight / "track").exists() and not (straight / "track.json").exists()
    assert "track" not in (straight / "recipe.yaml").read_text(encoding="utf-8")


def test_tensorboard_shows_curve_scores_and_pictures(run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(run / "track" / "tensorboard"), size_guidance={"images": 0})
    found.Reload()
    scalars = {tag: found.Scalars(tag) for tag in found.Tags()["scalars"]}
    assert [event.step for event in scalars["loss/valid"]] == list(range(1, EPOCHS + 1))
    _same({tag: [e.value for e in scalars[tag]] for tag in CURVE}, run)
    for part in ("valid", "test"):
        expected = _scores(run, part)
        assert {k for k in scalars if k.startswith(part)} == expected.keys()
        for tag, value in expected.items():
            assert [e.value for e in scalars[tag]] == [pytest.approx(value, rel=1e-6)]
        picture = found.Images(f"{part}/confusion")
        assert len(picture) == 1 and picture[0].step == EPOCHS
        _picture(picture[0].encoded_image_string)
    assert {"train/contact", "valid/uncertain", "test/uncertain"} <= set(found.Tags()["images"])
    assert {"scores/valid", "scores/test", "recipe", "outcome"} <= set(found.Tags()["tensors"])
    (table,) = found.Tensors("scores/valid")
    assert b"| accuracy |" in table.tensor_proto.string_val[0]


def test_tensorboard_shows_the_recipe_against_the_scores(run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata

    found = EventAccumulator(str(run / "track" / "tensorboard")).Reload()
    content = found.PluginTagToContent("hparams")
    experiment = metadata.parse_experiment_plugin_data(content[metadata.EXPERIMENT_TAG])
    assert {m.name.tag for m in experiment.metric_infos} >= {"valid/accuracy", "test/accuracy"}
    started = metadata.parse_session_start_info_plugin_data(
        content[metadata.SESSION_START_INFO_TAG]
    )
    assert started.hparams["train.epochs"].number_value == EPOCHS
    assert started.hparams["model.name"].string_value == "convnet"
    assert metadata.SESSION_END_INFO_TAG in content
    assert found.PluginTagToContent("custom_scalars")


def test_mlflow_shows_curve_scores_and_pictures(run: Path, place: Path) -> None:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{place / 'mlflow.db'}")
    (found,) = client.search_runs([client.get_experiment_by_name("photos").experiment_id])
    number = found.info.run_id
    assert number == read_json(run / "track.json")["mlflow"]["id"]
    curve = {tag: client.get_metric_history(number, tag) for tag in CURVE}
    assert [m.step for m in curve["loss/valid"]] == list(range(1, EPOCHS + 1))
    _same({tag: [m.value for m in metrics] for tag, metrics in curve.items()}, run)
    for part in ("valid", "test"):
        for tag, value in _scores(run, part).items():
            (metric,) = client.get_metric_history(number, tag)
            assert metric.value == pytest.approx(value)
    assert found.info.status == "FINISHED" and found.data.tags["status"] == "finished"
    assert found.data.tags["dataset"] == "photos" and found.data.tags["verdict"]
    params = found.data.params
    assert params["model.width"] == "8" and params["data.hash"] == _hash(run)
    assert int(params["network.parameters"]) > 1000
    _check_artefacts(client, number, place)


def _check_artefacts(client: Any, number: str, place: Path) -> None:
    root = place / "mlflow" / number / "artifacts"
    names = {p.path for p in client.list_artifacts(number)}
    assert {"recipe.yaml", "report.html", "pictures"} <= names
    kept = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    assert {"pictures/valid/confusion.png", "pictures/test/confusion.png",
            "pictures/train/contact.png"} <= kept  # fmt: skip
    for name in kept:
        if name.endswith((".png", ".jpg")):
            _picture(root / name)
    assert sum(name.startswith("pictures/valid/cases/") for name in kept) >= 4


def _hash(run: Path) -> str:
    return str(read_json(run / "run.json")["data"]["hash"])


def test_wandb_shows_curve_scores_and_pictures(run: Path) -> None:
    from dojang.app.tracking.wandb_log import read_records, rows

    logs = sorted((run / "track" / "wandb").glob("offline-run-*/run-*.wandb"))
    assert len(logs) == 3, "one for each sitting"
    every = [row for log in logs for row in rows(log)]
    epochs = [row for row in every if "loss/valid" in row]
    assert [row["_step"] for row in epochs] == list(range(1, EPOCHS + 1))
    _same({tag: [float(str(row[tag])) for row in epochs] for tag in CURVE}, run)
    summary: dict[str, Any] = {}
    ids = set()
    for log in logs:
        for record in read_records(log):
            kind = record.WhichOneof("record_type")
            if kind == "run":
                ids.add(record.run.run_id)
                assert record.run.project == "dojang"
            for item in record.summary.update if kind == "summary" else ():
                summary["/".join(item.nested_key) or item.key] = json.loads(item.value_json)
    assert ids == {read_json(run / "track.json")["wandb"]["id"]}
    for part in ("valid", "test"):
        for tag, value in _scores(run, part).items():
            assert summary[tag] == pytest.approx(value), tag
    assert summary["status"] == "finished"
    _check_media(logs, every)


def _check_media(logs: list[Path], every: list[dict[str, object]]) -> None:
    files = {log.parent / "files" for log in logs}
    for part in ("valid", "test"):
        (row,) = [row for row in every if f"{part}/confusion/path" in row]
        (picture,) = [p for p in (f / str(row[f"{part}/confusion/path"]) for f in files)
                      if p.is_file()]  # fmt: skip
        _picture(picture)
        captions = row[f"{part}/cases/captions"]
        assert isinstance(captions, list) and all("true" in text for text in captions)
        (table,) = [p for f in files for p in f.glob(f"media/table/{part}/*.table.json")]
        tree = json.loads(table.read_text(encoding="utf-8"))
        assert tree["columns"][:4] == ["kind", "id", "true", "answer"]
        assert len(tree["data"]) == len(captions)


def test_nothing_is_sent(run: Path, place: Path) -> None:
    """Only the socket of W&B's own helper is connected to, and no name is looked up."""
    lines = (place / "addresses.txt").read_text(encoding="utf-8").splitlines()
    assert lines and [line for line in lines if not line.startswith("socket.connect '/")] == []
    assert not any(name.startswith(OURS) for name in os.environ), "all settings are taken back"


def test_sigterm_ends_trackers_and_nobody_opened_a_connection(photos: Path, tmp_path: Path) -> None:
    """The helper of W&B is no Python: the kernel says what it and all others connect to."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from dojang.app.tracking.wandb_log import rows

    run, calls = tmp_path / "run", tmp_path / "calls"
    two = ["--set", "train.epochs=200", "--set", "track=[tensorboard,wandb]"]
    traced = _may_trace(tmp_path)
    tracer = [*STRACE, "-o", str(calls)] if traced else []
    process = _start(tmp_path / "log", "train", photos, "--run", run, *QUICK, *two, before=tracer)
    _wait_for_epoch(process, 3)
    os.kill(_traced(process.pid) if traced else process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 143, err
    assert out == "" and _gone(process.pid), "a process of a tracker outlived the run"
    assert not (run / "faults.json").exists()
    found = EventAccumulator(str(run / "track" / "tensorboard")).Reload()
    assert b"interrupted" in found.Tensors("outcome")[0].tensor_proto.string_val[0]
    held = [event.step for event in found.Scalars("loss/valid")]
    assert held == list(range(1, len(held) + 1)) and len(held) >= 3
    (log,) = (run / "track" / "wandb").glob("offline-run-*/run-*.wandb")
    assert [row["_step"] for row in rows(log)] == held
    if traced:
        text = calls.read_text(encoding="utf-8", errors="replace")
        assert "connect(" in text and "AF_INET" not in text


STRACE = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto"]


def _may_trace(folder: Path) -> bool:
    """Is there strace, and may it be used here?"""
    if shutil.which("strace") is None:
        return False
    command = [*STRACE, "-o", str(folder / "probe"), "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _traced(tracer: int) -> int:
    """The process that strace runs: the one that was started in its place."""
    (child,) = Path(f"/proc/{tracer}/task/{tracer}/children").read_text().split()
    return int(child)


def test_numbers_that_are_none_are_told_as_such(run: Path, place: Path) -> None:
    """A store that is thrown away, or another run in it, gets a run of its own."""
    from mlflow.tracking import MlflowClient

    from dojang.app.tracking.mlflow import MLflow

    record = EpochRecord.from_json(read_json(run / "history.json")[0])
    record = replace(record, valid_loss=math.nan, train_loss=math.inf)
    facts = RunFacts(place / "other", "other", "옷/가방", 0.0, 2, 5, {"a.b": "x" * 9000}, {})
    tracker = MLflow()
    begun = tracker.begin(facts, "0" * 32)
    tracker.epoch(record)
    client = MlflowClient(tracking_uri=f"sqlite:///{place / 'mlflow.db'}")
    (metric,) = client.get_metric_history(begun.id, "loss/valid/fold1")
    assert math.isnan(metric.value)
    assert MLflow().begin(facts, begun.id).points == {(0, 0)}


def test_frozen_folds_lie_over_each_other(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    """A frozen run has no loop to watch: what it writes is told at the end."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = tmp_path / "run"
    weights = trained / "weights" / "fold0.safetensors"
    answer = dojang(
        "train", photos, "--run", run, "--weights", weights, "--set", "transfer=frozen",
        "--set", "model.width=8", "--set", "split.kind=kfold", "--set", "split.folds=2",
        "--set", "track=tensorboard",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    home = run / "track" / "tensorboard"
    for fold in (1, 2):
        found = EventAccumulator(str(home / f"fold{fold}")).Reload()
        assert len(found.Scalars("loss/valid")) == 1
    assert EventAccumulator(str(home)).Reload().Scalars("valid/accuracy")
