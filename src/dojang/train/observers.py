"""What watches a training: pure functions of its history, so that a resumed run decides the same.

An observer is asked after each epoch. None keeps a state of its own: the best epoch, the patience
left and the reason to stop all follow from the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import nn

from dojang.core.durations import Duration
from dojang.core.types import EpochRecord
from dojang.data.loader import Batch
from dojang.objectives.scores import log_losses
from dojang.tasks.base import Task


def measure(
    task: Task, model: nn.Module, batches: Iterable[Batch], targets: NDArray[np.int64]
) -> tuple[float, float]:
    """Return cross-entropy and accuracy of ``model`` in evaluation mode."""
    probabilities = task.predict(model, batches)
    loss = log_losses(probabilities, targets).mean()
    return float(loss), float((probabilities.argmax(axis=1) == targets).mean())


def monitored(record: EpochRecord, monitor: str) -> float:
    """Return what decides on the best epoch as a number from 0 of which less is better."""
    return 1 - record.valid_accuracy if monitor == "accuracy" else record.valid_loss


def is_best(record: EpochRecord, earlier: Sequence[EpochRecord], monitor: str) -> bool:
    """Is this epoch better than all before it? Equal is not better."""
    key = _quality(record, monitor)
    return all(key > _quality(other, monitor) for other in earlier)


def best_of(history: Sequence[EpochRecord]) -> EpochRecord | None:
    """Return the last record that was marked best."""
    return next((record for record in reversed(history) if record.best), None)


def reason_to_stop(
    history: Sequence[EpochRecord],
    patience: Duration | None,
    limit: Duration | None,
    steps_per_epoch: int,
) -> Literal["patience", "limit"] | None:
    """Return ``patience``, ``limit`` or None.

    Args:
        history: the records of this training so far.
        patience: how long to wait for a better epoch.
        limit: how long to train at the most.
        steps_per_epoch: what an epoch is in steps.
    """
    if not history:
        return None
    last, best = history[-1], best_of(history)
    if (
        best
        and patience
        and lasted(last.step - best.step, last.seconds - best.seconds, patience, steps_per_epoch)
    ):
        return "patience"
    if limit and lasted(last.step, last.seconds, limit, steps_per_epoch):
        return "limit"
    return None


def lasted(steps: int, seconds: float, duration: Duration, steps_per_epoch: int) -> bool:
    """Have so many steps and seconds lasted as long as ``duration``?"""
    allowed = duration.steps(steps_per_epoch)
    if allowed is not None:
        return steps >= allowed
    return seconds >= (duration.seconds or 0.0)


def _quality(record: EpochRecord, monitor: str) -> tuple[float, float]:
    """Larger is better; the other measure decides between equals."""
    loss = -record.valid_loss
    return (record.valid_accuracy, loss) if monitor == "accuracy" else (loss, record.valid_accuracy)
