"""How far a column goes along with the label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 50


@dataclass(frozen=True)
class Association:
    """One column beside the label.

    Attributes:
        column: its name.
        kind: number or category; ``constant`` and ``unique`` columns say nothing.
        values: how many different values it has.
        missing: share of samples without a value.
        strength: 0 (none) to 1 (the one follows from the other): the bias-corrected Cramér's V of
            a category (Bergsma 2013), the bias-corrected correlation ratio ε of a number (Kelley
            1935); None where it says nothing.
    """

    column: str
    kind: Literal["number", "category", "constant", "unique"]
    values: int
    missing: float
    strength: float | None


def associations(
    columns: Mapping[str, pd.Series[str]], labels: NDArray[np.object_]
) -> list[Association]:
    """Measure each column against the label, the strongest first.

    Args:
        columns: by name, one value a sample; empty text is a missing value.
        labels: class of each sample, shape ``(n,)``.
    """
    found = [_associate(name, values, labels) for name, values in columns.items()]
    return sorted(found, key=lambda a: (-(a.strength if a.strength is not None else -1), a.column))


def _associate(name: str, values: pd.Series[str], labels: NDArray[np.object_]) -> Association:
    import pandas as pd

    text = values.reset_index(drop=True).astype(object)
    known = (text.notna() & (text.astype(str).str.strip() != "")).to_numpy()
    missing = 1 - float(known.mean()) if len(known) else 1.0
    kept, classes = text[known], labels[known]
    distinct = int(kept.nunique())
    if distinct < 2:
        return Association(name, "constant", distinct, missing, None)
    numbers = pd.to_numeric(kept, errors="coerce")
    if numbers.notna().all() and distinct > 10:
        ratio = correlation_ratio(numbers.to_numpy(dtype=np.float64), classes)
        return Association(name, "number", distinct, missing, ratio)
    if distinct == len(kept) or distinct > max(MOST_CATEGORIES, len(kept) // 10):
        return Association(name, "unique", distinct, missing, None)
    return Association(name, "category", distinct, missing, cramers_v(kept.to_numpy(), classes))


def cramers_v(values: NDArray[np.object_], labels: NDArray[np.object_]) -> float:
    """Return the bias-corrected Cramér's V of two categories, in [0, 1] (Bergsma 2013)."""
    _, rows = np.unique(values.astype(str), return_inverse=True)
    _, columns = np.unique(labels.astype(str), return_inverse=True)
    r, c, n = rows.max() + 1, columns.max() + 1, len(rows)
    if r < 2 or c < 2 or n < 2:
        return 0.0
    table = np.zeros((r, c))
    np.add.at(table, (rows, columns), 1)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    phi2 = ((table - expected) ** 2 / expected).sum() / n
    corrected = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    rows_left, columns_left = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    smallest = min(rows_left, columns_left) - 1
    return float(min(1.0, np.sqrt(corrected / smallest))) if smallest > 0 else 0.0


def correlation_ratio(values: NDArray[np.float64], labels: NDArray[np.object_]) -> float:
    """Return the bias-corrected correlation ratio ε of a number and a category, in [0, 1]
    (Kelley 1935): the root of the share of its variance that the classes explain."""
    _, groups = np.unique(labels.astype(str), return_inverse=True)
    count, n = groups.max() + 1, len(values)
    total = float(((values - values.mean()) ** 2).sum())
    if n <= count or count < 2 or total <= 0:
        return 0.0
    sizes = np.bincount(groups)
    means = np.bincount(groups, values) / sizes
    within = float(((values - means[groups]) ** 2).sum())
    epsilon2 = 1 - (within / (n - count)) / (total / (n - 1))
    return float(np.sqrt(max(0.0, epsilon2)))
