"""Trackers observe: what they are told, what becomes of one that fails, what is refused before."""

from __future__ import annotations

import io
import json
import math
import os
import shutil
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dojang.analysis.sheets import Tile, case_sheet, confusion_sheet, contact_sheet
from dojang.app import tracking
from dojang.app.screen import Lines
from dojang.app.tracking import TRACKERS, Kind, registry
from dojang.app.tracking.base import Begun, CasePicture, Outcome, Picture, RunFacts, Tracker
from dojang.app.tracking.hub import surroundings
from dojang.core.errors import RecipeError, RunError
from dojang.core.recipe import (
    Recipe,
    json_schema,
    load_recipe,
    override,
    parse_recipe,
    parse_settings,
    to_yaml,
)
from dojang.core.store import only_one, open_run_folder, read_json
from dojang.core.types import EpochRecord, Evaluation
from shapes import QUICK, Dojang

RECORD = EpochRecord(
    fold=0, epoch=0, step=3, lr=0.1, objective=1.0, train_loss=1.0, train_accuracy=0.5,
    valid_loss=1.5, valid_accuracy=0.4, images_per_second=100.0, seconds=1.0, best=True,
)  # fmt: skip


class Recorder:
    """Keeps what it is told, and raises where it is asked to."""

    fails: str = ""
    held: frozenset[tuple[int, int]] = frozenset()
    told: list[tuple[str, Any]]

    def __init__(self) -> None:
        type(self).told = []

    def _note(self, what: str, value: Any) -> None:
        self.told.append((what, value))
        if what == self.fails:
            print("a library that prints")  # noqa: T201
            raise ConnectionError("the server is\n down")

    def begin(self, run: RunFacts, known: str | None) -> Begun:
        self._note("begin", run)
        return Begun("7", "nowhere", self.held)

    def epoch(self, record: EpochRecord) -> None:
        self._note("epoch", (record.fold, record.epoch))

    def scores(self, evaluation: Evaluation, epochs: int) -> None:
        self._note("scores", evaluation.part)

    def pictures(
        self, part: str, pictures: Sequence[Picture], cases: Sequence[CasePicture], epochs: int
    ) -> None:
        self._note("pictures", (part, [p.name for p in pictures], len(cases), epochs))

    def end(self, outcome: Outcome) -> None:
        self._note("end", outcome)

    def close(self) -> None:
        self._note("close", None)


@pytest.fixture
def recorders() -> Iterator[dict[str, type[Recorder]]]:
    """Two more trackers, ``first`` and ``second``."""
    kinds = {name: type(name, (Recorder,), {}) for name in ("first", "second")}
    for name, kind in kinds.items():
        TRACKERS.register(name)(lambda kind=kind: Kind(kind, ()))  # type: ignore[misc]
    yield kinds
    for name in kinds:
        del TRACKERS._entries[name]


# --- The recipe -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [("wandb", ("wandb",)), ("[tensorboard,mlflow]", ("tensorboard", "mlflow")),
     ("null", ()), ("[]", ())],
)  # fmt: skip
def test_one_line_names_one_tracker_or_several(text: str, names: tuple[str, ...]) -> None:
    assert parse_recipe(f"track: {text}").track == names
    assert override(Recipe(), parse_settings([f"track={text}"])).track == names


def test_track_is_written_where_it_was_asked_for_and_read_again() -> None:
    assert "track" not in to_yaml(Recipe())
    asked = override(Recipe(), {"track": ["tensorboard", "wandb"]})
    assert parse_recipe(to_yaml(asked)) == asked
    assert {"string", "array"} == {b["type"] for b in json_schema()["properties"]["track"]["anyOf"]}


@pytest.mark.parametrize("value", ["[wandb, wandb]", "3", "{a: b}", "[[a]]", "''"])
def test_a_track_that_is_no_list_of_names_is_refused(value: str) -> None:
    with pytest.raises(RecipeError, match="track"):
        parse_recipe(f"track: {value}")


def test_all_unknown_trackers_are_named_with_the_nearest(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "run"
    answer = dojang("train", photos, "--run", run, "--set", "track=[tensorbord, wandb, mlfow]")
    assert answer.code == 2 and not run.exists()
    assert "tensorbord. Did you mean tensorboard?" in answer.err
    assert "mlfow. Did you mean mlflow?" in answer.err and "Known: mlflow, " in answer.err


def test_all_missing_libraries_are_named_before_anything_is_done(
    photos: Path, tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    run = tmp_path / "run"
    answer = dojang("train", photos, "--run", run, "--set", "track=[wandb, mlflow]")
    assert answer.code == 2 and not run.exists()
    assert "wandb needs wandb" in answer.err and "mlflow needs mlflow" in answer.err
    assert 'pip install "dojang[track]"' in answer.err


# --- What trackers are told -------------------------------------------------------------------


def test_a_tracker_of_ones_own_sees_the_whole_run(
    photos: Path, tmp_path: Path, dojang: Dojang, recorders: dict[str, type[Recorder]]
) -> None:
    run, first = tmp_path / "run", recorders["first"]
    first.held = frozenset({(0, 1)})
    recorders["second"].fails = "epoch"
    both = ["--set", "track=[second, first]", "--json"]
    answer = dojang("train", photos, "--run", run, *QUICK, *both)
    assert answer.code == 0 and answer.json["status"] == "finished"
    assert answer.err.count("Tracking with second failed at epoch 1") == 1
    assert [fault["fold"] for fault in read_json(run / "faults.json")] == [-1]
    facts = dict(first.told)["begin"]
    assert facts.dataset == "photos" and facts.params["train.epochs"] == 3
    assert facts.params["data.hash"] == read_json(run / "run.json")["data"]["hash"]
    assert [v for k, v in first.told if k == "epoch"] == [(0, 0), (0, 2)]  # it has the other one
    part, names, cases, epochs = dict(first.told)["pictures"]
    assert part == "valid" and epochs == 3 and cases > 0
    assert {"valid/confusion", "train/contact"} < set(names)
    outcome = dict(first.told)["end"]
    assert outcome.status == "finished" and outcome.network["network.parameters"] > 1000
    assert [path.name for path in outcome.files] == ["recipe.yaml", "report.html"]
    assert [k for k, _ in first.told][-2:] == ["end", "close"]
    assert read_json(run / "track.json")["first"] == {"id": "7", "told": ["valid@3"]}


def _sitting(run: Path, names: str) -> None:
    """What a finished run tells trackers as if it was being trained now."""
    folder, record = open_run_folder(run)
    recipe = override(load_recipe(folder.recipe), parse_settings([f"track={names}"]))
    with tracking.observing(folder, record, recipe, Lines(live=False)) as screen:
        screen.note("progress.report", path=run)


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.mark.parametrize("moment", ["begin", "epoch", "scores", "pictures", "end", "close"])
def test_a_tracker_that_fails_costs_nothing_but_itself(
    copied: Path,
    dojang: Dojang,
    recorders: dict[str, type[Recorder]],
    moment: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recorders["first"].fails = moment
    _sitting(copied, "[first, second]")
    said = capsys.readouterr()
    assert said.out == ""  # what libraries print is no result of ours
    assert said.err.count("Tracking with first failed") == 1 and "the server is down" in said.err
    assert [k for k, _ in recorders["second"].told] == [
        "begin", *["epoch"] * 3, "scores", "pictures", "end", "close"
    ]  # fmt: skip
    (fault,) = read_json(copied / "faults.json")
    assert fault["action"] == "untracked" and fault["detail"][0] == "first"
    assert sum(k == moment for k, _ in recorders["first"].told) <= 2  # close is tried once more
    assert dojang("report", copied).code == 0
    assert "Tracking with first failed" in (copied / "report.html").read_text(encoding="utf-8")


def test_a_run_that_is_busy_opens_no_tracker(
    trained: Path, recorders: dict[str, type[Recorder]]
) -> None:
    with only_one(trained), pytest.raises(RunError):
        _sitting(trained, "first")
    assert not hasattr(recorders["first"], "told") and not (trained / "track.json").exists()


def test_what_the_user_has_set_stays_and_ours_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "true")
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    with surroundings(("wandb", "mlflow")):
        assert os.environ["WANDB_ERROR_REPORTING"] == "true"
        assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["WANDB_ERROR_REPORTING"] == "true"
    assert "MLFLOW_DISABLE_TELEMETRY" not in os.environ


# --- Single trackers --------------------------------------------------------------------------


def _facts(path: Path, folds: int = 1) -> RunFacts:
    params = {"model.name": "convnet", "train.epochs": 3, "loss.gamma": 2.0, "x": "null"}
    return RunFacts(
        path, "옷/가 나", "옷", 0.0, folds, 3, params, {"dataset": "옷", "model": "m/x"}
    )


def _tensorboard() -> Tracker:
    pytest.importorskip("tensorboard")
    return TRACKERS["tensorboard"]().make()


def _scalars(path: Path, tag: str) -> list[tuple[int, float]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(path)).Reload()
    return [(event.step, event.value) for event in found.Scalars(tag)]


def test_tensorboard_knows_what_it_holds_even_of_a_file_that_was_cut(tmp_path: Path) -> None:
    home = tmp_path / "track" / "tensorboard"
    tracker = _tensorboard()
    assert not tracker.begin(_facts(tmp_path), None).points
    for epoch in range(3):
        tracker.epoch(replace(RECORD, epoch=epoch, valid_loss=math.nan))
    tracker.close()
    (file,) = home.glob("events*")
    file.write_bytes(file.read_bytes()[:-20])
    again = _tensorboard()
    assert again.begin(_facts(tmp_path), "tensorboard").points == {(0, 0), (0, 1)}
    again.epoch(replace(RECORD, epoch=2))
    again.close()
    found = _scalars(home, "loss/valid")
    assert [step for step, _ in found] == [1, 2, 3]
    assert math.isnan(found[0][1]) and found[2][1] == 1.5


def test_folds_are_runs_of_their_own(tmp_path: Path) -> None:
    tracker = _tensorboard()
    tracker.begin(_facts(tmp_path, folds=2), None)
    for fold in (0, 1):
        tracker.epoch(replace(RECORD, fold=fold))
    tracker.close()
    home = tmp_path / "track" / "tensorboard"
    assert all(_scalars(home / f"fold{n}", "accuracy/valid") for n in (1, 2))


def test_wandb_stays_offline_unless_the_user_says_other(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb")
    from dojang.app.tracking.wandb import _settings

    monkeypatch.delenv("WANDB_MODE", raising=False)
    assert _settings().mode == "offline" and _settings().x_disable_stats
    monkeypatch.setenv("WANDB_MODE", "online")
    assert _settings().mode == "online"


def test_a_wandb_log_is_read_over_blocks_and_where_it_was_cut(tmp_path: Path) -> None:
    pytest.importorskip("wandb")
    from wandb.proto import wandb_internal_pb2

    from dojang.app.tracking.wandb_log import read_records, steps

    contents = []
    for step in (1, 2, 3):
        record: Any = wandb_internal_pb2.Record()  # type: ignore[attr-defined]
        for key, value in (("_step", step), ("loss/valid", math.nan), ("long", "x" * 20_000)):
            record.history.item.add(nested_key=[key], value_json=json.dumps(value))
        contents.append(record.SerializeToString())
    path = tmp_path / "offline-run-1" / "run-1.wandb"
    path.parent.mkdir()
    path.write_bytes(_log(contents))
    assert len(list(read_records(path))) == 3
    assert steps(tmp_path) == {1: True, 2: True, 3: True}
    path.write_bytes(path.read_bytes()[:-10])
    assert steps(tmp_path) == {1: True, 2: True}
    path.write_bytes(b"")
    assert steps(tmp_path) == {}


def _log(contents: list[bytes]) -> bytes:
    """Write records as LevelDB does: in pieces that no block of 32 KiB is crossed by."""
    found = b":W&B\xe1\xbe\x00"
    for content in contents:
        begun = False
        while True:
            left = 32_768 - len(found) % 32_768
            if left < 7:
                found += bytes(left)
                left = 32_768
            piece, content = content[: left - 7], content[left - 7 :]
            kind = (3 if content else 4) if begun else (2 if content else 1)
            found += struct.pack("<IHB", 0, len(piece), kind) + piece
            begun = True
            if not content:
                break
    return found


# --- Pictures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 30, 130])
def test_a_confusion_matrix_is_drawn_for_any_names(count: int) -> None:
    names = ["a/b", "$x$", "고양이", "<b>", "x" * 300, "\u0e01", "new\nline"]
    classes = [f"{names[i % len(names)]}{i}" for i in range(count)]
    counts = np.eye(count, dtype=int) * 5
    png = confusion_sheet(counts.tolist(), classes, "$ 혼동 행렬 $", "true", "answer")
    with Image.open(io.BytesIO(png)) as image:
        assert 400 < image.width < 2200 and 400 < image.height < 2200


def test_sheets_have_a_place_for_every_case(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (30, 20), (200, 10, 10)).save(path)
    tile = Tile((path, path), ("정답: 고양이/a", "x" * 400, ""))
    one, four = (case_sheet([tile] * n) for n in (1, 4))
    with Image.open(io.BytesIO(one)) as small, Image.open(io.BytesIO(four)) as large:
        assert large.width > 1.9 * small.width - 20 and large.height > 1.9 * small.height - 20
    assert contact_sheet([("고양이\t/", [path] * 3), ("b", [path])]).startswith(b"\x89PNG")
