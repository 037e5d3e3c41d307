"""Planted leaks and shortcuts, and clean data that must stay silent: a section of
``planted_faults.py``.

For each seed, in a copy of the data with given parts: 50 training images are copied into the test
part (half as they are, half recompressed), one class gets a light border, the files of another one
a prefix. Then labels are permuted among the images (no shortcut is left) and parts dealt at random
(no drift is left), and findings are counted.
"""

from __future__ import annotations

import random
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from dojang.app.audit import audit
from dojang.app.screen import Silent
from dojang.core.random import generator
from dojang.core.recipe import Recipe, override
from dojang.core.types import Manifest, Survey
from dojang.data.audit import CHECKS, Subject
from dojang.data.duplicates import Duplicates

PAIRS = 50
BORDER = 0.03  # of the shorter side


def plant_leaks(root: Path, rng: random.Random) -> list[tuple[str, str]]:
    """Copy training images into the test part, every other one recompressed; return the pairs."""
    train = sorted(p for p in (root / "train").rglob("*") if p.is_file())
    pairs = []
    for n, path in enumerate(rng.sample(train, PAIRS)):
        copy = root / "test" / path.parent.name / f"{rng.getrandbits(64):016x}.jpg"
        if n % 2:
            Image.open(path).convert("RGB").save(copy, quality=60)
        else:
            copy.write_bytes(path.read_bytes())
        pairs.append((path.relative_to(root).as_posix(), copy.relative_to(root).as_posix()))
    return pairs


def plant_border(root: Path, label: str) -> None:
    """Give every image of a class a light border, in all parts; its size stays."""
    for path in root.glob(f"*/{label}/*"):
        image = Image.open(path).convert("RGB")
        edge = max(2, round(BORDER * min(image.size)))
        inner = image.crop((edge, edge, image.width - edge, image.height - edge))
        ImageOps.expand(inner, edge, (240, 240, 240)).save(path, quality=90)


def plant_names(root: Path, label: str) -> None:
    """Name the files of a class as another camera would."""
    for path in sorted(root.glob(f"*/{label}/*")):
        path.rename(path.with_name(f"IMG_{path.name}"))


def faults(source: Path, seed: int) -> dict[str, Any]:
    """Plant all faults and say which of them the audit found."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "photos"
        with zipfile.ZipFile(source) as archive:
            archive.extractall(root)
        bordered, named = rng.sample(sorted(p.name for p in (root / "train").iterdir()), 2)
        plant_border(root, bordered)
        plant_names(root, named)
        pairs = plant_leaks(root, rng)
        started = time.monotonic()
        recipe = override(Recipe(), {"data.source": str(root)})
        found = audit(recipe, Silent())
        seconds = time.monotonic() - started
    leaks = [f for f in found.findings if f.name == "leak"]
    rows = {frozenset((r["a"], r["b"])) for f in leaks for r in f.evidence["pairs"]}
    told = [f for f in found.findings if f.name == "shortcut"]
    seen = {(f.evidence["family"], c["label"]): c for f in told for c in f.evidence["classes"]}
    others = [key for key in seen if key[1] not in (bordered, named)]
    return {
        "seed": seed, "leaks_planted": PAIRS,
        "leaks_found": sum(frozenset(pair) in rows for pair in pairs), "leaks_reported": len(rows),
        "border": {"class": bordered, "found": ("border", bordered) in seen} | _scores(
            seen.get(("border", bordered))),
        "names": {"class": named, "found": ("name", named) in seen} | _scores(
            seen.get(("name", named))),
        "other_shortcuts": [list(key) for key in others], "seconds": round(seconds, 1),
    }  # fmt: skip


def _scores(told: Any) -> dict[str, Any]:
    return {k: told[k] for k in ("auc", "content_auc", "severity", "feature")} if told else {}


def clean(source: Path, rounds: int) -> dict[str, Any]:
    """Count findings where nothing is to be found: permuted labels, and parts dealt at random."""
    subject = audit(override(Recipe(), {"data.source": str(source)}), Silent()).subject
    shortcuts, drifts = 0, 0
    for n in range(rounds):
        rng = generator(n, "benchmark", "clean")
        frame = subject.manifest.samples.copy()
        frame["label"] = rng.permutation(frame["label"].to_numpy())
        frame["part"] = rng.permutation(frame["part"].to_numpy())
        again = rebuilt(subject, replace(subject.manifest, samples=frame))
        shortcuts += bool(list(CHECKS["shortcut"].run(again)))
        drifts += bool(list(CHECKS["part-drift"].run(again)))
    return {"rounds": rounds, "with_shortcut": shortcuts, "with_drift": drifts}


def rebuilt(subject: Subject, manifest: Manifest) -> Subject:
    """Return the same pictures under other labels and parts."""
    survey: Survey | None = subject.survey
    copies: Duplicates = subject.duplicates
    ids, parts = manifest.samples["id"].tolist(), manifest.samples["part"].tolist()
    kept = dict(zip(ids, parts, strict=True))
    return Subject(manifest, survey, copies, kept, subject.seed)
