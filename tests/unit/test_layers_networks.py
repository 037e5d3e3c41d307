"""The ready networks and their bricks against the papers, torch and torchvision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
import yaml
from torch import nn

from dojang.core.types import InputSpec
from dojang.nn.arithmetic import layer_table
from dojang.nn.blocks import (
    Branches,
    ChannelNorm,
    GlobalAverage,
    GlobalMax,
    Grey,
    ResponseNorm,
    Sum,
)
from dojang.nn.convnet import ConvNet
from dojang.nn.described import SHARED_NAMES, described, full_name
from dojang.nn.factory import Network, _torchvision_names, build, known, locate
from dojang.nn.layers import parse, plan
from dojang.nn.layers.build import LayerNet, build_layers

ROOT = Path(__file__).resolve().parents[2]


def network(name: str, classes: int = 1000, size: int | None = None) -> Network:
    side = size or described()[name].size
    return build(full_name(name), classes, InputSpec(side, "squash", (0.0,) * 3, (1.0,) * 3))


def features(layers: Sequence[Any], size: int = 8) -> LayerNet:
    torch.manual_seed(0)
    return build_layers(plan(parse(layers), size))


def count(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("perceptron", 1000 * (3 * 32 * 32 + 1)),
        ("mlp", 512 * 3073 + 512 * 513 + 1000 * 513),
        ("lenet5", 145_856),
        ("alexnet", 60_965_224),
        ("alexnet_one_tower", 61_100_840),
        ("vgg16", 138_357_544),
        ("whitenet", 2_226_080),
        ("nin", 7_595_176),
        ("googlenet", 6_998_552),
        ("googlenet_bn", 6_624_904),
        ("resnet18", 11_689_512),
        ("resnet50", 25_557_032),
    ],
)
def test_parameters_are_those_of_the_paper(name: str, parameters: int) -> None:
    with torch.device("meta"):
        assert count(network(name)) == parameters == described()[name].parameters


def test_every_file_is_checked_and_listed() -> None:
    assert len(described()) == 12
    assert {full_name(name) for name in described()} <= set(known())


def test_lenet5_has_the_61706_parameters_of_the_common_reading() -> None:
    with torch.device("meta"):
        lenet = network("lenet5", 10)
    assert count(lenet) == 61_706
    rows = {row.name.removeprefix("features."): row for row in layer_table(lenet, 32)}
    assert rows["grey1"].output == (1, 32, 32)
    assert [rows[n].parameters for n in ("conv1", "conv2", "linear1", "linear2", "head")] == [
        156, 2_416, 48_120, 10_164, 850,
    ]  # fmt: skip
    assert rows["conv2"].output == (16, 10, 10) and rows["linear1"].parameters == 120 * 401


@pytest.mark.parametrize(
    ("name", "theirs", "size"),
    [("resnet18", "resnet18", 96), ("resnet50", "resnet50", 64), ("googlenet_bn", "googlenet", 96),
     pytest.param("vgg16", "vgg16", 224, marks=pytest.mark.slow),
     pytest.param("alexnet_one_tower", "alexnet", 224, marks=pytest.mark.slow)],
)  # fmt: skip
def test_with_the_weights_of_torchvision_the_logits_are_the_same(
    name: str, theirs: str, size: int
) -> None:
    extra: dict[str, Any] = {"aux_logits": False, "init_weights": False} if "goo" in name else {}
    with torch.device("meta"):
        reference = torchvision.models.get_model(theirs, weights=None, **extra)
        ours = network(name, size=size)
    reference, ours = reference.to_empty(device="cpu").eval(), ours.to_empty(device="cpu").eval()
    generator = torch.Generator().manual_seed(1)
    state = {}
    for key, tensor in reference.state_dict().items():
        if tensor.is_floating_point():
            spread = tensor[0].numel() ** -0.5 if tensor.ndim > 1 else 0.1
            tensor.normal_(
                1.0 if key.endswith(("var", "bn.weight")) else 0.0, spread, generator=generator
            )
            tensor.abs_() if key.endswith("var") else None
        else:
            tensor.zero_()
        state[key] = tensor
    own = [k for k in ours.state_dict() if k not in ("mean", "std")]
    assert len(own) == len(state)
    renamed = dict(zip(own, state.values(), strict=True))
    ours.load_state_dict(renamed | {"mean": torch.zeros(1, 3, 1, 1), "std": torch.ones(1, 3, 1, 1)})
    image = torch.rand(2, 3, size, size, generator=generator)
    with torch.no_grad():
        expected = reference(image)
        assert expected.std() > 0
        torch.testing.assert_close(ours(image), expected)


def test_bare_names_that_others_have_stay_theirs() -> None:
    import timm

    others = {*timm.list_models(), *_torchvision_names()}
    assert {name for name in described() if name in others} == set(SHARED_NAMES)
    assert locate("alexnet") == ("torchvision", "alexnet")
    assert locate("resnet18") == ("timm", "resnet18")
    assert locate("dojang/alexnet") == ("own", "alexnet")
    assert locate("lenet5") == locate("dojang/lenet5") == ("own", "lenet5")
    assert locate("dojang/convnet") == ("own", "convnet")


@pytest.mark.parametrize(
    "module",
    [ResponseNorm(5, 0.2, 0.75, 2.0), ResponseNorm(2, 0.2, 0.5, 1.0), ChannelNorm(6), Grey(),
     GlobalAverage(), Sum(nn.Conv2d(6, 6, 3, padding=1), nn.Identity()),
     Branches([nn.Identity(), nn.Conv2d(6, 2, 1)]),
     nn.Sequential(*features(["separable 4 3x3, se 2, gn 2, silu, lrn 3, ln, gap"], 5))],
    ids=lambda m: type(m).__name__,
)  # fmt: skip
def test_gradients_are_those_of_finite_differences(module: nn.Module) -> None:
    torch.manual_seed(0)
    module = module.double()
    wanted = 3 if isinstance(module, Grey | nn.Sequential) else 6
    x = torch.randn(2, wanted, 3, 4, dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in module.named_parameters()]

    def run(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        given = dict(zip(names, values, strict=True))
        found: torch.Tensor = torch.func.functional_call(module, given, (x,))
        return found

    assert torch.autograd.gradcheck(run, (x, *module.parameters()))


@pytest.mark.parametrize("size", [1, 2, 4, 5, 9])
def test_response_norm_is_torchs_but_for_alpha(size: int) -> None:
    x = torch.randn(2, 7, 3, 3)
    ours = ResponseNorm(size, 0.3, 0.75, 2.0)(x)
    torch.testing.assert_close(ours, nn.LocalResponseNorm(size, 0.3 * size, 0.75, 2.0)(x))
    assert ResponseNorm(5, 1e-4, 0.75, 2.0)(x.bfloat16()).dtype == torch.bfloat16


def test_layer_norm_of_a_map_is_that_of_each_position() -> None:
    x = torch.randn(2, 6, 3, 4)
    norm, plain = ChannelNorm(6), nn.LayerNorm(6)
    torch.testing.assert_close(norm(x)[:, :, 1, 2], plain(x[:, :, 1, 2]))


def test_a_relu_never_changes_what_a_shortcut_holds() -> None:
    layers = ["conv 4 3x3, bn", {"residual": "relu, conv 4 3x3, bn, relu, conv 4 3x3"},
              {"branches": ["relu", []]}, "sigmoid, relu, gap"]  # fmt: skip
    net = features(layers)
    safe = features(layers)
    for module in safe.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    assert any(m.inplace for m in net.modules() if isinstance(m, nn.ReLU))
    for one in (net, safe):
        one.train()
        one(torch.linspace(-1, 1, 2 * 3 * 64).view(2, 3, 8, 8)).square().sum().backward()
    pairs = zip(net.parameters(), safe.parameters(), strict=True)
    assert all(
        torch.equal(a.grad, b.grad) for a, b in pairs if a.grad is not None and b.grad is not None
    )
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
def test_signals_neither_die_nor_explode_in_deep_networks(activation: str) -> None:
    torch.manual_seed(0)
    net = features([{"repeat": 12, "layers": [f"conv 64 3x3, {activation}"]}, "gap"], 12).eval()
    x = torch.randn(4, 3, 12, 12)
    with torch.no_grad():
        for module in list(net)[:-1]:
            x = module(x)
    assert 0.05 < x.square().mean() ** 0.5 < 20


def test_names_of_modules_tell_the_kind() -> None:
    net = features(
        [{"residual": "conv 3 3x3, bn, conv 3 1x1"}, {"branches": [[], "conv 2 1x1"]}, "gap"]
    )
    names = {name for name, _ in net.named_parameters()}
    assert {"residual1.body.conv2.weight", "branches1.1.conv1.bias"} <= names
    assert net.described[0] == ("layers[0]", "residual", (3, 8, 8))


def test_weights_come_from_the_seed() -> None:
    spec = InputSpec(16, "squash", (0.0,) * 3, (1.0,) * 3)
    layers = ["conv 4 3x3, relu", {"residual": "conv 8 3x3, bn", "shortcut": "projection"}, "gap"]
    one, two, other = (build("label", 3, spec, layers=layers, seed=s) for s in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    first = zip(one.parameters(), other.parameters(), strict=True)
    assert not all(torch.equal(a, b) for a, b in first)


def test_the_manual_shows_convnet_in_this_language() -> None:
    """The layer list of ``convnet`` at 32 pixels that docs/models.md prints is the real one."""
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    block = next(b for b in page.split("```yaml\n")[1:] if b.startswith("# convnet at 32"))
    layers = yaml.safe_load(block.split("```")[0])["model"]["layers"]
    ours, real = features(layers, 32), ConvNet(32, 64)
    pairs = zip(ours.state_dict(), real.state_dict().values(), strict=True)
    ours.load_state_dict(dict(pairs))
    image = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(ours(image), real(image))


def test_a_norm_without_a_scale_is_one_whose_scale_is_one() -> None:
    net = features(["conv 4 3x3 nobias, bn noscale momentum 0.4 eps 1e-3", "gap"])
    norm, plain = net.bn1, nn.BatchNorm2d(4, 1e-3, 0.4)
    assert [name for name, _ in norm.named_parameters()] == ["bias"]
    x = torch.randn(5, 4, 6, 6)
    with torch.no_grad():
        norm.bias.copy_(torch.randn(4))
        plain.bias.copy_(norm.bias)
    assert torch.equal(norm(x), plain(x)) and torch.equal(norm.running_var, plain.running_var)
    assert torch.equal(norm.eval()(x), plain.eval()(x))


@pytest.mark.parametrize("layer", ["conv 8 3x3 identity", "conv 2 3x3 identity",
                                   "conv 6 1x1 groups 3 identity"])  # fmt: skip
def test_identity_convolutions_begin_by_passing_channels_on(layer: str) -> None:
    net = features([layer, "gap"])
    x = torch.randn(2, 3, 8, 8)
    out = net.conv1(x)
    if "groups" in layer:  # the first filter of each group
        assert torch.allclose(out[:, ::2], x)
    else:
        kept = min(3, out.shape[1])
        assert torch.allclose(out[:, :kept], x[:, :kept])
        assert not torch.allclose(out[:, -1], x[:, -1]) or out.shape[1] <= 3


def test_the_largest_value_of_each_channel() -> None:
    x = torch.randn(2, 3, 4, 5)
    assert torch.equal(GlobalMax()(x), x.flatten(2).max(2).values)
    assert features(["gmp"]).num_features == 3
