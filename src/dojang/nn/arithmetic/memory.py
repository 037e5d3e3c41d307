"""What training keeps: the tensors that the backward pass will need, layer by layer.

They are not estimated but seen: the model runs forward in training mode, and autograd says what it
saves. A map that two layers need is counted once, for the first. Weights and buffers are not
counted, since they are there anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils.hooks import RemovableHandle

from dojang.nn.arithmetic.trace import Cost

_BATCH = 2  # batch norm needs two values a channel


def with_kept(
    costs: Sequence[Cost], model: nn.Module, size: int, channels: int = 3
) -> tuple[tuple[Cost, ...], int]:
    """Return the costs with what training keeps of each layer, and the sum for one image.

    The sum includes what functional code between the layers keeps, which no row shows. The model
    is left as it was: its buffers are not touched, and the global generator is put back.

    Raises:
        RuntimeError: the model cannot run in training mode.
    """
    kept, total = _watch(model, size, channels)
    found = []
    for cost in costs:
        calls = kept[cost.row.name]
        ran = bool(cost.row.output) and cost.row.kind != "Parameter"
        found.append(replace(cost, kept=calls.pop(0) if ran and calls else 0))
    return tuple(found), total


def _watch(model: nn.Module, size: int, channels: int) -> tuple[dict[str, list[int]], int]:
    """Bytes an image of each call of each module, in order, and of all together."""
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    watch = _Watch([*model.parameters(), *buffers.values()])
    before = {module: module.training for module in model.modules()}
    like = next(model.parameters(), torch.zeros(()))
    shape = (_BATCH, channels, size, size)
    image = torch.zeros(shape, dtype=like.dtype, device=like.device)
    try:
        model.train()
        with (
            torch.random.fork_rng(devices=[]),
            torch.inference_mode(False),
            torch.enable_grad(),
            watch.hooks(model),
            torch.autograd.graph.saved_tensors_hooks(watch.saved, lambda tensor: tensor),
        ):
            functional_call(model, buffers, (image,))
    finally:
        for module, training in before.items():
            module.training = training
    return watch.calls, watch.total // _BATCH


class _Watch:
    """Adds up what is saved while each module runs, its own layers and ``known`` left out."""

    def __init__(self, known: Sequence[Tensor]) -> None:
        self.calls: dict[str, list[int]] = defaultdict(list)
        self.total = 0
        self._running: list[int] = []
        self._held: list[Tensor] = []  # a storage that lives on cannot be mistaken for a new one
        self._seen = {t.untyped_storage()._cdata for t in known}

    @contextmanager
    def hooks(self, model: nn.Module) -> Iterator[None]:
        """Note which module runs inside the block."""
        names = {module: name for name, module in model.named_modules()}
        handles: list[RemovableHandle] = []
        for module in names:
            handles.append(module.register_forward_pre_hook(lambda *_: self._running.append(0)))
            handles.append(
                module.register_forward_hook(
                    lambda done, *_: self.calls[names[done]].append(self._running.pop() // _BATCH)
                )
            )
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def saved(self, tensor: Tensor) -> Tensor:
        """Count a tensor that autograd keeps."""
        storage = tensor.untyped_storage()
        if storage._cdata not in self._seen:
            self._seen.add(storage._cdata)
            self._held.append(tensor)
            self.total += storage.nbytes()
            if self._running:
                self._running[-1] += storage.nbytes()
        return tensor
