"""Losses: what training minimises. Each is a pure function of logits and targets.

Add one by registering a maker: it takes the recipe's numbers and returns the function. Legend: B
samples, C classes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from dojang.core.registry import Registry

Loss = Callable[[Tensor, Tensor], Tensor]
LOSSES: Registry[Callable[[float], Loss]] = Registry("loss")


@LOSSES.register("cross_entropy")
def cross_entropy(label_smoothing: float) -> Loss:
    """Cross-entropy with label smoothing (Szegedy et al. 2016).

    The loss takes logits ``(B, C)`` and class indices ``(B,)`` and returns a scalar.
    """

    def loss(logits: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(logits.float(), targets, label_smoothing=label_smoothing)

    return loss
