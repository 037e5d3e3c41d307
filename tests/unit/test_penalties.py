"""Penalties against their formulas, and noise that is seeded, as large as asked, and undone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from dojang.train.penalties import noisy_weights, penalty


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(128, 50))


def own(model: nn.Module) -> list[bytes]:
    return [value.detach().contiguous().numpy().tobytes() for value in model.state_dict().values()]


@given(l1=st.sampled_from([0.0, 0.3]), l2=st.sampled_from([0.0, 0.7]))
def test_value_and_slope_are_those_of_the_formula(l1: float, l2: float) -> None:
    model = network()
    found = penalty(model.parameters(), l1, l2)
    weights = [p.detach() for p in model.parameters() if p.ndim > 1]
    expected = sum(float(l1 * w.abs().sum() + l2 / 2 * w.square().sum()) for w in weights)
    assert float(found) == pytest.approx(expected, rel=1e-5)
    if not l1 and not l2:
        assert not found.requires_grad
        return
    found.backward()
    for parameter in model.parameters():
        if parameter.ndim == 1:  # norms and biases
            assert parameter.grad is None
        else:
            slope = l1 * parameter.detach().sign() + l2 * parameter.detach()
            torch.testing.assert_close(parameter.grad, slope)


def test_gradients_equal_finite_differences() -> None:
    weight = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: penalty([w], 0.3, 0.7), (weight,))


def test_a_weight_of_0_is_not_pushed() -> None:
    weight = nn.Parameter(torch.zeros(2, 2))
    penalty([weight], 1.0, 1.0).backward()
    assert torch.equal(weight.grad, torch.zeros(2, 2))


def test_l2_is_weight_decay_of_plain_sgd() -> None:
    found = []
    for l2, decay in ((0.1, 0.0), (0.0, 0.1)):
        model = network()
        groups = [
            {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": decay},
            {"params": [p for p in model.parameters() if p.ndim == 1]},
        ]
        optimizer = torch.optim.SGD(groups, lr=0.1)
        images = torch.randn(4, 3, 6, 6, generator=torch.Generator().manual_seed(1))
        (model(images).square().mean() + penalty(model.parameters(), 0.0, l2)).backward()
        optimizer.step()
        found.append(model[3].weight.detach())
    torch.testing.assert_close(found[0], found[1])


def test_noise_is_as_large_as_asked_and_spares_norms_and_biases() -> None:
    model = network()
    before = [p.detach().clone() for p in model.parameters()]
    with noisy_weights(model, 0.2, seed=3):
        moved = [p.detach() - b for p, b in zip(model.parameters(), before, strict=True)]
    for parameter, noise in zip(before, moved, strict=True):
        if parameter.ndim == 1:
            assert not noise.any()
        else:
            share = float(noise.std() / parameter.std())
            assert share == pytest.approx(0.2, rel=0.15)
            assert abs(float(noise.mean() / parameter.std())) < 0.05


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_noise_is_a_function_of_the_seed_and_undone_to_the_last_bit(
    layout: torch.memory_format,
) -> None:
    model = network().to(memory_format=layout)
    before, found = own(model), []
    for seed in (1, 1, 2):
        with noisy_weights(model, 0.5, seed):
            found.append(own(model))
        assert own(model) == before
    assert found[0] == found[1] != found[2]
    with noisy_weights(network(), 0.5, 1), noisy_weights(model, 0.0, 1):
        assert own(model) == before


def test_noise_does_not_touch_other_random_numbers_or_frozen_weights() -> None:
    model = network()
    model[0].requires_grad_(False)
    frozen = model[0].weight.clone()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with noisy_weights(model, 0.5, 1):
        assert torch.equal(model[0].weight, frozen)
        assert torch.equal(torch.rand(3), expected)


def test_the_gradient_is_that_of_the_noisy_weights() -> None:
    weight = nn.Linear(1, 2, bias=False)
    with torch.no_grad():
        weight.weight.copy_(torch.tensor([[1.0], [3.0]]))
    with noisy_weights(weight, 0.5, seed=0):
        noisy = weight.weight.detach().clone()
        weight(torch.ones(1, 1)).square().sum().backward()
    torch.testing.assert_close(weight.weight.grad, 2 * noisy)
    assert not torch.equal(noisy, weight.weight.detach())


def test_weights_come_back_after_an_error() -> None:
    model = network()
    before = own(model)
    with pytest.raises(ZeroDivisionError), noisy_weights(model, 1.0, 0):
        raise ZeroDivisionError
    assert own(model) == before
