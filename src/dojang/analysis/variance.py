"""Bias and variance of wrong answers: what a kind of model gets wrong whatever it is trained on,
and what changes with the training images.

The decomposition for 0-1 loss is that of Domingos ("A unified bias-variance decomposition and its
applications", ICML 2000). Models of one kind are fitted to B training sets. The *main* answer to a
sample is the one that most of them give. The bias of a sample is 1 where the main answer is wrong;
its variance is the share of models that answer otherwise than the main answer. Variance hurts where
the main answer is right, and helps where it is wrong, as far as the other answers are right:

    mean error = bias + unbiased variance − biased variance = bias + net variance

exactly, for any number of classes: the biased variance of a sample is the share of models that are
right although the main answer is wrong. With two classes that is all of its variance.

What labels have of noise is counted as bias, since nobody knows it. The main answer of few models
leans towards what these models said, so variance comes out a little low and bias a little high.

Legend: B refits, n held-out samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Score
from dojang.objectives.intervals import CORRELATION, SHARE, scores, spread
from dojang.objectives.resampling import Design

Whole = NDArray[np.int64]
Array = NDArray[np.float64]
PARTS = ("error", "bias", "variance", "unbiased", "biased", "net")
_BOUNDS = (SHARE, SHARE, SHARE, SHARE, SHARE, CORRELATION)


@dataclass(frozen=True)
class Shares:
    """The parts of the error of each sample, ``(n,)`` each; means over samples add up.

    Attributes:
        main: class index of the main answer.
        error: share of refits that are wrong.
        bias: 1 where the main answer is wrong.
        variance: share of refits that do not give the main answer.
        unbiased: the variance where the main answer is right.
        biased: share of refits that are right where the main answer is wrong.
    """

    main: Whole
    error: Array
    bias: Array
    variance: Array
    unbiased: Array
    biased: Array

    @property
    def net(self) -> Array:
        """Unbiased minus biased variance: what variance adds to the error."""
        return self.unbiased - self.biased

    def table(self) -> Array:
        """Return all parts as columns in the order of ``PARTS``, ``(n, 6)``."""
        return np.stack([getattr(self, name) for name in PARTS], axis=1)


@dataclass(frozen=True)
class Decomposition:
    """Means of the parts over all samples with 95 % intervals over held-out samples.

    Attributes:
        refits: B.
        n: held-out samples.
    """

    refits: int
    n: int
    error: Score
    bias: Score
    variance: Score
    unbiased: Score
    biased: Score
    net: Score

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def shares(answers: Whole, targets: Whole) -> Shares:
    """Take the answers to each sample apart.

    Args:
        answers: class index that each refit gives to each sample, ``(B, n)``.
        targets: true class index, ``(n,)``.

    Raises:
        ValueError: there are fewer than two refits, or no sample.
    """
    refits, n = answers.shape
    if refits < 2 or n == 0:
        raise ValueError(f"{refits} refits of {n} samples")
    classes = int(max(answers.max(), targets.max())) + 1
    votes = np.zeros((n, classes), dtype=np.int64)
    np.add.at(votes, (np.arange(n)[None, :], answers), 1)
    main = votes.argmax(axis=1)  # of equals the first class, so that nothing depends on the order
    each = np.arange(n)
    right = votes[each, targets] / refits
    variance = 1 - votes[each, main] / refits
    biased = main != targets
    zero = np.zeros(n)
    return Shares(
        main=main,
        error=1 - right,
        bias=biased.astype(np.float64),
        variance=variance,
        unbiased=np.where(biased, zero, variance),
        biased=np.where(biased, right, zero),
    )


def decompose(answers: Whole, targets: Whole, groups: Whole | None = None) -> Decomposition:
    """Return the means of all parts; intervals redraw held-out samples, whole groups where there
    are any. Refits are taken as they are.

    Args:
        answers: ``(B, n)``.
        targets: ``(n,)``.
        groups: index of the group of each sample, ``(n,)``, or None.
    """
    found = _means(shares(answers, targets).table(), groups, _BOUNDS)
    return Decomposition(len(answers), len(targets), *found)


def change(
    before: Whole, after: Whole, targets: Whole, groups: Whole | None = None
) -> dict[str, Score]:
    """Return how each part moves from one kind of model to another on the same samples, with 95 %
    intervals.

    Args:
        before, after: answers of the refits of each kind, ``(B, n)``; their B may differ.
    """
    moves = shares(after, targets).table() - shares(before, targets).table()
    return dict(zip(PARTS, _means(moves, groups, (CORRELATION,) * len(PARTS)), strict=True))


def _means(
    table: Array, groups: Whole | None, bounds: Sequence[tuple[float, float]]
) -> list[Score]:
    """Return the mean of each column of ``(n, M)`` with its interval."""
    design = Design(len(table), groups=groups)

    def means(weights: Array) -> Array:
        found: Array = (weights @ table) / weights.sum(axis=1, keepdims=True)
        return found

    return scores(spread(means, design), list(bounds), [design.units] * table.shape[1])
