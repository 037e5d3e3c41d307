"""Other samples that could have come: how often each one counts in a resample (Efron 1979).

Samples are redrawn as they came. Where the number of samples of each class was settled before
(a stratified split), each class is redrawn by itself; where samples come in groups (a patient, a
video), whole groups are redrawn, since samples of one group say much the same.

Legend: n samples, R resamples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator

RESAMPLES = 1000
FEWEST = 200  # of many samples: a standard error is known to 5 % then
_MOST_NUMBERS = 10_000_000  # drawn in all, before there are fewer resamples
_CHUNK_NUMBERS = 4_000_000  # held at a time

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Design:
    """How samples came to be there.

    Attributes:
        n: how many there are.
        strata: class index of each sample where every class is redrawn by itself, ``(n,)``.
        groups: index of the group of each sample, ``(n,)``, or None where samples are independent.
    """

    n: int
    strata: Whole | None = None
    groups: Whole | None = None

    @cached_property
    def units(self) -> int:
        """How many independent things were drawn: groups, or else samples."""
        return self.n if self._grouped is None else len(self._grouped[0])

    @property
    def owner(self) -> Whole | None:
        """The unit of each sample, ``(n,)``, or None where each is one itself."""
        return None if self._grouped is None else self._grouped[1]

    def strata_of_units(self) -> list[Whole]:
        """Return the units that are redrawn together, stratum by stratum.

        Groups are redrawn by class where every group is of one class alone; groups of several
        classes are redrawn together. A class of a single unit, which cannot be redrawn by itself,
        goes with the next smallest one.
        """
        kind = self.strata
        if kind is not None and self._grouped is not None:
            first, owner = self._grouped
            kind = kind[first] if (kind[first][owner] == kind).all() else None
        if kind is None:
            return [np.arange(self.units)]
        found = [np.flatnonzero(kind == label) for label in np.unique(kind)]
        found.sort(key=len, reverse=True)
        while len(found) > 1 and len(found[-1]) == 1:
            lone = found.pop()
            found[-1] = np.concatenate([found[-1], lone])
        return found

    @cached_property
    def _grouped(self) -> tuple[Whole, Whole] | None:
        if self.groups is None:
            return None
        _, first, owner = np.unique(self.groups, return_index=True, return_inverse=True)
        return first, owner


def group_index(ids: Sequence[str], groups: Mapping[str, str]) -> Whole | None:
    """Return the index of the group of each sample, ``(n,)``, or None where there are no groups. A
    sample without one is a group of its own.

    Args:
        groups: the group of each sample that has one, by id.
    """
    if not groups:
        return None
    names = [("group", groups[i]) if i in groups else ("alone", i) for i in ids]
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names], dtype=np.int64)


def resample(design: Design, seed: int) -> Iterator[tuple[Array, Array]]:
    """Yield how often each unit and each sample counts, in blocks of shape ``(r, units)`` and
    ``(r, n)``; a thousand rows in all, fewer where there are very many samples."""
    rng = generator(seed, "bootstrap", "samples")
    count, strata, owner = design.units, design.strata_of_units(), design.owner
    resamples = min(RESAMPLES, max(FEWEST, _MOST_NUMBERS // max(1, design.n)))
    rows = max(1, _CHUNK_NUMBERS // max(1, design.n))
    for start in range(0, resamples, rows):
        size = min(rows, resamples - start)
        drawn = np.zeros((size, count))
        for members in strata:
            drawn[:, members] = _drawn(rng, size, len(members))
        yield drawn, drawn if owner is None else drawn[:, owner]


def _drawn(rng: np.random.Generator, rows: int, count: int) -> Array:
    """Count how often each of ``count`` is among as many draws with replacement, by row."""
    places = rng.integers(0, count, size=(rows, count)) + np.arange(rows)[:, None] * count
    found = np.bincount(places.ravel(), minlength=rows * count)
    return found.reshape(rows, count).astype(np.float64)
