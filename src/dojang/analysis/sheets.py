"""Sheets of pictures as PNG, for places that show no HTML: cases with captions, thumbnails by
class, a confusion matrix.

matplotlib is imported when something is drawn: it knows the fonts of the machine.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIDE = 176  # of a picture on a sheet of cases
THUMB = 96
GAP = 12
LETTERS = 15  # size of the type in pixels
PAPER, INK, MUTED = (255, 255, 255), (25, 28, 33), (95, 102, 112)
MOST_COUNTS = 24  # classes of a confusion matrix whose counts can be read
MOST_NAMES = 60  # and whose names
LONGEST = 22  # letters of a name on an axis
# Files of fonts with Hangul, as systems name them, without their ending.
_HANGUL = ("notosanscjk-regular", "notosanscjkkr-regular", "notosanskr-regular", "nanumgothic",
           "malgun", "applesdgothicneo", "applegothic", "nanumbarungothic", "undotum",
           "notosanskr[wght]", "notosanskr-variablefont_wght")  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """One case: files of its pictures, side by side, and the lines below them."""

    pictures: tuple[Path, ...]
    lines: tuple[str, ...]


def case_sheet(tiles: Sequence[Tile], columns: int = 2) -> bytes:
    """Draw cases in a grid, the first one top left."""
    across = max(len(tile.pictures) for tile in tiles)
    width = across * SIDE + (across - 1) * 4
    height = SIDE + (LETTERS + 5) * max(len(tile.lines) for tile in tiles) + 6
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP), PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        x, y = GAP + column * (width + GAP), GAP + row * (height + GAP)
        for i, path in enumerate(tile.pictures):
            sheet.paste(_square(path, SIDE), (x + i * (SIDE + 4), y))
        for i, line in enumerate(tile.lines):
            ink = MUTED if i == len(tile.lines) - 1 else INK
            _write(pen, (x, y + SIDE + 4 + i * (LETTERS + 5)), line, ink, width)
    return _png(sheet)


def contact_sheet(rows: Sequence[tuple[str, Sequence[Path]]]) -> bytes:
    """Draw thumbnails, a row a class, with its name before them."""
    names = 190
    most = max(len(paths) for _, paths in rows)
    sheet = Image.new(
        "RGB", (names + most * (THUMB + 4) + GAP, len(rows) * (THUMB + 6) + GAP), PAPER
    )
    pen = ImageDraw.Draw(sheet)
    for i, (name, paths) in enumerate(rows):
        y = GAP // 2 + i * (THUMB + 6)
        _write(pen, (GAP, y + THUMB // 2 - LETTERS // 2), name, INK, names - 2 * GAP)
        for j, path in enumerate(paths):
            sheet.paste(_square(path, THUMB), (names + j * (THUMB + 4), y))
    return _png(sheet)


def confusion_sheet(
    counts: Sequence[Sequence[int]], classes: Sequence[str], title: str, true: str, answer: str
) -> bytes:
    """Draw a confusion matrix: rows are true classes, each tinted by its own share.

    Args:
        counts: shape ``(C, C)``.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    matrix = np.asarray(counts, dtype=float)
    side = min(16.0, max(4.5, 2.2 + 0.42 * len(classes)))
    with mpl.rc_context({"font.family": [name for name, _ in _faces()], "font.size": 9}):
        figure = Figure(figsize=(side + 0.6, side), dpi=110, layout="constrained")
        axes = figure.add_subplot()
        shares = matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_title(_drawable(title), fontsize=11, pad=10)
        axes.set_xlabel(_drawable(answer))
        axes.set_ylabel(_drawable(true))
        _label(axes, [_drawable(name) for name in classes])
        if len(classes) <= MOST_COUNTS:
            _count(axes, matrix, shares)
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
    return stream.getvalue()


def _label(axes: Axes, classes: Sequence[str]) -> None:
    """Write the names of the classes on both axes; of very many every nth."""
    every = -(-len(classes) // MOST_NAMES)
    places = list(range(0, len(classes), every))
    # A dollar sign would begin a formula.
    texts = [classes[i].replace("$", r"\$") for i in places]
    texts = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in texts]
    axes.set_xticks(places, texts, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(places, texts)
    axes.tick_params(length=0)


def _count(axes: Axes, matrix: NDArray[np.float64], shares: NDArray[np.float64]) -> None:
    for i, j in zip(*np.nonzero(matrix), strict=True):
        ink = "white" if shares[i, j] > 0.55 else "#191c21"
        axes.text(j, i, f"{matrix[i, j]:.0f}", ha="center", va="center", color=ink, fontsize=8)


def _square(path: Path, side: int) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)


def _png(sheet: Image.Image) -> bytes:
    stream = io.BytesIO()
    sheet.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _write(
    pen: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    ink: tuple[int, int, int],
    width: int,
) -> None:
    """Write a line; what is too long for ``width`` pixels ends with dots."""
    text = _drawable(" ".join(text.split()))
    face = _type(max((path for _, path in _faces()), key=lambda path: _covered(path, text)))
    if pen.textlength(text, font=face) > width:
        while text and pen.textlength(text + "…", font=face) > width:
            text = text[:-1]
        text += "…"
    pen.text(place, text, fill=ink, font=face)


@cache
def _faces() -> tuple[tuple[str, str], ...]:
    """Name and file of the fonts to try, in order: one that is always there, and one of Hangul
    where the machine has any."""
    from matplotlib import font_manager

    latin = str(font_manager.findfont("DejaVu Sans"))
    # matplotlib keeps a list of fonts that may be older than one of them.
    files = {Path(path).stem.lower(): str(path) for path in font_manager.findSystemFonts()}
    hangul = next((files[stem] for stem in _HANGUL if stem in files), None)
    if hangul is None:
        return (("DejaVu Sans", latin),)
    font_manager.fontManager.addfont(hangul)
    name = font_manager.FontProperties(fname=hangul).get_name()
    return (("DejaVu Sans", latin), (name, hangul))


@cache
def _type(path: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, LETTERS)


@cache
def _charmap(path: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(path).get_charmap())


def _covered(path: str, text: str) -> int:
    return sum(ord(letter) in _charmap(path) for letter in text)


def _drawable(text: str) -> str:
    """Put a question mark where no font of the machine has a letter."""
    paths = [path for _, path in _faces()]
    return "".join(c if any(_covered(path, c) for path in paths) else "?" for c in text)
