"""Predictions straight from Parquet into numpy columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.app.web.answers import Answers
from dojang.app.web.files import check_table
from dojang.core.errors import RunError
from dojang.core.store import RunFolder
from dojang.core.tables import PROBABILITY
from dojang.core.types import Predictions


def read_answers(folder: RunFolder, part: str, size: int) -> Answers:
    """Read predictions; without frames in between, since the first page waits for this.

    Raises:
        RunError: the file is broken or too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder.predictions(part)
    try:
        names = check_table(path, size)
        shares = [name for name in names if name.startswith(PROBABILITY)]
        table = pq.read_table(path, columns=["id", "target", "predicted", "fold", *shares])
        said = _predictions(table, shares, part)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, MemoryError) as error:
        raise RunError("run.broken", path=path, reason=error) from error
    return Answers(said, folder.manifest)


def _predictions(table: Any, shares: list[str], part: str) -> Predictions:
    """Return the same as :func:`dojang.core.tables.from_frame`; raises ValueError for what would
    not make sense."""
    classes = tuple(name.removeprefix(PROBABILITY) for name in shares)
    ids = tuple(table.column("id").to_pylist())
    values = [table.column(name).to_numpy().astype(np.float32) for name in shares]
    probabilities = np.stack(values, axis=1) if values else np.empty((len(ids), 0), np.float32)
    targets, answers = (_index(table.column(name), classes) for name in ("target", "predicted"))
    if not classes or not all(isinstance(name, str) for name in ids):
        raise ValueError("p:, id")
    if (answers < 0).any() or not np.isfinite(probabilities).all():
        raise ValueError("predicted, p:")
    moved = len(ids) > 0 and bool((answers != probabilities.argmax(axis=1)).any())
    fold = table.column("fold").to_numpy().astype(np.int64)
    return Predictions(ids, probabilities, classes, targets, part, fold, answers if moved else None)


def _index(column: Any, classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the index of each class name, ``(n,)``; −1 for none and for names that are none."""
    coded = column.combine_chunks().dictionary_encode()
    if hasattr(coded, "num_chunks"):
        coded = coded.combine_chunks()
    known = {name: i for i, name in enumerate(classes)}
    places = [known.get(name, -1) for name in coded.dictionary.to_pylist()]
    numbers = np.array([*places, -1], dtype=np.int64)
    codes = coded.indices.fill_null(len(places)).to_numpy().astype(np.int64)
    return np.asarray(numbers[codes])
