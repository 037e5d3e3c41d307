"""What Muon would cost beside the network that it trains, known from shapes before any training."""

from __future__ import annotations

import torch

from dojang.core.errors import DojangError
from dojang.core.recipe import Recipe
from dojang.core.types import InputSpec
from dojang.nn.arithmetic import layer_table, totals
from dojang.nn.factory import Network, build
from dojang.nn.surface import blocks_of
from dojang.train.muon import multiply_adds
from dojang.train.optimizers import inner_matrices, parameter_groups

_PASSES = 3  # forward, and backward to the inputs and to the weights
_CLASSES = 10  # of any number: the head is not Muon's, and small beside the rest


def share_of_step(recipe: Recipe) -> float | None:
    """Return the multiply-adds of Muon in a step as a share of those of the network.

    Nothing is run and no weight drawn: the shapes are enough. 0 where the network has no matrix
    for Muon; None where the network cannot be looked at like this.

    Args:
        recipe: with a size and a batch size.
    """
    size, batch = recipe.model.size, recipe.train.batch_size
    assert isinstance(size, int) and isinstance(batch, int)
    try:
        network = _shapes(recipe, size)
        forward = totals(layer_table(network, size))[1]
    except (RuntimeError, NotImplementedError, DojangError):  # it looks at numbers, or does not fit
        return None
    blocks = [list(block.parameters()) for block in blocks_of(network)]
    matrices = inner_matrices(parameter_groups(blocks, [1.0] * len(blocks), 0.0))
    spent = sum(multiply_adds(len(m), m[0].numel()) for m in matrices)
    return spent / max(1, _PASSES * forward * batch * recipe.train.accumulate)


def _shapes(recipe: Recipe, size: int) -> Network:
    model, spec = recipe.model, InputSpec(size, "squash", (127.5,) * 3, (127.5,) * 3)
    with torch.device("meta"):
        return build(model.name, _CLASSES, spec, width=model.width, layers=model.layers)
