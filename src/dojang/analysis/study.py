"""What many fits of one kind of model say together: bias and variance, growth, sharpness.

Two kinds of training sets are drawn from one pool of training images. *Bootstrap* draws, with
replacement and as many as the size says, stand for other training sets that could have come: bias
and variance are those of models on them. *Subsets*, without replacement, are training sets that are
truly smaller: the curve of sizes is theirs, since a bootstrap draw of n images has only 63 % of n
different ones. Below the whole both are drawn at the same shares.

Legend: n held-out samples, K sizes, S seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.growth import grow
from dojang.analysis.variance import change, decompose
from dojang.objectives.resampling import Design, resample

Whole = NDArray[np.int64]
Draw = Literal["bootstrap", "subset"]
FEWEST_REFITS = 2
MORE_DATA = 2.0  # times the images that there are: where the curve is extrapolated to


@dataclass(frozen=True)
class Job:
    """One fit.

    Attributes:
        draw: how its training set is drawn.
        capacity: how much the model can bend: a width, or one over the strength of a penalty; 0
            where the kind of model has no such number.
        share: of the pool of training images that is drawn.
        batch: images of a step; 0 where there are no steps.
        seed: number of the draw and of the training.
    """

    draw: Draw
    capacity: float
    share: float
    batch: int
    seed: int

    @property
    def probed(self) -> bool:
        """Is its minimum looked at? One that all images of the pool were learnt for."""
        return self.draw == "subset" and self.share == 1 and self.batch > 0


@dataclass(frozen=True)
class Fit:
    """What a fit left behind.

    Attributes:
        images: in its training set, those drawn twice counted twice.
        answers: class index of each held-out sample, length n.
        seconds: that it took.
        sharpness: of its minimum, or None.
    """

    job: Job
    images: int
    answers: tuple[int, ...]
    seconds: float
    sharpness: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Fit:
        """Read what :meth:`to_json` gave."""
        return cls(
            Job(**tree["job"]), int(tree["images"]), tuple(tree["answers"]), float(tree["seconds"]),
            tree["sharpness"],
        )  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """What is to be fitted.

    Attributes:
        capacities: ascending; ``base`` is one of them, at which sizes and batches are varied.
        shares: of the pool, ascending, the last one 1.
        batches: ascending; ``batch`` is that of all other fits. Empty where there are no steps.
        refits: bootstrap draws of each kind.
        seeds: subsets of each size, and trainings with each batch size.
    """

    capacities: tuple[float, ...]
    base: float
    shares: tuple[float, ...]
    batches: tuple[int, ...]
    batch: int
    refits: int
    seeds: int

    def jobs(self) -> tuple[Job, ...]:
        """Return all fits, round by round: whoever stops early has fewer draws of everything."""
        found: list[Job] = []
        for seed in range(max(self.refits, self.seeds)):
            if seed < self.refits:
                found += [Job("bootstrap", c, 1.0, self.batch, seed) for c in self.capacities]
                found += [Job("bootstrap", self.base, s, self.batch, seed) for s in self.shares]
            if seed < self.seeds:
                found += [Job("subset", self.base, s, self.batch, seed) for s in self.shares]
                found += [Job("subset", self.base, 1.0, b, seed) for b in self.batches]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Held:
    """What fits are judged on: true classes and groups of the held-out samples, ``(n,)`` each."""

    targets: Whole
    groups: Whole | None


def summarise(grid: Grid, fits: Sequence[Fit], held: Held, images: int) -> dict[str, Any]:
    """Return what ``study.json`` says of the fits that there are.

    Args:
        images: in the pool.
    """
    by_job = {fit.job: fit for fit in fits}
    boot = [fit for fit in fits if fit.job.draw == "bootstrap"]
    capacity = [_of(boot, c, 1.0) for c in grid.capacities]
    return {
        "capacity": [_parts(c, held) | {"capacity": c[0].job.capacity} for c in capacity if c],
        "change": _change(capacity, held),
        "size": [
            _parts(found, held) | {"share": share}
            for share in grid.shares
            if (found := _of(boot, grid.base, share))
        ],
        "growth": _growth(grid, by_job, held, images),
        "batches": _batches(grid, by_job, held),
    }


def _of(fits: Iterable[Fit], capacity: float, share: float) -> list[Fit]:
    """Return the fits of one kind, or none where there are too few to tell a spread."""
    found = [f for f in fits if (f.job.capacity, f.job.share) == (capacity, share)]
    return found if len(found) >= FEWEST_REFITS else []


def _answers(fits: Sequence[Fit]) -> Whole:
    return np.array([fit.answers for fit in fits], dtype=np.int64)


def _parts(fits: Sequence[Fit], held: Held) -> dict[str, Any]:
    mean = float(np.mean([fit.images for fit in fits]))
    return {"images": mean, **decompose(_answers(fits), held.targets, held.groups).to_json()}


def _change(capacity: Sequence[Sequence[Fit]], held: Held) -> dict[str, Any] | None:
    """How the parts move from the least to the greatest capacity; None where there are not two."""
    found = [fits for fits in capacity if fits]
    if len(found) < 2:
        return None
    moves = change(_answers(found[0]), _answers(found[-1]), held.targets, held.groups)
    return {name: asdict(score) for name, score in moves.items()}


def _growth(
    grid: Grid, by_job: Mapping[Job, Fit], held: Held, images: int
) -> dict[str, Any] | None:
    """The curve of sizes, of the seeds that every size has; None where there is not one seed."""
    seeds = [
        seed
        for seed in range(grid.seeds)
        if all(_subset(grid, s, grid.batch, seed) in by_job for s in grid.shares)
    ]
    if not seeds:
        return None
    table = [[by_job[_subset(grid, s, grid.batch, i)] for i in seeds] for s in grid.shares]
    wrong = np.array([[np.array(f.answers) != held.targets for f in row] for row in table])
    sizes = [float(np.mean([f.images for f in row])) for row in table]
    means = wrong.mean(axis=1)  # (K, n)
    blocks = resample(Design(len(held.targets), groups=held.groups), 0)
    redrawn = np.concatenate([(w @ means.T) / w.sum(axis=1, keepdims=True) for _, w in blocks])
    return grow(sizes, wrong.mean(axis=2), MORE_DATA * images, redrawn).to_json()


def _subset(grid: Grid, share: float, batch: int, seed: int) -> Job:
    return Job("subset", grid.base, share, batch, seed)


def _batches(grid: Grid, by_job: Mapping[Job, Fit], held: Held) -> list[dict[str, Any]]:
    """What the minima of each batch size look like, seed by seed."""
    rows = []
    for batch in grid.batches:
        each = (by_job.get(_subset(grid, 1.0, batch, seed)) for seed in range(grid.seeds))
        found = [
            {"seed": f.job.seed, "error": float((np.array(f.answers) != held.targets).mean())}
            | dict(f.sharpness)
            for f in each
            if f and f.sharpness
        ]
        if found:
            rows.append({"batch": batch, "seeds": found})
    return rows
