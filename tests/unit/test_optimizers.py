"""Optimisers against torch's and against a plain reference, groups, rates, and saved states."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from dojang.core.recipe import Recipe, override
from dojang.core.types import InputSpec
from dojang.nn.factory import build
from dojang.nn.transfer import rate_factors
from dojang.nn.whitening import Whitening
from dojang.recipes.auto import resolve
from dojang.recipes.muon import share_of_step
from dojang.train.checkpoint import Checkpoints, put_back, take_state
from dojang.train.hardware import multiplies_bf16
from dojang.train.loop import Place
from dojang.train.muon import is_matrix, multiply_adds, orthogonal, reads_pixels
from dojang.train.optimizers import (
    OPTIMIZERS,
    Groups,
    OptimizerSettings,
    parameter_groups,
)
from dojang.train.trainee import Trainee
from makers import make_manifest

SPEC = InputSpec(8, "squash", (127.5, 127.5, 127.5), (64.0, 64.0, 64.0))
NUMBERS = OptimizerSettings(lr=0.01, momentum=0.8, nesterov=True, beta2=0.99)
Reference = Callable[[Groups], torch.optim.Optimizer]
TORCH: dict[str, Reference] = {
    "sgd": lambda g: torch.optim.SGD(g, lr=0.01, momentum=0.8, nesterov=True),
    "adagrad": lambda g: torch.optim.Adagrad(g, lr=0.01),
    "rmsprop": lambda g: torch.optim.RMSprop(g, lr=0.01, alpha=0.99, momentum=0.8),
    "adam": lambda g: torch.optim.Adam(g, lr=0.01, betas=(0.8, 0.99)),
    "adamw": lambda g: torch.optim.AdamW(g, lr=0.01, betas=(0.8, 0.99)),
}


def network(layout: torch.memory_format = torch.contiguous_format) -> nn.Sequential:
    """Two blocks with a norm, and a head."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 6, 3, bias=False), nn.BatchNorm2d(6)),
        nn.Sequential(nn.ReLU(), nn.Conv2d(6, 8, 3), nn.Flatten()),
        nn.Linear(128, 4),
    ).to(memory_format=layout)


def blocks(model: nn.Sequential) -> list[list[nn.Parameter]]:
    return [list(block.parameters()) for block in model]


def groups_of(model: nn.Sequential) -> Groups:
    return parameter_groups(blocks(model), [0.25, 0.5, 1.0], 0.05)


def train(
    model: nn.Sequential, optimizer: torch.optim.Optimizer, steps: range | int = 20
) -> nn.Sequential:
    """Train on images that are a function of the step."""
    for step in range(steps) if isinstance(steps, int) else steps:
        rng = torch.Generator().manual_seed(step)
        images, targets = torch.randn(8, 3, 8, 8, generator=rng), torch.arange(8) % 4
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), targets).backward()
        optimizer.step()
    return model


def weights(model: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize("name", list(TORCH))
def test_each_optimiser_is_that_of_torch_with_groups(name: str) -> None:
    ours, theirs = network(), network()
    made = OPTIMIZERS[name](groups_of(ours), NUMBERS)
    rated = [g | {"lr": 0.01 * g["lr_factor"]} for g in groups_of(theirs)]
    train(ours, made)
    train(theirs, TORCH[name](rated))
    torch.testing.assert_close(weights(ours), weights(theirs), rtol=1e-4, atol=1e-6)
    assert not torch.equal(weights(ours), weights(network()))


@pytest.mark.parametrize("nesterov", [True, False])
def test_sgd_without_momentum_is_plain(nesterov: bool) -> None:
    ours, theirs = network(), network()
    numbers = OptimizerSettings(lr=0.01, momentum=0.0, nesterov=nesterov)
    train(ours, OPTIMIZERS["sgd"](parameter_groups([list(ours.parameters())], [1.0], 0), numbers))
    train(theirs, torch.optim.SGD(theirs.parameters(), lr=0.01))
    torch.testing.assert_close(weights(ours), weights(theirs))


def test_nesterov_and_momentum_are_used() -> None:
    found = [
        weights(
            train(m := network(), OPTIMIZERS["sgd"](groups_of(m), OptimizerSettings(0.01, *how)))
        )
        for how in ((0.0, False), (0.8, False), (0.8, True))
    ]
    assert not torch.equal(found[0], found[1]) and not torch.equal(found[1], found[2])


# Groups ------------------------------------------------------------------------------------------


@given(
    shapes=st.lists(st.lists(st.integers(1, 4), max_size=6), min_size=1, max_size=6),
    decay=st.sampled_from([0.0, 0.1]),
)
def test_every_parameter_is_in_one_group_and_vectors_do_not_decay(
    shapes: list[list[int]], decay: float
) -> None:
    parts = [[nn.Parameter(torch.zeros([2] * ndim)) for ndim in block] for block in shapes]
    factors = rate_factors(len(parts), 1.0, 0.5)
    groups = parameter_groups(parts, factors, decay)
    held = [id(p) for group in groups for p in group["params"]]
    assert sorted(held) == sorted(id(p) for block in parts for p in block)
    for group in groups:
        assert group["lr_factor"] == factors[group["block"]]
        for parameter in group["params"]:
            assert any(parameter is p for p in parts[group["block"]])
            assert group["weight_decay"] == (decay if parameter.ndim > 1 else 0.0)


def test_norms_and_biases_of_a_network_do_not_decay() -> None:
    model = build("convnet", 2, SPEC, width=8)
    decayed, plain = parameter_groups([list(model.parameters())], [1.0], 0.1)
    assert decayed["weight_decay"] == 0.1 and plain["weight_decay"] == 0.0
    assert all(p.ndim > 1 for p in decayed["params"]) and all(p.ndim == 1 for p in plain["params"])


def test_parameters_without_a_gradient_stay() -> None:
    for name in OPTIMIZERS:
        model = network()
        made = OPTIMIZERS[name](groups_of(model), NUMBERS)
        for parameter in model[0].parameters():
            parameter.requires_grad_(False)
        before = model[0][0].weight.clone()
        train(model, made, 3)
        assert torch.equal(before, model[0][0].weight)
        assert not torch.equal(model[2].weight, network()[2].weight)


# Muon --------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(rows=st.integers(2, 40), columns=st.integers(2, 40), seed=st.integers(0, 99))
def test_the_orthogonal_matrix_keeps_singular_vectors_and_evens_singular_values(
    rows: int, columns: int, seed: int
) -> None:
    matrix = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    found = orthogonal(matrix)
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    inner = u.T @ found @ v.T
    torch.testing.assert_close(inner, torch.diag(inner.diagonal()), rtol=0, atol=2e-3)
    strong = inner.diagonal()[s > 0.05 * s.max()]
    assert ((strong > 0.6) & (strong < 1.25)).all()


def test_orthogonal_is_the_same_for_any_scale_and_keeps_zeros() -> None:
    matrix = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(orthogonal(matrix), orthogonal(1000 * matrix), rtol=1e-3, atol=1e-4)
    assert torch.equal(orthogonal(torch.zeros(3, 5)), torch.zeros(3, 5))
    half = orthogonal(matrix, torch.bfloat16)
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), orthogonal(matrix), rtol=0, atol=0.05)


def spread(kind: str, rows: int, columns: int) -> Tensor:
    """Return a matrix such as gradients are: of low rank and noise, or of ever smaller values."""
    draw = torch.Generator().manual_seed(0)
    if kind == "low rank":
        left, right = (torch.randn(n, 4, generator=draw) for n in (rows, columns))
        return left @ right.T + 1e-2 * torch.randn(rows, columns, generator=draw)
    matrix = torch.randn(rows, columns, generator=draw)
    if kind == "even":
        return matrix
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    return u @ torch.diag(torch.logspace(0, -4, min(rows, columns))) @ v


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kind", ["even", "low rank", "falling"])
@pytest.mark.parametrize("shape", [(32, 288), (288, 32), (128, 1152), (64, 130), (96, 96)])
def test_orthogonal_is_five_rounds_of_newton_and_schulz(
    shape: tuple[int, int], kind: str, precision: torch.dtype
) -> None:
    matrix = spread(kind, *shape)
    found = orthogonal(matrix, precision).double()
    x = (matrix if shape[0] <= shape[1] else matrix.T).double()
    x /= x.norm()
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    wanted = x if shape[0] <= shape[1] else x.T
    assert torch.linalg.matrix_norm(found, 2) < 1.4  # in 16 bits Gram matrices alone reach 20
    apart = (found - wanted).norm() / wanted.norm()
    assert apart < (1e-3 if precision == torch.float32 else 0.4)


@pytest.mark.parametrize("shape", [(32, 288), (288, 32), (48, 60), (16, 16)])
def test_the_work_of_muon_is_counted_right(shape: tuple[int, int]) -> None:
    with FlopCounterMode(display=False) as counted:
        orthogonal(torch.ones(shape), torch.bfloat16)
    assert counted.get_total_flops() == 2 * multiply_adds(*shape)


class PlainMuon:
    """Jordan et al. 2024 with the scale of Liu et al. 2025, as one would write it on paper."""

    def __init__(self, model: nn.Sequential, precision: torch.dtype) -> None:
        self.kernel, self.precision = model[1][1].weight, precision
        rest = [g | {"lr": 0.01 * g["lr_factor"]} for g in groups_of(model)]
        for group in rest:
            group["params"] = [p for p in group["params"] if p is not self.kernel]
        rest = [g for g in rest if g["params"]]
        self.adamw = torch.optim.AdamW(rest, lr=0.01, betas=(0.8, 0.99))
        self.mean = torch.zeros(8, 54)

    def zero_grad(self) -> None:
        self.adamw.zero_grad()
        self.kernel.grad = None

    @torch.no_grad()
    def step(self) -> None:
        self.adamw.step()
        gradient = self.kernel.grad.reshape(8, 54)
        self.mean = 0.8 * self.mean + 0.2 * gradient
        ahead = 0.8 * self.mean + 0.2 * gradient
        x = (ahead / ahead.norm()).to(self.precision)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
        self.kernel.mul_(1 - 0.005 * 0.05)
        self.kernel.sub_(0.005 * 0.2 * math.sqrt(54) * x.float().reshape(8, 6, 3, 3))


def test_muon_is_what_its_papers_say() -> None:
    ours, theirs = network(), network()
    train(ours, OPTIMIZERS["muon"](groups_of(ours), NUMBERS))
    precision = torch.bfloat16 if multiplies_bf16(torch.device("cpu")) else torch.float32
    train(theirs, PlainMuon(theirs, precision))  # type: ignore[arg-type]
    tolerance = 2e-2 if precision == torch.bfloat16 else 1e-4
    torch.testing.assert_close(weights(ours), weights(theirs), rtol=tolerance, atol=tolerance / 10)


def test_muon_of_matrices_is_that_of_torch_where_bf16_is_used() -> None:
    if not multiplies_bf16(torch.device("cpu")):
        pytest.skip("torch's Muon always computes in bf16")
    found = []
    for own in (True, False):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 12, bias=False), nn.Linear(12, 4))
        inner = model[1].weight
        if own:
            groups = parameter_groups([list(m.parameters()) for m in model], [1.0] * 3, 0.1)
            made: torch.optim.Optimizer = OPTIMIZERS["muon"](groups, OptimizerSettings(0.01))
        else:
            made = torch.optim.Muon([inner], 0.01, 0.1, 0.9, adjust_lr_fn="match_rms_adamw")
        for step in range(20):
            rng = torch.Generator().manual_seed(step)
            for parameter in model.parameters():
                parameter.grad = None
            inner.grad = torch.randn(12, 16, generator=rng)
            made.step()
        found.append(inner.detach().clone())
    torch.testing.assert_close(found[0], found[1], rtol=1e-2, atol=1e-3)


def test_muon_leaves_first_layer_head_vectors_and_depthwise_kernels_to_adamw() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 3, groups=6), nn.Conv2d(6, 8, 1), nn.Linear(8, 4)
    )
    made = OPTIMIZERS["muon"](parameter_groups(blocks(model), [1.0] * 4, 0.0), NUMBERS)  # type: ignore[arg-type]
    by = {g["matrix"]: [] for g in made.param_groups}
    for group in made.param_groups:
        by[group["matrix"]] += [id(p) for p in group["params"]]
    assert by[True] == [id(model[2].weight)]
    assert sorted(by[True] + by[False]) == sorted(id(p) for p in model.parameters())
    assert not is_matrix(torch.zeros(1, 5, 8)) and not is_matrix(torch.zeros(6, 1, 3, 3))
    assert is_matrix(torch.zeros(6, 2, 3, 3)) and is_matrix(torch.zeros(4, 5))


def test_vectors_may_learn_at_a_share_of_the_rate_of_muon() -> None:
    model = network()
    made = OPTIMIZERS["muon"](groups_of(model), replace(NUMBERS, vector_rate=0.1))
    assert {group["matrix"] for group in made.param_groups} == {True, False}
    for group in made.param_groups:
        share = 1.0 if group["matrix"] else 0.1
        assert group["lr"] == pytest.approx(NUMBERS.lr * group["lr_factor"] * share)


def test_muon_has_the_first_convolution_where_what_reads_the_pixels_is_frozen() -> None:
    white = nn.Sequential(Whitening(3, (2, 2)), nn.Conv2d(24, 8, 3), nn.Linear(8, 4))
    learnt = [[p for p in block if p.requires_grad] for block in blocks(white)]
    made = OPTIMIZERS["muon"](parameter_groups(learnt, [1.0] * 3, 0.0), NUMBERS)
    matrices = [p for g in made.param_groups if g["matrix"] for p in g["params"]]
    assert [id(p) for p in matrices] == [id(white[1].weight)]
    assert reads_pixels(torch.zeros(8, 1, 3, 3)) and reads_pixels(torch.zeros(8, 3072))


def test_a_closure_is_called_and_its_loss_returned() -> None:
    made = OPTIMIZERS["muon"](groups_of(network()), NUMBERS)
    assert made.step(lambda: 3.5) == 3.5


# States ------------------------------------------------------------------------------------------


def _saved(made: torch.optim.Optimizer) -> dict[str, object]:
    """What a checkpoint keeps: contiguous copies of tensors, and numbers that went through JSON."""
    state = made.state_dict()
    kept: dict[int, dict[str, Tensor]] = {}
    for index, slots in state["state"].items():
        assert all(isinstance(v, Tensor) for v in slots.values())
        kept[index] = {k: v.contiguous().clone() for k, v in slots.items()}
    return {"state": kept, "param_groups": json.loads(json.dumps(state["param_groups"]))}


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_a_saved_state_goes_on_bit_for_bit(name: str, layout: torch.memory_format) -> None:
    straight = network(layout)
    train(straight, OPTIMIZERS[name](groups_of(straight), NUMBERS), 10)
    first = network(layout)
    made = OPTIMIZERS[name](groups_of(first), NUMBERS)
    train(first, made, 5)
    second = network(layout)
    second.load_state_dict({k: v.contiguous().clone() for k, v in first.state_dict().items()})
    again = OPTIMIZERS[name](groups_of(second), NUMBERS)
    again.load_state_dict(_saved(made))
    train(second, again, range(5, 10))
    assert torch.equal(weights(straight), weights(second))


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_a_checkpoint_file_holds_every_optimiser(name: str, tmp_path: Path) -> None:
    def begun() -> tuple[nn.Sequential, Trainee]:
        model = network()
        made = OPTIMIZERS[name](groups_of(model), NUMBERS)
        return model, Trainee(model, model, {"main": made}, {"main": lambda step: 1.0})

    model, trainee = begun()
    train(model, trainee.optimizers["main"], 3)
    files = Checkpoints(tmp_path, 0)
    files.write(take_state(trainee, Place(1), {}))
    other, again = begun()
    found = files.read()
    assert found is not None
    put_back(found[0], again)
    for side, steps in ((trainee, range(3, 6)), (again, range(3, 6))):
        train(side.model, side.optimizers["main"], steps)  # type: ignore[arg-type]
    assert torch.equal(weights(model), weights(other))


@pytest.mark.parametrize("name", ["sgd", "adagrad", "adam", "adamw"])
def test_gradients_of_another_layout_are_not_misread(name: str) -> None:
    """torch's fused kernels would read them in the wrong order and say nothing."""
    found = []
    for layout in (torch.contiguous_format, torch.channels_last):
        weight = nn.Parameter(torch.arange(72.0).view(2, 4, 3, 3).to(memory_format=layout))
        made = OPTIMIZERS[name](parameter_groups([[weight]], [1.0], 0.01), NUMBERS)
        for step in range(3):
            rng = torch.Generator().manual_seed(step)
            weight.grad = torch.randn(2, 4, 3, 3, generator=rng)  # contiguous in both
            made.step()
        found.append(weight.detach().clone())
    torch.testing.assert_close(found[0], found[1], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("optimizer", "weights", "rate"),
    [("adamw", None, 0.002), ("muon", None, 0.02), ("muon", "hub", 0.02), ("sgd", None, 0.1)],
)
def test_muon_gets_ten_times_the_rate_of_adamw(
    optimizer: str, weights: str | None, rate: float
) -> None:
    asked = {
        "model.name": "timm/resnet18", "model.weights": weights, "optimizer.name": optimizer,
        "train.batch_size": 64,
    }  # fmt: skip
    recipe, _ = resolve(override(Recipe(), asked), make_manifest(["a", "b"] * 500))
    assert recipe.optimizer.lr == pytest.approx(rate)


@pytest.mark.parametrize(
    ("asked", "name", "why"),
    [
        ({"model.size": 64}, "muon", "auto.optimizer_muon"),
        ({"model.name": "timm/resnet18", "model.size": 32}, "adamw", "auto.optimizer_costly"),
        ({"model.name": "timm/resnet18", "model.weights": "hub"}, "adamw",
         "auto.optimizer_pretrained"),
        ({"optimizer.lr": 0.001}, "adamw", "auto.optimizer_rate"),
        ({"model.name": "perceptron"}, "adamw", "auto.optimizer_unfit"),
        ({"model.name": "regnet_x_400mf", "model.size": 224}, "muon", "auto.optimizer_muon"),
        ({"optimizer.name": "sgd"}, "sgd", None),
    ],
)  # fmt: skip
def test_auto_takes_muon_from_scratch_where_it_costs_little(
    asked: dict[str, object], name: str, why: str | None
) -> None:
    before = torch.random.get_rng_state()
    recipe, reasons = resolve(override(Recipe(), asked), make_manifest(["a", "b"] * 800))
    assert recipe.optimizer.name == name
    assert (reasons["optimizer.name"].key if why else None) == why
    assert torch.equal(before, torch.random.get_rng_state())


def test_micro_batches_count_as_the_batch_that_they_make() -> None:
    asked = {"model.name": "timm/resnet18", "model.size": 64, "train.batch_size": 16}
    once = override(Recipe(), asked)
    four = override(once, {"train.accumulate": 4})
    shares = share_of_step(once), share_of_step(four)
    assert shares[0] is not None and shares[1] == pytest.approx(shares[0] / 4)
