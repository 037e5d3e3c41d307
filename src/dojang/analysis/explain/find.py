"""Which layer to explain: the last one that still knows where, or one by its name."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dojang.analysis.explain.layouts import as_maps, has_places, is_plain_map, prefix_tokens
from dojang.core.errors import ModelError, did_you_mean
from dojang.nn.arithmetic import blank_image
from dojang.nn.modes import evaluating

_POOLS = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
_ATTENTION = ("attention", "attn")  # in the name of a module or of its class
_FEATURES = "features."

Ran = list[tuple[nn.Module, Tensor]]


def find_layer(model: nn.Module, size: int) -> nn.Module:
    """Return the layer to explain by default: the last one whose places the answer hangs on.

    Of the modules that put out that same map, it is the innermost block rather than the activation
    inside it or the stage around it: ``layer4[-1]`` of a ResNet, ``features[-1]`` of a VGG. After
    the last attention of a transformer with a class token, the patches have no say any more: there
    it is what that attention reads, ``blocks[-1].norm1``. What is inside an attention (matrices
    of weights, queries) is no map of the image and is passed over.

    Args:
        model: images ``(B, 3, H, W)`` to logits.
        size: side of the input in pixels.

    Raises:
        ModelError: nothing that it puts out has places.
    """
    prefix = prefix_tokens(model)
    image = blank_image(model, size)
    with torch.no_grad():
        ran = _with_places(_run(model, image)[0], prefix)
    if not ran:
        raise ModelError("explain.no_layer", model=type(model).__name__, size=size)
    if not is_plain_map(ran[-1][1]):
        ran = _up_to_alive(model, image, prefix) or ran
    last = ran[-1][1]
    return _innermost_block([module for module, output in ran if output is last])


def layer_named(model: nn.Module, name: str) -> nn.Module:
    """Return a layer by its dotted name, with or without ``features.`` before it.

    Raises:
        ModelError: there is none of that name; the nearest ones are given.
    """
    modules: dict[str, nn.Module] = {key: m for key, m in model.named_modules() if key}
    for key in (name, _FEATURES + name):
        if key in modules:
            return modules[key]
    short = [key.removeprefix(_FEATURES) for key in modules]
    raise ModelError("explain.unknown_layer", name=name, hint=did_you_mean(name, short))


def name_of(model: nn.Module, layer: nn.Module) -> str:
    """Return the name of a layer as :func:`layer_named` takes it."""
    found: str = next(key for key, module in model.named_modules() if module is layer)
    return found.removeprefix(_FEATURES)


def _run(model: nn.Module, image: Tensor) -> tuple[Ran, Tensor]:
    """Run the model; return what each module outside of an attention put out, and the logits."""
    ran: Ran = []

    def note(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and not isinstance(module, _POOLS):
            ran.append((module, output))

    handles = [module.register_forward_hook(note) for module in _outside_attention(model)]
    try:
        with evaluating(model):
            logits = model(image)
    finally:
        for handle in handles:
            handle.remove()
    return ran, logits


def _outside_attention(module: nn.Module) -> list[nn.Module]:
    found = [module]
    for name, child in module.named_children():
        said = f"{name} {type(child).__name__}".lower()
        if not any(word in said for word in _ATTENTION):
            found += _outside_attention(child)
    return found


def _with_places(ran: Ran, prefix: int | None) -> Ran:
    return [(module, output) for module, output in ran if has_places(output, prefix)]


def _up_to_alive(model: nn.Module, image: Tensor, prefix: int | None) -> Ran:
    """Return what ran up to the last output whose places have a gradient."""
    noise = torch.Generator().manual_seed(0)  # a black image may leave everything at zero
    shade = torch.rand(image.shape, generator=noise).to(image) * 255
    with torch.inference_mode(False), torch.enable_grad():
        ran, logits = _run(model, shade.requires_grad_())
        ran = [(m, o) for m, o in _with_places(ran, prefix) if o.requires_grad]
        if not ran:
            return []
        ramp = torch.linspace(-1, 1, logits.shape[1] + 2, device=logits.device)[1:-1] + 0.1
        slopes = torch.autograd.grad(
            (logits.float() * ramp).sum(), [output for _, output in ran], allow_unused=True
        )
    for last in range(len(ran) - 1, -1, -1):
        slope = slopes[last]
        maps = None if slope is None else as_maps(slope, prefix)
        if maps is not None and bool(maps.count_nonzero() > 0):
            return ran[: last + 1]
    return []


def _innermost_block(modules: Sequence[nn.Module]) -> nn.Module:
    """From modules that put out one map, innermost first: the block, else the last layer."""
    outer = next((i for i, m in enumerate(modules) if next(m.children(), None) is not None), None)
    if outer is None:
        return modules[-1]
    if outer and type(modules[outer]) is nn.Sequential:
        return modules[outer - 1]
    return modules[outer]
