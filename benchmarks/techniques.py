"""What each technique of training is worth: the same small network, one setting changed at a time.

    python benchmarks/techniques.py --data DIR_WITH_CIFAR10_ZIP

Claim measured here: none. The cards of ``docs/techniques.md`` say what a technique is for; this
says what it did on 5,000 small images with 15 epochs of a small network, where it did nothing or
harm as well.

How it is measured
    1. A fixed subset of ``cifar10.zip`` is unpacked into a folder outside the project: 500 training
       and 100 validation images of each class from its training part, 500 test images of each from
       its test part.
    2. ``dojang.train`` runs in a process of its own for the baseline and for each technique, with
       the same seeds. The baseline is AdamW with a one-cycle schedule and cross-entropy, without
       weight decay and without label smoothing, so that these can be switched on alone like all
       others; the rest is what ``auto`` chooses for these images. Learning rates are those that
       ``auto`` gives an optimiser; nothing was tuned for a technique.
    3. The test part is scored once, with the weights that training kept: those of the best epoch by
       validation loss.
    4. Differences are to the baseline of the same seed; the interval is Student's, over seeds. Time
       is the median over epochs of images per second, and its ratio the median over seeds; memory
       is the peak of the process.

A run that is in the results is not run again, so the script can be stopped and started at will.
Where a technique ends with the very scores of the baseline, the row says so: it changed nothing.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

HERE = Path(__file__).resolve().parent
PARTS = {"train": ("train", 0, 500), "valid": ("train", 500, 600), "test": ("test", 0, 500)}
BASE: dict[str, Any] = {
    "model.name": "convnet",
    "model.width": 16,
    "train.epochs": 15,
    "train.batch_size": 64,
    "optimizer.name": "adamw",
    "optimizer.weight_decay": 0.0,
    "loss.label_smoothing": 0.0,
    "balance.method": "none",
    "augment.flip": "horizontal",  # what auto finds, without looking each time
    "audit.leaks": "drop",  # CIFAR-10 has near-duplicates between its parts
}
BASELINE = "baseline"
TECHNIQUES: dict[str, dict[str, Any]] = {
    BASELINE: {},
    # optimisers, at the rates that auto gives them
    "sgd": {"optimizer.name": "sgd", "optimizer.momentum": 0.0},
    "momentum": {"optimizer.name": "sgd", "optimizer.nesterov": False},
    "nesterov": {"optimizer.name": "sgd"},
    "adagrad": {"optimizer.name": "adagrad"},
    "rmsprop": {"optimizer.name": "rmsprop"},
    "adam": {"optimizer.name": "adam"},
    "muon": {"optimizer.name": "muon"},
    "layer-decay": {"optimizer.layer_decay": 0.8},
    # schedules, against one-cycle
    "constant": {"schedule.name": "constant"},
    "step": {"schedule.name": "step"},
    "multistep": {"schedule.name": "multistep"},
    "cosine": {"schedule.name": "cosine"},
    "restarts": {"schedule.name": "restarts"},
    "polynomial": {"schedule.name": "polynomial"},
    "plateau": {"schedule.name": "plateau", "schedule.patience": "2ep"},
    # losses, against cross-entropy
    "focal": {"loss.name": "focal"},
    "bce": {"loss.name": "bce"},
    "label-smoothing": {"loss.label_smoothing": 0.1},
    # what holds the weights back
    "l1": {"regularize.l1": 1e-5},
    "l2": {"regularize.l2": 1e-3},
    "weight-decay": {"optimizer.weight_decay": 0.05},
    "dropout": {"model.dropout": 0.2},
    "stochastic-depth": {"model.drop_path": 0.1},
    "input-noise": {"augment.noise": 0.05},
    "weight-noise": {"regularize.weight_noise": 0.05},
    "mixup": {"augment.mixup": 0.2},
    "cutmix": {"augment.cutmix": 1.0},
    "early-stopping": {"train.patience": "3ep"},
    "clipping": {"train.clip_norm": 1.0},
    "sam": {"regularize.sam": 0.05},
    # averages
    "ema": {"average.kind": "ema", "average.decay": 0.99},
    "swa": {"average.kind": "swa"},
}
Row = dict[str, Any]


def main() -> None:
    """Train what is missing, the baseline of a seed first, and write after every training."""
    given = arguments().parse_args()
    if given.one:
        print(json.dumps(train_once(given.images, given.one, given.seed, override_of(given))))
        return
    work = given.work or Path(tempfile.gettempdir()) / "dojang-techniques"
    images = unpack(given.data / "cifar10.zip", work / "images")
    tree = read(given.out, override_of(given))
    for seed in given.seeds:
        for name in dict.fromkeys([BASELINE, *given.techniques]):
            if any(r["technique"] == name and r["seed"] == seed for r in tree["rows"]):
                continue
            tree["rows"].append(in_a_process(images, name, seed, given))
            tree["summary"] = summary(tree["rows"])
            write(given.out, tree)
            print(json.dumps(tree["rows"][-1]), flush=True)
    shutil.rmtree(work / "runs", ignore_errors=True)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with cifar10.zip")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "techniques.json")
    parser.add_argument("--work", type=Path, help="where images and runs go meanwhile")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--techniques", nargs="+", choices=TECHNIQUES, default=list(TECHNIQUES))
    parser.add_argument("--epochs", type=int, default=BASE["train.epochs"])
    parser.add_argument("--one", choices=TECHNIQUES, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--images", type=Path, help=argparse.SUPPRESS)
    return parser


def override_of(given: argparse.Namespace) -> dict[str, Any]:
    return BASE | {"train.epochs": given.epochs}


def unpack(archive: Path, folder: Path) -> Path:
    """Lay out the subset as part/class/name; does nothing where it is complete."""
    if (folder / ".complete").exists():
        return folder
    with zipfile.ZipFile(archive) as file:
        names = sorted(n for n in file.namelist() if n.endswith(".jpg"))
        for part, (side, first, last) in PARTS.items():
            for label in sorted({n.split("/")[1] for n in names}):
                for name in [n for n in names if n.startswith(f"{side}/{label}/")][first:last]:
                    target = folder / part / label / f"{side}-{Path(name).name}"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(file.read(name))
    (folder / ".complete").touch()
    return folder


def in_a_process(images: Path, name: str, seed: int, given: argparse.Namespace) -> Row:
    """Train in a child, whose peak of memory is its own."""
    command = [sys.executable, __file__, "--one", name, "--seed", str(seed)]
    command += ["--images", str(images), "--epochs", str(given.epochs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    row: Row = json.loads(done.stdout.strip().splitlines()[-1])
    return row


def train_once(images: Path, name: str, seed: int, base: dict[str, Any]) -> Row:
    """Train one technique with one seed and score the test part."""
    import dojang

    settings = base | TECHNIQUES[name] | {"train.seed": seed}
    folder = images.parent / "runs" / f"{name}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    run = dojang.train(images, run=folder, settings=settings, progress=False)
    scores = run.evaluate().metrics
    history = run.history
    shutil.rmtree(folder)
    return {
        "technique": name,
        "seed": seed,
        "accuracy": scores["accuracy"].value,
        "log_loss": scores["log_loss"].value,
        "epochs": len(history),
        "images_per_second": float(np.median([r.images_per_second for r in history])),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def summary(rows: list[Row]) -> dict[str, Row]:
    """Return for each technique its difference to the baseline over the seeds that both have."""
    bases = {r["seed"]: r for r in rows if r["technique"] == BASELINE}
    found: dict[str, Row] = {}
    for name, settings in TECHNIQUES.items():
        own = [r for r in rows if r["technique"] == name and r["seed"] in bases]
        if own:
            pairs = [(row, bases[row["seed"]]) for row in own]
            found[name] = {"settings": settings, "seeds": len(pairs)} | compared(pairs)
    return found


def compared(pairs: list[tuple[Row, Row]]) -> Row:
    """Compare rows with the baseline of their seed."""
    times = [base["images_per_second"] / row["images_per_second"] for row, base in pairs]
    more = [row["megabytes"] - base["megabytes"] for row, base in pairs]
    scores = ("accuracy", "log_loss")
    return {
        **{key: difference(pairs, key) for key in scores},
        "time": float(np.median(times)),
        "megabytes": float(np.median(more)),
        "epochs": float(np.median([row["epochs"] for row, _ in pairs])),
        "same": all(row[key] == base[key] for row, base in pairs for key in scores),
    }


def difference(pairs: list[tuple[Row, Row]], key: str) -> dict[str, float]:
    """Return the mean over seeds, the mean difference, and its 95 % interval from two seeds on."""
    values = np.array([row[key] for row, _ in pairs])
    gains = values - np.array([base[key] for _, base in pairs])
    found = {"mean": float(values.mean()), "difference": float(gains.mean())}
    if len(gains) > 1:
        error = float(gains.std(ddof=1)) / len(gains) ** 0.5
        reach = float(stats.t.ppf(0.975, len(gains) - 1)) * error
        found |= {"low": found["difference"] - reach, "high": found["difference"] + reach}
    return found


def read(path: Path, base: dict[str, Any]) -> dict[str, Any]:
    """Return what was measured so far; another baseline begins anew."""
    from dojang.train.hardware import cores

    fresh: dict[str, Any] = {
        "machine": {"cpu": cpu(), "cores": cores(), "system": platform.system()},
        "versions": {n: metadata.version(n) for n in ("torch", "torchvision", "numpy")},
        "data": {part: 10 * (last - first) for part, (_, first, last) in PARTS.items()},
        "baseline": base,
        "rows": [],
        "summary": {},
    }
    if not path.exists():
        return fresh
    tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    known = tree["summary"]
    kept = [
        r
        for r in tree["rows"]
        if known[r["technique"]]["settings"] == TECHNIQUES.get(r["technique"])
    ]
    return fresh | {"rows": kept} if tree["baseline"] == base else fresh


def write(path: Path, tree: dict[str, Any]) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(x.partition(":")[2].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    main()
