"""What each single layer gives for what comes in, and how many weights it has."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from dojang.core.i18n import t
from dojang.nn.layers.grammar import Layer
from dojang.nn.windows import Window

Shape = tuple[int, ...]


def shown(shape: Shape) -> str:
    """Write a shape as 64×28×28."""
    return "×".join(map(str, shape))


def windows(layer: Layer, shape: Shape) -> tuple[Window, Window]:
    """Return how the window of a convolution or pool slides down and across a map."""
    o = layer.options
    stride, pad = o.get("stride", (1, 1)) or o["kernel"], o.get("pad", (0, 0))
    dilation = o.get("dilation", (1, 1))
    down, across = (
        Window(
            side, o["kernel"][i], stride[i], padding(layer)[i] if pad is None else pad[i],
            dilation[i], o.get("ceil", False),
        )
        for i, side in enumerate(shape[1:])
    )  # fmt: skip
    return down, across


def padding(layer: Layer) -> tuple[int, int]:
    """The padding of a convolution: half its window, rounded down, unless something is said."""
    o = layer.options
    if o["pad"] is not None:
        return int(o["pad"][0]), int(o["pad"][1])
    half = [d * (k - 1) // 2 for k, d in zip(o["kernel"], o["dilation"], strict=True)]
    return half[0], half[1]


def projection_stride(before: Shape, after: Shape) -> int | None:
    """The stride with which a 1×1 convolution brings a map to the sides of another, if any does."""
    if len(before) != 3 or len(after) != 3:
        return None
    stride = -(-before[1] // after[1])
    fits = all((b - 1) // stride + 1 == a for b, a in zip(before[1:], after[1:], strict=True))
    return stride if fits else None


class Wrong(Protocol):
    """Notes what is wrong with a layer: the key of a message, and its values."""

    def __call__(self, key: str, layer: Layer, **values: object) -> None:
        """Note it."""
        ...


Rule = Callable[[Wrong, Layer, Shape], tuple[Shape, int]]


def _slid(wrong: Wrong, layer: Layer, shape: Shape, channels: int) -> Shape:
    sides = windows(layer, shape)
    for name, window in zip(("height", "width"), sides, strict=True):
        if window.out < 1:
            kernel = "×".join(map(str, layer.options["kernel"]))
            wrong(
                "kernel_too_large", layer, kernel=kernel, span=window.span,
                shape=shown(shape), side=window.side, padded=window.side + 2 * window.padding,
                name=t(f"layers.{name}"),
            )  # fmt: skip
            break
    return (channels, *(max(1, window.out) for window in sides))


def _conv(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    o, inputs = layer.options, shape[0]
    outputs, groups = o["channels"], o["groups"]
    if inputs % groups or outputs % groups:
        wrong("groups", layer, groups=groups, inputs=inputs, outputs=outputs)
    weights = outputs * (inputs // groups) * math.prod(o["kernel"]) + outputs * o["bias"]
    return _slid(wrong, layer, shape, outputs), weights


def _depthwise(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    o = layer.options
    weights = shape[0] * (math.prod(o["kernel"]) + o["bias"])
    return _slid(wrong, layer, shape, shape[0]), weights


def _separable(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    o = layer.options
    weights = shape[0] * math.prod(o["kernel"]) + o["channels"] * (shape[0] + o["bias"])
    return _slid(wrong, layer, shape, o["channels"]), weights


def _pool(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    o = layer.options
    spans = [w.span for w in windows(layer, shape)]
    if any(2 * pad > span for pad, span in zip(o["pad"], spans, strict=True)):
        pad = "×".join(map(str, o["pad"]))
        wrong("pad_too_wide", layer, pad=pad, kernel="×".join(map(str, spans)))
    return _slid(wrong, layer, shape, shape[0]), 0


def _linear(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    o = layer.options
    if len(shape) != 1:
        wrong("needs_vector", layer, shape=shown(shape))
        return (o["channels"],), 0
    return (o["channels"],), o["channels"] * (shape[0] + o["bias"])


def _group_norm(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    groups = layer.options["groups"]
    if shape[0] % groups:
        wrong("groups", layer, groups=groups, inputs=shape[0], outputs=shape[0])
    return shape, 2 * shape[0]


def _grey(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    if shape[0] != 3:
        wrong("needs_color", layer, shape=shown(shape))
    return (1, *shape[1:]), 0


def _excite(_wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    inner = squeezed(shape[0], layer.options["reduction"])
    return shape, 2 * shape[0] * inner + shape[0] + inner


def squeezed(channels: int, reduction: int) -> int:
    """Channels in the middle of squeeze-and-excitation: at least one."""
    return max(1, channels // reduction)


def _whiten(wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    """No padding: at the border there would be patches that no picture has."""
    patch = shape[0] * math.prod(layer.options["kernel"])
    return _slid(wrong, layer, shape, 2 * patch), 2 * patch * (patch + 1)


def _same(_wrong: Wrong, _layer: Layer, shape: Shape) -> tuple[Shape, int]:
    return shape, 0


def _norm(_wrong: Wrong, layer: Layer, shape: Shape) -> tuple[Shape, int]:
    return shape, (1 + layer.options.get("scale", True)) * shape[0]


NEEDS_MAP = frozenset(
    {"conv", "depthwise", "separable", "maxpool", "avgpool", "adaptive", "gap", "gmp", "grey",
     "lrn", "se", "whiten"}
)  # fmt: skip
RULES: dict[str, Rule] = {
    "conv": _conv,
    "depthwise": _depthwise,
    "separable": _separable,
    "maxpool": _pool,
    "avgpool": _pool,
    "adaptive": lambda _s, layer, shape: ((shape[0], *layer.options["side"]), 0),
    "gap": lambda _s, _l, shape: (shape[:1], 0),
    "gmp": lambda _s, _l, shape: (shape[:1], 0),
    "flatten": lambda _s, _l, shape: ((math.prod(shape),), 0),
    "grey": _grey,
    "whiten": _whiten,
    "bn": _norm,
    "ln": _norm,
    "gn": _group_norm,
    "se": _excite,
    "linear": _linear,
    **dict.fromkeys(
        ("lrn", "relu", "gelu", "silu", "tanh", "sigmoid", "dropout"), _same
    ),
}  # fmt: skip
