"""Two answers to the same samples: their scores, and the difference, redrawn together.

Two scores on the same samples rise and fall together, so the difference is much surer than the two
intervals suggest.

Legend: n samples, C classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Score
from dojang.objectives.intervals import ANY, SHARE, scores, spread
from dojang.objectives.resampling import Design
from dojang.objectives.tallies import Tally, counter

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """A metric before and after, and the difference on the same samples."""

    before: Score
    after: Score
    gain: Score


def paired_scores(
    targets: Whole,
    before: Whole,
    after: Whole,
    classes: int,
    metrics: Mapping[str, Tally],
    groups: Whole | None = None,
    seed: int = 0,
) -> dict[str, Change]:
    """Return each metric of two answers to the same samples with 95 % intervals.

    Args:
        targets: class indices, shape ``(n,)``.
        before: the first answers, shape ``(n,)``.
        after: the second ones, shape ``(n,)``.
        classes: how many classes there are.
        metrics: by name, functions of hits, answers and samples (``objectives.tallies``).
        groups: index of the group of each sample, ``(n,)``, or None where they are independent.
        seed: seed of the resampling.
    """
    counters = [counter(targets, answers, classes) for answers in (before, after)]
    design = Design(len(targets), targets, groups)

    def values(weights: Array) -> Array:
        one, other = (
            np.stack([metric(*counts) for metric in metrics.values()], axis=1)
            for counts in (counted(weights) for counted in counters)
        )
        return np.concatenate([one, other, other - one], axis=1)

    size = len(metrics)
    found = scores(
        spread(values, design, seed), [SHARE] * 2 * size + [ANY] * size, [design.units] * 3 * size
    )
    triples = zip(found[:size], found[size : 2 * size], found[2 * size :], strict=True)
    return {name: Change(*scores) for name, scores in zip(metrics, triples, strict=True)}
