"""What a source lists, before any image is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from dojang.core.types import PartName, Refusal, SourceRef, TaskName

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 64  # further columns of a table that are kept


@dataclass(frozen=True)
class Entry:
    """One file that a source lists."""

    id: str
    label: str | None
    part: PartName | None = None
    group: str | None = None
    sha256: str | None = None  # what the content must be, where that is known


class TableEntries(Sequence[Entry]):
    """The entries of a table, kept as columns: a million of them would be heavy as objects.

    Args:
        frame: columns ``id`` (text), ``label``, ``part`` and ``group`` (categories with gaps).
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def __len__(self) -> int:
        return len(self.frame)

    def __iter__(self) -> Iterator[Entry]:
        columns = (_cells(self.frame[name]) for name in ("id", "label", "part", "group"))
        for identifier, label, part, group in zip(*columns, strict=True):
            yield Entry(identifier, label, part, group)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> TableEntries: ...
    def __getitem__(self, index: int | slice) -> Entry | TableEntries:
        if isinstance(index, slice):
            return TableEntries(self.frame.iloc[index])
        row = self.frame.iloc[index]
        values = (row[name] if isinstance(row[name], str) else None for name in self.frame.columns)
        return Entry(*values)  # type: ignore[arg-type]


def _cells(column: pd.Series[Any]) -> Iterator[Any]:
    """Yield the cells, None where there is a gap; texts of a category are shared."""
    for start in range(0, len(column), 100_000):
        piece = column.iloc[start : start + 100_000]
        yield from piece.astype(object).where(piece.notna(), None)


@dataclass
class Listing:
    """What a source lists, before anything was opened.

    Attributes:
        source: where the bytes are.
        entries: the samples.
        refused: what was set aside, with its reason; a box that was is named ``FILE#box3``, a
            column ``meta:NAME``.
        task: the kind of problem that the samples pose.
        classes: class names where the labels of the entries do not name them all, in the order
            that the source gives.
        columns: optional columns of the manifest, one row an entry, in their order.
        has_files: whether an entry is a file to open; else the table says all.
    """

    source: SourceRef
    entries: Sequence[Entry] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    task: TaskName = "classify"
    classes: tuple[str, ...] = ()
    columns: pd.DataFrame | None = None
    has_files: bool = True

    def refuse(self, name: str, reason: str, detail: str = "") -> None:
        """Set something aside."""
        self.refused.append(Refusal(name, reason, detail))
