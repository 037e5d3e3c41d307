"""Images a second of ``dojang train`` beside a bare loop, fastai and torchvision's reference loop.

    python benchmarks/training_speed.py --data DIR_WITH_CLOTHING_ZIP

ResNet-18 with random weights at 128 pixels, batches of 64, on clothing.zip. Each measurement has a
process of its own; sides take turns for ``--rounds`` rounds; medians are compared. The rate is that
of the steps after the second one of an epoch up to its last: evaluation is no part of it, and is
told beside it for Dojang. Nothing else should run on the machine.

| side | what |
|---|---|
| dojang | ``dojang train`` with AdamW: cached pixels, crops, flips, rotation, colour |
| dojang_ahead | the same with a thread that makes the next batch meanwhile; only when asked for |
| bare | the same network (timm), precision, memory format and allocator on one random batch |
| fastai | ``Learner``, ``aug_transforms``, its default precision, in an environment of its own |
| reference | torchvision's loop in fp32: ``DataLoader``, ``RandomResizedCrop``, flip |

fastai and the reference get the number of loader workers (0, 1 or 2) that is fastest for them in a
trial before the rounds. Targets: 0.90 of the bare loop, 2.0 times fastai, 1.7 times the reference.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from _rounds import HERE, RESULTS, BenchmarkError, in_turn, machine, measure, medians, need
from _rounds import write_json as write
from vs_fastai import BenchmarkError as Unready
from vs_fastai import ensure_environment, offline, unpack

WORKERS = (0, 1, 2)
TRIAL_STEPS = 12
TARGETS = {"bare": 0.90, "fastai": 2.0, "reference": 1.7}


def sides_of(
    options: argparse.Namespace, work: Path
) -> dict[str, Callable[[int | None, int], dict[str, Any]]]:
    """Return what measures each side, from a limit of steps and a number of workers."""
    archive = need(options.data, "clothing.zip")
    wanted = options.sides
    result = work / "result.json"
    if {"fastai", "reference"} & set(wanted):
        unpack(archive, work / "data")
    environment = os.environ | {"DOJANG_CACHE": str(work / "cache")}
    common = ["--batch", str(options.batch), "--size", str(options.size)]

    def own(side: str, *more: str | Path) -> dict[str, Any]:
        script: list[str | Path] = [sys.executable, HERE / "_speed_sides.py", side, *common, *more]
        return measure(script, result, environment)

    def dojang(steps: int | None, workers: int, ahead: int = 0) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=work) as folder:
            few = [] if steps is None else ["--steps", str(steps)]
            few += ["--ahead", str(ahead)]
            more = ["--epochs", str(options.epochs), "--compile", options.compile, *few]
            return own("dojang", "--data", archive, "--work", folder, *more)

    def bare(steps: int | None, workers: int) -> dict[str, Any]:
        return own("bare", "--steps", str(steps or options.steps), "--compile", options.compile)

    def reference(steps: int | None, workers: int) -> dict[str, Any]:
        given = ["--steps", str(steps or options.steps), "--workers", str(workers)]
        return own("reference", "--data", work / "data" / "train", *given)

    def fastai(steps: int | None, workers: int) -> dict[str, Any]:
        script = [ensure_environment(options.env), HERE / "_speed_fastai.py", "fastai", *common]
        given = ["--data", work / "data", "--steps", str(steps or options.steps)]
        return measure([*script, *given, "--workers", str(workers)], result, offline(work))

    known = {
        "dojang": dojang,
        "dojang_ahead": partial(dojang, ahead=1),
        "bare": bare,
        "fastai": fastai,
        "reference": reference,
    }
    return {name: known[name] for name in wanted}


def fastest(side: Callable[[int | None, int], dict[str, Any]]) -> tuple[int, dict[str, float]]:
    """Return the number of workers with which a short trial is fastest, and all rates."""
    rates = {n: float(side(TRIAL_STEPS, n)["images_per_second"]) for n in WORKERS}
    return max(rates, key=lambda n: rates[n]), {str(n): rate for n, rate in rates.items()}


def run(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Measure all sides and compare their medians."""
    found_machine = machine()
    sides = sides_of(options, work)
    trials, ready = {}, {}
    for name, side in sides.items():
        workers = 0
        if name in ("fastai", "reference"):
            workers, trials[name] = fastest(side)
        ready[name] = partial(side, options.limit, workers)
    found = in_turn(ready, options.rounds)
    rates = medians(found, "images_per_second")
    ratios = {
        n: rates["dojang"] / r for n, r in rates.items() if n in TARGETS and "dojang" in rates
    }
    return {
        "what": "training steps, ResNet-18 from random weights, clothing.zip",
        "settings": {
            n: getattr(options, n) for n in ("size", "batch", "epochs", "steps", "compile")
        },
        "limit": options.limit,
        "machine": found_machine,
        "median_images_per_second": rates,
        "dojang_against": {
            name: {"ratio": ratio, "target": TARGETS[name], "reached": ratio >= TARGETS[name]}
            for name, ratio in ratios.items()
        },
        "worker_trials": trials,
        "rounds": found,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="The speed of training, beside others.")
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder that holds clothing.zip")
    add("--out", type=Path, default=RESULTS / "training_speed.json")
    add("--rounds", type=int, default=3)
    add(
        "--sides",
        nargs="+",
        choices=["dojang", "dojang_ahead", *TARGETS],
        default=["dojang", *TARGETS],
    )
    add("--size", type=int, default=128)
    add("--batch", type=int, default=64)
    add("--epochs", type=int, default=2, help="of dojang train")
    add("--steps", type=int, default=80, help="of the other sides")
    add("--limit", type=int, default=None, help="end every side after so many steps, for a trial")
    add("--compile", choices=["off", "on"], default="off", help="of dojang and of the bare loop")
    cache = Path(tempfile.gettempdir()) / "dojang-fastai-env"
    add("--env", type=Path, default=cache, help="fastai's environment; made if it is not there")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="speed-") as work:
            report = run(options, Path(work))
    except (BenchmarkError, Unready) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name, rate in report["median_images_per_second"].items():
        beside = report["dojang_against"].get(name)
        ratio = f"  dojang is {beside['ratio']:.3f} × (target {beside['target']})" if beside else ""
        print(f"{name:<10}{rate:8.1f} images/s{ratio}")
    write(options.out, report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
