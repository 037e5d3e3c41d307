"""Averages of weights: their numbers, their state, and the norms that fit them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, update_bn

from dojang.core.store import read_tensors, write_tensors
from dojang.train.averaging import Average, Ema, Swa, holding, refresh_norms


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5),
        nn.Flatten(), nn.Linear(64, 3),
    )  # fmt: skip


def images(step: int) -> Tensor:
    return 1 + 2 * torch.randn(8, 3, 6, 6, generator=torch.Generator().manual_seed(step))


def train(model: nn.Module, average: Average, steps: range, seen: list[dict[str, Tensor]]) -> None:
    """Take SGD steps, tell the average of each, and note the weights."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in steps:
        torch.manual_seed(step)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images(step)), torch.arange(8) % 3).backward()
        optimizer.step()
        average.update(step + 1)
        seen.append({n: v.detach().clone() for n, v in model.state_dict().items()})


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_the_moving_average_is_its_recurrence_with_a_short_memory_at_first() -> None:
    model, seen = network(), []
    average = Ema(model, decay=0.4)
    expected = model[5].weight.detach().clone().double()
    train(model, average, range(12), seen)
    for step, state in enumerate(seen, 1):
        keep = min(0.4, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * state["5.weight"].double()
    found = average.weights()
    assert found is not None
    torch.testing.assert_close(found["5.weight"].double(), expected, rtol=1e-5, atol=1e-6)
    assert int(found["1.num_batches_tracked"]) == 12
    means = torch.stack([state["1.running_mean"] for state in seen])
    assert (
        (found["1.running_mean"] > means.min(0).values)
        & (found["1.running_mean"] < means.max(0).values)
    ).all()


def test_the_moving_average_equals_timm_once_its_decay_is_reached() -> None:
    from timm.utils import ModelEmaV3

    model, theirs_of, seen = network(), network(), []
    ours, theirs = Ema(model, 0.1), ModelEmaV3(theirs_of, decay=0.1)
    train(model, ours, range(6), seen)
    for state in seen:
        theirs_of.load_state_dict(state)
        theirs.update(theirs_of)
    found, expected = ours.weights(), theirs.module.state_dict()
    assert found is not None
    for name, value in found.items():
        torch.testing.assert_close(value, expected[name], rtol=1e-4, atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(start=st.integers(1, 12), every=st.integers(1, 5))
def test_swa_is_the_plain_mean_of_the_steps_that_count(start: int, every: int) -> None:
    model, seen = network(), []
    average = Swa(model, start, every)
    train(model, average, range(10), seen)
    chosen = [
        state for step, state in enumerate(seen, 1) if step >= start and (step - start) % every == 0
    ]
    found = average.weights()
    if not chosen:
        assert found is None
        return
    assert found is not None
    for name in ("0.weight", "5.bias"):
        expected = torch.stack([state[name] for state in chosen]).double().mean(dim=0)
        torch.testing.assert_close(found[name].double(), expected, rtol=1e-5, atol=1e-6)


def test_swa_equals_torch() -> None:
    model, seen = network(), []
    ours, theirs = Swa(model, 3, 2), AveragedModel(network())
    train(model, ours, range(9), seen)
    for state in seen[2::2]:
        other = network()
        other.load_state_dict(state)
        theirs.update_parameters(other)
    found = ours.weights()
    assert found is not None
    for name, value in theirs.module.named_parameters():
        torch.testing.assert_close(found[name], value.detach(), rtol=1e-5, atol=1e-6)


MAKERS = {"ema": lambda model: Ema(model, 0.9), "swa": lambda model: Swa(model, 2, 3)}


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("kind", list(MAKERS))
def test_a_saved_average_goes_on_bit_for_bit(
    kind: str, layout: torch.memory_format, tmp_path
) -> None:
    model = network().to(memory_format=layout)
    straight, seen = MAKERS[kind](model), []
    train(model, straight, range(4), seen)
    kept = {n: v.contiguous().clone() for n, v in straight.tensors().items()}
    write_tensors(tmp_path / "a.safetensors", kept, {})
    state = {n: v.clone() for n, v in model.state_dict().items()}
    train(model, straight, range(4, 9), seen)
    other = network().to(memory_format=layout)
    other.load_state_dict(state)
    resumed = MAKERS[kind](other)
    resumed.load(read_tensors(tmp_path / "a.safetensors")[0])
    train(other, resumed, range(4, 9), seen)
    one, two = straight.weights(), resumed.weights()
    assert one is not None and two is not None
    assert_same(one, two)


@pytest.mark.parametrize("kind", list(MAKERS))
def test_an_average_changes_nothing_and_there_is_none_at_first(kind: str) -> None:
    plain, watched = network(), network()
    average = MAKERS[kind](watched)
    assert average.weights() is None
    train(watched, average, range(5), [])
    train(plain, MAKERS[kind](network()), range(5), [])
    assert_same(plain.state_dict(), watched.state_dict())
    found = average.weights()
    assert found is not None
    network().load_state_dict(found)
    found["0.weight"].zero_()  # what is given away is a copy
    again = average.weights()
    assert again is not None and again["0.weight"].abs().sum() > 0


def test_an_average_of_another_network_is_refused() -> None:
    other = Ema(nn.Linear(2, 2), 0.9)
    with pytest.raises(KeyError):
        other.load(Ema(network(), 0.9).tensors())


# Norms -------------------------------------------------------------------------------------------


def test_statistics_are_the_plain_mean_over_batches() -> None:
    ours, theirs = network(), network()
    batches = [images(step) for step in range(5)]
    refresh_norms(ours, batches)
    for dropout in (m for m in theirs if isinstance(m, nn.Dropout)):
        dropout.p = 0.0
    update_bn(batches, theirs)
    for name in ("running_mean", "running_var"):
        torch.testing.assert_close(getattr(ours[1], name), getattr(theirs[1], name))
    means = torch.stack([ours[0](batch).mean(dim=(0, 2, 3)) for batch in batches])
    torch.testing.assert_close(ours[1].running_mean, means.mean(dim=0).detach())


def test_refreshing_leaves_modes_momentum_and_weights_alone() -> None:
    model = network()
    model[1].eval()
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    refresh_norms(model, [images(0)])
    assert model.training and not model[1].training and model[3].training
    assert model[1].momentum == 0.1
    assert_same(before, {n: p.detach() for n, p in model.named_parameters()})
    assert not model[1].running_mean.eq(0).any()


def test_frozen_norms_and_an_empty_pass_keep_their_statistics() -> None:
    model = network()
    refresh_norms(model, [])
    assert model[1].running_mean.eq(0).all() and model[1].running_var.eq(1).all()
    model[1].requires_grad_(False)
    refresh_norms(model, [images(0)])
    assert model[1].running_mean.eq(0).all()
    refresh_norms(nn.Sequential(nn.Flatten(), nn.LayerNorm(108)), [images(0)])


def test_lent_weights_are_taken_back_to_the_last_bit() -> None:
    model = network()
    own = {n: v.clone() for n, v in model.state_dict().items()}
    lent = {n: v + 1 for n, v in own.items()}
    with pytest.raises(ZeroDivisionError), holding(model, lent):
        assert_same(dict(model.state_dict()), lent)
        refresh_norms(model, [images(0)])
        raise ZeroDivisionError
    assert_same(dict(model.state_dict()), own)


def test_the_mean_of_networks_needs_norms_of_its_own() -> None:
    """The average of weights has other activations than the average of their statistics says."""
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(4, 4, bias=False), nn.BatchNorm1d(4))
    average = Swa(model, 1, 1)
    batch = torch.from_numpy(rng.normal(size=(64, 4)).astype(np.float32))
    for step, sign in enumerate((1.0, -0.5), 1):
        with torch.no_grad():
            model[0].weight.copy_(sign * torch.eye(4))
        refresh_norms(model, [batch])
        average.update(step)
    found = average.weights()
    assert found is not None
    with holding(model, found):
        wrong = model[1].running_var.clone()
        refresh_norms(model, [batch])
        torch.testing.assert_close(model[1].running_var, model[0](batch).var(dim=0).detach())
        assert (wrong > 5 * model[1].running_var).all()
