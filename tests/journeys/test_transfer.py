"""From the weights of a run to another one: frozen, in part, in whole, and as the data decide."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from dojang.app.run import Run
from dojang.core.store import read_json, read_tensors
from dojang.data import shelves
from shapes import QUICK, Dojang

SMALL = ["--set", "model.width=8"]
FROZEN = [*SMALL, "--set", "transfer=frozen"]


@pytest.fixture(scope="module")
def frozen(trained: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from dojang.app.cli import run as command

    path = tmp_path_factory.mktemp("runs") / "frozen"
    folds = ["--set", "split.kind=kfold", "--set", "split.folds=3"]
    arguments = ["train", str(photos), "--run", str(path), "--weights", str(trained)]
    assert command([*arguments, *FROZEN, *folds]) == 0
    return path


def test_a_frozen_run_has_what_any_run_has(frozen: Path, trained: Path) -> None:
    source, _ = read_tensors(trained / "weights" / "fold0.safetensors")
    heads = []
    for fold in range(3):
        tensors, _ = read_tensors(frozen / "weights" / f"fold{fold}.safetensors")
        assert all(torch.equal(tensors[k], v) for k, v in source.items() if "head" not in k)
        heads.append(tensors["head.weight"])
    assert not torch.equal(heads[0], heads[1])
    history = read_json(frozen / "history.json")
    assert [line["fold"] for line in history] == [0, 1, 2] and all(r["best"] for r in history)
    kept = pd.read_parquet(frozen / "predictions" / "valid.parquet")
    assert len(kept) == kept["id"].nunique() and set(kept["fold"]) == {0, 1, 2}
    recipe = (frozen / "recipe.yaml").read_text(encoding="utf-8")
    assert "mode: frozen" in recipe and "flip: none" in recipe
    reasons = read_json(frozen / "run.json")["reasons"]
    assert reasons["augment.flip"]["key"] == "transfer.no_augment"
    assert reasons["model.size"]["key"] == "auto.size_source"


def test_the_data_contract_of_the_source_is_used(frozen: Path, trained: Path) -> None:
    ours, theirs = (read_json(p / "run.json")["input"] for p in (frozen, trained))
    assert ours["mean"] == theirs["mean"] and ours["std"] == theirs["std"]
    assert read_json(frozen / "run.json")["reasons"]["preprocess.scale"]["key"].endswith(
        "published"
    )


def test_the_table_of_settings(frozen: Path) -> None:
    tree = read_json(frozen / "heads.json")
    assert len(tree["settings"]) == 20 and tree["rule"] == "others"
    kept = [fold for entry in tree["settings"] for fold in entry["folds"]]
    assert sorted(kept) == [0, 1, 2]
    for entry in tree["settings"]:
        for name in ("loss", "accuracy"):
            score = entry[name]
            assert score["low"] <= score["value"] <= score["high"]
    html = (frozen / "report.html").read_text(encoding="utf-8")
    assert 'id="heads"' in html and "Settings of the head" in html
    assert f"{tree['settings'][3]['strength']:.3g}" in html


def test_scores_are_those_of_the_kept_features(frozen: Path) -> None:
    """What was measured on features equals what the network says of the pixels, but for bf16."""
    history = read_json(frozen / "history.json")
    kept = pd.read_parquet(frozen / "predictions" / "valid.parquet")
    columns = [c for c in kept.columns if c.startswith("p:")]
    right = kept[columns].to_numpy().argmax(axis=1) == kept["target"].map(
        {c[2:]: i for i, c in enumerate(columns)}
    )
    weights = kept.groupby("fold").size() / len(kept)
    expected = sum(weights[line["fold"]] * line["valid_accuracy"] for line in history)
    assert abs(float(np.mean(right)) - expected) < 0.05


def test_evaluate_predict_explain_and_report_go_on_as_always(
    frozen: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = Path(shutil.copytree(frozen, tmp_path / "run"))
    assert dojang("evaluate", run, "--json").json["part"] == "test"
    assert dojang("predict", run, photos, "--out", tmp_path / "p.csv").code == 0
    assert len(pd.read_csv(tmp_path / "p.csv")) == 72
    picture = next((photos / "circle").iterdir())
    assert dojang("explain", run, picture, "--out", tmp_path / "e.png").code == 0
    assert dojang("report", run).code == 0
    page = Run(run).report(lang="ko").read_text(encoding="utf-8")
    assert "분류층 설정" in page and "다른 모든 폴드" in page


def test_the_same_again_gives_the_same_weights_and_computes_nothing(
    frozen: Path, trained: Path, photos: Path, tmp_path: Path, dojang: Dojang,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from dojang.app import features

    assert any(line.kind == "features" for line in shelves.shelves(shelves.cache_root()))
    monkeypatch.setattr(features.Shelf, "add", lambda *_: pytest.fail("computed again"))
    folds = ["--set", "split.kind=kfold", "--set", "split.folds=3"]
    arguments = [photos, "--run", tmp_path / "again", "--weights", trained, *FROZEN, *folds]
    assert dojang("train", *arguments).code == 0
    for fold in range(3):
        name = f"weights/fold{fold}.safetensors"
        first, again = (read_tensors(p / name)[0] for p in (frozen, tmp_path / "again"))
        assert all(torch.equal(first[k], again[k]) for k in first)


def test_auto_says_what_it_chose_and_why(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    limit = ["--set", "train.limit=2st", "--set", "augment.policy=none"]
    run = tmp_path / "auto"
    answer = dojang("train", photos, "--run", run, "--weights", trained, *SMALL, *limit)
    assert answer.code == 0, answer.err
    reason = read_json(run / "run.json")["reasons"]["transfer.mode"]
    assert reason["key"] == "transfer.auto.in_the_way" and reason["values"]["keys"] == "train.limit"
    assert "Transfer: last-blocks" in answer.err  # train.limit cannot be had with frozen
    assert "mode: last-blocks" in (run / "recipe.yaml").read_text(encoding="utf-8")


def test_last_blocks_change_and_the_others_do_not(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "last"
    settings = ["--set", "transfer=last-blocks", "--set", "train.epochs=2"]
    assert dojang("train", photos, "--run", run, "--weights", trained, *SMALL, *settings).code == 0
    before, _ = read_tensors(trained / "weights" / "fold0.safetensors")
    after, _ = read_tensors(run / "weights" / "fold0.safetensors")
    moved = {k for k in before if not torch.equal(before[k], after[k])}
    assert moved and all(k.startswith(("head", "features.stages.2")) for k in moved)
    assert any("running_mean" in k for k in moved)


def test_unfreezing_goes_on_after_an_interruption_as_if_there_was_none(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dojang.train.loop import Step
    from dojang.train.watch import Watch

    settings = [
        "--weights", trained, *SMALL, "--set", "transfer=full", "--set", "transfer.unfreeze=1ep",
        "--set", "train.epochs=4", "--set", "train.checkpoint=1st", "--set", "train.batch_size=16",
    ]  # fmt: skip
    assert dojang("train", photos, "--run", tmp_path / "straight", *settings).code == 0
    real = Watch.step

    def dying(self: Watch, event: Step) -> None:
        if len(self.history) == 2 and event.place.steps == 2:  # in the middle of an epoch
            raise KeyboardInterrupt
        real(self, event)

    with monkeypatch.context() as patch:
        patch.setattr(Watch, "step", dying)
        assert dojang("train", photos, "--run", tmp_path / "cut", *settings).code != 0
    assert dojang("resume", tmp_path / "cut").code == 0
    name = "weights/fold0.safetensors"
    straight, cut = (read_tensors(tmp_path / run / name)[0] for run in ("straight", "cut"))
    assert all(torch.equal(straight[k], cut[k]) for k in straight)


def test_mistakes_are_named_before_any_work_is_done(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = ["--run", tmp_path / "run"]
    answer = dojang("train", photos, *run, "--set", "transfer=frozen")
    assert answer.code == 2 and "model.weights" in answer.err
    answer = dojang("train", photos, *run, "--weights", trained)  # of width 8, not 64
    assert answer.code == 2 and "--set model.width=8" in answer.err
    answer = dojang("train", photos, *run, "--weights", tmp_path)
    assert answer.code == 2 and "not a run" in answer.err
    answer = dojang(
        "train", photos, *run, "--weights", trained, *FROZEN, "--set", "augment.mixup=0.2"
    )
    assert answer.code == 2 and "augment.mixup" in answer.err
    answer = dojang("train", photos, *run, *QUICK, "--weights", trained, "--set", "transfer=frozen")
    assert answer.code == 0 and "no use for: train.epochs, train.batch_size" in answer.err
