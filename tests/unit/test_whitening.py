"""The layer that is computed from training images: what comes out of it, and that it stays."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from dojang.nn.layers import parse, plan
from dojang.nn.layers.build import build_layers
from dojang.nn.whitening import Whitening, learn_whitening


def pictures(count: int = 64, side: int = 12) -> Tensor:
    """Smooth noise whose channels hang together, as those of photographs do."""
    torch.manual_seed(0)
    fine = torch.randn(count, 3, side, side)
    smooth = nn.functional.avg_pool2d(fine, 3, 1, 1)
    return smooth + smooth.mean(1, keepdim=True)


def test_what_comes_out_is_uncorrelated_and_of_variance_one() -> None:
    images, layer = pictures(), Whitening(3, (2, 2))
    layer.learn(images)
    found = layer(images).detach().double().movedim(1, -1).reshape(-1, 24)[:, :12]
    moments = found.T @ found / len(found)
    off = moments - torch.diag(moments.diag())
    assert off.abs().max() < 1e-4
    assert (moments.diag() - 1).abs().max() < 0.05  # a little is added to every variance
    before = images.double().unfold(2, 2, 1).unfold(3, 2, 1).permute(0, 2, 3, 1, 4, 5)
    flat = before.reshape(-1, 12)
    plain = flat.T @ flat / len(flat)
    assert (plain - torch.diag(plain.diag())).abs().max() > 0.05  # they did hang together


def test_the_second_half_is_the_negative_of_the_first() -> None:
    layer = Whitening(3, (2, 3))
    layer.learn(pictures())
    assert layer.weight.shape == (36, 3, 2, 3)
    assert torch.equal(layer.weight[:18], -layer.weight[18:])


def test_the_same_images_give_the_same_filters_and_flat_ones_give_finite_ones() -> None:
    first, second = Whitening(3, (2, 2)), Whitening(3, (2, 2))
    for layer in (first, second):
        layer.learn(pictures())
    assert torch.equal(first.weight, second.weight)
    first.learn(torch.zeros(4, 3, 8, 8))
    assert first.weight.isfinite().all()


def test_a_layer_learns_from_what_reaches_it_and_the_network_stays_in_its_mode() -> None:
    net = nn.Sequential(nn.AvgPool2d(2), nn.BatchNorm2d(3), Whitening(3, (2, 2)), nn.Dropout(0.5))
    images = pictures()
    learn_whitening(net, images)
    alone = Whitening(3, (2, 2))
    alone.learn(net[1].eval()(net[0](images)))
    assert torch.equal(net[2].weight, alone.weight)
    assert net[3].training and not net[2]._forward_pre_hooks
    assert net[1].num_batches_tracked == 0


def test_filters_stay_and_biases_learn() -> None:
    net = build_layers(plan(parse(["whiten 2x2, gelu, conv 8 3x3, gmp"]), 12))
    learn_whitening(net, pictures())
    before = {name: value.clone() for name, value in net.named_parameters()}
    optimizer = torch.optim.SGD(net.parameters(), 0.1, weight_decay=0.1)
    net(pictures()).square().mean().backward()
    optimizer.step()
    same = {name: torch.equal(value, before[name]) for name, value in net.named_parameters()}
    assert same == {"whiten1.weight": True, "whiten1.bias": False, "conv1.weight": False,
                    "conv1.bias": False}  # fmt: skip


@pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 3), (2, 1)])
def test_shapes_and_weights_are_those_that_were_planned(kernel: tuple[int, int]) -> None:
    line = f"whiten {kernel[0]}x{kernel[1]}"
    planned = plan(parse([line, "gap"]), 9)
    net = build_layers(planned)
    assert net[0](torch.zeros(2, 3, 9, 9)).shape[1:] == planned[0].after
    assert planned[0].weights == sum(p.numel() for p in net.parameters())


def test_a_network_without_such_a_layer_is_not_run() -> None:
    class Untouched(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise AssertionError

    learn_whitening(Untouched(), torch.zeros(1, 3, 4, 4))
