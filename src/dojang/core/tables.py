"""Predictions as tables: the columns that Parquet and CSV files of predictions have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dojang.core.types import Predictions

if TYPE_CHECKING:
    import pandas as pd

PROBABILITY = "p:"


def to_frame(predictions: Predictions) -> pd.DataFrame:
    """Return one row a sample: id, target, predicted, confidence, fold, ``p:<class>``."""
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
    columns = [f"{PROBABILITY}{name}" for name in predictions.classes]
    probabilities = pd.DataFrame(predictions.probabilities, columns=columns)
    return pd.concat([frame, probabilities], axis=1)


def from_frame(frame: pd.DataFrame, part: str) -> Predictions:
    """Read back what :func:`to_frame` wrote."""
    columns = [c for c in frame.columns if c.startswith(PROBABILITY)]
    classes = tuple(c.removeprefix(PROBABILITY) for c in columns)
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
    )
