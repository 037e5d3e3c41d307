"""What the checks of a curve have in common: what they need, and how evidence is written."""

from __future__ import annotations

from collections.abc import Mapping

from dojang.analysis.curve.subject import Training
from dojang.core.errors import Problem


def any_epoch(training: Training) -> Problem | None:
    """Needs an epoch, whatever became of it."""
    return None if training.history else Problem("curve.na.no_epoch")


def finite_epochs(training: Training) -> Problem | None:
    """Needs epochs whose losses are finite numbers."""
    if not training.history:
        return Problem("curve.na.no_epoch")
    return None if training.finite else Problem("curve.na.faults")


def steps_taken(training: Training) -> Problem | None:
    """Needs epochs of a training by steps: a head on kept features is solved to its end."""
    if training.recipe.transfer.mode == "frozen":
        return Problem("curve.na.frozen")
    return finite_epochs(training)


def pairs(changes: Mapping[str, object]) -> list[str]:
    """Return changes of the recipe as ``key=value``, as ``--set`` takes them."""
    return [f"{key}={value:.2g}" if isinstance(value, float) else f"{key}={value}"
            for key, value in changes.items()]  # fmt: skip


def percent(share: float, digits: int = 0) -> float:
    """Return a share in per cent, rounded for a sentence."""
    rounded = round(100 * float(share), digits)
    return int(rounded) if digits == 0 else rounded


def loss(value: float) -> float:
    """Return a loss with three digits that count."""
    return float(f"{float(value):.3g}")
