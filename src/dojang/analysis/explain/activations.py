"""What a layer puts out while a model runs, and the gradient that reaches it.

Legend: B images, C channels, h and w sides of a map, K classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dojang.analysis.explain.layouts import as_maps, prefix_tokens
from dojang.core.errors import ModelError
from dojang.nn.modes import evaluating

Target = Callable[[Tensor], Tensor]


def maps_and_gradients(
    model: nn.Module, images: Tensor, targets: Target | Tensor | None, layer: nn.Module
) -> tuple[Tensor, Tensor]:
    """Return the output of a layer and the gradient of the score there, ``(B, C, h, w)`` each.

    Gradients are taken with respect to that output alone, so that none reach the parameters.

    Raises:
        ModelError: ``layer`` did not run or puts out no maps.
    """
    with torch.inference_mode(False), torch.enable_grad(), evaluating(model):
        images = images.clone() if images.is_inference() else images
        with outputs_of(layer) as outputs:
            logits = model(images)
        output = _last_tensor(outputs, layer)
        score = logit_of(targets)(logits).sum()  # images are independent in evaluation mode
        (gradient,) = torch.autograd.grad(score, output, allow_unused=True, materialize_grads=True)
    prefix = prefix_tokens(model)
    maps, slopes = (as_maps(x.detach().float(), prefix) for x in (output, gradient))
    if maps is None or slopes is None:
        name = type(layer).__name__
        raise ModelError("explain.no_map", layer=name, shape=tuple(output.shape))
    return maps, slopes


def maps_of(model: nn.Module, images: Tensor, layer: nn.Module) -> Tensor:
    """Return what a layer puts out, ``(B, C, h, w)``; a vector is a map of one place.

    Raises:
        ModelError: ``layer`` did not run or puts out no maps.
    """
    with torch.no_grad(), evaluating(model), outputs_of(layer) as outputs:
        model(images)
    output = _last_tensor(outputs, layer).detach().float()
    maps = output[:, :, None, None] if output.ndim == 2 else as_maps(output, prefix_tokens(model))
    if maps is None:
        name = type(layer).__name__
        raise ModelError("explain.no_map", layer=name, shape=tuple(output.shape))
    return maps


@contextmanager
def outputs_of(layer: nn.Module) -> Iterator[list[object]]:
    """Collect what the layer puts out, each time as a new leaf of the graph.

    The rest of the model gets a copy, so that an in-place activation after the layer changes
    neither the kept values nor what the gradient refers to.
    """
    outputs: list[object] = []

    def keep(_module: nn.Module, _inputs: object, output: object) -> object:
        if not isinstance(output, Tensor):
            outputs.append(output)
            return output
        leaf = output.detach().clone().requires_grad_(torch.is_grad_enabled())
        outputs.append(leaf)
        return leaf.clone()

    handle = layer.register_forward_hook(keep)
    try:
        yield outputs
    finally:
        handle.remove()


def logit_of(targets: Target | Tensor | None) -> Target:
    """Return the score to explain as a function of the logits ``(B, K)`` → ``(B,)``.

    Args:
        targets: such a function; class indices ``(B,)``; or None for the predicted classes.
    """
    if isinstance(targets, Tensor):
        indices = targets
        return lambda logits: logits.gather(1, indices.to(logits.device).long()[:, None])[:, 0]
    if targets is None:
        return lambda logits: logits.max(1).values
    return targets


def settled(model: nn.Module, images: Tensor, targets: Target | Tensor | None) -> Target | Tensor:
    """Return targets that do not change sides when the image does: the classes that the model
    predicts now, unless others are given."""
    if targets is not None:
        return targets
    with torch.no_grad(), evaluating(model):
        indices: Tensor = model(images).argmax(1)
    return indices


def log_share(logits: Tensor, targets: Target | Tensor) -> Tensor:
    """Return the score of each row of ``(B, K)``, ``(B,)``: of a class its log-probability, which
    unlike the probability does not stand still where the model is sure. A single class has its
    logit."""
    if not isinstance(targets, Tensor):
        return targets(logits)
    shares = F.log_softmax(logits.float(), 1) if logits.shape[1] > 1 else logits
    indices = targets.to(logits.device).long().expand(len(logits))
    return shares.gather(1, indices[:, None])[:, 0]


def _last_tensor(outputs: list[object], layer: nn.Module) -> Tensor:
    name = type(layer).__name__
    if not outputs:
        raise ModelError("explain.not_run", layer=name)
    last = outputs[-1]
    if not isinstance(last, Tensor):
        raise ModelError("explain.no_map", layer=name, shape=type(last).__name__)
    return last
