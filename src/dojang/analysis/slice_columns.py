"""What is known of each image, by which slices are cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dojang.analysis.slices import Column
from dojang.core.errors import RunError
from dojang.core.store import RunFolder, read_parquet

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = ("brightness", "contrast", "saturation", "sharpness")
META = "meta:"
# Which columns of the manifest one column is made of; any other is made of itself.
MADE_OF = {"pixels": ("width", "height"), "aspect": ("width", "height")}


def columns_of(folder: RunFolder, ids: Sequence[str], samples: pd.DataFrame) -> dict[str, Column]:
    """Return what is known of each image, ``(n,)`` each: size, file, light, and the table's own
    columns.

    Args:
        samples: of the manifest.
    """
    frame = samples.set_index("id").loc[list(ids)]
    found = {name: _of_file(frame, name) for name in ("pixels", "aspect", "bytes", "mode")}
    if folder.measures.is_file():  # older runs do not have it
        measures = read_parquet(folder.measures).set_index("id").reindex(list(ids))
        found |= {name: measures[name].to_numpy(np.float64) for name in LOOKED_AT}
    for name in frame.columns:
        if str(name).startswith(META):
            found[str(name)] = _of_file(frame, str(name))
    return found


def column_of(folder: RunFolder, ids: Sequence[str], name: str) -> Column:
    """Return one of the columns of :func:`columns_of` without reading the others.

    Raises:
        RunError: a file is missing or broken, or has no such column or image.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder.measures if name in LOOKED_AT else folder.manifest
    try:
        table = pq.read_table(path, columns=["id", *MADE_OF.get(name, (name,))])
        known = table.column("id").combine_chunks()
        places = pc.index_in(pa.array(ids, known.type), value_set=known)
        if name not in LOOKED_AT and places.null_count:
            raise KeyError("id")
        frame = table.take(places).to_pandas()
    except (OSError, pa.ArrowException, KeyError) as error:
        raise RunError("run.broken", path=path, reason=error) from error
    return frame[name].to_numpy(np.float64) if name in LOOKED_AT else _of_file(frame, name)


def _of_file(frame: pd.DataFrame, name: str) -> Column:
    """Return one column of the manifest, ``(n,)``."""
    if name == "pixels":
        return (frame["width"] * frame["height"]).to_numpy(np.float64)
    if name == "aspect":
        return (frame["width"] / np.maximum(frame["height"], 1)).to_numpy(np.float64)
    if name == "bytes":
        return frame["bytes"].to_numpy(np.float64)
    return frame["mode"].to_numpy(object) if name == "mode" else _numbers_or_words(frame[name])


def _numbers_or_words(column: pd.Series[str]) -> Column:
    """Columns of a table are kept as text; one that holds numbers alone is read as such."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().sum() == column.notna().sum():
        return numbers.to_numpy(np.float64)
    return column.to_numpy(object)
