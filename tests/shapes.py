"""A small data set with something to learn, and the way to call a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from dojang.app.deciding import apply
from dojang.core.store import RunFolder, read_parquet
from dojang.core.tables import from_frame

QUICK = ["--set", "train.epochs=3", "--set", "model.width=8", "--set", "train.batch_size=16"]


def draw_shapes(root: Path, count: int = 24, size: int = 20, parts: bool = False) -> Path:
    """Write images whose class shows in colour and shape: learnable in a few steps."""
    rng = np.random.default_rng(0)
    for number, name in enumerate(("circle", "고양이", 'quo"te <b>&')):
        for i in range(count):
            pixels = rng.integers(0, 60, (size, size, 3))
            pixels[4:-4, 4:-4, number] += rng.integers(100, 190)
            part = ("train", "valid", "test")[i % 3] if parts else ""
            folder = root / part / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"사진 {i:02}.png")
    return root


@dataclass
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Dojang = Callable[..., Answer]


def by_the_rule(run: Path, part: str) -> pd.DataFrame:
    """What the finished run says of a part: its networks' words by the rule that it keeps.

    The kept probabilities of the validation part are cross-fitted: each sample was calibrated
    without itself, so they are near these and not the same.
    """
    folder = RunFolder(run)
    said = apply(folder, from_frame(read_parquet(folder.predictions(part)), part).of_network)
    columns = [f"p:{name}" for name in said.classes]
    return pd.DataFrame(said.probabilities, columns=columns, index=list(said.ids))
