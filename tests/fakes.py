"""A run folder as training would have left it, made up in a second and without a model."""

from __future__ import annotations

import io
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from dojang.analysis.balance import compare
from dojang.analysis.decide import fit_rule
from dojang.app import deciding
from dojang.app.balancing import exposure
from dojang.core.recipe import BalancePart, Recipe, override, recipe_from, write_recipe
from dojang.core.store import (
    RunFolder,
    read_parquet,
    write_json,
    write_parquet,
    write_record,
)
from dojang.core.tables import from_frame
from dojang.core.types import EpochRecord, InputSpec, LayerRow, RunRecord
from dojang.objectives.evaluate import evaluate
from tests.studies import made_up_study

ENGLISH = ("dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts")
HANGUL = ("강아지", "고양이", "너구리", "다람쥐", "토끼", "햄스터")
SIZE = 64
EPOCHS = 30


def fake_run(
    path: Path,
    classes: tuple[str, ...] | None = None,
    folds: int = 1,
    opened: bool = False,
    hangul: bool = False,
    per_class: int = 40,
    studied: bool = True,
) -> tuple[RunFolder, RunRecord]:
    """Write every file that the report reads.

    Args:
        classes: class names; some clothes, or with ``hangul`` some animals, unless given.
        folds: number of models; more than one makes a k-fold run.
        opened: whether the test part was opened and scored.
        per_class: validation samples of the largest class; smaller classes have fewer.
        studied: whether somebody studied it.
    """
    names = classes or (HANGUL if hangul else ENGLISH)
    generator = np.random.default_rng(7)
    folder = RunFolder(path)
    sizes = [max(3, round(per_class * 0.93**i)) for i in range(len(names))]
    record = _record(path.name, names, sizes, folds, opened, hangul)
    write_record(folder, record)
    _write_recipe(folder, folds)
    _write_split(folder, sizes, folds)
    _write_refused(folder, hangul)
    write_json(folder.history, [asdict(row) for row in _history(folds)])
    write_json(folder.layers, _layers(len(names)))
    _write_contact(folder, names)
    for part in ("valid", "test") if opened else ("valid",):
        frame = _predictions(names, sizes, folds, part, generator)
        write_parquet(folder.predictions(part), frame, {"part": part})
        write_json(folder.evaluation(part), evaluate(from_frame(frame, part)).to_json())
        _write_gallery(folder, frame, names, part)
    _write_balance(folder, record)
    if studied:
        write_json(folder.study, made_up_study())
    return folder, record


def fake_inside(folder: RunFolder) -> dict[str, Any]:
    """Write what ``dojang inside`` leaves in a run, of two methods, one good and one not."""
    for name in ("filters", "maps", "image", "channel-0"):
        _save(folder.path / f"inside/{name}.jpg", _picture(2, 3))

    def score(value: float) -> dict[str, float]:
        return {"value": value, "low": value - 0.05, "high": value + 0.05}

    verdicts = {"grad-cam": ("better", "follows"), "occlusion": ("worse", "stays")}
    gains = {"grad-cam": 0.2, "occlusion": -0.1}
    tree: dict[str, Any] = {
        "part": "valid", "images": 32, "folds": 1, "looked_through": 200, "read": {},
        "layer": "stages.3.blocks.1", "filters": {
            "layer": "stem.0.0", "shape": [32, 3, 3, 3], "picture": "inside/filters.jpg"},
        "maps": {"image": "x" * 90 + ".jpg", "photo": "inside/image.jpg", "shape": [4, 4],
                 "picture": "inside/maps.jpg", "channels": [3, 1]},
        "channels": [{"channel": 7, "picture": "inside/channel-0.jpg", "examples": [
            {"id": "a.jpg", "answer": 3.0}]}],
        "faithfulness": {
            "images": 32, "cells": 8, "steps": 8,
            "random": {"deletion": score(0.4), "insertion": score(0.5)},
            "methods": [{"name": n, "deletion": score(0.3), "insertion": score(0.6),
                         "gain": score(gains[n]), "verdict": v[0]} for n, v in verdicts.items()]},
        "randomisation": {
            "images": 12, "stages": ["head", "stages.3.blocks.1", "stem"],
            "methods": [{"name": n, "rank": [score(0.9), score(0.5), score(0.1 if i == 0 else 0.9)],
                         "ssim": [score(0.9)] * 3, "others": 0.3, "verdict": v[1]}
                        for i, (n, v) in enumerate(verdicts.items())]},
    }  # fmt: skip
    write_json(folder.inside, tree)
    return tree


def _write_balance(folder: RunFolder, record: RunRecord) -> None:
    """The rule that the validation predictions make, and a baseline that always says the first
    class."""
    predictions = from_frame(read_parquet(folder.predictions("valid")), "valid")
    targets, size = predictions.targets, len(predictions.classes)
    recipe = override(Recipe(), {"decide.goal": "f_beta"})
    deciding.save(folder, fit_rule(predictions, deciding.wanted(recipe, ())), recipe)
    baseline = compare(targets, np.zeros_like(targets), predictions.predicted, size)
    balance = BalancePart(method="sqrt-sampling")
    counts = record.data["counts"]["cv" if record.folds > 1 else "train"]
    write_json(folder.balance, {
        "method": balance.method, "loss": "focal", "classes": exposure(balance, counts),
        "baseline": {"name": "before-1", "method": "none", **asdict(baseline)},
    })  # fmt: skip


def _record(
    name: str, names: tuple[str, ...], sizes: list[int], folds: int, opened: bool, hangul: bool
) -> RunRecord:
    train = {n: 5 * s for n, s in zip(names, sizes, strict=True)}
    valid = dict(zip(names, sizes, strict=True))
    counts: dict[str, Any] = {"train": train, "valid": valid}
    if folds > 1:
        counts = {"cv": {n: 6 * s for n, s in valid.items()}}
    return RunRecord(
        format=1,
        name=name,
        status="finished",
        created="2026-03-14T09:26:53+00:00",
        dojang="0.1.0",
        classes=names,
        input=InputSpec(SIZE, "squash", (123.7, 116.3, 103.5), (58.4, 57.1, 57.4)),
        folds=folds,
        data={
            "source": "data/동물 사진.zip" if hangul else "data/clothing.zip",
            "kind": "zip",
            "hash": "9f2c" * 16,
            "samples": 7 * sum(sizes),
            "refused": 3,
            "counts": counts,
            "test": sum(sizes),
        },
        environment=_environment(name),
        seconds=754.2,
        reasons={
            "model.size": {"key": "auto.size", "values": {"side": 480, "size": SIZE}},
            "augment.flip": {"key": "auto.flip", "values": {}},
            "train.epochs": {"key": "auto.epochs", "values": {"images": 5 * sum(sizes)}},
            "train.batch_size": {"key": "auto.of_the_future", "values": {}},
        },
        test_opened="2026-03-15T10:00:00+00:00" if opened else None,
    )


def _environment(name: str) -> dict[str, Any]:
    return {
        "python": "3.11.7",
        "torch": "2.14.0",
        "torchvision": "0.29.0",
        "timm": "1.0.20",
        "numpy": "2.4.6",
        "pillow": "13.0.0",
        "dojang": "0.1.0",
        "platform": "Linux 6.1 x86_64",
        "processor": "AMD EPYC 9354",
        "cores": 8,
        "device": "cpu",
        "precision": "fp32",
        "commands": [f"dojang train recipe.yaml --out runs/{name}"],
    }


def _write_recipe(folder: RunFolder, folds: int) -> None:
    chosen = {
        "model.size": SIZE,
        "train.epochs": EPOCHS,
        "train.batch_size": 64,
        "optimizer.lr": 0.002,
        "split.kind": "kfold" if folds > 1 else "holdout",
    }
    write_recipe(override(recipe_from({}), chosen), folder.recipe)


def _write_split(folder: RunFolder, sizes: list[int], folds: int) -> None:
    total = sum(sizes)
    counts = {"train": 5 * total, "valid": total, "test": total}
    facts = {
        "kind": "kfold" if folds > 1 else "holdout",
        "folds": folds,
        "seed": 0,
        "hash": "51b7" * 16,
        "manifest_hash": "9f2c" * 16,
        "counts": {"cv": 6 * total, "test": total} if folds > 1 else counts,
        "proofs": ["split.proof.complete", "split.proof.disjoint", "split.proof.copies"],
    }
    write_json(folder.split_facts, facts)


def _write_refused(folder: RunFolder, hangul: bool) -> None:
    first = "고양이/깨진 사진 (1).jpg" if hangul else "shirt/IMG_0412 (copy).jpg"
    rows = [
        {"id": first, "reason": "decode.truncated", "detail": ""},
        {"id": "Thumbs.db", "reason": "decode.not_image", "detail": ""},
        {"id": "hat/0.png", "reason": "decode.of_the_future", "detail": "7 planes"},
    ]
    write_json(folder.refused, rows)


def _history(folds: int) -> list[EpochRecord]:
    """Curves that overfit towards the end; folds stop at different epochs."""
    noise = np.random.default_rng(3)
    rows = []
    for fold in range(folds):
        lowest = math.inf
        for epoch in range(1, EPOCHS + 1 - 2 * fold):
            train = 2.0 * math.exp(-epoch / 7) + 0.06 + 0.01 * noise.random()
            valid = 1.8 * math.exp(-epoch / 6) + 0.3 + 0.006 * max(0, epoch - 16)
            valid += 0.03 * noise.random() + 0.01 * fold
            rate = 0.002 * math.sin(math.pi * min(epoch / EPOCHS, 1) ** 0.6) ** 2
            rows.append(_epoch(fold, epoch, rate, train, valid, valid < lowest))
            lowest = min(lowest, valid)
    return rows


def _epoch(
    fold: int, epoch: int, rate: float, train: float, valid: float, best: bool
) -> EpochRecord:
    return EpochRecord(
        fold=fold,
        epoch=epoch - 1,
        step=epoch * 30,
        lr=rate,
        objective=train + 0.4,
        train_loss=train,
        train_accuracy=math.exp(-train / 2.2),
        valid_loss=valid,
        valid_accuracy=math.exp(-valid / 2.4),
        images_per_second=812.5,
        seconds=25.1,
        best=best,
    )


def _layers(classes: int) -> dict[str, Any]:
    rows: list[LayerRow] = []
    before, side, field = 3, SIZE, 1
    for stage, channels in enumerate((64, 128, 256), start=1):
        for block in (1, 2):
            weights = 9 * before * channels + 2 * channels
            field += 2**stage
            rows.append(
                LayerRow(
                    f"stages.{stage}.conv{block}", "Conv2d", (channels, side, side), weights,
                    weights * side * side, field,
                )
            )  # fmt: skip
            before = channels
        side //= 2
        rows.append(
            LayerRow(f"stages.{stage}.pool", "MaxPool2d", (before, side, side), 0, 0, field)
        )
    rows.append(LayerRow("pool", "AdaptiveAvgPool2d", (before,), 0, 0, None))
    rows.append(LayerRow("head", "Linear", (classes,), 257 * classes, 256 * classes, None))
    return {
        "size": SIZE,
        "parameters": sum(r.parameters for r in rows),
        "multiply_adds": sum(r.multiply_adds for r in rows),
        "rows": [asdict(r) for r in rows],
    }


def _predictions(
    names: tuple[str, ...], sizes: list[int], folds: int, part: str, generator: np.random.Generator
) -> pd.DataFrame:
    """A table of predictions in which neighbouring classes are taken for each other."""
    targets = np.repeat(np.arange(len(names)), sizes)
    logits = generator.normal(size=(len(targets), len(names)))
    logits[np.arange(len(targets)), targets] += 4.0
    logits[np.arange(len(targets)), (targets + 1) % len(names)] += 1.6
    spread = np.exp(1.4 * logits)
    shares = spread / spread.sum(axis=1, keepdims=True)
    guesses = shares.argmax(axis=1)
    frame = pd.DataFrame(
        {
            "id": [f"{names[t]}/{part}_{i:04d}.jpg" for i, t in enumerate(targets)],
            "target": [names[t] for t in targets],
            "predicted": [names[g] for g in guesses],
            "confidence": shares.max(axis=1),
            "fold": np.arange(len(targets)) % folds if part == "valid" else -1,
        }
    )
    columns = {f"p:{name}": shares[:, i] for i, name in enumerate(names)}
    return pd.concat([frame, pd.DataFrame(columns)], axis=1)


def _write_contact(folder: RunFolder, names: tuple[str, ...]) -> None:
    entries = []
    for index, name in enumerate(names):
        for turn in range(4):
            file = f"gallery/contact/{index:03d}-{turn}.jpg"
            _save(folder.path / file, _picture(index, turn))
            entries.append({"label": name, "id": f"{name}/train_{turn:04d}.jpg", "file": file})
    write_json(folder.path / "gallery" / "contact.json", entries)


def _write_gallery(
    folder: RunFolder, frame: pd.DataFrame, names: tuple[str, ...], part: str
) -> None:
    wrong = frame["target"] != frame["predicted"]
    by_kind = {
        "best": frame[~wrong].nlargest(4, "confidence"),
        "worst": frame[wrong].nlargest(4, "confidence"),
        "uncertain": frame.nsmallest(4, "confidence"),
    }
    entries = []
    for kind, rows in by_kind.items():
        for turn, row in enumerate(rows.itertuples()):
            index = names.index(row.target)
            files = {"image": f"gallery/{part}/{kind}-{turn}.jpg"}
            files["overlay"] = files["image"].replace(".jpg", "-overlay.jpg")
            _save(folder.path / files["image"], _picture(index, turn + 5, 128))
            _save(folder.path / files["overlay"], _picture(index, turn + 5, 128, heat=True))
            known = {"id": row.id, "target": row.target, "predicted": row.predicted}
            entries.append({"kind": kind, **known, "confidence": float(row.confidence), **files})
    write_json(folder.path / "gallery" / f"{part}.json", entries)


def _save(path: Path, data: bytes) -> None:
    """Not through the store: flushing hundreds of pictures to the disk would take seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _picture(index: int, turn: int, side: int = 64, heat: bool = False) -> bytes:
    """A JPEG of a shape whose colour tells the class; ``heat`` lays a warm spot over it."""
    hue = (index * 47) % 256
    image = Image.new("HSV", (side, side), ((hue + 128) % 256, 40, 215)).convert("RGB")
    draw = ImageDraw.Draw(image)
    fill = Image.new("HSV", (1, 1), (hue, 150, 190)).convert("RGB").getpixel((0, 0))
    edge, shift = side // 4, (turn * 5) % (side // 6)
    draw.regular_polygon(
        (side / 2 + shift / 2, side / 2, side / 2 - edge / 2), 3 + index % 6, 15 * turn, fill
    )
    if heat:
        warm = Image.radial_gradient("L").resize((side, side)).point(lambda v: max(0, 190 - v))
        image.paste((230, 60, 20), mask=warm)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
