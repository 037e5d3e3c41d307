"""From images to predictions, as a user types it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dojang.core.store import read_json, read_tensors
from shapes import QUICK, Dojang, by_the_rule, draw_shapes

CLASSES = ["circle", 'quo"te <b>&', "고양이"]


def test_train_ends_with_scores_and_a_report(trained: Path) -> None:
    record = read_json(trained / "run.json")
    assert record["status"] == "finished"
    assert sorted(record["classes"]) == sorted(CLASSES)
    scores = read_json(trained / "evaluation" / "valid.json")
    accuracy = scores["metrics"]["accuracy"]
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert {"accuracy", "macro_f1", "roc_auc", "ece", "log_loss"} < set(scores["metrics"])
    assert len(scores["metrics"]) == 16, "three classes: nothing of the best three or five"
    html = (trained / "report.html").read_text(encoding="utf-8")
    assert "고양이" in html and "<b>&<" not in html
    assert "quo&#34;te &lt;b&gt;&amp;" in html or "quo&quot;te &lt;b&gt;&amp;" in html
    for name in ("recipe.yaml", "manifest.parquet", "split.parquet", "history.json", "layers.json"):
        assert (trained / name).is_file()
    assert not list(trained.rglob("*.tmp"))


def test_predictions_keep_probabilities_that_sum_to_one(trained: Path) -> None:
    frame = pd.read_parquet(trained / "predictions" / "valid.parquet")
    columns = [f"p:{name}" for name in sorted(CLASSES)]
    np.testing.assert_allclose(frame[columns].sum(axis=1), 1, atol=1e-5)
    assert frame["id"].str.contains("사진 ").all()


def test_nothing_of_the_test_part_is_written_before_it_is_opened(trained: Path) -> None:
    split = pd.read_parquet(trained / "split.parquet")
    sealed = set(split.loc[split["part"] == "test", "id"])
    assert sealed
    assert not (trained / "predictions" / "test.parquet").exists()
    shown = (trained / "gallery" / "contact.json").read_text() + (
        trained / "gallery" / "valid.json"
    ).read_text()
    assert not any(json.dumps(name)[1:-1] in shown or name in shown for name in sealed)


def test_evaluate_opens_the_test_part_once_and_says_so(
    trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = Path(shutil.copytree(trained, tmp_path / "run"))
    first = dojang("evaluate", run, "--json")
    assert first.code == 0 and first.json["opened_now"] is True
    planned = json.loads((run / "split.json").read_text(encoding="utf-8"))["counts"]["test"]
    assert first.json["part"] == "test" and first.json["n"] == planned >= 5
    assert set(first.json["metrics"]["accuracy"]) == {"value", "low", "high"}
    weights = run / "weights" / "fold0.safetensors"
    weights.write_bytes(b"")  # asked again, nothing is computed again
    second = dojang("evaluate", run, "--json")
    assert second.json["opened_now"] is False
    assert second.json["metrics"] == first.json["metrics"]
    assert second.json["opened"] == first.json["opened"]
    assert "opened on" in dojang("evaluate", run).out


def test_predict_equals_evaluation(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    out = tmp_path / "p.csv"
    assert dojang("predict", trained, photos, "--out", out).code == 0
    ours = pd.read_csv(out).set_index("id")
    kept = by_the_rule(trained, "valid")
    columns = list(kept.columns)
    assert len(ours) == 72 and len(kept) >= 9
    difference = ours.loc[kept.index, columns].to_numpy() - kept[columns].to_numpy()
    assert np.abs(difference).max() < 1e-5


def test_names_arrive_unchanged_in_csv_and_json(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    out = tmp_path / "p.csv"
    dojang("predict", trained, photos / "고양이", "--out", out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["id"] for row in rows} == {p.name for p in (photos / "고양이").iterdir()}
    assert 'p:quo"te <b>&' in rows[0]
    answer = dojang("predict", trained, photos / "고양이", "--json").json
    assert {row["id"] for row in answer["predictions"]} == {row["id"] for row in rows}


def test_predict_never_overwrites_and_names_bad_files(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    shutil.copy(photos / "circle" / "사진 00.png", folder / "good.png")
    (folder / "bad.png").write_text("not an image")
    out = tmp_path / "p.csv"
    answer = dojang("predict", trained, folder, "--out", out)
    assert answer.code == 0 and "bad.png" in answer.err
    rows = pd.read_csv(out).set_index("id")
    assert rows.loc["bad.png", "error"] == "not an image"
    assert rows.loc["good.png", "predicted"] in CLASSES
    before = out.read_bytes()
    assert dojang("predict", trained, folder, "--out", out).code == 2
    assert out.read_bytes() == before


def test_submission_follows_the_sample(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    names = [f"고양이/사진 {i:02}.png" for i in (5, 1, 3)]
    sample = tmp_path / "sample.csv"
    sample.write_text("image_id,answer\n" + "".join(f"{n},circle\n" for n in names))
    out = tmp_path / "s.csv"
    assert dojang("predict", trained, photos, "--like", sample, "--out", out).code == 0
    filled = pd.read_csv(out)
    assert list(filled.columns) == ["image_id", "answer"]
    assert list(filled["image_id"]) == names
    assert set(filled["answer"]) <= set(CLASSES)
    wide = tmp_path / "wide.csv"
    pd.DataFrame({"id": names, **dict.fromkeys(reversed(CLASSES), 0.0)}).to_csv(wide, index=False)
    assert dojang("predict", trained, photos, "--like", wide, "--out", tmp_path / "w.csv").code == 0
    probabilities = pd.read_csv(tmp_path / "w.csv")
    assert list(probabilities.columns) == ["id", *reversed(CLASSES)]
    np.testing.assert_allclose(probabilities[CLASSES].sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,label\nnone.png,x\n고양이/사진 00.png,x\n", ["row 2", "none.png"]),
        ("id,label\n고양이/사진 00.png,x\n고양이/사진 00.png,x\n", ["row 3", "repeated"]),
        ("id,label\n사진 00,x\n", ["row 2", "several"]),
        ("id,a,b\n고양이/사진 00.png,0,0\n", ["a, b"]),
        ("", ["cannot be read"]),
    ],
)
def test_submission_that_does_not_match_is_refused(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang, content: str, expected: list[str]
) -> None:
    sample, out = tmp_path / "sample.csv", tmp_path / "out.csv"
    sample.write_text(content)
    answer = dojang("predict", trained, photos, "--like", sample, "--out", out)
    assert answer.code == 2 and not out.exists()
    assert all(part in answer.err for part in expected), answer.err


def test_explain_writes_a_picture_and_ranks_classes(
    trained: Path, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    picture = tmp_path / "why.jpg"
    answer = dojang(
        "explain", trained, photos / "circle" / "사진 00.png", "--out", picture, "--json"
    )
    assert answer.code == 0 and answer.json["heat_map"] is True
    assert picture.read_bytes()[:2] == b"\xff\xd8"
    probabilities = [entry["probability"] for entry in answer.json["classes"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)


def test_report_in_korean_and_runs_table(trained: Path, tmp_path: Path, dojang: Dojang) -> None:
    from dojang.core.i18n import use_language

    out = tmp_path / "ko.html"
    with use_language("ko"):
        assert dojang("report", trained, "--out", out).code == 0
        table = dojang("runs", trained.parent).out
    assert '<html lang="ko"' in out.read_text(encoding="utf-8")
    assert "검증 정확도" in table and "완료" in table
    listed = dojang("runs", trained.parent, "--json").json
    assert [line["name"] for line in listed] == ["shapes"]
    assert listed[0]["test"] is None


def test_init_writes_a_recipe_that_runs_as_train_would(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    from dojang.core.recipe import parse_recipe

    answer = dojang("init", photos)
    assert answer.code == 0 and "→" in answer.out
    recipe = parse_recipe(answer.out)
    assert recipe.data.source == str(photos)
    assert "auto" not in {recipe.model.size, recipe.train.epochs, recipe.optimizer.lr}
    assert dojang("init", photos).out == answer.out


def test_zip_csv_and_folder_give_the_same_weights(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(photos.rglob("*.png")):
            file.write(path, path.relative_to(photos).as_posix())
    table = photos.parent / f"table-{tmp_path.name}.csv"
    rows = [
        (f"photos/{p.relative_to(photos).as_posix()}", p.parent.name) for p in photos.rglob("*.png")
    ]
    pd.DataFrame(rows, columns=["file", "kind"]).to_csv(table, index=False)
    one_epoch = [*QUICK, "--set", "train.epochs=1"]
    assert dojang("train", photos, "--run", tmp_path / "a", *one_epoch).code == 0
    assert dojang("train", archive, "--run", tmp_path / "b", *one_epoch).code == 0
    assert (
        dojang("train", table, "--label-col", "kind", "--run", tmp_path / "c", *one_epoch).code == 0
    )
    hashes = {name: read_json(tmp_path / name / "run.json")["data"]["hash"] for name in "abc"}
    assert hashes["a"] == hashes["b"]
    tensors = [read_tensors(tmp_path / n / "weights" / "fold0.safetensors")[0] for n in "ab"]
    assert all((tensors[0][key] == tensors[1][key]).all() for key in tensors[0])


def test_folds_give_out_of_fold_predictions_of_every_sample(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "folds"
    settings = ["--set", "split.kind=kfold", "--set", "split.folds=3", "--set", "train.epochs=1"]
    assert dojang("train", photos, "--run", run, *QUICK, *settings).code == 0
    split = pd.read_parquet(run / "split.parquet").set_index("id")
    valid = pd.read_parquet(run / "predictions" / "valid.parquet")
    dealt = split[split["part"] == "cv"]
    assert sorted(valid["id"]) == sorted(dealt.index)
    assert (dealt.loc[valid["id"], "fold"].to_numpy() == valid["fold"].to_numpy()).all()
    assert sorted(p.name for p in (run / "weights").iterdir()) == [
        f"fold{i}.safetensors" for i in range(3)
    ]
    assert dojang("evaluate", run, "--json").json["n"] == (split["part"] == "test").sum()


def test_a_bootstrap_averages_what_several_models_say_out_of_bag(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "bootstrap"
    settings = [
        "--set",
        "split.kind=bootstrap",
        "--set",
        "split.folds=2",
        "--set",
        "train.epochs=1",
    ]
    assert dojang("train", photos, "--run", run, *QUICK, *settings).code == 0
    split = pd.read_parquet(run / "split.parquet")
    valid = pd.read_parquet(run / "predictions" / "valid.parquet")
    out = split[(split["part"] == "cv") & ((split["draws:0"] == 0) | (split["draws:1"] == 0))]
    assert list(valid["id"]) == sorted(out["id"])
    assert set(valid["fold"]) == {-1}
    again = ["--set", "split.seed=9", "--set", f"split.keep={run}", "--set", "train.epochs=1"]
    assert dojang("train", photos, "--run", tmp_path / "kept", *QUICK, *again).code == 0
    kept = pd.read_parquet(tmp_path / "kept" / "split.parquet")
    assert set(kept.loc[kept["part"] == "test", "id"]) == set(
        split.loc[split["part"] == "test", "id"]
    )


def test_given_parts_are_kept(tmp_path: Path, dojang: Dojang) -> None:
    data = draw_shapes(tmp_path / "parts", count=15, parts=True)
    run = tmp_path / "run"
    assert dojang("train", data, "--run", run, *QUICK, "--set", "train.epochs=1").code == 0
    split = pd.read_parquet(run / "split.parquet")
    assert (split["id"].str.split("/").str[0] == split["part"]).all()


def test_python_interface(photos: Path, tmp_path: Path) -> None:
    import dojang

    run = dojang.train(
        photos,
        run=tmp_path / "run",
        settings={"train.epochs": 1, "model.width": 8, "train.batch_size": 16},
        progress=False,
    )
    images = sorted((photos / "circle").iterdir())[:3]
    frame = run.predict(images)
    assert list(frame["id"]) == [str(path) for path in images]
    assert run.report(lang="ko", out=tmp_path / "r.html").is_file()
    assert run.explain(images[0]).picture.shape[2] == 3
    assert dojang.load(run.path).scores().n == run.scores().n
    assert [line.name for line in dojang.runs(tmp_path)] == ["run"]
    assert run.evaluate().part == "test"


def test_run_names_count_up(
    photos: Path, tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert dojang("train", photos, *QUICK, "--set", "train.epochs=1").code == 0
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == [
        "photos-convnet-1",
        "photos-convnet-2",
    ]


def test_progress_is_plain_lines_off_a_terminal(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    answer = dojang("train", photos, "--run", tmp_path / "run", *QUICK)
    lines = [line for line in answer.err.splitlines() if line.startswith("epoch")]
    assert len(lines) == 3
    assert all(re.search(r"valid accuracy .* images/s .* left", line) for line in lines)
    assert "\x1b" not in answer.err and "\r" not in answer.err
