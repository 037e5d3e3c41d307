"""Sharpness-aware steps: where they climb to, and that the way back is exact."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dojang.train.norms import frozen_norm_statistics
from dojang.train.sharpness import climb, descend


def bits(tensors: list[Tensor]) -> list[bytes]:
    return [t.detach().numpy().tobytes() for t in tensors]


def test_a_step_on_a_quadratic_is_the_one_of_the_paper() -> None:
    """f = (a x² + b y²) / 2 with gradient (a x, b y): known in closed form."""
    a, b, rho, lr = 4.0, 1.0, 0.1, 0.05
    point = nn.Parameter(torch.tensor([0.3, 0.4], dtype=torch.float64))
    scale = torch.tensor([a, b], dtype=torch.float64)

    def gradient() -> None:
        point.grad = None
        (scale * point.square() / 2).sum().backward()

    optimizer = torch.optim.SGD([point], lr=lr)
    gradient()
    slope = torch.tensor([1.2, 0.4], dtype=torch.float64)
    worst = torch.tensor([0.3, 0.4], dtype=torch.float64) + rho * slope / slope.norm()
    before = climb([point], rho)
    torch.testing.assert_close(point.detach(), worst)
    gradient()
    descend([point], before)
    optimizer.step()
    expected = torch.tensor([0.3, 0.4], dtype=torch.float64) - lr * scale * worst
    torch.testing.assert_close(point.detach(), expected)


@settings(deadline=None, max_examples=50)
@given(
    seed=st.integers(0, 999),
    rho=st.floats(1e-4, 10),
    scale=st.sampled_from([1e-30, 1e-3, 1.0, 1e6]),
)
def test_the_climb_is_rho_long_and_the_way_back_exact(seed: int, rho: float, scale: float) -> None:
    torch.manual_seed(seed)
    parameters = [nn.Parameter(torch.randn(shape)) for shape in ((3, 4), (5,), (2, 3, 2, 2))]
    for parameter in parameters:
        parameter.grad = scale * torch.randn_like(parameter)
    own = bits(parameters)
    before = climb(parameters, rho)
    moved = torch.cat([(p - b).detach().flatten() for p, b in zip(parameters, before, strict=True)])
    if scale > 1e-20:
        assert float(moved.norm()) == pytest.approx(rho, rel=1e-3)
    descend(parameters, before)
    assert bits(parameters) == own


def test_without_a_slope_nothing_moves_and_what_is_no_number_can_be_undone() -> None:
    parameters = [nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(2))]
    own = bits(parameters)
    before = climb(parameters, 0.1)
    assert bits(parameters) == own
    parameters[0].grad = torch.zeros(3)
    climb(parameters, 0.1)
    assert bits(parameters) == own
    parameters[0].grad = torch.full((3,), float("nan"))
    before = climb(parameters, 0.1)
    assert bits(parameters[1:]) == own[1:]
    descend(parameters, before)
    assert bits(parameters) == own


def test_the_worst_near_point_is_worse_than_chance() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))
    images, targets = torch.randn(30, 6), torch.arange(30) % 3
    parameters = list(model.parameters())

    def loss() -> Tensor:
        return nn.functional.cross_entropy(model(images), targets)

    loss().backward()
    before = climb(parameters, 0.2)
    worst = float(loss().detach())
    descend(parameters, before)
    found = []
    for _ in range(20):
        noise = [torch.randn_like(p) for p in parameters]
        length = torch.cat([n.flatten() for n in noise]).norm()
        with torch.no_grad():
            for parameter, n in zip(parameters, noise, strict=True):
                parameter.add_(0.2 * n / length)
        found.append(float(loss().detach()))
        descend(parameters, before)
    assert worst > max(found)


@pytest.mark.parametrize("kind", ["torch", "timm"])
def test_the_second_pass_uses_the_batch_and_remembers_nothing(kind: str) -> None:
    from timm.layers import BatchNormAct2d

    norm: nn.BatchNorm2d = (
        nn.BatchNorm2d(2) if kind == "torch" else BatchNormAct2d(2, apply_act=False)
    )
    frozen = nn.BatchNorm2d(2).eval()
    model = nn.Sequential(nn.Conv2d(3, 2, 1), norm, frozen)
    images = torch.randn(4, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    model(images)
    before = {n: b.clone() for n, b in model.named_buffers()}
    with frozen_norm_statistics(model):
        inside = model(images)
        assert norm.training and not frozen.training
    for name, value in model.named_buffers():
        assert torch.equal(value, before[name]), name
    assert torch.equal(inside, model(images))  # outside, the same, and remembered
    assert not torch.equal(norm.running_mean, before["1.running_mean"])
    assert int(norm.num_batches_tracked) == 2


def test_norms_that_never_track_stay_so() -> None:
    model = nn.Sequential(nn.BatchNorm2d(3, track_running_stats=False))
    with frozen_norm_statistics(model):
        model(torch.randn(2, 3, 4, 4))
    assert not model[0].track_running_stats
