"""Losses: what training minimises. Each is a pure function of logits and targets.

Add one by registering a maker: it takes the numbers of a :class:`LossSettings` and returns the
function. Legend: B samples, C classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from dojang.core.registry import Registry

Loss = Callable[[Tensor, Tensor], Tensor]
_SMALLEST = 1e-7  # of 1 − p: below it the slope of a power under 1 has no bound


@dataclass(frozen=True)
class LossSettings:
    """The numbers that losses are made from.

    Attributes:
        label_smoothing: share of the target spread over all classes (Szegedy et al. 2016).
        gamma: focal loss only: how fast the weight of what is answered well fades.
        weights: one weight a class, or None for equal ones.
        shifts: one number a class that is added to its logit, in training alone, or None.
    """

    label_smoothing: float = 0.0
    gamma: float = 2.0
    weights: tuple[float, ...] | None = None
    shifts: tuple[float, ...] | None = None


LOSSES: Registry[Callable[[LossSettings], Loss]] = Registry("loss")


@LOSSES.register("cross_entropy")
def cross_entropy(settings: LossSettings) -> Loss:
    """Cross-entropy; weighted as torch does it, by the mean over the weights of the targets.

    The loss takes logits ``(B, C)`` and class indices ``(B,)`` and returns a scalar.
    """
    weights, shifts = _on_device(settings.weights), _on_device(settings.shifts)

    def loss(logits: Tensor, targets: Tensor) -> Tensor:
        shifted = _shifted(logits, shifts)
        return F.cross_entropy(
            shifted,
            targets,
            weight=weights(shifted.device),
            label_smoothing=settings.label_smoothing,
        )

    return loss


@LOSSES.register("focal")
def focal(settings: LossSettings) -> Loss:
    """Focal loss (Lin et al. 2017) over a softmax: the cross-entropy of each class times
    ``(1 - p) ** gamma``, so that what is answered well counts little.

    ``gamma`` 0 gives :func:`cross_entropy`. With label smoothing the sum runs over all classes,
    each with its share of the smoothed target; weights are averaged as there.
    The loss takes logits ``(B, C)`` and class indices ``(B,)`` and returns a scalar.
    """
    weights, shifts = _on_device(settings.weights), _on_device(settings.shifts)
    smoothing, gamma = settings.label_smoothing, settings.gamma

    def loss(logits: Tensor, targets: Tensor) -> Tensor:
        shifted = _shifted(logits, shifts)
        logs = shifted.log_softmax(dim=1)
        wanted = F.one_hot(targets, logs.shape[1]).to(logs.dtype)
        share = wanted * (1 - smoothing) + smoothing / logs.shape[1]
        fading = (-torch.expm1(logs)).clamp(min=_SMALLEST) ** gamma
        weight = weights(shifted.device)
        weight = torch.ones_like(logs[0]) if weight is None else weight
        terms = -(share * weight * fading * logs).sum(dim=1)
        return terms.sum() / weight[targets].sum()

    return loss


def _shifted(logits: Tensor, shifts: Callable[[torch.device], Tensor | None]) -> Tensor:
    shift = shifts(logits.device)
    return logits.float() if shift is None else logits.float() + shift


def _on_device(
    values: tuple[float, ...] | None,
) -> Callable[[torch.device], Tensor | None]:
    """Return a function from a device to ``values`` there; each device is sent them once."""

    @cache
    def on(device: torch.device) -> Tensor | None:
        return None if values is None else torch.tensor(values, device=device)

    return on
