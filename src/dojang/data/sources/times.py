"""Dates of a table as ISO 8601 text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_ISO = "ISO8601"
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f")
_DAYS = ("%Y/%m/%d", "%Y.%m.%d", "%Y. %m. %d", "%Y. %m. %d.", "%Y년 %m월 %d일", "%d.%m.%Y",
         "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%b %d, %Y")  # fmt: skip
_TWINS = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y"}
_PROBE = 2000
_PIECE = 100_000


def iso_times(
    cells: pd.Series[Any], wanted: str | None, shown: object
) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Read a column of dates.

    The form that most of the cells have is the form of all: a cell of another form is a mistake.
    Times with an offset from UTC are given in UTC.

    Args:
        cells: texts.
        wanted: the form as of ``strptime``, or None to find it.
        shown: the table, for messages.

    Returns:
        ``2016-07-01T13:00:00``, with microseconds where the column has some and ``Z`` where it is
        in UTC; and which rows are empty, broken or of another form.

    Raises:
        DataError: day and month cannot be told apart.
    """
    import pandas as pd

    cells = cells.str.strip()
    form = wanted or _form_of(cells, shown)
    pieces = [
        _parsed(cells.iloc[start : start + _PIECE], form) for start in range(0, len(cells), _PIECE)
    ]
    moments = pd.concat([moment for moment, _ in pieces]) if pieces else pd.Series(dtype="str")
    zoned = np.concatenate([zone for _, zone in pieces]) if pieces else np.zeros(0, bool)
    broken = moments.isna().to_numpy(copy=True)
    # Some with an offset and some without cannot be put in order.
    most = zoned[~broken].mean() > 0.5 if (~broken).any() else False
    broken |= zoned != most
    return _written(moments, bool(most)), broken


def _parsed(cells: pd.Series[Any], form: str) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Return moments in UTC without a zone, and which cells gave an offset."""
    import pandas as pd

    zoned = cells.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", regex=True).to_numpy().astype(bool)
    if form == _ISO:
        # A mere year or month is a date to ISO 8601; here it is likelier a number.
        cells = cells.where(cells.str.contains(r"^\d{4}-\d\d-\d\d|^\d{8}(?:T\d{4,6})?$"))
    else:
        zoned &= "%z" in form
    try:
        moments = pd.to_datetime(cells, format=form, errors="coerce", utc=True)
    except (ValueError, TypeError):
        return pd.Series(pd.NaT, index=cells.index, dtype="datetime64[us]"), zoned
    return moments.dt.tz_localize(None).astype("datetime64[us]"), zoned


def _written(moments: pd.Series[Any], zoned: bool) -> pd.Series[Any]:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    values = moments.to_numpy()
    known = values[~np.isnat(values)]
    whole = not (known.astype("int64") % 1_000_000).any()
    unit = "s" if whole else "us"
    times = pa.chunked_array(
        [
            pa.array(values[start : start + _PIECE].astype(f"datetime64[{unit}]"))
            for start in range(0, max(1, len(values)), _PIECE)
        ]
    )
    texts = pc.strftime(times, format="%Y-%m-%dT%H:%M:%S" + ("Z" if zoned else ""))
    return pd.Series(texts.to_pandas().array, index=moments.index, dtype="str")


def _form_of(cells: pd.Series[Any], shown: object) -> str:
    """Return the form that most of the cells have, judged by cells from all over the table."""
    step = max(1, len(cells) // _PROBE)
    probe = cells.iloc[::step]
    counts = {form: int(_parsed(probe, form)[0].notna().sum()) for form in _forms(probe)}
    best = max(counts, key=lambda form: counts[form], default=_ISO)
    twin = _twin(best)
    if twin is None or counts.get(twin) != counts[best]:
        return best
    # Not one number above 12 among those looked at: the whole column decides.
    first, second = (_fitting(cells, form) for form in (best, twin))
    if first == second:
        raise DataError("source.day_or_month", path=shown, time=probe.iloc[0])
    return best if first > second else twin


def _twin(form: str) -> str | None:
    """Return the form with day and month the other way round, where both are in use."""
    for day, month in _TWINS.items():
        if day in form:
            return form.replace(day, month)
        if month in form:
            return form.replace(month, day)
    return None


def _forms(probe: pd.Series[Any]) -> list[str]:
    """Return the forms that one of the cells could have; ISO 8601 comes first."""
    tried = probe.iloc[:: max(1, len(probe) // 20)]
    forms = [_ISO, *(day + clock for day in _DAYS for clock in _CLOCKS)]
    return [form for form in forms if _parsed(tried, form)[0].notna().any()]


def _fitting(cells: pd.Series[Any], form: str) -> int:
    """Count the cells of a form."""
    pieces = range(0, len(cells), _PIECE)
    return sum(int(_parsed(cells.iloc[i : i + _PIECE], form)[0].notna().sum()) for i in pieces)
