"""Sharpness of minima: parity with a Hessian that is written out, and what noise may not change."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from dojang.core.errors import ModelError
from dojang.train.curvature import largest_eigenvalue, loss_under_noise


def tiny(seed: int = 0, norm: bool = True) -> nn.Module:
    """A network of some sixty weights."""
    torch.manual_seed(seed)
    parts: list[nn.Module] = [nn.Conv2d(1, 3, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    if norm:
        parts.insert(1, nn.BatchNorm2d(3))
    return nn.Sequential(*parts, nn.Dropout(0.5), nn.Linear(3, 3)).double()


def data(count: int = 12) -> list[tuple[Tensor, Tensor]]:
    torch.manual_seed(1)
    images, targets = torch.randn(count, 1, 6, 6).double(), torch.arange(count) % 3
    return [(images[:5], targets[:5]), (images[5:], targets[5:])]


def exact(network: nn.Module, batches: list[tuple[Tensor, Tensor]]) -> Tensor:
    """All eigenvalues, of the Hessian written out."""
    network.eval()
    names = [name for name, p in network.named_parameters() if p.requires_grad]
    sizes = [network.get_parameter(name).numel() for name in names]
    start = torch.cat([network.get_parameter(name).detach().flatten() for name in names])
    images, targets = (torch.cat([b[i] for b in batches]) for i in (0, 1))

    def loss(flat: Tensor) -> Tensor:
        pieces = flat.split(sizes)
        shaped = {
            n: piece.view_as(network.get_parameter(n))
            for n, piece in zip(names, pieces, strict=True)
        }
        return cross_entropy(
            torch.func.functional_call(network, shaped, (images,)).float(), targets
        )

    hessian: Any = torch.autograd.functional.hessian(loss, start)
    return torch.linalg.eigvalsh(hessian.double())


@pytest.mark.parametrize("norm", [True, False])
def test_the_eigenvalue_is_that_of_the_whole_hessian(norm: bool) -> None:
    network = tiny(norm=norm)
    wanted = float(exact(network, data())[-1])
    network.train()
    found = largest_eigenvalue(network, data(), seed=0, most_steps=200)
    assert found.settled
    assert found.value == pytest.approx(wanted, rel=0.05)
    assert found.value <= wanted * (1 + 1e-4)
    assert network.training and all(p.grad is None for p in network.parameters())


def test_a_negative_eigenvalue_that_is_larger_in_size_is_passed_over() -> None:
    network, batches = tiny(3, norm=False), data()
    with torch.no_grad():  # far from any minimum, on wrong labels
        for p in network.parameters():
            p.mul_(6)
    every = exact(network, batches)
    if abs(float(every[0])) <= float(every[-1]):
        batches = [(x, (y + 1) % 3) for x, y in batches]
        every = exact(network, batches)
    found = largest_eigenvalue(network, batches, seed=0, most_steps=300)
    assert found.value == pytest.approx(float(every[-1]), rel=0.1)


def test_frozen_weights_do_not_count() -> None:
    network = tiny()
    network[0].requires_grad_(False)
    wanted = float(exact(network, data())[-1])
    found = largest_eigenvalue(network, data(), 0, 200)
    assert found.value == pytest.approx(wanted, rel=0.05)


class _Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        return slope * 2


class _OnceLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = _Once.apply(x)
        return found


def test_a_layer_without_second_derivatives_is_named() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(36, 4), _OnceLayer(), nn.Linear(4, 3)).double()
    with pytest.raises(ModelError) as caught:
        largest_eigenvalue(network, data(), 0)
    assert "second derivatives" in str(caught.value)
    calm, noise = loss_under_noise(network, data(), [0.1], [0])  # this needs none
    assert calm > 0 and len(noise[0].rises) == 1


def test_attention_has_second_derivatives() -> None:
    class Attend(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.turn, self.head = nn.Linear(6, 6), nn.Linear(6, 3)

        def forward(self, x: Tensor) -> Tensor:
            rows = self.turn(x[:, 0])
            mixed = nn.functional.scaled_dot_product_attention(rows, rows, rows)
            found: Tensor = self.head(mixed.mean(dim=1))
            return found

    torch.manual_seed(0)
    batches = [(x.float(), y) for x, y in data()]
    assert largest_eigenvalue(Attend(), batches, 0).value > 0


def test_noise_is_a_share_of_each_filter_and_leaves_no_trace() -> None:
    network = tiny()
    before = [p.detach().clone() for p in network.parameters()]
    calm, noise = loss_under_noise(network, data(), [0.0, 0.05, 0.4], [0, 1, 2])
    assert all(torch.equal(p, b) for p, b in zip(network.parameters(), before, strict=True))
    assert noise[0].rises == (0.0, 0.0, 0.0)
    assert max(map(abs, noise[1].rises)) < max(map(abs, noise[2].rises))
    again = loss_under_noise(network, data(), [0.05], [0, 1, 2])
    assert again == (calm, (noise[1],))


def test_scaling_a_filter_before_a_norm_moves_the_eigenvalue_and_not_the_noise() -> None:
    """A norm takes the scale out again: the same function, another Hessian (Dinh et al. 2017)."""
    network = tiny()
    network.eval()
    first = largest_eigenvalue(network, data(), 0, 200).value
    noise = loss_under_noise(network, data(), [0.2], range(4))[1][0].rises
    with torch.no_grad():
        network[0].weight.mul_(0.1)
        network[0].bias.mul_(0.1)
        network[1].running_mean.mul_(0.1)
        network[1].running_var.mul_(0.01)
        network[1].eps *= 0.01
    assert largest_eigenvalue(network, data(), 0, 200).value > 2 * first
    moved = loss_under_noise(network, data(), [0.2], range(4))[1][0].rises
    assert moved == pytest.approx(noise, abs=1e-5)
