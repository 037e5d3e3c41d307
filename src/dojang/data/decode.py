"""Bytes to uint8 RGB: the one piece of code that turns a file into what a network sees.

Training, evaluation and prediction all pass through :func:`decode`, so they cannot differ. It
refuses and names what it cannot read; it never guesses. Pillow decodes, from a list of formats.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF")
BACKGROUND = (255, 255, 255)  # what shows through transparent pixels
PADDING = (128, 128, 128)
_WIDE_MODES = ("I;16", "I;16L", "I;16B", "I;16N")
_ALPHA_MODES = ("RGBA", "LA", "PA", "La", "RGBa")


@dataclass(frozen=True)
class Limits:
    """What is refused before it is decoded.

    Attributes:
        megapixels: most pixels of one image, in millions, read from its header.
        bytes: longest file.
    """

    megapixels: float = 64.0
    bytes: int = 256 * 2**20


@dataclass(frozen=True)
class Facts:
    """What the header says of an image; width and height as it is seen, after its EXIF turn."""

    width: int
    height: int
    mode: str
    format: str


class Refused(Exception):
    """The file cannot be used; ``reason`` is a key of the catalogue."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def decode(
    data: bytes, size: int, resize: str = "squash", limits: Limits | None = None
) -> tuple[NDArray[np.uint8], Facts]:
    """Decode an image and bring it to a square.

    Args:
        data: the content of the file.
        size: side of the square in pixels.
        resize: ``squash`` (the whole image, aspect not kept), ``crop`` (centre) or ``pad``; or
            ``shrink``: no square, but the whole image, its longer side ``size`` at the most.
        limits: what to refuse.

    Returns:
        Pixels of shape ``(size, size, 3)``, uint8 RGB, and the facts of the original; of
        ``shrink`` the shape is ``(height, width, 3)``.

    Raises:
        Refused: empty, not an image, cut short, broken, too large, or of an unknown pixel mode.
    """
    limits = limits or Limits()
    if not data:
        raise Refused("decode.empty")
    if len(data) > limits.bytes:
        raise Refused("decode.too_many_bytes", f"{len(data) / 2**20:.0f} MiB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata
            return _decode(data, size, resize, limits)
    except Refused:
        raise
    except UnidentifiedImageError:
        raise Refused("decode.not_image") from None
    except Image.DecompressionBombError:
        raise Refused("decode.too_large") from None
    except MemoryError:
        raise Refused("decode.memory") from None
    except Exception as error:  # decoders raise errors of every class on hostile bytes
        text = str(error)
        reason = "decode.truncated" if "truncated" in text.lower() else "decode.broken"
        raise Refused(reason, text[:200]) from None


def _decode(data: bytes, size: int, resize: str, limits: Limits) -> tuple[NDArray[np.uint8], Facts]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        if width * height > limits.megapixels * 1e6:
            raise Refused("decode.too_large", f"{width}×{height}")
        mode, kind = image.mode, image.format or "?"
        if kind in ("JPEG", "MPO"):
            # libjpeg scales while decoding: large photographs cost a fraction. Twice the target
            # leaves the final resize enough to work with.
            side = size * {"crop": 3, "shrink": 1}.get(resize, 2)
            image.draft("RGB", (side, side))
        image.load()
        turned = ImageOps.exif_transpose(image)
    if turned.width != image.width or turned.height != image.height:
        width, height = height, width
    pixels = np.asarray(_square(_to_rgb(turned, kind), size, resize))
    return pixels, Facts(width, height, mode, kind)


def _to_rgb(image: Image.Image, kind: str) -> Image.Image:
    """Bring any mode to RGB: 16-bit is scaled, transparency lies on ``BACKGROUND``."""
    # Pillow brings PGM files of every depth to 16 bits and calls them I.
    if image.mode in _WIDE_MODES or (image.mode == "I" and kind == "PPM"):
        return _from_wide(image).convert("RGB")
    if image.mode in ("F", "I"):
        raise Refused("decode.mode", image.mode)  # the scale of their values is nowhere written
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        rgba = image.convert("RGBA")
        flat = Image.new("RGBA", rgba.size, (*BACKGROUND, 255))
        flat.alpha_composite(rgba)
        return flat.convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_wide(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; Pillow's own conversion would clip it to white."""
    values: NDArray[Any] = np.asarray(image)
    return Image.fromarray((values // 257).astype(np.uint8))


def _square(image: Image.Image, size: int, resize: str) -> Image.Image:
    if resize == "crop":
        return ImageOps.fit(image, (size, size), method=Image.Resampling.BICUBIC)
    if resize == "pad":
        return _pad(image, size)
    if resize == "shrink":
        return image if max(image.size) <= size else _scaled(image, size)
    if image.size == (size, size):
        return image
    return image.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=3.0)


def _pad(image: Image.Image, size: int) -> Image.Image:
    """Scale the longer side to ``size`` and fill up; a thin image keeps at least one pixel."""
    scaled = _scaled(image, size)
    width, height = scaled.size
    square = Image.new("RGB", (size, size), PADDING)
    square.paste(scaled, ((size - width) // 2, (size - height) // 2))
    return square


def _scaled(image: Image.Image, size: int) -> Image.Image:
    longest = max(image.size)
    width, height = (max(1, round(side * size / longest)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC)
