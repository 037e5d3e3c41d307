"""Predictions as tables, and CSV that no spreadsheet takes for formulas.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break may run as a formula
when somebody opens the file. Such a text gets an apostrophe in front, as OWASP advises (CSV
Injection); a number such as −1.5 stays a number. A text that begins with apostrophes and then such
a character gets one more, so that :func:`plain_cells` gives every text back as it was.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from dojang.core.types import Predictions

if TYPE_CHECKING:
    import pandas as pd

PROBABILITY, RAW = "p:", "raw:"
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_QUOTED = r"^'+[=+\-@\t\r\n＝＋－＠]"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
Cells = TypeVar("Cells", list[str], "pd.Series[Any]")


def safe_csv(frame: pd.DataFrame) -> str:
    """Return ``frame`` as CSV without its index; no cell and no name of a column is a formula."""
    import pandas as pd

    safe = frame.copy()
    safe.columns = pd.Index([safe_cell(str(name)) for name in frame.columns])
    returns = any("\r" in name for name in safe.columns)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        cells = [safe_cell(cell) for cell in column.astype(object)]
        returns = returns or any(isinstance(cell, str) and "\r" in cell for cell in cells)
        safe.isetitem(place, pd.array(cells, dtype=object))
    # A lone carriage return is not quoted by default, and what follows it would begin a row.
    if returns:
        return str(safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC))
    return str(safe.to_csv(index=False))


def safe_cell(value: Any) -> Any:
    """Return a text with an apostrophe in front where a spreadsheet would run it."""
    if not isinstance(value, str) or not _FORMULA.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def plain_cells(cells: Cells) -> Cells:
    """Undo :func:`safe_cell`: what was written by :func:`safe_csv` is read back as it was."""
    if isinstance(cells, list):
        pattern = re.compile(_QUOTED)
        return [cell[1:] if pattern.match(cell) else cell for cell in cells]
    if not cells.str.startswith("'").any():
        return cells
    quoted = cells.str.match(_QUOTED)
    return cells.where(~quoted, cells.str[1:])


def to_frame(predictions: Predictions) -> pd.DataFrame:
    """Return one row a sample: id, target, predicted, confidence, fold, whether the answer is given
    where some are held back, ``p:<class>``, and ``raw:<class>`` where these were calibrated."""
    import pandas as pd

    names = [*predictions.classes, None]  # a target of −1 picks the last: not known
    frame = pd.DataFrame(
        {
            "id": list(predictions.ids),
            "target": [names[i] for i in predictions.targets],
            "predicted": [names[i] for i in predictions.predicted],
            "confidence": predictions.confidence,
            "fold": predictions.fold,
        }
    )
    if predictions.accepted is not None:
        frame["accepted"] = predictions.accepted
    parts = [frame]
    for prefix, values in ((PROBABILITY, predictions.probabilities), (RAW, predictions.raw)):
        if values is not None:
            columns = [f"{prefix}{name}" for name in predictions.classes]
            parts.append(pd.DataFrame(values, columns=columns))
    return pd.concat(parts, axis=1)


def from_frame(frame: pd.DataFrame, part: str) -> Predictions:
    """Read back what :func:`to_frame` wrote."""
    columns = [c for c in frame.columns if c.startswith(PROBABILITY)]
    classes = tuple(c.removeprefix(PROBABILITY) for c in columns)
    raw = [f"{RAW}{name}" for name in classes]
    index = {name: i for i, name in enumerate(classes)}
    probabilities = frame[columns].to_numpy(np.float32)
    answers = np.array([index.get(name, -1) for name in frame["predicted"]], dtype=np.int64)
    # Thresholds were at work where another class than the most probable one is the answer.
    moved = bool((answers != probabilities.argmax(axis=1)).any()) if len(answers) else False
    return Predictions(
        ids=tuple(frame["id"]),
        probabilities=probabilities,
        classes=classes,
        targets=np.array([index.get(name, -1) for name in frame["target"]], dtype=np.int64),
        part=part,
        fold=frame["fold"].to_numpy(np.int64),
        decided=answers if moved else None,
        accepted=frame["accepted"].to_numpy(bool) if "accepted" in frame else None,
        raw=frame[raw].to_numpy(np.float32) if set(raw) <= set(frame.columns) else None,
    )
