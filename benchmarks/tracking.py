"""What do trackers cost a training? Seconds inside of each, by moment.

    python benchmarks/tracking.py --data DIR [--epochs 6]

Claim measured here: while a training runs, TensorBoard, MLflow and W&B together take less than 1 %
of its time. What they take to begin (their import above all) does not grow with the training and is
told beside it.

How it is measured
    One training of clothing.zip at 64 pixels with all three, in the process of the benchmark. Each
    method of each tracker is timed from outside, the import of its library with ``begin``; the
    drawing of pictures, which all share, by itself. A second run of one epoch finds the libraries
    imported and the MLflow database made.

Results go to ``results/tracking.json``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dojang.app import tracking
from dojang.app.building import device_of_run
from dojang.app.run import train
from dojang.app.tracking import TRACKERS, Kind, pictures
from dojang.train.hardware import describe

RESULT = Path(__file__).parent / "results" / "tracking.json"
NAMES = ("tensorboard", "mlflow", "wandb")
MOMENTS = ("begin", "epoch", "scores", "pictures", "end", "close")

Times = dict[tuple[str, str], list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    times: Times = defaultdict(list)
    watch(times)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, epochs in (("first", given.epochs), ("second", 1)):
            for seconds in times.values():
                seconds.clear()
            rows.append(measure(given.data / "clothing.zip", Path(folder, name), epochs, times))
            print(json.dumps(rows[-1]), flush=True)
    device = describe(device_of_run())
    given.out.write_text(json.dumps({"machine": device, "runs": rows}, indent=1) + "\n")


def measure(source: Path, run: Path, epochs: int, times: Times) -> dict[str, Any]:
    """Train once and return the seconds of each tracker by moment."""
    began = time.perf_counter()
    settings = {"model.size": 64, "train.epochs": epochs, "track": list(NAMES)}
    done = train(source, run=run, settings=settings, progress=False)
    whole = time.perf_counter() - began
    training = done.history[-1].seconds
    by_name = {
        name: {moment: round(sum(times[name, moment]), 3) for moment in MOMENTS} for name in NAMES
    }
    during = sum(sum(times[name, "epoch"]) for name in NAMES)
    return {
        "epochs": epochs, "seconds": round(whole, 1), "training": round(training, 1),
        "trackers": by_name, "drawing": round(sum(times["all", "draw"]), 3),
        "epoch_median": {n: round(statistics.median(times[n, "epoch"]), 5) for n in NAMES},
        "share_while_training": round(during / training, 5),
    }  # fmt: skip


def watch(times: Times) -> None:
    """Put a stopwatch around every tracker, and around the drawing."""
    for name in NAMES:
        TRACKERS._entries[name] = timed_kind(name, TRACKERS[name], times)
    pictures.pictures_of = timed(pictures.pictures_of, times["all", "draw"])


def timed_kind(name: str, known: Callable[[], Kind], times: Times) -> Callable[[], Kind]:
    def make() -> tracking.Tracker:
        began = time.perf_counter()
        tracker = known().make()
        times[name, "begin"].append(time.perf_counter() - began)
        for moment in MOMENTS:
            setattr(tracker, moment, timed(getattr(tracker, moment), times[name, moment]))
        return tracker

    return lambda: replace(known(), make=make)


def timed(function: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            seconds.append(time.perf_counter() - began)

    return call


if __name__ == "__main__":
    main()
