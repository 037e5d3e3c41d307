"""``dojang train --recipe cifar10`` beside the method of airbench94, over five seeds.

    python benchmarks/cifar10.py --data DIR_WITH_CIFAR10_ZIP [--seeds 0 1 2 3 4]

Sides take turns, seed by seed, each in processes of its own. Ours is two commands, ``train`` and
``evaluate``, timed from their start to their end with an empty cache: checking all files, looking
for near copies, decoding, training, the report, the test part. The peer (``_cifar_airbench.py``)
reads the same archive, trains on the whole training part, and scores the test part once; its six
views a test image are timed apart and not counted. Nothing else should run on the machine. Seeds
that are in the results are not repeated.

Published figures of CIFAR-10, the peer's too, are of networks that saw the 633 training images that
are near copies of test images. So that both sides learn from the same, ours keeps them here (it
still holds 2 % out for its validation part); without this benchmark's ``--set`` the recipe leaves
them out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

from _rounds import HERE, RESULTS, BenchmarkError, machine, measure, need, write_json


def main() -> None:
    """Measure the seeds that are missing and write the comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--set", dest="settings", action="append", default=[])
    parser.add_argument("--out", type=Path, default=RESULTS / "cifar10.json")
    options = parser.parse_args()
    archive = need(options.data, "cifar10.zip")
    tree = json.loads(options.out.read_text()) if options.out.is_file() else {"seeds": {}}
    tree["machine"] = machine()
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            sides = tree["seeds"].setdefault(str(seed), {})
            order = ("dojang", "airbench94") if seed % 2 else ("airbench94", "dojang")
            for side in order:
                if side in sides:
                    continue
                work = Path(folder) / f"{side}-{seed}"
                work.mkdir()
                sides[side] = SIDES[side](archive, seed, work, options.settings)
                print(f"seed {seed}: {side} {sides[side]}", file=sys.stderr, flush=True)
                write_json(options.out, tree | {"compared": compared(tree["seeds"])})
    print(json.dumps(compared(tree["seeds"]), indent=2))


# Both sides learn from the copies of test images that the training part has.
SAME = ["audit.leaks=fail", "audit.allow=[leak]"]


def ours(archive: Path, seed: int, work: Path, settings: list[str]) -> dict[str, float]:
    """Train and open the test part by the command line; return scores and seconds."""
    run = work / "run"
    given = [word for pair in [f"train.seed={seed}", *SAME, *settings] for word in ("--set", pair)]
    environment = os.environ | {"DOJANG_CACHE": str(work / "cache")}
    trained = timed(["train", archive, "--recipe", "cifar10", "--run", run, *given], environment)
    tested = timed(["evaluate", run, "--json"], environment)
    scores = json.loads(tested["out"])["metrics"]
    return {
        "accuracy": scores["accuracy"]["value"],
        "train": trained["seconds"],
        "test": tested["seconds"],
        "seconds": trained["seconds"] + tested["seconds"],
    }  # fmt: skip


def timed(arguments: list[Any], environment: dict[str, str]) -> dict[str, Any]:
    """Run a command of Dojang's; return its seconds and its output."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "dojang", *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchmarkError(f"dojang {arguments[0]} ended with {done.returncode}\n{done.stderr}")
    return {"seconds": time.perf_counter() - began, "out": done.stdout}


def theirs(archive: Path, seed: int, work: Path, settings: list[str]) -> dict[str, float]:
    """Train the port; return scores and seconds."""
    began = time.perf_counter()
    script = [sys.executable, HERE / "_cifar_airbench.py", "--data", archive, "--seed", str(seed)]
    found = measure(script, work / "result.json")
    seconds = time.perf_counter() - began - found["test_six_views"]
    return {"accuracy": found["plain"], **found, "seconds": seconds}


SIDES = {"dojang": ours, "airbench94": theirs}


def compared(seeds: dict[str, dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Return means, spreads and ratios over the seeds that both sides have."""
    both = [sides for sides in seeds.values() if len(sides) == 2]
    if not both:
        return {}
    found: dict[str, Any] = {"seeds": len(both)}
    for side in SIDES:
        scores = [sides[side]["accuracy"] for sides in both]
        found[side] = {
            "accuracy": mean(scores),
            "spread": stdev(scores) if len(scores) > 1 else None,
            "median_seconds": median(sides[side]["seconds"] for sides in both),
        }
    found["airbench94"]["six_views"] = mean(sides["airbench94"]["six_views"] for sides in both)
    differences = [s["dojang"]["accuracy"] - s["airbench94"]["accuracy"] for s in both]
    found["difference"] = mean(differences)
    found["difference_interval"] = interval(differences)
    found["time_ratio"] = median(
        sides["dojang"]["seconds"] / sides["airbench94"]["seconds"] for sides in both
    )
    return found


def interval(values: list[float]) -> list[float] | None:
    """Return the 95 % interval of the mean by Student's t; None for a single value."""
    if len(values) < 2:
        return None
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1)) * stdev(values) / len(values) ** 0.5
    return [mean(values) - half, mean(values) + half]


if __name__ == "__main__":
    try:
        main()
    except BenchmarkError as error:
        raise SystemExit(str(error)) from None
