"""Maps of any network as ``(B, C, h, w)``: of convolutions, of windows, of tokens.

Convolutional networks put out ``(B, C, h, w)``, Swin and its kin ``(B, h, w, C)``, vision
transformers tokens ``(B, N, C)``: first a class token and registers, where there are any, then one
token a patch, row by row.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

_MOST_PREFIX = 16  # class token, distillation token and registers together


def as_maps(output: Tensor, prefix: int | None = None) -> Tensor | None:
    """Return the output of a layer as maps ``(B, C, h, w)``, or None where it has no places.

    A square image gives square maps: that tells ``(B, h, w, C)`` from ``(B, C, h, w)``.

    Args:
        prefix: tokens before those of the patches; without it, or where it leaves no square (the
            class token may come in later), what is above the largest square.
    """
    if output.ndim == 4:
        _, first, second, third = output.shape
        return output.permute(0, 3, 1, 2) if first == second != third else output
    if output.ndim != 3:
        return None
    batch, tokens, channels = output.shape
    side = math.isqrt(max(0, tokens - (prefix or 0)))
    if side * side != tokens - (prefix or 0):
        side = math.isqrt(tokens)
    before = tokens - side * side
    if side < 1 or before > _MOST_PREFIX:
        return None
    return output[:, before:].transpose(1, 2).reshape(batch, channels, side, side)


def is_plain_map(output: Tensor) -> bool:
    """Is it ``(B, C, h, w)`` with more than one place?"""
    return output.ndim == 4 and output.shape[-1] == output.shape[-2] > 1


def has_places(output: Tensor, prefix: int | None) -> bool:
    """Can it be read as square maps of more than one place?"""
    maps = as_maps(output, prefix)
    return maps is not None and maps.shape[-1] == maps.shape[-2] > 1


def prefix_tokens(model: nn.Module) -> int | None:
    """Return how many tokens come before those of the patches; None where nobody says."""
    found = [getattr(module, "num_prefix_tokens", None) for module in model.modules()]
    return next((number for number in found if isinstance(number, int)), None)
