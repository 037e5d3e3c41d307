"""Is the feed or the model the limit? From the history alone."""

from __future__ import annotations

from collections.abc import Sequence

from dojang.core.errors import Problem
from dojang.core.types import EpochRecord


def feed_and_model(history: Sequence[EpochRecord]) -> tuple[float, float] | None:
    """Return images a second of the feed and of the model, each alone, over all epochs that were
    measured; None where none was."""
    measured = [r for r in history if r.feed_rate > 0 and r.model_rate > 0]
    if not measured:
        return None
    # Equal numbers of images an epoch: times add up, so rates average harmonically.
    feed = len(measured) / sum(1 / r.feed_rate for r in measured)
    model = len(measured) / sum(1 / r.model_rate for r in measured)
    return feed, model


def feed_verdict(history: Sequence[EpochRecord]) -> Problem | None:
    """Say both rates and which of them is the limit; None where nothing was measured."""
    rates = feed_and_model(history)
    if rates is None:
        return None
    feed, model = rates
    key = "feed.model" if feed >= model else "feed.feed"
    return Problem(key, {"feed": f"{feed:,.0f}", "model": f"{model:,.0f}"})
