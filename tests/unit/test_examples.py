"""The examples load and are what the program would write today."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from dojang.app.checking import check_names
from dojang.core.i18n import LANGUAGES
from dojang.core.recipe import load_recipe, plain, to_yaml
from dojang.recipes.auto import RULES

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RECIPES = sorted(EXAMPLES.glob("*.yaml"))


@pytest.fixture
def digits() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_digits", EXAMPLES / "digits.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reasons_in(text: str) -> dict[str, str]:
    """Read the reasons off a commented recipe: the line with an arrow above each key."""
    found, part, reason = {}, "", None
    for line in text.splitlines():
        if match := re.fullmatch(r"  #   → (.*)", line):
            reason = match[1]
        elif match := re.match(r"(\w+):  #", line):
            part = match[1]
        elif (match := re.match(r"  (\w+):", line)) and reason:
            found[f"{part}.{match[1]}"], reason = reason, None
    return found


def test_there_are_recipes() -> None:
    assert [path.name for path in RECIPES] == ["clothing.yaml", "folds.yaml"]


@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.name)
def test_a_recipe_loads_and_names_only_what_there_is(path: Path) -> None:
    recipe = load_recipe(path)
    tree = plain(recipe)

    check_names(recipe)
    open_keys = {k for k in RULES if tree[k.split(".")[0]][k.split(".")[1]] == "auto"}
    assert open_keys <= {"optimizer.lr", "train.batch_size"}  # tried at the start of a training


@pytest.mark.parametrize("path", RECIPES, ids=lambda p: p.name)
def test_a_recipe_is_commented_as_init_comments_today(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reasons = reasons_in(text)

    assert text.endswith(to_yaml(load_recipe(path), reasons))
    assert len(reasons) >= 10


def test_folds_asks_for_folds() -> None:
    recipe = load_recipe(EXAMPLES / "folds.yaml")

    assert (recipe.split.kind, recipe.split.folds) == ("kfold", 5)


def test_digits_are_written_once(digits: ModuleType, tmp_path: Path) -> None:
    assert digits.write_images(tmp_path) == 1797
    first = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    digits.write_images(tmp_path)

    assert len(first) == 1797
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")} == first
    assert sorted(p.name for p in tmp_path.iterdir()) == [str(n) for n in range(10)]


def test_digits_keep_their_brightness(digits: ModuleType, tmp_path: Path) -> None:
    digits.write_images(tmp_path)
    pixels = np.asarray(Image.open(tmp_path / "0" / "0000.png"))

    assert (pixels.shape, pixels.dtype) == ((8, 8), np.uint8)
    assert pixels.max() > 200
    assert np.array_equal(pixels[0], np.round(np.array([0, 0, 5, 13, 9, 1, 0, 0]) * 255 / 16))


def test_the_demo_speaks_both_languages(digits: ModuleType) -> None:
    assert set(digits.WORDS) == set(LANGUAGES)
    assert len({frozenset(words) for words in digits.WORDS.values()}) == 1
