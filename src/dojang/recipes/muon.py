"""What Muon would cost beside the network that it trains, known from shapes before any training."""

from __future__ import annotations

from contextlib import suppress

from dojang.core.errors import DojangError
from dojang.core.recipe import Recipe
from dojang.nn.arithmetic import layer_table, totals
from dojang.nn.factory import Network, sketch
from dojang.nn.surface import blocks_of
from dojang.train.muon import multiply_adds
from dojang.train.optimizers import inner_matrices, parameter_groups

_PASSES = 3  # forward, and backward to the inputs and to the weights
_CLASSES = 10  # of any number: the head is not Muon's, and small beside the rest


def share_of_step(recipe: Recipe) -> float | None:
    """Return the multiply-adds of Muon in a step as a share of those of the network.

    Shapes are enough, so nothing is run and no weight drawn where the network allows it. 0 where it
    has no matrix for Muon; None where it cannot be built for this size.

    Args:
        recipe: with a size and a batch size.
    """
    size, batch = recipe.model.size, recipe.train.batch_size
    assert isinstance(size, int) and isinstance(batch, int)
    looked = _look(recipe, size)
    if looked is None:
        return None
    network, forward = looked
    blocks = [list(block.parameters()) for block in blocks_of(network)]
    matrices = inner_matrices(parameter_groups(blocks, [1.0] * len(blocks), 0.0))
    spent = sum(multiply_adds(len(m), m[0].numel()) for m in matrices)
    return spent / max(1, _PASSES * forward * batch * recipe.train.accumulate)


def _look(recipe: Recipe, size: int) -> tuple[Network, int] | None:
    """Return the network and its multiply-adds for an image."""
    model = recipe.model
    for device in ("meta", "cpu"):  # a few networks look at numbers while they are built
        with suppress(RuntimeError, DojangError):
            network = sketch(
                model.name, _CLASSES, size, device, width=model.width, layers=model.layers
            )
            return network, totals(layer_table(network, size))[1]
    return None
