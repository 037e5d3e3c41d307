"""Planted label errors: how many of them `dojang labels` puts at the top of its list.

Claim measured here: with 5 % of the labels of a few thousand CIFAR-10 images replaced by another
class at random, at least 75 % of the replaced labels are in the first 10 % of the ranked list.

    python benchmarks/label_noise.py --data DIR_WITH_CIFAR10_ZIP --out results/label_noise.json

How it is measured, for each seed
    1. Images are drawn from the training folder of the archive, and labels flipped in a table
       beside them. The program sees the table only.
    2. ``dojang train`` makes out-of-fold predictions (k-fold), ``dojang labels --json`` ranks them.
       Counted: recall in the first 10 %, precision and recall of the probable errors, the estimated
       share of wrong labels with its interval against the true one, and other ways of ranking and
       choosing that cleanlab offers, on the same probabilities.
    3. ``--control``: the same images with their true labels. Whatever is called a probable error
       there is a false alarm, or an error that CIFAR-10 came with.
    4. ``--retrain``: a reviewer who reads the first 10 % of the list and writes the true class
       wherever the label is wrong; ``--fix``, the same recipe again, ``--against``.

The seeds of the flips are arguments, so that a reader can take some that nobody tuned for. Flips
are uniform over the other classes: errors between classes that look alike are harder to find.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ARCHIVE = "cifar10.zip"
LOOKED_AT = 0.10
CLAIM = 0.75
FILTERS = ("prune_by_noise_rate", "prune_by_class", "both", "confident_learning",
           "low_normalized_margin", "low_self_confidence")  # fmt: skip
SCORES = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")


def main() -> None:
    """Measure every seed, print and store."""
    options = parse()
    results = []
    for seed in options.seeds:
        with tempfile.TemporaryDirectory(prefix="label-noise-") as folder:
            results.append(measure(Path(folder), seed, options))
        print(json.dumps(results[-1], indent=1))
    found = {
        "claim": f"recall in the first {LOOKED_AT:.0%} >= {CLAIM}",
        "holds": all(result["noisy"]["recall_at_10"] >= CLAIM for result in results),
        "arguments": vars(options) | {"data": options.data.name, "out": None},
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "cpu": platform.machine()},
        "results": results,
    }
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n")
    print("holds" if found["holds"] else "does not hold")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help=f"folder with {ARCHIVE}")
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--noise", type=float, default=0.05)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--set", action="append", default=[], help="key=value of the recipe")
    parser.add_argument("--control", action="store_true", help="train on the true labels too")
    parser.add_argument("--retrain", action="store_true", help="correct, train again, compare")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def measure(folder: Path, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Do one seed in ``folder``."""
    truth = plant(folder, seed, options)
    started = time.monotonic()
    run, listed = train_and_rank(folder, "noisy", options)
    result: dict[str, Any] = {"seed": seed, "seconds": round(time.monotonic() - started)}
    result["noisy"] = judge(listed, truth) | {"others": alternatives(run, truth)}
    if options.retrain:
        result["retrained"] = retrain(folder, run, listed, truth)
    if options.control:
        _, clean = train_and_rank(folder, "true", options)
        result["control"] = {key: clean[key] for key in ("judged", "probable", "flagged", "share")}
        result["control"]["false_rate"] = clean["probable"] / clean["judged"]
    return result


def plant(folder: Path, seed: int, options: argparse.Namespace) -> pd.DataFrame:
    """Unpack images, and write ``noisy.csv`` and ``true.csv`` beside them; return the truth."""
    rng = np.random.default_rng(seed)
    rows = []
    with zipfile.ZipFile(options.data / ARCHIVE) as archive:
        names = sorted(n for n in archive.namelist() if n.startswith("train/") and n[-1] != "/")
        classes = sorted({name.split("/")[1] for name in names})
        chosen = sorted(rng.choice(len(names), options.images, replace=False))
        flipped = set(rng.choice(options.images, round(options.noise * options.images), False))
        for number, index in enumerate(chosen):
            true = names[index].split("/")[1]
            file = f"{number:05d}.jpg"  # a name that does not tell the class
            (folder / file).write_bytes(archive.read(names[index]))
            others = [name for name in classes if name != true]
            rows.append((file, rng.choice(others) if number in flipped else true, true))
    for name, column in (("noisy", 1), ("true", 2)):
        with (folder / f"{name}.csv").open("w", newline="") as file_of_rows:
            lines = [("path", "label"), *((row[0], row[column]) for row in rows)]
            csv.writer(file_of_rows).writerows(lines)
    return pd.DataFrame(rows, columns=["id", "label", "true"]).set_index("id")


def train_and_rank(folder: Path, table: str, options: argparse.Namespace) -> tuple[Path, Any]:
    """Train on a table and return the run and what ``dojang labels`` says of it."""
    run = folder / f"run-{table}"
    settings = ["split.kind=kfold", f"split.folds={options.folds}", "split.test=0.02", *options.set]
    dojang("train", folder / f"{table}.csv", "--run", run, *with_flags(settings), "--json")
    return run, json.loads(dojang("labels", run, "--json"))


def with_flags(settings: list[str]) -> list[str]:
    """Put ``--set`` before each."""
    return [word for setting in settings for word in ("--set", setting)]


def dojang(*arguments: object) -> str:
    """Run a command line; what it says of its progress is shown."""
    words = [sys.executable, "-m", "dojang", *map(str, arguments)]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


def judge(listed: Any, truth: pd.DataFrame) -> dict[str, Any]:
    """Compare the ranked list with the truth."""
    rows = pd.DataFrame(listed["labels"])
    true = truth.loc[rows["id"], "true"].to_numpy()
    wrong = rows["label"].to_numpy() != true
    top = round(LOOKED_AT * len(rows))
    probable = rows["probable"].to_numpy()
    suggested = rows["suggested"].where(rows["suggested"].notna(), rows["label"]).to_numpy()
    return {
        "judged": len(rows),
        "planted": int(wrong.sum()),
        "accuracy_by_true_labels": float((suggested == true).mean()),
        "recall_at_10": float(wrong[:top].sum() / wrong.sum()),
        "probable": int(probable.sum()),
        "precision_of_probable": share_of(wrong, probable),
        "recall_of_probable": float(wrong[probable].sum() / wrong.sum()),
        "flagged": listed["flagged"],
        "precision_of_flagged": share_of(wrong, rows["cleanlab"].to_numpy()),
        "suggestion_right": share_of(suggested == true, wrong & probable),
        "share": listed["share"],
        "true_share": float(wrong.mean()),
    }  # fmt: skip


def share_of(what: Any, among: Any) -> float | None:
    """Share of ``what`` in ``among``; None where there is nothing among."""
    return float(what[among].mean()) if among.any() else None


def alternatives(run: Path, truth: pd.DataFrame) -> dict[str, Any]:
    """Other ways to rank and to choose, on the same probabilities."""
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    frame = pd.read_parquet(run / "predictions" / "valid.parquet")
    columns = [name for name in frame if name.startswith("p:")]
    index = {name.removeprefix("p:"): i for i, name in enumerate(columns)}
    shares = frame[columns].to_numpy(np.float64)
    shares = shares / shares.sum(axis=1, keepdims=True)
    labels = frame["target"].map(index).to_numpy()
    wrong = frame["target"].to_numpy() != truth.loc[frame["id"], "true"].to_numpy()
    top = round(LOOKED_AT * len(frame))
    found: dict[str, Any] = {}
    for method in SCORES:
        order = np.argsort(get_label_quality_scores(labels, shares, method=method), kind="stable")
        found[f"rank {method}"] = {"recall_at_10": float(wrong[order[:top]].sum() / wrong.sum())}
    for method in FILTERS:
        chosen = find_label_issues(labels, shares, filter_by=method, n_jobs=1)
        found[f"filter {method}"] = {
            "flagged": int(chosen.sum()), "precision": share_of(wrong, chosen)
        }  # fmt: skip
    return found


def retrain(folder: Path, run: Path, listed: Any, truth: pd.DataFrame) -> Any:
    """Correct what a reader of the first tenth would, train again and compare."""
    table = pd.read_csv(listed["csv"], dtype=str, keep_default_na=False)
    read = table.head(round(LOOKED_AT * len(table))).index
    true = truth.loc[table["id"], "true"].to_numpy()
    corrected = table.index.isin(read) & (table["label"].to_numpy() != true)
    table.loc[corrected, "new_label"] = true[corrected]
    edited, fixed, new = (folder / name for name in ("edited.csv", "fixed.parquet", "run-fixed"))
    table.to_csv(edited, index=False)
    made = json.loads(dojang("labels", run, "--fix", edited, "--out", fixed, "--json"))
    dojang(*shlex.split(made["command"])[1:], "--run", new, "--json")
    return json.loads(dojang("labels", new, "--against", run, "--json"))["metrics"] | {
        "corrected": made["changed"]
    }


if __name__ == "__main__":
    main()
