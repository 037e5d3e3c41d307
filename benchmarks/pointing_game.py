"""The pointing game (Zhang et al. 2016) on real images: does the hottest place lie on the object?

Claim measured here: on crops whose class is told by one object alone, the hottest pixel of a map
lies on that object more often than a pixel drawn at random, and than the middle of the image.

    python benchmarks/pointing_game.py --data DIR --out benchmarks/results/pointing_game.json

How it is measured
    1. From photographs with boxes (BCCD: blood smears) and with masks (CamVid: street scenes),
       square crops are cut that hold objects of exactly one class of some, at a random place:
       white cells, platelets or neither; cars, pedestrians or neither. The crops of one
       photograph stay in its part.
    2. ``dojang.train`` learns the class of the crops from those of the training and validation
       photographs. It never sees a box or a mask, nor the crops of the test photographs.
    3. On the test crops every method explains the true class. A hit is a hottest pixel on an object
       of that class, without any margin; a map without evidence is a miss. Hit rates come with 95 %
       intervals over photographs, beside the share of the area that the objects take (what a random
       pixel hits), the middle pixel, and Grad-CAM of the same network before training.

Seeds: crops, split and training follow ``--seed``.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

import dojang
from dojang.analysis.explain import explain_images, grad_cam, methods_for
from dojang.analysis.explain.faithfulness import mean_of
from dojang.app.predicting import load_networks
from dojang.app.run import Run
from dojang.core.recipe import load_recipe
from dojang.nn.factory import build
from dojang.objectives.intervals import ANY, SHARE
from dojang.objectives.resampling import Design

Mask = NDArray[np.bool_]
NEITHER = "neither"
PARTS = {"train": "train", "val": "validation", "test": "test"}
TRIES = 300


@dataclass(frozen=True)
class Photo:
    """A photograph, its part, and where the objects of each class are, bool ``(H, W)`` each."""

    name: str
    part: str
    image: Image.Image
    masks: dict[str, list[Mask]]


@dataclass(frozen=True)
class Crop:
    """A square piece: its class, the photograph it is from, and the mask of its objects."""

    photo: str
    label: str
    pixels: NDArray[np.uint8]
    mask: Mask


@dataclass(frozen=True)
class Game:
    """A data set as a game: which classes, how large crops are cut, and the least share of the
    area that the objects take; ``whole`` where they are boxes, which are not to be cut in two."""

    photos: Callable[[Path], Iterator[Photo]]
    classes: tuple[str, ...]
    side: int
    least: float
    whole: bool
    of_each: int


def blood(data: Path) -> Iterator[Photo]:
    """Yield the blood smears of BCCD; a box counts as a mask."""
    with zipfile.ZipFile(data / "bccd.zip") as archive:
        for part in PARTS:
            names = archive.read(f"ImageSets/Main/{part}.txt").decode().split()
            for name in names:
                tree = ElementTree.fromstring(archive.read(f"Annotations/{name}.xml"))
                image = Image.open(io.BytesIO(archive.read(f"JPEGImages/{name}.jpg")))
                masks: dict[str, list[Mask]] = {}
                for entry in tree.iter("object"):
                    box = [int(entry.findtext(f"bndbox/{t}", "0")) for t in _ENDS]
                    mask = np.zeros((image.height, image.width), dtype=bool)
                    mask[box[1] : box[3], box[0] : box[2]] = True
                    masks.setdefault(entry.findtext("name", ""), []).append(mask)
                yield Photo(name, PARTS[part], image.convert("RGB"), masks)


_ENDS = ("xmin", "ymin", "xmax", "ymax")


def streets(data: Path) -> Iterator[Photo]:
    """Yield the street scenes of CamVid."""
    with zipfile.ZipFile(data / "camvid.zip") as archive:
        names = archive.read("classes.txt").decode().split()
        for part in PARTS:
            for path in sorted(n for n in archive.namelist() if n.startswith(f"images/{part}/")):
                if not path.endswith(".jpg"):
                    continue
                stem = Path(path).stem
                image = Image.open(io.BytesIO(archive.read(path))).convert("RGB")
                raw = archive.read(f"masks/{part}/{stem}.png")
                found = np.asarray(Image.open(io.BytesIO(raw)))
                masks = {name: [found == i] for i, name in enumerate(names)}
                yield Photo(stem, PARTS[part], image, masks)


GAMES = {
    "blood": Game(blood, ("WBC", "Platelets"), 320, 0.004, True, 6),
    "streets": Game(streets, ("Car", "Pedestrian"), 160, 0.02, False, 4),
}


def main() -> None:
    """Play every game, print and store; games of an earlier call stay in the file."""
    options = parse()
    known = options.out is not None and options.out.is_file()
    results = json.loads(options.out.read_text())["results"] if known else {}
    for name in options.games:
        with tempfile.TemporaryDirectory(prefix="pointing-") as folder:
            results[name] = {"arguments": vars(options) | {"data": options.data.name, "out": None}}
            results[name] |= play(GAMES[name], Path(folder), options)
        print(name, json.dumps(results[name], indent=1))
    found = {
        "claim": "Grad-CAM hits more often than a random pixel and than the middle",
        "holds": {name: holds(result) for name, result in results.items()},
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "cpu": platform.machine()},
        "results": results,
    }
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n")
    print(found["holds"])


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the archives")
    parser.add_argument("--games", nargs="+", choices=list(GAMES), default=list(GAMES))
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--model", default="convnet")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--most", type=int, default=700, help="training crops of a class")
    parser.add_argument("--tested", type=int, default=240, help="test crops of a class")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], help="key=value of the recipe")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def holds(result: dict[str, Any]) -> bool:
    """Does Grad-CAM do better than both, by more than chance?"""
    row = result["all"]["methods"]["grad-cam"]
    return bool(row["above_area"]["low"] > 0 and row["above_centre"]["low"] > 0)


def play(game: Game, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Cut crops, train, and let every method point."""
    started = time.monotonic()
    test = write_crops(game, folder, options)
    settings = {"model.name": options.model, "model.size": options.size,
                "train.epochs": options.epochs, "train.seed": options.seed,
                "audit.leaks": "drop"}  # fmt: skip
    settings |= dict(pair.split("=", 1) for pair in options.set)
    run = dojang.train(folder / "crops", run=folder / "run", settings=settings)
    return point(game, run, test, options) | {"seconds": round(time.monotonic() - started)}


def point(game: Game, run: Run, test: list[Crop], options: argparse.Namespace) -> dict[str, Any]:
    """Let every method point at the objects of the test crops."""
    network = load_networks(run.folder, run.record, load_recipe(run.folder.recipe))[0]
    classes = run.record.classes
    images, truth = tensors(test, classes)
    with torch.no_grad():
        said = torch.cat([network(part).argmax(1) for part in images.split(64)])
    accuracy = float((said == truth).float().mean())
    shown = [i for i, crop in enumerate(test) if crop.label != NEITHER]
    test, images, truth, said = [test[i] for i in shown], images[shown], truth[shown], said[shown]
    points = pointed(network, images, truth)
    fresh = build(options.model, len(classes), network.spec, seed=options.seed + 1).eval()
    pairs = zip(images.split(64), truth.split(64), strict=True)
    points["grad-cam, untrained"] = hottest(torch.cat([grad_cam(fresh, *pair) for pair in pairs]))
    by_class = {c: [i for i, crop in enumerate(test) if crop.label == c] for c in game.classes}
    right = [i for i in range(len(test)) if said[i] == truth[i]]
    sets = {"all": list(range(len(test))), "answered_rightly": right, **by_class}
    return {
        "validation_accuracy": run.scores().metrics["accuracy"].value,
        "test_accuracy": accuracy,
        **{name: judged(test, rows, points) for name, rows in sets.items()},
    }  # fmt: skip


def tensors(crops: list[Crop], classes: tuple[str, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the images of crops ``(n, 3, S, S)`` and their classes ``(n,)``."""
    images = torch.from_numpy(np.stack([crop.pixels for crop in crops])).permute(0, 3, 1, 2)
    return images, torch.tensor([classes.index(crop.label) for crop in crops])


def write_crops(game: Game, folder: Path, options: argparse.Namespace) -> list[Crop]:
    """Write training and validation crops as a folder a class; return those of the test part.

    Where there are more than wanted they are drawn: neighbours in a film are alike.
    """
    rng = np.random.default_rng(options.seed)
    found: dict[tuple[str, str], list[Crop]] = {}
    for photo in game.photos(options.data):
        for crop in cut(photo, game, options.size, rng):
            found.setdefault((photo.part, crop.label), []).append(crop)
    test: list[Crop] = []
    for (part, label), crops in found.items():
        most = options.tested if part == "test" else options.most
        rows = sorted(rng.permutation(len(crops))[:most].tolist())
        if part == "test":
            test += [crops[row] for row in rows]
            continue
        target = folder / "crops" / part / label
        target.mkdir(parents=True, exist_ok=True)
        for row in rows:
            Image.fromarray(crops[row].pixels).save(target / f"{crops[row].photo}-{row}.png")
    return test


def cut(photo: Photo, game: Game, size: int, rng: np.random.Generator) -> Iterator[Crop]:
    """Yield crops that hold one class and nothing of the others, up to ``of_each``."""
    left = dict.fromkeys([*game.classes, NEITHER], game.of_each)
    for _ in range(TRIES):
        x, y = (int(rng.integers(0, whole - game.side + 1)) for whole in photo.image.size)
        window = (slice(y, y + game.side), slice(x, x + game.side))
        inside = {c: _held(photo.masks.get(c, []), window, game) for c in game.classes}
        if any(mask is None for mask in inside.values()):
            continue
        there = [c for c, mask in inside.items() if mask is not None and mask.any()]
        label = there[0] if len(there) == 1 else NEITHER
        if len(there) > 1 or not left.get(label):
            continue
        left[label] -= 1
        mask = inside.get(label)
        mask = np.zeros((game.side, game.side), dtype=bool) if mask is None else mask
        piece = photo.image.crop((x, y, x + game.side, y + game.side))
        small = np.asarray(piece.resize((size, size), Image.Resampling.BICUBIC))
        yield Crop(photo.name, label, small, _shrunk(mask, size))


def _held(masks: list[Mask], window: tuple[slice, slice], game: Game) -> Mask | None:
    """What a window holds of a class; None where that is neither nothing nor enough."""
    held = np.zeros((game.side, game.side), dtype=bool)
    for mask in masks:
        part = mask[window]
        if game.whole and 0 < part.sum() < mask.sum():  # a box cut in two
            return None
        held |= part
    return held if not held.any() or held.mean() >= game.least else None


def _shrunk(mask: Mask, size: int) -> Mask:
    """A pixel of the small crop is the object's where at least half of it was."""
    image = Image.fromarray(mask.astype(np.uint8) * 255).resize((size, size), Image.Resampling.BOX)
    small: Mask = np.asarray(image) >= 128
    return small


def pointed(
    network: torch.nn.Module, images: torch.Tensor, truth: torch.Tensor
) -> dict[str, NDArray[np.int64]]:
    """Return the hottest pixel of every map by method, ``(n,)``; −1 for a map without evidence."""
    found = {}
    for name in methods_for(network, images[:1]):
        targets = None if name == "attention-rollout" else truth
        maps = []
        for start in range(0, len(images), 32):
            rows = slice(start, start + 32)
            chosen = None if targets is None else targets[rows]
            maps.append(explain_images(network, images[rows], name, chosen))
        found[name] = hottest(torch.cat(maps))
    return found


def hottest(maps: torch.Tensor) -> NDArray[np.int64]:
    """Return the place of the largest value of each map, counted row by row; −1 of an empty one."""
    flat = maps.flatten(1)
    places = torch.where(flat.amax(1) > 0, flat.argmax(1), torch.tensor(-1))
    found: NDArray[np.int64] = places.numpy()
    return found


def judged(
    test: list[Crop], rows: list[int], points: dict[str, NDArray[np.int64]]
) -> dict[str, Any]:
    """Hit rates of some crops against the share of the area and the middle."""
    masks = np.stack([test[i].mask for i in rows])
    photos = {name: i for i, name in enumerate(sorted({test[i].photo for i in rows}))}
    groups = np.array([photos[test[i].photo] for i in rows])
    design = Design(len(rows), groups=groups)
    side = masks.shape[1]
    area = masks.mean((1, 2))
    centre = masks[:, side // 2, side // 2].astype(float)
    methods = {}
    for name, places in points.items():
        at = places[rows]
        flat = masks.reshape(len(rows), -1)
        hits = np.where(at < 0, False, flat[np.arange(len(rows)), np.maximum(at, 0)]).astype(float)
        methods[name] = {
            "hit": asdict(mean_of(hits, design, SHARE)),
            "above_area": asdict(mean_of(hits - area, design, ANY)),
            "above_centre": asdict(mean_of(hits - centre, design, ANY)),
            "empty": int((at < 0).sum()),
        }
    return {
        "crops": len(rows), "photographs": len(photos), "area": float(area.mean()),
        "centre": asdict(mean_of(centre, design, SHARE)), "methods": methods,
    }  # fmt: skip


if __name__ == "__main__":
    main()
