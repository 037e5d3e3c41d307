"""Rows that cannot be used: all are counted, the first thousand are described."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem

if TYPE_CHECKING:
    import pandas as pd

KEPT = 1000
Values = Callable[[int], dict[str, object]]


class BadRows:
    """What is wrong with the rows of one table; a row keeps the first thing found.

    Args:
        rows: numbers of the rows as a spreadsheet counts them, shape ``(n,)``.
    """

    def __init__(self, rows: pd.Index[Any]) -> None:
        self._rows = rows
        self._codes = np.zeros(len(rows), dtype=np.uint8)
        self._kinds: list[tuple[str, Values]] = []

    @property
    def free(self) -> NDArray[np.bool_]:
        """The rows in which nothing is wrong so far."""
        free: NDArray[np.bool_] = self._codes == 0
        return free

    def row(self, place: int) -> int:
        """Return the number of the row at a place in the table."""
        return int(self._rows[place])

    def add(self, key: str, where: NDArray[np.bool_], values: Values | None = None) -> None:
        """Note that the rows ``where`` are wrong in the way that the message ``key`` says.

        Args:
            values: what to put into the message of the row at a place in the table, besides its
                number.
        """
        self._kinds.append((key, values or (lambda place: {})))
        self._codes[where & self.free] = len(self._kinds)

    def raise_any(self, path: object) -> None:
        """Raise a DataError that names the rows, if there are any."""
        wrong = np.flatnonzero(self._codes)
        if not len(wrong):
            return
        problems = [self._problem(int(place)) for place in wrong[:KEPT]]
        raise DataError(
            "data.bad_rows", path=path, count=len(wrong), problems=problems, total=len(wrong)
        )

    def _problem(self, place: int) -> Problem:
        key, values = self._kinds[self._codes[place] - 1]
        return Problem(key, {"row": self.row(place)} | values(place))
