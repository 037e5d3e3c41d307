"""What the first bytes and the header of an image say, before a pixel is decoded.

Everything here is cheap: bombs are refused on it within milliseconds.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

# Loaded here, so that Pillow does not load its forty others when it looks for one of these.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from dojang.core.types import Decoding

_PLUGINS = (
    JpegImagePlugin, PngImagePlugin, WebPImagePlugin, BmpImagePlugin, GifImagePlugin,
    TiffImagePlugin, PpmImagePlugin, AvifImagePlugin,
)  # fmt: skip
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF")
_ENDINGS = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".png": "PNG",
    ".apng": "PNG", ".webp": "WEBP", ".bmp": "BMP", ".dib": "BMP", ".gif": "GIF", ".tif": "TIFF",
    ".tiff": "TIFF", ".ppm": "PPM", ".pgm": "PPM", ".pbm": "PPM", ".pnm": "PPM", ".avif": "AVIF",
    **dict.fromkeys((".heic", ".heif", ".ico", ".jp2", ".jxl", ".svg", ".tga", ".psd"), "other"),
}  # fmt: skip
_MOST_SCANS = 100  # of a progressive JPEG; encoders write about ten
_WORK = 16_000_000  # bytes that the steps after decoding take
_MOST_TEXT = 2**20  # bytes that the texts and the profile of a PNG may inflate to
_ORIENTATION, _TILE_WIDTH, _TILE_HEIGHT = 274, 322, 323


class Refused(Exception):
    """The file cannot be used; ``reason`` is a key of the catalogue."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def begins_like_image(head: bytes) -> bool:
    """Do the first 12 bytes look like one of ``FORMATS``?"""
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"BM", b"GIF8", b"II", b"MM", b"P")):
        return True
    return head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def contradicts(name: str, kind: str) -> bool:
    """Does the ending of ``name`` say another format than ``kind``? One that says none does not."""
    claimed = _ENDINGS.get(name[name.rfind(".") :].lower(), kind)
    return claimed != ("JPEG" if kind == "MPO" else kind)


def check_start(data: bytes, rules: Decoding) -> None:
    """Refuse what must not even be opened: Pillow makes the canvas of a WebP on opening it.

    Raises:
        Refused: not an image, or too large.
    """
    if not begins_like_image(data[:12]):
        raise Refused("decode.not_image")
    size = webp_size(data[:30])
    if size:
        check_size(*size, rules)
        _check_memory(size[0] * size[1] * _WEBP_COST + len(data), data, rules)


def check_header(image: Image.Image, data: bytes, size: tuple[int, int], rules: Decoding) -> None:
    """Refuse an opened image by what its header says.

    Args:
        size: of the whole image; a JPEG may be about to be decoded at a smaller one.

    Raises:
        Refused: it would take more memory or time than allowed.
    """
    if _progressive(image):
        scans = data.count(b"\xff\xda")
        if scans > _MOST_SCANS:
            raise Refused("decode.too_many_scans", str(scans))
    _check_memory(_pixel_memory(image, size[0] * size[1]), data, rules)


def check_size(width: int, height: int, rules: Decoding) -> None:
    """Refuse too many pixels, and shapes of which no square shows anything."""
    if width * height > rules.megapixels * 1e6:
        raise Refused("decode.too_large", f"{width}×{height}")
    if max(width, height) > rules.aspect * min(width, height):
        raise Refused("decode.too_thin", f"{width}×{height}")


def webp_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height of the canvas off the first 30 bytes; None where it is no WebP."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return None
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


# Bytes a pixel, measured as growth of the address space while 16 megapixels were decoded:
# libwebp keeps two canvases, and Pillow copies twice; libavif keeps planes and an RGB copy.
_WEBP_COST = 16.8
_AVIF_COST = {"RGB": 9.2, "RGBA": 11.8}


def _pixel_memory(image: Image.Image, whole: int) -> float:
    """Estimate the bytes that decoding takes, file not included.

    Args:
        whole: pixels of the image before a JPEG is made smaller.
    """
    pixels = image.width * image.height
    each = _bytes_a_pixel(image.mode)
    if image.format == "WEBP":
        return pixels * _WEBP_COST
    if image.format == "AVIF":
        return pixels * _AVIF_COST.get(image.mode, 11.8)
    if image.format == "TIFF":
        tags = getattr(image, "tag_v2", {})
        tile = _number(tags.get(_TILE_WIDTH)) * _number(tags.get(_TILE_HEIGHT)) * each
        turned = _number(tags.get(_ORIENTATION)) > 1  # Pillow turns them as they are
        return pixels * each * (2 if turned else 1) + tile
    return pixels * each + (_coefficients(image, whole) if _progressive(image) else 0)


def _progressive(image: Image.Image) -> bool:
    return "progressive" in image.info or "progression" in image.info


def _coefficients(image: Image.Image, pixels: int) -> float:
    """A progressive JPEG keeps two bytes a coefficient till its last scan, whatever its scale."""
    layers: list[Any] = getattr(image, "layer", [])
    most = max((layer[1] for layer in layers), default=1) * max(
        (layer[2] for layer in layers), default=1
    )
    sampled = sum(int(layer[1]) * int(layer[2]) for layer in layers)
    return 2.0 * pixels * sampled / max(1, most)


def _bytes_a_pixel(mode: str) -> int:
    if mode.startswith("I;16"):
        return 2
    return 1 if mode in ("1", "L", "P") else 4


def _check_memory(needed: float, data: bytes, rules: Decoding) -> None:
    total = needed + len(data) + _WORK
    if total > rules.memory:
        raise Refused("decode.too_heavy", f"{total / 1e6:.0f} MB")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def more_frames(image: Image.Image) -> bool:
    """Are there more frames or pages? They are not counted: a hostile GIF has millions."""
    if image.format == "MPO":
        return False  # depth maps and the like; the first is the photograph
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # a second frame that cannot be read is none
        image.seek(0)
        return False


def tiff_turn(image: Image.Image) -> int:
    """Return the EXIF turn that Pillow itself applies to a TIFF while loading it."""
    return _number(getattr(image, "tag_v2", {}).get(_ORIENTATION, 1))


def inverted_tiff(image: Image.Image) -> bool:
    """Is 0 white in a 16-bit grey TIFF? Pillow reads those as if 0 were black."""
    return getattr(image, "tag_v2", {}).get(262) == 0


def bits_of_tiff(image: Image.Image) -> int:
    """Return the bits of a value of a grey TIFF that Pillow widens to 16: 12 or 16."""
    bits = getattr(image, "tag_v2", {}).get(258, (16,))
    return 12 if bits == (12,) else 16


def ends_early(data: bytes) -> bool:
    """Does the header of a WebP claim more bytes than there are?"""
    return data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") + 8 > len(data)


def lean_png(data: bytes) -> tuple[bytes, bool]:
    """Return a PNG without texts and profiles that are broken or inflate beyond measure, and
    whether a profile is among them. Pixels need neither, and Pillow would inflate 64 MiB of them
    before it gives up on the image."""
    room = _MOST_TEXT
    dropped: list[tuple[int, int]] = []
    profile = False
    for kind, start, end in _chunks(data):
        if kind in (b"zTXt", b"iTXt", b"iCCP", b"tEXt"):
            size = _inflated(kind, data[start + 8 : end - 4], room)
            if size > room:
                dropped.append((start, end))
                profile |= kind == b"iCCP"
            else:
                room -= size
    if not dropped:
        return data, False
    kept: list[bytes] = []
    last = 0
    for start, end in dropped:
        kept.append(data[last:start])
        last = end
    return b"".join([*kept, data[last:]]), profile


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk of a PNG, as far as they are whole."""
    place = 8
    while place + 12 <= len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        if end > len(data):
            return
        yield data[place + 4 : place + 8], place, end
        place = end


def _inflated(kind: bytes, body: bytes, room: int) -> int:
    """Return how long a chunk is when inflated, and more than ``room`` where it is of no use; it
    is never inflated beyond that."""
    _, _, rest = body.partition(b"\0")
    if kind == b"tEXt" or (kind == b"iTXt" and rest[:1] != b"\1"):
        return len(body)
    if kind == b"iTXt":  # flag, method, language, translated keyword, text
        packed = b"\0".join(rest[2:].split(b"\0", 2)[2:])
    elif rest[:1] != b"\0":  # a method of packing that nobody knows; Pillow refuses the image
        return room + 1
    else:
        packed = rest[1:]
    try:
        return len(zlib.decompressobj().decompress(packed, room + 1))
    except zlib.error:
        return room + 1
