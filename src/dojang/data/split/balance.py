"""Groups of mixed classes, dealt so that the parts are as alike as groups allow.

Large groups first, each to the part where it lessens the squared deviations from the shares most:
Σ (n − p N)² / (p N) over parts and classes, where N is the size of a class and p a part's share.
Then each may change its part, again the largest first. It comes as near as scikit-learn's
``StratifiedGroupKFold`` does, and allows unequal parts.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dojang.data.split.units import Ints, Mask, Units

SECOND_THOUGHTS = 2  # rounds in which each unit may change its part
MANY = 20_000  # units, beyond which they even out without second thoughts


def balance(
    units: Units, chosen: Mask, shares: NDArray[np.float64], draw: NDArray[np.float64]
) -> Ints:
    """Deal the chosen units.

    Args:
        chosen: the units to deal, shape ``(U,)``.
        shares: share of each part; they sum to 1.
        draw: a number for each unit that decides between units of one size, shape ``(U,)``.

    Returns:
        The number of the part of each unit, −1 where it was not chosen, shape ``(U,)``.
    """
    totals = units.totals(chosen).astype(float)
    wanted = np.maximum(shares[:, None] * totals, 1e-9)  # (parts, C + 1)
    scale = 2 / wanted
    filled = np.zeros_like(wanted)
    result = np.full(len(units), -1, dtype=np.int64)
    members = np.flatnonzero(chosen)
    members = members[np.lexsort((draw[members], -units.sizes[members]))]
    starts, columns, weights = units.starts.tolist(), units.column, units.weight.astype(float)
    rounds = [members.tolist()] * (1 + (SECOND_THOUGHTS if len(members) < MANY else 0))
    for unit in chain.from_iterable(rounds):
        entries = slice(starts[unit], starts[unit + 1])
        here, weight = columns[entries], weights[entries]
        if result[unit] >= 0:
            filled[result[unit], here] -= weight
        off = filled[:, here] - wanted[:, here] + weight / 2
        part = int(((off * scale[:, here]) @ weight).argmin())
        result[unit] = part
        filled[part, here] += weight
    return result
