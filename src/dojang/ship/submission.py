"""A submission in the shape of a sample: its ids, its columns, its order, nothing missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from dojang.core.errors import DataError, Problem
from dojang.core.i18n import t
from dojang.data.readers import nfc
from dojang.data.sources import read_table
from dojang.ship.predict import Prediction

if TYPE_CHECKING:
    import pandas as pd


def fill_like(
    sample: Path, predictions: Sequence[Prediction], classes: Sequence[str]
) -> pd.DataFrame:
    """Return the table ``sample`` with our answers in it.

    The first column names the images: by path, by file name, or by file name without its ending.
    With one more column, it gets the class; with one column a class, they get probabilities.

    Raises:
        DataError: ids without an image, repeated or ambiguous ids, images that were refused, or
            columns that are neither label nor class.
    """
    frame = read_table(sample)
    names = [str(column) for column in frame.columns]
    if not names or not len(frame):
        raise DataError("like.no_id", path=sample)
    by_class = _class_columns(sample, names[1:], classes)
    chosen = _match([str(v) for v in frame[names[0]]], predictions, sample)
    filled = frame.copy()
    if by_class:
        for column, index in by_class.items():
            filled[column] = [float(p.probabilities[index]) for p in chosen]
    else:
        filled[names[1]] = [classes[p.answer] for p in chosen]
    return filled


def _class_columns(sample: Path, names: list[str], classes: Sequence[str]) -> dict[str, int]:
    """Map columns to class indices; an empty map means a single label column."""
    index = {nfc(name): i for i, name in enumerate(classes)}
    if len(names) == 1 and nfc(names[0]) not in index:
        return {}
    strange = [name for name in names if nfc(name) not in index]
    if strange or not names:
        raise DataError("like.columns", path=sample, names=", ".join(strange) or "—")
    return {name: index[nfc(name)] for name in names}


def _match(ids: list[str], predictions: Sequence[Prediction], sample: Path) -> list:  # type: ignore[type-arg]
    """Find the prediction of each id; all that does not fit goes into one message."""
    known = _by_name(predictions)
    chosen, problems, seen = [], [], set()
    for row, identifier in enumerate(ids, start=2):
        values: dict[str, object] = {"row": row, "id": identifier}
        found = known.get(nfc(identifier), [])
        exact = [p for p in found if nfc(p.id) == nfc(identifier)]
        found = exact or found
        if identifier in seen:
            problems.append(Problem("like.id_twice", values))
        elif not found:
            problems.append(Problem("like.id_missing", values))
        elif len(found) > 1:
            names = ", ".join(p.id for p in found[:3])
            problems.append(Problem("like.ambiguous", values | {"names": names}))
        elif found[0].refusal:
            reason = t(found[0].refusal.reason)
            problems.append(Problem("like.unreadable", values | {"reason": reason}))
        else:
            chosen.append(found[0])
        seen.add(identifier)
    if problems:
        raise DataError("like.mismatch", path=sample, problems=problems)
    return chosen


def _by_name(predictions: Sequence[Prediction]) -> dict[str, list[Prediction]]:
    known: dict[str, list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        path = PurePosixPath(nfc(prediction.id))
        for name in {str(path), path.name, path.stem}:
            known[name].append(prediction)
    return known
