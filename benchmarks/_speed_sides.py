"""One side of ``training_speed.py`` or ``feed.py``, in a process of its own.

    python benchmarks/_speed_sides.py dojang|bare|reference … --result FILE

Each writes one JSON object with ``images_per_second``: images of the steps after the second one of
an epoch up to its last, by the seconds between them. The first two steps choose kernels and fill
buffers; evaluation lies between epochs and is told apart.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from _rounds import write_json

CLASSES = 10


class Stopwatch:
    """Notes when steps end, and the rate of all but the first two of each epoch."""

    def __init__(self, batch: int, limit: int | None) -> None:
        self.batch, self.limit, self.steps = batch, limit, 0
        self._marks: list[list[float]] = [[]]

    def step(self) -> bool:
        """Note the end of a step; False when there were enough."""
        self._marks[-1].append(time.perf_counter())
        self.steps += 1
        return self.limit is None or self.steps < self.limit

    def epoch(self) -> None:
        """Note the end of an epoch."""
        self._marks.append([])

    def to_json(self) -> dict[str, Any]:
        """Return the rate, and what it was taken from."""
        whole = [marks for marks in self._marks if len(marks) > 2]
        seconds = sum(marks[-1] - marks[1] for marks in whole)
        counted = sum(len(marks) - 2 for marks in whole)
        return {
            "images_per_second": self.batch * counted / seconds,
            "by_epoch": [self.batch * (len(m) - 2) / (m[-1] - m[1]) for m in whole],
            "steps": self.steps,
            "threads": torch.get_num_threads(),
        }


def dojang(options: argparse.Namespace) -> dict[str, Any]:
    """``dojang train`` itself, with its own events as the stopwatch."""
    import dojang as package
    from dojang.app.screen import Silent
    from dojang.data.ahead import ahead
    from dojang.data.loader import TrainLoader
    from dojang.train.loop import EpochEnd, Step

    watch = Stopwatch(options.batch, options.steps)
    evaluations: list[float] = []
    facts: dict[str, Any] = {}

    class Watching(Silent):
        ended = 0.0

        def note(self, key: str, **values: object) -> None:
            if key == "progress.model":
                facts.update({name: str(value) for name, value in values.items()})

        def training(self, event: Any, record: Any, seconds: float, epochs: int) -> None:
            now = time.perf_counter()
            if isinstance(event, Step):
                Watching.ended = now
                if not watch.step():
                    write_json(options.result, found())
                    os._exit(0)  # enough was seen: neither predictions nor a report are wanted
            elif isinstance(event, EpochEnd):
                evaluations.append(now - Watching.ended)
                watch.epoch()

    def found() -> dict[str, Any]:
        return watch.to_json() | {"evaluation_seconds": evaluations, "model": facts}

    if options.ahead:
        plain = TrainLoader.epoch
        TrainLoader.epoch = lambda *given: ahead(plain(*given), options.ahead)  # type: ignore[method-assign]
    settings: dict[str, Any] = {
        "model.name": options.model,
        "model.size": options.size,
        "train.batch_size": options.batch,
        "train.epochs": options.epochs,
        "train.compile": options.compile,
        "optimizer.name": "adamw",  # as the sides beside it: what is compared is the loop
    }
    run = package.train(
        options.data, run=options.work / "run", settings=settings, progress=Watching()
    )
    return found() | {"augment": run.recipe.augment.model_dump()}


def bare(options: argparse.Namespace) -> dict[str, Any]:
    """The same model on one random batch over and over: no data, no augmentation, no evaluation."""
    from dojang.core.types import InputSpec
    from dojang.nn.factory import build, channels_last_pays, has_depthwise
    from dojang.train.hardware import keep_freed_memory, resolve_precision

    keep_freed_memory()
    cpu = torch.device("cpu")
    spec = InputSpec(options.size, "squash", (127.5,) * 3, (60.0,) * 3)
    network: nn.Module = build(options.model, CLASSES, spec, width=64, dropout=0.0, seed=0)
    precision = resolve_precision("auto", cpu, has_depthwise(network))
    if channels_last_pays(cpu, precision):
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model = torch.compile(network) if options.compile == "on" else network
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    images = 255 * torch.rand(options.batch, 3, options.size, options.size)
    targets = torch.randint(0, CLASSES, (options.batch,))
    autocast = torch.autocast("cpu", torch.bfloat16) if precision == "bf16" else None
    watch = Stopwatch(options.batch, options.steps)
    model.train()
    going = True
    while going:
        with autocast or contextlib.nullcontext():
            loss = F.cross_entropy(model(images), targets)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        going = watch.step()
    return watch.to_json() | {"precision": precision}


def reference(options: argparse.Namespace) -> dict[str, Any]:
    """The loop of torchvision's references: fp32, ``DataLoader``, transforms image by image."""
    import torchvision
    from torchvision.transforms import v2

    transform = v2.Compose(
        [
            v2.RandomResizedCrop(options.size, antialias=True),
            v2.RandomHorizontalFlip(),
            v2.PILToTensor(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    data = torchvision.datasets.ImageFolder(options.data, transform)
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=len(data.classes))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    loader = torch.utils.data.DataLoader(
        data, options.batch, shuffle=True, drop_last=True, num_workers=options.workers
    )
    watch = Stopwatch(options.batch, options.steps)
    model.train()
    for images, targets in _forever(loader, watch):
        loss = F.cross_entropy(model(images), targets, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not watch.step():
            break
    return watch.to_json() | {"workers": options.workers}


def _forever(loader: Any, watch: Stopwatch) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield from loader
        watch.epoch()


SIDES = {"dojang": dojang, "bare": bare, "reference": reference}


def main() -> None:
    parser = argparse.ArgumentParser(description="One side of a speed benchmark.")
    add = parser.add_argument
    add("side", choices=sorted(SIDES))
    add("--data", type=Path, help="archive (dojang) or folder of classes (reference)")
    add("--work", type=Path, help="where the run may be written")
    add("--model", default="timm/resnet18")
    add("--size", type=int, default=128)
    add("--batch", type=int, default=64)
    add("--epochs", type=int, default=3)
    add("--steps", type=int, default=None, help="end after so many")
    add("--workers", type=int, default=0)
    add("--compile", default="off")
    add("--ahead", type=int, default=0, help="batches that a thread makes ahead of the model")
    add("--result", type=Path, required=True)
    options = parser.parse_args()
    write_json(options.result, SIDES[options.side](options))


if __name__ == "__main__":
    main()
