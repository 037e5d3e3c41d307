"""A network described layer by layer, from the recipe to predictions, as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dojang.core.store import read_json
from shapes import Dojang

LAYERS = [
    "conv 8 3x3, bn, relu",
    {"residual": "conv 16 3x3 stride 2, bn, relu, conv 16 3x3, bn", "shortcut": "projection"},
    "relu",
    "gap",
]


def recipe(folder: Path, photos: Path, **model: object) -> Path:
    path = folder / "recipe.yaml"
    tree = {
        "data": {"source": str(photos)},
        "model": {"size": 16, "layers": LAYERS} | model,
        "train": {"epochs": 2, "batch_size": 16},
    }
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


def test_a_described_network_trains_reports_and_predicts(
    dojang: Dojang, photos: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    path = recipe(tmp_path, photos, drop_path=0.2, dropout=0.1)
    answer = dojang("train", path, "--run", run)
    assert answer.code == 0, answer.err
    layers = read_json(run / "layers.json")
    assert layers["described"][3] == {
        "path": "layers[1]", "layer": "residual", "output": [16, 8, 8],
    }  # fmt: skip
    assert any(row["name"] == "features.residual1.body.conv2" for row in layers["rows"])
    assert (
        yaml.safe_load((run / "recipe.yaml").read_text(encoding="utf-8"))["model"]["layers"]
        == LAYERS
    )
    report = (run / "report.html").read_text(encoding="utf-8")
    assert "described layer by layer in the recipe" in report
    image = next(photos.rglob("*.png"))
    assert dojang("predict", run, image).code == 0
    assert dojang("evaluate", run).code == 0
    assert "features." not in dojang("model", run / "recipe.yaml").out


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("model.layers=[conv 8 3x3, bnn, gap]", "Did you mean bn"),
        ("model.layers=[conv 8 3x3]", "End with gap or flatten"),
        ("model.layers=3", "model.layers"),
        ("model.layers=[conv 8 20x20 pad 0, gap]", "kernel 20×20"),
        ("model.weights=hub", "weights"),
    ],
)
def test_what_is_wrong_is_told_before_the_data_are_read(
    dojang: Dojang, tmp_path: Path, setting: str, told: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    path = recipe(tmp_path, empty)
    answer = dojang("train", path, "--run", tmp_path / "run", "--set", setting)
    assert answer.code == 2 and told in answer.err and "Traceback" not in answer.err
    assert not (tmp_path / "run").exists()


def test_a_network_made_for_a_size_takes_it_where_the_images_are_too_small(
    dojang: Dojang, photos: Path
) -> None:
    answer = dojang("init", photos, "--set", "model.name=lenet5")
    assert yaml.safe_load(answer.out)["model"]["size"] == 20, "flattened maps come in any size"
    answer = dojang("init", photos, "--set", "model.name=nin")
    found = yaml.safe_load(answer.out)["model"]["size"]
    assert found == 224 and "was made for this size" in answer.out


def test_drop_path_without_branches_is_told_before_training(
    dojang: Dojang, photos: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    settings = ["--set", "model.name=lenet5", "--set", "model.drop_path=0.1"]
    answer = dojang("train", photos, "--run", run, *settings)
    assert answer.code == 2 and "no residual branches" in answer.err
    assert not run.exists()


BOMB = "[{x: &a0 [1, 1], " + ", ".join(f"y{n}: &a{n + 1} [*a{n}, *a{n}]" for n in range(40)) + "}]"


@pytest.mark.parametrize(
    "layers",
    [
        "&a [conv 8 3x3, {residual: *a}]",
        "[&a {residual: [relu, *a]}, gap]",
        BOMB,
        "[conv 8 3x3, 4]",
        "[[conv 8 3x3]]",
        "[{residual: 2020-01-01}]",
        "[{repeat: 1000, layers: [{repeat: 1000, layers: [{repeat: 1000, layers: [relu]}]}]}]",
        "[{3: 4}]",
        "text",
        "{conv: 3}",
        "[]",
    ],
)
def test_hostile_layers_are_refused_in_words(dojang: Dojang, tmp_path: Path, layers: str) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text(f"data: {{source: nowhere}}\nmodel: {{size: 16, layers: {layers}}}\n")
    for command in (["model", path], ["train", path, "--run", tmp_path / "run"]):
        answer = dojang(*command)
        assert answer.code == 2 and "layer" in answer.err and "Traceback" not in answer.err
        assert len(answer.err) < 5000
