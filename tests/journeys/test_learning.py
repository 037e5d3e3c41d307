"""How a network learns, chosen on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dojang.core.i18n import use_language
from dojang.core.recipe import load_recipe
from dojang.core.store import read_json, read_tensors
from shapes import QUICK, Dojang

CHOICES = [
    ("muon", "restarts", "bce", 0.05),
    ("rmsprop", "polynomial", "focal", 1e-4),
    ("adagrad", "step", "cross_entropy", 1e-4),
    ("sgd", "multistep", "bce", 5e-4),
]


@pytest.mark.parametrize(("optimizer", "schedule", "loss", "decay"), CHOICES)
def test_every_choice_trains_and_auto_suits_it(
    optimizer: str,
    schedule: str,
    loss: str,
    decay: float,
    photos: Path,
    tmp_path: Path,
    dojang: Dojang,
) -> None:
    run = tmp_path / "run"
    choice = [f"optimizer.name={optimizer}", f"schedule.name={schedule}", f"loss.name={loss}"]
    settings = [word for pair in choice for word in ("--set", pair)]
    answer = dojang("train", photos, "--run", run, *QUICK, *settings)
    assert answer.code == 0, answer.err
    recipe, history = load_recipe(run / "recipe.yaml"), read_json(run / "history.json")
    assert recipe.optimizer.weight_decay == decay
    assert 0 < float(recipe.optimizer.lr) <= 0.2
    assert all(np.isfinite(line["objective"]) for line in history)


def test_rates_of_layers_and_seeds_decide_the_weights(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    found = []
    for name, decay in (("a", 1.0), ("b", 0.5), ("c", 0.5)):
        run = tmp_path / name
        settings = ["--set", "optimizer.name=muon", "--set", f"optimizer.layer_decay={decay}"]
        assert dojang("train", photos, "--run", run, *QUICK, *settings).code == 0
        found.append(read_tensors(run / "weights" / "fold0.safetensors")[0])
    same = [all(bool((one[n] == found[1][n]).all()) for n in one) for one in found]
    assert same == [False, True, True]


def test_a_schedule_by_the_clock_is_refused_before_anything_is_written(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "run"
    answer = dojang("train", photos, "--run", run, *QUICK, "--set", "schedule.warmup=90s")
    assert answer.code == 2
    assert "schedule.warmup is 90s" in answer.err and "5ep or 400st" in answer.err
    assert "Traceback" not in answer.err and not run.exists()
    with use_language("ko"):
        korean = dojang("train", photos, "--run", run, *QUICK, "--set", "schedule.warmup=2min")
    assert "schedule.warmup: 2min" in korean.err and "5ep나 400st처럼" in korean.err
    for word in ("yes", "rmsporp"):
        answer = dojang("train", photos, "--run", run, *QUICK, "--set", f"optimizer.name={word}")
        assert answer.code == 2 and "Traceback" not in answer.err
    assert "rmsprop" in answer.err


def test_numbers_lost_before_the_first_epoch_leave_no_model_and_say_so(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "run"
    far = ["--set", "optimizer.name=sgd", "--set", "optimizer.lr=1e30"]
    answer = dojang("train", photos, "--run", run, *QUICK, *far)
    assert answer.code == 2 and "There is no model yet" in answer.err
    assert "optimizer.lr=1e+28" in answer.err, "below an eighth, the last rate that was tried"
    assert [fault["action"] for fault in read_json(run / "faults.json")][-1] == "stop"
    assert not (run / "weights").exists()
