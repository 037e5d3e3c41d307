"""Trainings with a known fault each: does `dojang advise` name it first, and leave healthy ones be?

Claim measured here: of at least 60 small trainings, run for this alone, the right verdict comes
first in at least 85 %; of healthy ones at least 95 % are not accused of anything.

    python benchmarks/curve_doctor.py --data DIR --work RUNS --seeds 202 303

How it is measured
    1. Three worlds: handwritten digits (scikit-learn), four classes of CIFAR-10, five classes of
       clothing. Each seed draws other images, other initial weights, another order.
    2. Each fault of ``FAULTS`` is planted by settings of the recipe, by what is done to the images
       and labels, or by the weights that the training starts from. Nothing but the run folder
       reaches ``dojang advise``: not the fault, not the seed. It reads the recipe, as it does for
       anybody, so a fault that stands there in plain words (a batch of two) is a gift.
    3. Right is the verdict that ``FAULTS`` names. A training whose loss became infinite may be
       called ``diverged`` as well as by its cause. Healthy ones are right when ``good-fit`` is
       first; they are accused when anything but notes is said of them.

The rules were written with seeds 1 and 101 in sight. Runs are kept in ``--work`` and not trained
again: only the verdicts are asked for anew.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file

import dojang
from dojang.app.advising import advise
from dojang.core.errors import DojangError
from dojang.core.store import RunFolder

RESULT = Path(__file__).parent / "results" / "curve_doctor.json"
RIGHT_FIRST, NOT_ACCUSED = 0.85, 0.95
CIFAR = ("automobile", "frog", "horse", "ship")
CLOTHES = ("dress", "hat", "pants", "shoes", "t-shirt")
PLAIN_NET = (
    "conv 24 3x3, relu, conv 24 3x3, relu, maxpool 2x2",
    "conv 48 3x3, relu, conv 48 3x3, relu, maxpool 2x2",
    "flatten, linear 64, relu",
)
TINY_NET = ["conv 2 3x3 stride 2, bn, relu, conv 2 3x3 stride 2, bn, relu", "gap"]
BARE: dict[str, Any] = {
    "augment.flip": "none", "augment.min_area": 1.0, "augment.rotate": 0.0, "augment.color": 0.0,
    "augment.shift": 0.0, "augment.erase": 0.0, "optimizer.weight_decay": 0.0,
    "loss.label_smoothing": 0.0,
}  # fmt: skip
Sample = tuple[str, Image.Image]  # class and picture


@dataclass(frozen=True)
class World:
    """Where images come from, and how they are trained on in good health."""

    name: str
    images: Callable[[Path], dict[str, list[Any]]]
    train: int
    valid: int
    size: int
    epochs: int


@dataclass(frozen=True)
class Fault:
    """What is planted, and what should be said of it.

    Attributes:
        verdict: the right one.
        settings: keys of the recipe.
        train, valid: how many images, in place of the world's.
        labels: share of labels that are wrong.
        leak: share of validation images with a copy in the training part, saved anew.
        weights: what is done to the weights that it starts from.
        worlds: in which worlds; all unless given.
    """

    name: str
    verdict: str
    settings: dict[str, Any] = field(default_factory=dict)
    train: int | None = None
    valid: int | None = None
    labels: float = 0.0
    leak: float = 0.0
    weights: str | None = None
    worlds: tuple[str, ...] = ()


def plain(**more: Any) -> dict[str, Any]:
    """A network without norms, of which weights can be spoiled."""
    return {"model.name": "convnet", "model.layers": list(PLAIN_NET)} | more


RATE = {"adamw": 0.003, "sgd": 0.05, "muon": 0.02}
HEALTHY = (
    Fault("healthy, AdamW", "good-fit"),
    Fault("healthy, Muon", "good-fit", {"optimizer.name": "muon", "optimizer.lr": RATE["muon"]}),
    Fault("healthy, SGD", "good-fit", {"optimizer.name": "sgd", "optimizer.lr": RATE["sgd"]}),
    Fault("healthy, finder", "good-fit", {"optimizer.lr": "auto", "train.batch_size": "auto"}),
    Fault("healthy, no norms", "good-fit", plain() | {"optimizer.lr": 0.001}),
)
FAULTS = (
    *HEALTHY,
    Fault("tiny net", "underfitting", {"model.layers": ["avgpool 8x8", "flatten"]},
          worlds=("cifar", "clothing")),
    Fault("two channels", "underfitting",
          {"model.layers": TINY_NET}),
    Fault("200 images, no regularisation", "overfitting", BARE | {"train.epochs": 40}, train=200,
          worlds=("cifar", "clothing")),
    Fault("rate x 100, AdamW", "rate-too-high", {"optimizer.lr": 100 * RATE["adamw"]}),
    Fault("rate x 100, SGD", "rate-too-high",
          {"optimizer.name": "sgd", "optimizer.lr": 100 * RATE["sgd"]}),
    Fault("rate / 1000, AdamW", "rate-too-low", {"optimizer.lr": RATE["adamw"] / 1000}),
    Fault("rate / 1000, SGD", "rate-too-low",
          {"optimizer.name": "sgd", "optimizer.lr": RATE["sgd"] / 1000}),
    Fault("stopped early", "not-converged", {"train.limit": "3ep", "train.epochs": 40}),
    Fault("two epochs", "not-converged", {"train.epochs": 2}),
    Fault("shuffled labels", "label-noise", labels=1.0),
    Fault("a third of the labels wrong", "label-noise", labels=1 / 3),
    Fault("leaked validation", "leak-suspected", {"audit.allow": ["leak"]}, leak=0.5),
    Fault("validation of 30", "noisy-validation", valid=30),
    Fault("infinite loss", "diverged",
          plain() | {"optimizer.name": "sgd", "optimizer.lr": 1e4, "train.on_nan": "stop"}),
    Fault("dead units", "dead-units", plain() | {"optimizer.lr": 0.001}, weights="dead"),
    Fault("weights x 8", "exploding-gradients",
          plain() | {"optimizer.lr": 0.001}, weights="large"),
    Fault("batches of two", "small-batch-norm", {"train.batch_size": 2, "train.epochs": 3},
          train=600),
    Fault("rate never lowered", "plateau",
          {"optimizer.name": "sgd", "optimizer.lr": 0.3, "schedule.name": "constant"},
          worlds=("cifar", "clothing")),
)  # fmt: skip


def main() -> None:
    """Train what is missing, ask for verdicts, count."""
    options = parse()
    rows: list[dict[str, Any]] = []
    every = [(w, f, s) for s in options.seeds for w in worlds() for f in FAULTS
             if (not f.worlds or w.name in f.worlds) and options.only in f.name]  # fmt: skip
    for world, fault, seed in every:
        path = (
            options.work / f"{world.name}-{fault.name.replace(' ', '_').replace('/', 'by')}-{seed}"
        )
        if not (path / "run.json").is_file():
            train(world, fault, seed, path, options)
        rows.append(judged(world, fault, seed, path))
        print(f"{'ok' if rows[-1]['right'] else '--'} {world.name:9} {fault.name:32} "
              f"{', '.join(rows[-1]['verdicts'])}", flush=True)  # fmt: skip
    found = summary(rows)
    print(json.dumps({k: v for k, v in found.items() if k != "trainings"}, indent=1))
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the archives")
    parser.add_argument("--work", type=Path, required=True, help="where runs are kept")
    parser.add_argument("--seeds", type=int, nargs="+", default=[202])
    parser.add_argument("--only", default="", help="faults whose name holds this")
    parser.add_argument("--out", type=Path, help=f"such as {RESULT.name}")
    return parser.parse_args()


def judged(world: World, fault: Fault, seed: int, path: Path) -> dict[str, Any]:
    """Ask for the verdicts of a run and compare them with what was planted."""
    found = advise(path)
    verdicts = [finding.name for finding in found.findings]
    accepted = {fault.verdict} | ({"diverged"} if not found.finite else set())
    accused = [f.name for f in found.findings if f.severity != "note"]
    return {
        "world": world.name, "fault": fault.name, "seed": seed, "expected": fault.verdict,
        "verdicts": verdicts, "right": verdicts[0] in accepted, "accused": accused,
        "seconds": round(json.loads((path / "run.json").read_text())["seconds"]),
    }  # fmt: skip


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Count the right ones and the healthy that were left in peace."""
    healthy = [row for row in rows if row["expected"] == "good-fit"]
    by_fault: dict[str, Counter[str]] = {}
    for row in rows:
        by_fault.setdefault(row["fault"], Counter())[row["verdicts"][0]] += 1
    right = sum(row["right"] for row in rows) / max(1, len(rows))
    left = sum(not row["accused"] for row in healthy) / max(1, len(healthy))
    return {
        "claim": f"right first >= {RIGHT_FIRST}, healthy not accused >= {NOT_ACCUSED}",
        "holds": right >= RIGHT_FIRST and left >= NOT_ACCUSED,
        "count": len(rows), "right_first": right,
        "faulty_right_first": sum(r["right"] for r in rows if r["expected"] != "good-fit")
        / max(1, len(rows) - len(healthy)),
        "healthy": len(healthy), "not_accused": left,
        "first_verdicts": {name: dict(counts) for name, counts in by_fault.items()},
        "trainings": rows,
    }  # fmt: skip


# --- worlds -----------------------------------------------------------------------------------


def worlds() -> tuple[World, ...]:
    """The three worlds, smallest pictures first."""
    return (
        World("digits", digits, 1000, 400, 16, 12),
        World("cifar", cifar, 2000, 500, 24, 14),
        World("clothing", clothing, 1200, 300, 24, 18),
    )


def digits(_data: Path) -> dict[str, list[Any]]:
    """Handwritten digits of 8 pixels, twice as large."""
    from sklearn.datasets import load_digits

    pictures, targets = load_digits(return_X_y=True)
    scaled = (pictures.reshape(-1, 8, 8) * 15.9).astype(np.uint8).repeat(2, 1).repeat(2, 2)
    return {str(c): [Image.fromarray(p) for p in scaled[targets == c]] for c in range(10)}


def cifar(data: Path) -> dict[str, list[Any]]:
    return {c: list(named(data / "cifar10.zip", f"train/{c}/")) for c in CIFAR}


def clothing(data: Path) -> dict[str, list[Any]]:
    return {c: list(named(data / "clothing.zip", f"train/{c}/")) for c in CLOTHES}


def named(archive: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    """Pictures are opened where they are drawn alone."""
    return ((archive, n) for n in sorted(files_of(archive).namelist())
            if n.startswith(prefix) and n[-1] != "/")  # fmt: skip


@cache
def files_of(archive: Path) -> zipfile.ZipFile:
    """An archive stays open: its list is long."""
    return zipfile.ZipFile(archive)


def opened(picture: Any, size: int) -> Image.Image:
    """Return the picture, not much larger than it is needed."""
    if isinstance(picture, Image.Image):
        return picture
    archive, name = picture
    with files_of(archive).open(name) as file:
        found = Image.open(file).convert("RGB")
        found.thumbnail((2 * size, 2 * size))
        return found


# --- planting ---------------------------------------------------------------------------------


def train(world: World, fault: Fault, seed: int, path: Path, options: argparse.Namespace) -> None:
    """Draw the images of a seed, plant the fault, train."""
    rng = np.random.default_rng([seed, len(fault.name), *fault.name.encode()])
    photos = path.with_name(path.name + "-photos")
    write_images(photos, draw(world, fault, rng, options.data), fault, world, rng)
    settings: dict[str, Any] = {
        "data.source": str(photos), "data.near_duplicates": "ignore", "data.cache": "memory",
        "data.workers": 0, "model.name": "convnet", "model.size": world.size, "model.width": 16,
        "optimizer.name": "adamw", "optimizer.lr": RATE["adamw"], "train.batch_size": 64,
        "train.epochs": world.epochs, "train.seed": seed, "train.precision": "fp32",
        "train.compile": "off", "train.layout": "contiguous",
    } | fault.settings  # fmt: skip
    if fault.leak:
        settings["data.near_duplicates"] = "group"  # as it is unless told otherwise
    if fault.weights:
        settings |= {"model.weights": str(spoiled(photos, path, settings, fault.weights, seed)),
                     "transfer.mode": "full", "transfer.rate": 1.0}  # fmt: skip
    try:
        dojang.train(str(photos), run=path, settings=settings, progress=False)
    except DojangError as error:
        if not (path / "history.json").is_file() and fault.verdict != "diverged":
            raise
        print(f"   {error}")


def draw(
    world: World, fault: Fault, rng: np.random.Generator, data: Path
) -> dict[str, list[Sample]]:
    """Draw the images of both parts, classes in turn."""
    pictures = world.images(data)
    wanted = {"train": fault.train or world.train, "validation": fault.valid or world.valid}
    order = {c: rng.permutation(len(p)).tolist() for c, p in pictures.items()}
    parts: dict[str, list[Sample]] = {}
    for part, count in wanted.items():
        taken: list[Sample] = []
        while len(taken) < count and any(order.values()):
            for name, left in order.items():
                if left and len(taken) < count:
                    taken.append((name, opened(pictures[name][left.pop()], world.size)))
        parts[part] = taken
    return parts


def write_images(
    folder: Path,
    parts: dict[str, list[Sample]],
    fault: Fault,
    world: World,
    rng: np.random.Generator,
) -> None:
    """Write a folder a class; labels and copies are spoiled here."""
    classes = sorted({name for name, _ in parts["train"]})
    for part, samples in parts.items():
        for number, (name, picture) in enumerate(samples):
            others = [c for c in classes if c != name or fault.labels == 1]
            label = str(rng.choice(others)) if rng.random() < fault.labels else name
            target = folder / part / label
            target.mkdir(parents=True, exist_ok=True)
            picture.save(target / f"{number:05d}.png")
            if part == "validation" and rng.random() < fault.leak:
                copy = folder / "train" / label
                copy.mkdir(parents=True, exist_ok=True)
                picture.convert("RGB").save(copy / f"copy{number:05d}.jpg", quality=92)


def spoiled(photos: Path, path: Path, settings: dict[str, Any], how: str, seed: int) -> Path:
    """Train for an epoch at next to no rate, spoil the weights, and return their file."""
    from dojang.core.store import read_tensors

    first = path.with_name(path.name + "-first")
    if not first.is_dir():
        dojang.train(str(photos), run=first, progress=False,
                     settings=settings | {"train.epochs": 1, "optimizer.lr": 1e-7})  # fmt: skip
    source = RunFolder(first).weights(0)
    tensors = {name: np.array(value) for name, value in load_file(source).items()}
    rng = np.random.default_rng(seed)
    for name, value in tensors.items():
        if "features" not in name:
            continue
        if how == "large" and name.endswith("weight"):
            value *= 8
        elif how == "dead" and name.endswith("bias"):
            value[rng.random(len(value)) < 0.7] = -1000.0
    _, metadata = read_tensors(source)
    target = path.with_name(path.name + "-weights.safetensors")
    save_file(tensors, target, metadata)
    return target


if __name__ == "__main__":
    main()
