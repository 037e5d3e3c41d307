"""The conformance suite of networks: ours and others pass, and each broken promise is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from dojang.core.types import InputSpec
from dojang.nn.described import described, full_name
from dojang.nn.factory import Network, build
from dojang.testing import broken_promises, check_model
from dojang.testing.model import PROMISES
from dojang.train.checkpoint import load_weights, save_weights

SIZES = {"perceptron": 16, "mlp": 16, "lenet5": 32, "vgg16": 32}
OWN = [("convnet", 32), *((full_name(name), SIZES.get(name, 64)) for name in described())]
OTHERS = [("timm/resnet10t", 64), ("vit_tiny_patch16_224", 64), ("torchvision/shufflenet_v2_x0_5", 64)]  # fmt: skip


@pytest.mark.parametrize(("name", "size"), [*OWN, *OTHERS])
def test_networks_keep_every_promise(name: str, size: int) -> None:
    check_model(name, size=size)


def test_all_of_ours_are_there() -> None:
    assert len(OWN) == 13 and len(PROMISES) == 8


class Odd(nn.Module):
    """A linear layer on pixel means, and a function that spoils it."""

    def __init__(self, spoil: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.linear, self.unused = nn.Linear(3, 4), nn.Linear(3, 4)
        self.spoil = spoil
        self.seen = 0

    def forward(self, x: Tensor) -> Tensor:
        self.seen += 1
        return self.spoil(self, self.linear(x.mean((2, 3))))


def odd(spoil: Callable[[nn.Module, Tensor], Tensor]) -> Network:
    spec = InputSpec(8, "squash", (127.5,) * 3, (60.0,) * 3)
    return Network(Odd(spoil), nn.Linear(4, 2), spec)


def peek(module: nn.Module, x: Tensor) -> Tensor:
    module.unused(x[:, :3])  # type: ignore[operator]
    return x


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        (lambda m, x: x / 0, "surface"),
        (lambda m, x: x[:, :, None], "surface"),
        (lambda m, x: x + m.seen, "deterministic"),
        (lambda m, x: x - x.mean(0), "batch of one"),
        (peek, "gradients"),
        (lambda m, x: x.detach(), "gradients"),
        (lambda m, x: x * (torch.ones((), dtype=x.dtype) if x.dtype == torch.float32 else torch.nan), "bf16"),
        (lambda m, x: x if x.sum().item() < 1e9 else -x, "exported"),
    ],
)  # fmt: skip
def test_a_broken_promise_is_found(
    spoil: Callable[[nn.Module, Tensor], Tensor], promise: str
) -> None:
    network = odd(spoil)
    broken = broken_promises(network)
    assert promise in broken, broken
    with pytest.raises(AssertionError, match=promise):
        check_model(network)


def test_a_sound_network_of_ones_own_passes_and_is_left_alone() -> None:
    network = odd(lambda m, x: x)
    network.train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    check_model(network)
    assert network.training and all(p.grad is None for p in network.parameters())
    assert all(torch.equal(tensor, before[n]) for n, tensor in network.state_dict().items())


def test_a_model_without_weights_in_a_file_is_found() -> None:
    network = odd(lambda m, x: x + m.hidden)  # type: ignore[operator]
    network.features.register_buffer("hidden", torch.ones(4), persistent=False)
    assert "saved" not in broken_promises(network), "buffers made anew are no weights"


def test_a_network_that_asks_which_version_wrote_its_weights_is_filled_from_a_file(
    tmp_path: Path,
) -> None:
    spec = InputSpec(64, "squash", (127.5,) * 3, (60.0,) * 3)
    first, second = (build("torchvision/mnasnet0_5", 3, spec, seed=seed) for seed in (0, 1))
    save_weights(tmp_path / "w.safetensors", first.state_dict(), {})
    load_weights(tmp_path / "w.safetensors", second)
    tensors = second.state_dict()
    assert all(torch.equal(value, tensors[name]) for name, value in first.state_dict().items())
