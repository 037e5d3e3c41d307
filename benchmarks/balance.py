"""What each way of balancing is worth: small trainings on long-tailed CIFAR-10, paired by seed.

    python benchmarks/balance.py path/to/cifar10.zip --seeds 5 --out benchmarks/results/balance.json

The largest class has ``--largest`` images, the smallest a ``ratio``-th of them, and the sizes fall
geometrically in between (Cui et al. 2019). Which class is which is drawn anew for each seed. All
methods of a seed learn from the same images with the same first weights; the test part is balanced.
``tuned`` takes the model without balancing and adds offsets fitted on the validation images, which
have the sizes of the training part. Everything goes through the loss, the sampling and the
thresholds of the package; the network is small, so that many seeds are affordable.
"""

from __future__ import annotations

import argparse
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from dojang.analysis.thresholds import fit_offsets
from dojang.app.balancing import SAMPLINGS, make_loss
from dojang.core.decision import decide
from dojang.core.random import generator, seed_of
from dojang.core.recipe import Recipe, override
from dojang.data.cache import PixelStore
from dojang.data.loader import TrainLoader
from dojang.data.transforms import Augment
from dojang.objectives import tallies

METHODS = (
    "none", "focal", "class-weights", "effective-number", "balanced-sampling", "sqrt-sampling",
    "upsample", "downsample", "logit-adjustment",
)  # fmt: skip
TEST_PER_CLASS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--ratios", type=float, nargs="+", default=[1, 3, 10, 30])
    parser.add_argument("--largest", type=int, default=400)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    for ratio in given.ratios:
        for seed in given.seeds:
            data = Data(given.archive, ratio, given.largest, seed)
            for method in given.methods:
                row = {"ratio": ratio, "seed": seed, "method": method}
                rows.append(row | train(data, method, seed, given.epochs))
                print(json.dumps(rows[-1]), flush=True)
        tree = {"largest": given.largest, "epochs": given.epochs, "rows": rows}
        given.out.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


class Data:
    """Long-tailed training and validation images and a balanced test part, as pixels."""

    def __init__(self, archive: Path, ratio: float, largest: int, seed: int) -> None:
        rng = generator(seed, "long tail")
        with zipfile.ZipFile(archive) as file:
            names = sorted(n for n in file.namelist() if n.endswith(".jpg"))
            classes = sorted({n.split("/")[1] for n in names})
            order = rng.permutation(len(classes))
            sizes = np.round(largest * ratio ** (-order / (len(classes) - 1))).astype(int)
            chosen: dict[str, list[tuple[str, int]]] = {"train": [], "valid": [], "test": []}
            for label, name in enumerate(classes):
                learn = [n for n in names if n.startswith(f"train/{name}/")]
                drawn = [learn[i] for i in rng.permutation(len(learn))[: 2 * sizes[label]]]
                held = max(2, sizes[label] // 3)
                chosen["train"] += [(n, label) for n in drawn[: sizes[label]]]
                chosen["valid"] += [(n, label) for n in drawn[sizes[label] : sizes[label] + held]]
                sealed = [n for n in names if n.startswith(f"test/{name}/")][:TEST_PER_CLASS]
                chosen["test"] += [(n, label) for n in sealed]
            self.parts = {part: _read(file, found) for part, found in chosen.items()}
        self.counts = np.bincount(self.parts["train"][1])


def _read(file: zipfile.ZipFile, chosen: list[tuple[str, int]]) -> tuple[Tensor, np.ndarray]:
    pixels = [
        np.asarray(Image.open(io.BytesIO(file.read(name))).convert("RGB")) for name, _ in chosen
    ]
    return torch.from_numpy(np.stack(pixels)), np.array([label for _, label in chosen])


def train(data: Data, method: str, seed: int, epochs: int) -> dict[str, Any]:
    """Train once and score the test part; the number of steps is that of an epoch of all images,
    times ``epochs``, whatever the length of a method's epoch."""
    started = time.monotonic()
    torch.manual_seed(seed_of(seed, "weights"))
    pixels, targets = data.parts["train"]
    settings = {"loss.name": "focal"} if method == "focal" else {"balance.method": method}
    recipe = override(Recipe(), settings)
    loss = make_loss(recipe, data.counts)
    loader = TrainLoader(
        PixelStore(None, tuple(map(str, range(len(targets)))), 32, "squash", pixels),
        targets, 32, 64, Augment(flip="horizontal", shift=0.1), seed, torch.device("cpu"),
        sampling=SAMPLINGS.get(method, "none"),
    )  # fmt: skip
    steps = max(1, len(targets) // 64) * epochs
    network = _network(len(data.counts))
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, steps, pct_start=0.25)
    step, epoch = 0, 0
    while step < steps:
        for batch in loader.epoch(epoch):
            value = loss(network(_scaled(batch.images)), batch.targets)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
            step += 1
            if step == steps:
                break
        epoch += 1
    found = {part: _predict(network, data.parts[part][0]) for part in ("valid", "test")}
    scores = _scores(found["test"].argmax(axis=1), data)
    if method == "none":
        scores["tuned"] = _tuned(found, data)
    return scores | {"seconds": round(time.monotonic() - started, 1)}


def _tuned(found: dict[str, np.ndarray], data: Data) -> dict[str, Any]:
    offsets = {
        target: fit_offsets(found["valid"], data.parts["valid"][1], target)
        for target in ("macro_f1", "balanced_accuracy")
    }
    return {t: _scores(decide(found["test"], o), data) for t, o in offsets.items()}


def _scores(predicted: np.ndarray, data: Data) -> dict[str, Any]:
    counts = tallies.count(data.parts["test"][1], predicted, len(data.counts))
    recall = tallies.recall(*counts)
    rare = np.argsort(data.counts)[:3]
    return {
        "balanced_accuracy": float(tallies.balanced_accuracy(*counts)),
        "macro_f1": float(tallies.macro_f1(*counts)),
        "natural_accuracy": float((recall * data.counts).sum() / data.counts.sum()),
        "rare_recall": float(recall[rare].mean()),
    }


def _network(classes: int) -> nn.Module:
    def block(before: int, after: int) -> list[nn.Module]:
        convolution = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
        return [convolution, nn.BatchNorm2d(after), nn.ReLU()]

    layers = [*block(3, 32), *block(32, 64), nn.Conv2d(64, 64, 3, padding=1, bias=False)]
    layers += [nn.BatchNorm2d(64), nn.ReLU(), *block(64, 128)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, classes))


def _scaled(images: Tensor) -> Tensor:
    return (images.float() - 120.0) / 64.0


def _predict(network: nn.Module, pixels: Tensor) -> np.ndarray:
    network.eval()
    with torch.inference_mode():
        parts = [network(_scaled(p.permute(0, 3, 1, 2))).softmax(1) for p in pixels.split(250)]
    return torch.cat(parts).numpy()


if __name__ == "__main__":
    main()
