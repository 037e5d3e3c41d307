"""How many labels are wrong, from out-of-fold probabilities: a mixture of true and random labels.

The given label of a sample is taken to be right with probability 1 − ε, and then to follow the
model's probabilities, sharpened or softened by a temperature T; with probability ε it is another
class at random (the symmetric noise of Angluin & Laird 1988). T and ε are fitted together by
maximum likelihood (temperature: Guo et al. 2017): a model that is trained with label smoothing, or
on the very labels that are wrong, is never quite sure, and T takes that out before labels are
counted.

Legend: n samples, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator
from dojang.core.types import Score

Array = NDArray[np.float64]

SMALLEST = 1e-12  # probabilities are kept above it, so that their logarithm is finite
LARGEST_SHARE = 0.5  # more noise than that, and the labels say nothing
MOST_NUMBERS = 2_000_000  # of the n × C probabilities; the fit looks at a sample of larger tables
_TEMPERATURES = (np.log(0.1), np.log(10.0))
_HALF_WIDTH = 1.9207  # half of the 95 % quantile of chi-squared with one degree of freedom


@dataclass(frozen=True)
class Noise:
    """What the labels are like as a whole.

    Attributes:
        share: estimated share of wrong labels, with its 95 % profile-likelihood interval.
        temperature: T, by which the logarithms of the probabilities are divided.
        wrong: probability of each label to be wrong, shape ``(n,)``.
    """

    share: Score
    temperature: float
    wrong: Array


def estimate_noise(labels: NDArray[np.int64], probabilities: NDArray[np.floating[Any]]) -> Noise:
    """Fit the mixture.

    Args:
        labels: class index given to each sample, shape ``(n,)``, n at least 1.
        probabilities: of a model that did not learn from the sample, ``(n, C)``, C at least 2.
    """
    logs = np.log(np.clip(probabilities.astype(np.float64), SMALLEST, 1.0))
    seen = _some(len(labels), logs.shape[1])
    fitted = _Mixture(labels[seen], logs[seen])
    share = fitted.share()
    temperature = fitted.temperature(share.value)
    return Noise(share, temperature, _wrong(labels, logs, temperature, share.value).clip(0.0, 1.0))


class _Mixture:
    """The log-likelihood of (ε, T) and where it is highest."""

    def __init__(self, labels: NDArray[np.int64], logs: Array) -> None:
        self._labels = labels
        self._logs = logs
        self._others = logs.shape[1] - 1
        self._best: dict[float, tuple[float, float]] = {}

    def share(self) -> Score:
        """Return ε with its interval: all values whose likelihood is not much lower."""
        from scipy.optimize import brentq, minimize_scalar

        found = minimize_scalar(
            lambda e: -self._profile(e), bounds=(0.0, LARGEST_SHARE), method="bounded",
            options={"xatol": 1e-4},
        )  # fmt: skip
        # A bounded search never tries the bounds themselves; 0 is what clean labels have.
        best = max((0.0, float(found.x), LARGEST_SHARE), key=self._profile)
        top = self._profile(best) - _HALF_WIDTH

        def above(share: float) -> float:
            return self._profile(share) - top

        low, high = 0.0, LARGEST_SHARE
        if best > 0 and above(0.0) < 0:
            low = float(brentq(above, 0.0, best, xtol=1e-4))
        if best < LARGEST_SHARE and above(LARGEST_SHARE) < 0:
            high = float(brentq(above, best, LARGEST_SHARE, xtol=1e-4))
        return Score(best, min(low, best), max(high, best))

    def temperature(self, share: float) -> float:
        """Return the T that fits best with ``share``."""
        self._profile(share)
        return self._best[share][1]

    def _profile(self, share: float) -> float:
        """The log-likelihood of ``share`` with the T that fits it best."""
        from scipy.optimize import minimize_scalar

        if share not in self._best:
            found = minimize_scalar(
                lambda log_t: -self._likelihood(share, float(np.exp(log_t))),
                bounds=_TEMPERATURES, method="bounded", options={"xatol": 1e-3},
            )  # fmt: skip
            self._best[share] = (-float(found.fun), float(np.exp(found.x)))
        return self._best[share][0]

    def _likelihood(self, share: float, temperature: float) -> float:
        right = _tempered(self._labels, self._logs, temperature)
        mixed = (1 - share) * right + share / self._others * (1 - right)
        return float(np.log(np.maximum(mixed, SMALLEST)).sum())


def _wrong(labels: NDArray[np.int64], logs: Array, temperature: float, share: float) -> Array:
    """Bayes: how likely it is that the label came from the noise, shape ``(n,)``."""
    right = _tempered(labels, logs, temperature)
    noise = share / (logs.shape[1] - 1) * (1 - right)
    whole = (1 - share) * right + noise
    wrong: Array = np.divide(noise, whole, out=np.zeros_like(whole), where=whole > 0)
    return wrong


def _tempered(labels: NDArray[np.int64], logs: Array, temperature: float) -> Array:
    """Probability of each given label at ``temperature``, shape ``(n,)``."""
    scaled = logs / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    shares = np.exp(scaled)
    chosen: Array = shares[np.arange(len(labels)), labels] / shares.sum(axis=1)
    return chosen


def _some(count: int, classes: int) -> NDArray[np.int64]:
    """Return the samples to fit on: all, or as many as memory and time allow."""
    most = max(1, MOST_NUMBERS // classes)
    if count <= most:
        return np.arange(count)
    drawn = generator(0, "noise", "samples").choice(count, most, replace=False)
    chosen: NDArray[np.int64] = np.sort(drawn).astype(np.int64)
    return chosen
