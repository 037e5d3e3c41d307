"""Nearest training images: what they tell of planted label errors, and what they cost.

Measured here:
    1. Handwritten digits of scikit-learn, 4 % of the labels replaced by another class at random,
       out-of-fold predictions of three folds. Of all errors: how many have neighbours that side
       with the answer as a whole, with the label as a whole, or with neither, and how many of these
       are planted.
    2. Photographs of clothes: seconds of the pass over training images against those of the run.

    python benchmarks/nearest.py --data DIR_WITH_CLOTHING_ZIP --out results/nearest.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

ARCHIVE, NOISE = "clothing.zip", 0.04
FOLDS = ["--set", "split.kind=kfold", "--set", "split.folds=3", "--set", "train.epochs=6"]
SIDES = ("answer", "label", "split")


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help=f"folder with {ARCHIVE}")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=6, help="of the clothes")
    parser.add_argument("--size", type=int, default=64, help="pixels of the clothes")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found: dict[str, Any] = {
        "arguments": {"seeds": options.seeds, "epochs": options.epochs, "size": options.size},
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "cpu": platform.machine()},
    }
    with tempfile.TemporaryDirectory(prefix="nearest-") as folder:
        found["planted"] = [planted(Path(folder), seed) for seed in options.seeds]
        found["cost"] = cost(Path(folder), options)
    text = json.dumps(found, indent=1)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n")


def planted(folder: Path, seed: int) -> dict[str, Any]:
    """Count sides among the errors of a run on digits of which some labels are wrong."""
    root, run = folder / f"digits-{seed}", folder / f"run-{seed}"
    write_digits(root, seed)
    dojang("train", root, "--run", run, "--set", f"train.seed={seed}", *FOLDS)
    tree = json.loads(dojang("mistakes", run, "--kind", "worst", "--top", 10_000, "--json")[0])
    errors = tree["kinds"]["worst"]
    wrong = [line for line in errors if "flip" in line["id"]]
    sides = {
        side: {
            "errors": sum(line["leaning"] == side for line in errors),
            "planted": sum(line["leaning"] == side for line in wrong),
        }
        for side in SIDES
    }
    return {"seed": seed, "n": tree["n"], "errors": len(errors), "planted": len(wrong), **sides}


def cost(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Time the pass over training images."""
    run = folder / "clothes"
    settings = [f"model.size={options.size}", f"train.epochs={options.epochs}", "model.width=32"]
    words = [word for setting in settings for word in ("--set", setting)]
    _, told = dojang("train", options.data / ARCHIVE, "--run", run, *words)
    line = re.search(r"Features of training images: (\d+) files in ([\d.]+) s", told)
    assert line is not None
    history = json.loads((run / "history.json").read_text())
    whole = json.loads((run / "run.json").read_text())["seconds"]
    training, spent = history[-1]["seconds"], float(line[2])
    return {
        "images": int(line[1]), "seconds": spent, "training_seconds": training,
        "run_seconds": whole, "share_of_training": spent / training,
    }  # fmt: skip


def write_digits(root: Path, seed: int) -> None:
    """Write the digits as files; those with another label than their own are named flip."""
    digits, rng = load_digits(), np.random.default_rng(seed)
    flipped = rng.random(len(digits.target)) < NOISE
    for number, (pixels, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        other = (int(label) + int(rng.integers(1, 10))) % 10
        folder = root / str(other if flipped[number] else label)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{'flip' if flipped[number] else 'own'}-{number:04}.png"
        Image.fromarray((pixels * 15.9).astype(np.uint8)).save(folder / name)


def dojang(*words: object) -> tuple[str, str]:
    """Run a command as a user does; return both outputs."""
    command = [sys.executable, "-m", "dojang.app.cli", "--lang", "en", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout, done.stderr


if __name__ == "__main__":
    main()
