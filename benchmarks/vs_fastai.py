"""Dojang against fastai: accuracy on the test part for the same wall time, both from scratch.

Claim measured here: on one machine, ``dojang train clothing.zip`` with no option at all reaches a
higher test accuracy than fastai's ``vision_learner(resnet18, pretrained=False)`` given the same
wall time. The numbers decide; the script prints and stores whatever comes out.

    python benchmarks/vs_fastai.py --data DIR_WITH_CLOTHING_ZIP --out results/vs_fastai.json

How it is measured
    1. ``dojang train`` runs as a subprocess. T is its whole wall time: start, scan, split and
       training. ``dojang evaluate`` then opens the test part; its time is not part of T.
    2. fastai gets an environment of its own, so that neither side bends the other's versions:
       the releases in ``REQUIREMENTS``, installed by pip with nothing overridden (fastai 2.8.12
       accepts torch below 3, so both sides can run the same torch).
    3. fastai trains on the archive's own train and validation folders with presizing
       (``Resize(160)``), ``aug_transforms(size=128)``, normalisation, batches of 64 and
       ``fit_one_cycle``, for as many whole epochs as fit in T.
    4. Each accuracy has a 95 % interval: 2000 seeded bootstrap resamples of per-image correctness.
       With predictions of both sides for the same images the difference gets a paired one.

What favours fastai: only its fit is charged. Import, unpacking, the probe of its epoch time, the
choice of the number of loader workers, building the learner and predicting are free.
What may hurt it: epochs are whole, so ``floor(T / epoch)`` leaves a remainder unused when T is
only a few epochs; ``--rounding ceil`` gives it the last epoch as well, beyond T. The JSON holds
the share of T that was used. The peak learning rate is 3e-3, which fastai's book uses to train
from random weights (``Learner``'s own default is 1e-3): ``--lr`` sets another. ``Resize`` crops,
which is fastai's default: ``--resize squish`` keeps the whole picture.

What favours Dojang: its defaults (network, rate, number of epochs) were chosen with an eye on the
validation part of this very archive, while fastai runs untuned. That Muon is Dojang's optimiser was
decided on other trainings whose test scores were seen, those of this archive among them.
The intervals tell how far the test images could move a score; they do not hold the spread between
trainings, for which ``--seeds`` repeats fastai's side.

Both sides want an otherwise idle machine. The load found at the start is stored.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

ARCHIVE = "clothing.zip"
PARTS = ("train", "validation", "test")
REQUIREMENTS = ("fastai==2.8.12", "torch==2.15.0", "torchvision==0.29.2")
RESAMPLES = 2000
SEED = 0
HERE = Path(__file__).resolve().parent

Correct = dict[str, float]  # image id -> 1.0 when right, 0.0 when wrong, between: mean over seeds


class BenchmarkError(Exception):
    """Something that the user can mend; shown without a traceback."""


# Running things


def run(command: Sequence[str | Path], what: str, env: dict[str, str] | None = None) -> str:
    """Run a command, its stderr shown; return its stdout."""
    try:
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.PIPE, text=True, env=env, check=False
        )
    except OSError as error:
        raise BenchmarkError(f"{what}: cannot start {command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-5:])
        raise BenchmarkError(f"{what} ended with exit code {done.returncode}\n{tail}".rstrip())
    return done.stdout


def offline(cache: Path) -> dict[str, str]:
    """An environment in which fastai reads no foreign packages and fetches no data or weights."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    homes = ("FASTAI_HOME", "TORCH_HOME", "HF_HOME", "MPLCONFIGDIR")
    env.update({name: str(cache / name.lower()) for name in homes})
    env.update(HF_HUB_OFFLINE="1", MPLBACKEND="Agg", PYTHONNOUSERSITE="1")
    env.update(PYTHONWARNINGS="ignore", PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1")
    return env


# fastai's environment


def python_of(env: Path) -> Path:
    return env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def works(env: Path) -> bool:
    """Whether fastai and torchvision can be imported there, in the versions asked for."""
    if not python_of(env).exists():
        return False
    wanted = dict(requirement.split("==") for requirement in REQUIREMENTS)
    check = (
        "import fastai.vision.all, torchvision; from importlib.metadata import version as v; "
        f"assert all(v(n).split('+')[0] == w for n, w in {wanted!r}.items())"
    )
    command = [str(python_of(env)), "-W", "ignore", "-c", check]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def ensure_environment(env: Path) -> Path:
    """The Python of a working fastai environment at ``env``, made there if need be."""
    if works(env):
        return python_of(env)
    if env.exists() and not (env / "pyvenv.cfg").exists() and (env.is_file() or any(env.iterdir())):
        raise BenchmarkError(f"--env {env} is neither empty nor a virtual environment")
    print(f"making an environment for fastai in {env} (several GB, minutes)", file=sys.stderr)
    run([sys.executable, "-m", "venv", env], "making fastai's environment")
    install = [str(python_of(env)), "-m", "pip", "install", "--quiet", *REQUIREMENTS]
    run(install, "installing fastai")
    if not works(env):
        raise BenchmarkError(f"fastai was installed in {env} but cannot be imported there")
    return python_of(env)


# The two sides


def unpack(archive: Path, to: Path) -> dict[str, int]:
    """Unpack the archive; the number of images in each part."""
    try:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(to)
    except (OSError, zipfile.BadZipFile) as error:
        raise BenchmarkError(f"cannot unpack {archive}: {error}") from error
    counts = {part: len(list(to.glob(f"{part}/*/*.jpg"))) for part in PARTS}
    empty = [part for part, count in counts.items() if count == 0]
    if empty:
        raise BenchmarkError(f"{archive} has no images at {', '.join(empty)}/CLASS/*.jpg")
    return counts


def last_json(text: str, what: str) -> dict[str, Any]:
    """The JSON object that a command printed: all of its output, or the last line."""
    for candidate in (text, text.strip().rpartition("\n")[2]):
        try:
            value = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    raise BenchmarkError(f"{what} printed no JSON object")


def run_dojang(archive: Path, folder: Path) -> dict[str, Any]:
    """Train with no option, timed; then evaluate on the test part."""
    dojang = Path(sys.executable).parent / "dojang"
    start = time.perf_counter()
    run([dojang, "train", archive, "--run", folder, "--json"], "dojang train")
    seconds = time.perf_counter() - start
    printed = run([dojang, "evaluate", folder, "--json"], "dojang evaluate")
    evaluation = last_json(printed, "dojang evaluate")
    try:
        printed_accuracy = evaluation["metrics"]["accuracy"]
        accuracy = {key: float(printed_accuracy[key]) for key in ("value", "low", "high")}
    except (KeyError, TypeError, ValueError) as error:
        raise BenchmarkError("dojang evaluate printed no metrics.accuracy with interval") from error
    return {
        "seconds": seconds,
        "accuracy": accuracy | {"interval": "as printed by dojang evaluate"},
        "evaluation": evaluation,
    }


def dojang_correct(folder: Path) -> Correct | str:
    """Which test images Dojang got right, or why that cannot be known."""
    path = folder / "predictions" / "test.parquet"
    if not path.exists():
        return "the run folder holds no predictions/test.parquet"
    try:
        import pandas as pd

        table = pd.read_parquet(path, columns=["id", "target", "predicted"])
    except (ImportError, ValueError, KeyError, OSError) as error:
        return f"predictions/test.parquet cannot be read: {error}"
    right = table["target"].astype(str) == table["predicted"].astype(str)
    return dict(zip(table["id"].astype(str), right.astype(float).tolist(), strict=True))


def run_fastai(
    python: Path, data: Path, seconds: float, work: Path, options: argparse.Namespace
) -> dict[str, Any]:
    """Train fastai in its own environment for ``seconds`` per seed; the helper's JSON."""
    result = work / "fastai.json"
    command: list[str | Path] = [python, HERE / "_fastai_train.py", "--data", data]
    command += ["--result", result, "--seconds", str(seconds), "--seeds", str(options.seeds)]
    command += ["--lr", str(options.lr), "--resize", options.resize]
    command += ["--rounding", options.rounding]
    if options.limit_epochs is not None:
        command += ["--limit-epochs", str(options.limit_epochs)]
    run(command, "fastai training", offline(work))
    loaded: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return loaded


def fastai_correct(runs: Sequence[dict[str, Any]]) -> Correct:
    """For each test image, the share of the seeds that got it right."""
    right: dict[str, list[float]] = {}
    for one in runs:
        for row in one["predictions"]:
            right.setdefault(row["id"], []).append(float(row["target"] == row["predicted"]))
    return {image: sum(values) / len(values) for image, values in right.items()}


def summarise_fastai(raw: dict[str, Any], budget: float) -> dict[str, Any]:
    """The helper's result without its per-image rows, with accuracies and intervals."""
    runs = []
    for one in raw["runs"]:
        kept = {key: value for key, value in one.items() if key != "predictions"}
        runs.append(kept | {"accuracy": bootstrap(list(fastai_correct([one]).values()))})
    seconds = float(np.mean([one["seconds"] for one in runs]))
    return {key: raw[key] for key in ("versions", "settings", "probe_epoch_seconds")} | {
        "accuracy": bootstrap(list(fastai_correct(raw["runs"]).values())),
        "epochs": runs[0]["epochs"],
        "seconds": seconds,
        "share_of_budget": seconds / budget,
        "images_per_second": float(np.mean([one["images_per_second"] for one in runs])),
        "runs": runs,
    }


# Numbers


def bootstrap(values: Sequence[float]) -> dict[str, Any]:
    """The mean over images with its 95 % percentile interval."""
    array = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(SEED)
    means = array[rng.integers(0, array.size, (RESAMPLES, array.size))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return {
        "value": float(array.mean()),
        "low": float(low),
        "high": float(high),
        "interval": f"95 % bootstrap over {array.size} images, {RESAMPLES} resamples",
    }


def compare(ours: Correct | str, theirs: Correct, plain: float) -> dict[str, Any]:
    """Dojang minus fastai; paired over the images that both predicted where that is possible."""
    if isinstance(ours, str):
        return {"value": plain, "paired": False, "why_not": ours}
    common = sorted(ours.keys() & theirs.keys())
    if not common:
        return {"value": plain, "paired": False, "why_not": "no image id in common"}
    paired = bootstrap([ours[image] - theirs[image] for image in common])
    return paired | {"paired": True, "images": len(common), "images_fastai": len(theirs)}


# The report


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8", errors="replace").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "load_at_start": load,
    }


def versions() -> dict[str, str]:
    """The versions of this side; fastai's are with its own results."""
    found = {"python": platform.python_version()}
    for name in ("dojang", "torch", "torchvision", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def accuracy_text(accuracy: dict[str, Any]) -> str:
    return f"{accuracy['value']:.3f} [{accuracy['low']:.3f}, {accuracy['high']:.3f}]"


def table(report: dict[str, Any]) -> str:
    """A compact table for the terminal."""
    row = "{:<10}{:<24}{:>8}{:>10}{:>10}".format
    lines = [row("", "accuracy [95 %]", "epochs", "seconds", "images/s")]
    ours, theirs = report["dojang"], report["fastai"]
    if ours is not None:
        lines.append(
            row("dojang", accuracy_text(ours["accuracy"]), "-", f"{ours['seconds']:.1f}", "-")
        )
    seconds, speed = f"{theirs['seconds']:.1f}", f"{theirs['images_per_second']:.1f}"
    lines.append(row("fastai", accuracy_text(theirs["accuracy"]), theirs["epochs"], seconds, speed))
    lines.append(f"fastai used {theirs['share_of_budget']:.0%} of {report['budget_seconds']:.1f} s")
    difference = report["difference"]
    if difference is not None and difference["paired"]:
        text = accuracy_text(difference)
        lines.append(f"difference {text}, paired over {difference['images']} images")
    elif difference is not None:
        reason = difference["why_not"]
        lines.append(f"difference {difference['value']:+.3f}; no paired interval: {reason}")
    return "\n".join(lines)


def write_json(path: Path, report: dict[str, Any]) -> None:
    """Write beside the target, then rename, so that no reader sees half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise BenchmarkError(f"cannot write {path}: {error.strerror}") from error


def measure(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """The whole comparison, in the order told at the top of this file."""
    archive = options.data / ARCHIVE
    if not archive.is_file():
        raise BenchmarkError(f"{archive} is missing; --data names the folder that holds {ARCHIVE}")
    found = machine()
    python = ensure_environment(options.env)
    images = unpack(archive, work / "data")

    dojang: dict[str, Any] | None = None
    ours: Correct | str = "fastai ran alone"
    budget = options.seconds
    if not options.fastai_only:
        dojang = run_dojang(archive, work / "run")
        budget = dojang["seconds"]
        ours = dojang_correct(work / "run")
        if not isinstance(ours, str):
            dojang["accuracy"] = bootstrap(list(ours.values()))

    raw = run_fastai(python, work / "data", budget, work, options)
    fastai = summarise_fastai(raw, budget)
    difference = None
    if dojang is not None:
        plain = dojang["accuracy"]["value"] - fastai["accuracy"]["value"]
        difference = compare(ours, fastai_correct(raw["runs"]), plain)
    return {
        "data": {"archive": ARCHIVE, "images": images},
        "machine": found,
        "versions": versions(),
        "budget_seconds": budget,
        "limit_epochs": options.limit_epochs,
        "dojang": dojang,
        "fastai": fastai,
        "difference": difference,
    }


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Dojang against fastai for the same wall time.")
    add = parser.add_argument
    add("--data", type=Path, required=True, help=f"folder that holds {ARCHIVE}")
    add("--out", type=Path, default=Path("results/vs_fastai.json"), help="JSON file to write")
    cache = Path(tempfile.gettempdir()) / "dojang-fastai-env"
    add("--env", type=Path, default=cache, help="fastai's environment; made if it is not there")
    add("--seeds", type=positive, default=1, help="fastai runs, each with the whole budget")
    add("--limit-epochs", type=positive, default=None, help="at most so many epochs, for a trial")
    add("--lr", type=float, default=3e-3, help="fastai's peak learning rate")
    add("--resize", choices=("crop", "squish"), default="crop", help="fastai's Resize method")
    add("--rounding", choices=("floor", "ceil"), default="floor", help="of T / epoch seconds")
    add("--fastai-only", action="store_true", help="skip Dojang; needs --seconds")
    add("--seconds", type=float, default=None, help="time budget with --fastai-only")
    options = parser.parse_args()
    if options.fastai_only != (options.seconds is not None):
        parser.error("--fastai-only and --seconds go together")
    if options.seconds is not None and options.seconds <= 0:
        parser.error("--seconds must be above 0")
    return options


def main() -> int:
    options = parse()
    try:
        with tempfile.TemporaryDirectory(prefix="vs-fastai-") as work:
            report = measure(options, Path(work))
        print(table(report))
        write_json(options.out, report)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
