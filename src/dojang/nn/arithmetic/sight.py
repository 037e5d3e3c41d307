"""What one element of a tensor sees of the image, followed through every tensor operation.

The receptive field of a layer with kernel k, stride s and dilation d grows by ``d (k − 1)`` jumps,
and the jump (pixels between neighbours) by the factor s (Araujo, Norris & Sim 2019). Where branches
meet, the widest path counts; transposed convolutions divide both steps by their stride. Whatever
mixes all positions (global pooling, attention, and so also squeeze-and-excitation) sees the whole
image from there on; the statistics of norms are left out. Positions that are rearranged in a way
that cannot be followed (space to depth by reshaping) give no field rather than a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from torch import Tensor
from torch.utils._pytree import tree_leaves

Pair = tuple[float, float]


class Sight(NamedTuple):
    """What one element of a tensor sees of the image.

    Attributes:
        jump: pixels between neighbours, down and across.
        field: pixels seen, down and across; infinite where it is the whole image.
        channels: the dimensions that hold the channels of one position, counted from the end;
            None where they are not known any more.
    """

    jump: Pair
    field: Pair
    channels: frozenset[int] | None


class Call(NamedTuple):
    """One tensor operation: its arguments by name, its result, and what the arguments see."""

    arguments: dict[str, Any]
    output: Any
    seen: list[tuple[Tensor, Sight]]

    def sight(self, name: str) -> Sight | None:
        return next((s for tensor, s in self.seen if tensor is self.arguments[name]), None)


WHERE_CHANNELS = frozenset({-3})
WHOLE = Sight((1, 1), (math.inf, math.inf), None)


def _slide(sight: Sight | None, reach: Sequence[float], stride: Sequence[float]) -> Sight:
    """A window that spans ``reach`` steps and moves by ``stride``, on a map ``(B, C, H, W)``."""
    if sight is None or sight.channels != WHERE_CHANNELS:
        return WHOLE
    (down, across), (high, wide) = sight.jump, sight.field
    jump = (down * stride[0], across * stride[1])
    return Sight(jump, (high + reach[0] * down, wide + reach[1] * across), WHERE_CHANNELS)


def _convolution(call: Call) -> Sight:
    a, kernel = call.arguments, call.arguments["weight"].shape[2:]
    if len(kernel) != 2 or call.sight("weight"):
        return WHOLE
    reach = [(k - 1) * d for k, d in zip(kernel, a["dilation"], strict=True)]
    stride = a["stride"]
    if a["transposed"]:
        reach = [r / s for r, s in zip(reach, stride, strict=True)]
        stride = [1 / s for s in stride]
    return _slide(call.sight("input"), reach, stride)


def _pooling(call: Call) -> Sight:
    a = call.arguments
    kernel, dilation = _pair(a["kernel_size"]), _pair(a.get("dilation", 1))
    reach = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
    return _slide(call.sight("self"), reach, _pair(a["stride"]) or kernel)


def _adaptive_pooling(call: Call) -> Sight:
    reach, stride = [], []
    sides = call.arguments["self"].shape[-2:]
    for side, parts in zip(sides, call.arguments["output_size"], strict=True):
        edges = [(i * side // parts, -(-(i + 1) * side // parts)) for i in range(parts)]
        reach.append(math.inf if parts == 1 else max(end - start for start, end in edges) - 1)
        stride.append(side / parts)
    return _slide(call.sight("self"), reach, stride)


def _resizing(reach: int) -> Callable[[Call], Sight]:
    def rule(call: Call) -> Sight:
        sides = zip(call.arguments["self"].shape[-2:], call.output.shape[-2:], strict=True)
        return _slide(call.sight("self"), (reach, reach), [old / new for old, new in sides])

    return rule


def _matrix_product(names: tuple[str, str]) -> Callable[[Call], Sight]:
    """Weights times activations stay at their position if the sum runs over channels alone."""

    def rule(call: Call) -> Sight:
        left, right = (call.sight(name) for name in names)
        only, summed = (left, -1) if right is None else (right, -2)
        if only is None or (left and right) or only.channels != frozenset({summed}):
            return WHOLE
        return only

    return rule


def _reduction(call: Call) -> Sight:
    """A sum over channels alone keeps the field; any other takes in all positions."""
    if "other" in call.arguments:
        return _elementwise(call)
    tensor, sight = call.seen[0]
    dims = call.arguments.get("dim")
    dims = [dims] if isinstance(dims, int) else dims
    summed = {dim - tensor.ndim if dim >= 0 else dim for dim in dims or range(tensor.ndim)}
    if sight.channels is None or not summed <= sight.channels:
        return WHOLE
    same = tree_leaves(call.output)[0].ndim == tensor.ndim
    return sight if same else sight._replace(channels=None)


def _permutation(call: Call) -> Sight:
    tensor, sight = call.seen[0]
    a, order = call.arguments, list(range(-tensor.ndim, 0))
    if "dims" in a:
        order = [order[dim] for dim in a["dims"]]
    else:
        i, j = a.get("dim0", 0), a.get("dim1", -1)
        order[i], order[j] = order[j], order[i]
    if sight.channels is None:
        return sight
    moved = (new - tensor.ndim for new, old in enumerate(order) if old in sight.channels)
    return sight._replace(channels=frozenset(moved))


def _slicing(call: Call) -> Sight:
    a, (tensor, sight) = call.arguments, call.seen[0]
    if a["step"] == 1:
        return _elementwise(call)
    stride = {2: (a["step"], 1), 3: (1, a["step"])}.get(a["dim"] % tensor.ndim)
    return _slide(sight, (0, 0), stride) if stride else WHOLE


def _view(call: Call) -> Sight:
    """Another shape of the same values; dimensions may be split and joined (channel shuffle)."""
    tensor, sight = call.seen[0]
    if sight.channels is None:
        return sight
    before, after = tensor.shape, call.output.shape
    start, stop = tensor.ndim + min(sight.channels), tensor.ndim + max(sight.channels) + 1
    outer, inner = math.prod(before[:start]), math.prod(before[stop:])
    starts = [i for i in range(len(after)) if math.prod(after[:i]) == outer]
    stops = [i for i in range(1, len(after) + 1) if math.prod(after[i:]) == inner]
    if stop - start > len(sight.channels) or not starts or not stops or starts[-1] >= stops[0]:
        return sight._replace(channels=None)
    moved = range(starts[-1] - len(after), stops[0] - len(after))
    return sight._replace(channels=frozenset(moved))


def _elementwise(call: Call) -> Sight:
    """Sums, activations, norms, concatenations: the widest of all that come in."""
    sights = [sight for _, sight in call.seen]
    jump = (max(s.jump[0] for s in sights), max(s.jump[1] for s in sights))
    field = (max(s.field[0] for s in sights), max(s.field[1] for s in sights))
    dims = {leaf.ndim for leaf in tree_leaves(call.output) if isinstance(leaf, Tensor)}
    channels = {s.channels if tensor.ndim in dims else None for tensor, s in call.seen}
    return Sight(jump, field, channels.pop() if len(channels) == 1 else None)


def _mixed(_call: Call) -> Sight:
    return WHOLE


def rule_of(name: str, namespace: str) -> Callable[[Call], Sight]:
    """Return how an operation changes what is seen."""
    if namespace != "aten" or name.startswith(_MIXING):
        return _mixed
    return _RULES.get(name, _elementwise)


MATRIX_PRODUCTS = {
    "mm": ("self", "mat2"),
    "bmm": ("self", "mat2"),
    "addmm": ("mat1", "mat2"),
    "baddbmm": ("batch1", "batch2"),
}
_MIXING = (
    *("_scaled_dot_product", "_fft", "_upsample", "im2col", "col2im", "unfold", "grid_sampler"),
    *("pixel_", "roll", "gather", "sort", "cumsum", "mv", "addmv", "dot", "mkldnn_rnn", "_thnn"),
)
_REDUCTIONS = (
    *("mean", "sum", "prod", "amax", "amin", "max", "min", "logsumexp", "norm", "std", "var"),
    *("var_mean", "std_mean", "linalg_vector_norm", "_softmax", "_log_softmax"),
)
_RULES: dict[str, Callable[[Call], Sight]] = {
    "convolution": _convolution,
    "max_pool2d_with_indices": _pooling,
    "avg_pool2d": _pooling,
    "_adaptive_avg_pool2d": _adaptive_pooling,
    "adaptive_max_pool2d": _adaptive_pooling,
    "upsample_nearest2d": _resizing(0),
    "upsample_bilinear2d": _resizing(1),
    "upsample_bicubic2d": _resizing(3),
    "slice": _slicing,
    **dict.fromkeys(_REDUCTIONS, _reduction),
    **dict.fromkeys(("permute", "transpose", "t"), _permutation),
    **dict.fromkeys(("view", "_unsafe_view", "squeeze", "unsqueeze", "expand"), _view),
    **{name: _matrix_product(operands) for name, operands in MATRIX_PRODUCTS.items()},
}


def _pair(value: Sequence[int] | int) -> Sequence[int]:
    if isinstance(value, int):
        return (value, value)
    return value if len(value) != 1 else (value[0], value[0])
