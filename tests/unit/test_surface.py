"""The blocks of any network: every parameter in exactly one, in order, the head last."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dojang.core.types import InputSpec
from dojang.nn.factory import Network, build
from dojang.nn.surface import blocks_of

NETWORKS = [
    ("convnet", 8, 4), ("convnet", 32, 5), ("convnet", 64, 5), ("resnet18", 64, 5),
    ("vit_tiny_patch16_224", 32, 13), ("mobilenetv3_small_050", 64, 8), ("convnext_atto", 64, 5),
    ("torchvision/resnet18", 64, 5), ("torchvision/vgg11", 64, 10), ("torchvision/vit_b_16", 32, 13),
    ("torchvision/mobilenet_v3_small", 64, 14), ("torchvision/squeezenet1_1", 64, 10),
]  # fmt: skip


def network(name: str, size: int) -> Network:
    grey = (127.5, 127.5, 127.5)
    return build(name, 3, InputSpec(size, "squash", grey, grey), width=16)


@pytest.mark.parametrize(("name", "size", "count"), NETWORKS)
def test_every_parameter_is_in_exactly_one_block(name: str, size: int, count: int) -> None:
    net = network(name, size)
    blocks = blocks_of(net)
    found = [id(p) for block in blocks for p in block.parameters()]
    assert len(found) == len(set(found))
    assert set(found) == {id(p) for p in net.parameters()}
    assert blocks[-1].name == "head" and blocks[-1].modules == (net.head,)
    assert len(blocks) == count + 1 or name == "convnet"
    assert len({block.name for block in blocks}) == len(blocks)


@pytest.mark.parametrize(("name", "size", "count"), NETWORKS)
def test_every_norm_is_in_exactly_one_block(name: str, size: int, count: int) -> None:
    net = network(name, size)
    norms = [m for m in net.features.modules() if isinstance(m, nn.BatchNorm2d)]
    held = [m for block in blocks_of(net) for own in block.modules for m in own.modules()]
    assert all(sum(m is norm for m in held) == 1 for norm in norms)


@pytest.mark.parametrize(("name", "size", "count"), NETWORKS)
def test_blocks_run_from_the_input_to_the_head(name: str, size: int, count: int) -> None:
    """Whatever is first in the forward pass is in the first block, and so on."""
    net = network(name, size).eval()
    order: list[int] = []
    for number, block in enumerate(blocks_of(net)):
        for own in block.modules:
            for module in own.modules():
                if (
                    isinstance(module, nn.Conv2d | nn.Linear)
                    and any(True for _ in module.children()) is False
                ):
                    module.register_forward_hook(lambda *_, number=number: order.append(number))
    with torch.no_grad():
        net(torch.zeros(2, 3, size, size))
    assert order == sorted(order)
    assert set(order) == set(range(len(blocks_of(net))))


def test_a_plain_stack_of_layers_and_a_norm_without_parameters() -> None:
    layers = [nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, affine=False), nn.ReLU(), nn.Conv2d(4, 4, 3),
              nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten()]  # fmt: skip
    grey = (127.5, 127.5, 127.5)
    net = Network(nn.Sequential(*layers), nn.Linear(4, 2), InputSpec(8, "squash", grey, grey))
    blocks = blocks_of(net)
    assert [block.name for block in blocks] == ["0", "3", "head"]
    assert layers[1] in blocks[0].modules and layers[4] in blocks[1].modules


def test_a_module_used_twice_is_in_one_block() -> None:
    shared = nn.Conv2d(3, 3, 3, padding=1)
    net = Network(
        nn.Sequential(shared, nn.ReLU(), nn.Conv2d(3, 3, 1), shared, nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        nn.Linear(3, 2), InputSpec(8, "squash", (0.0,) * 3, (1.0,) * 3),
    )  # fmt: skip
    found = [id(p) for block in blocks_of(net) for p in block.parameters()]
    assert len(found) == len(set(found)) == len(list(net.parameters()))
