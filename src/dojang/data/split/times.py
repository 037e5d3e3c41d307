"""The split by time: learn from the oldest, judge by the newest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem
from dojang.core.types import Manifest
from dojang.data.split.units import Ints, Units


@dataclass(frozen=True)
class Timeline:
    """Units in time.

    Attributes:
        unit: time of the newest sample of each unit in microseconds, shape ``(U,)``.
        sample: time of each sample, shape ``(n,)``.
    """

    unit: Ints
    sample: Ints


def timeline(units: Units, manifest: Manifest) -> Timeline:
    """Read the column ``time``.

    Raises:
        DataError: there is no such column, or a time is missing or cannot be read.
    """
    import pandas as pd

    frame = manifest.samples
    if "time" not in frame or not frame["time"].notna().any():
        raise DataError("split.no_time")
    read = pd.to_datetime(frame["time"], utc=True, format="ISO8601", errors="coerce")
    if read.isna().any():
        rows = frame[read.isna()].sort_values("id")
        problems = [
            Problem(
                "split.bad_time", {"name": name, "time": time if isinstance(time, str) else "–"}
            )
            for name, time in zip(rows["id"].tolist(), rows["time"].tolist(), strict=True)
        ]
        raise DataError("split.bad_times", count=len(problems), problems=problems)
    sample: Ints = read.dt.as_unit("us").to_numpy("datetime64[us]").astype(np.int64)
    newest = np.full(len(units), np.iinfo(np.int64).min)
    np.maximum.at(newest, units.of, sample)
    return Timeline(newest, sample)


def cut(times: Ints, sizes: Ints, shares: NDArray[np.float64]) -> Ints:
    """Number the part of each unit: the oldest 0, equal times alike, sizes next to ``shares``.

    Args:
        times: time of each unit, shape ``(U,)``.
        sizes: samples of each unit, shape ``(U,)``.
        shares: shares of the parts from the oldest to the newest; they sum to 1.

    Raises:
        DataError: there are fewer different times than parts.
    """
    moments, place = np.unique(times, return_inverse=True)
    if len(moments) < len(shares):
        raise DataError("split.few_times", times=len(moments), parts=len(shares))
    filled = np.cumsum(np.bincount(place, sizes))
    borders: list[int] = []
    for number, share in enumerate(np.cumsum(shares)[:-1].tolist()):
        first = borders[-1] + 1 if borders else 1
        last = len(moments) - (len(shares) - 1 - number)  # leave a moment to each part behind
        options = filled[first - 1 : last]
        borders.append(first + int(np.abs(options - share * filled[-1]).argmin()))
    return np.searchsorted(np.array(borders), place, side="right")


def as_text(microseconds: int) -> str:
    """Write a time as ISO 8601 in UTC."""
    return str(np.datetime64(int(microseconds), "us")).removesuffix(".000000")
