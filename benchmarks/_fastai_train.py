"""The fastai half of ``vs_fastai.py``; runs inside fastai's own environment.

Trains a randomly initialised resnet18 with fastai's ``vision_learner`` for as many whole epochs as
fit in a time budget, predicts the test folder and writes one JSON file: the probe, and for each
seed its epochs, seconds and one prediction per image. It imports nothing from Dojang.

A probe on throw-away learners comes first: part of an epoch without loader workers and with two,
then one whole epoch, validation included, with the faster of them. Neither that probe nor building
the learner counts against the budget: only the call of ``fit_one_cycle`` does.
"""

import argparse
import contextlib
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import torch
import torchvision
from fastai import __version__ as fastai_version
from fastai.data.transforms import Normalize, get_image_files
from fastai.vision.all import (
    ImageDataLoaders,
    Learner,
    Resize,
    ResizeMethod,
    ShortEpochCallback,
    accuracy,
    aug_transforms,
    imagenet_stats,
    resnet18,
    set_seed,
    vision_learner,
)

SIZE = 128  # what the network sees
PRESIZE = 160  # what one image is resized to before the augmentation of the whole batch
BATCH = 64  # fastai's default
WORKERS = (0, 2)
WARM_UP = 0.15  # part of an epoch
METHODS = {"crop": ResizeMethod.Crop, "squish": ResizeMethod.Squish}


def make_learner(data: Path, resize: str, workers: int, seed: int) -> Learner:
    """A learner with random weights, nothing frozen, on the given train and validation folders."""
    set_seed(seed)
    loaders = ImageDataLoaders.from_folder(
        data,
        train="train",
        valid="validation",
        item_tfms=Resize(PRESIZE, method=METHODS[resize]),
        batch_tfms=[*aug_transforms(size=SIZE), Normalize.from_stats(*imagenet_stats)],
        bs=BATCH,
        num_workers=workers,
    )
    learner = vision_learner(loaders, resnet18, pretrained=False, metrics=accuracy)
    learner.unfreeze()
    return learner


def seconds_of(learner: Learner, lr: float, part: float | None = None) -> float:
    """Wall seconds of one epoch and its validation, or of only a part of both."""
    short = [] if part is None else [ShortEpochCallback(pct=part, short_valid=True)]
    with learner.no_bar(), learner.no_logging():
        start = time.perf_counter()
        learner.fit_one_cycle(1, lr, cbs=short)
        return time.perf_counter() - start


def probe(data: Path, resize: str, lr: float) -> tuple[int, float]:
    """The faster number of loader workers, and the seconds of one epoch with it."""
    learners = {n: make_learner(data, resize, n, seed=0) for n in WORKERS}
    seconds_of(learners[WORKERS[0]], lr, WARM_UP)  # the very first batches are slow: not counted
    short = {n: seconds_of(learner, lr, WARM_UP) for n, learner in learners.items()}
    workers = min(short, key=lambda n: short[n])
    return workers, seconds_of(learners[workers], lr)


def whole_epochs(budget: float, epoch: float, rounding: str, limit: int | None) -> int:
    """How many epochs the budget buys: at least one, at most ``limit``."""
    epochs = max(1, (math.ceil if rounding == "ceil" else math.floor)(budget / epoch))
    return epochs if limit is None else min(epochs, limit)


def predict_test(learner: Learner, data: Path) -> list[dict[str, str]]:
    """One row per test image: its path below ``data``, its folder's class, the class predicted."""
    files = sorted(get_image_files(data / "test"))
    loader = learner.dls.test_dl(files)
    scores, _ = learner.get_preds(dl=loader)
    names = [learner.dls.vocab[i] for i in scores.argmax(dim=1).tolist()]
    return [
        {"id": f.relative_to(data).as_posix(), "target": f.parent.name, "predicted": str(name)}
        for f, name in zip(files, names, strict=True)
    ]


def train_once(
    data: Path, resize: str, lr: float, *, workers: int, epochs: int, seed: int
) -> dict[str, Any]:
    """Train with one seed, timing the fit alone, and predict the test folder."""
    learner = make_learner(data, resize, workers, seed)
    images = len(learner.dls.train) * BATCH  # an incomplete last batch is left out of an epoch
    with learner.no_bar():
        start = time.perf_counter()
        learner.fit_one_cycle(epochs, lr)
        seconds = time.perf_counter() - start
        rows = predict_test(learner, data)
    return {
        "seed": seed,
        "epochs": epochs,
        "seconds": seconds,
        "images_per_second": images * epochs / seconds,
        "images_per_epoch": images,
        "predictions": rows,
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train fastai's resnet18 for a time budget.")
    parser.add_argument("--data", type=Path, required=True, help="holds train, validation, test")
    parser.add_argument("--result", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--seconds", type=float, required=True, help="time budget of one fit")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--limit-epochs", type=int, default=None)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--resize", choices=sorted(METHODS), default="crop")
    parser.add_argument("--rounding", choices=("floor", "ceil"), default="floor")
    return parser.parse_args()


def main() -> None:
    args = parse()
    workers, epoch = probe(args.data, args.resize, args.lr)
    epochs = whole_epochs(args.seconds, epoch, args.rounding, args.limit_epochs)
    print(f"fastai: {epoch:.1f} s an epoch with {workers} workers; {epochs} epochs", flush=True)
    result = {
        "versions": {
            "fastai": fastai_version,
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
        },
        "settings": {
            "model": "resnet18, random weights, nothing frozen",
            "size": SIZE,
            "presize": PRESIZE,
            "resize": args.resize,
            "batch": BATCH,
            "lr_max": args.lr,
            "workers": workers,
            "rounding": args.rounding,
            "device": "cuda" if torch.cuda.is_available() else "cpu",
            "threads": torch.get_num_threads(),
        },
        "probe_epoch_seconds": epoch,
        "runs": [
            train_once(args.data, args.resize, args.lr, workers=workers, epochs=epochs, seed=seed)
            for seed in range(args.seeds)
        ],
    }
    args.result.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):  # fastai prints each epoch
        main()
