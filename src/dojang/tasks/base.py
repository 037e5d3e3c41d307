"""What a task is: it says what a batch means; the loop says how weights change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dojang.core.types import Evaluation, Predictions
from dojang.data.loader import Batch


def _images(batch: Batch) -> Tensor:
    return torch.tensor(float(len(batch.targets)), device=batch.targets.device)


class Phase(NamedTuple):
    """One optimiser and what it minimises. Supervised tasks have one, a GAN has two.

    Attributes:
        loss: the mean loss of a batch.
        mass: what that mean was divided by, so that means of parts can be put together: the number
            of samples, or the sum of their weights.
    """

    optimizer: str
    loss: Callable[[nn.Module, Batch], Tensor]
    mass: Callable[[Batch], Tensor] = _images


class Task(Protocol):
    """A kind of problem. Tasks do not know the loop, the recipe or each other."""

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What is minimised, in order, at every step."""
        ...

    def parameters(self, model: nn.Module) -> Mapping[str, Iterable[nn.Parameter]]:
        """Return the parameters that each phase's optimiser changes."""
        ...

    def predict(self, model: nn.Module, batches: Iterable[Batch]) -> NDArray[np.float32]:
        """Return what the model says of every sample, in order."""
        ...

    def evaluate(
        self, predictions: Predictions, groups: NDArray[np.int64] | None = None
    ) -> Evaluation:
        """Return the scores of predictions against their targets, with intervals that redraw whole
        ``groups``, ``(n,)``, where there are any."""
        ...

    def explain_target(self, outputs: Tensor) -> Tensor:
        """Return one scalar a sample, shape ``(B,)``, whose gradient explains the outputs."""
        ...
