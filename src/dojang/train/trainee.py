"""What changes in a training, and what decides how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from dojang.train.averaging import Average

Rate = Callable[[int], float]


@dataclass
class Pace:
    """The little that a training learns about itself on the way; it travels in checkpoints.

    Attributes:
        rate: the schedule is multiplied by this; halved when a training goes back to a good state.
        plateau: the same, lowered where the schedule waits for a plateau.
        pieces: into how many pieces a micro-batch is cut, since the whole did not fit in memory.
    """

    rate: float = 1.0
    plateau: float = 1.0
    pieces: int = 1


@dataclass(frozen=True)
class Regularizers:
    """What is done to the loss and to the weights of a step; every field as in the recipe."""

    l1: float = 0.0
    l2: float = 0.0
    weight_noise: float = 0.0
    sam: float = 0.0
    clip_norm: float | None = None


@dataclass(frozen=True)
class Trainee:
    """Everything that a step changes, or that says how.

    Attributes:
        model: what the accelerator made of ``network``; it is called.
        network: the network itself; its names are those of the weights that are kept.
        optimizers: by name of the phase. The rate of a group at a step is its ``initial_lr`` times
            that phase's rate.
        rates: by name of the phase, the factor of the learning rate at a step (from 0).
        stage: called with the number of an epoch before it begins, or None.
        average: an average of the weights over the steps, or None.
    """

    model: nn.Module
    network: nn.Module
    optimizers: Mapping[str, torch.optim.Optimizer]
    rates: Mapping[str, Rate]
    regularizers: Regularizers = Regularizers()
    pace: Pace = field(default_factory=Pace)
    stage: Callable[[int], None] | None = None
    average: Average | None = None

    def set_rates(self, step: int) -> None:
        """Set the learning rates of step ``step``; they follow from it alone, and from the pace."""
        scale = self.pace.rate * self.pace.plateau
        for name, optimizer in self.optimizers.items():
            factor = self.rates[name](step) * scale
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * factor

    @property
    def rate(self) -> float:
        """The largest learning rate of the first phase as it is now."""
        first = next(iter(self.optimizers.values()))
        return max(float(group["lr"]) for group in first.param_groups)
