"""Checks of the fit: too little learnt, learnt by heart, or learnt well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dojang.analysis.curve.subject import Training
from dojang.analysis.curve.words import finite_epochs, loss, pairs, percent
from dojang.core.check import Check
from dojang.core.types import Finding

LITTLE = 0.5  # skill on the training images below which too little was learnt
VANISHED = 1e-4  # length of a gradient that moves nothing
RISE = 0.10  # share by which the validation loss may rise above its lowest
GAP, RATIO = 0.15, 3.0  # in accuracy, and of the losses, between training and validation


def _underfitting(training: Training) -> Iterator[Finding]:
    end = training.end
    skill = float(training.train_skill[end].mean())
    gap = float((training.train_accuracy[end] - training.valid_accuracy[end]).mean())
    if skill > LITTLE or gap > GAP:
        return
    last = len(training.history) - 1
    evidence = {
        "loss": loss(training.train_loss[-1]), "accuracy": percent(training.train_accuracy[-1]),
        "chance": loss(training.chance_loss), "valid": percent(training.valid_accuracy[-1]),
        "epochs": [training.shown(max(0, last - len(training.history) // 3)), training.shown(last)],
        "curve": "loss", "set": pairs(_larger(training)),
    }  # fmt: skip
    norms = [row.gradient_norm for row in training.history]
    if skill < 0.05 and max(norms) < VANISHED and max(norms) > 0:
        evidence |= {"kind": "vanishing", "norm": f"{max(norms):.1g}"}
    yield UNDERFITTING.finding("warning", (), evidence)


def _larger(training: Training) -> dict[str, object]:
    model, augment = training.recipe.model, training.recipe.augment
    if model.layers is not None:
        return {"model.layers": "null", "model.name": "convnet"}
    changes: dict[str, object] = {}
    if model.name == "convnet":
        changes["model.width"] = 2 * model.width
    elif model.name in ("perceptron", "mlp", "lenet5"):
        changes["model.name"] = "convnet"
    if augment.policy != "none":
        changes["augment.policy"] = "none"
    if model.dropout > 0:
        changes["model.dropout"] = 0.0
    return changes or {"augment.min_area": 1.0}


def _overfitting(training: Training) -> Iterator[Finding]:
    """The validation loss turned and rose while the training loss fell; or the gap is wide."""
    turn = int(np.argmin(training.valid_loss))
    end = float(np.median(training.valid_loss[training.end]))
    rise = end / max(float(training.valid_loss[turn]), 1e-9) - 1
    train, valid = (float(a[training.end].mean()) for a in
                    (training.train_accuracy, training.valid_accuracy))  # fmt: skip
    times = end / max(float(np.median(training.train_loss[training.end])), 1e-9)
    learnt = training.train_loss[-1] < training.train_loss[turn]
    turned = rise > RISE and learnt and train - valid > 0.03
    gap = train - valid > GAP and times > RATIO
    if not (turned or gap):
        return
    last = training.shown(len(training.history) - 1)
    evidence = {
        "train": percent(train), "valid": percent(valid), "times": loss(times), "curve": "loss",
        "epochs": [training.shown(turn), last], "set": pairs(_stronger(training)),
    }  # fmt: skip
    if turned:
        evidence |= {"epoch": training.shown(turn), "rise": percent(rise)}
    else:
        evidence |= {"kind": "gap", "epochs": [training.shown(_opened(training)), last]}
    yield OVERFITTING.finding("warning", (), evidence)


def _opened(training: Training) -> int:
    """The place of the epoch from which on the gap stayed wide."""
    narrow = np.flatnonzero(training.train_accuracy - training.valid_accuracy <= GAP)
    return min(int(narrow[-1]) + 1, len(training.history) - 1) if len(narrow) else 0


def _stronger(training: Training) -> dict[str, object]:
    """The measures that are not taken yet, the strongest first."""
    recipe = training.recipe
    changes: dict[str, object] = {}
    if recipe.augment.policy == "none":
        changes["augment.policy"] = "trivialaugment"
    if recipe.augment.mixup == 0 and recipe.augment.cutmix == 0:
        changes["augment.mixup"] = 0.2
    if isinstance(recipe.optimizer.weight_decay, float) and recipe.optimizer.weight_decay < 0.05:
        changes["optimizer.weight_decay"] = 0.05
    if recipe.loss.name == "cross_entropy" and recipe.loss.label_smoothing == 0:
        changes["loss.label_smoothing"] = 0.1
    return changes or {"model.dropout": 0.3}


def _good(training: Training) -> Iterator[Finding]:
    best = training.best
    yield GOOD_FIT.finding("note", (), {
        "loss": loss(training.valid_loss[best]), "epoch": training.shown(best),
        "valid": percent(training.valid_accuracy[best]),
        "train": percent(training.train_accuracy[best]), "set": [],
        "epochs": [training.shown(best)] * 2, "curve": "loss",
    })  # fmt: skip


UNDERFITTING = Check("CURVE009", "underfitting", finite_epochs, _underfitting)
OVERFITTING = Check("CURVE012", "overfitting", finite_epochs, _overfitting)
GOOD_FIT = Check("CURVE014", "good-fit", finite_epochs, _good)
