"""What the curve is read from: the history of one training and the facts beside it.

Skill is the share of the chance loss that was taken away, 1 − loss ÷ chance: 0 is what the shares
of the classes alone give, 1 is perfect, and below 0 the model is surely wrong. It makes curves of
two classes and of a thousand comparable.

Legend: E epochs, n samples, C classes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.faults import Fault
from dojang.core.recipe import Recipe
from dojang.core.types import EpochRecord

Array = NDArray[np.float64]
_Z = 1.959964  # 95 % quantile of the normal distribution, both sides


@dataclass(frozen=True)
class Training:
    """One training as the checks see it.

    Attributes:
        history: its epochs, in order; at least one.
        recipe: what it was trained with.
        train, valid: samples of each class in the two parts, ``(C,)``.
        faults: what went wrong in it.
        stopped: whether it ended on numbers that were lost.
        targets: true class of each validation sample, ``(n,)``, or None where there are no
            predictions.
        probabilities: what the network said of them, before any calibration, ``(n, C)``.
        twins: validation samples with a copy in the training part, each with that copy.
        norms: whether the network has batch norms.
        units: name, units and dead units of each activation; empty where nobody measured.
        usual_rate: the learning rate that the rules take for this optimiser and batch, or None.
        parameters: of the network, or 0 where nobody counted.
        ended: whether the training came to an end of its own.
    """

    history: tuple[EpochRecord, ...]
    recipe: Recipe
    train: NDArray[np.int64]
    valid: NDArray[np.int64]
    faults: tuple[Fault, ...] = ()
    stopped: bool = False
    targets: NDArray[np.int64] | None = None
    probabilities: NDArray[np.float32] | None = None
    twins: tuple[tuple[str, str], ...] = ()
    norms: bool = False
    units: Sequence[Mapping[str, Any]] = field(default=())
    usual_rate: float | None = None
    parameters: int = 0
    ended: bool = True

    @cached_property
    def train_loss(self) -> Array:
        """Cross-entropy on the training images in evaluation mode, ``(E,)``."""
        return np.array([row.train_loss for row in self.history])

    @cached_property
    def valid_loss(self) -> Array:
        return np.array([row.valid_loss for row in self.history])

    @cached_property
    def train_accuracy(self) -> Array:
        return np.array([row.train_accuracy for row in self.history])

    @cached_property
    def valid_accuracy(self) -> Array:
        return np.array([row.valid_accuracy for row in self.history])

    @cached_property
    def rates(self) -> Array:
        """Learning rate at the end of each epoch, ``(E,)``."""
        return np.array([row.lr for row in self.history])

    @property
    def finite(self) -> bool:
        """Were all numbers finite to the end?"""
        values = np.concatenate([self.train_loss, self.valid_loss])
        return bool(np.isfinite(values).all()) and not self.stopped

    @cached_property
    def chance_loss(self) -> float:
        """Loss of answering with the classes' shares in the training part."""
        return cross_entropy(self.valid, self.train)

    @cached_property
    def chance_accuracy(self) -> float:
        """Accuracy of always answering with the largest class of the validation part: the most
        that guessing gives."""
        return float(self.valid.max() / max(1, self.valid.sum()))

    @cached_property
    def train_skill(self) -> Array:
        """Share of the chance loss that the training images lost, ``(E,)``."""
        own: Array = 1 - self.train_loss / max(1e-9, cross_entropy(self.train, self.train))
        return own

    @cached_property
    def valid_skill(self) -> Array:
        found: Array = 1 - self.valid_loss / max(1e-9, self.chance_loss)
        return found

    @property
    def best(self) -> int:
        """Place of the best epoch."""
        marked = [i for i, row in enumerate(self.history) if row.best]
        return marked[-1] if marked else len(self.history) - 1

    @property
    def half_width(self) -> float:
        """Half of the 95 % interval of the validation accuracy (Wilson 1927)."""
        n, z = max(1, int(self.valid.sum())), _Z
        p = float(np.clip(self.valid_accuracy[self.best], 0, 1))
        return z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))

    @property
    def end(self) -> slice:
        """The last epochs: a fifth of them, two at least."""
        count = max(2, round(len(self.history) / 5))
        return slice(max(0, len(self.history) - count), None)

    def shown(self, place: int) -> int:
        """People count epochs from 1."""
        return self.history[place].epoch + 1


def cross_entropy(of: NDArray[np.int64], given: NDArray[np.int64]) -> float:
    """Mean loss of samples with class counts ``of`` when the shares of ``given`` are answered."""
    shares = (given + 0.5) / (given + 0.5).sum()
    return float(-(of * np.log(shares)).sum() / max(1, of.sum()))
