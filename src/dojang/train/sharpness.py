"""Sharpness-aware minimisation (Foret et al. 2021): step by the gradient of the worst near point.

A step becomes: gradient, :func:`climb`, gradient there, :func:`descend`, optimiser. The second
pass runs without remembering the statistics of batch norm, or it would count the batch twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

_TINY = 1e-12  # of a gradient's norm


@torch.no_grad()
def climb(parameters: Iterable[nn.Parameter], rho: float) -> list[Tensor]:
    """Move weights by ``rho`` along their gradient, to where the loss is about the largest nearby.

    Args:
        parameters: those without a gradient stay.
        rho: length of the move, over all of them together.

    Returns:
        The weights as they were, for :func:`descend`.
    """
    found = list(parameters)
    before = [p.detach().clone() for p in found]
    moved: list[Tensor] = [p for p in found if p.grad is not None]
    gradients = [p.grad for p in moved if p.grad is not None]
    if gradients:
        length = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        moves = torch._foreach_mul(gradients, rho / (length + _TINY))
        torch._foreach_add_(moved, list(moves))
    return before


@torch.no_grad()
def descend(parameters: Iterable[nn.Parameter], before: Sequence[Tensor]) -> None:
    """Put the weights back where :func:`climb` took them from, to the last bit.

    Adding and taking away again would not be exact, so they are copies.
    """
    torch._foreach_copy_(list(parameters), list(before))
