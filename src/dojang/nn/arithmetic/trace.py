"""One run of a model, watched: which layers ran, what they gave and how much they multiplied.

Legend: B images, C channels, H and W sides of a map, N tokens.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.hooks import RemovableHandle
from torch.utils.weak import WeakTensorKeyDictionary

from dojang.core.types import LayerRow
from dojang.nn.arithmetic.sight import MATRIX_PRODUCTS, Call, rule_of
from dojang.nn.windows import Window


@dataclass(frozen=True)
class Cost:
    """A layer of the table with what else is known of it.

    Attributes:
        forward: bytes of its output for one image.
        windows: how its window slides down and across, where it is a convolution or a pool.
        kept: bytes for one image that the backward pass needs from it, where they were measured.
    """

    row: LayerRow
    forward: int = 0
    windows: tuple[Window, Window] | None = None
    kept: int | None = None


class Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Follows one run of the model: rows of its layers, costs, and the sight of live tensors."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        wholes = [m for m in model.modules() if isinstance(m, nn.MultiheadAttention)]
        inner = {part for whole in wholes for part in whole.modules() if part is not whole}
        self.names = {m: name for name, m in model.named_modules() if m not in inner}
        self.costs: list[Cost] = []
        self.sights: Any = WeakTensorKeyDictionary()
        self._counted: set[nn.Parameter] = set()
        self._spent = [0]  # multiply-adds of each module that is running now, the innermost last

    @contextmanager
    def hooks(self) -> Iterator[None]:
        """Note the layers that run inside the block."""
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
            if not is_layer(module):
                self._add_own_parameters(module)
            elif count := self._count(module.parameters()):
                row = LayerRow(name, type(module).__name__, (), count, 0, None)
                self.costs.append(Cost(row))

    def _enter(self, module: nn.Module, _inputs: object) -> None:
        self._spent.append(0)
        if not is_layer(module):
            self._add_own_parameters(module)

    def _leave(self, module: nn.Module, inputs: object, output: object) -> None:
        cost = self._spent.pop()
        layer = is_layer(module) and not isinstance(module, nn.Identity)
        if not layer and not cost:
            return
        first = next((leaf for leaf in tree_leaves(output) if isinstance(leaf, Tensor)), None)
        count = self._count(module.parameters()) if layer else 0
        shape = () if first is None else tuple(first.shape[1:])
        row = LayerRow(
            self.names[module], type(module).__name__, shape, count, cost, self._field(first)
        )
        size = 0 if first is None else first.element_size() * math.prod(shape)
        self.costs.append(Cost(row, size, window_of(module, inputs, first)))

    def _add_own_parameters(self, module: nn.Module) -> None:
        prefix = self.names[module]
        for name, parameter in module.named_parameters(prefix, recurse=False):
            if count := self._count([parameter]):
                shape = tuple(parameter.shape)
                self.costs.append(Cost(LayerRow(name, "Parameter", shape, count, 0, None)))

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
            call = Call(_by_name(func, args, kwargs or {}), output, seen)
            name = func.overloadpacket.__name__
            self._spent[-1] += _multiply_adds(name, call)
            sight = rule_of(name, func.namespace)(call)
            for leaf in tree_leaves(output):
                if isinstance(leaf, Tensor):
                    self.sights[leaf] = sight
        return output


def is_layer(module: nn.Module) -> bool:
    """Is the module a line of the table: without children, or attention as a whole?"""
    return isinstance(module, nn.MultiheadAttention) or next(module.children(), None) is None


def _by_name(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    given = {a.name: value for a, value in zip(func._schema.arguments, args, strict=False)}
    return {a.name: a.default_value for a in func._schema.arguments} | given | kwargs


def _multiply_adds(name: str, call: Call) -> int:
    """Products of one operation; weights of a convolution are ``(C_out, C_in / groups, k, k)``."""
    a = call.arguments
    if name == "convolution":
        counted: Tensor = a["input"] if a["transposed"] else call.output
        weight: Tensor = a["weight"]
        return counted.numel() * math.prod(weight.shape[1:])
    if name in MATRIX_PRODUCTS:
        left: Tensor = a[MATRIX_PRODUCTS[name][0]]
        product: Tensor = call.output
        return product.numel() * left.shape[-1]
    if name.startswith("_scaled_dot_product"):
        query, key, value = (tuple(a[n].shape) for n in ("query", "key", "value"))
        pairs = math.prod(query[:-1]) * key[-2]
        return int(pairs * (query[-1] + value[-1]))
    return 0


def window_of(
    module: nn.Module, inputs: object, output: Tensor | None
) -> tuple[Window, Window] | None:
    """Return how the window of a convolution or pool slid, or None where the arithmetic differs.

    Layers that pad by themselves, on one side only say, do not follow the formula.
    """
    first = next((leaf for leaf in tree_leaves(inputs) if isinstance(leaf, Tensor)), None)
    if not isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        return None
    if first is None or output is None or first.ndim != 4 or isinstance(module.padding, str):
        return None
    kernel, pad = _pair(module.kernel_size), _pair(module.padding)
    stride = _pair(module.stride)
    dilation = _pair(getattr(module, "dilation", 1))
    ceil = bool(getattr(module, "ceil_mode", False))
    found = [
        Window(first.shape[2 + i], kernel[i], stride[i], pad[i], dilation[i], ceil) for i in (0, 1)
    ]
    good = all(w.out == side for w, side in zip(found, output.shape[2:], strict=True))
    return (found[0], found[1]) if good else None


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[-1]))
