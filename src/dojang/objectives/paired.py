"""Two answers to the same samples: their scores, and the difference, drawn anew together.

Two scores on the same samples rise and fall together, so the difference is much surer than the two
intervals suggest. Drawing samples with replacement and counting them by (true class, first answer,
second answer) is one multinomial draw over the cells that are filled; no table is ever built, so
thousands of classes are no burden.

Legend: n samples, C classes, R resamples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator
from dojang.core.types import Score
from dojang.objectives.intervals import LEVEL, RESAMPLES
from dojang.objectives.tallies import Tally

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
_CHUNK_NUMBERS = 4_000_000  # numbers held at a time


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
    seed: int = 0,
) -> dict[str, Change]:
    """Return each metric of two answers to the same samples with 95 % percentile intervals.

    Args:
        targets: class indices, shape ``(n,)``.
        before: the first answers, shape ``(n,)``.
        after: the second ones, shape ``(n,)``.
        classes: how many classes there are.
        metrics: by name, functions of hits, answers and samples (``objectives.tallies``).
        seed: seed of the resampling.
    """
    cells = (targets * classes + before) * classes + after
    filled, counts = np.unique(cells, return_counts=True)
    columns = (filled // classes**2, filled // classes % classes, filled % classes)
    drawn: dict[str, list[Array]] = {name: [] for name in metrics}
    for rows in _resampled(counts, classes, seed):
        for name, values in _both(rows, columns, classes, metrics).items():
            drawn[name].append(values)
    found = _both(counts[None], columns, classes, metrics)
    return {
        name: _change(found[name][:, 0], np.concatenate(drawn[name], axis=1)) for name in metrics
    }


def _resampled(counts: Whole, classes: int, seed: int) -> Iterator[Whole]:
    rng = generator(seed, "bootstrap", "paired")
    n = int(counts.sum())
    rows = max(1, _CHUNK_NUMBERS // max(len(counts), 6 * classes))
    for start in range(0, RESAMPLES, rows):
        yield rng.multinomial(n, counts / n, size=min(rows, RESAMPLES - start))


def _both(
    rows: Whole, columns: tuple[Whole, Whole, Whole], classes: int, metrics: Mapping[str, Tally]
) -> dict[str, Array]:
    """Return each metric of the first and of the second answers, shape ``(2, R)``."""
    targets, *answers = columns
    support = _gathered(rows, targets, classes)
    tallies = [
        (_gathered(rows * (answer == targets), targets, classes), _gathered(rows, answer, classes))
        for answer in answers
    ]
    return {
        name: np.stack([metric(hits, answered, support) for hits, answered in tallies])
        for name, metric in metrics.items()
    }


def _gathered(rows: Whole, owner: Whole, classes: int) -> Array:
    """Add up the cells of each class, shape ``(R, C)``."""
    order = np.argsort(owner, kind="stable")
    places, starts = np.unique(owner[order], return_index=True)
    sums = np.zeros((len(rows), classes))
    sums[:, places] = np.add.reduceat(rows[:, order], starts, axis=1)
    return sums


def _change(found: Array, drawn: Array) -> Change:
    tail = (1 - LEVEL) / 2
    values = (found[0], found[1], found[1] - found[0])
    scores = []
    for value, moved in zip(values, (drawn[0], drawn[1], drawn[1] - drawn[0]), strict=True):
        low, high = np.quantile(moved, [tail, 1 - tail])
        scores.append(Score(float(value), float(low), float(high)))
    return Change(*scores)
