"""A study as it would have been measured, made up of answers with known chances."""

from __future__ import annotations

from typing import Any

import numpy as np

from dojang.analysis.study import Fit, Grid, Held, Job, summarise

IMAGES = 1600
GRID = Grid((8.0, 16.0, 32.0), 16.0, (0.125, 0.25, 0.5, 1.0), (16, 64, 256), 64, 4, 3)


def made_up_fit(job: Job, targets: np.ndarray, classes: int) -> Fit:
    """A fit whose error falls with capacity and images; minima get sharper with the batch."""
    images = round(job.share * IMAGES)
    chance = min(0.9, 0.05 + 3 * images**-0.4 * (16 / job.capacity) ** 0.5)
    rng = np.random.default_rng([images, int(job.capacity), job.batch, job.seed, len(job.draw)])
    wrong = rng.random(len(targets)) < chance
    answers = np.where(wrong, (targets + 1) % classes, targets)
    return Fit(job, images, tuple(answers.tolist()), 1.5, minimum(job) if job.probed else None)


def minimum(job: Job) -> dict[str, Any]:
    """What is measured of a minimum."""
    rises = [{"spread": s, "rises": [s * job.batch / 99] * 3} for s in (0.05, 0.1, 0.2)]
    top = job.batch * (1 + job.seed / 9)
    return {"loss": 0.2, "rises": rises, "eigenvalue": top, "settled": True, "steps": 9}


def made_up_study(
    grid: Grid = GRID, fits: int | None = None, held_out: int = 300, classes: int = 4
) -> dict[str, Any]:
    """Return ``study.json``, of the first ``fits`` fits alone if it is said."""
    targets = np.arange(held_out, dtype=np.int64) % classes
    done = [made_up_fit(job, targets, classes) for job in grid.jobs()[:fits]]
    model = {"name": "convnet", "size": 32, "base": grid.base, "epochs": 12, "batch": grid.batch}
    own = minimum(Job("subset", 16, 1, 64, 0)) | {"images": 128}
    return {
        "format": 1, "way": "networks" if grid.batches else "heads", "own": False,
        "axis": "width" if grid.batches else "penalty", "model": model, "images": IMAGES,
        "units": None, "held_out": held_out, "refits": grid.refits, "seeds": grid.seeds, "seed": 0,
        "fits": len(grid.jobs()), "done": len(done), "seconds": 9.0,
        **summarise(grid, done, Held(targets, None), IMAGES), "minimum": own, "read": {},
    }  # fmt: skip
