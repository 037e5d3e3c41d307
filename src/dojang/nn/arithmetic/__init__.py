"""The table of layers: what each puts out, costs, sees and keeps.

The model runs once on a black image while hooks note the layers and a dispatch mode follows every
tensor operation, so that functional code between the layers (residual sums, concatenations,
attention) counts like the layers themselves.

Multiply-adds are the products of convolutions and matrix multiplications, those of attention
included. Biases, norms, activations and pooling count as 0, by custom. :mod:`sight` says how
receptive fields are followed, :mod:`memory` what training keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from dojang.core.types import LayerRow
from dojang.nn.arithmetic.sight import WHERE_CHANNELS, Sight
from dojang.nn.arithmetic.trace import Cost, Trace
from dojang.nn.modes import evaluating

__all__ = ["Cost", "blank_image", "layer_costs", "layer_table", "totals"]


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
    return tuple(cost.row for cost in layer_costs(model, size, channels))


def layer_costs(model: nn.Module, size: int, channels: int = 3) -> tuple[Cost, ...]:
    """Return the rows of :func:`layer_table` with the memory of outputs and the sliding windows."""
    trace = Trace(model)
    with evaluating(model), torch.inference_mode(False), torch.no_grad(), _slow_attention():
        image = blank_image(model, size, channels)
        trace.sights[image] = Sight((1, 1), (1, 1), WHERE_CHANNELS)
        with trace.hooks(), trace:
            model(image)
    trace.add_idle()
    return tuple(trace.costs)


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
