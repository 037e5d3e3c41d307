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
WIDE = 0.1  # an interval of the share that is wider than this tells next to nothing
LARGEST_SHARE = 0.5  # more noise than that, and the labels say nothing
MOST_NUMBERS = 2_000_000  # of the n × C probabilities; the fit looks at a sample of larger tables
_LOG_TEMPERATURES = (float(np.log(0.1)), float(np.log(10.0)))
_COARSE, _FINE, _REACH = 24, 17, 0.4  # points of the grids of ln T; the fine one reaches this far
_FEW = 5000  # samples that are enough for the coarse grid
_SOME_SHARES = (0.0, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5)
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
    seen = _some(*probabilities.shape)
    fitted = _Mixture(labels[seen], _logs(probabilities[seen]))
    share = fitted.share()
    temperature = fitted.temperature(share.value)
    # Of a model that knows next to nothing any share fits as well as none: then accuse no label.
    blind = share.low == 0 and unclear(share)
    used = 0.0 if blind else share.value
    step = max(1, MOST_NUMBERS // probabilities.shape[1])
    wrong = [
        _wrong(labels[i : i + step], _logs(probabilities[i : i + step]), temperature, used)
        for i in range(0, len(labels), step)
    ]
    return Noise(share, temperature, np.concatenate(wrong).clip(0.0, 1.0))


def unclear(share: Score) -> bool:
    """Is the interval too wide to say how many labels are wrong?"""
    return share.high - share.low > WIDE


class _Mixture:
    """The log-likelihood of (ε, T) and where it is highest.

    The probabilities are tempered once for each T of a grid; from then on only the probabilities of
    the given labels are needed. Between the points of the grid the likelihood is a parabola.
    """

    def __init__(self, labels: NDArray[np.int64], logs: Array) -> None:
        self._others = logs.shape[1] - 1
        coarse = np.linspace(*_LOG_TEMPERATURES, _COARSE)
        few = slice(0, None, max(1, len(labels) // _FEW))
        self._set_grid(labels[few], logs[few], coarse)
        sums = [self._likelihoods(share) for share in _SOME_SHARES]
        best = coarse[int(np.max(sums, axis=0).argmax())]
        self._set_grid(labels, logs, best + np.linspace(-_REACH, _REACH, _FINE))

    def _set_grid(self, labels: NDArray[np.int64], logs: Array, grid: Array) -> None:
        self._grid = grid
        self._right = np.stack([_tempered(labels, logs, float(np.exp(t))) for t in grid])

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
        return float(np.exp(self._peak(share)[0]))

    def _profile(self, share: float) -> float:
        """The log-likelihood of ``share`` with the T that fits it best."""
        return self._peak(share)[1]

    def _peak(self, share: float) -> tuple[float, float]:
        """Return ln T and the log-likelihood at the top of the parabola through the best three."""
        values = self._likelihoods(share)
        k = int(values.argmax())
        if k in (0, len(values) - 1):
            return float(self._grid[k]), float(values[k])
        before, top, after = values[k - 1 : k + 2]
        bend = before - 2 * top + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        step = self._grid[1] - self._grid[0]
        return float(self._grid[k] + shift * step), float(top - 0.25 * (before - after) * shift)

    def _likelihoods(self, share: float) -> Array:
        """The log-likelihood of ``share`` at each T of the grid."""
        noise = share / self._others
        mixed = noise + (1 - share - noise) * self._right
        sums: Array = np.log(np.maximum(mixed, SMALLEST)).sum(axis=1)
        return sums


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


def _logs(probabilities: NDArray[np.floating[Any]]) -> Array:
    logs: Array = np.log(np.clip(probabilities.astype(np.float64), SMALLEST, 1.0))
    return logs


def _some(count: int, classes: int) -> NDArray[np.int64]:
    """Return the samples to fit on: all, or as many as memory and time allow."""
    most = max(1, MOST_NUMBERS // classes)
    if count <= most:
        return np.arange(count)
    drawn = generator(0, "noise", "samples").choice(count, most, replace=False)
    chosen: NDArray[np.int64] = np.sort(drawn).astype(np.int64)
    return chosen
