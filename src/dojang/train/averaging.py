"""Averages of weights over the steps of a training, and the statistics of norms that fit them.

An average changes nothing in the training. It is a second network, often a better one, and a
checkpoint must keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from dojang.nn.loading import load_tensors
from dojang.nn.modes import evaluating

_COUNT, _VALUES = "updates", "average/"


class Average(Protocol):
    """Weights averaged over steps of the optimiser."""

    def update(self, step: int) -> None:
        """Take note of the weights after ``step`` steps, from 1."""
        ...

    def tensors(self) -> dict[str, Tensor]:
        """Return what a checkpoint must keep."""
        ...

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what :meth:`tensors` gave; raises KeyError or RuntimeError where it does not
        fit the network."""
        ...

    def weights(self) -> dict[str, Tensor] | None:
        """Return the averaged network as a state dict of its own, or None before there is one."""
        ...


class _Mean:
    """A running mean of a network's floating tensors; counters are taken over as they are."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._updates = torch.zeros((), dtype=torch.int64)
        self._values = {n: v.detach().clone() for n, v in network.state_dict().items()}

    def tensors(self) -> dict[str, Tensor]:
        """Return what a checkpoint must keep; these change with the next update."""
        return {_COUNT: self._updates} | {_VALUES + n: v for n, v in self._values.items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what :meth:`tensors` gave."""
        self._updates.copy_(tensors[_COUNT])
        for name, value in self._values.items():
            value.copy_(tensors[_VALUES + name])

    def weights(self) -> dict[str, Tensor] | None:
        """Return the average as a state dict of its own, or None before the first update."""
        if not self._updates:
            return None
        return {name: value.clone() for name, value in self._values.items()}

    @torch.no_grad()
    def _take(self, share: float) -> None:
        """Move by ``share`` of the way towards the network's weights."""
        self._updates += 1
        current = self._network.state_dict()  # asked for anew: a change of layout moves tensors
        floating = [n for n, v in self._values.items() if v.is_floating_point()]
        torch._foreach_lerp_(
            [self._values[n] for n in floating], [current[n].detach() for n in floating], share
        )
        for name in self._values.keys() - set(floating):
            self._values[name].copy_(current[name])


class Ema(_Mean):
    """Exponential moving average (Polyak & Juditsky 1992): at each step the average keeps ``decay``
    of itself; less in the first steps, so that the random start is forgotten.

    Args:
        network: whose weights; its statistics of batch norm are averaged with them.
        decay: share that stays, in the long run; ``(1 + step) / (10 + step)`` while that is less.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__(network)
        self._decay = decay

    def update(self, step: int) -> None:
        """Take note of the weights after ``step`` steps, from 1."""
        self._take(1 - min(self._decay, (1 + step) / (10 + step)))


class Swa(_Mean):
    """Stochastic weight averaging (Izmailov et al. 2018): the plain mean of the weights at some
    steps of the last part.

    The mean of statistics of batch norm is that of the networks averaged, not that of the average:
    :func:`refresh_norms` must measure them before it is used.

    Args:
        network: whose weights.
        start_step: the first step that counts.
        every_steps: steps between two that count.
    """

    def __init__(self, network: nn.Module, start_step: int, every_steps: int) -> None:
        super().__init__(network)
        self._start, self._every = start_step, max(1, every_steps)

    def update(self, step: int) -> None:
        """Take note of the weights after ``step`` steps, from 1."""
        if step >= self._start and (step - self._start) % self._every == 0:
            self._take(1 / (int(self._updates) + 1))


@contextmanager
def holding(network: nn.Module, state: Mapping[str, Tensor]) -> Iterator[None]:
    """Lend other weights to a network; afterwards it has its own again, to the last bit."""
    own = {name: value.detach().clone() for name, value in network.state_dict().items()}
    load_tensors(network, state)
    try:
        yield
    finally:
        load_tensors(network, own)


@torch.no_grad()
def refresh_norms(network: nn.Module, batches: Iterable[Tensor]) -> None:
    """Measure the statistics of batch norm anew, as the plain mean over batches of images.

    Layers that only act in training, such as dropout, are off. Norms whose weights are frozen keep
    their statistics. Without a batch nothing changes.
    """
    norms = [m for m in network.modules() if isinstance(m, _NormBase) and _is_learning(m)]
    before = [norm.momentum for norm in norms]
    with evaluating(network):
        for number, images in enumerate(batches if norms else ()):
            if number == 0:
                for norm in norms:
                    norm.reset_running_stats()
                    norm.momentum = None  # a plain mean
                    norm.train()
            network(images)
    for norm, momentum in zip(norms, before, strict=True):
        norm.momentum = momentum


def _is_learning(norm: _NormBase) -> bool:
    frozen = norm.weight is not None and not norm.weight.requires_grad
    return norm.track_running_stats and not frozen
