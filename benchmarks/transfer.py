"""What weights of another data set are worth: every way of transfer against training from scratch.

    python benchmarks/transfer.py --data clothing.zip --pretrain cifar10.zip --work transfer-runs \\
        --out benchmarks/results/transfer.json --plot docs/images/transfer.svg

A network learns on ``--pretrain`` once, by a ready recipe (or ``--source`` names a run of Dojang).
Then, for each number of training images a class and each seed, the same network is trained from
scratch and by every mode of transfer, with the same images, validation part and epochs: 200 for 10
images a class and 60 for 50, as ``auto`` would have it, 20 for all. The given test part is scored
at the end. Subsets are nested: the first 10 images of a seed are among its first 50. AdamW trains
all of them, and Muon once more from scratch. Rows that the JSON has already are not run again.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import time
import zipfile
from pathlib import Path
from typing import Any

from scipy.stats import t as student

import dojang
from dojang.core.random import generator
from dojang.nn.weights import contract_of
from dojang.train.hardware import describe

# What each way says of transfer; training from scratch says nothing.
MODES: dict[str, dict[str, Any]] = {
    "scratch": {},
    "scratch-muon": {"optimizer.name": "muon"},
    "frozen": {"transfer.mode": "frozen"},
    "last-blocks": {"transfer.mode": "last-blocks"},
    "full": {"transfer.mode": "full"},
    "full-whole-rate": {"transfer.mode": "full", "transfer.rate": 1.0},
    "auto": {"transfer.mode": "auto"},
}
PARTS = ("train", "validation", "test")
Rows = list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pretrain", type=Path)
    parser.add_argument("--source", type=Path, help="a run to take the weights of")
    parser.add_argument("--recipe", default="cifar10", help="of the training on --pretrain")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 50, 0], help="0: all")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--modes", nargs="+", default=list(MODES), choices=MODES)
    parser.add_argument(
        "--epochs", type=int, nargs="+", default=[200, 60, 20], help="one for each of the counts"
    )
    parser.add_argument(
        "--held-out", type=int, default=0, help="at most so many a class, for a try"
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    if len(given.epochs) != len(given.counts):
        raise SystemExit("give as many --epochs as --counts")
    epochs = dict(zip(given.counts, given.epochs, strict=True))
    source = given.source or pretrained(given)
    tree = json.loads(given.out.read_text(encoding="utf-8")) if given.out.is_file() else {}
    rows: Rows = tree.get("rows", [])
    done = {(r["count"], r["seed"], r["mode"]) for r in rows}
    for count in given.counts:
        for seed in given.seeds:
            wanted = [m for m in given.modes if (count, seed, m) not in done]
            folder = subset(given, count, seed) if wanted else None
            for mode in wanted:
                assert folder is not None
                rows.append(one(given, folder, source, count, seed, mode, epochs[count]))
                print(json.dumps(rows[-1]), flush=True)
                save(given, source, rows)
            if folder is not None:
                shutil.rmtree(folder)
    save(given, source, rows)
    if given.plot:
        draw(summary(rows), given.plot)


def pretrained(given: argparse.Namespace) -> Path:
    """Train the network to start from, or find the one that was trained before."""
    path = given.work / "source"
    if (path / "run.json").is_file():
        run = dojang.load(path)
        if run.record.status == "finished":
            return path
        shutil.rmtree(path)
    if given.pretrain is None:
        raise SystemExit("give --pretrain or --source")
    dojang.train(str(given.pretrain), recipe=given.recipe, run=path)
    return path


def subset(given: argparse.Namespace, count: int, seed: int) -> Path:
    """Unpack ``count`` training images a class (0: all) and the held-out parts into a folder."""
    folder = given.work / f"data-{count}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(given.data) as archive:
        by_place: dict[tuple[str, str], list[str]] = {}
        for name in sorted(archive.namelist()):
            part, _, rest = name.partition("/")
            if part in PARTS and rest.count("/") == 1 and not rest.endswith("/"):
                by_place.setdefault((part, rest.split("/")[0]), []).append(name)
        for (part, label), names in by_place.items():
            if part == "train":
                order = generator(seed, "subset", label).permutation(len(names))
                names = [names[i] for i in order[: count or None]]
            elif given.held_out:
                names = names[: given.held_out]
            for name in names:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    return folder


def one(
    given: argparse.Namespace,
    folder: Path,
    source: Path,
    count: int,
    seed: int,
    mode: str,
    epochs: int,
) -> dict[str, Any]:
    """Train once, open the test part, and throw the run away."""
    contract = contract_of(str(source))
    assert contract is not None
    settings: dict[str, Any] = {
        "model.name": contract.model["name"], "model.width": contract.model["width"],
        "model.size": given.size, "train.seed": seed, "train.epochs": epochs,
        "data.near_duplicates": "ignore", "audit.leaks": "drop", "optimizer.name": "adamw",
    } | MODES[mode]  # fmt: skip
    if not mode.startswith("scratch"):
        settings["model.weights"] = str(source)
    path = given.work / f"run-{count}-{seed}-{mode}"
    shutil.rmtree(path, ignore_errors=True)
    started = time.monotonic()
    run = dojang.train(str(folder), run=path, settings=settings, progress=False)
    seconds = time.monotonic() - started
    scores = run.evaluate()
    reason = run.record.reasons.get("transfer.mode")
    row = {
        "count": count, "seed": seed, "mode": mode, "chosen": run.recipe.transfer.mode,
        "epochs": epochs,
        "images": sum(run.record.data["counts"]["train"].values()), "seconds": round(seconds, 1),
        "reason": reason, **{name: score.value for name, score in scores.metrics.items()},
    }  # fmt: skip
    shutil.rmtree(path)
    return row


def save(given: argparse.Namespace, source: Path, rows: Rows) -> None:
    """Write the rows and what they come to, whole or not at all."""
    import torch

    tree = {
        "machine": describe(torch.device("cpu")), "source": dojang.load(source).record.name,
        "source_scores": dojang.load(source).scores().to_json()["metrics"]["accuracy"],
        "size": given.size, "summary": summary(rows), "rows": rows,
    }  # fmt: skip
    given.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = given.out.with_suffix(".part")
    temporary.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
    temporary.replace(given.out)


def summary(rows: Rows) -> list[dict[str, Any]]:
    """Mean over the seeds with its 95 % interval (Student's t), and the gain over scratch on the
    same seeds."""
    found = []
    scratch = {(r["count"], r["seed"]): r["accuracy"] for r in rows if r["mode"] == "scratch"}
    for count, mode in sorted({(r["count"] or math.inf, r["mode"]) for r in rows}):
        mine = [r for r in rows if (r["count"] or math.inf, r["mode"]) == (count, mode)]
        pairs = [(r["accuracy"], scratch.get((r["count"], r["seed"]))) for r in mine]
        gains = [value - other for value, other in pairs if other is not None]
        found.append({
            "count": mine[0]["count"], "mode": mode, "seeds": len(mine),
            "images": statistics.mean(r["images"] for r in mine),
            "accuracy": interval([value for value, _ in pairs]),
            "gain": interval(gains) if gains else None,
            "seconds": statistics.median(r["seconds"] for r in mine),
            "chosen": sorted({r["chosen"] for r in mine}),
        })  # fmt: skip
    return found


def interval(values: list[float]) -> dict[str, float | None]:
    """Mean and 95 % interval; of one value it has no bounds."""
    mean = statistics.mean(values)
    if len(values) < 2:
        return {"value": mean, "low": None, "high": None}
    error = statistics.stdev(values) / len(values) ** 0.5 * student.ppf(0.975, len(values) - 1)
    return {"value": mean, "low": mean - error, "high": mean + error}


# How a way is called and drawn; ``auto`` is one of the others and would lie on it.
DRAWN = {
    "full-whole-rate": ("all layers, the whole rate", "#12805c", "o"),
    "full": ("all layers, a tenth of the rate", "#2f4fa8", "o"),
    "last-blocks": ("head and last block", "#7a8bd0", "s"),
    "frozen": ("head alone, on frozen features", "#b0773a", "D"),
    "scratch": ("no weights: from scratch", "#6b6f76", "x"),
}


def draw(lines: list[dict[str, Any]], path: Path) -> None:
    """Draw accuracy by images a class: means and their intervals, one colour a way."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = path.name  # the same figures give the same file
    sizes = sorted({(line["images"], line["count"]) for line in lines})
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    for number, (mode, (name, color, marker)) in enumerate(DRAWN.items()):
        found = {line["images"]: line["accuracy"] for line in lines if line["mode"] == mode}
        places = [i for i, (images, _) in enumerate(sizes) if images in found]
        scores = [found[images] for images, _ in sizes if images in found]
        values = [100 * score["value"] for score in scores]
        spread = [
            [abs(100 * (score[side] or score["value"]) - value)
             for score, value in zip(scores, values, strict=True)]
            for side in ("low", "high")
        ]  # fmt: skip
        x = [place + 0.07 * (number - (len(DRAWN) - 1) / 2) for place in places]
        axes.plot(x, values, color=color, alpha=0.35, linewidth=1)
        axes.errorbar(
            x, values, yerr=spread, label=name, color=color, marker=marker, linestyle="none",
            capsize=3, markersize=6,
        )  # fmt: skip
    axes.set_xticks(
        range(len(sizes)),
        [f"{count or f'all ({images:,} images)'}" for images, count in sizes],
    )
    axes.set_xlabel("training images a class")
    axes.set_ylabel("test accuracy, %")
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
