"""How the error falls with the number of training images, and what more of them would give.

Errors of models that were fitted to K numbers of images, with S seeds each, follow a power law with
a floor in most data ("Deep learning scaling is predictable, empirically", Hestness et al. 2017;
Viering & Loog, "The shape of learning curves", 2022):

    e(n) = a · n^(−b) + c,    a ≥ 0,  b > 0,  c ≥ 0

It is fitted by weighted least squares: for one b the best a and c follow, and b is searched. A
share of wrong answers of expected value e varies as e · (1 − e) does, so that is what a point is
weighed by.

The interval of what the law says beyond the measured sizes is a bootstrap. Residuals about the law,
brought to one scale and pooled over all sizes, are drawn anew for each size: they hold the luck of
training sets and seeds as well as the lack of fit. Pooling matters at the largest size, where all
seeds see the same images and agree more than trainings on other images would. Held-out samples are
redrawn besides, where the caller gives the errors on redrawn ones.

Where points do not support a law, none is given: too few sizes, no fall that stands out of the
noise, or an interval wider than the whole fall that was measured.

Legend: K sizes, S seeds, R resamples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator
from dojang.core.types import Score

Array = NDArray[np.float64]
Refusal = Literal["few", "flat", "wide"]

FEWEST_SIZES, FEWEST_SEEDS = 4, 2
SMALLEST_SPAN = 4.0  # of the largest size over the smallest
RESAMPLES = 500
STANDS_OUT = 2.0  # standard errors that the fall must be
TAIL = 0.025
_EXPONENTS = np.geomspace(0.05, 3.0, 120)
_LEAST = 1e-4  # of e (1 − e): a model without a mistake is not infinitely sure


@dataclass(frozen=True)
class PowerLaw:
    """``a · n^(−b) + c``: the error of models that learn from n images."""

    a: float
    b: float
    c: float

    def __call__(self, n: float) -> float:
        return float(self.a * float(n) ** -self.b + self.c)


@dataclass(frozen=True)
class Growth:
    """A curve of errors over training-set sizes and what it says of a larger one.

    Attributes:
        sizes: mean number of images at each size, length K, ascending.
        errors: of each seed at each size, K tuples of S.
        at: the size that is asked for.
        law: None where the points do not support one.
        expected: mean error at ``at`` with its 95 % interval, or None.
        refusal: why there is no law.
    """

    sizes: tuple[float, ...]
    errors: tuple[tuple[float, ...], ...]
    at: float
    law: PowerLaw | None
    expected: Score | None
    refusal: Refusal | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def fit_law(sizes: Sequence[float], errors: Array, weights: Array) -> PowerLaw:
    """Fit a power law.

    Args:
        sizes: images, length K.
        errors: mean error at each, ``(K,)``.
        weights: how much each point counts, ``(K,)``.
    """
    from scipy.optimize import minimize_scalar

    n = np.asarray(sizes, dtype=np.float64)
    _, b, _ = _laws(n, errors[None], weights)
    place = int(np.abs(_EXPONENTS - b[0]).argmin())
    low, high = _EXPONENTS[max(0, place - 1)], _EXPONENTS[min(len(_EXPONENTS) - 1, place + 1)]

    def left(exponent: float) -> float:
        return float(_linear(n, errors[None], weights, np.array([exponent]))[2][0, 0])

    best = float(minimize_scalar(left, bounds=(low, high), method="bounded").x)
    a, c, _ = _linear(n, errors[None], weights, np.array([best]))
    return PowerLaw(float(a[0, 0]) * float(n[-1]) ** best, best, float(c[0, 0]))


def grow(
    sizes: Sequence[float],
    errors: Array,
    at: float,
    redrawn: Array | None = None,
    seed: int = 0,
) -> Growth:
    """Fit a law to errors and extrapolate it, or say why not.

    Args:
        sizes: images, length K, ascending.
        errors: of each size and seed, ``(K, S)``; shares of wrong answers.
        at: the size to extrapolate to.
        redrawn: mean error of each size on redrawn held-out samples, ``(R, K)``, or None: then the
            interval is about these held-out samples.
        seed: of the bootstrap.
    """
    points = tuple(tuple(row) for row in errors.tolist())
    n = np.asarray(sizes, dtype=np.float64)

    def refused(why: Refusal) -> Growth:
        return Growth(tuple(n.tolist()), points, at, None, None, why)

    count, seeds = errors.shape
    if count < FEWEST_SIZES or seeds < FEWEST_SEEDS or n[-1] < SMALLEST_SPAN * n[0]:
        return refused("few")
    law, laws = _resampled(n, errors, redrawn, seed)
    said = _said(laws, n, np.array([n[0], n[-1], at]))
    fall = law(n[0]) - law(n[-1])
    if fall <= STANDS_OUT * float((said[:, 0] - said[:, 1]).std()) or law.a == 0:
        return refused("flat")
    expected = _expected(law(at), said[:, 2], errors.size - 3)
    if expected.high - expected.low > fall:
        return refused("wide")
    return Growth(tuple(n.tolist()), points, at, law, expected, None)


def _expected(value: float, drawn: Array, freedom: int) -> Score:
    """Return a value with the percentiles of its resamples, stretched as Student's law is wider
    than the normal one: the residuals that were drawn are few."""
    from scipy.stats import norm, t

    wider = float(t.ppf(1 - TAIL, freedom) / norm.ppf(1 - TAIL))
    low, high = np.quantile(drawn, [TAIL, 1 - TAIL]).tolist()
    reach = (wider * max(0.0, value - low), wider * max(0.0, high - value))
    return Score(value, max(0.0, value - reach[0]), min(1.0, value + reach[1]))


def _resampled(
    n: Array, errors: Array, redrawn: Array | None, seed: int
) -> tuple[PowerLaw, tuple[Array, Array, Array]]:
    """Return the law of the points, and those of R resamples as ``a`` (at the largest size), ``b``
    and ``c``."""
    means = errors.mean(axis=1)
    level = np.maximum(means * (1 - means), _LEAST)
    law = fit_law(n.tolist(), means, 1 / level)
    fitted = np.array([law(size) for size in n])
    spread = np.sqrt(level)
    residuals = ((errors - fitted[:, None]) / spread[:, None]).ravel()
    residuals *= np.sqrt(errors.size / (errors.size - 3))  # the law has three numbers
    residuals -= residuals.mean()
    rng = generator(seed, "bootstrap", "growth")
    rows = RESAMPLES if redrawn is None else len(redrawn)
    drawn = rng.choice(residuals, (rows, *errors.shape)).mean(axis=2) * spread
    shift = 0.0 if redrawn is None else redrawn - means
    return law, _laws(n, fitted + shift + drawn, 1 / level)


def _said(laws: tuple[Array, Array, Array], n: Array, at: Array) -> Array:
    """Return what R laws say at some sizes, ``(R, len(at))``."""
    a, b, c = (values[:, None] for values in laws)
    found: Array = a * (at[None, :] / n[-1]) ** -b + c
    return found


def _laws(n: Array, errors: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Fit a law to each row of ``errors``, ``(R, K)``; ``a`` is the part that falls at the largest
    size. Exponents are those of a grid."""
    a, c, left = _linear(n, errors, weights, _EXPONENTS)
    best = left.argmin(axis=1)
    rows = np.arange(len(errors))
    return a[rows, best], _EXPONENTS[best], c[rows, best]


def _linear(
    n: Array, errors: Array, weights: Array, exponents: Array
) -> tuple[Array, Array, Array]:
    """Return the best ``a`` and ``c``, neither below 0, and the squares that are left, each
    ``(R, G)``, for every row of ``errors`` and every one of G exponents."""
    x = (n[None, :] / n[-1]) ** -exponents[:, None]  # (G, K)
    w = weights / weights.sum()
    mean_x, mean_e = x @ w, errors @ w
    cross = (errors * w) @ x.T - mean_e[:, None] * mean_x
    square = (x * x) @ w
    a = np.maximum(cross / np.maximum(square - mean_x**2, 1e-300), 0.0)
    c = mean_e[:, None] - a * mean_x
    through = ((errors * w) @ x.T) / square  # the best a where the floor is 0
    a, c = np.where(c < 0, through, a), np.maximum(c, 0.0)
    total = (errors * errors) @ w
    left = (
        total[:, None] - 2 * a * ((errors * w) @ x.T) - 2 * c * mean_e[:, None]
        + a * a * square + 2 * a * c * mean_x + c * c
    )  # fmt: skip
    return a, c, left
