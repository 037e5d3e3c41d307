"""The layer language: what can be written, and what is said of what cannot."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.errors import RecipeError
from dojang.core.i18n import use_language
from dojang.core.recipe import Recipe, load_recipe, override, parse_recipe, to_yaml
from dojang.nn.described import described
from dojang.nn.layers import Layer, parse
from dojang.nn.layers.grammar import MOST_LAYERS
from dojang.nn.layers.kinds import KINDS


def one(item: Any) -> Layer:
    (layer,) = parse([item])
    return layer


def complaint(*items: Any) -> str:
    with pytest.raises(RecipeError) as caught:
        parse(items)
    assert caught.value.problems
    return str(caught.value)


def test_a_line_is_kind_numbers_words() -> None:
    found = one("conv 64 3x5 stride 2 pad 1x0 groups 4 dilation 2 bias").options
    assert found == {
        "channels": 64, "kernel": (3, 5), "stride": (2, 2), "pad": (1, 0), "groups": 4,
        "dilation": (2, 2), "bias": True, "identity": False,
    }  # fmt: skip
    assert one("maxpool 3×3 ceil").options["ceil"] is True
    assert one("maxpool 2").options["kernel"] == (2, 2)
    assert one("dropout 0.25").options == {"share": 0.25}
    assert one("lrn 5 alpha 1e-4 k 1").options["alpha"] == 1e-4


@pytest.mark.parametrize(
    "other",
    [
        {"conv": 64, "kernel": 3, "stride": 2},
        {"conv": 64, "kernel": [3, 3], "stride": "2x2"},
        {"conv": "64 3x3", "stride": 2},
        {"conv": "64 3x3 stride 2"},
        {"conv": None, "channels": 64, "kernel": "3x3", "stride": 2},
    ],
)
def test_a_mapping_says_the_same(other: dict[str, Any]) -> None:
    assert one(other).options == one("conv 64 3x3 stride 2").options


def test_commas_put_several_layers_into_one_line() -> None:
    assert [layer.kind for layer in parse(["conv 8 3x3, bn, relu", "gap"])] == [
        "conv", "bn", "relu", "gap",
    ]  # fmt: skip


def test_a_bias_is_left_out_where_a_norm_follows_at_once() -> None:
    layers = parse(["conv 8 3x3", "bn", "conv 8 3x3, relu", "bn"])
    assert [la.options["bias"] for la in layers if la.kind == "conv"] == [False, True]
    assert parse(["conv 8 3x3 bias, bn"])[0].options["bias"] is True
    assert parse(["conv 8 3x3 nobias"])[0].options["bias"] is False


def test_repetitions_are_written_out_and_numbered() -> None:
    layers = parse(["relu", {"repeat": 3, "layers": ["conv 8 3x3, relu"]}])
    assert [layer.path for layer in layers if layer.kind == "conv"] == [
        "layers[1].layers[0]", "layers[1]#2.layers[0]", "layers[1]#3.layers[0]",
    ]  # fmt: skip


def test_layers_hold_layers() -> None:
    body = {"residual": ["conv 8 3x3, bn", {"branches": [[], "relu"]}], "shortcut": "projection"}
    layer = one(body)
    assert layer.projection and layer.lists[1] == ()
    inner = layer.lists[0][2]
    assert inner.path == "layers[0].residual[1]"
    assert [len(branch) for branch in inner.lists] == [0, 1]
    assert one({"residual": "relu", "shortcut": ["conv 8 1x1"]}).lists[1][0].kind == "conv"


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    text = complaint(
        "conv 64 3x3 strid 2, bnn",
        "residul",
        "dropout 1.5",
        "linear",
        {"residual": ["conv 4 3x3", "pool 3"], "shortcat": []},
        {"branches": ["relu"]},
        {"repeat": 0, "layers": []},
        {"conv": 3, "relu": None},
        ["gap"],
        7,
        "maxpool 2 stride",
        "bn 3",
        "conv 8 3x3 pad 1 pad 2",
        "conv 0 3x3",
        {"relu": 3},
        {"repeat": 2},
        "residual",
        {"avgpool": 2, "ceil": 1},
        {"residual": []},
        {"residual": 3},
    )
    for path in ("layers[1]", "layers[4].residual[1]", "layers[17]"):
        assert path in text
    for told in ("Did you mean stride", "Did you mean bn", "Did you mean residual", "share is 1.5"):
        assert told in text
    with use_language("ko"):
        assert "스트라이드" not in complaint("bnn") and "층은 없습니다" in complaint("bnn")


def test_the_same_mistake_in_a_repetition_is_told_once() -> None:
    assert complaint({"repeat": 50, "layers": ["conv 64 3x3 x"]}).count("\n  - ") == 1


@pytest.mark.parametrize(
    "items",
    [
        [{"repeat": 1000, "layers": [{"repeat": 1000, "layers": ["relu"]}]}],
        ["relu," * (MOST_LAYERS + 5) + "relu"],
        [],
        [None],
        [True],
        ["conv 99999999999999999999 3x3"],
        ["conv 1e3 3x3"],
        ["conv 64 3x3x3"],
        ["dropout nan"],
        ["lrn 5 k inf"],
        ["conv 64 ３x３"],
        [{"conv": True, "kernel": 3}],
        [{3: 4}],
        [{"maxpool": [1, 2, 3]}],
        [{}],
        [{"repeat": 3, "layers": []}],
    ],
)
def test_what_makes_no_sense_is_refused(items: list[Any]) -> None:
    complaint(*items)


def test_nesting_has_an_end() -> None:
    item: Any = "relu"
    for _ in range(200):
        item = {"residual": [item]}
    assert "deep" in complaint(item)


@settings(deadline=None)
@given(st.lists(st.text(max_size=40) | st.dictionaries(st.sampled_from([*KINDS, "x"]), st.text(max_size=9) | st.integers() | st.none() | st.lists(st.integers(), max_size=2), max_size=3), max_size=5))  # fmt: skip
def test_whatever_is_written_is_read_or_refused(items: list[Any]) -> None:
    try:
        parse(items)
    except RecipeError as error:
        assert str(error)


def test_layers_survive_the_recipe(tmp_path: Any) -> None:
    layers = described()["resnet18"].layers
    recipe = override(Recipe(), {"model.layers": list(layers), "train.epochs": 2})
    assert recipe.model.name == "layers", "the name of the default network would mislead"
    text = to_yaml(recipe)
    assert "    - residual: conv 64 3x3, bn, relu, conv 64 3x3, bn\n" in text
    again = parse_recipe(text)
    assert again == recipe and parse(again.model.layers or ()) == parse(layers)
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    assert load_recipe(tmp_path / "r.yaml") == recipe
    named = override(recipe, {"model.name": "mine"})
    assert named.model.name == "mine"
    assert Recipe().model.name == "convnet" and yaml.safe_load(to_yaml(Recipe()))
