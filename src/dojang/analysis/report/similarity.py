"""The page of two networks side by side: CKA between all their layers, drawn as a map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.report.render import fill
from dojang.analysis.report.words import NO_VALUE, number
from dojang.core.i18n import language
from dojang.core.store import write_text

CELL, SMALL_CELL, WORDY = 36, 20, 16  # pixels; up to so many columns, numbers fit into the cells
LETTER = 6.7  # pixels that a letter of a label takes
LONGEST = 30  # letters of a label; of longer ones the end is shown
PREFIX = "features."


@dataclass(frozen=True)
class Map:
    """What is drawn: for both runs, name, network and layers; and for each layer of the first the
    place of the most similar one of the second."""

    runs: tuple[str, str]
    models: tuple[str, str]
    layers: tuple[tuple[str, ...], tuple[str, ...]]
    cka: NDArray[np.float64]
    nearest: tuple[int, ...]


@dataclass(frozen=True)
class Cell:
    """A square of the map; places in pixels. ``text`` is empty where there is no room for it."""

    x: float
    y: float
    shade: float
    value: str
    text: str
    strong: bool
    pair: tuple[str, str]


@dataclass(frozen=True)
class Label:
    """The name of a layer beside its row or above its column; ``name`` is the whole of it."""

    x: float
    y: float
    text: str
    name: str


@dataclass(frozen=True)
class Row:
    """A line of the table: a layer of the first, the one of the second most like it."""

    first: str
    second: str
    value: str
    width: float


def write_page(out: Path, grid: Map, sentences: Sequence[str]) -> Path:
    """Write the map as one HTML file; raises StorageError where it cannot be written."""
    page = _page(grid) | {"sentences": sentences}
    write_text(out, fill("similarity.html", page=page, language=language()))
    return out


def _page(grid: Map) -> dict[str, Any]:
    rows, columns = grid.layers
    side = CELL if len(columns) <= WORDY else SMALL_CELL
    names = tuple(tuple(_short(name) for name in names) for names in grid.layers)
    left, top = (12 + LETTER * max(map(len, side_names)) for side_names in names)
    cells = [
        Cell(
            left + j * side, top + i * side, _shade(grid.cka[i, j]), number(grid.cka[i, j], 2),
            _brief(grid.cka[i, j]) if side == CELL else "", grid.nearest[i] == j,
            (rows[i], columns[j]),
        )
        for i in range(len(rows))
        for j in range(len(columns))
    ]  # fmt: skip
    middle = side / 2
    return {
        "runs": grid.runs, "models": grid.models, "cells": cells, "side": side,
        "width": left + side * len(columns) + 4, "height": top + side * len(rows) + 4,
        "left": [
            Label(left - 8, top + i * side + middle + 4, text, full)
            for i, (text, full) in enumerate(zip(names[0], rows, strict=True))
        ],
        "top": [
            Label(left + j * side + middle + 4, top - 8, text, full)
            for j, (text, full) in enumerate(zip(names[1], columns, strict=True))
        ],
        "rows": [
            Row(names[0][i], names[1][j], number(grid.cka[i, j], 2), 100 * _shade(grid.cka[i, j]))
            for i, j in enumerate(grid.nearest)
        ],
    }  # fmt: skip


def _short(name: str) -> str:
    text = name.removeprefix(PREFIX)
    return text if len(text) <= LONGEST else "…" + text[-LONGEST + 1 :]


def _shade(value: float) -> float:
    return min(1.0, max(0.0, value)) if math.isfinite(value) else 0.0


def _brief(value: float) -> str:
    """Two digits without the nought, as a cell has room for: .93"""
    if not math.isfinite(value):
        return NO_VALUE
    text = f"{max(0.0, value):.2f}"
    return text if text.startswith("1") else text[1:]
