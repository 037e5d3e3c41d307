"""The ways to explain by their names: one call for all, and which of them suit a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from dojang.analysis.explain.activations import Target
from dojang.analysis.explain.cam import grad_cam, grad_cam_plus_plus, layer_cam
from dojang.analysis.explain.find import find_layer
from dojang.analysis.explain.gradients import gradient_map
from dojang.analysis.explain.occlude import occlusion
from dojang.analysis.explain.rollout import attention_rollout, has_attention
from dojang.core.errors import ModelError, did_you_mean

DEFAULT = "grad-cam"


@dataclass(frozen=True)
class Method:
    """A way to explain.

    Attributes:
        maps: model, images ``(B, 3, H, W)``, targets and layer to heat ``(B, H, W)`` in [0, 1].
        of_layer: whether it explains one layer.
        of_class: whether it explains one class.
    """

    maps: Callable[[nn.Module, Tensor, Target | Tensor | None, nn.Module | None], Tensor]
    of_layer: bool = False
    of_class: bool = True


METHODS = {
    "grad-cam": Method(grad_cam, of_layer=True),
    "grad-cam++": Method(grad_cam_plus_plus, of_layer=True),
    "layer-cam": Method(layer_cam, of_layer=True),
    "occlusion": Method(lambda m, x, t, _layer: occlusion(m, x, t)),
    "integrated-gradients": Method(lambda m, x, t, _layer: gradient_map(m, x, t)),
    "attention-rollout": Method(lambda m, x, _t, _layer: attention_rollout(m, x), of_class=False),
}


def explain_images(
    model: nn.Module,
    images: Tensor,
    method: str = DEFAULT,
    targets: Target | Tensor | None = None,
    layer: nn.Module | None = None,
) -> Tensor:
    """Return heat maps ``(B, H, W)`` in [0, 1]; arguments beside the name as of :func:`grad_cam`.

    Raises:
        ModelError: no such method, it cannot explain this network, or a layer or a class is given
            that it does not look at.
    """
    chosen = method_named(method)
    if layer is not None and not chosen.of_layer:
        raise ModelError("explain.layer_unused", method=method)
    if targets is not None and not chosen.of_class:
        raise ModelError("explain.class_unused", method=method)
    return chosen.maps(model, images, targets, layer)


def method_named(name: str) -> Method:
    """Return a method.

    Raises:
        ModelError: there is none of that name; all are given.
    """
    if name not in METHODS:
        hint = did_you_mean(name, METHODS)
        raise ModelError("explain.unknown_method", name=name, known=", ".join(METHODS), hint=hint)
    return METHODS[name]


def methods_for(model: nn.Module, images: Tensor) -> list[str]:
    """Return the methods that suit a network.

    Args:
        images: one image or more, ``(B, 3, H, W)``, on which those are tried that may not.
    """
    found = list(METHODS)
    try:
        find_layer(model, images.shape[-1])
    except ModelError:
        found = [name for name in found if not METHODS[name].of_layer]
    try:
        if not has_attention(model):
            raise ModelError("explain.no_attention", model=type(model).__name__)
        attention_rollout(model, images[:1])
    except ModelError:
        found.remove("attention-rollout")
    return found
