"""Optimisers. Add one by registering a maker of parameter groups and the recipe's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from dojang.core.registry import Registry

Groups = list[dict[str, Any]]
OPTIMIZERS: Registry[Callable[[Groups, float, float], torch.optim.Optimizer]] = Registry(
    "optimizer"
)


@OPTIMIZERS.register("adamw")
def adamw(groups: Groups, lr: float, momentum: float) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019); momentum is not used, its betas are the usual ones."""
    return torch.optim.AdamW(groups, lr=lr)


@OPTIMIZERS.register("sgd")
def sgd(groups: Groups, lr: float, momentum: float) -> torch.optim.Optimizer:
    """Stochastic gradient descent with Nesterov momentum (Sutskever et al. 2013)."""
    return torch.optim.SGD(groups, lr=lr, momentum=momentum, nesterov=momentum > 0)


def decay_groups(parameters: Iterable[nn.Parameter], weight_decay: float) -> Groups:
    """Split parameters: weights decay; norms and biases, which are vectors, do not."""
    found = list(parameters)
    groups = [
        {"params": [p for p in found if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in found if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]
