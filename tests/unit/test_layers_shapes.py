"""Shapes worked out beforehand are those of a real run, and what cannot run is refused."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from dojang.core.errors import RecipeError
from dojang.nn.layers import parse, plan
from dojang.nn.layers.build import build_layers
from dojang.nn.layers.shapes import every
from dojang.nn.windows import Window

SIZE = 17
channels = st.sampled_from([4, 8, 12])
kernels = st.tuples(st.integers(1, 5), st.integers(1, 5)).map(lambda p: f"{p[0]}x{p[1]}")
strides = st.sampled_from(["", " stride 2", " stride 1x3"])
pads = st.sampled_from(["", " pad 0", " pad 1", " pad 2x1"])
convs = st.builds(
    lambda c, k, s, p, d, g: f"conv {c} {k}{s}{p}{d}{g}", channels, kernels, strides, pads,
    st.sampled_from(["", " dilation 2"]), st.sampled_from(["", " groups 2", " groups 4"]),
)  # fmt: skip
by_channel = st.builds(lambda k, s: f"depthwise {k}{s}", kernels, strides)
separables = st.builds(lambda c, k, s: f"separable {c} {k}{s}", channels, kernels, strides)
pools = st.builds(
    lambda kind, k, s, p, c: f"{kind} {k}{s}{p}{c}", st.sampled_from(["maxpool", "avgpool"]),
    kernels, strides, st.sampled_from(["", " pad 1"]), st.sampled_from(["", " ceil"]),
)  # fmt: skip
plain = st.sampled_from(
    ["bn", "gn 4", "ln", "lrn 3", "relu", "gelu", "silu", "tanh", "sigmoid", "dropout 0.3", "se 4"]
)  # fmt: skip
simple = st.one_of(convs, by_channel, separables, pools, plain)
keeping = st.one_of(
    plain, st.builds(lambda c, k: f"conv {c} {k}x{k}", channels, st.sampled_from([1, 3]))
)
nested = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(lambda a: {"residual": a, "shortcut": "projection"}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda a: {"residual": a}, st.lists(plain, min_size=1, max_size=2)),
        st.builds(lambda a, b, c: {"branches": [a, b, [c]]}, st.lists(keeping, max_size=2), st.lists(keeping, max_size=2), keeping),
        st.builds(lambda n, a: {"repeat": n, "layers": a}, st.integers(1, 2), st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=4,
)  # fmt: skip
ends = st.sampled_from([["gap"], ["flatten"], ["gap", "linear 7, relu, bn, ln, linear 5 nobias"]])


@settings(max_examples=200, deadline=None)
@given(st.lists(nested, max_size=4), ends)
def test_the_predicted_shapes_are_those_of_the_run(items: list[Any], end: list[str]) -> None:
    layers = parse(["conv 8 3x3", *items, "adaptive 3x2", *end])  # groups of 4 fit from here on
    try:
        planned = plan(layers, SIZE)
    except RecipeError:
        assume(False)
    net = build_layers(planned).eval()
    x = torch.zeros(2, 3, SIZE, SIZE)
    with torch.no_grad():
        for one, module in zip(planned, net, strict=True):
            assert tuple(x.shape[1:]) == one.before
            x = module(x)
            assert tuple(x.shape[1:]) == one.after, one.layer.text
    assert net.num_features == x.shape[1]
    weights = sum(one.weights for one in every(planned))
    assert weights == sum(p.numel() for p in net.parameters())


@settings(max_examples=300, deadline=None)
@given(st.one_of(convs, pools, by_channel), st.integers(1, 9))
def test_a_single_layer_is_refused_where_torch_refuses_it(text: str, size: int) -> None:
    """Of 12 channels, so that groups of 2 and 4 divide them."""
    layer = parse([text])[0]
    try:
        planned = plan(parse([text, "gap"]), size, 12)
    except RecipeError:
        planned = None
    o = layer.options
    half = [d * (k - 1) // 2 for k, d in zip(o["kernel"], o.get("dilation", (1, 1)), strict=True)]
    pad, stride = o["pad"] or tuple(half), o["stride"] or o["kernel"]
    module: nn.Module
    if layer.kind in ("conv", "depthwise"):
        out = o.get("channels", 12)
        groups = o.get("groups", 12)
        module = nn.Conv2d(12, out, o["kernel"], stride, pad, o["dilation"], groups)
    elif layer.kind == "maxpool":
        module = nn.MaxPool2d(o["kernel"], stride, pad, o["dilation"], ceil_mode=o["ceil"])
    else:
        module = nn.AvgPool2d(o["kernel"], stride, pad, ceil_mode=o["ceil"])
    try:
        shape = tuple(module(torch.zeros(1, 12, size, size)).shape[1:])
    except RuntimeError:
        assert planned is None, f"{text} on {size}"
    else:
        assert planned is not None, f"{text} on {size} gives {shape}"
        assert planned[0].after == shape


@settings(deadline=None)
@given(
    st.integers(1, 60), st.integers(1, 11), st.integers(1, 5), st.integers(0, 5), st.booleans(),
)  # fmt: skip
def test_the_window_counts_as_torch_does(
    side: int, kernel: int, stride: int, padding: int, ceil: bool
) -> None:
    assume(2 * padding <= kernel)
    window = Window(side, kernel, stride, padding, ceil=ceil)
    pool = nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil)
    if window.out >= 1:
        assert pool(torch.zeros(1, 1, side, side)).shape[-1] == window.out
        assert window.formula.endswith(f"= {window.out}")


def test_the_formula_shows_its_numbers() -> None:
    assert Window(224, 7, 2, 3).formula == "⌊(224 − 7 + 2·3)/2⌋ + 1 = 112"
    assert Window(27, 5, 1, 2).formula == "(27 − 5 + 2·2)/1 + 1 = 27"
    assert Window(112, 3, 2, ceil=True).formula == "⌈(112 − 3)/2⌉ + 1 = 56"
    assert Window(9, 3, 1, dilation=2).formula == "(9 − (2·2 + 1))/1 + 1 = 5"
    assert Window(3, 2, 2, 1, ceil=True).out == 2
    assert Window(2, 1, 3, ceil=True).formula == "⌈(2 − 1)/3⌉ + 1 − 1 = 1"


def told(items: list[Any], size: int | None) -> str:
    with pytest.raises(RecipeError) as caught:
        plan(parse(items), size)
    return str(caught.value)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["conv 8 9x9 pad 0", "gap"], ["layers[0] (conv 8 9x9 pad 0)", "9×9", "3×8×8", "height"]),
        (["conv 8 3x3 groups 5", "gap"], ["5 groups", "3 in and 8 out"]),
        ([{"residual": ["conv 8 3x3 stride 2"]}, "gap"],
         ["8×4×4", "3×8×8", "shortcut: [conv 8 1x1 stride 2, bn]"]),
        ([{"residual": ["maxpool 2"]}, "gap"], ["layers[0] (residual)", "same sides"]),
        ([{"residual": ["gap"]}], ["two maps or two vectors"]),
        ([{"residual": ["conv 8 3x3 pad 0"], "shortcut": "projection"}, "gap"], ["no 1×1"]),
        ([{"branches": [[], "maxpool 2"]}, "gap"], ["3×8×8, 3×4×4"]),
        ([{"branches": [[], "gap"]}, "gap"], ["same sides"]),
        (["linear 10"], ["Put flatten or gap before it"]),
        (["gap, conv 8 3x3"], ["works on a map", "vector 3"]),
        (["conv 8 3x3"], ["End with gap or flatten"]),
        (["conv 8 3x3, grey, gap"], ["three channels"]),
        (["maxpool 2x2 pad 2, gap"], ["more than half"]),
        (["conv 12 1x1, gn 8, gap"], ["8 groups"]),
        ([{"repeat": 3, "layers": ["maxpool 3"]}, "gap"], ["layers[0].layers[0] (maxpool 3)"]),
        (["flatten, linear 65536, linear 65536, linear 65536"], ["at most"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_explained(items: list[Any], words: list[str]) -> None:
    text = told(items, 8)
    assert "8×8 pixels" in text
    for word in words:
        assert word in text


def test_all_that_does_not_fit_is_told_at_once() -> None:
    text = told(
        [
            "conv 8 9x9 pad 0, relu",
            {"residual": ["conv 16 3x3"]},
            "conv 8 3x3 groups 5",
            "linear 3",
        ],
        4,
    )
    assert text.count("\n  - ") == 4


def test_before_the_size_is_known_only_what_is_wrong_at_any_size_is_told() -> None:
    assert plan(parse(["conv 8 301x301 pad 0", "gap"]), None)
    text = told(["conv 8 301x301 pad 0", {"residual": ["conv 16 3x3"]}, "gap"], None)
    assert text.count("\n  - ") == 1 and "residual" in text


def test_hopelessly_large_networks_are_refused_without_memory() -> None:
    wild = random.Random(0)
    items = [f"conv 65536 {wild.randint(1, 4)}x3 dilation 9" for _ in range(40)]
    assert told([*items, "gap"], 2048).count("\n  - ") == 1
