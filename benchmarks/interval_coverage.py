"""Do 95 % intervals hold the truth in 95 of 100 cases? Simulated test parts of a known model.

    python benchmarks/interval_coverage.py [--simulations 1000] [--only 100 500 5000] [--worlds W]

Claim measured here: intervals of accuracy, macro F1 and ROC AUC cover in 93 to 97 of 100 cases, at
100, 500 and 5,000 samples, with groups and without.

How it is measured
    1. A world says how often each class comes, and draws the logits of a model: normal, with the
       true class ahead. In worlds with groups (5 samples each, at 100 samples; 10 beyond) a third
       of the variance is common to a group, and a group is of one class (``groups``), or of any
       (``mixed groups``).
    2. The truth is the mean score of very many samples of that world.
    3. Test parts are drawn again and again; ``dojang`` evaluates each; counted is how often the
       interval holds the truth, and on which side it misses. Beside it stand the bootstrap's plain
       percentiles for the same parts.

The classes of a part are dealt as a stratified split deals them. Results go to
``results/interval_coverage.json``; a cell that is there already is not simulated again.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Predictions
from dojang.objectives.evaluate import evaluate
from dojang.objectives.metrics import scorer
from dojang.objectives.resampling import Design, resample

RESULT = Path(__file__).parent / "results" / "interval_coverage.json"
METRICS = ("accuracy", "macro_f1", "roc_auc")
SIZES = (100, 500, 5000)
GROUPINGS = ("none", "groups", "mixed groups")
COMMON = 1 / 3  # of the variance, within a group
TRUTH = 400_000


@dataclass(frozen=True)
class World:
    """Classes with their shares, and how far the true class is ahead of the others."""

    name: str
    shares: tuple[float, ...]
    ahead: tuple[float, ...]


WORLDS = (
    World("2 classes", (0.5, 0.5), (1.2, 1.8)),
    World("2 unlike classes", (0.8, 0.2), (2.0, 1.5)),
    World("5 classes", (0.2,) * 5, (1.5, 2.0, 2.5, 2.0, 1.5)),
    World("5 unlike classes", (0.35, 0.25, 0.2, 0.1, 0.1), (2.5, 2.0, 2.0, 1.8, 1.5)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--only", type=int, nargs="+", default=SIZES)
    parser.add_argument("--worlds", nargs="+", default=[w.name for w in WORLDS])
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    rows = json.loads(given.out.read_text())["rows"] if given.out.is_file() else []
    for n in given.only:
        for world in (w for w in WORLDS if w.name in given.worlds):
            for grouping in GROUPINGS:
                key = {"n": n, "world": world.name, "grouping": grouping}
                if any(row.items() >= key.items() for row in rows):
                    continue
                rows.append(key | simulate(world, n, grouping, given.simulations))
                print(json.dumps(rows[-1]), flush=True)
                write(given.out, rows)


def simulate(world: World, n: int, grouping: str, simulations: int) -> dict[str, Any]:
    """Return by metric the truth and how often intervals and percentiles hold it."""
    rng = np.random.default_rng([n, len(world.name), GROUPINGS.index(grouping)])
    size = 1 if grouping == "none" else 5 if n == 100 else 10
    whole, _ = draw(world, TRUTH, grouping, size, rng)
    truth = values(whole)
    misses = {kind: np.zeros((len(METRICS), 2)) for kind in ("interval", "percentiles")}
    for _ in range(simulations):
        found, groups = draw(world, n, grouping, size, rng)
        evaluation = evaluate(found, groups)
        ends = np.array([[evaluation.metrics[m].low, evaluation.metrics[m].high] for m in METRICS])
        plain = percentiles(found, groups)
        for kind, limits in (("interval", ends), ("percentiles", plain)):
            misses[kind] += np.stack([truth < limits[:, 0], truth > limits[:, 1]], axis=1)
    shares = {kind: found / simulations for kind, found in misses.items()}
    return {"simulations": simulations, "metrics": {
        name: {
            "truth": round(float(truth[i]), 4),
            "covered": round(1 - float(shares["interval"][i].sum()), 4),
            "below": round(float(shares["interval"][i, 0]), 4),
            "above": round(float(shares["interval"][i, 1]), 4),
            "percentiles": round(1 - float(shares["percentiles"][i].sum()), 4),
        }
        for i, name in enumerate(METRICS)
    }}  # fmt: skip


def draw(
    world: World, n: int, grouping: str, size: int, rng: np.random.Generator
) -> tuple[Predictions, NDArray[np.int64] | None]:
    """Draw ``n`` samples of a world, and the group of each where there are groups."""
    classes = len(world.shares)
    units = n // size if grouping == "groups" else n
    ends = np.round(np.cumsum(world.shares) * units).astype(np.int64)
    dealt = np.searchsorted(ends, np.arange(units), side="right")
    groups = None if grouping == "none" else np.repeat(np.arange(n // size), size)
    targets = dealt[groups] if grouping == "groups" and groups is not None else dealt
    targets = rng.permutation(targets) if grouping == "mixed groups" else targets
    logits = rng.normal(size=(n, classes))
    if groups is not None:
        common = rng.normal(size=(n // size, classes))[groups]
        logits = np.sqrt(1 - COMMON) * logits + np.sqrt(COMMON) * common
    logits[np.arange(n), targets] += np.array(world.ahead)[targets]
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    names = tuple(f"c{i}" for i in range(classes))
    ids = tuple(map(str, range(n)))
    fold = np.zeros(n, dtype=np.int64)
    return Predictions(ids, shares.astype(np.float32), names, targets, "test", fold), groups


def values(found: Predictions) -> NDArray[np.float64]:
    """Return the three scores of samples as they are."""
    every = scorer(found)
    row = every.values(np.ones((1, len(found))))[0]
    places = [[m.name for m in every.metrics].index(name) for name in METRICS]
    chosen: NDArray[np.float64] = row[places]
    return chosen


def percentiles(found: Predictions, groups: NDArray[np.int64] | None) -> NDArray[np.float64]:
    """Return the ends of the bootstrap's plain percentile interval, ``(3, 2)``."""
    every = scorer(found)
    places = [[m.name for m in every.metrics].index(name) for name in METRICS]
    design = Design(len(found), found.targets, groups)
    drawn = np.concatenate([every.values(w)[:, places] for _, w in resample(design, 0)])
    ends: NDArray[np.float64] = np.nanquantile(drawn, [0.025, 0.975], axis=0).T
    return ends


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    covered = [(of["covered"], of["percentiles"]) for row in rows for of in row["metrics"].values()]
    within = [0.93 <= share <= 0.97 for share, _ in covered]
    summary = {
        "cells": len(covered),
        "within_93_to_97": sum(within),
        "lowest": min(share for share, _ in covered),
        "highest": max(share for share, _ in covered),
        "percentiles_lowest": min(share for _, share in covered),
    }
    path.write_text(json.dumps({"summary": summary, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
