"""Training and evaluation mode: for as long as a block lasts, and of parts that are frozen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Thaw:
    """When which blocks of a network learn.

    Attributes:
        most: how many blocks at the end learn at all, the head counted.
        every: steps after which one more block learns; None where all of them do from the start.
        per_epoch: steps in an epoch.
        fixed: names of parameters that never learn, whatever block they are in.
    """

    most: int
    every: int | None = None
    per_epoch: int = 1
    fixed: frozenset[str] = frozenset()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put the model into evaluation mode; afterwards every module is back in its own mode."""
    before = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, training in before.items():
            module.training = training
