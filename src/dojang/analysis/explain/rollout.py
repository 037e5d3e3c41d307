"""Attention rollout (Abnar & Zuidema 2020): which patches flow into the answer of a transformer.

The attention of each layer, half of it kept for the shortcut around it, is multiplied from the
first layer to the last. It is the same for every class: it shows where the network reads, not what
speaks for an answer.

Legend: B images, N tokens, g side of the grid of patches, H and W sides of the image.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from dojang.analysis.explain.cam import enlarged
from dojang.analysis.explain.layouts import as_maps, prefix_tokens
from dojang.core.errors import ModelError
from dojang.nn.modes import evaluating

_CLASS_TOKENS = ("cls_token", "class_token", "dist_token")


def attention_rollout(model: nn.Module, images: Tensor) -> Tensor:
    """Return heat maps ``(B, H, W)`` in [0, 1].

    Heads are averaged. The class token reads; without one, all tokens do.

    Raises:
        ModelError: the network has no attention over the whole image, or it changes its tokens
            on the way.
    """
    with torch.no_grad(), evaluating(model), attention_weights(model) as seen:
        model(images)
    whole = [w for w in seen if w.ndim != 4 or w.shape[-2] > 1]  # one query: it only pools
    name = type(getattr(model, "features", model)).__name__
    if not seen:
        raise ModelError("explain.no_attention", model=name)
    count = whole[0].shape[-1] if whole else 0
    alike = all(w.ndim == 4 and w.shape[2:] == (count, count) for w in whole)
    if not whole or not alike or any(len(w) != len(images) for w in whole):
        raise ModelError("explain.not_whole", model=name)
    mixed = rolled([w.float().mean(1) for w in whole])
    readers = _class_tokens(model)
    read = (mixed[:, :readers] if readers else mixed).mean(1)
    maps = as_maps(read[:, :, None], prefix_tokens(model))
    if maps is None:
        raise ModelError("explain.not_whole", model=name)
    return enlarged(maps[:, 0], images.shape[-2:])


def rolled(layers: list[Tensor]) -> Tensor:
    """Return how far each token of the end comes from each of the start, ``(B, N, N)``.

    Args:
        layers: attention weights of each layer, heads averaged, ``(B, N, N)``, rows sum to 1.
    """
    same = torch.eye(layers[0].shape[-1], device=layers[0].device)
    mixed = same.expand_as(layers[0])
    for weights in layers:
        step = (weights + same) / 2
        mixed = step / step.sum(-1, keepdim=True) @ mixed
    return mixed


def has_attention(model: nn.Module) -> bool:
    """Has the network layers whose attention weights can be read?"""
    return any(_is_timm(module) or _is_torch(module) for module in model.modules())


@contextmanager
def attention_weights(model: nn.Module) -> Iterator[list[Tensor]]:
    """Collect the attention weights ``(B, heads, N, N)`` of every layer while the block lasts.

    Fused kernels never hold them: they are turned off, and put back as they were afterwards.
    """
    seen: list[Tensor] = []
    with ExitStack() as stack:
        for module in model.modules():
            if _is_timm(module):
                stack.callback(setattr, module, "fused_attn", module.fused_attn)
                module.fused_attn = False  # type: ignore[assignment]
                dropped: Any = module.attn_drop
                handle = dropped.register_forward_hook(lambda _m, _i, out: seen.append(out))
                stack.callback(handle.remove)
            elif _is_torch(module):
                asked = module.register_forward_pre_hook(_ask_for_weights, with_kwargs=True)
                told = module.register_forward_hook(lambda _m, _i, out: seen.append(out[1]))
                stack.callback(asked.remove)
                stack.callback(told.remove)
        yield seen


def _is_timm(module: nn.Module) -> bool:
    dropped = getattr(module, "attn_drop", None)
    return hasattr(module, "fused_attn") and isinstance(dropped, nn.Module)


def _is_torch(module: nn.Module) -> bool:
    return isinstance(module, nn.MultiheadAttention)


def _ask_for_weights(
    _module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, kwargs | {"need_weights": True, "average_attn_weights": False}


def _class_tokens(model: nn.Module) -> int:
    """How many tokens at the start are read for the answer; registers are not."""
    for module in model.modules():
        held = [getattr(module, name, None) for name in _CLASS_TOKENS]
        pooled = getattr(module, "global_pool", "token")
        if any(isinstance(token, Tensor) for token in held):
            return 0 if pooled in ("avg", "avgmax", "max") else sum(
                isinstance(token, Tensor) for token in held
            )  # fmt: skip
    return 0
