"""The fastai side of ``training_speed.py``; runs inside fastai's own environment.

fastai's ``Learner`` on torchvision's resnet18 with random weights, its usual loading (``Resize`` of
each image, then ``aug_transforms`` of whole batches and normalisation) and its usual precision. It
imports nothing from Dojang.
"""

import argparse
import json
import time
from pathlib import Path

import torch
import torchvision
from fastai import __version__ as fastai_version
from fastai.callback.core import Callback, CancelFitException
from fastai.data.transforms import Normalize
from fastai.vision.all import (
    CrossEntropyLossFlat,
    ImageDataLoaders,
    Learner,
    Resize,
    aug_transforms,
    imagenet_stats,
    set_seed,
)


class Stopwatch(Callback):
    """Notes when steps of the training end, epoch by epoch."""

    order = 1000  # after everything else that fastai does in a step

    def __init__(self, steps):
        self.left, self.marks = steps, []

    def before_train(self):
        self.marks.append([])

    def after_batch(self):
        if self.training:
            self.marks[-1].append(time.perf_counter())
            self.left -= 1
            if self.left <= 0:
                raise CancelFitException


def main() -> None:
    parser = argparse.ArgumentParser(description="Time fastai's training steps.")
    parser.add_argument("side", choices=["fastai"])
    parser.add_argument("--data", type=Path, required=True, help="holds train and validation")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args()
    set_seed(0)
    loaders = ImageDataLoaders.from_folder(
        options.data,
        train="train",
        valid="validation",
        item_tfms=Resize(round(1.25 * options.size)),
        batch_tfms=[*aug_transforms(size=options.size), Normalize.from_stats(*imagenet_stats)],
        bs=options.batch,
        num_workers=options.workers,
    )
    model = torchvision.models.resnet18(num_classes=loaders.c)
    watch = Stopwatch(options.steps)
    learner = Learner(loaders, model, loss_func=CrossEntropyLossFlat(), cbs=watch)
    with learner.no_bar(), learner.no_logging():
        learner.fit(1000, 1e-3)
    whole = [marks for marks in watch.marks if len(marks) > 2]
    seconds = sum(marks[-1] - marks[1] for marks in whole)
    found = {
        "images_per_second": options.batch * sum(len(marks) - 2 for marks in whole) / seconds,
        "by_epoch": [options.batch * (len(m) - 2) / (m[-1] - m[1]) for m in whole],
        "steps": sum(map(len, watch.marks)),
        "threads": torch.get_num_threads(),
        "workers": options.workers,
        "versions": {"fastai": fastai_version, "torch": torch.__version__},
    }
    options.result.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
