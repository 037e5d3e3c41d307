"""Checks of the numbers inside: lost ones, exploding gradients, dead units, norms of few images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dojang.analysis.curve.subject import Training
from dojang.analysis.curve.words import any_epoch, pairs, percent
from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding, Severity

LONG = 50.0  # a first gradient beyond this; healthy networks begin with 0.1 to 10
LEAP = 300.0  # times the median of the epochs is what a later gradient explodes at
DEAD, DEAD_THERE, FEW_UNITS = 0.15, 0.5, 8  # share of all units; of one layer of so many at least
TINY, SMALL = 4, 8  # images that a batch norm sees: worth a warning, worth a note
_LOST = ("pixels", "weights", "loss", "gradient")


def _always(training: Training) -> Problem | None:
    return None


def _diverged(training: Training) -> Iterator[Finding]:
    """Numbers that were lost for good are an error; those that a rollback mended are a note."""
    lost = [fault for fault in training.faults if fault.kind in _LOST]
    gentler = _gentler(training)
    if not training.finite:
        bad = [i for i, v in enumerate(training.train_loss + training.valid_loss)
               if not np.isfinite(v)]  # fmt: skip
        epoch = lost[0].epoch + 1 if lost else training.shown(bad[0])
        evidence = {"kind": lost[-1].kind if lost else "loss", "epoch": epoch}
        yield DIVERGED.finding("error", (), evidence | {"set": gentler, "epochs": [epoch, epoch]})
    elif lost:
        epoch = lost[0].epoch + 1
        evidence = {"kind": "recovered", "epoch": epoch, "times": len(lost)}
        yield DIVERGED.finding("note", (), evidence | {"set": gentler, "epochs": [epoch, epoch]})


def _gentler(training: Training) -> list[str]:
    """A tenth of the rate, a gradient of length 1 at the most, and a warm-up."""
    rate = training.recipe.optimizer.lr
    changes: dict[str, object] = {"train.clip_norm": 1.0}
    if isinstance(rate, float):
        changes["optimizer.lr"] = rate / 10
    return pairs(changes)


def _exploding(training: Training) -> Iterator[Finding]:
    firsts = training.history[0].gradient_first
    norms = np.array([row.gradient_norm for row in training.history])
    peaks = np.array([row.gradient_peak for row in training.history])
    finite = np.where(np.isfinite(peaks), peaks, 0.0)
    worst = int(finite.argmax())
    median = float(np.median(np.where(np.isfinite(norms), norms, finite.max())))
    evidence = {
        "first": _length(firsts), "peak": _length(finite[worst]), "curve": "gradient",
        "epochs": [training.shown(worst)] * 2, "set": pairs({"train.clip_norm": 1.0}),
    }  # fmt: skip
    if firsts > LONG:
        yield EXPLODING.finding("warning", (), evidence)
    elif finite[worst] > LONG and finite[worst] > LEAP * max(median, 1e-6):
        times = round(finite[worst] / max(median, 1e-6))
        more = {"kind": "later", "epoch": training.shown(worst), "times": times}
        yield EXPLODING.finding("warning", (), evidence | more)


def _length(norm: float) -> str:
    return f"{float(f'{norm:.3g}'):,.0f}" if norm >= 100 else f"{norm:.3g}"


def _units(training: Training) -> Problem | None:
    return None if training.units else Problem("curve.na.no_units")


def _dead(training: Training) -> Iterator[Finding]:
    units = sum(layer["units"] for layer in training.units)
    dead = sum(layer["dead"] for layer in training.units)
    worst = max(training.units, key=lambda layer: layer["dead"] / max(1, layer["units"]))
    there = worst["dead"] / max(1, worst["units"]) if worst["units"] >= FEW_UNITS else 0.0
    if dead / max(1, units) < DEAD and there < DEAD_THERE:
        return
    rate = training.recipe.optimizer.lr
    lower: dict[str, object] = {"optimizer.lr": rate / 3} if isinstance(rate, float) else {}
    if training.recipe.model.weights is not None:
        lower["model.weights"] = "null"
    yield DEAD_UNITS.finding("warning", (), {
        "dead": dead, "units": units, "percent": percent(dead / units), "layer": worst["name"],
        "dead_there": worst["dead"], "units_there": worst["units"], "set": pairs(lower),
    })  # fmt: skip


def _norms(training: Training) -> Problem | None:
    return None if training.norms else Problem("curve.na.no_norms")


def _small_batch(training: Training) -> Iterator[Finding]:
    train = training.recipe.train
    if not isinstance(train.batch_size, int):
        return
    batch = max(1, train.batch_size // train.accumulate)
    if batch > SMALL:
        return
    changes: dict[str, object] = {"train.batch_size": 32, "optimizer.lr": "auto"}
    changes |= {"train.accumulate": 1} if train.accumulate > 1 else {}
    severity: Severity = "warning" if batch <= TINY else "note"
    yield SMALL_BATCH.finding(severity, (), {"batch": batch, "set": pairs(changes)})


DIVERGED = Check("CURVE001", "diverged", _always, _diverged)
SMALL_BATCH = Check("CURVE003", "small-batch-norm", _norms, _small_batch)
EXPLODING = Check("CURVE004", "exploding-gradients", any_epoch, _exploding)
DEAD_UNITS = Check("CURVE005", "dead-units", _units, _dead)
