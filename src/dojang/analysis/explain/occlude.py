"""Occlusion (Zeiler & Fergus 2014): what does the model miss where a square hides the image?

It asks the model itself and needs no gradient and no layer, at the price of one forward pass a
window.

Legend: B images, H and W their sides, W windows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dojang.analysis.explain.activations import Target, log_share, settled
from dojang.nn.modes import evaluating

WINDOWS = 8  # along a side
_AT_ONCE = 128
_EPSILON = 1e-12


def occlusion(
    model: nn.Module,
    images: Tensor,
    targets: Target | Tensor | None = None,
    window: int | None = None,
    stride: int | None = None,
    fill: Tensor | None = None,
) -> Tensor:
    """Return heat maps ``(B, H, W)`` in [0, 1]: the mean fall of the score under all windows that
    hide a place; places whose hiding helps are 0.

    Args:
        targets: as of :func:`grad_cam`; a class is scored by its log-probability.
        window: side of the square in pixels; a quarter of the image unless given.
        stride: pixels between squares; an eighth of the image unless given. Windows also hang over
            the edges, so that corners are hidden as often as the middle.
        fill: colour of the square, ``(1, 3, 1, 1)``; :func:`mean_colour` unless given.
    """
    size = images.shape[-1]
    window = max(1, size // 4) if window is None else window
    stride = max(1, size // WINDOWS) if stride is None else stride
    masks = _windows(images.shape[-2], size, window, stride).to(images.device)
    falls = _falls(model, images.float(), masks, targets, fill)
    covered = masks.flatten(1).float()
    mean = falls.T @ covered / covered.sum(0).clamp(min=1)
    heat = mean.view(len(images), *images.shape[-2:]).relu()
    return heat / (heat.amax((1, 2), keepdim=True) + _EPSILON)


def mean_colour(model: nn.Module, images: Tensor) -> Tensor:
    """Return the colour that says nothing, ``(1, 3, 1, 1)`` or ``(B, 3, 1, 1)``: the mean of the
    training images that the model keeps, else the mean of each image."""
    mean = getattr(model, "mean", None)
    if isinstance(mean, Tensor) and mean.shape == (1, 3, 1, 1):
        return mean.to(images.device)
    return images.float().mean((2, 3), keepdim=True)


def _falls(
    model: nn.Module,
    images: Tensor,
    masks: Tensor,
    targets: Target | Tensor | None,
    fill: Tensor | None,
) -> Tensor:
    """Return how far the score of each image falls behind each window, ``(W, B)``."""
    colour = mean_colour(model, images) if fill is None else fill.to(images)
    falls = []
    with torch.no_grad(), evaluating(model):
        targets = settled(model, images, targets)
        for row, image in enumerate(images):
            hue = colour[row : row + 1] if len(colour) > 1 else colour
            own = targets[row : row + 1] if isinstance(targets, Tensor) else targets
            before = log_share(model(image[None]), own)
            some = torch.split(masks[:, None], _AT_ONCE)
            hidden = (torch.where(mask, hue, image) for mask in some)
            falls.append(torch.cat([before - log_share(model(x), own) for x in hidden]))
    return torch.stack(falls, 1).float()


def _windows(height: int, width: int, window: int, stride: int) -> Tensor:
    """Return which pixels each window hides, bool ``(W, H, W)``."""
    down, across = _spans(height, window, stride), _spans(width, window, stride)
    return (down[:, None, :, None] & across[None, :, None, :]).flatten(0, 1)


def _spans(side: int, window: int, stride: int) -> Tensor:
    starts = torch.arange(stride - window, side, stride)
    places = torch.arange(side)
    return (places >= starts[:, None]) & (places < starts[:, None] + window)
