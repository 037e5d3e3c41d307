"""From the recipe's transfer to a network that is frozen in part, with a rate for each block."""

from __future__ import annotations

from dojang.core.recipe import Recipe
from dojang.nn.factory import Network
from dojang.nn.surface import blocks_of
from dojang.nn.transfer import freeze, rate_factors


def begin_transfer(recipe: Recipe, network: Network, per_epoch: int) -> None:
    """Freeze what the recipe does not train; call it before the optimiser is made."""
    transfer = recipe.transfer
    if recipe.model.weights is None or transfer.mode == "auto":  # auto: a recipe of an old run
        return
    every = transfer.unfreeze.steps(per_epoch) if transfer.unfreeze else None
    freeze(network, transfer.mode, transfer.blocks, every=every, per_epoch=per_epoch)


def block_rates(recipe: Recipe, network: Network) -> list[float]:
    """Return the share of the head's learning rate of each block, the head's (1) last."""
    begun_before = recipe.transfer.mode == "auto"  # its one rate was lowered already
    weights = recipe.model.weights is not None and not begun_before
    rate = recipe.transfer.rate if weights else 1.0
    return rate_factors(len(blocks_of(network)), rate, recipe.optimizer.layer_decay)
