"""All scores of predictions at once, each with its interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import ClassScore, Evaluation, Predictions, Score
from dojang.objectives.intervals import SHARE, scores, spread
from dojang.objectives.metrics import Scorer, scorer
from dojang.objectives.resampling import Design

Whole = NDArray[np.int64]


def evaluate(predictions: Predictions, groups: Whole | None = None, seed: int = 0) -> Evaluation:
    """Score predictions whose targets are all known.

    Args:
        groups: index of the group of each sample, ``(n,)``, or None where they are independent.
        seed: seed of the resampling.
    """
    targets, answers = predictions.targets, predictions.predicted
    classes = len(predictions.classes)
    design = Design(len(predictions), targets, groups)
    found = scorer(predictions)
    every = scores(
        spread(found.values, design, seed), _bounds(found, classes), _units(found, design, answers)
    )
    heads = len(found.metrics)
    table = np.bincount(targets * classes + answers, minlength=classes * classes)
    return Evaluation(
        part=predictions.part,
        n=len(predictions),
        metrics={m.name: s for m, s in zip(found.metrics, every[:heads], strict=True)},
        per_class=_per_class(predictions, found.of_classes, every[heads:]),
        confusion=tuple(tuple(row) for row in table.reshape(classes, classes).tolist()),
        units=design.units,
    )


def _bounds(found: Scorer, classes: int) -> list[tuple[float, float]]:
    return [m.bounds for m in found.metrics] + [SHARE] * (len(found.of_classes) * classes)


def _units(found: Scorer, design: Design, answers: Whole) -> list[int]:
    """Return how many units each score is of; groups are taken to be alike in size."""
    assert design.strata is not None
    support = np.bincount(design.strata, minlength=found.classes)
    answered = np.bincount(answers, minlength=found.classes)
    rest = design.n - support
    of_class = {"precision": answered, "recall": support, "f1": np.minimum(answered, support)}
    per_unit = design.n / max(1, design.units)
    units = [design.units] * len(found.metrics)
    for name in found.of_classes:
        samples = of_class.get(name, np.minimum(support, rest))
        units += [max(1, round(count / per_unit)) for count in samples.tolist()]
    return units


def _per_class(
    predictions: Predictions, names: tuple[str, ...], found: list[Score]
) -> tuple[ClassScore, ...]:
    classes = predictions.classes
    support = np.bincount(predictions.targets, minlength=len(classes)).tolist()
    return tuple(
        ClassScore(label, support[i], {n: found[k * len(classes) + i] for k, n in enumerate(names)})
        for i, label in enumerate(classes)
    )
