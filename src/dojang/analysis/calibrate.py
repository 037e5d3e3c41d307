"""Probabilities that mean what they say: scaling, and the diagram that shows it.

A network that is trained until it is nearly always right on its training images is surer than it
may be. Scaling its log-probabilities mends that without a new training (Guo et al. 2017): one
temperature for all, or a factor and a shift for each class. Both are fitted on validation or
out-of-fold predictions, never on the test part, and what they gain is measured by cross-fitting:
each sample is scaled by numbers that were fitted without it.

Legend: n samples, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.decision import Floats, log_probabilities, scaled
from dojang.core.errors import DataError
from dojang.core.types import Predictions, Score
from dojang.objectives.intervals import ANY, interval
from dojang.objectives.resampling import Design
from dojang.objectives.scores import calibration_bins, log_losses
from dojang.objectives.tallies import ratio

Kind = Literal["none", "temperature", "vector"]
KINDS: tuple[Kind, ...] = ("none", "temperature", "vector")
WIDEST = 4.0  # a temperature is between e^-4 and e^4
DIAGRAM_BINS = 10
# Vector scaling has 2·C numbers. They are held near one temperature and no shift, as if they had a
# normal prior of these widths; with many samples that is not felt.
SCALE_WIDTH, SHIFT_WIDTH = 0.3, 1.0

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Scaling:
    """Numbers of a scaling: ``softmax(ln p · scales + shifts)``, each ``(C,)``."""

    kind: Kind
    scales: tuple[float, ...]
    shifts: tuple[float, ...]

    @property
    def temperature(self) -> float:
        """One over the mean factor."""
        return 1.0 / float(np.mean(self.scales))


@dataclass(frozen=True)
class Calibration:
    """A scaling and how well it does on samples that it was not fitted on.

    Attributes:
        scaling: fitted on all samples.
        crossed: probabilities of each sample, scaled by numbers fitted without it, ``(n, C)``.
        losses: cross-fitted log loss of every kind that was tried.
        gain: by how much the chosen kind lowers the log loss, with its interval; None for ``none``.
    """

    scaling: Scaling
    crossed: NDArray[np.float32]
    losses: dict[str, float]
    gain: Score | None


def calibrate(
    predictions: Predictions, kind: Kind | Literal["auto"], inner: Whole, groups: Whole | None
) -> Calibration:
    """Fit a scaling on predictions of samples that the models did not learn from.

    ``auto`` scales only where that surely lowers the cross-fitted log loss: where the 95 % interval
    of the gain lies above 0; a scaling by class only where it surely lowers it further.

    Args:
        inner: the inner fold of each sample, ``(n,)``.
        groups: index of the group of each sample, or None where they are independent.

    Raises:
        DataError: the predictions are of the test or training part, or a target is not known.
    """
    check_part(predictions)
    probabilities, targets = predictions.probabilities, predictions.targets
    crossed = {k: _crossed(probabilities, targets, inner, k) for k in KINDS}
    losses = {k: log_losses(p, targets) for k, p in crossed.items()}
    design = Design(len(targets), targets, groups)

    def gain(after: Kind, before: Kind = "none") -> Score:
        values = losses[before] - losses[after]
        return interval(lambda w: ratio(w @ values, w.sum(axis=1)), design, ANY)

    chosen: Kind = "none"
    if kind == "auto":
        chosen = "temperature" if gain("temperature").low > 0 else "none"
        chosen = "vector" if gain("vector", chosen).low > 0 else chosen
    else:
        chosen = kind
    return Calibration(
        fit_scaling(probabilities, targets, chosen),
        crossed[chosen],
        {k: float(values.mean()) for k, values in losses.items()},
        None if chosen == "none" else gain(chosen),
    )


def check_part(predictions: Predictions) -> None:
    """Refuse what no rule may be fitted on.

    Raises:
        DataError: the predictions are of the test or training part, or a target is not known.
    """
    if predictions.part != "valid":
        raise DataError("decision.wrong_part", part=predictions.part)
    if (predictions.targets < 0).any():
        raise DataError("evaluate.no_labels", part=predictions.part)


def fit_scaling(probabilities: Floats, targets: Whole, kind: Kind) -> Scaling:
    """Return the scaling that lowers the log loss of these samples most."""
    classes = probabilities.shape[1]
    if kind == "none" or len(targets) == 0:
        return Scaling("none", (1.0,) * classes, (0.0,) * classes)
    logs = log_probabilities(probabilities)
    scale = _one_scale(logs, targets)
    if kind == "temperature":
        return Scaling(kind, (scale,) * classes, (0.0,) * classes)
    scales, shifts = _vector(logs, targets, scale)
    return Scaling(kind, tuple(scales.tolist()), tuple(shifts.tolist()))


def _crossed(
    probabilities: NDArray[np.float32], targets: Whole, inner: Whole, kind: Kind
) -> NDArray[np.float32]:
    found = probabilities.copy()
    for number in np.unique(inner):
        held = inner == number
        if kind == "none" or held.all():
            continue
        fitted = fit_scaling(probabilities[~held], targets[~held], kind)
        found[held] = scaled(probabilities[held], np.array(fitted.scales), np.array(fitted.shifts))
    return found


def _one_scale(logs: Array, targets: Whole) -> float:
    """The log loss is convex in the factor, so a bounded search finds its lowest point."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(targets))

    def loss(log_scale: float) -> float:
        logits = np.exp(log_scale) * logs
        return float((_log_sums(logits) - logits[rows, targets]).mean())

    found = minimize_scalar(loss, bounds=(-WIDEST, WIDEST), method="bounded")
    return float(np.exp(found.x))


def _vector(logs: Array, targets: Whole, scale: float) -> tuple[Array, Array]:
    """Factors and shifts of the classes, ``(C,)`` each; starts from one factor for all."""
    from scipy.optimize import minimize

    n, classes = logs.shape
    hot = np.zeros((n, classes))
    hot[np.arange(n), targets] = 1.0

    def loss(numbers: Array) -> tuple[float, Array]:
        drift, shifts = numbers[:classes], numbers[classes:]
        scales = scale * np.exp(drift)
        logits = logs * scales + shifts
        sums = _log_sums(logits)
        wrong = np.exp(logits - sums[:, None]) - hot
        value = (sums - (logits * hot).sum(axis=1)).sum()
        value += (drift**2).sum() / (2 * SCALE_WIDTH**2) + (shifts**2).sum() / (2 * SHIFT_WIDTH**2)
        slope = np.concatenate([
            (wrong * logs).sum(axis=0) * scales + drift / SCALE_WIDTH**2,
            wrong.sum(axis=0) + shifts / SHIFT_WIDTH**2,
        ])  # fmt: skip
        return float(value), slope

    found = minimize(loss, np.zeros(2 * classes), jac=True, method="L-BFGS-B")
    numbers: Array = np.asarray(found.x, dtype=np.float64)
    return scale * np.exp(numbers[:classes]), numbers[classes:]


def _log_sums(logits: Array) -> Array:
    highest = logits.max(axis=1)
    sums: Array = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
    return sums


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence: how sure the model was in the mean, how often it was right.

    Attributes:
        low, high: the confidence that they have.
        right: share that is right, with Wilson's 95 % interval (1927).
    """

    low: float
    high: float
    n: int
    confidence: float
    right: Score


def diagram(predictions: Predictions, bins: int = DIAGRAM_BINS) -> list[Bin]:
    """Return the reliability diagram: bins of equal width in confidence that are not empty, from
    the lowest."""
    from scipy.stats import binomtest

    sums = calibration_bins(
        predictions.confidence, predictions.predicted == predictions.targets, bins
    ).sum(axis=0)
    found = []
    for place, (n, confidence, right) in enumerate(sums.tolist()):
        if n == 0:
            continue
        ends = binomtest(round(right), round(n)).proportion_ci(method="wilson")
        score = Score(right / n, float(ends.low), float(ends.high))
        found.append(Bin(place / bins, (place + 1) / bins, round(n), confidence / n, score))
    return found
