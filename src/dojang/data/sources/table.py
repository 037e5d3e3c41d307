"""A table that names images: a row an image, with its class, part, group and whatever else."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError
from dojang.core.recipe import DataPart
from dojang.core.tables import safe_cell
from dojang.data.readers import nfc
from dojang.data.sources.columns import (
    add_times,
    basics,
    check_parts,
    find_columns,
    further,
)
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Listing, TableEntries
from dojang.data.sources.names import parent_of
from dojang.data.sources.problems import BadRows
from dojang.data.sources.read import read_member

if TYPE_CHECKING:
    import pandas as pd

_PIECE = 100_000


def list_table(container: Container, data: DataPart) -> Listing:
    """List the images that a CSV or Parquet file names; paths are relative to its folder.

    Raises:
        DataError: a column is missing; or rows name files that are missing or outside the folder,
            lack a label, name a file twice or a part that is none. All rows are in one message.
    """
    name = the_table(container)
    frame = read_member(container, name)
    shown = shown_as(container, name)
    columns = find_columns(frame, shown, data, ("path", "label"), ("group", "part", "time"))
    return list_rows(container, data, name, frame, columns, True)


def list_rows(
    container: Container,
    data: DataPart,
    table: str,
    frame: pd.DataFrame,
    columns: dict[str, str],
    need_label: bool,
    more: Callable[[BadRows], dict[str, Any]] | None = None,
    also: tuple[str, ...] = (),
) -> Listing:
    """Check the rows of a table of images and list them.

    Args:
        table: its name in the container; paths are relative to its folder.
        columns: by role, the name of a column.
        need_label: whether a row without a label is a mistake.
        more: makes further columns of the manifest and notes what is wrong with them.
        also: columns that ``more`` uses up.

    Raises:
        DataError: some rows cannot be used.
    """
    import pandas as pd

    shown = shown_as(container, table)
    listing = Listing(container.ref)
    bad = BadRows(frame.index)
    found = basics(frame, columns, bad, need_label)
    extra = more(bad) if more else {}
    ids = _paths(frame[columns["path"]], container, parent_of(table), bad)
    check_parts(frame, columns, bad, found["part"])
    extra |= add_times(frame, columns, data, shown, bad)
    bad.raise_any(shown)
    extra |= further(frame, columns, also, listing)
    fields = {"id": ids, **found}
    listing.entries = TableEntries(pd.DataFrame({k: _bare(v) for k, v in fields.items()}))
    if extra:
        listing.columns = pd.DataFrame({k: _bare(v) for k, v in extra.items()})
    return listing


def the_table(container: Container) -> str:
    """Return the name of the one table.

    Raises:
        DataError: there is none, or more than one.
    """
    tables = container.tables
    if len(tables) != 1:
        key = "source.many_tables" if tables else "source.no_table"
        raise DataError(key, path=container.path, names=", ".join(tables[:10]))
    return tables[0]


def shown_as(container: Container, table: str) -> str:
    """Return what to call a table in messages."""
    return str(container.path) if container.place == "table" else f"{container.path}/{table}"


def _bare(column: Any) -> Any:
    """Drop the row numbers: what is listed is counted from 0."""
    return column.reset_index(drop=True) if hasattr(column, "reset_index") else column


def _paths(
    cells: pd.Series[Any], container: Container, folder: str, bad: BadRows
) -> pd.Series[Any]:
    """Return the ids of the rows: the spelling under which each file is there.

    Rows without a path, with a path that leads out or to nothing, or that name a file again are
    noted. Of the rows so far good only: the first good one is the one that a later one repeats.
    """
    import pandas as pd

    find = container.finder()
    codes = np.zeros(len(cells), dtype=np.uint8)
    hashes = np.zeros(len(cells), dtype=np.int64)
    pieces: list[pd.Series[Any]] = []
    for start in range(0, len(cells), _PIECE):
        names: list[str] = []
        piece = cells.iloc[start : start + _PIECE]
        written = piece.tolist()
        for place, cell in enumerate(written, start):
            name, reason = _spelt(folder + cell, find)
            names.append(name)
            if not cell.strip():
                codes[place] = 3
            elif reason:
                codes[place] = 1 if reason == "read.outside" else 2
            hashes[place] = hash(_normal(name))
        # Most names are as they were written: then no second copy is made.
        pieces.append(piece if names == written else pd.Series(names, dtype="str"))
    ids = pd.concat(pieces, ignore_index=True) if pieces else pd.Series(dtype="str")
    bad.add("data.row_no_path", codes == 3)
    _note_twice(ids, hashes, bad, bad.free & (codes == 0))
    for code, key in ((1, "data.row_outside"), (2, "data.row_missing")):
        bad.add(key, codes == code, lambda i: {"name": cells.iloc[i]})
    return ids


def _spelt(name: str, find: Callable[[str], str | None]) -> tuple[str, str | None]:
    """Return the spelling under which ``name`` is there, and why it cannot be used if it cannot.

    A table written elsewhere may spell Hangul in the other normal form than the disk does, and the
    apostrophe before a formula may belong to the name.
    """
    reason = find(name)
    if reason is None or reason == "read.outside":
        return name, reason
    head, tail = os.path.split(name)
    others = () if name.isascii() else (nfc(name), unicodedata.normalize("NFD", name))
    if safe_cell(tail) != tail or safe_cell(name) != name:
        others = (*others, os.path.join(head, f"'{tail}"), f"'{name}")  # noqa: PTH118
    for spelt in others:
        if find(spelt) is None:
            return spelt, None
    return name, reason


def _normal(name: str) -> str:
    odd = "/." in name or "//" in name or name.startswith(".") or name.endswith("/")
    return os.path.normpath(name) if odd else name


def _note_twice(
    ids: pd.Series[Any], hashes: NDArray[np.int64], bad: BadRows, good: NDArray[np.bool_]
) -> None:
    """Note the rows that name a file again. Hashes find the few that may; names decide."""
    ordered = np.sort(hashes[good])
    again_there = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if not len(again_there):
        return
    candidates = np.flatnonzero(good & np.isin(hashes, again_there))
    first: dict[str, int] = {}
    again: dict[int, int] = {}
    for place in candidates.tolist():
        name = _normal(ids.iloc[place])
        if first.setdefault(name, place) != place:
            again[place] = first[name]
    where = np.zeros(len(ids), dtype=bool)
    where[list(again)] = True
    bad.add(
        "data.row_twice",
        where,
        lambda i: {"name": ids.iloc[i], "first": bad.row(again[i])},
    )
