"""From what a network says to an answer: calibrated probabilities, a class, or no answer.

A rule is fitted on validation or out-of-fold predictions, kept in the run, and applied by one piece
of code wherever the run speaks: in evaluation, prediction and explanation.

Legend: n samples, C classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Predictions

_FLOOR = float(np.finfo(np.float32).tiny)
Floats = NDArray[np.floating[Any]]
Whole = NDArray[np.int64]
Numbers = tuple[float, ...]


def log_probabilities(probabilities: Floats) -> NDArray[np.float64]:
    """Return natural logarithms; a probability of 0 counts as the smallest float32."""
    logs: NDArray[np.float64] = np.log(np.maximum(probabilities.astype(np.float64), _FLOOR))
    return logs


@dataclass(frozen=True)
class Rule:
    """How probabilities become an answer; with nothing set, the most probable class.

    Attributes:
        scales: factors of the log-probabilities, one a class; all alike, they are one over the
            temperature (Guo et al. 2017).
        shifts: what is added after that, one a class; 0 for all unless it is vector scaling.
        offsets: what is added to a class's log-probability before the largest is taken: each
            probability is multiplied by a number of its class. For two classes a threshold.
        costs: what it costs to answer the second class where the first is true, ``(C, C)``; the
            answer with the least expected cost is given (Elkan 2001).
        floors: least probability of a class for it to be given as an answer.
    """

    scales: Numbers | None = None
    shifts: Numbers | None = None
    offsets: Numbers | None = None
    costs: tuple[Numbers, ...] | None = None
    floors: Numbers | None = None

    def calibrate(self, probabilities: Floats) -> NDArray[np.float32]:
        """Return probabilities ``(n, C)`` as they are to be believed."""
        if self.scales is None or self.shifts is None:
            return probabilities.astype(np.float32)
        return scaled(probabilities, np.array(self.scales), np.array(self.shifts))

    def answers(self, calibrated: Floats) -> Whole:
        """Return the index of the class that is the answer for each sample, ``(n,)``."""
        if self.costs is not None:
            cheapest: Whole = (calibrated @ np.array(self.costs)).argmin(axis=1)
            return cheapest
        return decide(calibrated, self.offsets)

    def accepts(self, calibrated: Floats, answers: Whole) -> NDArray[np.bool_] | None:
        """Return which answers are sure enough to be given, ``(n,)``; None where all are."""
        if self.floors is None:
            return None
        sure: NDArray[np.bool_] = (
            calibrated[np.arange(len(answers)), answers] >= np.array(self.floors)[answers]
        )
        return sure

    def apply(self, raw: Predictions) -> Predictions:
        """Return what the run says where the networks said ``raw``."""
        calibrated = self.calibrate(raw.probabilities)
        answers = self.answers(calibrated)
        moved = self.offsets is not None or self.costs is not None
        return replace(
            raw,
            probabilities=calibrated,
            decided=answers if moved else None,
            accepted=self.accepts(calibrated, answers),
            raw=None if self.scales is None else raw.probabilities,
        )

    def to_json(self, classes: Sequence[str]) -> dict[str, Any]:
        """Return plain values by the name of the class."""

        def named(values: Numbers | None) -> dict[str, float] | None:
            return None if values is None else dict(zip(classes, values, strict=True))

        costs = None
        if self.costs is not None:
            costs = {name: named(row) for name, row in zip(classes, self.costs, strict=True)}
        return {
            "scales": named(self.scales), "shifts": named(self.shifts),
            "offsets": named(self.offsets), "costs": costs, "floors": named(self.floors),
        }  # fmt: skip

    @classmethod
    def from_json(cls, tree: Mapping[str, Any], classes: Sequence[str]) -> Rule:
        """Read what :meth:`to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: a class is missing, or a value is no number.
        """

        def numbers(values: Mapping[str, Any] | None) -> Numbers | None:
            return None if values is None else tuple(float(values[name]) for name in classes)

        costs = tree["costs"]
        rows = None
        if costs is not None:
            rows = tuple(tuple(float(costs[a][b]) for b in classes) for a in classes)
        return cls(
            numbers(tree["scales"]), numbers(tree["shifts"]), numbers(tree["offsets"]), rows,
            numbers(tree["floors"]),
        )  # fmt: skip


def scaled(
    probabilities: Floats, scales: NDArray[np.float64], shifts: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the softmax of ``ln p · scales + shifts``, float32 ``(n, C)``."""
    logits = log_probabilities(probabilities) * scales + shifts
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    shares: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def decide(probabilities: Floats, offsets: Sequence[float] | NDArray[np.float64] | None) -> Whole:
    """Return the index of the class with the largest ``ln p + offset`` of each sample, ``(n,)``.

    Args:
        probabilities: shape ``(n, C)``.
        offsets: one a class, or None for the most probable class.
    """
    if offsets is None:
        plain: Whole = probabilities.argmax(axis=1)
        return plain
    moved = log_probabilities(probabilities) + np.asarray(offsets, dtype=np.float64)
    chosen: Whole = moved.argmax(axis=1)
    return chosen
