"""Files that are out to break whoever reads them, made here: the kinds by name, each some files.

``KINDS`` are single files, as bytes; what is only dangerous on a disk or in an archive (links,
FIFOs, sparse files, names) is made by :func:`odd_places` and :func:`archives`.
"""

from __future__ import annotations

import io
import os
import random
import socket
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tests.makers import encode, image_bytes, picture

Files = Iterator[bytes]
Maker = Callable[[], Files]
KINDS: dict[str, Maker] = {}
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF")
SIDES = (1, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1)


def kind(name: str) -> Callable[[Maker], Maker]:
    """Register a maker of files of one kind."""

    def register(maker: Maker) -> Maker:
        assert name not in KINDS
        KINDS[name] = maker
        return maker

    return register


def sample(form: str, **options: object) -> bytes:
    """Return a good file that is large enough to be damaged in many places."""
    return encode(picture(11, 48), form, **options)


# --- Any format: cut, flipped, spliced, grown -------------------------------------------------


def _register_formats() -> None:
    for form in FORMATS:
        data = sample(form)

        def cut(data: bytes = data) -> Files:
            for offset in {
                *range(0, min(64, len(data)), 3),
                *range(64, len(data), len(data) // 40),
            }:
                yield data[:offset]

        def flipped(data: bytes = data, form: str = form) -> Files:
            chance = random.Random(form)
            for _ in range(60):
                changed = bytearray(data)
                for _ in range(chance.randint(1, 8)):
                    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
                yield bytes(changed)

        def holed(data: bytes = data, form: str = form) -> Files:
            chance = random.Random(form + "holes")
            for filler in (b"\0", b"\xff"):
                for _ in range(15):
                    start, length = chance.randrange(len(data)), chance.randint(1, 200)
                    yield data[:start] + filler * length + data[start + length :]

        def grown(data: bytes = data) -> Files:
            yield data + b"\0" * 4096
            yield data + data
            yield data + b"PK\x03\x04 an archive appended"

        def other_head(data: bytes = data) -> Files:
            for other in FORMATS:
                yield sample(other)[:16] + data[16:]

        for name, maker in (("cut", cut), ("flipped", flipped), ("holed", holed),
                            ("grown", grown), ("other head", other_head)):  # fmt: skip
            kind(f"{form} {name}")(maker)


_register_formats()


# --- No image at all --------------------------------------------------------------------------


@kind("empty")
def _empty() -> Files:
    yield b""


@kind("text")
def _text() -> Files:
    yield b"just some text\n" * 20
    yield "이미지가 아닙니다\n".encode()
    yield "UTF-16".encode("utf-16")


@kind("markup")
def _markup() -> Files:
    yield b"<!DOCTYPE html><html><img src=x onerror=alert(1)></html>"
    yield b"<svg xmlns='http://www.w3.org/2000/svg'><image href='/etc/passwd'/></svg>"
    yield b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:secret'>]><a>&x;</a>"


@kind("zeros and ones")
def _constant() -> Files:
    yield bytes(100_000)
    yield b"\xff" * 100_000


@kind("noise")
def _noise() -> Files:
    chance = random.Random(0)
    for length in (1, 7, 12, 16, 100, 5000):
        yield chance.randbytes(length)


@kind("bare magic")
def _magic() -> Files:
    for head in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"P6",
                 b"RIFF\0\0\0\0WEBP", b"\0\0\0\x1cftypavif"):  # fmt: skip
        yield head
        yield head + bytes(64)
        yield head + b"\xff" * 64


@kind("other formats")
def _others() -> Files:
    for form in ("ICO", "TGA", "PCX", "EPS", "PDF", "SGI", "IM", "JPEG2000"):
        yield encode(picture(2), form)


@kind("archives as images")
def _archives_as_images() -> Files:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.png", image_bytes(1))
    yield stream.getvalue()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz"):
        pass
    yield stream.getvalue()


@kind("programs and pickles")
def _programs() -> Files:
    yield b"\x7fELF\x02\x01\x01" + bytes(64)
    yield b"MZ" + bytes(128)
    yield b"\x80\x04cposix\nsystem\n(S'true'\ntR."
    yield b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n"


# --- PNG --------------------------------------------------------------------------------------


def png(width: int, height: int, rows: bytes = b"", depth: int = 8, color: int = 2,
        interlace: int = 0, extra: tuple[tuple[bytes, bytes], ...] = ()) -> bytes:  # fmt: skip
    """Return a PNG whose header says what it is told to say."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    body = b"".join(_chunk(*item) for item in extra)
    body += _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + body


def _chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def bombs() -> dict[str, bytes]:
    """Return small files that claim, or would become, very large images."""
    zeros = zlib.compress(bytes(40 * 2**20), 9)
    tall = b"," + struct.pack("<HHHH", 0, 0, 65535, 65535) + b"\0\2\2D\1\0;"
    canvas = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\xff" * 2
    scan = encode(picture(3, 64), "JPEG", progressive=True)
    start = scan.rindex(b"\xff\xda")
    return {
        "png 60000": png(60_000, 60_000, bytes(2**20)),
        "png interlaced": png(30_000, 30_000, bytes(2**20), interlace=1),
        "png 16 bit": png(20_000, 20_000, bytes(2**20), depth=16, color=6),
        "png 1 bit": png(2**31 - 1, 2**31 - 1, b"", depth=1, color=0),
        "png thin": png(60_000, 1, bytes(180_001)),
        "png profile": png(20_000, 20_000, extra=((b"iCCP", b"p\0\0" + zeros),)),
        "png texts": png(20_000, 20_000, extra=((b"zTXt", b"k\0\0" + zeros),) * 9),
        "gif frame": b"GIF89a" + struct.pack("<HH", 1, 1) + b"\0\0\0" + tall,
        "gif screen": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0" + tall,
        "bmp": bmp(40_000, 40_000),
        "tiff": tiff(((256, 4, 60_000), (257, 4, 60_000), (258, 3, 8), (259, 3, 1), (262, 3, 1),
                      (273, 4, 8), (277, 3, 1), (278, 4, 60_000), (279, 4, 100))),
        "webp": canvas,
        "ppm": b"P6 60000 60000 255\n" + bytes(1000),
        "jpeg": jpeg_of_size(65_500, 65_500),
        "jpeg scans": scan[:start] + scan[start : scan.rindex(b"\xff\xd9")] * 300 + b"\xff\xd9",
    }  # fmt: skip


def jpeg_of_size(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims another size."""
    data = bytearray(sample("JPEG"))
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


@kind("bombs")
def _bombs() -> Files:
    yield from bombs().values()


@kind("PNG sizes")
def _png_sizes() -> Files:
    for width in (0, *SIDES):
        for height in (0, *SIDES):
            yield png(width, height, bytes(100))


@kind("PNG depths and colours")
def _png_depths() -> Files:
    for depth in (0, 1, 2, 3, 4, 8, 16, 32, 255):
        for color in range(8):
            yield png(8, 8, bytes(1000), depth, color)


@kind("PNG texts and profiles")
def _png_texts() -> Files:
    bomb = zlib.compress(bytes(64 * 2**20), 9)
    rows = b"\0" * 25 * 8
    for extra in (
        ((b"zTXt", b"k\0\0" + bomb),) * 4,
        ((b"iTXt", b"k\0\1\0\0\0" + bomb),) * 4,
        ((b"iCCP", b"p\0\0" + bomb),),
        ((b"iCCP", b"p\0\0" + bomb[:50]),),
        ((b"iCCP", b""),),
        ((b"tEXt", b"k" * 300_000),),
        ((b"eXIf", b"MM\0*\xff\xff\xff\xff"),),
        ((b"eXIf", b""),),
        ((b"tRNS", b""),),
        ((b"PLTE", b"x" * 769),),
        ((b"acTL", struct.pack(">II", 2**32 - 1, 0)),),
        ((b"acTL", b""), (b"fcTL", b"")),
        ((b"gAMA", b""), (b"cHRM", b"x"), (b"pHYs", b""), (b"sRGB", b"")),
        ((b"IHDR", b""),),
        ((b"junk", b""),) * 20_000,
    ):
        yield png(8, 8, rows, extra=extra)


@kind("PNG filters and streams")
def _png_streams() -> Files:
    yield png(8, 8, b"\7" * 25 * 8)
    yield png(8, 8, b"")
    yield png(8, 8, bytes(10**6))
    yield png(8, 8, bytes(25 * 8)).replace(b"IDAT", b"IDAt")


# --- JPEG -------------------------------------------------------------------------------------


@kind("JPEG sizes")
def _jpeg_sizes() -> Files:
    for width in (0, 1, 7, 4000, 65_535):
        for height in (0, 1, 7, 4000, 65_535):
            yield jpeg_of_size(width, height)


@kind("JPEG scans")
def _jpeg_scans() -> Files:
    data = encode(picture(3, 64), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    for count in (2, 50, 99, 5000):
        yield data[:start] + data[start:-2] * count + b"\xff\xd9"


@kind("JPEG segments")
def _jpeg_segments() -> Files:
    data = sample("JPEG")
    for segment in (
        b"\xff\xe1\xff\xff" + b"Exif\0\0" + bytes(65527),
        b"\xff\xe1\0\2",
        b"\xff\xe1\0\0",
        b"\xff\xe2\0\x10ICC_PROFILE\0\1",
        b"\xff\xe2\0\x12ICC_PROFILE\0\xff\xff\0\0",
        b"\xff\xe2\0\x0cMPF\0MM\0*\0\0",
        b"\xff\xfe\xff\xff" + bytes(65533),
        b"\xff\xdb\0\3\xff",
        b"\xff\xc4\0\3\xff",
        b"\xff\xdd\0\4\0\1",
        b"\xff\xcc\0\2",
    ):
        yield data[:2] + segment + data[2:]
        yield data[:2] + segment * 200 + data[2:]


@kind("broken EXIF")
def _exif() -> Files:
    table = struct.pack(">H", 1)
    for entry in (
        struct.pack(">HHII", 0x0112, 3, 1, 9 << 16),
        struct.pack(">HHII", 0x0112, 3, 2**32 - 1, 0),
        struct.pack(">HHII", 0x0112, 2, 5, 8),
        struct.pack(">HHII", 0x0112, 12, 1, 8),
        struct.pack(">HHII", 0x8769, 4, 1, 8),
        b"\xff" * 12,
        b"",
    ):
        for form in ("JPEG", "PNG", "WEBP", "TIFF" if entry else "JPEG"):
            exif = b"Exif\0\0MM\0*\0\0\0\x08" + table + entry + struct.pack(">I", 8)
            if form == "TIFF":
                yield exif[6:]
            else:
                yield sample(form, exif=exif)


@kind("all turns")
def _turns() -> Files:
    for turn in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65535):
        exif = Image.Exif()
        exif[0x0112] = turn
        for form in ("JPEG", "PNG", "TIFF", "WEBP", "AVIF"):
            yield encode(picture(1, 24), form, exif=exif)


@kind("CMYK and its like")
def _cmyk() -> Files:
    image = picture(1, 24)
    for mode, form in (("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG"), ("LAB", "TIFF"),
                       ("YCbCr", "TIFF"), ("L", "JPEG"), ("HSV", "TIFF")):  # fmt: skip
        try:
            yield encode(image.convert("RGB" if mode == "LAB" else mode), form)
        except OSError:
            yield encode(image, form)


@kind("profiles")
def _profiles() -> Files:
    for profile in (b"", b"x", bytes(128), bytes(2000), b"\xff" * 5000, b"\0" * 36 + b"acsp" * 30):
        for form in ("JPEG", "PNG", "TIFF", "WEBP", "AVIF"):
            yield sample(form, icc_profile=profile)


# --- GIF --------------------------------------------------------------------------------------


@kind("GIF frames")
def _gif_frames() -> Files:
    head = b"GIF89a" + struct.pack("<HH", 4, 4) + b"\x80\0\0" + bytes(6)
    frame = b"," + struct.pack("<HHHH", 0, 0, 4, 4) + b"\0\2\5" + b"\x84\x8f\x09\xa1\x05" + b"\0"
    control = b"!\xf9\4\x09\xff\xff\0\0"
    yield head + (control + frame) * 200_000 + b";"
    yield head + frame * 3
    yield head + (control * 50_000) + frame + b";"
    yield head + b"!\xfe" + (b"\xff" + b"c" * 255) * 20_000 + b"\0" + frame + b";"
    yield head + b"," + struct.pack("<HHHH", 65535, 65535, 1, 1) + b"\0\2\1\0\0;"
    yield head + b"," + struct.pack("<HHHH", 0, 0, 4, 4) + b"\0\x20\1\0\0;"
    yield head + b"," + struct.pack("<HHHH", 0, 0, 0, 0) + b"\0\2\1\0\0;"


# --- BMP --------------------------------------------------------------------------------------


def bmp(width: int, height: int, bits: int = 24, packing: int = 0, colors: int = 0,
        offset: int = 54, header: int = 40) -> bytes:  # fmt: skip
    """Return a BMP whose header says what it is told to say."""
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, packing, 0, 0, 0, colors, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, offset & 0xFFFFFFFF) + info + bytes(600)


@kind("BMP sizes")
def _bmp_sizes() -> Files:
    for width in (-8, 0, 8, 2**31 - 1, -(2**31)):
        for height in (-8, 0, 8, 2**31 - 1, -(2**31)):
            yield bmp(width, height)


@kind("BMP fields")
def _bmp_fields() -> Files:
    for bits in (0, 1, 2, 4, 8, 16, 24, 32, 64):
        for packing in (0, 1, 2, 3, 4, 6, 99):
            yield bmp(8, 8, bits, packing)
    yield bmp(8, 8, 8, colors=2**31)
    yield bmp(8, 8, offset=2**32 - 1)
    for header in (0, 12, 16, 64, 108, 124, 2**31):
        yield bmp(8, 8, header=header)


# --- TIFF -------------------------------------------------------------------------------------


def tiff(tags: tuple[tuple[int, int, int], ...], following: int = 0, count: int = 1) -> bytes:
    """Return a TIFF whose directory has these (tag, type, value), and leads to ``following``."""
    table = b"".join(struct.pack("<HHII", tag, kind_, count, value) for tag, kind_, value in tags)
    return (
        b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + table
        + struct.pack("<I", following) + bytes(400)
    )  # fmt: skip


PLAIN = ((256, 4, 8), (257, 4, 8), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 200),
         (277, 3, 1), (278, 4, 8), (279, 4, 64))  # fmt: skip


def changed(**values: int) -> tuple[tuple[int, int, int], ...]:
    wanted = {int(name[1:]): value for name, value in values.items()}
    return tuple((tag, form, wanted.get(tag, value)) for tag, form, value in PLAIN)


@kind("TIFF chains")
def _tiff_chains() -> Files:
    yield tiff(PLAIN, following=8)  # a directory that follows itself
    data = bytearray(tiff(PLAIN, following=300))
    data[300:306] = struct.pack("<HI", 0, 8)
    yield bytes(data)
    chain = bytearray(tiff(PLAIN, following=1000)) + bytes(600)
    for n in range(20_000):  # directories without entries
        place = 1000 + 6 * n
        chain = chain.ljust(place, b"\0") + struct.pack("<HI", 0, place + 6)
    yield bytes(chain)
    yield tiff((*PLAIN, (330, 4, 8)))
    yield tiff((*PLAIN, (34665, 4, 8)))


@kind("TIFF fields")
def _tiff_fields() -> Files:
    for tag in (256, 257, 258, 259, 262, 273, 277, 278, 279):
        for value in (0, 1, 2, 255, 65535, 2**31, 2**32 - 1):
            yield tiff(changed(**{f"t{tag}": value}))
    for extra in ((322, 4, 60_000), (323, 4, 60_000), (274, 3, 6), (317, 3, 2), (338, 3, 2),
                  (339, 3, 3), (284, 3, 2), (320, 3, 8), (34675, 7, 8), (347, 7, 8)):  # fmt: skip
        yield tiff((*PLAIN, extra))
        yield tiff((*PLAIN, extra), count=2**31)
    yield tiff(PLAIN * 500)
    yield tiff(PLAIN, count=2**32 - 1)


@kind("TIFF tiles")
def _tiff_tiles() -> Files:
    for side in (16, 20_000, 60_000, 2**31):
        for packing in (1, 5, 7, 8, 32773):
            yield tiff(((256, 4, 16), (257, 4, 16), (258, 3, 8), (259, 3, packing), (262, 3, 1),
                        (277, 3, 1), (322, 4, side), (323, 4, side), (324, 4, 200),
                        (325, 4, 100)))  # fmt: skip


@kind("big TIFF")
def _big_tiff() -> Files:
    yield b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + struct.pack("<Q", 2**63)
    yield b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**64 - 1)
    yield b"MM\0+\0\x08\0\0" + bytes(64)


# --- WebP, AVIF, PPM --------------------------------------------------------------------------


@kind("WebP chunks")
def _webp() -> Files:
    data = sample("WEBP")
    for name in (b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"XMP "):
        yield data[:12] + name + data[16:]
    for size in (0, 1, 2**31, 2**32 - 1):
        yield data[:4] + struct.pack("<I", size) + data[8:]
        yield data[:16] + struct.pack("<I", size) + data[20:]
    yield sample("WEBP", lossless=True)[:40] + b"\xff" * 400


@kind("WebP animation")
def _webp_animation() -> Files:
    frames = [picture(n, 16) for n in range(40)]
    data = encode(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    yield data
    yield data[: len(data) // 2]
    yield data.replace(b"ANMF", b"ANIM")


@kind("AVIF boxes")
def _avif() -> Files:
    data = sample("AVIF")
    for box in (b"ftyp", b"meta", b"hdlr", b"iloc", b"iinf", b"iprp", b"ipco", b"ispe", b"av1C",
                b"mdat", b"pitm", b"infe"):  # fmt: skip
        place = data.find(box)
        if place < 4:
            continue
        for size in (0, 1, 8, 2**31, 2**32 - 1):
            yield data[: place - 4] + struct.pack(">I", size) + data[place:]
        yield data.replace(box, b"free")
    place = data.index(b"ispe")
    for side in (0, 1, 65_535, 2**31 - 1):
        yield data[: place + 8] + struct.pack(">II", side, side) + data[place + 16 :]


@kind("PPM headers")
def _ppm() -> Files:
    for head in (b"P6 8 8 255\n", b"P5 8 8 65535\n", b"P4 8 8\n", b"P3 8 8 255\n", b"P6 0 0 255\n",
                 b"P6 -1 -1 255\n", b"P6 8 8 0\n", b"P6 8 8 65536\n", b"P6 99999999999 1 255\n",
                 b"P5 # " + b"c" * 10_000 + b"\n8 8 255\n", b"P6 8 8 " + b"9" * 500, b"P7\nWIDTH 8",
                 b"Pf 8 8 -1.0\n", b"P5 8 8 1023\n", b"P2 8 8 1023\n", b"P1 8 8\n"):  # fmt: skip
        yield head
        yield head + bytes(1024)
        yield head + b"1 " * 512


# --- Good, if odd -----------------------------------------------------------------------------


@kind("odd shapes")
def _shapes() -> Files:
    for shape in ((1, 1), (1, 2), (50, 1), (1, 60_000), (60_000, 1), (3, 149), (3, 151)):
        for form in ("PNG", "JPEG", "BMP"):
            yield encode(Image.new("RGB", shape, "red"), form)


@kind("every mode")
def _modes() -> Files:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "F", "I;16", "CMYK"):
        image = Image.new(mode, (20, 20))
        for form in ("PNG", "TIFF", "WEBP", "GIF", "JPEG", "BMP", "PPM"):
            try:
                yield encode(image, form)
            except (OSError, ValueError, KeyError):
                continue


@kind("several pages")
def _pages() -> Files:
    frames = [picture(n, 12) for n in range(300)]
    for form in ("GIF", "TIFF", "PNG", "WEBP"):
        yield encode(frames[0], form, save_all=True, append_images=frames[1:])


@kind("depth")
def _depth() -> Files:
    values = np.arange(400, dtype=np.uint16).reshape(20, 20) * 160
    for form in ("PNG", "TIFF", "PPM"):
        yield encode(Image.fromarray(values), form)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield a name and the content of every single file of the corpus."""
    for name, maker in KINDS.items():
        for number, data in enumerate(maker()):
            ending = ("jpg", "png", "webp", "bmp", "gif", "tif", "ppm", "avif")[number % 8]
            yield f"{name.replace(' ', '-')}-{number:03}.{ending}", data


# --- Places: what a folder may hold -----------------------------------------------------------

NAMES = (
    "new\nline.png", "tab\tand\rreturn.png", "이모지🐈‍⬛.png", "사진.png", "x" * 251 + ".png",
    "'quotes\" and $(touch hacked).png", "<script>alert(1).png", "‮gnp.txet.png",
    " space .png", "-rf.png", "~.png", "%2e%2e%2f.png", "=cmd|x!A1.png", "back\\slash.png",
    "trailing..png", "CON.png",
)  # fmt: skip


def odd_places(folder: Path, outside: Path) -> set[str]:
    """Fill ``folder`` with names, links, FIFOs, sockets and sparse files; return what they are
    called. ``outside`` is a file that nobody may read."""
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(image_bytes(900 + number))
    os.mkfifo(folder / "pipe.png")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "out.png").symlink_to(outside)
    (folder / "zero.png").symlink_to("/dev/zero")
    (folder / "gone.png").symlink_to("nowhere.png")
    (folder / "self").symlink_to(".")
    with (folder / "sparse.png").open("wb") as file:
        file.truncate(10 * 2**30)
    with (folder / "sparse.bmp").open("wb") as file:
        file.write(bmp(8, 8))
        file.truncate(120_000_000)
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(folder)  # a socket's path must be short
        try:
            listener.bind("socket.png")
        finally:
            os.chdir(here)
    return {path.name for path in folder.iterdir()}


def hostile_zip(path: Path) -> int:
    """Write a zip whose every member is odd; return how many members it has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../up.png", "/abs.png", "cat/../../up.png", "..\\down.png"):
            archive.writestr(name, image_bytes(1))
        archive.writestr("cat/a.png", image_bytes(2))
        archive.writestr("cat/./a.png", image_bytes(3))
        archive.writestr("cat/bomb.png", bytes(100 * 2**20))
        archive.writestr("cat/bomb.bmp", bmp(8, 8) + bytes(100 * 2**20))
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as nested:
            nested.writestr("x.png", image_bytes(4))
        archive.writestr("cat/nested.zip", inner.getvalue())
        locked = zipfile.ZipInfo("cat/locked.png")
        archive.writestr(locked, image_bytes(5))
        for label, number in (("dog", 6), ("dog", 7), ("cat", 8), ("cat", 9)):
            archive.writestr(f"{label}/{number}.png", image_bytes(number))
        count = len(archive.namelist())
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # say that it is encrypted
        place = raw.rindex(mark, 0, raw.rindex(b"cat/locked.png") if offset == 8
                           else raw.index(b"cat/locked.png"))  # fmt: skip
        raw[place + offset] |= 1
    path.write_bytes(raw)
    return count


def hostile_tar(path: Path) -> int:
    """Write a compressed tar whose members are odd; return how many files and links it has."""
    members: list[tuple[tarfile.TarInfo, bytes]] = []
    for number, name in enumerate(("../up.png", "/abs.png", "cat/a.png", "cat/a.png", "cat/b.png",
                                   "dog/a.png", "dog/b.png")):  # fmt: skip
        members.append((tarfile.TarInfo(name), image_bytes(number)))
    for name, form in (("cat/link.png", tarfile.SYMTYPE), ("cat/hard.png", tarfile.LNKTYPE),
                       ("cat/fifo.png", tarfile.FIFOTYPE), ("cat/dev.png", tarfile.CHRTYPE)):  # fmt: skip
        info = tarfile.TarInfo(name)
        info.type, info.linkname = form, "/etc/passwd"
        members.append((info, b""))
    with tarfile.open(path, "w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return len(members)
