"""Optimisers. Add one by registering a maker of parameter groups and the recipe's numbers.

Where torch has one kernel for a whole step (``fused``), it is used: on a CPU it takes a third to a
half of the time and gives the same bits on every run (``docs/techniques.md``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from dojang.core.registry import Registry
from dojang.train.hardware import multiplies_bf16
from dojang.train.muon import Muon, is_matrix, reads_pixels

Groups = list[dict[str, Any]]


@dataclass(frozen=True)
class OptimizerSettings:
    """The numbers that optimisers are made from.

    Attributes:
        lr: learning rate of a group whose ``lr_factor`` is 1.
        momentum: share of the mean gradient that stays; the first beta of Adam.
        nesterov: let momentum look ahead.
        beta2: share of the mean squared gradient that stays.
        vector_rate: rate of what Muon leaves to AdamW, as a share of ``lr``.
    """

    lr: float
    momentum: float = 0.9
    nesterov: bool = True
    beta2: float = 0.999
    vector_rate: float = 1.0


Maker = Callable[[Groups, OptimizerSettings], torch.optim.Optimizer]
OPTIMIZERS: Registry[Maker] = Registry("optimizer")


@OPTIMIZERS.register("sgd")
def sgd(groups: Groups, settings: OptimizerSettings) -> torch.optim.Optimizer:
    """Stochastic gradient descent; with momentum, also Nesterov's (Sutskever et al. 2013)."""
    return _aligned(
        torch.optim.SGD(
            _with_rates(groups, settings),
            lr=settings.lr,
            momentum=settings.momentum,
            nesterov=settings.nesterov and settings.momentum > 0,
            fused=_fused(groups),
        )
    )


@OPTIMIZERS.register("adagrad")
def adagrad(groups: Groups, settings: OptimizerSettings) -> torch.optim.Optimizer:
    """Adagrad (Duchi et al. 2011): each weight's rate falls with all its gradients so far."""
    rates = _with_rates(groups, settings)
    return _aligned(torch.optim.Adagrad(rates, lr=settings.lr, fused=_fused(groups)))


@OPTIMIZERS.register("rmsprop")
def rmsprop(groups: Groups, settings: OptimizerSettings) -> torch.optim.Optimizer:
    """RMSprop (Tieleman & Hinton 2012): Adagrad that forgets, with momentum."""
    return torch.optim.RMSprop(
        _with_rates(groups, settings),
        lr=settings.lr,
        alpha=settings.beta2,
        momentum=settings.momentum,
    )


@OPTIMIZERS.register("adam")
def adam(groups: Groups, settings: OptimizerSettings) -> torch.optim.Optimizer:
    """Adam (Kingma & Ba 2015); its weight decay is added to the gradient."""
    betas = (settings.momentum, settings.beta2)
    rates = _with_rates(groups, settings)
    return _aligned(torch.optim.Adam(rates, lr=settings.lr, betas=betas, fused=_fused(groups)))


@OPTIMIZERS.register("adamw")
def adamw(groups: Groups, settings: OptimizerSettings) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019): Adam whose weight decay is a step of its own."""
    betas = (settings.momentum, settings.beta2)
    rates = _with_rates(groups, settings)
    return _aligned(torch.optim.AdamW(rates, lr=settings.lr, betas=betas, fused=_fused(groups)))


@OPTIMIZERS.register("muon")
def muon(groups: Groups, settings: OptimizerSettings) -> torch.optim.Optimizer:
    """Muon (Jordan et al. 2024) for the matrices between the layer that reads the pixels and the
    head, scaled to the step of AdamW (Liu et al. 2025), so that both can share a rate; AdamW for
    everything else, at ``vector_rate`` of it."""
    matrices = {id(parameter) for parameter in inner_matrices(groups)}
    parted: Groups = []
    for group in _with_rates(groups, settings):
        sides: dict[bool, list[nn.Parameter]] = {True: [], False: []}
        for parameter in group["params"]:
            sides[id(parameter) in matrices].append(parameter)
        rates = {True: group["lr"], False: group["lr"] * settings.vector_rate}
        parted += [
            group | {"params": p, "matrix": m, "lr": rates[m]} for m, p in sides.items() if p
        ]
    device = parted[0]["params"][0].device
    return Muon(
        parted,
        lr=settings.lr,
        momentum=settings.momentum,
        nesterov=settings.nesterov,
        beta2=settings.beta2,
        precision=torch.bfloat16 if multiplies_bf16(device) else torch.float32,
    )


def inner_matrices(groups: Groups) -> list[nn.Parameter]:
    """Return the matrices of ``groups`` between the layer that reads the pixels and the head."""
    first = next((p for g in groups for p in g["params"] if is_matrix(p)), None)
    if first is not None and not reads_pixels(first):  # what does so is frozen
        first = None
    head = max(group.get("block", 0) for group in groups)
    inner = [p for group in groups if group.get("block", 0) < head for p in group["params"]]
    return [p for p in inner if p is not first and is_matrix(p)]


def parameter_groups(
    blocks: Sequence[Sequence[nn.Parameter]], factors: Sequence[float], weight_decay: float
) -> Groups:
    """Split the parameters of each block: weights decay; norms and biases, which are vectors, do
    not.

    Args:
        blocks: parameters from the input to the head, the head last; none in two blocks.
        factors: for each block the share of the learning rate that it gets.
        weight_decay: of weights.

    Returns:
        One or two groups a block, each with ``block`` (its number), ``lr_factor`` and
        ``weight_decay``; blocks without parameters give none.
    """
    groups: Groups = []
    for number, (block, factor) in enumerate(zip(blocks, factors, strict=True)):
        sides = {weight_decay: [p for p in block if p.ndim > 1]}
        sides[0.0] = sides.get(0.0, []) + [p for p in block if p.ndim <= 1]
        groups += [
            {"params": found, "weight_decay": decay, "lr_factor": factor, "block": number}
            for decay, found in sides.items()
            if found
        ]
    return groups


def _with_rates(groups: Groups, settings: OptimizerSettings) -> Groups:
    return [group | {"lr": settings.lr * group.get("lr_factor", 1.0)} for group in groups]


def _fused(groups: Groups) -> bool | None:
    """Ask for torch's single kernel where there is one; None leaves the choice to torch."""
    kinds = {p.device.type for group in groups for p in group["params"]}
    return True if kinds <= {"cpu", "cuda"} else None


def _aligned(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """Keep gradients and state in the memory layout of their parameter.

    torch's fused kernels walk over all of them as if they lay alike and do not check it. A state
    that was loaded into a channels-last network lies otherwise, and gives wrong weights in silence.
    """
    optimizer.register_step_pre_hook(_align)
    return optimizer


def _align(optimizer: torch.optim.Optimizer, *_: Any) -> None:
    for parameter in _parameters(optimizer):
        if parameter.grad is not None and not _alike(parameter.grad, parameter):
            parameter.grad = torch.empty_like(parameter).copy_(parameter.grad)
        state = optimizer.state.get(parameter, {})
        for name, value in state.items():
            if isinstance(value, Tensor) and value.ndim and not _alike(value, parameter):
                state[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _parameters(optimizer: torch.optim.Optimizer) -> Iterator[nn.Parameter]:
    return (parameter for group in optimizer.param_groups for parameter in group["params"])


def _alike(tensor: Tensor, parameter: Tensor) -> bool:
    return tensor.stride() == parameter.stride()
