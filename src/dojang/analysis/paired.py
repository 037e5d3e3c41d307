"""Two models on the same samples: what one gains over the other, with a paired interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dojang.core.errors import DataError
from dojang.core.types import Predictions, Score
from dojang.objectives.paired import paired_scores
from dojang.objectives.tallies import accuracy, macro_f1

Verdict = Literal["better", "worse", "same"]
METRICS = {"accuracy": accuracy, "macro_f1": macro_f1}


@dataclass(frozen=True)
class Gain:
    """A metric of both models on the same samples, and the second minus the first."""

    metric: str
    before: float
    after: float
    difference: Score

    @property
    def verdict(self) -> Verdict:
        """Better or worse where the interval leaves no doubt, else the same as far as we know."""
        if self.difference.low > 0:
            return "better"
        return "worse" if self.difference.high < 0 else "same"


@dataclass(frozen=True)
class Comparison:
    """Two models compared on ``n`` samples of which both have held-out predictions.

    Attributes:
        relabelled: samples among them whose label differs between the runs.
    """

    n: int
    relabelled: int
    gains: tuple[Gain, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        gains = {
            gain.metric: {
                "before": gain.before, "after": gain.after, "difference": gain.difference.value,
                "low": gain.difference.low, "high": gain.difference.high, "verdict": gain.verdict,
            }
            for gain in self.gains
        }  # fmt: skip
        return {"n": self.n, "relabelled": self.relabelled, "metrics": gains}


def compare(before: Predictions, after: Predictions, labels: Mapping[str, str]) -> Comparison:
    """Judge both by ``labels``, on the samples that both have predicted.

    Args:
        labels: the labels to judge by, by sample id; samples without one do not count.

    Raises:
        DataError: there is no such sample.
    """
    rows = {identifier: row for row, identifier in enumerate(before.ids)}
    common = [(rows[i], row) for row, i in enumerate(after.ids) if i in rows and i in labels]
    if not common:
        raise DataError("labels.nothing_common")
    first, second = (np.array(side) for side in zip(*common, strict=True))
    names = sorted({*before.classes, *after.classes, *labels.values()})
    index = {name: i for i, name in enumerate(names)}
    ids = [after.ids[row] for row in second]
    targets = np.array([index[labels[i]] for i in ids], dtype=np.int64)
    answers = [
        np.array([index[name] for name in p.classes], dtype=np.int64)[p.predicted[chosen]]
        for p, chosen in ((before, first), (after, second))
    ]
    old = [before.classes[t] if t >= 0 else None for t in before.targets[first]]
    changes = paired_scores(targets, answers[0], answers[1], len(names), METRICS)
    gains = [Gain(k, c.before.value, c.after.value, c.gain) for k, c in changes.items()]
    relabelled = sum(a != labels[i] for a, i in zip(old, ids, strict=True))
    return Comparison(len(ids), relabelled, tuple(gains))
