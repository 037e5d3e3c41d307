"""What of a network that starts from weights is trained, when, and at which share of the rate.

A block that is frozen has no gradients, and its modules stay in evaluation mode: batch norm in it
neither uses nor changes statistics of the batch, dropout in it does nothing. What is frozen in an
epoch is a pure function of the epoch, so a training that goes on decides as one that never stopped.
"""

from __future__ import annotations

from torch import nn

from dojang.nn.factory import Network
from dojang.nn.modes import Thaw
from dojang.nn.surface import Block, blocks_of

MODES = ("full", "last-blocks", "frozen")


def trained_blocks(mode: str, total: int, blocks: int = 1) -> int:
    """Return how many blocks at the end are trained at all, the head counted.

    Args:
        mode: ``full``, ``last-blocks`` or ``frozen``.
        total: blocks of the network, the head counted.
        blocks: with ``last-blocks``, how many before the head.
    """
    if mode not in MODES:
        raise ValueError(mode)
    return {"full": total, "last-blocks": min(total, 1 + blocks), "frozen": 1}[mode]


def blocks_in_training(epoch: int, thaw: Thaw) -> int:
    """Return how many blocks at the end learn in ``epoch``, the head counted.

    Gradual unfreezing (Howard & Ruder, "Universal Language Model Fine-tuning for Text
    Classification", ACL 2018): the head first, then one more block from the end each time.
    """
    if thaw.every is None:
        return thaw.most
    return min(thaw.most, 1 + epoch * thaw.per_epoch // max(1, thaw.every))


def freeze(
    network: Network,
    mode: str,
    blocks: int = 1,
    *,
    every: int | None = None,
    per_epoch: int = 1,
) -> None:
    """Freeze what ``mode`` does not train; make the optimiser after this and before
    :func:`set_stage`, and it has groups for every block that is ever trained.

    Args:
        network: changed in place.
        mode: ``full``, ``last-blocks`` or ``frozen``.
        blocks: with ``last-blocks``, how many blocks before the head are trained.
        every: steps after which one more block is trained, from the head on; None: all at once.
        per_epoch: steps in an epoch.
    """
    most = trained_blocks(mode, len(blocks_of(network)), blocks)
    fixed = frozenset(n for n, p in network.named_parameters() if not p.requires_grad)
    network.thaw = Thaw(most, every, per_epoch, fixed)
    _train_last(network, most)


def set_stage(model: nn.Module, epoch: int) -> int | None:
    """Freeze and unfreeze blocks as ``epoch`` (from 0) wants it.

    Args:
        model: a network, or what a compiler made of it; its mode stays as it is. What
            :func:`freeze` was never called for is left alone.
        epoch: the one that begins.

    Returns:
        How many blocks at the end learn, or None where the model was left alone.
    """
    network = getattr(model, "_orig_mod", model)
    if not isinstance(network, Network) or network.thaw is None:
        return None
    count = blocks_in_training(epoch, network.thaw)
    _train_last(network, count)
    return count


def frozen_blocks(network: Network) -> list[Block]:
    """Return the blocks that do not learn now, from the input on."""
    held = {id(module) for module in network.frozen}
    return [b for b in blocks_of(network) if any(id(m) in held for m in b.modules)]


def rate_factors(total: int, rate: float, layer_decay: float = 1.0) -> list[float]:
    """Return the share of the head's learning rate at which each block learns.

    Args:
        total: blocks of the network, the head counted and last.
        rate: share of all blocks that come with weights; 1 where none does.
        layer_decay: each block towards the input learns at this share of the next one's rate
            (Clark et al. 2020, "ELECTRA"; Bao et al. 2022, "BEiT").
    """
    features = [rate * layer_decay ** (total - 1 - i) for i in range(total - 1)]
    return [*features, 1.0]


def _train_last(network: Network, count: int) -> None:
    blocks = blocks_of(network)
    fixed = network.thaw.fixed if network.thaw else frozenset()
    never = {id(p) for name, p in network.named_parameters() if name in fixed}
    frozen = blocks[: len(blocks) - count]
    for block in blocks:
        learns = not any(block is other for other in frozen)
        for parameter in block.parameters():
            parameter.requires_grad_(learns and id(parameter) not in never)
            if not learns:
                parameter.grad = None  # or the optimiser would go on with the last one
    network.frozen = tuple(module for block in frozen for module in block.modules)
    network.train(network.training)
