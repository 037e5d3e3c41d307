"""Bootstrap intervals (Efron 1979): how far a score would move with another sample of this size.

Drawing n samples with replacement and counting them into a confusion table is one multinomial
draw over the cells of the table; so a resample costs the number of cells that are filled, not n.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator
from dojang.core.types import Score

RESAMPLES = 2000
LEVEL = 0.95
_CHUNK_NUMBERS = 4_000_000  # numbers held at a time: bounds memory for many classes or samples

Array = NDArray[np.float64]


def table_interval(
    table: NDArray[np.int64], metric: Callable[[Array], Array], seed: int = 0
) -> Score:
    """Return ``metric`` of a confusion table with its 95 % percentile interval.

    Args:
        table: counts, shape ``(C, C)``.
        metric: takes tables ``(R, C, C)``, returns values ``(R,)``.
        seed: seed of the resampling.
    """
    values = [metric(tables) for tables in _resampled_tables(table, seed)]
    return _score(float(metric(table[None].astype(np.float64))[0]), np.concatenate(values))


def mean_interval(values: Array, seed: int = 0) -> Score:
    """Return the mean of per-sample values ``(n,)`` with its 95 % percentile interval."""
    rng = generator(seed, "bootstrap", "mean")
    count = len(values)
    rows = max(1, _CHUNK_NUMBERS // count)
    means: list[Array] = []
    for start in range(0, RESAMPLES, rows):
        chosen = rng.integers(0, count, size=(min(rows, RESAMPLES - start), count))
        means.append(values[chosen].mean(axis=1))
    return _score(float(values.mean()), np.concatenate(means))


def difference_interval(
    targets: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    classes: int,
    metric: Callable[[Array], Array],
    seed: int = 0,
) -> tuple[float, float, Score]:
    """Compare two answers to the same samples: a paired bootstrap of the difference.

    Both are redrawn together, so what makes a sample hard for both cancels out.

    Args:
        targets: true classes ``(n,)``.
        first: classes answered by one model ``(n,)``.
        second: classes answered by the other ``(n,)``.
        metric: takes tables ``(R, C, C)``, returns values ``(R,)``.

    Returns:
        The metric of ``first``, that of ``second``, and second minus first with its 95 % interval.
    """
    triples = np.stack([targets, first, second])
    cells, counted = np.unique(triples, axis=1, return_counts=True)
    places = [cells[0] * classes + cells[side] for side in (1, 2)]
    rng = generator(seed, "bootstrap", "difference")
    count = len(targets)
    rows = max(1, _CHUNK_NUMBERS // max(classes * classes, cells.shape[1]))
    differences: list[Array] = []
    for start in range(0, RESAMPLES, rows):
        drawn = rng.multinomial(count, counted / count, size=min(rows, RESAMPLES - start))
        before, after = (metric(_as_tables(drawn, place, classes)) for place in places)
        differences.append(after - before)
    whole = (metric(_as_tables(counted[None], place, classes)) for place in places)
    one, other = (float(values[0]) for values in whole)
    return one, other, _score(other - one, np.concatenate(differences))


def _as_tables(drawn: NDArray[np.int64], places: NDArray[np.int64], classes: int) -> Array:
    """Add up counts ``(R, K)`` of cells at ``places`` ``(K,)`` into tables ``(R, C, C)``."""
    tables = np.zeros((classes * classes, len(drawn)))
    np.add.at(tables, places, drawn.T.astype(np.float64))
    return tables.T.reshape(-1, classes, classes)


def _resampled_tables(table: NDArray[np.int64], seed: int) -> Iterator[Array]:
    rng = generator(seed, "bootstrap", "table")
    cells = np.flatnonzero(table)
    count = int(table.sum())
    shares = table.ravel()[cells] / count
    rows = max(1, _CHUNK_NUMBERS // table.size)
    for start in range(0, RESAMPLES, rows):
        drawn = rng.multinomial(count, shares, size=min(rows, RESAMPLES - start))
        tables = np.zeros((len(drawn), table.size))
        tables[:, cells] = drawn
        yield tables.reshape(-1, *table.shape)


def _score(value: float, resampled: Array) -> Score:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Score(value, float(low), float(high))
