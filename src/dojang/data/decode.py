"""Bytes to uint8 RGB: the one piece of code that turns a file into what a network sees.

Training, evaluation and prediction all pass through :func:`decode`, so they cannot differ. It
refuses and names what it cannot read; it never guesses. Pillow decodes, from a list of formats.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from dojang.core.types import Box, Decoding, Preprocess
from dojang.data.formats import (
    FORMATS,
    Refused,
    bits_of_tiff,
    check_header,
    check_size,
    check_start,
    contradicts,
    ends_early,
    inverted_tiff,
    lean_png,
    more_frames,
    tiff_turn,
)
from dojang.data.pixels import (
    ALPHA_MODES,
    BACKGROUNDS,
    WIDE_MODES,
    Surface,
    to_square,
)
from dojang.data.preprocess import PADDING, draft_side

__all__ = ["FORMATS", "PADDING", "Decoding", "Facts", "Refused", "decode"]
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Facts:
    """What the header says of an image; width and height as it is seen, after its EXIF turn.

    Attributes:
        notes: keys of the catalogue (``decode.note.…``): what had to be done about the file.
    """

    width: int
    height: int
    mode: str
    format: str
    notes: tuple[str, ...] = ()


def decode(
    data: bytes,
    size: int,
    how: Preprocess | str = "squash",
    rules: Decoding | None = None,
    name: str = "",
    part: Box | None = None,
) -> tuple[NDArray[np.uint8], Facts]:
    """Decode an image and bring it to a square.

    Args:
        data: the content of the file.
        size: side of the square in pixels.
        how: what is done on the way to the square; or only its policy: ``squash`` (the whole image,
            aspect not kept), ``crop`` (centre) or ``pad``; or ``shrink``: no square, but the whole
            image, its longer side ``size`` at the most.
        rules: what to do, and what to refuse.
        name: of the file; its ending is compared with the content, which alone decides.
        part: the part of this image that is wanted, in shares of its sides.

    Returns:
        Pixels of shape ``(size, size, 3)``, uint8 RGB, and the facts of the original; of
        ``shrink`` the shape is ``(height, width, 3)``.

    Raises:
        Refused: empty, not an image, cut short, broken, too large, or of an unknown pixel mode.
    """
    rules = rules or Decoding()
    how = Preprocess(how) if isinstance(how, str) else how
    if not data:
        raise Refused("decode.empty")
    if len(data) > rules.bytes:
        raise Refused("decode.too_many_bytes", f"{len(data) / 1e6:.0f} MB")
    try:
        pixels, facts = _strict(data, size, how, rules, part)
    except Refused as refused:
        if rules.truncated != "repair" or refused.reason != "decode.truncated":
            raise
        pixels, facts = _repaired(data, size, how, rules, part)
    if contradicts(name, facts.format):
        facts = replace(facts, notes=(*facts.notes, "decode.note.extension"))
    return pixels, facts


def _strict(
    data: bytes, size: int, how: Preprocess, rules: Decoding, part: Box | None
) -> tuple[NDArray[np.uint8], Facts]:
    """Decode, and give every error of a decoder its reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata
            return _decode(data, size, how, rules, part)
    except Refused:
        raise
    except UnidentifiedImageError:
        reason, text = "decode.truncated" if ends_early(data) else "decode.not_image", ""
    except Image.DecompressionBombError:
        reason, text = "decode.too_large", ""
    except MemoryError:
        reason, text = "decode.memory", ""
    except Exception as error:  # decoders raise errors of every class on hostile bytes
        text = str(error)[:200]
        short = "truncated" in text.lower() or ends_early(data)
        reason = "decode.truncated" if short else "decode.broken"
    raise Refused(reason, text)


def _repaired(
    data: bytes, size: int, how: Preprocess, rules: Decoding, part: Box | None
) -> tuple[NDArray[np.uint8], Facts]:
    """Decode a file that is cut short as far as it goes; something must be there."""
    with _lenient():
        pixels, facts = _strict(data, size, how, rules, part)
    if (pixels == pixels[:1, :1]).all():
        raise Refused("decode.truncated")
    return pixels, replace(facts, notes=(*facts.notes, "decode.note.repaired"))


@contextmanager
def _lenient() -> Iterator[None]:
    """Let Pillow keep what it could decode; it has but one switch for the whole process."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _decode(
    data: bytes, size: int, how: Preprocess, rules: Decoding, part: Box | None
) -> tuple[NDArray[np.uint8], Facts]:
    check_start(data, rules)
    lost_profile = False
    if data[:4] == b"\x89PNG":
        data, lost_profile = lean_png(data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        check_size(width, height, rules)
        mode, kind = image.mode, image.format or "?"
        notes = ["decode.note.icc_ignored"] if lost_profile else []
        notes += ["decode.note.animated"] if more_frames(image) else []
        box = _draft(image, size, how, part) if kind in ("JPEG", "MPO") else (0, 0, width, height)
        check_header(image, data, (width, height), rules)
        turned_by_pillow = kind == "TIFF" and 2 <= tiff_turn(image) <= 8
        image.load()
        turn = _turn(image, notes)
        notes += ["decode.note.turned"] if turn > 1 or turned_by_pillow else []
        surface = _surface(image, rules)
        square = to_square(image, box, size, how, turn, surface, part)
    if turn >= 5:
        width, height = height, width
    facts = Facts(width, height, mode, kind, (*notes, *sorted(surface.notes)))
    return np.asarray(square), facts


def _draft(image: Image.Image, size: int, how: Preprocess, part: Box | None) -> Box:
    """Let libjpeg scale while it decodes: large photographs cost a fraction.

    Twice the target leaves the final resize enough to work with.

    Returns:
        Where the picture ends up; its last pixels may count in part.
    """
    side = draft_side(size, how, part)
    drafted = image.draft("RGB", (side, side))
    return drafted[1] if drafted else (0, 0, *image.size)


def _turn(image: Image.Image, notes: list[str]) -> int:
    """Return the EXIF orientation that is left to do; broken EXIF data do not cost the image."""
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # any error at all comes out of hostile EXIF data
        notes.append("decode.note.exif")
        return 1
    return turn if isinstance(turn, int) and 2 <= turn <= 8 else 1


def _surface(image: Image.Image, rules: Decoding) -> Surface:
    """Say how the pixels of a loaded image become RGB."""
    tiff = image.format == "TIFF"
    top = None
    # Pillow brings PGM files of every depth to 16 bits and calls them I.
    if image.mode in WIDE_MODES or (image.mode == "I" and image.format == "PPM"):
        top = (1 << bits_of_tiff(image)) - 1 if tiff else 65535
    profile = image.info.get("icc_profile")
    usable = isinstance(profile, bytes) and rules.color == "srgb"
    surface = Surface(
        top=top,
        inverted=tiff and top is not None and inverted_tiff(image),
        profile=profile if usable else None,
        background=BACKGROUNDS[rules.background],
        transparent="transparency" in image.info or image.mode in ALPHA_MODES,
    )
    if rules.color == "srgb" and "icc_profile" in image.info and not profile:
        surface.notes.add("decode.note.icc_ignored")
    return surface
