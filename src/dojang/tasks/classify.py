"""Classification with one label an image.

Legend: B images in a batch, n samples, C classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dojang.core.errors import DataError
from dojang.core.types import Evaluation, Predictions
from dojang.data.loader import Batch
from dojang.nn.modes import evaluating
from dojang.objectives.evaluate import evaluate
from dojang.objectives.losses import Loss
from dojang.tasks.base import Phase


@dataclass(frozen=True)
class Classification:
    """One class out of ``classes`` for each image."""

    classes: tuple[str, ...]
    loss: Loss

    @property
    def phases(self) -> tuple[Phase, ...]:
        return (Phase("main", self._objective, self._mass),)

    def parameters(self, model: nn.Module) -> Mapping[str, Iterable[nn.Parameter]]:
        return {"main": (p for p in model.parameters() if p.requires_grad)}

    def predict(self, model: nn.Module, batches: Iterable[Batch]) -> NDArray[np.float32]:
        """Return class probabilities, shape ``(n, C)``. The model's mode is restored."""
        with evaluating(model), torch.inference_mode():
            found = [model(b.images).float().softmax(dim=1).cpu().numpy() for b in batches]
        empty = np.zeros((0, len(self.classes)), dtype=np.float32)
        return np.concatenate([empty, *found])

    def evaluate(
        self, predictions: Predictions, groups: NDArray[np.int64] | None = None
    ) -> Evaluation:
        """Score predictions against their targets.

        Args:
            groups: index of the group of each sample, ``(n,)``; whole groups are redrawn then.

        Raises:
            DataError: a target is not known.
        """
        if (predictions.targets < 0).any():
            raise DataError("evaluate.no_labels", part=predictions.part)
        return evaluate(predictions, groups)

    def _objective(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the loss; of mixed images, the losses of both labels by their shares."""
        logits = model(batch.images)
        loss = self.loss(logits, batch.targets)
        if batch.partners is None:
            return loss
        return batch.weight * loss + (1 - batch.weight) * self.loss(logits, batch.partners)

    def _mass(self, batch: Batch) -> Tensor:
        """Return what the images of a batch weigh in its loss; mixed ones by their shares."""
        mass = self.loss.mass(batch.targets)
        if batch.partners is None:
            return mass
        return batch.weight * mass + (1 - batch.weight) * self.loss.mass(batch.partners)

    def explain_target(self, outputs: Tensor) -> Tensor:
        """Return the logit of the predicted class, shape ``(B,)``."""
        highest: Tensor = outputs.max(dim=1).values
        return highest
