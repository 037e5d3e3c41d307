"""The page that shows what augmentation makes of images, and the bare grid of its pictures.

Legend: S side of the network's input.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dojang.analysis.report.render import fill
from dojang.core.i18n import language
from dojang.data.risk import FEWEST_OF_CLASS, TransformTest

GAP = 4  # pixels between the pictures of a grid
SMALL = 96  # inputs up to this side are shown enlarged, pixel by pixel
LOSSLESS = 48  # inputs up to this side are embedded as they are; larger ones as JPEG
BUDGET = 3_800_000  # bytes of all pictures together; a page of 5 MB opens at once anywhere

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Version:
    """An image as training shows it in one epoch: pixels ``(S, S, 3)``, and the share of each class
    in its label."""

    pixels: Pixels
    labels: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Row:
    """One image: as it is in use, and its versions, one an epoch."""

    id: str
    label: str
    plain: Pixels
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Setting:
    """A key of the recipe with its value, what it means, and why it has this value."""

    key: str
    value: str
    meaning: str
    reason: str


@dataclass(frozen=True)
class Preview:
    """Everything that the page shows.

    Attributes:
        name: the data.
        size: side S.
        rows: the images.
        settings: what is done to them.
        tests: what a small classifier made of transformed images.
        warnings: sentences.
        command: what was typed, without its settings.
        mixed: whether images are mixed.
    """

    name: str
    size: int
    rows: tuple[Row, ...]
    settings: tuple[Setting, ...]
    tests: tuple[TransformTest, ...]
    warnings: tuple[str, ...]
    command: str
    mixed: bool


def render(preview: Preview) -> str:
    """Return the page; every value is escaped, and nothing is loaded from elsewhere."""
    page = fill(
        "preview.html", preview=preview, language=language(), picture=_embedder(preview),
        fewest=FEWEST_OF_CLASS, small=preview.size <= SMALL,
    )  # fmt: skip
    # A name from a file system may hold bytes that are no text; show them, do not fail.
    return page.encode("utf-8", "backslashreplace").decode("utf-8")


def sheet(rows: Sequence[Row]) -> bytes:
    """Return the pictures as one PNG, a row an image: as it is, then its versions."""
    side = len(rows[0].plain)
    factor = max(1, SMALL // side)
    columns = 1 + len(rows[0].versions)
    step = side * factor + GAP
    grid = np.full((len(rows) * step - GAP, columns * step - GAP, 3), 255, dtype=np.uint8)
    for i, row in enumerate(rows):
        for j, pixels in enumerate([row.plain, *(v.pixels for v in row.versions)]):
            large = pixels.repeat(factor, axis=0).repeat(factor, axis=1)
            grid[i * step : i * step + len(large), j * step : j * step + len(large)] = large
    return _encoded(grid, "PNG")


def _embedder(preview: Preview) -> Callable[[Pixels], str]:
    """Return a function from pixels to a data URI; large inputs are scaled to fit the budget."""
    count = sum(1 + len(row.versions) for row in preview.rows)
    # A JPEG takes about half a byte a pixel, and a third more as text.
    side = int((BUDGET / max(1, count) / 0.7) ** 0.5)

    def embed(pixels: Pixels) -> str:
        kind = "PNG" if len(pixels) <= LOSSLESS else "JPEG"
        if len(pixels) > side:
            shrunk = Image.fromarray(pixels).resize((side, side), Image.Resampling.LANCZOS)
            pixels = np.asarray(shrunk)
        data = base64.b64encode(_encoded(pixels, kind)).decode()
        return f"data:image/{kind.lower()};base64,{data}"

    return embed


def _encoded(pixels: Pixels, kind: str) -> bytes:
    buffer = io.BytesIO()
    options = {"quality": 88} if kind == "JPEG" else {"optimize": True}
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()
