"""Units that never answer: what each activation of a network puts out over a set of images.

A unit is a channel of a map or an entry of a vector. Behind a ReLU it is dead where it is 0 at
every place of every image: then no gradient reaches its weights, and it stays so (Lu et al.,
"Dying ReLU and Initialization", 2019). GELU and SiLU have no hard zero; there a unit counts as dead
that never leaves a thousandth of the layer's largest answer.

Legend: B images, C units, h and w sides of a map, N tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from dojang.nn.modes import evaluating

RECTIFIERS = (nn.ReLU, nn.ReLU6, nn.GELU, nn.SiLU, nn.Hardswish)
_NEAR_NOTHING = 1e-3  # of the layer's largest answer


@dataclass(frozen=True)
class LayerActivity:
    """An activation: how many units it has, and how many of them never answered."""

    name: str
    units: int
    dead: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def dead_units(model: nn.Module, batches: Iterable[Tensor]) -> list[LayerActivity]:
    """Run the model in evaluation mode and count the dead units of every activation.

    A module that runs several times in one pass is several layers: ``relu``, ``relu#2`` …

    Args:
        model: takes the batches as they are; stays on its device, in its mode.
        batches: images ``(B, 3, S, S)``.

    Returns:
        The activations in the order in which they first ran; empty where the network has none of
        those that can die.
    """
    highest: dict[str, Tensor] = {}
    runs: dict[str, int] = {}

    def note(name: str, output: Tensor) -> None:
        runs[name] = runs.get(name, 0) + 1
        key = name if runs[name] == 1 else f"{name}#{runs[name]}"
        largest = _largest(output.detach())
        known = highest.get(key)
        highest[key] = largest if known is None else torch.maximum(known, largest)

    handles = [
        module.register_forward_hook(lambda _m, _i, output, name=name: note(name, output))
        for name, module in model.named_modules()
        if isinstance(module, RECTIFIERS)
    ]
    device = next(model.parameters()).device
    try:
        with evaluating(model), torch.inference_mode():
            for images in batches:
                runs.clear()
                model(images.to(device))
    finally:
        for handle in handles:
            handle.remove()
    return [_activity(name, values) for name, values in highest.items()]


def dead_share(layers: Iterable[LayerActivity]) -> float:
    """Return the share of dead units of all layers together; 0 where there are no units."""
    every = list(layers)
    units = sum(layer.units for layer in every)
    return sum(layer.dead for layer in every) / units if units else 0.0


def _largest(output: Tensor) -> Tensor:
    """The largest magnitude of each unit, ``(C,)``: maps ``(B, C, h, w)`` have them second, tokens
    ``(B, N, C)`` and vectors ``(B, C)`` last."""
    where = 1 if output.ndim == 4 else output.ndim - 1
    others = [d for d in range(output.ndim) if d != where]
    return output.abs().amax(others).float()


def _activity(name: str, highest: Tensor) -> LayerActivity:
    least = _NEAR_NOTHING * float(highest.max())
    return LayerActivity(name, len(highest), int((highest <= least).sum()))
