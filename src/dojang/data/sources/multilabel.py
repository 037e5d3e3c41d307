"""A table in which an image has several labels: several columns of 0 and 1, or one column whose
cells hold several names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import DataPart
from dojang.data.sources.columns import find_columns, guess, tidy
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Listing
from dojang.data.sources.problems import BadRows
from dojang.data.sources.read import read_member
from dojang.data.sources.table import list_rows, shown_as, the_table

if TYPE_CHECKING:
    import pandas as pd

YES = frozenset({"1", "1.0", "true", "yes", "y", "예"})
NO = frozenset({"0", "0.0", "false", "no", "n", "아니요"})
USUAL_SEPARATORS = ("|", ";", ",", " ")
_ONE = "\0the one label"


def list_multilabel(container: Container, data: DataPart) -> Listing:
    """List images with all the labels that each has.

    The labels are the columns ``data.label_cols``, or all columns of 0 and 1; or they stand in one
    column, parted by ``data.label_separator``. Where every image has exactly one label, it is plain
    classification.

    Raises:
        DataError: the labels cannot be told, or rows cannot be used.
    """
    name = the_table(container)
    frame = read_member(container, name)
    columns, labels = _labels_of(frame, shown_as(container, name), data)
    if labels.single:
        frame = frame.assign(**{_ONE: labels.cells(lambda names: names[0]).to_numpy()})
        columns["label"] = _ONE

    def more(bad: BadRows) -> dict[str, Any]:
        labels.note(bad)
        return {} if labels.single else {"labels": labels.cells(_as_json)}

    listing = list_rows(container, data, name, frame, columns, labels.single, more, labels.used)
    listing.classes = labels.classes
    listing.task = "classify" if labels.single else "multilabel"
    return listing


def _labels_of(frame: pd.DataFrame, shown: str, data: DataPart) -> tuple[dict[str, str], _Labels]:
    """Find the columns of the table and read the labels."""
    optional = ("group", "part", "time")
    if data.label_separator is None and (data.label_cols or data.label_col is None):
        flags = list(data.label_cols or flag_columns(frame))
        if flags:
            columns = find_columns(frame, shown, data, ("path",), optional)
            return columns, _from_flags(frame, flags)
    columns = find_columns(frame, shown, data, ("path", "label"), optional)
    cells = frame[columns.pop("label")]
    separator = data.label_separator or _separator(cells)
    if separator is None:
        names = ", ".join(frame.columns)
        problems = [Problem("source.no_labels")]
        raise DataError("data.bad_columns", path=shown, columns=names, problems=problems)
    return columns, _from_cells(cells, separator, frame[columns["path"]])


def flag_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold nothing but 0 and 1, if there are at least two."""
    path = guess("path", list(frame.columns))
    found = [
        name
        for name in frame.columns
        if name != path and {str(v).strip() for v in frame[name].iloc[:1000].unique()} <= {"0", "1"}
    ]
    return found if len(found) > 1 else []


@dataclass(frozen=True)
class _Labels:
    """The labels of all rows; rows of the same labels share them.

    Attributes:
        codes: which of ``sets`` a row has, shape ``(n,)``.
        sets: sorted labels.
        classes: names of the classes, sorted.
        used: columns that hold nothing else.
        note: notes the rows whose labels cannot be used.
    """

    codes: NDArray[np.int64]
    sets: list[tuple[str, ...]]
    classes: tuple[str, ...]
    used: tuple[str, ...]
    note: Callable[[BadRows], None]

    @property
    def single(self) -> bool:
        """Has every row exactly one label?"""
        return all(len(names) == 1 for names in self.sets)

    def cells(self, change: Callable[[tuple[str, ...]], str]) -> pd.Series[Any]:
        """Return ``change(labels)`` for every row as text."""
        import pandas as pd

        texts = np.array([change(names) for names in self.sets] or [""], dtype=object)
        return pd.Series(texts[self.codes], dtype="str")


def _from_flags(frame: pd.DataFrame, names: list[str]) -> _Labels:
    """Read labels off columns of 0 and 1."""
    import pandas as pd

    order = sorted(names, key=tidy)
    classes = tuple(tidy(name) for name in order)
    on = np.zeros((len(frame), len(order)), dtype=bool)
    odd = np.full(len(frame), -1, dtype=np.int32)  # the first column whose cell is neither
    for place, name in enumerate(order):
        on[:, place], strange = _flags(frame[name])
        odd[strange & (odd < 0)] = place

    def values(i: int) -> dict[str, object]:
        column = order[odd[i]]
        return {"column": column, "cell": frame[column].iloc[i][:60] or '""'}

    rows = np.packbits(on, axis=1)
    codes, distinct = pd.factorize(np.array([row.tobytes() for row in rows], dtype=object))
    places = [
        np.flatnonzero(np.unpackbits(np.frombuffer(row, np.uint8), count=len(order)))
        for row in distinct
    ]
    sets = [tuple(classes[i] for i in some) for some in places]
    return _Labels(
        codes, sets, classes, tuple(names), lambda bad: bad.add("source.row_flag", odd >= 0, values)
    )


def _flags(cells: pd.Series[Any]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which cells say yes, and which say neither yes nor no."""
    import pandas as pd

    codes, values = pd.factorize(cells)
    said = [str(v).strip().lower() for v in values]
    yes = np.array([v in YES for v in said] or [False])
    odd = np.array([v not in YES | NO for v in said] or [False])
    return yes[codes], odd[codes]


def _from_cells(cells: pd.Series[Any], separator: str, names: pd.Series[Any]) -> _Labels:
    """Read labels that stand in one cell."""
    import pandas as pd

    codes, values = pd.factorize(cells)
    sets = [
        tuple(sorted({tidy(name) for name in str(cell).split(separator)} - {""})) for cell in values
    ]
    none = np.array([not some for some in sets] or [True])[codes]
    classes = tuple(sorted({name for some in sets for name in some}))

    def note(bad: BadRows) -> None:
        bad.add("data.row_no_label", none, lambda i: {"name": names.iloc[i]})

    return _Labels(codes, sets, classes, (str(cells.name),), note)


def _separator(cells: pd.Series[Any]) -> str | None:
    """Return what parts the labels, where it is plain."""
    some = [str(cell).strip() for cell in cells.iloc[:1000]]
    return next((s for s in USUAL_SEPARATORS if any(s in cell for cell in some)), None)


def _as_json(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False)
