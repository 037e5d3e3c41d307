"""Which column of a table means what, and what is kept of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem, did_you_mean
from dojang.core.recipe import DataPart
from dojang.data.readers import nfc
from dojang.data.sources.listing import MOST_COLUMNS, Listing
from dojang.data.sources.names import part_of
from dojang.data.sources.problems import BadRows
from dojang.data.sources.read import SEPARATORS
from dojang.data.sources.times import iso_times

if TYPE_CHECKING:
    import pandas as pd

PATH_COLUMNS = ("path", "filepath", "file_path", "file", "filename", "file_name", "image",
                "image_path", "img_path", "img", "경로", "파일", "이미지")  # fmt: skip
LABEL_COLUMNS = ("label", "class", "class_name", "target", "category", "y", "라벨", "클래스",
                 "정답")  # fmt: skip
PART_COLUMNS = ("part", "split", "set")
TEXT_COLUMNS = ("text", "document", "sentence", "review", "content", "comment", "본문", "문장",
                "리뷰", "텍스트")  # fmt: skip
TIME_COLUMNS = ("date", "datetime", "timestamp", "time", "날짜", "일시", "시각", "시간")
TARGET_COLUMNS = ("target", "y", "value", "목표", "값")
USUAL = {
    "path": PATH_COLUMNS,
    "label": LABEL_COLUMNS,
    "part": PART_COLUMNS,
    "text": TEXT_COLUMNS,
    "time": TIME_COLUMNS,
    "target": TARGET_COLUMNS,
}
_PIECE = 100_000
_OTHERS = re.compile("|".join(map(re.escape, SEPARATORS)))


def guess(role: str, columns: Sequence[str]) -> str | None:
    """Return the column with a usual name of ``role``, or None."""
    lower = {nfc(c).strip().lower(): c for c in reversed(columns)}
    return next((lower[n] for n in USUAL.get(role, ()) if n in lower), None)


def named(data: DataPart, role: str) -> str | None:
    """Return the column that the recipe names for ``role``, or None."""
    name = getattr(data, f"{role}_col", None)
    return name if isinstance(name, str) else None


def find_columns(
    frame: pd.DataFrame,
    shown: object,
    data: DataPart,
    required: Iterable[str],
    optional: Iterable[str],
) -> dict[str, str]:
    """Find the columns: those named by the user, else those with a usual name.

    A time is looked for only where it is asked for or required: many columns are called time.

    Raises:
        DataError: a named column is missing, or a required one cannot be told.
    """
    columns = [str(c) for c in frame.columns]
    required = tuple(required)
    found: dict[str, str] = {}
    problems = _missing(data.label_cols or (), columns)
    for role in (*required, *optional):
        wanted = named(data, role)
        usual = None if role == "time" and role not in required else guess(role, columns)
        if wanted is not None and wanted not in columns:
            problems += _missing((wanted,), columns)
        elif wanted or usual:
            found[role] = str(wanted or usual)
        elif role in required:
            problems.append(Problem(f"data.column_unknown_{role}"))
    if problems:
        names = ", ".join(columns)
        raise DataError("data.bad_columns", path=shown, columns=names, problems=problems)
    if "part" in found and not are_parts(frame[found["part"]]):
        del found["part"]
    return found


def _missing(wanted: Iterable[str], columns: list[str]) -> list[Problem]:
    return [
        Problem("data.column_missing", {"column": name, "hint": did_you_mean(name, columns)})
        for name in wanted
        if name not in columns
    ]


def are_parts(values: pd.Series[Any]) -> bool:
    """Does the column hold parts? Then a value that is none is a mistake in its row."""
    # A column of many different values is none, and need not be gone through.
    few = values.iloc[:1000].nunique() <= 20
    return few and "train" in {part_of(value) for value in values.unique()}


def as_category(column: pd.Series[Any], change: Any) -> pd.Categorical:
    """Return ``change(cell)`` for every cell as categories; what is empty becomes a gap. Each
    distinct cell is looked at once."""
    import pandas as pd

    codes, cells = pd.factorize(column)
    changed = [change(str(cell)) or None for cell in cells]
    names = sorted({name for name in changed if name is not None})
    place = {name: code for code, name in enumerate(names)}
    table = np.array([-1 if c is None else place[c] for c in changed] or [-1], dtype=np.int32)
    return pd.Categorical.from_codes(table[codes], categories=pd.Index(names, dtype="str"))


def tidy(text: str) -> str:
    """Return a label or a group without blanks around it, in NFC."""
    return nfc(text.strip())


def basics(
    frame: pd.DataFrame, columns: dict[str, str], bad: BadRows, need_label: bool
) -> dict[str, pd.Categorical]:
    """Return label, part and group of every row; rows without a label or with a part that is none
    are noted in ``bad``."""
    import pandas as pd

    changes = {"label": tidy, "part": part_of, "group": tidy}
    none = pd.Categorical.from_codes(
        np.full(len(frame), -1, dtype=np.int8), categories=pd.Index([], dtype="str")
    )
    found = {
        role: as_category(frame[columns[role]], change) if role in columns else none
        for role, change in changes.items()
    }
    if need_label:
        _note_lost(frame, columns, found["label"].codes < 0, bad)
    return found


def _note_lost(
    frame: pd.DataFrame, columns: dict[str, str], lost: NDArray[np.bool_], bad: BadRows
) -> None:
    """Note the rows without a label, and why if it can be told."""
    places = np.flatnonzero(lost)
    if not len(places):
        return
    rows = frame.iloc[places]
    cells = frame.iloc[:, 0]
    bad.add(
        "source.row_separator",
        _where(lost, places[_one_cell(rows)]),
        lambda i: {"cell": cells.iloc[i][:60]},
    )
    if "path" not in columns:
        bad.add("source.row_no_label", lost)
        return
    names = frame[columns["path"]]
    bad.add("data.row_no_path", _where(lost, places[blank(rows[columns["path"]])]))
    bad.add("data.row_no_label", lost, lambda i: {"name": names.iloc[i]})


def _where(like: NDArray[np.bool_], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    where = np.zeros_like(like)
    where[places] = True
    return where


def check_parts(frame: pd.DataFrame, columns: dict[str, str], bad: BadRows, parts: Any) -> None:
    """Note the rows whose part is none."""
    if "part" in columns:
        cells = frame[columns["part"]]
        bad.add(
            "data.row_no_part", parts.codes < 0, lambda i: {"part": cells.iloc[i].strip() or '""'}
        )


def _one_cell(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the rows that are one cell with another separator in it: their file was put together
    from files of two kinds."""
    if frame.shape[1] < 2:
        return np.zeros(len(frame), dtype=bool)
    others = (frame.iloc[:, 1:] == "").all(axis=1)
    parted: NDArray[np.bool_] = (
        frame.iloc[:, 0].str.count(_OTHERS.pattern).to_numpy() >= frame.shape[1] - 1
    ) & others.to_numpy()
    return parted


def blank(column: pd.Series[Any]) -> NDArray[np.bool_]:
    """Return which cells hold nothing but blanks, piece by piece so that no copy of all is made."""
    empty = np.zeros(len(column), dtype=bool)
    for start in range(0, len(column), _PIECE):
        piece = column.iloc[start : start + _PIECE]
        empty[start : start + len(piece)] = (piece.str.strip() == "").to_numpy(dtype=bool)
    return empty


def add_times(
    frame: pd.DataFrame, columns: dict[str, str], data: DataPart, shown: object, bad: BadRows
) -> dict[str, Any]:
    """Return the column ``time`` if the table has one; rows whose time is none are noted."""
    if "time" not in columns:
        return {}
    cells = frame[columns["time"]]
    times, broken = iso_times(cells, data.time_format, shown)
    bad.add("source.row_time", broken, lambda i: {"time": cells.iloc[i].strip()[:60] or '""'})
    return {"time": times}


def further(
    frame: pd.DataFrame, columns: dict[str, str], also: Iterable[str], listing: Listing
) -> dict[str, Any]:
    """Return the columns that have no role as ``meta:NAME``; more than ``MOST_COLUMNS`` are
    refused by name."""
    taken = {*columns.values(), *also}
    names = [name for name in frame.columns if name not in taken and str(name).strip()]
    for name in names[MOST_COLUMNS:]:
        listing.refuse(f"meta:{nfc(name)}", "source.too_many_columns")
    return {f"meta:{nfc(name)}": frame[name] for name in names[:MOST_COLUMNS]}
