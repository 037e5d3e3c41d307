"""One decision in the table of labels: written beside all others, and taken back again.

The table is the one of :mod:`dojang.analysis.label_table`; a person may have it open at the same
time, may have saved it in another encoding and added columns. Every row and column stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dojang.analysis.label_table import (
    ACTIONS,
    EDITED,
    ORDER,
    Action,
    harmless,
    known_name,
)
from dojang.core.errors import DataError, Problem
from dojang.core.tables import safe_csv
from dojang.data.readers import nfc
from dojang.data.sources import read_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Mark:
    """What stands in the two columns of one row."""

    action: str = ""
    new_label: str = ""

    @property
    def empty(self) -> bool:
        return not (self.action.strip() or self.new_label.strip())

    @property
    def known_action(self) -> Action | None:
        """What the action means; None where it is no word that the table knows."""
        return ACTIONS.get(nfc(self.action.strip()).lower())


@dataclass(frozen=True)
class Marked:
    """A row with a decision."""

    id: str
    label: str
    suggested: str
    mark: Mark


def open_table(path: Path) -> pd.DataFrame:
    """Read the table; an empty one where there is none.

    Raises:
        DataError: it cannot be read, or has no column for ids or decisions.
    """
    import pandas as pd

    if not path.is_file():
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ORDER})
    frame = read_table(path).astype(object)
    lacking = [name for name in ("id", *EDITED) if name not in frame]
    if lacking:
        problems = [Problem("labels.no_column", {"column": name}) for name in lacking]
        raise DataError("labels.bad_table", path=path, problems=problems)
    return frame


def table_text(frame: pd.DataFrame) -> str:
    """Return the table as CSV that spreadsheets read as UTF-8 and that runs nothing."""
    return "\ufeff" + safe_csv(frame).replace("\r\n", "\n")


def mark_of(frame: pd.DataFrame, identifier: str) -> Mark:
    """Return what is decided of an image."""
    place = _place(frame, identifier)
    if place is None:
        return Mark()
    return Mark(str(frame.at[place, "action"]), str(frame.at[place, "new_label"]))


def with_mark(
    frame: pd.DataFrame, identifier: str, label: str, suggested: str, mark: Mark
) -> pd.DataFrame:
    """Return the table with a decision; the row is added where it is missing.

    Args:
        label: the label that it has in the data.
        suggested: what the model answers instead, or empty.
    """
    changed = frame.copy()
    place = _place(changed, identifier)
    written = harmless(mark.new_label)
    if place is None:
        row = dict.fromkeys(changed.columns, "")
        known = {"id": identifier, "label": label, "suggested": suggested}
        row |= {name: harmless(text) for name, text in known.items() if name in row}
        place = int(max(changed.index, default=1)) + 1
        changed.loc[place] = row
    changed.loc[place, "action"] = mark.action
    changed.loc[place, "new_label"] = written
    return changed


def marked_rows(frame: pd.DataFrame) -> list[Marked]:
    """Return the rows with a decision, in the order of the table."""
    edited = frame[(frame[list(EDITED)] != "").any(axis=1)]
    rows = edited.to_dict("records")
    return [
        Marked(str(row["id"]), str(row.get("label", "")), str(row.get("suggested", "")),
               Mark(str(row["action"]), str(row["new_label"])))
        for row in rows
    ]  # fmt: skip


def _place(frame: pd.DataFrame, identifier: str) -> int | None:
    """Return the index of the row of an image: the first, where somebody has copied it."""
    cells = frame["id"]
    found = cells.index[(cells == identifier) | (cells == f"'{identifier}")]
    exact = [place for place in found if known_name(str(cells[place]), [identifier]) is not None]
    return int(exact[0]) if exact else None
