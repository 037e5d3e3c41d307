"""Checks of what the curve is measured on: leaks, wrong labels, too few validation images."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from dojang.analysis.curve.subject import Training
from dojang.analysis.curve.words import any_epoch, finite_epochs, pairs, percent
from dojang.analysis.noise import estimate_noise
from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding, Severity

MUCH = 0.02  # share of validation images with a twin from which on a score is in doubt
EASIER, FEW = 0.10, 100  # by so much validation may be easier, on so many images
NOISE, SURE_NOISE = 0.15, 0.05  # estimated share of wrong labels, and the low end of its interval
LARGE = 0.06  # half of the interval of the validation accuracy
_Z = 2.5758  # 99 %: chance must not accuse


def _leak(training: Training) -> Iterator[Finding]:
    """Copies that stand in both parts; or validation images that are easier than those learnt."""
    n = int(training.valid.sum())
    changes = {"split.kind": "holdout", "data.near_duplicates": "group"}
    if training.twins:
        share = len(training.twins) / max(1, n)
        severity: Severity = "error" if share >= MUCH else "note"
        files = [name for pair in training.twins for name in pair]
        kind = {} if share >= MUCH else {"kind": "few"}
        yield LEAK.finding(severity, files, kind | {
            "count": len(training.twins), "n": n, "percent": percent(share, 1),
            "example": " = ".join(training.twins[0]), "set": pairs(changes),
        })  # fmt: skip
    elif n >= FEW and training.finite and training.history:
        end = training.end
        valid, train = (float(a[end].mean()) for a in
                        (training.valid_accuracy, training.train_accuracy))  # fmt: skip
        skill = float((training.valid_skill[end] - training.train_skill[end]).mean())
        error = math.sqrt(2 * max(train * (1 - train), 1 / n) / min(n, 1000))
        if valid - train > EASIER + _Z * error and skill > EASIER:
            yield LEAK.finding("warning", (), {
                "kind": "easier", "valid": percent(valid, 1), "train": percent(train, 1),
                "epochs": [training.shown(len(training.history) - 1)] * 2, "curve": "accuracy",
                "set": pairs(changes),
            })  # fmt: skip


def _predictions(training: Training) -> Problem | None:
    problem = finite_epochs(training)
    if problem is None and training.probabilities is None:
        return Problem("curve.na.no_predictions")
    return problem


def _labels(training: Training) -> Iterator[Finding]:
    """No better than chance on held-out images while the training images are learnt; or a share of
    wrong labels by the mixture of :mod:`dojang.analysis.noise`."""
    assert training.targets is not None and training.probabilities is not None
    n, chance = int(training.valid.sum()), training.chance_accuracy
    train = float(training.train_accuracy[-1])
    spread = math.sqrt(chance * (1 - chance))
    by_chance = chance + _Z * spread / math.sqrt(max(1, n))
    learnt = train > chance + _Z * spread / math.sqrt(max(1, min(n, 1000)))
    skill = float(training.train_skill[training.end].mean())
    ahead = skill > max(0.0, float(training.valid_skill[-1]))
    last = training.shown(len(training.history) - 1)
    blind = training.valid_accuracy.max() <= by_chance and not _tells_apart(training)
    if blind and ((learnt and ahead) or _able(training)):
        yield LABEL_NOISE.finding("warning", (), {
            "kind": "chance" if learnt else "nothing", "train": percent(train, 1),
            "valid": percent(training.valid_accuracy[-1], 1), "chance": percent(chance, 1),
            "parameters": f"{training.parameters:,}", "n": int(training.train.sum()),
            "epochs": [training.shown(0), last], "curve": "accuracy", "level": chance, "set": [],
        })  # fmt: skip
        return
    if training.valid_skill.max() <= 0 or training.probabilities.shape[1] < 2:
        return
    share = estimate_noise(training.targets, training.probabilities.astype(np.float64)).share
    if share.value >= NOISE and share.low >= SURE_NOISE:
        yield LABEL_NOISE.finding("warning", (), {
            "percent": percent(share.value), "low": percent(share.low),
            "high": percent(share.high), "epochs": [training.shown(training.best)] * 2,
            "curve": "accuracy", "set": pairs({"loss.label_smoothing": 0.1}),
        })  # fmt: skip


def _tells_apart(training: Training) -> bool:
    """Is the mean recall surely above chance? With uneven classes a good model may be right less
    often than one that always answers with the largest class."""
    assert training.targets is not None and training.probabilities is not None
    right = training.probabilities.argmax(axis=1) == training.targets
    every = [right[training.targets == label] for label in np.unique(training.targets)]
    # One more of each kind, so that a class of a single image is not sure of itself.
    recalls = [(r.sum() + 1, len(r) + 2) for r in every]
    mean = float(np.mean([a / b for a, b in recalls]))
    error = math.sqrt(sum(a / b * (1 - a / b) / b for a, b in recalls)) / len(every)
    return len(every) > 1 and mean > 1 / len(every) + _Z * error


def _able(training: Training) -> bool:
    """Could the network learn the training images by heart, at a rate that moves it?"""
    rate = float(training.rates.max())
    moved = not training.usual_rate or 0.1 <= rate / training.usual_rate <= 8
    return moved and training.parameters >= int(training.train.sum())


def _small_validation(training: Training) -> Iterator[Finding]:
    width = training.half_width
    if width <= LARGE:
        return
    moves = np.abs(np.diff(training.valid_accuracy[training.end]))
    folds = {"split.kind": "kfold", "split.folds": 5}
    yield NOISY_VALIDATION.finding("warning", (), {
        "n": int(training.valid.sum()), "width": percent(width, 1),
        "moved": percent(float(moves.max()) if len(moves) else 0.0, 1), "set": pairs(folds),
        "epochs": [training.shown(0), training.shown(len(training.history) - 1)],
        "curve": "accuracy", "half_width": width,
    })  # fmt: skip


LEAK = Check("CURVE002", "leak-suspected", any_epoch, _leak)
LABEL_NOISE = Check("CURVE008", "label-noise", _predictions, _labels)
NOISY_VALIDATION = Check("CURVE011", "noisy-validation", finite_epochs, _small_validation)
