"""The table of layers: what each puts out, costs and sees.

The model runs once on a black image while hooks note the layers and a dispatch mode follows every
tensor operation, so that functional code between the layers (residual sums, concatenations,
attention) counts like the layers themselves.

Multiply-adds are the products of convolutions and matrix multiplications, those of attention
included. Biases, norms, activations and pooling count as 0, by custom.

The receptive field of a layer with kernel k, stride s and dilation d grows by ``d (k − 1)`` jumps,
and the jump (pixels between neighbours) by the factor s (Araujo, Norris & Sim 2019). Where branches
meet, the widest path counts; transposed convolutions divide both steps by their stride. Whatever
mixes all positions (global pooling, attention, and so also squeeze-and-excitation) sees the whole
image from there on; the statistics of norms are left out. Positions that are rearranged in a way
that cannot be followed (space to depth by reshaping) give no field rather than a wrong one.

Legend: B images, C channels, H and W sides of a map, N tokens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.hooks import RemovableHandle
from torch.utils.weak import WeakTensorKeyDictionary

from dojang.core.types import LayerRow
from dojang.nn.modes import evaluating

Pair = tuple[float, float]


def layer_table(model: nn.Module, size: int, channels: int = 3) -> tuple[LayerRow, ...]:
    """Return one row a layer, in the order in which they run.

    A layer is a module without children, or ``nn.MultiheadAttention``. Besides there is a row for
    each parameter that a larger module holds itself (kind ``Parameter``: class tokens, position
    embeddings), and for larger modules that multiply outside their layers. A layer that runs twice
    has two rows, the parameters in the first. ``nn.Identity`` is left out. Layers that do not run
    (auxiliary heads) come last with an empty output, so that the parameters add up to the model's.

    Args:
        model: takes images ``(B, channels, H, W)`` on the scale that it normalises itself.
        size: side of the square input in pixels.
        channels: channels of the input.
    """
    trace = _Trace(model)
    with evaluating(model), torch.inference_mode(False), torch.no_grad(), _slow_attention():
        image = blank_image(model, size, channels)
        trace.sights[image] = _Sight((1, 1), (1, 1), _MAP)
        with trace.hooks(), trace:
            model(image)
    trace.add_idle()
    return tuple(trace.rows)


def totals(rows: Sequence[LayerRow]) -> tuple[int, int]:
    """Return the sums of parameters and of multiply-adds."""
    return sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)


def blank_image(model: nn.Module, size: int, channels: int = 3) -> Tensor:
    """Return zeros ``(1, channels, size, size)`` of the device and the precision of the model."""
    like = next(model.parameters(), torch.zeros(()))
    return torch.zeros(1, channels, size, size, dtype=like.dtype, device=like.device)


@contextmanager
def _slow_attention() -> Iterator[None]:
    """Keep ``nn.MultiheadAttention`` from its fused kernel, whose products cannot be seen."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


class _Sight(NamedTuple):
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


class _Call(NamedTuple):
    """One tensor operation: its arguments by name, its result, and what the arguments see."""

    arguments: dict[str, Any]
    output: Any
    seen: list[tuple[Tensor, _Sight]]

    def sight(self, name: str) -> _Sight | None:
        return next((s for tensor, s in self.seen if tensor is self.arguments[name]), None)


_MAP = frozenset({-3})
_WHOLE = _Sight((1, 1), (math.inf, math.inf), None)


class _Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Follows one run of the model: rows of its layers, costs, and the sight of live tensors."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        wholes = [m for m in model.modules() if isinstance(m, nn.MultiheadAttention)]
        inner = {part for whole in wholes for part in whole.modules() if part is not whole}
        self.names = {m: name for name, m in model.named_modules() if m not in inner}
        self.rows: list[LayerRow] = []
        self.sights: Any = WeakTensorKeyDictionary()
        self._counted: set[nn.Parameter] = set()
        self._costs = [0]  # multiply-adds of each module that is running now, the innermost last

    @contextmanager
    def hooks(self) -> Iterator[None]:
        handles: list[RemovableHandle] = []
        try:
            for module in self.names:
                handles.append(module.register_forward_pre_hook(self._enter))
                handles.append(module.register_forward_hook(self._leave))
            yield
        finally:
            for handle in handles:
                handle.remove()

    def add_idle(self) -> None:
        """Add the parameters of modules that did not run."""
        for module, name in self.names.items():
            if not _is_layer(module):
                self._add_own_parameters(module)
            elif count := self._count(module.parameters()):
                self.rows.append(LayerRow(name, type(module).__name__, (), count, 0, None))

    def _enter(self, module: nn.Module, _inputs: object) -> None:
        self._costs.append(0)
        if not _is_layer(module):
            self._add_own_parameters(module)

    def _leave(self, module: nn.Module, _inputs: object, output: object) -> None:
        cost = self._costs.pop()
        layer = _is_layer(module) and not isinstance(module, nn.Identity)
        if not layer and not cost:
            return
        first = next((leaf for leaf in tree_leaves(output) if isinstance(leaf, Tensor)), None)
        count = self._count(module.parameters()) if layer else 0
        shape = () if first is None else tuple(first.shape[1:])
        row = (self.names[module], type(module).__name__, shape, count, cost, self._field(first))
        self.rows.append(LayerRow(*row))

    def _add_own_parameters(self, module: nn.Module) -> None:
        prefix = self.names[module]
        for name, parameter in module.named_parameters(prefix, recurse=False):
            if count := self._count([parameter]):
                shape = tuple(parameter.shape)
                self.rows.append(LayerRow(name, "Parameter", shape, count, 0, None))

    def _count(self, parameters: Iterator[nn.Parameter] | list[nn.Parameter]) -> int:
        """Number of values in those parameters that no row has counted yet."""
        new = [p for p in parameters if p not in self._counted]
        self._counted.update(new)
        return sum(p.numel() for p in new)

    def _field(self, output: Tensor | None) -> int | None:
        if output is None or output.ndim < 3:  # a vector stands for the image as a whole
            return None
        sight = self.sights.get(output)
        return None if sight is None or math.inf in sight.field else math.ceil(max(sight.field))

    def __torch_dispatch__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        seen = [(tensor, self.sights[tensor]) for tensor in tensors if tensor in self.sights]
        if seen:
            call = _Call(_by_name(func, args, kwargs or {}), output, seen)
            name = func.overloadpacket.__name__
            self._costs[-1] += _multiply_adds(name, call)
            sight = _rule_of(name, func.namespace)(call)
            for leaf in tree_leaves(output):
                if isinstance(leaf, Tensor):
                    self.sights[leaf] = sight
        return output


def _is_layer(module: nn.Module) -> bool:
    return isinstance(module, nn.MultiheadAttention) or next(module.children(), None) is None


def _by_name(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    given = {a.name: value for a, value in zip(func._schema.arguments, args, strict=False)}
    return {a.name: a.default_value for a in func._schema.arguments} | given | kwargs


def _multiply_adds(name: str, call: _Call) -> int:
    """Products of one operation; weights of a convolution are ``(C_out, C_in / groups, k, k)``."""
    a = call.arguments
    if name == "convolution":
        counted: Tensor = a["input"] if a["transposed"] else call.output
        weight: Tensor = a["weight"]
        return counted.numel() * math.prod(weight.shape[1:])
    if name in _MATRIX_PRODUCTS:
        left: Tensor = a[_MATRIX_PRODUCTS[name][0]]
        product: Tensor = call.output
        return product.numel() * left.shape[-1]
    if name.startswith("_scaled_dot_product"):
        query, key, value = (tuple(a[n].shape) for n in ("query", "key", "value"))
        pairs = math.prod(query[:-1]) * key[-2]
        return int(pairs * (query[-1] + value[-1]))
    return 0


def _slide(sight: _Sight | None, reach: Sequence[float], stride: Sequence[float]) -> _Sight:
    """A window that spans ``reach`` steps and moves by ``stride``, on a map ``(B, C, H, W)``."""
    if sight is None or sight.channels != _MAP:
        return _WHOLE
    (down, across), (high, wide) = sight.jump, sight.field
    jump = (down * stride[0], across * stride[1])
    return _Sight(jump, (high + reach[0] * down, wide + reach[1] * across), _MAP)


def _convolution(call: _Call) -> _Sight:
    a, kernel = call.arguments, call.arguments["weight"].shape[2:]
    if len(kernel) != 2 or call.sight("weight"):
        return _WHOLE
    reach = [(k - 1) * d for k, d in zip(kernel, a["dilation"], strict=True)]
    stride = a["stride"]
    if a["transposed"]:
        reach = [r / s for r, s in zip(reach, stride, strict=True)]
        stride = [1 / s for s in stride]
    return _slide(call.sight("input"), reach, stride)


def _pooling(call: _Call) -> _Sight:
    a = call.arguments
    kernel, dilation = _pair(a["kernel_size"]), _pair(a.get("dilation", 1))
    reach = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
    return _slide(call.sight("self"), reach, _pair(a["stride"]) or kernel)


def _adaptive_pooling(call: _Call) -> _Sight:
    reach, stride = [], []
    sides = call.arguments["self"].shape[-2:]
    for side, parts in zip(sides, call.arguments["output_size"], strict=True):
        edges = [(i * side // parts, -(-(i + 1) * side // parts)) for i in range(parts)]
        reach.append(math.inf if parts == 1 else max(end - start for start, end in edges) - 1)
        stride.append(side / parts)
    return _slide(call.sight("self"), reach, stride)


def _resizing(reach: int) -> Callable[[_Call], _Sight]:
    def rule(call: _Call) -> _Sight:
        sides = zip(call.arguments["self"].shape[-2:], call.output.shape[-2:], strict=True)
        return _slide(call.sight("self"), (reach, reach), [old / new for old, new in sides])

    return rule


def _matrix_product(names: tuple[str, str]) -> Callable[[_Call], _Sight]:
    """Weights times activations stay at their position if the sum runs over channels alone."""

    def rule(call: _Call) -> _Sight:
        left, right = (call.sight(name) for name in names)
        only, summed = (left, -1) if right is None else (right, -2)
        if only is None or (left and right) or only.channels != frozenset({summed}):
            return _WHOLE
        return only

    return rule


def _reduction(call: _Call) -> _Sight:
    """A sum over channels alone keeps the field; any other takes in all positions."""
    if "other" in call.arguments:
        return _elementwise(call)
    tensor, sight = call.seen[0]
    dims = call.arguments.get("dim")
    dims = [dims] if isinstance(dims, int) else dims
    summed = {dim - tensor.ndim if dim >= 0 else dim for dim in dims or range(tensor.ndim)}
    if sight.channels is None or not summed <= sight.channels:
        return _WHOLE
    same = tree_leaves(call.output)[0].ndim == tensor.ndim
    return sight if same else sight._replace(channels=None)


def _permutation(call: _Call) -> _Sight:
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


def _slicing(call: _Call) -> _Sight:
    a, (tensor, sight) = call.arguments, call.seen[0]
    if a["step"] == 1:
        return _elementwise(call)
    stride = {2: (a["step"], 1), 3: (1, a["step"])}.get(a["dim"] % tensor.ndim)
    return _slide(sight, (0, 0), stride) if stride else _WHOLE


def _view(call: _Call) -> _Sight:
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


def _elementwise(call: _Call) -> _Sight:
    """Sums, activations, norms, concatenations: the widest of all that come in."""
    sights = [sight for _, sight in call.seen]
    jump = (max(s.jump[0] for s in sights), max(s.jump[1] for s in sights))
    field = (max(s.field[0] for s in sights), max(s.field[1] for s in sights))
    dims = {leaf.ndim for leaf in tree_leaves(call.output) if isinstance(leaf, Tensor)}
    channels = {s.channels if tensor.ndim in dims else None for tensor, s in call.seen}
    return _Sight(jump, field, channels.pop() if len(channels) == 1 else None)


def _mixed(_call: _Call) -> _Sight:
    return _WHOLE


def _rule_of(name: str, namespace: str) -> Callable[[_Call], _Sight]:
    if namespace != "aten" or name.startswith(_MIXING):
        return _mixed
    return _RULES.get(name, _elementwise)


_MATRIX_PRODUCTS = {
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
_RULES: dict[str, Callable[[_Call], _Sight]] = {
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
    **{name: _matrix_product(operands) for name, operands in _MATRIX_PRODUCTS.items()},
}


def _pair(value: Sequence[int] | int) -> Sequence[int]:
    if isinstance(value, int):
        return (value, value)
    return value if len(value) != 1 else (value[0], value[0])
