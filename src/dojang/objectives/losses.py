"""Losses: what training minimises. Each is a pure function of logits and targets.

Add one by registering a maker: it takes the numbers of a :class:`LossSettings` and returns the
:class:`Loss`. Legend: B samples, C classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from dojang.core.registry import Registry

_SMALLEST = 1e-7  # of 1 − p: below it the slope of a power under 1 has no bound
_HALVES = (torch.float16, torch.bfloat16)
OnDevice = Callable[[torch.device], Tensor | None]


@dataclass(frozen=True)
class Loss:
    """A mean over images, each with the weight of its class.

    The mean of a batch is the sum of the means of its parts, each times its share of the mass; so
    gradients of micro-batches add up to those of the whole batch, with class weights too.

    Attributes:
        mean: logits ``(B, C)`` and class indices ``(B,)`` → scalar.
        weights: one weight a class ``(C,)`` on a device, or None where all weigh 1.
    """

    mean: Callable[[Tensor, Tensor], Tensor]
    weights: OnDevice

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss of logits ``(B, C)`` for class indices ``(B,)``, a scalar."""
        return self.mean(logits, targets)

    def mass(self, targets: Tensor) -> Tensor:
        """Return what class indices ``(B,)`` weigh in sum, a scalar: B where all weigh 1."""
        weights = self.weights(targets.device)
        if weights is None:
            return torch.tensor(float(len(targets)), device=targets.device)
        return weights[targets].sum()


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
    """Cross-entropy; weighted as torch does it, by the mean over the weights of the targets."""
    weights, shifts = _on_device(settings.weights), _on_device(settings.shifts)

    def mean(logits: Tensor, targets: Tensor) -> Tensor:
        shifted = _shifted(logits, shifts)
        weight = weights(shifted.device)
        return F.cross_entropy(
            shifted,
            targets,
            weight=None if weight is None else weight.to(shifted.dtype),
            label_smoothing=settings.label_smoothing,
        )

    return Loss(mean, weights)


@LOSSES.register("focal")
def focal(settings: LossSettings) -> Loss:
    """Focal loss (Lin et al. 2017) over a softmax: the cross-entropy of each class times
    ``(1 - p) ** gamma``, so that what is answered well counts little.

    ``gamma`` 0 gives :func:`cross_entropy`. With label smoothing the sum runs over all classes,
    each with its share of the smoothed target; weights are averaged as there.
    """
    weights, shifts = _on_device(settings.weights), _on_device(settings.shifts)

    def mean(logits: Tensor, targets: Tensor) -> Tensor:
        shifted = _shifted(logits, shifts)
        logs = shifted.log_softmax(dim=1)
        share = _smoothed(targets, logs, settings.label_smoothing)
        fading = (-torch.expm1(logs)).clamp(min=_SMALLEST) ** settings.gamma
        weight = weights(shifted.device)
        weight = torch.ones_like(logs[0]) if weight is None else weight
        terms = -(share * weight * fading * logs).sum(dim=1)
        return terms.sum() / weight[targets].sum()

    return Loss(mean, weights)


@LOSSES.register("bce")
def bce(settings: LossSettings) -> Loss:
    """One yes or no a class (Wightman et al. 2021): binary cross-entropies against the smoothed
    one-hot target, summed over the classes.

    The sum, not the mean: its slope by a logit is the sigmoid minus the target, as large as that of
    :func:`cross_entropy` whatever the number of classes, so that the same learning rates serve. An
    image weighs as its class; the weight of a column would weigh its noes as well.
    """
    weights, shifts = _on_device(settings.weights), _on_device(settings.shifts)

    def mean(logits: Tensor, targets: Tensor) -> Tensor:
        shifted = _shifted(logits, shifts)
        share = _smoothed(targets, shifted, settings.label_smoothing)
        terms = F.binary_cross_entropy_with_logits(shifted, share, reduction="none").sum(dim=1)
        weight = weights(shifted.device)
        if weight is None:
            return terms.mean()
        return (weight[targets] * terms).sum() / weight[targets].sum()

    return Loss(mean, weights)


def _smoothed(targets: Tensor, like: Tensor, smoothing: float) -> Tensor:
    """Return the target of each class, shape ``(B, C)``."""
    wanted = F.one_hot(targets, like.shape[1]).to(like.dtype)
    return wanted * (1 - smoothing) + smoothing / like.shape[1]


def _shifted(logits: Tensor, shifts: OnDevice) -> Tensor:
    """Return logits in single precision at least, with the shifts of training."""
    full = logits.float() if logits.dtype in _HALVES else logits
    shift = shifts(logits.device)
    return full if shift is None else full + shift


def _on_device(values: tuple[float, ...] | None) -> OnDevice:
    """Return a function from a device to ``values`` there; each device is sent them once."""

    @cache
    def on(device: torch.device) -> Tensor | None:
        return None if values is None else torch.tensor(values, device=device)

    return on
