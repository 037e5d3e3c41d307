"""Where did the model look? Grad-CAM (Selvaraju et al. 2017).

Grad-CAM weighs the channels of one layer by the mean gradient of a score, adds them up and keeps
what speaks for the class. The definition, with its scaling before and after upsampling, is that of
the grad-cam package, against which it is tested. They differ where an in-place activation follows
the layer: the package then mixes values after it with gradients before it.

Legend: B images, C channels, H and W sides of the input, h and w sides of a map, K classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from dojang.core.errors import ModelError
from dojang.nn.arithmetic import blank_image
from dojang.nn.modes import evaluating

Target = Callable[[Tensor], Tensor]

_EPSILON = 1e-7  # that of the grad-cam package
_STRONGEST = 0.7  # share of the colour where the heat is 1: the photo stays visible below
_POOLS = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)


def grad_cam(
    model: nn.Module,
    images: Tensor,
    targets: Target | Tensor | None = None,
    layer: nn.Module | None = None,
) -> Tensor:
    """Return heat maps ``(B, H, W)`` in [0, 1]: where the evidence for the target lies.

    The model runs in evaluation mode. Gradients are taken with respect to the output of the layer
    alone, so that none reach the parameters, frozen or not. A map without any evidence is all 0.

    Args:
        model: images to logits ``(B, K)``.
        images: ``(B, 3, H, W)``, float or uint8, as the model takes them.
        targets: the score to explain: a function of the logits ``(B, K)`` that gives one score an
            image ``(B,)``; or class indices ``(B,)``; or None for the predicted classes.
        layer: whose output ``(B, C, h, w)`` to explain; None finds it with :func:`find_layer`.

    Raises:
        ModelError: no layer with maps, or ``layer`` did not run or does not put out maps.
    """
    layer = find_layer(model, images.shape[-1]) if layer is None else layer
    with torch.inference_mode(False), torch.enable_grad(), evaluating(model):
        images = images.clone() if images.is_inference() else images
        with _output_of(layer) as maps:
            logits = model(images)
        activations = _last_map(maps, layer)
        score = _target(targets)(logits).sum()  # images are independent in evaluation mode
        (gradients,) = torch.autograd.grad(
            score, activations, allow_unused=True, materialize_grads=True
        )
    return _heat(activations.detach().float(), gradients.float(), images.shape[-2:])


def find_layer(model: nn.Module, size: int) -> nn.Module:
    """Return the layer that Grad-CAM explains by default: the last one that still has a map.

    Of the modules that put out that same map, it is the innermost block rather than the activation
    inside it or the stage around it: ``layer4[-1]`` of a ResNet, ``features[-1]`` of a VGG.

    Args:
        model: images ``(B, 3, H, W)`` to logits.
        size: side of the input in pixels.

    Raises:
        ModelError: after the last map come tokens, as in vision transformers, or there is none.
    """
    outputs: list[tuple[nn.Module, Tensor]] = []

    def note(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and not isinstance(module, _POOLS) and _has_places(output):
            outputs.append((module, output))

    handles = [module.register_forward_hook(note) for module in model.modules()]
    try:
        with evaluating(model), torch.no_grad():
            model(blank_image(model, size))
    finally:
        for handle in handles:
            handle.remove()
    if not outputs or not _is_map(outputs[-1][1]):
        raise ModelError("explain.no_layer", model=type(model).__name__, size=size)
    last = outputs[-1][1]
    return _innermost_block([module for module, output in outputs if output is last])


def overlay(image: NDArray[np.uint8], heat: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Return the photo with the heat laid over it, ``(H, W, 3)``.

    The colours are plasma: its lightness rises evenly with the heat, so that it reads the same
    without red or green and in grey, and unlike inferno or magma it does not start in black, which
    could be taken for a dark spot of the photo. Cold places show the photo itself.

    Args:
        image: RGB, ``(H, W, 3)``.
        heat: in [0, 1], ``(h, w)``; brought to the size of the image.
    """
    from matplotlib import colormaps

    values = torch.as_tensor(np.ascontiguousarray(heat), dtype=torch.float32)[None, None]
    values = F.interpolate(values, image.shape[:2], mode="bilinear", align_corners=False)
    strength = np.nan_to_num(values[0, 0].numpy()).clip(0, 1)
    colours = np.asarray(colormaps["plasma"](strength))[..., :3] * 255
    alpha = _STRONGEST * strength[..., None]
    mixed: NDArray[np.uint8] = ((1 - alpha) * image + alpha * colours).round().astype(np.uint8)
    return mixed


@contextmanager
def _output_of(layer: nn.Module) -> Iterator[list[object]]:
    """Collect what the layer puts out, each time as a new leaf of the graph.

    The rest of the model gets a copy, so that an in-place activation after the layer changes
    neither the kept values nor what the gradient refers to.
    """
    outputs: list[object] = []

    def keep(_module: nn.Module, _inputs: object, output: object) -> object:
        if not isinstance(output, Tensor):
            outputs.append(output)
            return output
        leaf = output.detach().clone().requires_grad_()
        outputs.append(leaf)
        return leaf.clone()

    handle = layer.register_forward_hook(keep)
    try:
        yield outputs
    finally:
        handle.remove()


def _last_map(outputs: Sequence[object], layer: nn.Module) -> Tensor:
    name = type(layer).__name__
    if not outputs:
        raise ModelError("explain.not_run", layer=name)
    last = outputs[-1]
    if not isinstance(last, Tensor) or last.ndim != 4:
        shape = tuple(last.shape) if isinstance(last, Tensor) else type(last).__name__
        raise ModelError("explain.no_map", layer=name, shape=shape)
    return last


def _target(targets: Target | Tensor | None) -> Target:
    if isinstance(targets, Tensor):
        indices = targets
        return lambda logits: logits.gather(1, indices.to(logits.device).long()[:, None])
    if targets is None:
        return lambda logits: logits.max(1).values
    return targets


def _heat(activations: Tensor, gradients: Tensor, size: Sequence[int]) -> Tensor:
    """``(B, C, h, w)`` twice → ``(B, H, W)``; see Selvaraju et al. 2017, equations 1 and 2."""
    weights = gradients.mean((2, 3), keepdim=True)
    maps = _stretch((weights * activations).sum(1, keepdim=True).relu())
    large = F.interpolate(maps, tuple(size), mode="bilinear", align_corners=False)
    return _stretch(large)[:, 0]


def _stretch(maps: Tensor) -> Tensor:
    """Scale each map ``(B, 1, h, w)`` to [0, 1]."""
    maps = maps - maps.amin((2, 3), keepdim=True)
    return maps / (_EPSILON + maps.amax((2, 3), keepdim=True))


def _has_places(output: Tensor) -> bool:
    """Is it more than one vector: ``(B, C, h, w)``, ``(B, h, w, C)`` or tokens ``(B, N, C)``?"""
    return output.ndim in (3, 4) and sum(side > 1 for side in output.shape[1:]) > 1


def _is_map(output: Tensor) -> bool:
    """Is it ``(B, C, h, w)``? A square image gives square maps, unlike ``(B, h, w, C)``."""
    return output.ndim == 4 and output.shape[-1] == output.shape[-2] > 1


def _innermost_block(modules: Sequence[nn.Module]) -> nn.Module:
    """From modules that put out one map, innermost first: the block, else the last layer."""
    outer = next((i for i, m in enumerate(modules) if next(m.children(), None) is not None), None)
    if outer is None:
        return modules[-1]
    if outer and type(modules[outer]) is nn.Sequential:
        return modules[outer - 1]
    return modules[outer]
