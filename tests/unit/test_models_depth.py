"""Stochastic depth: what is dropped, how often, and where it cannot be."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision.ops import StochasticDepth

from dojang.core.errors import ModelError
from dojang.core.types import InputSpec
from dojang.nn.blocks import Residual
from dojang.nn.depth import rates_of
from dojang.nn.factory import Network, build

LAYERS = ["conv 4 3x3", {"repeat": 4, "layers": [{"residual": "conv 4 3x3, relu"}]}, "gap"]


def network(name: str, rate: float, layers: list[object] | None = None, size: int = 32) -> Network:
    spec = InputSpec(size, "squash", (0.0,) * 3, (1.0,) * 3)
    return build(name, 3, spec, width=8, drop_path=rate, layers=layers)


def test_rates_grow_with_depth_as_in_the_paper() -> None:
    assert rates_of(network("label", 0.4, LAYERS)) == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert rates_of(network("convnet", 0.2)) == pytest.approx([0.05, 0.1, 0.15, 0.2])
    assert rates_of(network("label", 0.0, LAYERS)) == []


@pytest.mark.parametrize(
    ("name", "size"),
    [("dojang/resnet18", 32), ("timm/resnet10t", 32), ("vit_tiny_patch16_224", 32),
     ("convnext_atto", 32), ("torchvision/efficientnet_b0", 32), ("torchvision/convnext_tiny", 32),
     ("torchvision/swin_t", 64)],
)  # fmt: skip
def test_networks_of_everybody_take_a_rate(name: str, size: int) -> None:
    rates = rates_of(network(name, 0.3, size=size))
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(0.3)


def test_without_a_rate_nothing_is_dropped_not_even_by_default() -> None:
    assert set(rates_of(network("torchvision/efficientnet_b0", 0.0))) == {0.0}
    assert set(rates_of(network("convnext_atto", 0.0))) <= {0.0}


@pytest.mark.parametrize(
    "name", ["lenet5", "dojang/vgg16", "torchvision/vgg11", "timm/vgg11", "torchvision/resnet18"]
)
def test_without_branches_it_is_said(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        network(name, 0.1)
    assert "residual" in str(caught.value) and "drop_path=0" in str(caught.value)


def test_an_image_keeps_its_branch_scaled_or_loses_it() -> None:
    net = network("label", 0.5, ["conv 4 3x3", {"residual": "conv 4 3x3"}, "gap"])
    block = net.features[1]  # type: ignore[index]
    x = torch.ones(4000, 4, 1, 1)
    with torch.no_grad():
        body = block.body(x) / 0.5
        torch.manual_seed(0)
        added = block.train()(x) - x
        kept = (added.flatten(1) - body.flatten(1)).abs().amax(1) < 1e-5
        gone = added.flatten(1).abs().amax(1) == 0
        assert torch.equal(kept, ~gone)
        assert 0.46 < kept.float().mean() < 0.54
        torch.manual_seed(0)
        assert torch.equal(block(x) - x, added), "drawn from the global generator"
        torch.testing.assert_close(block.eval()(x), x + block.body(x))


def test_old_weights_still_fit() -> None:
    """A rate adds no parameter, so that runs without one can be gone on with."""
    plain, dropped = network("convnet", 0.0), network("convnet", 0.2)
    assert list(plain.state_dict()) == list(dropped.state_dict())
    drops = [m.drop for m in dropped.modules() if isinstance(m, Residual)]
    assert all(isinstance(drop, StochasticDepth) for drop in drops)
    assert all(isinstance(m.drop, nn.Identity) for m in plain.modules() if isinstance(m, Residual))
