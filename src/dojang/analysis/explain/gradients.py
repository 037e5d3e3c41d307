"""Integrated gradients (Sundararajan et al. 2017): each pixel's share of a score, by captum.

The shares add up to the difference between the score of the image and that of a baseline that says
nothing (completeness). The baseline is a choice: here it is the mean colour of the training
images, so that pixels of just that colour can have no share.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dojang.analysis.explain.activations import Target, logit_of, settled
from dojang.analysis.explain.occlude import mean_colour
from dojang.nn.modes import evaluating

STEPS = 32
_AT_ONCE = 64
_BRIGHT = 0.99  # quantile of a map that is drawn as 1: single pixels would leave the rest dark


def integrated_gradients(
    model: nn.Module,
    images: Tensor,
    targets: Target | Tensor | None = None,
    steps: int = STEPS,
    baseline: Tensor | None = None,
) -> Tensor:
    """Return each value's share of the target's logit, signed, ``(B, 3, H, W)``.

    Args:
        targets: as of :func:`grad_cam`; without any, the class predicted for the image itself.
        steps: points of the path from the baseline to the image (Gauss-Legendre).
        baseline: ``(1, 3, 1, 1)`` or as large as the images; :func:`mean_colour` unless given.
    """
    from captum.attr import IntegratedGradients

    with torch.inference_mode(False), torch.enable_grad(), evaluating(model):
        start = images.float().clone()
        colour = mean_colour(model, start) if baseline is None else baseline
        grey = colour.to(start).expand_as(start).clone()
        chosen = settled(model, start, targets)
        classes = chosen.to(start.device).long() if isinstance(chosen, Tensor) else None
        score = logit_of(chosen)
        forward = model if classes is not None else lambda x: score(model(x))
        found: Tensor = IntegratedGradients(forward).attribute(
            start, grey, classes, n_steps=steps, internal_batch_size=max(_AT_ONCE, len(start))
        )  # fmt: skip
    return found.detach().float()


def gradient_map(
    model: nn.Module, images: Tensor, targets: Target | Tensor | None = None
) -> Tensor:
    """Return where integrated gradients speak for the target, ``(B, H, W)`` in [0, 1]."""
    evidence = integrated_gradients(model, images, targets).sum(1).relu()
    top = evidence.flatten(1).quantile(_BRIGHT, dim=1)[:, None, None]
    top = torch.where(top > 0, top, evidence.amax((1, 2), keepdim=True).clamp(min=1e-12))
    return (evidence / top).clamp(0, 1)
