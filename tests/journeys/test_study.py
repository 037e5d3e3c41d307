"""``dojang study`` as a user types it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dojang.app import probing, refits, study_grid
from dojang.core.errors import ModelError
from dojang.core.i18n import use_language
from dojang.core.store import read_json
from dojang.train import curvature
from shapes import QUICK, Dojang
from tests.makers import make_folder

FEW = ["--own", "--refits", "2", "--seeds", "1", "--sizes", "0.5,1"]


@pytest.fixture(autouse=True, scope="module")
def few_images() -> Iterator[None]:
    """Minima are looked at with a few images and steps: the figures do not matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probing, "IMAGES", 16)
        patch.setattr(curvature, "MOST_STEPS", 4)
        yield


@pytest.fixture(scope="module")
def studied(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a run that was studied."""
    from dojang.app.cli import run

    path = tmp_path_factory.mktemp("studied") / "shapes"
    shutil.copytree(trained, path)
    assert run(["study", str(path), *FEW]) == 0
    return path


def test_a_study_says_what_it_found_and_keeps_it(studied: Path, dojang: Dojang) -> None:
    answer = dojang("study", studied, *FEW)
    assert answer.code == 0
    for words in ("fitted anew", "net variance", "largest eigenvalue", "test part stayed sealed"):
        assert words in answer.out
    tree = read_json(studied / "study.json")
    assert tree["done"] == tree["fits"] == len(tree["capacity"]) * 2 + 2 + 2
    assert tree["growth"]["refusal"] == "few"  # two sizes make no law
    assert tree["minimum"]["eigenvalue"] is not None
    assert 'id="study"' in (studied / "report.html").read_text("utf-8")
    assert read_json(studied / "run.json")["test_opened"] is None
    assert not (studied / "predictions" / "test.parquet").exists()


def test_what_is_kept_is_not_fitted_again(
    studied: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[refits.Job] = []
    real = refits.Networks.fit

    def counted(self: refits.Networks, job: refits.Job) -> refits.Fit:
        fitted.append(job)
        return real(self, job)

    monkeypatch.setattr(refits.Networks, "fit", counted)
    before = read_json(studied / "study.json")
    assert dojang("study", studied, *FEW, "--json").json == before
    assert fitted == []
    kept = sorted((studied / "study").glob("*.json"))
    next(p for p in kept if read_json(p).get("job")).unlink()
    again = dojang("study", studied, *FEW, "--json").json
    assert len(fitted) == 1
    for key in ("capacity", "size", "growth", "minimum"):
        assert again[key] == before[key]  # the same seed, the same fit


def test_minutes_end_a_study_and_a_second_call_goes_on(
    trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    path = shutil.copytree(trained, tmp_path / "run")
    answer = dojang("study", path, *FEW, "--minutes", "0")
    assert answer.code == 0 and "The rest: dojang study" in answer.err
    assert read_json(path / "study.json")["done"] == 1
    answer = dojang("study", path, *FEW)
    assert "1 of them kept" in answer.err and "The rest" not in answer.err


def test_ctrl_c_keeps_what_is_done(
    trained: Path, tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shutil.copytree(trained, tmp_path / "run")
    real, calls = refits.Networks.fit, []

    def stopped(self: refits.Networks, job: refits.Job) -> refits.Fit:
        if calls:
            raise KeyboardInterrupt
        calls.append(job)
        return real(self, job)

    monkeypatch.setattr(refits.Networks, "fit", stopped)
    answer = dojang("study", path, *FEW)
    assert answer.code == 0 and "what is done is kept" in answer.err
    assert read_json(path / "study.json")["done"] == 1


def test_without_own_a_small_stand_in_is_fitted(
    trained: Path, tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_grid, "EPOCHS", (1, 1))
    path = shutil.copytree(trained, tmp_path / "run")
    with use_language("ko"):
        answer = dojang("study", path, "--refits", "2", "--seeds", "1", "--sizes", "1")
    assert answer.code == 0 and "대신한 작은 모델" in answer.out and "편향" in answer.out
    model = read_json(path / "study.json")["model"]
    assert (model["size"], model["base"], model["epochs"]) == (20, 16, 1)


def test_heads_on_frozen_features(
    photos: Path, trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    path = tmp_path / "frozen"
    weights = trained / "weights" / "fold0.safetensors"
    options = ["--weights", weights, "--set", "transfer=frozen", "--set", "model.width=8"]
    assert dojang("train", photos, "--run", path, *options).code == 0
    tree = dojang("study", path, *FEW[1:], "--json").json
    assert tree["way"] == "heads" and tree["batches"] == [] and len(tree["capacity"]) == 5
    assert tree["done"] == tree["fits"] == 2 * (5 + 1) + 2
    assert tree["minimum"]["eigenvalue"] >= 0  # a convex loss
    assert tree["model"]["epochs"] is None


def test_a_layer_without_second_derivatives_costs_the_eigenvalue_alone(
    trained: Path, tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise ModelError("study.no_curvature", reason="derivative is not implemented")

    monkeypatch.setattr(probing, "largest_eigenvalue", refuse)
    path = shutil.copytree(trained, tmp_path / "run")
    answer = dojang("study", path, *FEW)
    assert answer.code == 0 and "no second derivatives" in answer.out
    assert "second derivatives" in read_json(path / "study.json")["minimum"]["reason"]


def test_mistakes_are_said_in_words(
    trained: Path, studied: Path, tmp_path: Path, dojang: Dojang
) -> None:
    assert dojang("study", tmp_path / "nothing").code == 2
    path = shutil.copytree(trained, tmp_path / "run")
    head = json.loads((path / "run.json").read_text("utf-8"))
    (path / "run.json").write_text(json.dumps(head | {"status": "interrupted"}))
    answer = dojang("study", path)
    assert answer.code == 2 and "not finished" in answer.err and "dojang resume" in answer.err
    for sizes, words in (("2000000", "2e+06"), ("0", "0"), ("half", "half"), ("-1", "-1")):
        answer = dojang("study", studied, f"--sizes={sizes}")
        assert answer.code == 2 and words in answer.err and "--sizes" in answer.err
    assert dojang("study", studied, "--refits", "1").code == 2


def test_too_few_images_and_no_validation_image(
    trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    from dojang.app.files import load_plan
    from dojang.core.store import RunFolder, write_parquet

    small, path = make_folder(tmp_path / "small", {"a": 9, "b": 9}), tmp_path / "tiny"
    assert dojang("train", small, "--run", path, *QUICK).code == 0
    answer = dojang("study", path)
    assert answer.code == 2 and "Too few images" in answer.err
    path = shutil.copytree(trained, tmp_path / "run")
    frame = load_plan(RunFolder(path)).assignment
    frame.loc[frame["part"] == "valid", "part"] = "train"
    write_parquet(path / "split.parquet", frame, {})
    answer = dojang("study", path)
    assert answer.code == 2 and "no validation image" in answer.err
