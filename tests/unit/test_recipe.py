"""The recipe: strict, frozen, versioned, and the same after a round trip."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from dojang.core.durations import Duration
from dojang.core.errors import RecipeError
from dojang.core.i18n import use_language
from dojang.core.messages import CATALOGUE
from dojang.core.recipe import (
    Recipe,
    json_schema,
    keys,
    load_recipe,
    override,
    parse_recipe,
    parse_settings,
    plain,
    to_yaml,
)

FIXED_KEYS = [
    "data.source",
    "split.kind",
    "model.name",
    "model.size",
    "model.weights",
    "loss.name",
    "optimizer.name",
    "optimizer.lr",
    "optimizer.weight_decay",
    "schedule.name",
    "train.epochs",
    "train.batch_size",
    "train.seed",
    "train.precision",
]


def test_keys_that_scripts_rely_on_exist() -> None:
    assert set(FIXED_KEYS) <= set(keys())


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_field_is_described_in_yaml_and_schema(lang: str) -> None:
    with use_language(lang):
        text, schema = to_yaml(override(Recipe(), {"track": "wandb"})), json_schema()
    index = ["en", "ko"].index(lang)
    for key in keys():
        assert CATALOGUE[f"recipe.{key}"][index] in text
    epochs = schema["$defs"]["TrainPart"]["properties"]["epochs"]
    assert epochs["description"] == CATALOGUE["recipe.train.epochs"][index]
    assert schema["properties"]["train"]["description"]


def test_yaml_round_trip_keeps_every_value() -> None:
    settings = {
        "train.epochs": 7,
        "train.limit": "10min",
        "train.patience": "2.5ep",
        "optimizer.lr": 1e-3,
        "data.source": "사진/ 'quoted' # not a comment",
        "model.weights": None,
        "data.group_col": "no",
    }
    recipe = override(Recipe(), settings)
    assert parse_recipe(to_yaml(recipe)) == recipe
    assert parse_recipe(to_yaml(Recipe())) == Recipe()


def test_recipe_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Recipe().train.epochs = 3  # type: ignore[misc]


def test_unknown_keys_are_refused_with_the_nearest_name_and_all_at_once() -> None:
    text = "train: {epoch: 3, seeds: 1}\nmodle: {name: convnet}\n"
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "r.yaml")
    message = str(caught.value)
    assert "train.epoch" in message and "train.epochs" in message
    assert "train.seeds" in message and "train.seed" in message
    assert "modle" in message and "model" in message
    assert len(caught.value.problems) == 3
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("train.epochs=many", "whole number"),
        ("train.epochs=0", "not below 1"),
        ("train.epochs=2.5", "whole number"),
        ("train.batch_size=true", "whole number"),
        ("split.valid=1.5", "below 1"),
        ("split.kind=random", "'holdout'"),
        ("train.limit=10 parsecs", "20ep"),
        ("optimizer.lr=-1", "above 0"),
        ("optimizer.lr=.nan", "number"),
        ("train=3", "keys below it"),
        ("split.valid=0.9", "below 1"),
        ("split.ratio=4:0:3", "train:valid:test"),
        ("split.ratio=1:2:3:4", "train:valid:test"),
        ("split.ratio=half", "train:valid:test"),
    ],
)
def test_wrong_values_are_named_with_what_was_expected(setting: str, expected: str) -> None:
    extra = ["split.test=0.5"] if setting == "split.valid=0.9" else []
    with pytest.raises(RecipeError) as caught:
        override(Recipe(), parse_settings([setting, *extra]))
    problems = "\n".join(map(str, caught.value.problems))
    assert setting.partition("=")[0].split(".")[0] in problems
    assert expected in problems


def test_set_reads_numbers_as_people_write_them() -> None:
    settings = parse_settings(["optimizer.lr=1e-3", "train.epochs=30", "model.weights=null"])
    recipe = override(Recipe(), settings)
    assert recipe.optimizer.lr == 1e-3
    assert recipe.train.epochs == 30
    assert recipe.model.weights is None


@pytest.mark.parametrize(
    ("ratio", "shares"),
    [
        ("4:3:3", (0.3, 0.3)),
        ("8:2", (0.2, 0)),
        ("70:15:15", (0.15, 0.15)),
        ("7:1.5:1.5", (0.15, 0.15)),
    ],
)
def test_a_ratio_is_no_number_to_the_base_of_60(ratio: str, shares: tuple[float, float]) -> None:
    """YAML 1.1 would read 4:3:3 as 14583. The shares that it means are written out beside it."""
    for recipe in (
        override(Recipe(), parse_settings([f"split.ratio={ratio}"])),
        parse_recipe(f"split: {{ratio: {ratio}}}"),
    ):
        assert recipe.split.ratio == ratio
        assert (recipe.split.valid, recipe.split.test) == pytest.approx(shares)
        assert parse_recipe(to_yaml(recipe)) == recipe


def test_a_ratio_and_a_share_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe("split: {ratio: '4:3:3', test: 0.2}")
    assert "split.ratio" in "".join(map(str, caught.value.problems))
    assert parse_recipe("split: {ratio: '4:3:3', test: 0.3}").split.valid == 0.3


@pytest.mark.parametrize("pair", ["train.epochs", "=3", "a: [b=3"])
def test_set_wants_key_equals_value(pair: str) -> None:
    with pytest.raises(RecipeError):
        override(Recipe(), parse_settings([pair]))


def test_newer_version_is_refused_politely() -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe("version: 99\nsome_new_key: 1\n", "r.yaml")
    assert "99" in str(caught.value) and "pip install -U" in str(caught.value)


@pytest.mark.parametrize("text", ["- a\n", "just words", "a: [1", "train: {epochs: 1, epochs: 2}"])
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "broken.yaml")
    assert "broken.yaml" in str(caught.value)


def test_yaml_cannot_build_objects() -> None:
    with pytest.raises(RecipeError):
        parse_recipe("data: !!python/object/apply:os.system ['true']\n")


def test_file_with_bom_and_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("train: {epochs: 3}\n", encoding="utf-8-sig")
    assert load_recipe(path).train.epochs == 3
    with pytest.raises(RecipeError):
        load_recipe(tmp_path / "none.yaml")
    path.write_bytes("data: {source: 사진}".encode("cp949"))
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert "UTF-8" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "steps", "seconds"),
    [("20ep", 200, None), ("3000st", 3000, None), ("10min", None, 600), ("1.5h", None, 5400),
     ("90 s", None, 90), ("0.5ep", 5, None)],
)  # fmt: skip
def test_durations(text: str, steps: int | None, seconds: float | None) -> None:
    duration = Duration.parse(text)
    assert duration.steps(10) == steps
    assert duration.seconds == seconds
    assert Duration.parse(str(duration)) == duration


@pytest.mark.parametrize("text", ["", "ep", "-3ep", "0ep", "3 weeks", "3"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError):
        Duration.parse(text)


def test_plain_is_json() -> None:
    import json

    assert json.loads(json.dumps(plain(override(Recipe(), {"train.limit": "10min"}))))
