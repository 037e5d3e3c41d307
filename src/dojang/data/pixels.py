"""From an opened image of any mode to a square of uint8 RGB.

Only RGB, grey and CMYK images are scaled as they are. Any other mode becomes RGB band by band, each
shrunk by a whole factor at once, so that a large image never lies in memory twice.

Legend: factor = how many pixels, across and down, are averaged into one before the bicubic scaling.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dojang.core.types import Box, Preprocess
from dojang.data import color
from dojang.data.formats import Refused
from dojang.data.preprocess import PADDING, WHOLE, region, tone

BACKGROUNDS = {"white": (255, 255, 255), "black": (0, 0, 0), "grey": (128, 128, 128)}
_AS_THEY_ARE = ("RGB", "L", "CMYK")
WIDE_MODES = ("I;16", "I;16L", "I;16B", "I;16N")
ALPHA_MODES = ("RGBA", "LA", "PA", "La", "RGBa")
_CONVERTIBLE = ("1", "P", "RGBX", "YCbCr", "HSV")
_BAND = 2**20  # pixels
_GAP = 3.0  # how many times larger than the target averaging leaves an image, at least
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass
class Surface:
    """Turns pieces of one image into RGB or grey, and notes what it had to do.

    Attributes:
        top: the highest value of a 16-bit mode; None where the image is not of one.
        inverted: whether 0 is white in it.
        profile: the colour profile to apply, if any.
        background: what transparent pixels lie on.
        transparent: whether there may be transparent pixels.
    """

    top: int | None
    inverted: bool
    profile: bytes | None
    background: tuple[int, int, int]
    transparent: bool
    notes: set[str] = field(default_factory=set)

    def plain(self, piece: Image.Image) -> Image.Image:
        """Return a piece as RGB or L; colours with transparency are converted here."""
        if self.top is not None:
            self.notes.add("decode.note.depth")
            return _narrow(piece, self.top, self.inverted)
        if self.transparent:
            return self._flat(piece.convert("RGBA"))
        if piece.mode not in _CONVERTIBLE and piece.mode not in _AS_THEY_ARE:
            # The scale of the values of F and I is nowhere written; LAB is not converted.
            raise Refused("decode.mode", piece.mode)
        return piece.convert("L" if piece.mode == "1" else "RGB")

    def finished(self, image: Image.Image) -> Image.Image:
        """Return a scaled image as RGB in sRGB."""
        if self.profile and not self.transparent:
            image = self._in_srgb(image)
        return image if image.mode == "RGB" else image.convert("RGB")

    def _flat(self, rgba: Image.Image) -> Image.Image:
        alpha = rgba.getchannel("A")
        if alpha.getextrema() == (255, 255):
            flat = rgba.convert("RGB")
            return self._in_srgb(flat) if self.profile else flat
        self.notes.add("decode.note.alpha")
        if self.profile:
            rgb = self._in_srgb(rgba.convert("RGB"))
            rgba = rgb.convert("RGBA")
            rgba.putalpha(alpha)
        flat = Image.new("RGBA", rgba.size, (*self.background, 255))
        flat.alpha_composite(rgba)
        return flat.convert("RGB")

    def _in_srgb(self, image: Image.Image) -> Image.Image:
        try:
            seen = color.convert(image, self.profile or b"")
        except color.BrokenProfile:
            self.notes.add("decode.note.icc_ignored")
            self.profile = None
            return image
        if seen is None:
            return image
        self.notes.add("decode.note.icc")
        return seen


def to_square(
    image: Image.Image,
    box: Box,
    size: int,
    how: Preprocess,
    turn: int,
    surface: Surface,
    part: Box | None = None,
) -> Image.Image:
    """Scale what is wanted of a loaded image, turn it, set its tone, and make a square of it, but
    for the policy ``shrink``.

    Args:
        image: as it lies in the file.
        box: where the picture is: a JPEG that was scaled while decoding may end within a pixel.
        size: side of the square.
        how: what is done.
        turn: EXIF orientation, 1 to 8.
        surface: how its pixels become RGB.
        part: the part that is wanted, in shares of the sides of the image as it is seen.
    """
    box = wanted_box(box, as_stored(region(how, part), turn))
    width, height = box[2] - box[0], box[3] - box[1]
    target = (size, size)
    if how.resize == "crop":
        side = min(width, height)
        left, upper = (box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2
        box = (left, upper, left + side, upper + side)
    elif how.resize in ("pad", "shrink"):  # a thin image keeps at least one pixel
        longest = max(width, height)
        if how.resize == "shrink":
            size = min(size, round(longest))
        target = (max(1, round(width * size / longest)), max(1, round(height * size / longest)))
    method = Image.Resampling[how.interpolation.upper()]
    scaled = surface.finished(_scaled(image, box, target, surface, method))
    if turn in _TURNS:
        scaled = scaled.transpose(_TURNS[turn])
    scaled = tone(scaled, how)
    if scaled.size == (size, size) or how.resize == "shrink":
        return scaled
    square = Image.new("RGB", (size, size), PADDING)
    square.paste(scaled, ((size - scaled.width) // 2, (size - scaled.height) // 2))
    return square


def as_stored(share: Box, turn: int) -> Box:
    """Return where a part of the image as it is seen lies in the file, both in shares."""
    left, top, right, bottom = share
    if turn >= 5:  # the sides change places
        left, top, right, bottom = top, left, bottom, right
    if turn in (2, 3, 7, 8):
        left, right = 1 - right, 1 - left
    if turn in (3, 4, 6, 7):
        top, bottom = 1 - bottom, 1 - top
    return left, top, right, bottom


def wanted_box(box: Box, share: Box) -> Box:
    """Return shares of a box in its pixels, at least one wide and high, inside of it."""
    if share == WHOLE:
        return box
    left, right = _at_least_one(box[0], box[2], share[0], share[2])
    top, bottom = _at_least_one(box[1], box[3], share[1], share[3])
    return left, top, right, bottom


def _at_least_one(start: float, end: float, low: float, high: float) -> tuple[float, float]:
    side = end - start
    first, last = max(0.0, low * side), min(side, high * side)
    if last - first < 1:
        first = min(max(0.0, (first + last - 1) / 2), max(0.0, side - 1))
        last = min(side, first + 1)
    return start + first, start + last


def _scaled(
    image: Image.Image,
    box: Box,
    target: tuple[int, int],
    surface: Surface,
    method: Image.Resampling,
) -> Image.Image:
    if image.mode not in _AS_THEY_ARE or surface.transparent or surface.top is not None:
        image, box = _shrunk(image, box, target, surface)
    if box == (0, 0, *target) and image.size == target:
        return image
    return image.resize(target, method, box=box, reducing_gap=_GAP)


def _shrunk(
    image: Image.Image, box: Box, target: tuple[int, int], surface: Surface
) -> tuple[Image.Image, Box]:
    """Bring an image to RGB or L band by band, averaging by the factor that scaling would."""
    across = max(1, int((box[2] - box[0]) / target[0] / _GAP))
    down = max(1, int((box[3] - box[1]) / target[1] / _GAP))
    rows = max(1, _BAND // image.width // down) * down
    if rows >= image.height and across == down == 1:
        return surface.plain(image), box
    whole: Image.Image | None = None
    size = (-(-image.width // across), -(-image.height // down))
    for row in range(0, image.height, rows):
        band = image.crop((0, row, image.width, min(row + rows, image.height)))
        piece = surface.plain(band).reduce((across, down))
        whole = whole or Image.new(piece.mode, size)
        whole.paste(piece, (0, row // down))
    assert whole is not None
    return whole, (box[0] / across, box[1] / down, box[2] / across, box[3] / down)


def _narrow(image: Image.Image, top: int, inverted: bool) -> Image.Image:
    """Scale wide grey to 8 bits; Pillow's own conversion would clip it to white."""
    values: NDArray[Any] = np.asarray(image)
    if top == 65535:
        narrow = (values // 257).astype(np.uint8)
    else:
        narrow = (np.minimum(values, top).astype(np.uint32) * 255 // top).astype(np.uint8)
    return Image.fromarray(255 - narrow if inverted else narrow)
