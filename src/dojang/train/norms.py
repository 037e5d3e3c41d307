"""Whose statistics batch norm takes: those of a whole batch, and remembered or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _NormBase
from torch.overrides import TorchFunctionMode

from dojang.train.processes import process_count


@contextmanager
def frozen_norm_statistics(network: nn.Module) -> Iterator[None]:
    """Let batch norm use the statistics of the batch, as in training, without remembering them."""
    norms = [m for m in network.modules() if isinstance(m, _NormBase) and m.track_running_stats]
    for norm in norms:
        norm.track_running_stats = norm.track_running_stats and not norm.training
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True


def shared_norm_statistics() -> AbstractContextManager[object]:
    """Let batch norm see what all processes hold of a batch, so that two train as one would.

    Every process has to make the same passes inside. With one process it does nothing. Torch's own
    ``SyncBatchNorm`` is for GPUs only and not for layers of other libraries that are built on batch
    norm; here every call of :func:`torch.nn.functional.batch_norm` is meant, whoever makes it.
    """
    return _Shared() if process_count() > 1 else nullcontext()


class _Shared(TorchFunctionMode):
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        called = func if func is not F.batch_norm else _batch_norm
        return called(*args, **(kwargs or {}))


class _Sum(torch.autograd.Function):
    """Sum over processes. What a sum changes, it changes in every process: so do its gradients."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        total = value.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].contiguous().clone()
        distributed.all_reduce(total)
        return total


def _batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """As :func:`torch.nn.functional.batch_norm`, over the images of all processes."""
    if not training:
        return F.batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    around = [d for d in range(input.ndim) if d != 1]
    shape = [-1 if d == 1 else 1 for d in range(input.ndim)]
    x = input.float()
    own = x.new_tensor([input.numel() // input.shape[1]])
    sums = _Sum.apply(torch.cat([x.sum(around), own]))
    count = sums[-1].detach()
    mean = sums[:-1] / count
    away = x - mean.view(shape)
    var = _Sum.apply(away.square().sum(around)) / count
    if running_mean is not None and running_var is not None:
        with torch.no_grad():
            running_mean.lerp_(mean.to(running_mean.dtype), momentum)
            running_var.lerp_((var * count / (count - 1)).to(running_var.dtype), momentum)
    found: Tensor = away * torch.rsqrt(var + eps).view(shape)
    if weight is not None:
        found = found * weight.view(shape)
    if bias is not None:
        found = found + bias.view(shape)
    return found.to(input.dtype)
