"""What is wrong among the predictions of a part: how many, how sure, where, and whose fault."""

from __future__ import annotations

from dataclasses import dataclass

from dojang.analysis.labels import suspects
from dojang.analysis.report.files import RunFiles
from dojang.core.store import read_parquet
from dojang.core.tables import from_frame
from dojang.core.types import Evaluation

SURE = 0.9  # a wrong answer given with more than this was given with confidence


@dataclass(frozen=True)
class Errors:
    """The wrong answers of a part.

    Attributes:
        n: predictions.
        wrong: of them wrong.
        sure: of the wrong ones given with a confidence above ``SURE``.
        suspects: labels that are more likely wrong than right.
    """

    n: int
    wrong: int
    sure: int
    suspects: int


@dataclass(frozen=True)
class Weakest:
    """The class with the lowest F1, by what it lacks more.

    Attributes:
        lacks: recall where it is missed, precision where others are taken for it.
        value: that share, with its 95 % interval ``low`` to ``high``; NaN where it is not known.
        n: what it is a share of: images of the class, or answers that name it.
        other: the class that it is taken for most, or that is taken for it; "" where there is none.
        stands_out: whether the whole interval lies below the accuracy over all classes.
    """

    name: str
    lacks: str
    value: float
    low: float
    high: float
    n: int
    other: str
    stands_out: bool


def count_errors(files: RunFiles, part: str) -> Errors | None:
    """Count what is wrong in a part; None where its predictions were not kept.

    Raises:
        RunError: the predictions cannot be read.
    """
    path = files.folder.predictions(part)
    if not path.is_file():
        return None
    predictions = from_frame(read_parquet(path), part)
    wrong = (predictions.targets >= 0) & (predictions.predicted != predictions.targets)
    sure = wrong & (predictions.confidence > SURE)
    return Errors(len(predictions), int(wrong.sum()), int(sure.sum()), len(suspects(predictions)))


def weakest_class(scored: Evaluation) -> Weakest | None:
    """Return the class with the lowest F1 of those that have images, or None where none has."""
    known = [(i, c) for i, c in enumerate(scored.per_class) if c.support]
    if len(known) < 2:
        return None
    place, entry = min(known, key=lambda pair: (pair[1].f1, pair[1].name))
    lacks = "precision" if entry.precision < entry.recall else "recall"
    row = [line[place] for line in scored.confusion] if lacks == "precision" else list(
        scored.confusion[place]
    )  # fmt: skip
    others = {scored.per_class[i].name: count for i, count in enumerate(row) if i != place}
    most = max(others, key=lambda name: others[name])
    score = entry.scores[lacks]
    overall = scored.metrics["accuracy"].value if "accuracy" in scored.metrics else float("nan")
    return Weakest(
        entry.name, lacks, score.value, score.low, score.high, sum(row),
        most if others[most] else "", score.high < overall,
    )  # fmt: skip
