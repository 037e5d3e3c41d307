"""Faults planted in real photographs: how many the audit finds, and how much of what it says is so.

Each section plants faults of one kind, looks for them, and gives recall, precision and seconds.

    python benchmarks/planted_faults.py --data DIR_WITH_CLOTHING_ZIP \\
        --peer-python ENV_WITH_CLEANVISION/bin/python --out benchmarks/results/planted_faults.json

Near-duplicates
    Claim: of six kinds of change at least 95 % are found, and at least 98 % of the pairs found
    are right. 200 photographs a kind are changed and saved as JPEG of quality 90, each photograph
    once at the most; both stand among all 3,781. The six kinds stand for the claim; grey, framed
    and watermarked copies and combinations of two kinds are extra rows, which count for precision.
    A fixed seed and a fresh one.

    The photographs hold near-duplicates of their own. They are found in a first pass over the clean
    files (``baseline``); a pair that such a pair explains does not count against precision.
    ``precision_strict`` counts it all the same. Whether baseline pairs are duplicates is for eyes
    to judge: ``--sheet`` writes them as a picture.

    CleanVision looks at the same files, with its defaults, in a Python of its own. It calls images
    near-duplicates whose perceptual hashes are equal. Without ``--peer-python`` it is not run.

Leaks and shortcuts (``planted_checks.py``)
    Claim: 50 copies across given parts are all found, half of them recompressed; so is a light
    border on one class, and file names that tell another. Labels and parts dealt at random raise
    neither a shortcut nor a drift.

Label errors (``label_noise.py``, which has more options)
    Claim: of 5 % of labels flipped in 5,000 images of CIFAR-10 at least three quarters are in the
    first tenth of the list of ``dojang labels``.

What favours Dojang: its thresholds were chosen on this archive with other seeds and the same kinds.
"""

import argparse
import io
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

import label_noise
import planted_checks
from dojang.core.recipe import DataPart
from dojang.data.collect import collect_and_survey, look
from dojang.data.duplicates import find_duplicates

ARCHIVE = "clothing.zip"
EACH = 200
COMBINED = 400
FIXED_SEED = 20
CLEAN_ROUNDS = 40
Change = Callable[[Image.Image, np.random.Generator], Image.Image]
Pair = tuple[str, str]

PEER = """
import json, sys, time
from cleanvision import Imagelab
paths = json.load(sys.stdin)
began = time.perf_counter()
lab = Imagelab(filepaths=paths, verbose=False)
lab.find_issues({"exact_duplicates": {}, "near_duplicates": {}}, n_jobs=2, verbose=False)
seconds = time.perf_counter() - began
sets = [lab.info[kind]["sets"] for kind in ("exact_duplicates", "near_duplicates")]
from importlib.metadata import version
print(json.dumps({"seconds": seconds, "sets": sets[0] + sets[1],
                  "version": version("cleanvision")}))
"""


# Near-duplicates: the changes


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def resized(image: Image.Image, random: np.random.Generator) -> Image.Image:
    scale = random.uniform(0.3, 0.8)
    size = [max(1, round(side * scale)) for side in image.size]
    return image.resize((size[0], size[1]), Image.Resampling.BICUBIC)


def recompressed(image: Image.Image, random: np.random.Generator) -> Image.Image:
    return Image.open(io.BytesIO(as_jpeg(image, int(random.integers(20, 61))))).convert("RGB")


def cropped(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Up to a tenth of each side is lost, at one end or at both."""
    boxes = []
    for side in image.size:
        lost = random.uniform(0.02, 0.10) * side
        start = random.uniform(0, lost)
        boxes.append((round(start), round(start + side - lost)))
    (left, right), (top, bottom) = boxes
    return image.crop((left, top, right, bottom))


def relit(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Brightness and contrast change by a tenth to three tenths each."""
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast):
        image = enhance(image).enhance(1 + random.uniform(0.1, 0.3) * random.choice([-1, 1]))
    return image


def flipped(image: Image.Image, random: np.random.Generator) -> Image.Image:
    return ImageOps.mirror(image)


def rotated(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Turned by 1 to 5 degrees; the corners become black."""
    angle = random.uniform(1, 5) * random.choice([-1, 1])
    return image.rotate(angle, Image.Resampling.BICUBIC)


def grey(image: Image.Image, random: np.random.Generator) -> Image.Image:
    return image.convert("L").convert("RGB")


def framed(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """A plain frame of any colour, 2 to 5 % of the shorter side wide."""
    colour = tuple(int(v) for v in random.integers(0, 256, 3))
    return ImageOps.expand(image, round(min(image.size) * random.uniform(0.02, 0.05)), colour)


def watermarked(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """White text of a tenth of the height across the lower half."""
    image = image.copy()
    place = (image.width * random.uniform(0, 0.3), image.height * random.uniform(0.5, 0.85))
    ImageDraw.Draw(image).text(place, "© photo", fill="white", font_size=image.height / 10)
    return image


KINDS: tuple[Change, ...] = (resized, recompressed, cropped, relit, flipped, rotated)
EXTRAS: tuple[Change, ...] = (grey, framed, watermarked)


# Near-duplicates: planting, searching, judging


@dataclass(frozen=True)
class Plant:
    """A folder with the photographs under ``photos/`` and their changed copies under ``copies/``.

    Attributes:
        source: the photograph that an image is or was made of, by id.
        kind: what was done to each copy, by id.
    """

    root: Path
    source: dict[str, str]
    kind: dict[str, str]


def plant(root: Path, archive: zipfile.ZipFile, seed: int) -> Plant:
    """Write the photographs and the changed copies; with a negative seed, no copies."""
    names = sorted(n for n in archive.namelist() if n.lower().endswith(".jpg"))
    ids = [f"photos/{number:05d}.jpg" for number in range(len(names))]
    for folder in ("photos", "copies"):
        (root / folder).mkdir(parents=True)
    for identifier, name in zip(ids, names, strict=True):
        (root / identifier).write_bytes(archive.read(name))
    source, kind = dict(zip(ids, ids, strict=True)), {}
    for identifier, (chosen, changes) in copies(ids, seed):
        with Image.open(root / chosen) as opened:
            image = opened.convert("RGB")
        random = np.random.default_rng([seed, len(source)])
        for change in changes:
            image = change(image, random)
        (root / identifier).write_bytes(as_jpeg(image, 90))
        source[identifier] = chosen
        kind[identifier] = changes[0].__name__ if len(changes) == 1 else "two of them"
    return Plant(root, source, kind)


def copies(ids: list[str], seed: int) -> Iterable[tuple[str, tuple[str, tuple[Change, ...]]]]:
    """Which photographs are changed how; each at most once."""
    if seed < 0:
        return
    random = np.random.default_rng(seed)
    chosen = iter(random.permutation(ids).tolist())
    jobs: list[tuple[Change, ...]] = [(kind,) for kind in (*KINDS, *EXTRAS) for _ in range(EACH)]
    both = list(combinations(KINDS, 2))
    jobs += [both[int(i)] for i in random.integers(0, len(both), COMBINED)]
    for number, changes in enumerate(jobs):
        yield f"copies/{number:05d}.jpg", (next(chosen), changes)


def search(root: Path) -> dict[str, Any]:
    """Survey a folder as the audit does, and find its duplicates."""
    data = DataPart(source=str(root), near_duplicates="ignore")
    began = time.perf_counter()
    manifest, survey = collect_and_survey(data, os.cpu_count() or 1)
    scanned = time.perf_counter()
    found = find_duplicates(manifest, survey)
    pairs = found.pairs[["a", "b"]].itertuples(index=False, name=None)
    return {
        "pairs": set(pairs),
        "sets": [list(ids) for ids in found.clusters],
        "seconds": time.perf_counter() - began,
        "search_seconds": time.perf_counter() - scanned,
    }


def ask_peer(python: Path, root: Path, ids: Iterable[str]) -> dict[str, Any]:
    """Let CleanVision look at the same files."""
    paths = {str(root / identifier): identifier for identifier in ids}
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", PEER],
        input=json.dumps(list(paths)), capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"CleanVision ended with {done.returncode}:\n{done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    sets = [[paths[path] for path in group] for group in answer["sets"]]
    pairs = {tuple(sorted(pair)) for group in sets for pair in combinations(group, 2)}
    return answer | {"sets": sets, "pairs": pairs}


def judge(planted: Plant, found: dict[str, Any], baseline: dict[str, Any]) -> dict[str, Any]:
    """Recall by kind, precision of the pairs, and what they rest on."""
    paired = {frozenset(pair) for pair in found["pairs"]}
    hits: dict[str, list[bool]] = {}
    for identifier, kind in planted.kind.items():
        hit = frozenset((identifier, planted.source[identifier])) in paired
        hits.setdefault(kind, []).append(hit)
    owner = {i: number for number, ids in enumerate(baseline["sets"]) for i in ids}
    false = known = 0
    for a, b in found["pairs"]:
        one, other = planted.source[a], planted.source[b]
        if one == other:
            continue
        if one in owner and owner[one] == owner.get(other):
            known += 1
        else:
            false += 1
    main = [hit for kind in KINDS for hit in hits[kind.__name__]]
    count = max(1, len(found["pairs"]))
    return {
        "recall": round(sum(main) / len(main), 4),
        "recall_by_kind": {kind: round(sum(h) / len(h), 4) for kind, h in hits.items()},
        "pairs": len(found["pairs"]),
        "false": false,
        "explained_by_baseline": known,
        "precision": round(1 - false / count, 4),
        "precision_strict": round(1 - (false + known) / count, 4),
        "seconds": round(found["seconds"], 1),
        **(
            {"search_seconds": round(found["search_seconds"], 1)}
            if "search_seconds" in found
            else {}
        ),
    }


def draw_sheet(path: Path, root: Path, pairs: Iterable[Pair], across: int = 6) -> None:
    """Draw pairs side by side."""
    pairs = sorted(pairs)
    rows = -(-len(pairs) // across) or 1
    sheet = Image.new("RGB", (across * 250, rows * 170), "white")
    for number, pair in enumerate(pairs):
        for side, identifier in enumerate(pair):
            with Image.open(root / identifier) as opened:
                image = opened.convert("RGB")
            image.thumbnail((120, 160))
            sheet.paste(image, (number % across * 250 + side * 122, number // across * 170))
    sheet.save(path)


def near_duplicates(options: argparse.Namespace) -> dict[str, Any]:
    """The section on near-duplicates."""
    seeds = {"fixed": FIXED_SEED, "fresh": options.seed}
    result: dict[str, Any] = {"seeds": seeds, "each": EACH, "combined": COMBINED, "runs": {}}
    with (
        zipfile.ZipFile(options.data / ARCHIVE) as archive,
        tempfile.TemporaryDirectory() as place,
    ):
        clean = plant(Path(place) / "clean", archive, -1)
        baselines = {"dojang": baseline_of(clean)}
        if options.peer_python:
            baselines["cleanvision"] = ask_peer(options.peer_python, clean.root, clean.source)
            result["cleanvision"] = baselines["cleanvision"]["version"]
        result["baseline_pairs"] = {name: len(b["pairs"]) for name, b in baselines.items()}
        if options.sheet:
            draw_sheet(options.sheet, clean.root, baselines["dojang"]["pairs"])
        for name, seed in seeds.items():
            planted = plant(Path(place) / name, archive, seed)
            found = {"dojang": search(planted.root)}
            if options.peer_python:
                found["cleanvision"] = ask_peer(options.peer_python, planted.root, planted.source)
            judged = {k: judge(planted, v, baselines[k]) for k, v in found.items()}
            result["runs"][name] = judged
            print(name, json.dumps(judged, indent=1), flush=True)
    if not options.peer_python:
        result["cleanvision"] = "not run"
        print("CleanVision was not run: --peer-python names no Python that has it")
    return result


def leaks_and_shortcuts(options: argparse.Namespace) -> dict[str, Any]:
    """The section on leaks across given parts, shortcuts and clean data."""
    source = options.data / ARCHIVE
    seeds = (FIXED_SEED, options.seed)
    return {
        "faults": [planted_checks.faults(source, seed) for seed in seeds],
        "clean": planted_checks.clean(source, CLEAN_ROUNDS),
    }


def label_errors(options: argparse.Namespace) -> dict[str, Any]:
    """The section on label errors: two trainings on CIFAR-10, a quarter of an hour each."""
    settings = argparse.Namespace(
        data=options.data, images=5000, noise=0.05, folds=5, set=["model.width=32"],
        retrain=False, control=False,
    )  # fmt: skip
    results = []
    for seed in (FIXED_SEED, options.seed):
        with tempfile.TemporaryDirectory(prefix="label-noise-") as folder:
            results.append(label_noise.measure(Path(folder), seed, settings))
    return {"results": results}


def baseline_of(clean: Plant) -> dict[str, Any]:
    """What Dojang finds in the photographs as they are."""
    manifest, survey = look(DataPart(source=str(clean.root)), os.cpu_count() or 1)
    found = find_duplicates(manifest, survey)
    pairs = set(found.pairs[["a", "b"]].itertuples(index=False, name=None))
    return {"pairs": pairs, "sets": [list(ids) for ids in found.clusters]}


SECTIONS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "near_duplicates": near_duplicates,
    "leaks_and_shortcuts": leaks_and_shortcuts,
    "label_errors": label_errors,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--data", type=Path, required=True, help=f"folder with {ARCHIVE} and cifar10.zip"
    )
    parser.add_argument("--section", choices=SECTIONS, action="append", help="default: all")
    parser.add_argument("--seed", type=int, help="of the fresh runs (drawn if it is not given)")
    parser.add_argument("--peer-python", type=Path, help="a Python that has cleanvision")
    parser.add_argument("--sheet", type=Path, help="write the baseline pairs as a picture")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.seed is None:
        options.seed = secrets.randbelow(2**31)
    result: dict[str, Any] = {}
    if options.out and options.out.exists():
        result = json.loads(options.out.read_text())  # other sections stay as they are
    for name in options.section or SECTIONS:
        result[name] = SECTIONS[name](options)
        result[name]["machine"] = {
            "cores": os.cpu_count(), "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 1),
        }  # fmt: skip
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
