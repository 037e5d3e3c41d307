"""``--profile`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dojang.core.i18n import use_language
from dojang.core.store import file_hash, read_json
from shapes import QUICK, Dojang
from tests.unit.test_profile import require_nested

EPOCHS = ["--set", "train.epochs=2", "--set", "train.batch_size=8"]


@pytest.fixture(scope="module")
def plain(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from dojang.app.cli import run

    path = tmp_path_factory.mktemp("plain") / "run"
    assert run(["train", str(photos), "--run", str(path), *QUICK, *EPOCHS]) == 0
    return path


def test_a_profile_adds_up_and_changes_nothing(
    photos: Path, plain: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "run"
    answer = dojang("train", photos, "--run", run, *QUICK, *EPOCHS, "--profile")
    assert answer.code == 0
    profile = read_json(run / "profile.json")
    rows = {row["name"]: row for row in profile["rows"]}
    assert sum(row["share"] for row in profile["rows"]) == pytest.approx(1)
    expected = {"prepare", "wait", "augment", "forward", "backward", "step", "evaluate"}
    assert expected | {"checkpoint", "predict", "other"} <= set(rows)
    assert profile["steps"] > 0 and rows["step"]["count"] == profile["steps"]
    assert profile["images"] == 8 * profile["steps"]
    assert profile["operators"] and profile["operator_steps"] >= 1
    assert profile["machine"]["precision"] in ("fp32", "bf16")
    for words in ("Where the time went", "augmentation", "forward", "trace.json", "aten::"):
        assert words in answer.out
    assert 'id="profile"' in (run / "report.html").read_text("utf-8")
    weights = "weights/fold0.safetensors"
    assert file_hash(run / weights) == file_hash(plain / weights)
    assert not (plain / "profile.json").exists() and not (plain / "trace.json").exists()


def test_the_trace_is_one_that_browsers_open(photos: Path, tmp_path: Path, dojang: Dojang) -> None:
    run = tmp_path / "run"
    assert dojang("train", photos, "--run", run, *QUICK, "--profile").code == 0
    tree = json.loads((run / "trace.json").read_text("utf-8"))
    spans = [event for event in tree["traceEvents"] if event["ph"] == "X"]
    assert {"wait", "augment", "forward", "backward", "step"} <= {e["name"] for e in spans}
    require_nested(spans)
    assert (run / "trace.json").stat().st_size < 2_000_000


def test_decoding_in_children_and_here_is_counted(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    for workers in (0, 2):
        run = tmp_path / str(workers)
        more = ["--set", f"data.workers={workers}", "--set", "data.cache=none", "--profile"]
        assert dojang("train", photos, "--run", run, *QUICK, *more).code == 0
        profile = read_json(run / "profile.json")
        here = [row for row in profile["rows"] if row["name"] == "decode"]
        assert bool(here) == (workers == 0)
        assert (profile["beside"].get("decode", 0) > 0) == (workers > 0)


def test_json_and_korean(photos: Path, tmp_path: Path, dojang: Dojang) -> None:
    run = tmp_path / "run"
    answer = dojang("train", photos, "--run", run, *QUICK, *EPOCHS, "--profile", "--json")
    assert answer.json["profile"]["trace"] == str(run / "trace.json")
    assert answer.json["profile"]["steps"] > 0
    with use_language("ko"):
        answer = dojang("train", photos, "--run", tmp_path / "ko", *QUICK, *EPOCHS, "--profile")
    assert "시간 사용 내역" in answer.out and "순전파" in answer.out and "forward" not in answer.out


def test_resume_takes_the_option_too(plain: Path, dojang: Dojang) -> None:
    answer = dojang("resume", plain, "--profile")
    assert answer.code == 2 and "Traceback" not in answer.err  # finished: nothing to do
    for command in ("train", "resume"):
        text = dojang(command, "--help").out
        assert "--profile" in text and "where the time went" in text
