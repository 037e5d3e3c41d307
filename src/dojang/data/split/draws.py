"""The bootstrap: how often each model trains on each unit.

``stable`` draws each unit a Poisson(1) number of times, which is what drawing with replacement
tends to as the units get many, and which depends on nothing but the unit (Chamandy, Muralidharan,
Najmi & Naidu, "Estimating Uncertainty for Massive Data Streams", 2012). ``exact`` draws as many
units of each class as there are, with replacement. Either way about 1/e of the units is out of bag.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator
from dojang.data.split.deal import Stratify
from dojang.data.split.units import Ints, Mask, Units

MOST_DRAWS = 12  # P(more) is below 1e-10
_POISSON = np.cumsum([math.exp(-1) / math.factorial(k) for k in range(MOST_DRAWS)])


def bootstrap(
    units: Units, chosen: Mask, models: int, seed: int, stratify: Stratify
) -> NDArray[np.uint8]:
    """Return how often each model draws each unit, 0 where it is not chosen, ``(U, models)``."""
    drawn = np.zeros((len(units), models), dtype=np.uint8)
    for model in range(models):
        draw = units.draw(seed, f"bootstrap{model}")
        if stratify == "exact":
            counts = _stratified(units, chosen, seed, model)
        else:
            counts = np.where(chosen, np.searchsorted(_POISSON, draw, side="right"), 0)
        if stratify != "none":
            _mend(units, chosen, counts, draw)
        drawn[:, model] = np.minimum(counts, np.iinfo(np.uint8).max)
    return drawn


def _stratified(units: Units, chosen: Mask, seed: int, model: int) -> Ints:
    """Draw from the units of each class as many as there are; a unit of several classes counts
    to the first of them."""
    counts = np.zeros(len(units), dtype=np.int64)
    main = units.column[units.starts[:-1]]
    names = (*units.classes, "")
    for column in np.unique(main[chosen]).tolist():
        members = np.flatnonzero(chosen & (main == column))
        random = generator(seed, "split", "bootstrap", model, names[column])
        picked = random.integers(len(members), size=len(members))
        counts[members] = np.bincount(picked, minlength=len(members))
    return counts


def _mend(units: Units, chosen: Mask, counts: Ints, draw: NDArray[np.float64]) -> None:
    """See to it that every class is drawn and something is out of bag, in place: the unit nearest
    to being drawn is, and the one nearest to being left out is."""
    order, starts = units.by_class
    missing = (units.units_of_class(counts > 0) == 0) & (units.units_of_class(chosen) > 0)
    for column in np.flatnonzero(missing).tolist():
        members = units.row[order[starts[column] : starts[column + 1]]]
        members = members[chosen[members]]
        counts[members[draw[members].argmax()]] = 1
    if (counts[chosen] == 0).any():
        return
    alone = units.units_of_class(counts > 0)[units.column] == 1
    needed = np.bincount(units.row[alone], minlength=len(units)) > 0
    spare = np.flatnonzero(chosen & ~needed)
    if len(spare):
        counts[spare[draw[spare].argmin()]] = 0
