"""Bias, variance, growth and sharpness of three recipes on real data, by ``dojang study``.

    python benchmarks/studies.py --data DIR_WITH_CLOTHING_AND_CIFAR10_ZIP --work study-runs

What is measured, for each recipe
    1. ``dojang train`` by the recipe below, on images that are named by a seed.
    2. ``dojang study RUN --own --json``: refits on bootstrap draws over capacity and over data size
       (Domingos' decomposition of wrong answers), the curve of sizes with its power law, and the
       sharpness of minima over batch sizes 16, 64 and 256 with the same epochs and learning rate.

The recipes
    clothing   a convnet of width 16 at 48 pixels, ten kinds of clothing
    digits     the same at 8 pixels on the 1,797 scanned digits that scikit-learn brings
    lenet5     LeNet-5 at 32 pixels on 3,500 images of CIFAR-10; it has no width to vary
    frozen     linear heads for the clothing on frozen features of a convnet that was trained on
               8,000 images of CIFAR-10

Everything that a study fitted is kept in ``--work``; a second call fits only what is missing. With
``--draw`` the pictures in ``docs/images`` are drawn again from ``results/studies.json`` and nothing
is fitted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from _rounds import RESULTS, machine, need, write_json
from _study_plots import draw_all

RESULT = RESULTS / "studies.json"
PICTURES = Path(__file__).resolve().parent.parent / "docs" / "images"
SEED = 0
SMALL = ["model.width=16", "train.epochs=6", "train.batch_size=64", "train.precision=bf16",
         "train.compile=off"]  # fmt: skip
LENET = ["model.name=lenet5", "model.size=32", "train.epochs=8", "train.batch_size=64",
         "train.precision=fp32", "train.compile=off"]  # fmt: skip
REDEALT = ["split.kind=holdout", "split.valid=0.3", "split.test=0.1"]  # given parts are too small
NETWORK, NOISY = ["--seeds", "3"], ["--seeds", "4"]  # the clothing varies more from seed to seed
HEADS = ["--refits", "10", "--seeds", "5", "--sizes", "0.0625,0.125,0.25,0.5,1"]


def main() -> None:
    """Train and study what is not kept yet, store, draw."""
    given = parse()
    if not given.draw:
        found = measure(given)
        write_json(RESULT, found)
    draw_all(json.loads(RESULT.read_text("utf-8"))["recipes"], PICTURES)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with clothing.zip and cifar10.zip")
    parser.add_argument("--work", type=Path, default=Path("study-runs"), help="where runs are kept")
    parser.add_argument("--refits", type=int, default=3, help="bootstrap draws of networks")
    parser.add_argument("--minutes", type=float, default=60.0, help="of each study at most")
    parser.add_argument("--draw", action="store_true", help="only draw what was measured")
    given = parser.parse_args()
    if not given.draw and given.data is None:
        parser.error("--data is needed, unless --draw")
    return given


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Do all recipes."""
    data, work = given.data.resolve(), given.work.resolve()
    refits = ["--refits", str(given.refits)]
    network = [*refits, *NETWORK]
    work.mkdir(parents=True, exist_ok=True)
    clothing, cifar = need(data, "clothing.zip"), need(data, "cifar10.zip")
    some, more = unpack(cifar, work, 3500), unpack(cifar, work, 8000)
    source = work / "source"
    train(more, source, ["model.size=24", *SMALL, "model.width=32"])
    weights = source / "weights" / "fold0.safetensors"
    train(clothing, work / "clothing", ["model.size=48", *SMALL, *REDEALT])
    train(scanned(work), work / "digits", ["model.size=8", *SMALL, *REDEALT])
    train(some, work / "lenet5", [*LENET, *REDEALT])
    head = ["transfer=frozen", "model.width=32", *REDEALT]
    train(clothing, work / "frozen", head, "--weights", weights)
    recipes = {}
    wanted = {"frozen": HEADS, "digits": network, "lenet5": network,
              "clothing": [*refits, *NOISY]}  # fmt: skip
    for name, options in wanted.items():
        began = time.monotonic()
        said = dojang("study", work / name, "--own", *options, "--minutes", given.minutes, "--json")
        recipes[name] = json.loads(said) | {"wall_seconds": round(time.monotonic() - began)}
    return {
        "seed": SEED, "machine": machine(), "recipes": recipes,
        "settings": {
            "network": SMALL, "lenet5": LENET, "split": REDEALT, "study": wanted,
        },
    }  # fmt: skip


def unpack(archive: Path, work: Path, count: int) -> Path:
    """Write ``count`` training images, drawn by the seed, into a folder a class."""
    root = work / f"cifar-{count}"
    with zipfile.ZipFile(archive) as opened:
        names = sorted(n for n in opened.namelist() if n.startswith("train/") and n[-1] != "/")
        chosen = np.random.default_rng(SEED).choice(len(names), count, replace=False)
        for name in (names[i] for i in sorted(chosen.tolist())):
            path = root / Path(name).relative_to("train")
            if not path.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(opened.read(name))
    return root


def scanned(work: Path) -> Path:
    """Write the digits of scikit-learn (Alpaydin & Kaynak, UCI 1998) into a folder a class."""
    from PIL import Image
    from sklearn.datasets import load_digits

    digits, root = load_digits(), work / "digits-images"
    for number, (image, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        path = root / str(label) / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image * 255 / 16).astype(np.uint8)).save(path)
    return root


def train(data: Path, run: Path, settings: list[str], *options: object) -> None:
    """Train, unless there is a finished run already."""
    head = run / "run.json"
    if head.is_file() and json.loads(head.read_text("utf-8"))["status"] == "finished":
        return
    sets = [word for setting in settings for word in ("--set", setting)]
    dojang("train", data, "--run", run, *options, *sets, "--json")


def dojang(*arguments: object) -> str:
    """Run a command line; what it says of its progress is shown."""
    words = [sys.executable, "-m", "dojang", *map(str, arguments)]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
