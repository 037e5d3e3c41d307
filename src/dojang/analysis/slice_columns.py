"""What is known of each image, by which slices are cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dojang.analysis.slices import Column
from dojang.core.store import RunFolder, read_parquet

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = ("brightness", "contrast", "saturation", "sharpness")
META = "meta:"


def columns_of(folder: RunFolder, ids: Sequence[str], samples: pd.DataFrame) -> dict[str, Column]:
    """Return what is known of each image, ``(n,)`` each: size, file, light, and the table's own
    columns.

    Args:
        samples: of the manifest.
    """
    frame = samples.set_index("id").loc[list(ids)]
    found: dict[str, Column] = {
        "pixels": (frame["width"] * frame["height"]).to_numpy(np.float64),
        "aspect": (frame["width"] / np.maximum(frame["height"], 1)).to_numpy(np.float64),
        "bytes": frame["bytes"].to_numpy(np.float64),
        "mode": frame["mode"].to_numpy(object),
    }
    if folder.measures.is_file():  # older runs do not have it
        measures = read_parquet(folder.measures).set_index("id").reindex(list(ids))
        found |= {name: measures[name].to_numpy(np.float64) for name in LOOKED_AT}
    for name in frame.columns:
        if str(name).startswith(META):
            found[str(name)] = _numbers_or_words(frame[name])
    return found


def _numbers_or_words(column: pd.Series[str]) -> Column:
    """Columns of a table are kept as text; one that holds numbers alone is read as such."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().sum() == column.notna().sum():
        return numbers.to_numpy(np.float64)
    return column.to_numpy(object)
