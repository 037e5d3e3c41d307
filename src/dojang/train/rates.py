"""The learning rate with which a training from scratch usually goes well. No torch here."""

from __future__ import annotations

import math

_USUAL = {"sgd": 0.1, "adagrad": 0.02, "muon": 0.02}  # at a batch of 64; others as AdamW
_OTHERS = 2e-3
_BATCH = 64
_MOST = 2.0  # times the rate of that batch, however large the batch


def usual_rate(optimizer: str, batch: int, momentum: float = 0.9) -> float:
    """Return the usual highest rate, two digits of it.

    Adam's step grows with the square root of the batch, SGD's with the batch itself.

    Args:
        optimizer: its name in the recipe.
        batch: images of a step.
        momentum: that of RMSprop adds up steps instead of averaging them.
    """
    base = _USUAL.get(optimizer, _OTHERS)
    if optimizer == "rmsprop":
        base *= 1 - momentum
    growth = batch / _BATCH if optimizer == "sgd" else math.sqrt(batch / _BATCH)
    return float(f"{base * min(_MOST, growth):.2g}")
