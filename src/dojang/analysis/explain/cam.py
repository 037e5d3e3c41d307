"""Class activation maps: the channels of one layer, weighted by what they do for a class.

Grad-CAM (Selvaraju et al. 2017) weighs a channel by its mean gradient. Grad-CAM++ (Chattopadhyay et
al. 2018) counts the places that speak for the class, so that several objects weigh as much as one.
LayerCAM (Jiang et al. 2021) weighs every place by its own gradient, so that early layers with fine
maps can be shown too.

The definitions, with their scaling before and after upsampling, are those of the grad-cam package,
against which they are tested on convolutional networks and on transformers. They differ where an
in-place activation follows the layer: the package then mixes values after it with gradients before
it.

Legend: B images, C channels, H and W sides of the input, h and w sides of a map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from dojang.analysis.explain.activations import Target, maps_and_gradients
from dojang.analysis.explain.find import find_layer

_EPSILON = 1e-7  # these two are those of the grad-cam package
_SQUARES = 1e-6

Weigh = Callable[[Tensor, Tensor], Tensor]


def grad_cam(
    model: nn.Module,
    images: Tensor,
    targets: Target | Tensor | None = None,
    layer: nn.Module | None = None,
) -> Tensor:
    """Return heat maps ``(B, H, W)`` in [0, 1]: where the evidence for the target lies.

    The model runs in evaluation mode. A map without any evidence is all 0.

    Args:
        model: images to logits ``(B, K)``.
        images: ``(B, 3, H, W)``, float or uint8, as the model takes them.
        targets: the score to explain: a function of the logits ``(B, K)`` that gives one score an
            image ``(B,)``; or class indices ``(B,)``; or None for the predicted classes.
        layer: whose output to explain: maps ``(B, C, h, w)`` or ``(B, h, w, C)``, or tokens
            ``(B, N, C)``; None finds it with :func:`find_layer`.

    Raises:
        ModelError: no layer with maps, or ``layer`` did not run or does not put out maps.
    """
    return _cam(model, images, targets, layer, lambda a, g: g.mean((2, 3), keepdim=True) * a)


def grad_cam_plus_plus(
    model: nn.Module,
    images: Tensor,
    targets: Target | Tensor | None = None,
    layer: nn.Module | None = None,
) -> Tensor:
    """Return heat maps as :func:`grad_cam`, weighted by Chattopadhyay et al. 2018, equation 19."""
    return _cam(model, images, targets, layer, _plus_plus)


def layer_cam(
    model: nn.Module,
    images: Tensor,
    targets: Target | Tensor | None = None,
    layer: nn.Module | None = None,
) -> Tensor:
    """Return heat maps as :func:`grad_cam`, each place with its own weight (Jiang et al. 2021)."""
    return _cam(model, images, targets, layer, lambda a, g: g.relu() * a)


def enlarged(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Return maps ``(B, h, w)`` in [0, 1] and in the size of the image, ``(B, H, W)``."""
    large = F.interpolate(_stretch(maps[:, None]), tuple(size), mode="bilinear")
    return _stretch(large)[:, 0]


def _cam(
    model: nn.Module,
    images: Tensor,
    targets: Target | Tensor | None,
    layer: nn.Module | None,
    weigh: Weigh,
) -> Tensor:
    layer = find_layer(model, images.shape[-1]) if layer is None else layer
    maps, slopes = maps_and_gradients(model, images, targets, layer)
    return enlarged(weigh(maps, slopes).sum(1).relu(), images.shape[-2:])


def _plus_plus(maps: Tensor, slopes: Tensor) -> Tensor:
    squares = slopes.square()
    total = maps.sum((2, 3), keepdim=True)
    alpha = squares / (2 * squares + total * squares * slopes + _SQUARES)
    return (slopes.relu() * alpha).sum((2, 3), keepdim=True) * maps


def _stretch(maps: Tensor) -> Tensor:
    """Scale each map ``(B, 1, h, w)`` to [0, 1]."""
    maps = maps - maps.amin((2, 3), keepdim=True)
    return maps / (_EPSILON + maps.amax((2, 3), keepdim=True))
