"""The table of labels that a person edits, and what the person decided.

Spreadsheets run cells that begin with ``= + - @``; names that do so are written with an apostrophe
before them and read back without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dojang.analysis.labels import LabelReview
from dojang.core.errors import DataError, Problem, did_you_mean
from dojang.data.readers import nfc
from dojang.data.sources import read_table

if TYPE_CHECKING:
    import pandas as pd

Action = Literal["keep", "accept", "drop", "unsure"]
# What a person may write into the column, English and Korean.
ACTIONS: Mapping[str, Action] = {
    "": "keep", "keep": "keep", "유지": "keep",
    "accept": "accept", "수락": "accept",
    "drop": "drop", "제외": "drop",
    "?": "unsure", "보류": "unsure",
}  # fmt: skip
EDITED = ("action", "new_label")
ORDER = ("action", "new_label", "id", "label", "suggested", "quality", "wrong", "probable",
          "cleanlab", "conflict", "fold")  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True)
class Decision:
    """What is to become of one label: a class, or None to leave the sample out."""

    id: str
    label: str
    new_label: str | None


@dataclass(frozen=True)
class Decisions:
    """What a person wrote into the table.

    Attributes:
        changes: samples whose label changes or that are left out, in the order of the table.
        kept: rows whose label stays, the unsure ones too.
        unsure: rows marked as undecided.
    """

    changes: tuple[Decision, ...]
    kept: int
    unsure: int


def to_csv(review: LabelReview) -> str:
    """Return the table to edit: every judged label, the worst first; columns ``action`` and
    ``new_label`` are empty."""
    table = review.table.copy()
    table["action"] = table["new_label"] = ""
    table["conflict"] = table["conflict"].map("; ".join)
    for name in ("id", "label", "suggested", "conflict"):
        table[name] = table[name].map(harmless)
    for name in ("quality", "wrong"):
        table[name] = table[name].map("{:.4f}".format)
    # With its mark at the front a spreadsheet reads UTF-8 as UTF-8, Korean names too.
    return "\ufeff" + table[list(ORDER)].to_csv(index=False, lineterminator="\n")


def is_edited(path: Path) -> bool:
    """Did somebody write a decision into the table, or is it not ours to overwrite?"""
    try:
        frame = read_table(path)
    except DataError:
        return True
    if not set(EDITED) <= set(frame.columns):
        return True
    return bool((frame[list(EDITED)] != "").to_numpy().any())


def read_decisions(path: Path, samples: pd.DataFrame, classes: Iterable[str]) -> Decisions:
    """Read the edited table.

    Args:
        samples: columns ``id`` and ``label``: whose labels may be changed.
        classes: class names that a label may have.

    Raises:
        DataError: columns are missing, or rows name an unknown sample, class or action, do not fit
            the run or contradict each other. All rows are in one message.
    """
    frame = read_table(path)
    lacking = [name for name in ("id", *EDITED) if name not in frame]
    if lacking:
        problems = [Problem("labels.no_column", {"column": name}) for name in lacking]
        raise DataError("labels.bad_table", path=path, problems=problems)
    reader = _Rows(dict(zip(samples["id"], samples["label"], strict=True)), tuple(classes))
    columns = [frame[name].tolist() if name in frame else [""] * len(frame)
               for name in ("id", "label", "suggested", *EDITED)]  # fmt: skip
    for row, *cells in zip(frame.index.tolist(), *columns, strict=True):
        reader.read(row, *cells)
    if reader.problems:
        count = len(reader.problems)
        raise DataError("labels.bad_rows", path=path, count=count, problems=reader.problems)
    return reader.decisions()


class _Rows:
    """Reads rows one by one and collects what is wrong with them."""

    def __init__(self, labels: Mapping[str, str], classes: tuple[str, ...]) -> None:
        self.problems: list[Problem] = []
        self._labels = labels
        self._classes = classes
        self._found: dict[str, tuple[int, str | None]] = {}
        self._unsure = 0

    def read(
        self, row: int, cell: str, label: str, suggested: str, action: str, new_label: str
    ) -> None:
        """Take in one row; ``row`` counts as a spreadsheet does."""
        identifier = known_name(cell, self._labels)
        values: dict[str, object] = {"row": row, "name": cell}
        if identifier is None:
            hint = did_you_mean(cell, self._labels) if len(self._labels) < 5000 else ""
            self._add("labels.row_id", values | {"hint": hint})
            return
        given = self._labels[identifier]
        if label and known_name(label, [given]) is None:
            self._add("labels.row_stale", values | {"label": given, "written": label})
            return
        decided = self._decided(given, suggested, nfc(action.strip()).lower(), new_label, values)
        if isinstance(decided, Problem):
            self.problems.append(decided)
            return
        first = self._found.get(identifier)
        if first is not None and first[1] != decided:
            self._add("labels.row_conflict", values | {"first": first[0]})
        self._found.setdefault(identifier, (row, decided))

    def decisions(self) -> Decisions:
        """Return what was read."""
        changes = [
            Decision(identifier, self._labels[identifier], new)
            for identifier, (_, new) in self._found.items()
            if new != self._labels[identifier]
        ]
        return Decisions(tuple(changes), len(self._found) - len(changes), self._unsure)

    def _decided(
        self, given: str, suggested: str, action: str, new_label: str, values: dict[str, object]
    ) -> str | Problem | None:
        """Return the label that the sample shall have, None to leave it out, or what is wrong."""
        chosen = ACTIONS.get(action)
        if chosen is None:
            known = ", ".join(("keep", "accept", "drop", "?"))
            return Problem("labels.row_action", values | {"action": action, "known": known})
        if new_label.strip():
            if chosen != "keep" or action:  # an empty action beside a new label is the usual way
                return Problem("labels.row_both", values | {"action": action, "label": new_label})
            return self._class(new_label, values)
        if chosen == "accept":
            if not suggested.strip():
                return Problem("labels.row_no_suggestion", values)
            return self._class(suggested, values)
        self._unsure += chosen == "unsure"
        return None if chosen == "drop" else given

    def _class(self, cell: str, values: dict[str, object]) -> str | Problem:
        found = known_name(nfc(cell.strip()), self._classes)
        if found is not None:
            return found
        hint = did_you_mean(cell, self._classes)
        return Problem("labels.row_class", values | {"label": cell, "hint": hint})

    def _add(self, key: str, values: Mapping[str, object]) -> None:
        self.problems.append(Problem(key, values))


def harmless(cell: object) -> str:
    """Return a cell that no spreadsheet runs: a risky one has an apostrophe before it."""
    text = cell if isinstance(cell, str) else ""
    return f"'{text}" if text.startswith(_RISKY) else text


def known_name(cell: str, names: Iterable[str] | Mapping[str, str]) -> str | None:
    """Return the name that ``cell`` stands for: as it is, or without our apostrophe."""
    for text in (cell, cell.removeprefix("'")):
        if text in names:
            return text
    return None
