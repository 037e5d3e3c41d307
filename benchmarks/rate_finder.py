"""Which reading of the rate finder's curve is right? Sweeps against a grid of real trainings.

    python benchmarks/rate_finder.py --data DIR [--seeds 3] [--only digits-adamw ...]

For each case (data set, network, optimiser) it trains with rates from an eighth to eight times the
rule's, and sweeps once a seed. ``regret`` is the validation log loss at the rate that a reading
chose (interpolated on the grid, logarithmic in the rate, mean over seeds) above the grid's lowest.
Results go to ``results/rate_finder.json``; what is there already is not trained again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import zipfile
from pathlib import Path

import numpy as np

import dojang
from dojang.app import building, files, stages
from dojang.app.finders import search
from dojang.app.finders.found import Subject
from dojang.app.screen import Silent
from dojang.core.recipe import Recipe, override
from dojang.core.store import write_json
from dojang.data.split import make_plan
from dojang.recipes.auto import resolve
from dojang.train import finders
from dojang.train.hardware import describe

RESULT = Path(__file__).parent / "results" / "rate_finder.json"
FACTORS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
STEPS = (40, 60, 100)
RULES: tuple[finders.Rule, ...] = ("valley", "steepest", "tenth")
QUICK = {"train.precision": "fp32", "train.compile": "off", "data.cache": "memory"}
CASES = {
    f"{data}-{name}": (data, {"model.width": 16, "train.epochs": 10, "optimizer.name": name})
    for data in ("digits", "cifar")
    for name in ("adamw", "sgd", "muon")
} | {
    f"cifar-{kind}": ("cifar", {
        "model.name": f"timm/test_{kind}", "train.epochs": 10, "optimizer.name": "adamw",
    })
    for kind in ("vit", "resnet")
}  # fmt: skip


def main() -> None:
    """Run what is missing and write the results after each training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with cifar10.zip")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(CASES))
    options = parser.parse_args()
    found = json.loads(RESULT.read_text("utf-8")) if RESULT.is_file() else {"cases": {}}
    found["machine"] = describe(building.device_of_run())
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.only:
            case = found["cases"].setdefault(name, {"grid": {}, "sweeps": {}})
            source = _data(CASES[name][0], options.data, Path(scratch))
            for seed in range(options.seeds):
                _case(case, source, CASES[name][1] | QUICK | {"train.seed": seed}, seed)
                write_json(RESULT, found)
            case["regret"] = _regrets(case)
            write_json(RESULT, found)
            print(name, json.dumps(case["regret"], indent=1), flush=True)


def _case(case: dict, source: Path, settings: dict, seed: int) -> None:
    """Sweep and train with one seed."""
    recipe = override(Recipe(), {"data.source": str(source), **settings})
    screen = Silent()
    manifest, survey = stages.survey_data(recipe, screen)
    plan = make_plan(manifest, recipe.split, files.load_kept(recipe.split.keep))
    resolved, _ = resolve(recipe, manifest, plan, stages.find_risks(manifest, survey, plan))
    rule = float(resolved.optimizer.lr)
    subject = Subject(manifest, plan, building.device_of_run(), screen)
    for steps in STEPS:
        key = f"{seed}/{steps}"
        if key not in case["sweeps"]:
            curve = search.sweep_rates(resolved, subject, steps).curve
            read = {reading: finders.suggest(curve, reading) for reading in RULES}
            case["sweeps"][key] = read | {"rule": rule}
    for factor in FACTORS:
        key = f"{seed}/{factor}"
        if key not in case["grid"]:
            case["grid"][key] = _train(resolved, rule * factor)
            print(key, case["grid"][key], flush=True)


def _train(recipe: Recipe, rate: float) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp())
    try:
        run = dojang.train(
            recipe, run=folder / "r", settings={"optimizer.lr": rate}, progress=False
        )
        metrics = run.scores().metrics
        return {"loss": metrics["log_loss"].value, "accuracy": metrics["accuracy"].value}
    except dojang.DojangError:  # diverged
        return {"loss": 10.0, "accuracy": 0.0}
    finally:
        shutil.rmtree(folder)


def _regrets(case: dict) -> dict[str, dict[str, float]]:
    """Mean loss above the grid's lowest of what each reading chose, within the bounds, and of the
    rule's rate itself."""
    seeds = sorted({key.split("/")[0] for key in case["grid"]})
    mean = {
        m: np.array([np.mean([case["grid"][f"{s}/{f}"][m] for s in seeds]) for f in FACTORS])
        for m in ("loss", "accuracy")
    }
    logs = np.log(FACTORS)
    found = {"rule": {"regret": float(mean["loss"][FACTORS.index(1.0)] - mean["loss"].min())}}
    found["grid"] = {f"{f:g}": float(loss) for f, loss in zip(FACTORS, mean["loss"], strict=True)}
    found["accuracy"] = {f"{f:g}": float(a) for f, a in zip(FACTORS, mean["accuracy"], strict=True)}
    for steps in STEPS:
        for rule in RULES:
            factors = [
                search.bounded(s[rule] or s["rule"], s["rule"]) / s["rule"]
                for key, s in case["sweeps"].items()
                if key.endswith(f"/{steps}")
            ]
            losses = np.interp(np.log(factors), logs, mean["loss"])
            regret = float(losses.mean() - mean["loss"].min())
            found[f"{rule}/{steps}"] = {
                "regret": regret,
                "factor": float(np.exp(np.log(factors).mean())),
            }
    return found


def _data(name: str, folder: Path, scratch: Path) -> Path:
    """Write the images of a case as a folder, once."""
    target = scratch / name
    if target.exists():
        return target
    from PIL import Image

    if name == "digits":
        from sklearn.datasets import load_digits

        digits = load_digits()
        for i, (image, label) in enumerate(zip(digits.images, digits.target, strict=True)):
            path = target / str(label) / f"{i:04}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((image * 15.9).astype(np.uint8)).save(path)
        return target
    with zipfile.ZipFile(folder / "cifar10.zip") as archive:
        names = sorted(
            n for n in archive.namelist() if n.startswith("train/") and n.endswith(".jpg")
        )
        for member in names[::20]:
            archive.extract(member, target / "all")
    shutil.move(target / "all" / "train", scratch / "moved")
    shutil.rmtree(target)
    shutil.move(scratch / "moved", target)
    return target


if __name__ == "__main__":
    main()
