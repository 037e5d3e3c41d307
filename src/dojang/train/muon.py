"""Muon: momentum whose update is made orthogonal (Jordan et al. 2024), with AdamW for the rest.

A gradient of a weight matrix has a few large singular values that drown the others. Muon gives all
of them nearly the same size, so that a step moves every direction of the layer. Vectors, the first
layer and the head are no such matrices; AdamW changes them, in the same optimiser.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, overload

import torch
from torch import Tensor
from torch.optim.adamw import adamw

Group = dict[str, Any]

# Quintic of Jordan et al.: the steepest at 0 whose values stay within about 0.7 to 1.2.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_ROUNDS = 5
_ROUNDS_HALF = (3, 2)  # the Gram matrix anew between them: 16 bits make its small values negative
_WIDE = 2  # times as many columns as rows, from where on the Gram matrix is less work
_RMS = 0.2  # of an AdamW update, so that its rates and decays serve here too (Liu et al. 2025)
_TINY = 1e-7
_MOST_COLORS = 4


def orthogonal(matrix: Tensor, precision: torch.dtype = torch.float32) -> Tensor:
    """Return a matrix with the singular vectors of ``matrix`` and singular values near 1.

    Five Newton-Schulz rounds; products only, so it is the same on every run. A round is a
    polynomial of the Gram matrix times ``x``. Where ``x`` is wide, kernels are, the polynomials are
    multiplied among themselves first (Zhang, Amsel, Chen & Dao 2026, "Gram Newton-Schulz"): the
    same in exact numbers, and for nine times as many columns as rows half of the work.

    Args:
        matrix: shape ``(rows, columns)``.
        precision: in which the products are computed.

    Returns:
        Shape ``(rows, columns)``, in ``precision``; zeros stay zeros.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.mT if tall else matrix
    x = (x / x.norm().clamp(min=_TINY)).to(precision)
    if x.shape[1] < _WIDE * x.shape[0]:
        for _ in range(_ROUNDS):
            gram = x @ x.mT
            x = torch.addmm(x, _polynomial(gram), x, beta=_A)
    else:
        for rounds in (_ROUNDS,) if precision == torch.float32 else _ROUNDS_HALF:
            x = _rounds(x @ x.mT, rounds) @ x
    return x.mT if tall else x


def _polynomial(gram: Tensor) -> Tensor:
    """Return the polynomial of a round but for its constant."""
    return torch.addmm(gram, gram, gram, beta=_B, alpha=_C)


def _rounds(gram: Tensor, rounds: int) -> Tensor:
    """Return the matrix by which so many rounds multiply what has this Gram matrix; all of these
    matrices commute."""
    polynomial = _polynomial(gram)
    turn = polynomial + _A * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    for _ in range(rounds - 1):
        half = torch.addmm(gram, polynomial, gram, beta=_A)
        gram = torch.addmm(half, half, polynomial, beta=_A)
        polynomial = _polynomial(gram)
        turn = torch.addmm(turn, polynomial, turn, beta=_A)
    return turn


def multiply_adds(rows: int, columns: int) -> int:
    """Return how many :func:`orthogonal` takes for a matrix in 16 bits."""
    few, many = min(rows, columns), max(rows, columns)
    if many < _WIDE * few:
        return _ROUNDS * few * few * (2 * many + few)
    parts = len(_ROUNDS_HALF)
    return few * few * (2 * parts * many + (4 * _ROUNDS - 3 * parts) * few)


def is_matrix(parameter: Tensor) -> bool:
    """Does the parameter map many inputs to many outputs? Linear weights and kernels do; depth-wise
    kernels, tokens and position tables do not."""
    return parameter.ndim in (2, 4, 5) and min(parameter.shape[:2]) > 1


def reads_pixels(parameter: Tensor) -> bool:
    """Can the matrix, the first one of a network, be that of its input? A convolution of more
    channels than pixels have comes after another layer."""
    return parameter.ndim == 2 or parameter.shape[1] <= _MOST_COLORS


class Muon(torch.optim.Optimizer):
    """Muon for the groups that say ``matrix: True``, AdamW for the others.

    Args:
        groups: each with ``params``, ``lr``, ``weight_decay`` and ``matrix``.
        momentum: of the gradients of matrices, and the first beta of AdamW.
        nesterov: let the momentum of matrices look ahead.
        beta2: second beta of AdamW.
        precision: of the products of :func:`orthogonal`.
    """

    def __init__(
        self,
        groups: list[Group],
        *,
        lr: float,
        momentum: float,
        nesterov: bool,
        beta2: float,
        precision: torch.dtype,
    ) -> None:
        self._precision = precision
        super().__init__(groups, {
            "lr": lr, "weight_decay": 0.0, "matrix": False, "momentum": momentum,
            "nesterov": nesterov, "beta2": beta2, "eps": 1e-8,
        })  # fmt: skip

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Change the weights once."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            found = [p for p in group["params"] if p.grad is not None]
            if not found:
                continue
            if group["matrix"]:
                for parameter in found:
                    self._turn(parameter, group)
            else:
                self._adapt(found, group)
        return loss

    def _turn(self, parameter: Tensor, group: Group) -> None:
        """One step of Muon: decay, then move along the orthogonal momentum."""
        gradient, momentum = parameter.grad, group["momentum"]
        assert gradient is not None
        state = self.state[parameter]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(parameter)
        mean = state["momentum_buffer"].lerp_(gradient, 1 - momentum)
        update = gradient.lerp(mean, momentum) if group["nesterov"] else mean
        flat = orthogonal(update.reshape(len(update), -1), self._precision)
        scale = _RMS * math.sqrt(max(flat.shape))
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(flat.reshape(parameter.shape), alpha=-group["lr"] * scale)

    def _adapt(self, parameters: list[Tensor], group: Group) -> None:
        """One step of AdamW."""
        for parameter in parameters:
            if not self.state[parameter]:
                self.state[parameter] = {
                    "step": torch.zeros((), dtype=torch.float32),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter),
                }
        states = [self.state[p] for p in parameters]
        adamw(
            parameters,
            [p.grad for p in parameters if p.grad is not None],
            [s["exp_avg"] for s in states],
            [s["exp_avg_sq"] for s in states],
            [],
            [s["step"] for s in states],
            amsgrad=False,
            beta1=group["momentum"],
            beta2=group["beta2"],
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            maximize=False,
        )
