"""``explain`` with its methods and ``inside``, as a user types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest
from PIL import Image

import dojang as package
from dojang.app.cli import run as run_command
from dojang.core.i18n import use_language
from dojang.core.store import read_json
from shapes import QUICK, Dojang


@pytest.fixture(scope="module")
def looked(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the run that was looked into."""
    run = tmp_path_factory.mktemp("inside") / "shapes"
    shutil.copytree(trained, run)
    assert run_command(["inside", str(run), "--images", "4"]) == 0
    yield run


@pytest.fixture
def picture(photos: Path) -> Path:
    return photos / "circle" / "사진 00.png"


METHODS = ("grad-cam", "grad-cam++", "layer-cam", "occlusion", "integrated-gradients")


def test_every_method_draws_and_grad_cam_is_the_default(
    trained: Path, picture: Path, tmp_path: Path, dojang: Dojang
) -> None:
    drawn = {}
    for method in METHODS:
        out = tmp_path / f"{method}.jpg"
        answer = dojang("explain", trained, picture, "--method", method, "--out", out, "--json")
        assert answer.code == 0, answer.err
        tree = json.loads(answer.out)
        assert tree["method"] == method and tree["heat_map"]
        assert tree["explained"] == tree["predicted"]
        drawn[method] = np.asarray(Image.open(out))
    plain = tmp_path / "plain.jpg"
    assert dojang("explain", trained, picture, "--out", plain).code == 0
    assert np.array_equal(np.asarray(Image.open(plain)), drawn["grad-cam"])
    assert not np.array_equal(drawn["occlusion"], drawn["grad-cam"])


def test_a_class_and_a_layer_change_the_map(
    trained: Path, picture: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = package.load(trained)
    classes = run.record.classes
    maps = {name: run.explain(picture, target=name) for name in classes}
    assert [maps[name].target for name in classes] == list(classes)
    first, second = (maps[name].heat for name in classes[:2])
    assert np.abs(first - second).max() > 0.05
    by_layer = run.explain(picture, layer="stem.0", target=classes[0])
    assert np.abs(by_layer.heat - first).max() > 0.05
    out = tmp_path / "x.jpg"
    answer = dojang(
        "explain", trained, picture, "--class", classes[1], "--layer", "features.stem.0",
        "--method", "layer-cam", "--out", out, "--json",
    )  # fmt: skip
    assert answer.code == 0 and json.loads(answer.out)["explained"] == classes[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--method", "gradcam"], ("gradcam", "grad-cam", "integrated-gradients")),
        (["--layer", "stages.9"], ("stages.9", "Did you mean", "stages.0")),
        (["--layer", "head"], ("Linear", "maps")),
        (["--class", "circel"], ("circel", "circle")),
        (["--method", "occlusion", "--layer", "stem"], ("occlusion", "--layer")),
        (["--method", "attention-rollout"], ("attention", "grad-cam")),
        (["--method", "attention-rollout", "--class", "circle"], ("--class",)),
    ],
)
def test_mistakes_are_named_with_what_there_is(
    trained: Path, picture: Path, dojang: Dojang, options: list[str], words: tuple[str, ...]
) -> None:
    answer = dojang("explain", trained, picture, *options)
    assert answer.code == 2 and "Traceback" not in answer.err
    assert all(word in answer.err for word in words), answer.err
    with use_language("ko"):
        korean = dojang("explain", trained, picture, *options)
    assert korean.code == 2 and korean.err != answer.err


def test_inside_writes_a_page_a_file_and_the_report(looked: Path, trained: Path) -> None:
    tree = read_json(looked / "inside.json")
    assert [row["name"] for row in tree["faithfulness"]["methods"]] == list(METHODS)
    for row in tree["faithfulness"]["methods"]:
        assert 0 <= row["deletion"]["value"] <= 1 and 0 <= row["insertion"]["value"] <= 1
        assert row["gain"]["low"] <= row["gain"]["value"] <= row["gain"]["high"]
        assert row["verdict"] in ("better", "worse", "unclear")
    for row in tree["randomisation"]["methods"]:
        assert len(row["rank"]) == len(row["ssim"]) == len(tree["randomisation"]["stages"])
    assert tree["randomisation"]["stages"][0] == "head"
    page = (looked / "inside.html").read_text("utf-8")
    files = [tree["filters"]["picture"], tree["maps"]["picture"], tree["maps"]["photo"]]
    files += [line["picture"] for line in tree["channels"]]
    assert all((looked / file).is_file() for file in files)
    assert page.count("data:image/") == len(files)
    assert "Grad-CAM" in page and "Random order" in page
    report = (looked / "report.html").read_text("utf-8")
    assert 'id="inside"' in report and 'href="inside.html"' in report
    before = (trained / "report.html").read_text("utf-8")
    assert "dojang inside runs/shapes" in before and 'href="inside.html"' not in before


def test_the_test_part_stays_sealed_and_out_of_sight(looked: Path) -> None:
    tree, record = read_json(looked / "inside.json"), read_json(looked / "run.json")
    run = package.load(looked)
    parts = pd.read_parquet(looked / "split.parquet").set_index("id")["part"]
    shown = {e["id"] for line in tree["channels"] for e in line["examples"]}
    shown.add(tree["maps"]["image"])
    assert set(parts[sorted(shown)]) == {"valid"}
    assert record["test_opened"] is None and not (looked / "predictions/test.parquet").exists()
    assert run.record.test_opened is None


def test_inside_says_the_same_twice_and_in_korean(
    looked: Path, photos: Path, dojang: Dojang
) -> None:
    before = read_json(looked / "inside.json")
    with use_language("ko"):
        answer = dojang("inside", looked, "--images", "4", "--json")
    assert answer.code == 0 and "설명 시험" in answer.err
    page = (looked / "inside.html").read_text("utf-8")
    assert 'lang="ko"' in page and "무작위" in page
    assert read_json(looked / "inside.json") == before
    assert {k: v for k, v in json.loads(answer.out).items() if k != "run"} == before


def test_inside_of_a_layer_and_an_image_of_your_own(
    looked: Path, picture: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "run"
    shutil.copytree(looked, run)
    tree = package.load(run).inside(layer="stem.0", image=picture, images=2)
    assert tree["layer"] == "stem.0" and tree["maps"]["image"] == picture.name
    assert tree["images"] == 2
    wrong: list[tuple[list[Any], str]] = [
        (["--layer", "stages.9"], "stages.0"),
        (["--image", tmp_path / "none.jpg"], "none.jpg"),
        (["--image", run / "run.json"], "run.json"),
    ]
    for options, word in wrong:
        answer = dojang("inside", run, *options)
        assert answer.code == 2 and word in answer.err and "Traceback" not in answer.err


def test_inside_needs_the_data_and_says_so(looked: Path, tmp_path: Path, dojang: Dojang) -> None:
    run, gone = tmp_path / "run", tmp_path / "gone"
    shutil.copytree(looked, run)
    (run / "inside.json").unlink()
    table = parquet.read_table(run / "manifest.parquet")
    metadata = dict(table.schema.metadata)
    metadata[b"dojang.source"] = json.dumps({"kind": "folder", "root": str(gone)}).encode()
    parquet.write_table(table.replace_schema_metadata(metadata), run / "manifest.parquet")
    recipe = (run / "recipe.yaml").read_text("utf-8")
    (run / "recipe.yaml").write_text(recipe.replace("cache: auto", "cache: none"), "utf-8")
    answer = dojang("inside", run, "--images", "2")
    assert answer.code == 2 and "Traceback" not in answer.err and "no such file" in answer.err
    assert not (run / "inside.json").exists()


def test_a_transformer_has_its_attention_rolled_out(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run, out = tmp_path / "vit", tmp_path / "rolled.jpg"
    settings = ["model.name=timm/test_vit", "model.size=32", "train.epochs=1"]
    options = [word for setting in settings for word in ("--set", setting)]
    assert dojang("train", photos, "--run", run, *QUICK, *options).code == 0
    picture = photos / "circle" / "사진 00.png"
    answer = dojang(
        "explain", run, picture, "--method", "attention-rollout", "--out", out, "--json"
    )
    assert answer.code == 0 and json.loads(answer.out)["explained"] is None
    assert (run / "gallery" / "valid-00-why.jpg").is_file(), "Grad-CAM has a layer there too"
