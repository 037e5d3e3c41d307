"""Iterative stratification: units of several labels, dealt so that each label gets its shares.

Sechidis, Tsoumakas & Vlahavas, "On the Stratification of Multi-Label Data", ECML PKDD 2011: the
label with the fewest samples left is dealt first, each of its units to the part that lacks most of
it; a tie goes to the part that lacks most samples. Here units stand for samples, and draws give the
order within a label, so the result does not depend on the order of the rows.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from dojang.data.split.units import Ints, Mask, Units


def iterative(
    units: Units, chosen: Mask, shares: NDArray[np.float64], draw: NDArray[np.float64]
) -> Ints:
    """Deal the chosen units.

    Args:
        chosen: the units to deal, shape ``(U,)``.
        shares: share of each part; they sum to 1.
        draw: a number for each unit that decides the order within a label, shape ``(U,)``.

    Returns:
        The number of the part of each unit, −1 where it was not chosen, shape ``(U,)``.
    """
    left = units.totals(chosen).tolist()
    lacking = [[total * share for share in shares.tolist()] for total in left]
    rows, columns, weights = units.row.tolist(), units.column.tolist(), units.weight.tolist()
    starts = units.starts.tolist()
    result = [-1] * len(units)
    waiting = chosen.tolist()
    heap = [(total, label) for label, total in enumerate(left[:-1]) if total]
    heapq.heapify(heap)
    heap_of_all = [(0, len(left) - 1)]  # units without a label come last
    while heap or heap_of_all:
        total, label = heapq.heappop(heap or heap_of_all)
        if label < len(left) - 1 and total != left[label]:
            if left[label]:
                heapq.heappush(heap, (left[label], label))
            continue
        for entry in _members(units, chosen, draw, label):
            unit = rows[entry]
            if not waiting[unit]:
                continue
            wanted, room = lacking[label], lacking[-1]
            part = max(range(len(wanted)), key=lambda p: (wanted[p], room[p]))
            result[unit], waiting[unit] = part, False
            for other in range(starts[unit], starts[unit + 1]):
                lacking[columns[other]][part] -= weights[other]
                left[columns[other]] -= weights[other]
    return np.array(result, dtype=np.int64)


def _members(units: Units, chosen: Mask, draw: NDArray[np.float64], label: int) -> list[int]:
    """Entries of the chosen units of a class, in the order in which they are dealt: large units
    first, since what comes late can only fill gaps, and a large unit fits in few."""
    order, starts = units.by_class
    entries = order[starts[label] : starts[label + 1]]
    entries = entries[chosen[units.row[entries]]]
    by_draw = np.lexsort((draw[units.row[entries]], -units.weight[entries]))
    return [int(entry) for entry in entries[by_draw]]
