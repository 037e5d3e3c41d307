"""Is ``dojang compare`` taken in by chance, and does it see what is there? Simulated pairs.

    python benchmarks/compare_models.py [--pairs 500]

Claims measured here: of pairs of equally good models at most 6 % are called different, and at 2,000
samples a difference of 3 points is found in at least 80 %.

How it is measured
    1. Samples have a hardness; a model answers rightly where it is good enough, on a share of the
       samples by that common hardness, on the rest by luck of its own. So two models make partly
       the same mistakes, as real ones do.
    2. Pairs with the same chance of a right answer, and pairs 3 points apart, are judged by what
       ``dojang compare`` calls. Besides single trainings, models are trained three times each with
       a spread of one point between seeds, and the verdict is about the models behind them.

Results go to ``results/compare_models.json``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from dojang.analysis.compare import compare
from dojang.core.types import Predictions

RESULT = Path(__file__).parent / "results" / "compare_models.json"
CLASSES = ("a", "b", "c", "d", "e")
BASE, SHARED, SEED_SPREAD = 0.85, 0.7, 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    rows = []
    for n in (300, 2000):
        for gain in (0.0, 0.03):
            for trainings in (1, 3):
                rows.append(measure(n, gain, trainings, given.pairs))
                print(json.dumps(rows[-1]), flush=True)
    given.out.write_text(json.dumps({"pairs": given.pairs, "rows": rows}, indent=1) + "\n")


def measure(n: int, gain: float, trainings: int, pairs: int) -> dict[str, Any]:
    """Return how often each verdict on accuracy was given."""
    rng = np.random.default_rng([n, round(1000 * gain), trainings])
    counts = dict.fromkeys(("better", "worse", "same", "unclear"), 0)
    for _ in range(pairs):
        targets, hardness = rng.integers(0, len(CLASSES), n), rng.random(n)
        spread = SEED_SPREAD if trainings > 1 else 0.0
        sides = [
            [said(targets, hardness, level + spread * rng.normal(), rng) for _ in range(trainings)]
            for level in (BASE, BASE + gain)
        ]
        labels = {f"{i}": CLASSES[t] for i, t in enumerate(targets.tolist())}
        verdict = compare(sides[0], sides[1], labels).gains[0].verdict
        counts[verdict] += 1
    shares = {name: count / pairs for name, count in counts.items()}
    different = shares["better"] + shares["worse"]
    return {"n": n, "gain": gain, "trainings": trainings, "different": different, **shares}


def said(
    targets: np.ndarray, hardness: np.ndarray, level: float, rng: np.random.Generator
) -> Predictions:
    """Return the predictions of a model that answers ``level`` of all samples rightly."""
    n = len(targets)
    right = np.where(rng.random(n) < SHARED, hardness, rng.random(n)) < level
    wrong = (targets + rng.integers(1, len(CLASSES), n)) % len(CLASSES)
    answers = np.where(right, targets, wrong)
    shares = np.full((n, len(CLASSES)), 0.05, dtype=np.float32)
    shares[np.arange(n), answers] = 0.8
    ids = tuple(str(i) for i in range(n))
    return Predictions(ids, shares, CLASSES, targets, "valid", np.zeros(n, dtype=np.int64))


if __name__ == "__main__":
    main()
