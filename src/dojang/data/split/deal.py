"""Deal units to parts: by their draw, and by a bound on each class where a bound is asked for.

A unit falls where its draw is among the cumulative shares, and that depends on nothing else. Where
a class then leaves its bounds, the units nearest to the border between two parts are moved across
it, until it is within. Parts are filled one after the other; a part and all that come after it are
the two sides of a border.

Legend: U units, C classes, one more column for all samples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dojang.data.split.balance import balance
from dojang.data.split.iterative import iterative
from dojang.data.split.units import Ints, Mask, Units

Stratify = Literal["stable", "exact", "none"]
Floats = NDArray[np.float64]

SPREADS = 4.0  # binomial standard deviations that a class may be off its share
TRIES = 1000  # units that are tried for one class before it is given up
# A class that could not be learnt outweighs one that is not validated, and that any share.
_LEARNT, _PRESENT = 1e12, 1e9


@dataclass(frozen=True)
class Layer:
    """One dealing.

    Attributes:
        parts: names of the parts, in the order in which they are filled; the last takes the rest.
        shares: share of each part in ``base``, shape ``(parts,)``.
        base: the units of which the shares are, shape ``(U,)``.
        play: the units that are dealt, shape ``(U,)``.
        fixed: part of a unit that is not free, else −1, shape ``(U,)``.
        behind: parts that the last one will still be divided into.
        folds: whether the parts are folds, over which a small class spreads.
    """

    parts: tuple[str, ...]
    shares: Floats
    base: Mask
    play: Mask
    fixed: Ints
    behind: int = 1
    folds: bool = False

    def after(self, part: int) -> int:
        """How many parts come after ``part``."""
        return len(self.parts) - 2 - part + self.behind


@dataclass(frozen=True)
class Limits:
    """What one part may hold of each class: samples and units, each of shape ``(C + 1,)``."""

    low: Floats
    high: Floats
    fewest: Ints
    most: Ints

    def excess(self, columns: Ints, samples: Ints, units: Ints) -> Floats:
        """How far the classes ``columns`` are out of their limits."""
        off = np.maximum(self.low[columns] - samples, samples - self.high[columns])
        absent = _PRESENT * np.maximum(self.fewest[columns] - units, 0)
        taken = _LEARNT * np.maximum(units - self.most[columns], 0)
        found: Floats = np.maximum(off, 0) + absent + taken
        return found


def deal(units: Units, layer: Layer, draw: Floats, stratify: Stratify) -> Ints:
    """Return the number of the part of each unit in play, −1 for the others, shape ``(U,)``.

    Args:
        draw: a number in [0, 1) for each unit, shape ``(U,)``.
        stratify: none (the draw alone), stable (within :func:`bounds`) or exact (to within one
            unit a class).
    """
    edges = np.cumsum(layer.shares) / layer.shares.sum()
    placed = np.searchsorted(edges[:-1], draw, side="right")
    free = layer.play & (layer.fixed < 0)
    placed = np.where(free, placed, np.where(layer.play, layer.fixed, -1))
    if stratify == "none":
        return placed
    ranked = stratify == "exact" and not units.several_labels
    if stratify == "exact":
        # Single samples fill what groups leave of the quota of their class.
        method, some = (balance, free & units.uneven) if ranked else (iterative, free)
        placed[some] = method(units, some, layer.shares / layer.shares.sum(), draw)[some]
        layer = replace(layer, fixed=np.where(some, placed, layer.fixed))
    for part in range(len(layer.parts) - 1):
        limits = _limits(units, layer, placed, part, stratify)
        inside = placed == part
        if ranked:
            inside = _by_rank(units, layer, placed, part, limits, draw)
        kept = _repair(units, limits, inside, free & (placed >= part), np.abs(draw - edges[part]))
        # What leaves is mirrored at the border: it goes on as if it had been drawn beyond.
        beyond = np.minimum(2 * edges[part] - draw, np.nextafter(1, 0))
        onward = np.maximum(np.searchsorted(edges[:-1], beyond, side="right"), part + 1)
        leaving = (placed == part) & ~kept
        placed = np.where(leaving, onward, np.where(kept, part, placed))
    return placed


def bounds(units: Units, base: Mask, share: float, stratify: Stratify) -> Floats:
    """Return by how many samples a class may miss its share, shape ``(C + 1,)``.

    ``exact``: by its largest unit. ``stable``: by that, or by four standard deviations of a draw:
    4 √(p (1 − p) Σ w²) where p is the share and w the samples of the class in each unit.
    """
    kept = base[units.row]
    columns, weights = units.column[kept], units.weight[kept]
    largest = np.ones(len(units.classes) + 1)
    np.maximum.at(largest, columns, weights)
    if stratify == "exact":
        largest[-1] = np.inf  # follows from the classes
        return largest
    squares = np.bincount(columns, weights.astype(float) ** 2, len(largest))
    return np.asarray(np.maximum(largest, SPREADS * np.sqrt(share * (1 - share) * squares)))


def too_big(units: Units, free: Mask, share: float) -> Mask:
    """Units that alone would break the bound that the others set for a part, shape ``(U,)``."""
    sizes = np.where(free, units.sizes, 0).astype(float)
    others = np.maximum(0, (sizes**2).sum() - sizes**2)
    most = share * sizes.sum() + SPREADS * np.sqrt(share * (1 - share) * others)
    found: Mask = free & (sizes > np.maximum(1, most))
    return found


def without_big(units: Units, layer: Layer) -> tuple[Layer, Mask]:
    """Fix units that are too big for the first part of ``layer`` to the last one."""
    share = float(layer.shares[0])
    big = too_big(units, layer.base & ~(layer.play & (layer.fixed >= 0)), share)
    fixed = np.where(big & layer.play, len(layer.parts) - 1, layer.fixed)
    return replace(layer, base=layer.base & ~big, fixed=fixed), big


def _limits(units: Units, layer: Layer, placed: Ints, part: int, stratify: Stratify) -> Limits:
    """What ``part`` may hold, so that it and what comes after it are within bounds."""
    totals = units.totals(layer.base)
    rest = placed >= part
    left = units.totals(rest & layer.base)
    share, after = float(layer.shares[part]), float(layer.shares[part + 1 :].sum())
    off = bounds(units, layer.base, share, stratify)
    off_after = bounds(units, layer.base, after, stratify)
    low, high = share * totals - off, share * totals + off
    # What the parts behind need. With parts kept from elsewhere both may be too much to ask.
    both_low = np.maximum(low, left - after * totals - off_after)
    both_high = np.minimum(high, left - after * totals + off_after)
    possible = both_low <= both_high
    low, high = np.where(possible, both_low, low), np.where(possible, both_high, high)
    present, behind = units.units_of_class(rest), layer.after(part)
    fewest = (present > behind).astype(np.int64)
    if stratify == "exact":
        fewest[high < 1] = 0
    # A small class spreads over folds; of a part that is held out, what is behind has the choice.
    spread, spare = np.maximum(1, present - behind), present - np.minimum(present, behind)
    most = spread if layer.folds else spare
    return Limits(low, high, fewest, most)


def _by_rank(
    units: Units, layer: Layer, placed: Ints, part: int, limits: Limits, draw: Floats
) -> Mask:
    """Give ``part`` its quota of each class: the units with the lowest draws."""
    rest = placed >= part
    free = rest & (layer.fixed < 0)
    after = layer.shares[part:].sum()
    aim = units.totals(rest & layer.base) * (layer.shares[part] / after)
    main = units.column[units.starts[:-1]]
    aim[-1] = units.sizes[rest & layer.base & (main == len(units.classes))].sum() * (
        layer.shares[part] / after
    )
    quota = whole_quotas(np.clip(aim, limits.low, limits.high), limits.high)
    taken = units.totals((placed == part) & ~free)
    taken[-1] = units.sizes[(placed == part) & ~free & (main == len(units.classes))].sum()
    members = np.flatnonzero(free)
    members = members[np.lexsort((draw[members], main[members]))]
    sizes = units.sizes[members]
    ends = np.cumsum(sizes)
    first = np.searchsorted(main[members], np.arange(len(quota)))
    before = np.concatenate([[0], ends])[first]
    middle = ends - sizes / 2 - before[main[members]]
    inside: Mask = (placed == part) & ~free
    inside[members] = middle < (quota - taken)[main[members]]
    return inside


def whole_quotas(aim: Floats, high: Floats) -> Floats:
    """Round ``aim`` so that the sum is right to within one: the largest remainders go up."""
    whole = np.floor(aim + 1e-9)
    spare = round(float(aim.sum())) - int(whole.sum())
    order = np.argsort(-(aim - whole), kind="stable")
    order = order[(whole[order] + 1 <= high[order] + 1e-9) & ((aim - whole)[order] > 1e-9)]
    whole[order[: max(0, spare)]] += 1
    return whole


def _repair(units: Units, limits: Limits, inside: Mask, free: Mask, distance: Floats) -> Mask:
    """Move free units across the border until every class is within its limits, if that can be."""
    inside = inside.copy()
    samples, count = units.totals(inside), units.units_of_class(inside)
    every = np.arange(len(samples))
    for _ in range(2):  # a class that was mended may stand in the way of one mended before
        off = limits.excess(every, samples, count)
        wrong = np.flatnonzero(off > 1e-9)
        for column in wrong[np.argsort(units.by_class[1][wrong + 1] - units.by_class[1][wrong])]:
            _mend(units, limits, int(column), inside, free, distance, samples, count)
        if not len(wrong):
            break
    return inside


def _mend(
    units: Units,
    limits: Limits,
    column: int,
    inside: Mask,
    free: Mask,
    distance: Floats,
    samples: Ints,
    count: Ints,
) -> None:
    """Bring one class within its limits by moving the units nearest to the border, in place."""
    order, starts = units.by_class
    one = np.array([column])
    members = units.row[order[starts[column] : starts[column + 1]]]
    members = members[free[members]]
    lacking = samples[column] < limits.low[column] - 1e-9 or count[column] < limits.fewest[column]
    candidates = members[inside[members] != lacking]
    candidates = candidates[np.argsort(distance[candidates], kind="stable")][:TRIES]
    sign = 1 if lacking else -1
    for unit in candidates.tolist():
        now = limits.excess(one, samples[one], count[one])[0]
        if now <= 1e-9:
            return
        entries = slice(units.starts[unit], units.starts[unit + 1])
        columns, weights = units.column[entries], units.weight[entries]
        before = limits.excess(columns, samples[columns], count[columns])
        then = limits.excess(columns, samples[columns] + sign * weights, count[columns] + sign)
        if then.sum() < before.sum() and then[columns == column][0] < now:
            inside[unit] = lacking
            samples[columns] += sign * weights
            count[columns] += sign
