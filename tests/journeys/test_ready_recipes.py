"""Ready recipes and what they brought: as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

import dojang as api
from dojang.recipes.ready import RECIPES, ready
from shapes import Dojang

SHORT = ["--set", "train.epochs=4", "--set", "train.batch_size=16", "--set", "split.valid=0.2"]


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_ready_recipe_is_one_that_the_data_complete(name: str, dojang: Dojang, photos: Path) -> None:  # fmt: skip
    answer = dojang("init", photos, "--recipe", name)
    assert answer.code == 0, answer.err
    tree = yaml.safe_load(answer.out)
    assert tree["model"]["name"] == ready(name).model.name
    assert "auto" not in str(tree["optimizer"]) and tree["data"]["source"] == str(photos)


def test_a_whitened_network_trains_with_small_images_first_and_comes_back_the_same(
    dojang: Dojang, photos: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    early = ["--set", "train.early_size=24", "--set", "train.early_epochs=1"]
    answer = dojang("train", photos, "--recipe", "cifar10", "--run", run, *SHORT, *early)
    assert answer.code == 0, answer.err
    recipe = yaml.safe_load((run / "recipe.yaml").read_text(encoding="utf-8"))
    assert recipe["model"]["name"] == "whitenet" and recipe["train"]["early_size"] == 24
    kept = load_file(run / "weights" / "fold0.safetensors")
    filters = kept["features.whiten1.weight"]
    assert torch.equal(filters[:12], -filters[12:])
    assert not torch.equal(filters[:12].flatten(1), torch.eye(12))  # computed from the images
    loaded = api.load(run)
    assert loaded.scores().metrics["accuracy"].value > 0.6
    assert len(loaded.predict(photos)) == 72


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--recipe", "cifar"], "Did you mean cifar10?"),
        (["--set", "train.early_size=20", "--set", "model.size=20"], "not smaller"),
        (["--set", "train.early_epochs=2"], "does not say how small"),
        (["--set", "model.name=lenet5", "--set", "model.size=32", "--set", "train.early_size=20"],
         "20×20"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_before_anything_is_written(
    dojang: Dojang, photos: Path, tmp_path: Path, arguments: list[str], told: str
) -> None:
    answer = dojang("train", photos, "--run", tmp_path / "run", *arguments)
    assert answer.code == 2 and told in answer.err and "Traceback" not in answer.err
    assert not (tmp_path / "run").exists()


def test_a_recipe_file_and_a_ready_recipe_are_one_too_many(dojang: Dojang, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("train: {epochs: 1}\n", encoding="utf-8")
    answer = dojang("train", path, "--recipe", "cifar10")
    assert answer.code == 2 and "a recipe file were given" in answer.err
