"""Stochastic depth (Huang, Sun, Liu, Sedra & Weinberger 2016, "Deep networks with stochastic
depth"): residual branches that are dropped for whole images in training, the later the more often.

The l-th of L branches is dropped with probability ``rate · l / L``, as in the paper. It draws from
torch's global generator, as dropout does. timm builds its models with rates of its own, which rise
from 0 to ``rate``.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from dojang.core.errors import ModelError
from dojang.nn.blocks import Residual, Sum, drop_path


def set_own_rates(network: nn.Module, rate: float, name: str) -> None:
    """Give the residual branches of one of our networks their rates.

    Raises:
        ModelError: a rate is wanted, and there is no residual branch.
    """
    branches = [m for m in network.modules() if isinstance(m, Residual | Sum)]
    for branch, share in zip(branches, _rates(rate, len(branches)), strict=True):
        branch.drop = drop_path(share)
    _require(rate, bool(branches), name)


def set_torchvision_rates(network: nn.Module, rate: float, name: str) -> None:
    """Give a torchvision model the rates of the recipe in place of those that it comes with.

    Raises:
        ModelError: a rate is wanted, and the model has no branches that can be dropped.
    """
    from torchvision.ops import StochasticDepth

    drops = [m for m in network.modules() if isinstance(m, StochasticDepth)]
    for drop, share in zip(drops, _rates(rate, len(drops)), strict=True):
        drop.p = share
    _require(rate, bool(drops), name)


def require_timm_rates(network: nn.Module, rate: float, name: str) -> None:
    """Check that a timm model did not take a rate without using it.

    Raises:
        ModelError: a rate is wanted, and nothing is dropped.
    """
    _require(rate, any(r > 0 for r in rates_of(network)), name)


def rates_of(network: nn.Module) -> list[float]:
    """Return the rates of all branches that can be dropped, from the input on."""
    return list(_rates_of(network))


def _rates_of(network: nn.Module) -> Iterator[float]:
    from timm.layers import DropPath  # type: ignore[attr-defined]
    from torchvision.ops import StochasticDepth

    for module in network.modules():
        if isinstance(module, StochasticDepth):
            yield float(module.p)
        elif isinstance(module, DropPath):
            yield float(module.drop_prob)


def _rates(rate: float, count: int) -> list[float]:
    return [rate * number / count for number in range(1, count + 1)]


def _require(rate: float, able: bool, name: str) -> None:
    if rate and not able:
        raise ModelError("model.no_drop_path", name=name)
