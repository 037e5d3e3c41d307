"""A CSV or Parquet file with every cell as text, read in pieces so that millions of rows fit."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dojang.core.errors import DataError, Problem
from dojang.core.tables import plain_cells
from dojang.data.sources.container import Container
from dojang.data.sources.problems import KEPT
from dojang.data.sources.text_file import Opener, encoding_of, open_text, open_utf8

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

PIECE = 100_000  # rows
HEAD = 1000
_PARQUET = (".parquet", ".pq")
_SKIPPED = re.compile(r"line (\d+): expected (\d+) fields, saw (\d+)")
SEPARATORS = (",", "\t", ";", "|")


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file with every cell as text. The index counts rows as a spreadsheet
    does: the header is row 1. A cell that :func:`dojang.core.tables.safe_csv` made harmless gets
    its first spelling back.

    Raises:
        DataError: the file is broken, in no known encoding, or has rows longer than its header.
    """
    return _read(str(path), path.name, lambda: path.open("rb"))


def read_member(container: Container, name: str, head: bool = False) -> pd.DataFrame:
    """Do as :func:`read_table` does with a table in a folder or archive.

    Args:
        head: only the first thousand rows or so are wanted.
    """
    local = container.local(name)
    if local is not None:
        return _read(str(local), name, lambda: local.open("rb"), head)
    data = container.read(name)
    return _read(f"{container.path}/{name}", name, lambda: io.BytesIO(data), head)


def _read(shown: str, name: str, open_: Opener, head: bool = False) -> pd.DataFrame:
    try:
        parquet = name.lower().endswith(_PARQUET)
        frame = _read_parquet(open_, head) if parquet else _read_csv(shown, open_, head)
    except DataError:
        raise
    except Exception as error:  # pandas and pyarrow raise errors of many classes on broken files
        raise DataError(
            "data.broken_table", path=shown, reason=" ".join(str(error).split())
        ) from error
    frame.columns = plain_cells([str(name) for name in frame.columns])
    again = frame.columns.duplicated()
    return frame.loc[:, ~again] if again.any() else frame


def _read_csv(shown: str, open_: Opener, head: bool) -> pd.DataFrame:
    """Read all rows alike, the header too: so pandas neither takes a column for an index where
    rows are longer than the header, nor leaves empty rows uncounted."""
    encoding = encoding_of(open_)
    with open_text(open_, encoding) as file:
        separator = separator_of(file.readline())
    pieces: list[pd.DataFrame] = []
    skipped = _Skipped()
    with open_utf8(open_, encoding) as file, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for piece in _pieces(file, separator, HEAD if head else PIECE):
            skipped.take(said)
            pieces.append(_compact(piece))
            if head:
                break
        skipped.take(said)
    if skipped.count and not head:
        raise DataError(
            "source.long_rows", path=shown, problems=skipped.problems, total=skipped.count,
            count=skipped.count,
        )  # fmt: skip
    pieces = [piece for piece in pieces if len(piece)]
    if not pieces:
        raise ValueError("there is nothing in it")
    names = pieces[0].iloc[0].tolist()
    pieces[0] = pieces[0].iloc[1:]
    return _joined(pieces).set_axis(names, axis=1)


def _pieces(file: BinaryIO, separator: str, rows: int) -> Iterator[pd.DataFrame]:
    import pandas as pd

    yield from pd.read_csv(
        file,
        sep=separator,
        header=None,
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
        on_bad_lines="warn",
        chunksize=rows,
    )


def _compact(piece: pd.DataFrame) -> pd.DataFrame:
    """Drop empty rows, mend cells; texts lie side by side in memory, not as objects."""
    piece = piece.fillna("")
    piece.index = piece.index + 1
    filled = (piece != "").any(axis=1)
    kept = piece if filled.all() else piece[filled]
    return _mended(kept)


def _mended(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: plain_cells(frame[name]) for name in frame}, frame.index)


def _joined(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(pieces) if len(pieces) > 1 else pieces[0]


class _Skipped:
    """Rows longer than the header: pandas leaves them out and says so in a warning."""

    def __init__(self) -> None:
        self.count = 0
        self.problems: list[Problem] = []

    def take(self, said: list[warnings.WarningMessage]) -> None:
        for warning in said:
            for row, expected, found in _SKIPPED.findall(str(warning.message)):
                self.count += 1
                if len(self.problems) < KEPT:
                    values = {"row": row, "cells": found, "columns": expected}
                    self.problems.append(Problem("source.row_long", values))
        said.clear()


def _read_parquet(open_: Opener, head: bool) -> pd.DataFrame:
    import pandas as pd
    import pyarrow.parquet as pq

    with open_() as stream:
        file = pq.ParquetFile(stream)
        batches = file.iter_batches(HEAD if head else PIECE)
        pieces = [_as_text(batch) for batch in (islice(batches, 1) if head else batches)]
        empty = {name: pd.Series(dtype="str") for name in file.schema_arrow.names}
    frame = _joined(pieces) if pieces else pd.DataFrame(empty)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def _as_text(batch: pa.RecordBatch) -> pd.DataFrame:
    """Turn a piece into text. Nullable types: a column of integers with a gap does not become
    1.0, 2.0 …"""
    import pyarrow as pa

    batch.validate(full=True)  # finds text that is no UTF-8
    frame = pa.Table.from_batches([batch]).to_pandas(
        types_mapper=_nullable().get, ignore_metadata=True
    )
    return _mended(frame.astype("string").fillna("").astype("str"))


def _nullable() -> dict[pa.DataType, Any]:
    import pandas as pd
    import pyarrow as pa

    return {
        pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt8Dtype(), pa.uint16(): pd.UInt16Dtype(),
        pa.uint32(): pd.UInt32Dtype(), pa.uint64(): pd.UInt64Dtype(),
        pa.bool_(): pd.BooleanDtype(), pa.float32(): pd.Float32Dtype(),
        pa.float64(): pd.Float64Dtype(), pa.string(): pd.StringDtype(),
        pa.large_string(): pd.StringDtype(),
    }  # fmt: skip


def separator_of(header: str) -> str:
    """Return what parts the cells of a header: comma, tab, semicolon or bar."""
    counts = ((header.count(s), s) for s in SEPARATORS)
    best, separator = max(counts, key=lambda pair: pair[0])
    return separator if best else csv.excel.delimiter
