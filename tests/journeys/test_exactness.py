"""Two runs of one recipe are the same run, whoever decodes, and whatever happened in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from dojang.core.store import file_hash, read_json
from shapes import QUICK, Dojang


def _fingerprint(run: Path) -> tuple[str, str, object]:
    scores = read_json(run / "evaluation" / "valid.json")
    probabilities = pd.read_parquet(run / "predictions" / "valid.parquet")
    return (
        file_hash(run / "weights" / "fold0.safetensors"),
        probabilities.to_csv(),
        scores["metrics"],
    )


@pytest.mark.parametrize(
    "extra", [[], ["--set", "augment.min_area=0.5", "--set", "model.dropout=0.2"]]
)
def test_same_weights_and_scores_for_any_number_of_workers(
    photos: Path, tmp_path: Path, dojang: Dojang, extra: list[str]
) -> None:
    """T10. The cache makes no difference either."""
    found = {}
    for workers in (0, 1, 2, 4):
        for cache in ("none", "memory") if workers in (0, 2) else ("none",):
            run = tmp_path / f"{workers}-{cache}"
            settings = ["--set", f"data.workers={workers}", "--set", f"data.cache={cache}", *extra]
            assert dojang("train", photos, "--run", run, *QUICK, *settings).code == 0
            found[run.name] = _fingerprint(run)
    assert len(found) == 6
    assert all(value == found["0-none"] for value in found.values())


def test_another_seed_gives_other_weights_and_the_same_split(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    for seed in (0, 1):
        dojang(
            "train", photos, "--run", tmp_path / str(seed), *QUICK, "--set", f"train.seed={seed}"
        )
    assert _fingerprint(tmp_path / "0")[0] != _fingerprint(tmp_path / "1")[0]
    splits = [pd.read_parquet(tmp_path / s / "split.parquet") for s in "01"]
    assert splits[0].equals(splits[1])


def test_the_kept_recipe_reproduces_the_run(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "again"
    assert dojang("train", trained / "recipe.yaml", "--run", run).code == 0
    assert _fingerprint(run) == _fingerprint(trained)


def _start(photos: Path, run: Path, epochs: int, *extra: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "dojang", "train", str(photos), "--run", str(run), *QUICK]
    command += ["--set", f"train.epochs={epochs}", "--set", "train.checkpoint=2ep", *extra]
    environment = os.environ | {"DOJANG_LANG": "en"}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)


def _wait_for_epoch(process: subprocess.Popen[str], epoch: int) -> None:
    assert process.stderr is not None
    deadline = time.monotonic() + 120
    for line in process.stderr:
        if line.split()[:1] == ["epoch"] and line.split()[1].startswith(f"{epoch}/"):
            return
        if time.monotonic() > deadline:
            break
    pytest.fail(f"epoch {epoch} was never reached")


def test_ctrl_c_keeps_the_best_model_and_resume_ends_as_if_nothing_had_happened(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    epochs = 12
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    settings = [*QUICK, "--set", f"train.epochs={epochs}"]
    assert dojang("train", photos, "--run", straight, *settings).code == 0
    process = _start(photos, broken, epochs)
    _wait_for_epoch(process, 3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err and f"dojang resume {broken}" in err
    assert read_json(broken / "run.json")["status"] == "interrupted"
    assert (broken / "report.html").is_file()
    assert dojang("predict", broken, photos / "circle", "--out", tmp_path / "p.csv").code == 0
    assert dojang("evaluate", broken).code == 2  # the test part stays sealed
    assert dojang("resume", broken).code == 0
    assert _fingerprint(broken) == _fingerprint(straight)
    assert dojang("resume", broken).code == 2  # nothing left to do


def test_a_killed_run_resumes_to_the_same_weights(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    epochs = 12
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    settings = [*QUICK, "--set", f"train.epochs={epochs}", "--set", "data.workers=2"]
    assert dojang("train", photos, "--run", straight, *settings).code == 0
    process = _start(photos, killed, epochs, "--set", "data.workers=2")
    _wait_for_epoch(process, 4)
    process.kill()
    process.communicate(timeout=60)
    assert read_json(killed / "run.json")["status"] == "running"
    assert dojang("resume", killed).code == 0
    assert _fingerprint(killed) == _fingerprint(straight)


def test_resume_refuses_other_data(photos: Path, tmp_path: Path, dojang: Dojang) -> None:
    import shutil

    data = Path(shutil.copytree(photos, tmp_path / "photos"))
    run = tmp_path / "run"
    process = _start(data, run, 40)
    _wait_for_epoch(process, 2)
    process.kill()
    process.communicate(timeout=60)
    victim = next(data.rglob("*.png"))
    victim.write_bytes(next(p for p in data.rglob("*.png") if p != victim).read_bytes())
    answer = dojang("resume", run)
    assert answer.code == 2 and "not those of the run" in answer.err


def _in_two_processes(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2",
               "--main_process_port", "0", "-m", "dojang", *map(str, arguments)]  # fmt: skip
    environment = os.environ | {"DOJANG_LANG": "en"}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=environment
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "extra",
    [
        "",
        "--set regularize.sam=0.05 --set train.accumulate=2",
        "--set model.name=timm/test_efficientnet --set model.size=32 --set average.kind=swa",
    ],
    ids=["ours", "sam", "timm"],
)
def test_two_processes_train_one_model(
    photos: Path, tmp_path: Path, dojang: Dojang, extra: str
) -> None:
    """Equal to one process to rounding, batch norm included."""
    settings = [*QUICK, *extra.split()]
    for rule in ("train.precision=fp32", "train.batch_size=8", "optimizer.name=sgd",
                 "optimizer.lr=0.01", "model.dropout=0", "model.drop_path=0"):  # fmt: skip
        settings += ["--set", rule]
    run, one = tmp_path / "two", tmp_path / "one"
    done = _in_two_processes("train", photos, "--run", run, *settings)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Warning" not in done.stderr
    assert read_json(run / "run.json")["status"] == "finished"
    assert done.stdout.count("Scores on the validation part") == 1
    assert len(read_json(run / "history.json")) == 3
    assert dojang("predict", run, photos / "circle", "--out", tmp_path / "p.csv").code == 0

    assert dojang("train", photos, "--run", one, *settings).code == 0
    alone, together = (load_file(r / "weights" / "fold0.safetensors") for r in (one, run))
    assert alone.keys() == together.keys()
    for name, value in alone.items():
        np.testing.assert_allclose(together[name], value, rtol=1e-3, atol=1e-4, err_msg=name)
