"""Linear heads on features that do not change: all folds and all settings at once.

A head is a multinomial logistic regression. Its loss is convex, so there is one best head, and it
is found by L-BFGS on all samples at once until what may be left to gain is below a tolerance. Every
problem is a fold with a setting; problems share the features and differ in the weights of samples
(0 for what is held out), so that the logits of all of them are one matrix product.

Legend: n samples, D features, C classes, P problems.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MEMORY = 8  # pairs of steps and changes of the gradient that L-BFGS remembers
MOST_STEPS = 1000
TOLERANCE = 1e-6  # nats a sample that a head may be worse than the best one, as estimated
_HALVINGS = 20
_ENOUGH = 1e-4  # of the fall of the loss that the slope promises (Armijo)
_BUDGET = 48 * 2**20  # numbers of working memory for one lot of problems
_FEW_LEFT = 0.75  # share of problems still at work below which the finished ones are put aside


@dataclass(frozen=True)
class HeadProblems:
    """What P heads are fitted to.

    A head minimises the mean cross-entropy over the weights of its samples plus ``l2 / 2`` times
    the sum of its squared weights; biases are free.

    Attributes:
        weights: of each sample in each problem, 0 where it is held out, shape ``(n, P)``.
        l2: shape ``(P,)``, above 0.
        smoothing: share of the target that is spread over all classes, shape ``(P,)``.
        shifts: added to the logits while fitting, shape ``(C, P)``, or None.
    """

    weights: Tensor
    l2: Tensor
    smoothing: Tensor
    shifts: Tensor | None = None


@dataclass(frozen=True)
class Heads:
    """Fitted heads: the logits of problem p are ``features @ weight[p].T + bias[p]``.

    Attributes:
        weight: shape ``(P, C, D)``.
        bias: shape ``(P, C)``; their mean over the classes is 0.
        objective: what was minimised, shape ``(P,)``.
        left: estimate of what was left to gain, in nats, shape ``(P,)``.
        steps: shape ``(P,)``.
    """

    weight: Tensor
    bias: Tensor
    objective: Tensor
    left: Tensor
    steps: Tensor

    def some(self, which: slice) -> Heads:
        """Return some of the heads."""
        return Heads(
            self.weight[which], self.bias[which], self.objective[which], self.left[which],
            self.steps[which],
        )  # fmt: skip

    def converged(self, tolerance: float = TOLERANCE) -> Tensor:
        """Which heads are as good as asked for, shape ``(P,)``."""
        return self.left <= tolerance


def fit_heads(
    features: Tensor,
    targets: Tensor,
    problems: HeadProblems,
    classes: int,
    *,
    tolerance: float = TOLERANCE,
    most_steps: int = MOST_STEPS,
) -> Heads:
    """Fit all heads; the same arguments give the same bits.

    Args:
        features: shape ``(n, D)``; their type is that of the arithmetic.
        targets: class index of each sample, shape ``(n,)``.
        problems: P of them.
        classes: C.
        tolerance: nats that a head may be worse than the best one, as estimated by half of the
            slope along the L-BFGS direction.
        most_steps: after so many a head is left as it is.
    """
    basis = _Basis(features, problems)
    share = features.shape[0] * classes * 4 + basis.rows.shape[1] * classes * (2 * MEMORY + 8)
    lot = max(1, _BUDGET // share)
    found = [
        _fit_lot(basis, targets, _chosen(problems, columns), classes, tolerance, most_steps)
        for columns in torch.split(torch.arange(problems.l2.shape[0]), lot)
    ]
    solution = torch.cat([f.solution for f in found], dim=2)
    weight, bias = basis.in_features(solution)
    objective, left, steps = (
        torch.cat([getattr(f, name) for f in found]) for name in ("objective", "left", "steps")
    )
    return Heads(weight, bias, objective, left, steps)


def feature_scale(features: Tensor, weights: Tensor) -> Tensor:
    """Return the sum of the variances of all features in the samples of each problem.

    Times a strength without unit it is an ``l2`` that means the same for features of any size.

    Args:
        features: shape ``(n, D)``.
        weights: shape ``(n, P)``.

    Returns:
        Shape ``(P,)``.
    """
    centred = features.double() - features.double().mean(dim=0)
    share = weights.double() / weights.double().sum(dim=0)
    squares = (share.T @ centred.square()).sum(dim=1)
    return (squares - (share.T @ centred).square().sum(dim=1)).to(features.dtype)


class _Basis:
    """Centred features in the basis of their principal axes, and a column of ones.

    A rotation changes neither logits nor the penalty, and the curvature of the loss is nearly
    diagonal there. Centring moves only the biases, which are free.
    """

    def __init__(self, features: Tensor, problems: HeadProblems) -> None:
        used = problems.weights.sum(dim=1) > 0
        self.mean = features[used].double().mean(dim=0).to(features.dtype)
        centred = features - self.mean
        count = int(used.sum())
        wide = centred.shape[1] > count  # a head has no weight beside the span of its samples
        if wide:
            _, self.axes = _eigen(centred[used], gram=True)
        else:
            _, self.axes = _eigen(centred[used], gram=False)
        rotated = centred @ self.axes
        self.rows = torch.cat([rotated, rotated.new_ones(len(rotated), 1)], dim=1)
        self.spread = self.rows[used].square().mean(dim=0)  # the ones have spread 1

    def in_features(self, solution: Tensor) -> tuple[Tensor, Tensor]:
        """Turn solutions ``(D' + 1, C, P)`` into weights ``(P, C, D)`` and biases ``(P, C)``."""
        weight = torch.einsum("da,acp->pcd", self.axes, solution[:-1]).contiguous()
        bias = solution[-1].T - weight @ self.mean
        return weight, bias - bias.mean(dim=1, keepdim=True)


def _eigen(rows: Tensor, gram: bool) -> tuple[Tensor, Tensor]:
    """Return variances and axes ``(D, D')`` of centred rows; those without any spread are left."""
    exact = rows.double()
    values, vectors = torch.linalg.eigh(exact @ exact.T if gram else exact.T @ exact)
    kept = values > values[-1].clamp(min=1e-300) * 1e-12
    values, vectors = values[kept].flip(0), vectors[:, kept].flip(1)
    axes = exact.T @ vectors / values.sqrt() if gram else vectors
    return values.to(rows.dtype), axes.to(rows.dtype)


@dataclass
class _Lot:
    """Solutions ``(D', C, P)`` of some problems and how they ended."""

    solution: Tensor
    objective: Tensor
    left: Tensor
    steps: Tensor


def _fit_lot(
    basis: _Basis,
    targets: Tensor,
    problems: HeadProblems,
    classes: int,
    tolerance: float,
    most_steps: int,
) -> _Lot:
    """Minimise by L-BFGS (Liu & Nocedal 1989) from 0, each problem with a step of its own."""
    count = problems.l2.shape[0]
    solution = basis.rows.new_zeros(basis.rows.shape[1], classes, count)
    done = _Lot(
        solution, solution.new_zeros(count), solution.new_full((count,), torch.inf),
        torch.zeros(count, dtype=torch.int64),
    )  # fmt: skip
    active = torch.arange(count)
    loss = _Objective(basis, targets, problems, classes)
    point = solution.clone()
    value, slope = loss(point)
    memory = _Memory(loss.curvature())
    stuck = torch.zeros(count, dtype=torch.bool)
    for step in range(most_steps + 1):
        direction = memory.direction(slope)
        promise = _dot(slope, direction)
        done.objective[active], done.left[active] = value.to(solution.dtype), -promise / 2
        done.steps[active] = step
        working = (-promise / 2 > tolerance) & ~stuck
        if step == most_steps or not working.any():
            break
        if working.float().mean() < _FEW_LEFT:
            solution[:, :, active] = point
            active, keep = active[working], working.nonzero()[:, 0]
            loss, memory = loss.keeping(keep), memory.keeping(keep)
            point, slope, direction = (x[:, :, keep] for x in (point, slope, direction))
            value, promise = value[keep], promise[keep]
        moved, value, changed = _search(loss, point, value, slope, direction, promise)
        stuck = (moved == point).flatten(0, 1).all(dim=0)  # this precision cannot tell more
        memory.remember(moved - point, changed - slope)
        point, slope = moved, changed
    solution[:, :, active] = point
    return done


def _search(
    loss: _Objective,
    point: Tensor,
    value: Tensor,
    slope: Tensor,
    direction: Tensor,
    promise: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Go a whole step; where the loss does not fall enough, half of it, and so on."""
    length = torch.ones_like(promise)
    moved = point + direction
    found, changed = loss(moved)
    noise = 8 * torch.finfo(point.dtype).eps * value.abs()  # below it two losses are equal
    for _ in range(_HALVINGS):
        enough = value + _ENOUGH * length * promise + noise
        short = ((found > enough) | ~found.isfinite()).nonzero()[:, 0]
        if not len(short):
            break
        length[short] /= 2
        trial = point[:, :, short] + length[short] * direction[:, :, short]
        part_value, part_slope = loss.keeping(short)(trial)
        moved[:, :, short], found[short], changed[:, :, short] = trial, part_value, part_slope
    else:
        moved[:, :, short], found[short] = point[:, :, short], value[short]
        changed[:, :, short] = slope[:, :, short]
    return moved, found, changed


class _Objective:
    """The losses of all problems and their gradients at points ``(D', C, P)``."""

    def __init__(
        self, basis: _Basis, targets: Tensor, problems: HeadProblems, classes: int
    ) -> None:
        self._basis, self._targets, self._classes = basis, targets, classes
        self._problems = problems
        self._share = problems.weights / problems.weights.sum(dim=0)
        self._l2 = problems.l2 * basis.rows.new_ones(basis.rows.shape[1], 1)
        self._l2[-1] = 0.0
        self._shift = 0.0 if problems.shifts is None else problems.shifts[None]
        self._places = torch.arange(len(targets))

    def keeping(self, columns: Tensor) -> _Objective:
        """Return the same for some of the problems."""
        problems = _chosen(self._problems, columns)
        return _Objective(self._basis, self._targets, problems, self._classes)

    def curvature(self) -> Tensor:
        """Return an upper bound of the curvature, shape ``(D', 1, P)``: half of the spread along
        each axis (Böhning 1992) and the penalty."""
        return (0.5 * self._basis.spread[:, None] + self._l2)[:, None, :]

    def __call__(self, point: Tensor) -> tuple[Tensor, Tensor]:
        """Return losses ``(P,)`` in double precision and gradients, shaped as ``point``."""
        rows, problems = self._basis.rows, self._problems
        logits = (rows @ point.flatten(1)).view(len(rows), *point.shape[1:]) + self._shift
        logs = logits.log_softmax(dim=1)
        kept, spread = 1 - problems.smoothing, problems.smoothing / self._classes
        losses = -(kept * logs[self._places, self._targets] + spread * logs.sum(dim=1))
        value = (losses * self._share).sum(dim=0, dtype=torch.float64)
        penalty = (point.square().sum(dim=1) * self._l2).sum(dim=0, dtype=torch.float64) / 2
        errors = logs.exp_().sub_(spread)
        errors[self._places, self._targets] -= kept
        errors *= self._share[:, None, :]
        slope = (rows.T @ errors.flatten(1)).view(point.shape)
        return value + penalty, slope.add_(self._l2[:, None, :] * point)


class _Memory:
    """The last steps and changes of the gradient, from which L-BFGS makes its direction."""

    def __init__(self, curvature: Tensor) -> None:
        self._inverse = 1 / curvature
        self._pairs: list[tuple[Tensor, Tensor, Tensor]] = []  # step, change, 1 / their product

    def remember(self, step: Tensor, change: Tensor) -> None:
        """A pair whose product is not above 0 says nothing of the curvature, and counts 0."""
        product = _dot(step, change)
        useful = product > torch.finfo(step.dtype).tiny
        inverse = torch.where(useful, 1 / product.where(useful, torch.ones_like(product)), 0.0)
        self._pairs = [*self._pairs[-(MEMORY - 1) :], (step, change, inverse)]

    def keeping(self, columns: Tensor) -> _Memory:
        """Return the same for some of the problems."""
        kept = _Memory(1 / self._inverse[:, :, columns])
        kept._pairs = [(s[:, :, columns], y[:, :, columns], r[columns]) for s, y, r in self._pairs]
        return kept

    def direction(self, slope: Tensor) -> Tensor:
        """Return minus the slope times the estimated inverse of the curvature."""
        vector, shares = slope.clone(), []
        for step, change, inverse in reversed(self._pairs):
            shares.append(inverse * _dot(step, vector))
            vector.sub_(shares[-1] * change)
        vector.mul_(self._inverse * self._scale(slope))
        for (step, change, inverse), share in zip(self._pairs, reversed(shares), strict=True):
            vector.add_((share - inverse * _dot(change, vector)) * step)
        return vector.neg_()

    def _scale(self, slope: Tensor) -> Tensor:
        """How much flatter than its bound the loss was along the last step, shape ``(P,)``."""
        scale = torch.ones_like(slope[0, 0])
        for _, change, inverse in self._pairs[-1:]:
            bound = inverse * _dot(change, self._inverse * change)
            scale = torch.where(bound > 0, 1 / bound.where(bound > 0, scale), scale)
        return scale


def _dot(left: Tensor, right: Tensor) -> Tensor:
    """Multiply and sum over all but the problems, shape ``(P,)``."""
    product: Tensor = (left * right).sum(dim=(0, 1))
    return product


def _chosen(problems: HeadProblems, columns: Tensor) -> HeadProblems:
    shifts = problems.shifts
    return HeadProblems(
        problems.weights[:, columns], problems.l2[columns], problems.smoothing[columns],
        None if shifts is None else shifts[:, columns],
    )  # fmt: skip
