"""Tables that hold the samples themselves: texts, and the rows of a time series.

There are no files to open: a sample is a row, its id says which (``train.csv:2``), and its content
stands in the columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from dojang.core.errors import DataError
from dojang.core.recipe import DataPart
from dojang.data.readers import nfc
from dojang.data.sources.columns import (
    add_times,
    as_category,
    basics,
    blank,
    check_parts,
    find_columns,
    further,
)
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Listing, TableEntries
from dojang.data.sources.names import part_in, part_of, stem_of
from dojang.data.sources.problems import BadRows
from dojang.data.sources.read import read_member
from dojang.data.sources.table import shown_as

if TYPE_CHECKING:
    import pandas as pd

OPTIONAL = ("label", "group", "part")


def list_text(container: Container, data: DataPart) -> Listing:
    """List texts, a row each, with a class where there is a column of classes. Several tables are
    parts if they are named so: ``train.csv``, ``test.csv``.

    Raises:
        DataError: there is no column of texts, or rows lack a text or, where others have one, a
            class.
    """

    def content(frame: pd.DataFrame, columns: dict[str, str], bad: BadRows) -> dict[str, Any]:
        texts = frame[columns["text"]]
        bad.add("source.row_no_text", blank(texts))
        return {"text": texts}

    listing = _list(container, data, ("text",), OPTIONAL, content)
    listing.task = "text"
    return listing


def list_series(container: Container, data: DataPart) -> Listing:
    """List the rows of a time series, with their time and, where it is known, their target.

    Raises:
        DataError: there is no column of dates, or rows have a broken date or a target that is no
            number.
    """

    def content(frame: pd.DataFrame, columns: dict[str, str], bad: BadRows) -> dict[str, Any]:
        import pandas as pd

        if "target" not in columns:
            return {}
        cells = frame[columns["target"]].str.strip()
        numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
        odd = ~np.isfinite(numbers.to_numpy()) & (cells != "").to_numpy(dtype=bool)
        bad.add("source.row_number", odd, lambda i: {"cell": cells.iloc[i][:60]})
        return {"target": numbers}

    listing = _list(container, data, ("time",), ("group", "part", "target"), content)
    listing.task = "series"
    return listing


def _list(
    container: Container,
    data: DataPart,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    content: Callable[[pd.DataFrame, dict[str, str], BadRows], dict[str, Any]],
) -> Listing:
    """List every table of the container; columns of one table are columns of all."""
    import pandas as pd

    tables = container.tables
    if not tables:
        raise DataError("source.no_table", path=container.path, names="")
    listing = Listing(container.ref, refused=_others(container, tables), has_files=False)
    entries: list[pd.DataFrame] = []
    columns: list[pd.DataFrame] = []
    for name in tables:
        one, two = _list_one(container, data, name, (required, optional), content, listing)
        entries.append(one)
        columns.append(two)
    listing.entries = TableEntries(_stacked(entries))
    listing.columns = pd.concat(columns, ignore_index=True) if len(columns) > 1 else columns[0]
    _require_unique(container, data, listing)
    return listing


def _list_one(
    container: Container,
    data: DataPart,
    name: str,
    roles: tuple[tuple[str, ...], tuple[str, ...]],
    content: Callable[[pd.DataFrame, dict[str, str], BadRows], dict[str, Any]],
    listing: Listing,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    frame = read_member(container, name)
    shown = shown_as(container, name)
    required, optional = roles
    columns = find_columns(frame, shown, data, required, (*optional, "id", "time"))
    bad = BadRows(frame.index)
    # Some rows with a class and some without is a mistake; none with a class is a set to predict.
    need_label = "label" in columns and bool((frame[columns["label"]] != "").any())
    found = basics(frame, columns, bad, need_label)
    extra = content(frame, columns, bad)
    check_parts(frame, columns, bad, found["part"])
    extra |= add_times(frame, columns, data, shown, bad)
    ids = _ids(frame, columns, name, bad)
    bad.raise_any(shown)
    used = {role: column for role, column in columns.items() if role != "target"}
    extra |= further(frame, used, (), listing)
    if "part" not in columns:
        part = part_of(stem_of(name)) or part_in(stem_of(name))
        found["part"] = as_category(pd.Series([part or ""]), part_of)[np.zeros(len(frame), int)]
    return (
        pd.DataFrame({"id": ids, **found}),
        pd.DataFrame({k: v.reset_index(drop=True) for k, v in extra.items()}),
    )


def _ids(frame: pd.DataFrame, columns: dict[str, str], table: str, bad: BadRows) -> pd.Series[Any]:
    """Return the cells of the column of ids, or the numbers of the rows."""
    import pandas as pd

    if "id" in columns:
        cells = frame[columns["id"]].reset_index(drop=True)
        bad.add("source.row_no_id", blank(cells))
        again = cells.duplicated().to_numpy()
        bad.add("source.row_id_twice", again, lambda i: {"id": cells.iloc[i][:60]})
        return cells
    rows = pd.Series(frame.index.to_numpy())
    name = nfc(table)
    pieces = [
        f"{name}:" + rows.iloc[i : i + 100_000].astype("str") for i in range(0, len(rows), 100_000)
    ]
    return pd.concat(pieces) if pieces else pd.Series(dtype="str")


def _require_unique(container: Container, data: DataPart, listing: Listing) -> None:
    """An id may stand in one table only."""
    if data.id_col is None or not isinstance(listing.entries, TableEntries):
        return
    ids = listing.entries.frame["id"]
    again = ids[ids.duplicated()]
    if len(again):
        names = ", ".join(again.iloc[:10])
        raise DataError("source.ids_twice", path=container.path, count=len(again), names=names)


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put tables below each other; categories are those of all."""
    import pandas as pd
    from pandas.api.types import union_categoricals

    if len(frames) == 1:
        return frames[0]
    fields: dict[str, Any] = {"id": pd.concat([f["id"] for f in frames], ignore_index=True)}
    for name in ("label", "part", "group"):
        fields[name] = union_categoricals([f[name] for f in frames], sort_categories=True)
    return pd.DataFrame(fields)


def _others(container: Container, tables: list[str]) -> list[Any]:
    return [] if container.place == "table" else container.refused
