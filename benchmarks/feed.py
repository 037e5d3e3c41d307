"""Images a second of the feed alone: from cached pixels to augmented batches, no model.

    python benchmarks/feed.py --data DIR_WITH_CIFAR10_AND_CLOTHING

| measured | what |
|---|---|
| cifar32 | cifar10.zip at 32 pixels: crop, flip, colour |
| clothing128 | clothing.zip at 128 pixels (stored at 160): crop, flip, colour |
| clothing128_rotated | the same, and turned by up to 10 degrees as in the default recipe |
| model, resnet18 | images a second that our convnet and ResNet-18 learn from, on a random batch |

Each measurement has a process of its own, in turn for ``--rounds`` rounds; medians are compared.
Pixels are decoded to the cache once, before. Targets: 15,000 images/s at 32 pixels, and at 128
pixels ten times what the model takes. Nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from _rounds import HERE, RESULTS, BenchmarkError, in_turn, machine, measure, medians, need
from _rounds import write_json as write

CHANGES: dict[str, Any] = {"flip": "horizontal", "min_area": 0.35, "color": 0.3}
FEEDS: dict[str, tuple[str, int, int, dict[str, Any]]] = {  # archive, size, batch, changes
    "cifar32": ("cifar10.zip", 32, 500, CHANGES),
    "clothing128": ("clothing.zip", 128, 64, CHANGES),
    "clothing128_rotated": ("clothing.zip", 128, 64, CHANGES | {"rotate": 10.0}),
}
MODELS = {"model": "convnet", "resnet18": "timm/resnet18"}
TARGETS = {"cifar32": 15_000.0, "clothing128": 10.0, "clothing128_rotated": 10.0}


def collect(archive: Path, limit: int | None, result: Path) -> None:
    """Write down what is in an archive, once for all measurements of it."""
    from dojang.app.screen import Silent
    from dojang.app.stages import collect_manifest
    from dojang.core.recipe import Recipe, override

    recipe = override(Recipe(), {"data.source": str(archive)})
    manifest = collect_manifest(recipe, Silent())
    frame = manifest.samples.head(limit) if limit else manifest.samples
    tree = {"ids": frame["id"].tolist(), "contents": frame["sha256"].tolist()}
    write(result, tree | {"source": manifest.source.to_json()})


def feed(name: str, listing: Path, seconds: float, result: Path) -> None:
    """Measure one feed for so many seconds, by passes of a tenth of that."""
    import numpy as np
    import torch

    from dojang.core.types import SourceRef
    from dojang.data.cache import make_store
    from dojang.data.loader import TrainLoader
    from dojang.data.transforms import Augment
    from dojang.data.workers import DecodePool
    from dojang.train.hardware import cores, keep_freed_memory

    keep_freed_memory()
    _, size, batch, changes = FEEDS[name]
    known = json.loads(listing.read_text("utf-8"))
    how = Augment(**changes)
    with DecodePool(SourceRef(**known["source"]), cores()) as pool:
        store = make_store(
            pool, known["ids"], how.stored_size(size), "squash", "disk", contents=known["contents"]
        )
        targets = np.zeros(len(store), dtype=np.int64)
        loader = TrainLoader(store, targets, size, batch, how, 0, torch.device("cpu"))
        rates: list[float] = []
        began, epoch = time.perf_counter(), 0
        while not rates or time.perf_counter() - began < seconds:
            stream = loader.epoch(epoch)
            next(stream)
            epoch, images, started = epoch + 1, 0, time.perf_counter()
            for found in stream:
                images += len(found.targets)
                if time.perf_counter() - started > seconds / 10:
                    break
            if images:
                rates.append(images / (time.perf_counter() - started))
    facts = {"images": len(store), "stored": how.stored_size(size), "batch": batch}
    passes = {"by_pass": rates, "threads": torch.get_num_threads()}
    write(result, {"images_per_second": median(rates), **facts, **passes, "changes": changes})


def run(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Measure all feeds and both models, and compare medians."""
    found_machine = machine()
    environment = os.environ | {"DOJANG_CACHE": str(options.cache or work / "cache")}
    listings: dict[str, Path] = {}
    script = [sys.executable, HERE / "feed.py"]
    for archive in dict.fromkeys(FEEDS[name][0] for name in options.feeds):
        listings[archive] = work / f"{archive}.json"
        path = need(options.data, archive)
        few = ["--limit", str(options.limit)] if options.limit else []
        measure([*script, "--collect", path, *few], listings[archive], environment)
    given = ["--seconds", str(options.seconds)]
    sides = {
        name: partial(
            measure,
            [*script, "--feed", name, "--listing", listings[FEEDS[name][0]], *given],
            work / "result.json",
            environment,
        )
        for name in options.feeds
    }
    bare = [sys.executable, HERE / "_speed_sides.py", "bare", "--steps", str(options.steps)]
    for side, model in MODELS.items():
        more = [*bare, "--model", model]
        sides[side] = partial(measure, more, work / "result.json", environment)
    for name in options.feeds:
        sides[name]()  # decodes to the cache
    found = in_turn(sides, options.rounds)
    rates = medians(found, "images_per_second")
    fastest = max(rates[side] for side in MODELS)
    reached = {
        name: {
            "images_per_second": rates[name],
            "times_the_fastest_model": rates[name] / fastest,
            "target": TARGETS[name],
            "reached": (rates[name] if TARGETS[name] > 1000 else rates[name] / fastest)
            >= TARGETS[name],
        }
        for name in options.feeds
    }
    return {"machine": found_machine, "feeds": reached, "median": rates, "rounds": found}


def main() -> int:
    parser = argparse.ArgumentParser(description="The speed of the feed alone.")
    add = parser.add_argument
    add("--data", type=Path, help="folder that holds cifar10.zip and clothing.zip")
    add("--out", type=Path, default=RESULTS / "feed.json")
    add("--rounds", type=int, default=3)
    add("--seconds", type=float, default=10.0, help="that each feed is measured for")
    add("--steps", type=int, default=40, help="that each model is measured for")
    add("--feeds", nargs="+", choices=list(FEEDS), default=list(FEEDS))
    add("--limit", type=int, default=None, help="images of each archive, for a trial")
    add("--cache", type=Path, default=None, help="where decoded pixels are kept between runs")
    for hidden in ("--collect", "--listing", "--result"):
        add(hidden, type=Path, help=argparse.SUPPRESS)
    add("--feed", choices=list(FEEDS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.collect:
        collect(options.collect, options.limit, options.result)
        return 0
    if options.feed:
        feed(options.feed, options.listing, options.seconds, options.result)
        return 0
    if options.data is None:
        parser.error("--data is missing")
    try:
        with tempfile.TemporaryDirectory(prefix="feed-") as work:
            report = run(options, Path(work))
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name, rate in report["median"].items():
        line = report["feeds"].get(name)
        times = f"  {line['times_the_fastest_model']:.1f} × the model" if line else ""
        print(f"{name:<20}{rate:10,.0f} images/s{times}")
    write(options.out, report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
