"""Decoding gives the right pixels, or refuses and says why."""

from __future__ import annotations

import io
import struct
import time
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from dojang.core.i18n import t
from dojang.data.decode import PADDING, Decoding, Facts, Refused, decode
from tests.makers import encode, picture, pixels_of

SIZE = 8
RESIZES = ("squash", "crop", "pad")


def read(data: bytes, size: int = SIZE, resize: str = "squash") -> NDArray[np.uint8]:
    return decode(data, size, resize)[0]


def refusal(data: bytes, limits: Decoding | None = None) -> str:
    """Return why ``data`` is refused; the reason has a text in the catalogue."""
    with pytest.raises(Refused) as caught:
        decode(data, SIZE, "squash", limits)
    assert t(caught.value.reason)
    return caught.value.reason


def flat(mode: str, value: Any) -> bytes:
    return encode(Image.new(mode, (SIZE, SIZE), value), "PNG")


# --- EXIF -------------------------------------------------------------------------------------

TURNS = {  # what a viewer does with an image of each EXIF orientation
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: np.rot90,
}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_every_exif_turn_gives_upright_pixels(turn: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    image = picture(1, 12)
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels = read(encode(image, kind, exif=exif, **options), 12)
    assert np.array_equal(pixels, TURNS[turn](pixels_of(image)))


@pytest.mark.parametrize("turn", TURNS)
def test_width_and_height_are_those_seen_after_the_turn(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    _, facts = decode(encode(Image.new("RGB", (30, 20)), "JPEG", exif=exif), SIZE)
    seen = (20, 30) if turn >= 5 else (30, 20)
    assert (facts.width, facts.height) == seen


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\x02\0\0\0\x05\0\0\0\xff",
    ],
)
def test_broken_exif_does_not_cost_the_image(exif: bytes) -> None:
    image = picture(1)
    with_exif, without = encode(image, "JPEG", exif=exif), encode(image, "JPEG")
    assert np.array_equal(read(with_exif), read(without))


# --- Pixel modes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "color"),
    [
        (flat("L", 77), (77, 77, 77)),
        (flat("1", 1), (255, 255, 255)),
        (flat("1", 0), (0, 0, 0)),
        (flat("RGB", (1, 2, 3)), (1, 2, 3)),
        (flat("RGBA", (9, 8, 7, 255)), (9, 8, 7)),
        (flat("RGBA", (9, 8, 7, 0)), (255, 255, 255)),
        (flat("RGBA", (0, 0, 0, 51)), (204, 204, 204)),
        (flat("LA", (0, 51)), (204, 204, 204)),
        (flat("LA", (60, 255)), (60, 60, 60)),
        (encode(Image.new("CMYK", (SIZE, SIZE), (0, 255, 255, 0)), "TIFF"), (255, 0, 0)),
        (encode(Image.new("L", (SIZE, SIZE), 5), "PNG", transparency=5), (255, 255, 255)),
        (encode(Image.new("1", (SIZE, SIZE), 0), "PNG", transparency=0), (255, 255, 255)),
        (
            encode(Image.new("RGB", (SIZE, SIZE), (1, 2, 3)), "PNG", transparency=(1, 2, 3)),
            (255, 255, 255),
        ),
    ],
)
def test_every_mode_gives_the_color_that_a_viewer_shows(
    data: bytes, color: tuple[int, int, int]
) -> None:
    assert np.array_equal(read(data), np.full((SIZE, SIZE, 3), color, np.uint8))


def test_cmyk_jpeg_is_not_inverted() -> None:
    image = Image.new("CMYK", (SIZE, SIZE), (255, 0, 0, 0))  # cyan ink: red is absent
    red, green, blue = read(encode(image, "JPEG", quality=95)).reshape(-1, 3).mean(axis=0)
    assert red < 30
    assert min(green, blue) > 100


def test_palette_with_transparency_lies_on_white() -> None:
    image = Image.new("P", (SIZE, SIZE), 0)
    image.putpalette([200, 0, 0, 0, 0, 200])
    image.paste(1, (0, 0, SIZE, SIZE // 2))
    pixels = read(encode(image, "PNG", transparency=0))
    assert (pixels[: SIZE // 2] == (0, 0, 200)).all()
    assert (pixels[SIZE // 2 :] == 255).all()


def test_palette_with_degrees_of_transparency_lies_on_white() -> None:
    image = Image.new("P", (SIZE, SIZE), 0)
    image.putpalette([0, 0, 0])
    assert (read(encode(image, "PNG", transparency=bytes([51]))) == 204).all()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_counts(kind: str) -> None:
    frames = [Image.new("RGB", (SIZE, SIZE), color) for color in ("red", "lime", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert Image.open(io.BytesIO(data)).n_frames == 3
    assert (read(data) == (255, 0, 0)).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_and_not_clipped(kind: str) -> None:
    ramp = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    pixels = read(encode(Image.fromarray(ramp), kind), 16)
    assert np.array_equal(pixels, np.repeat((ramp // 257).astype(np.uint8)[..., None], 3, axis=2))


@pytest.mark.parametrize(("value", "expected"), [(200, 0), (32768, 127), (65535, 255)])
def test_16_bit_pgm_has_one_scale_however_dark_it_is(value: int, expected: int) -> None:
    header = b"P5\n8 8\n65535\n"
    assert (read(header + np.full((8, 8), value, ">u2").tobytes()) == expected).all()


def test_8_bit_pgm_keeps_its_values() -> None:
    assert (read(b"P5\n8 8\n255\n" + bytes([200]) * 64) == 200).all()


def test_16_bit_rgb_png_keeps_its_high_bytes() -> None:
    color = (0x1234, 0x8000, 0xFFFF)
    row = b"\0" + struct.pack(">3H", *color) * SIZE
    data = png(SIZE, SIZE, row * SIZE, depth=16)
    assert (read(data) == (0x12, 0x80, 0xFF)).all()


@pytest.mark.parametrize(
    "values",
    [np.full((SIZE, SIZE), 0.5, np.float32), np.full((SIZE, SIZE), 200, np.int32)],
    ids=["float", "32-bit integer"],
)
def test_values_without_a_known_scale_are_refused(values: NDArray[Any]) -> None:
    assert refusal(encode(Image.fromarray(values), "TIFF")) == "decode.mode"


# --- Content, size, shape ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF"])
def test_every_format_is_read_by_its_content(kind: str) -> None:
    pixels, facts = decode(encode(picture(2, 32), kind), SIZE)
    assert facts == Facts(32, 32, facts.mode, kind)
    assert np.abs(pixels.astype(int) - read(encode(picture(2, 32), "PNG"))).mean() < 12


def test_formats_off_the_list_are_refused() -> None:
    for kind in ("ICO", "TGA", "PCX", "EPS", "PDF"):
        assert refusal(encode(picture(2), kind)) == "decode.not_image", kind


def test_squash_keeps_the_whole_image() -> None:
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (20, 0, 40, 20))
    pixels = read(encode(image), 10)
    assert (pixels[:, 0] == (255, 0, 0)).all()
    assert (pixels[:, -1] == (0, 0, 255)).all()


def test_crop_keeps_the_middle_and_its_aspect() -> None:
    image = Image.new("RGB", (60, 20), "red")
    image.paste("blue", (20, 0, 40, 20))
    assert (read(encode(image), 20, "crop") == (0, 0, 255)).all()


def test_pad_keeps_the_whole_image_and_its_aspect() -> None:
    pixels = read(encode(Image.new("RGB", (60, 20), "blue")), 30, "pad")
    inside = (pixels == (0, 0, 255)).all(axis=2)
    border = (pixels == PADDING).all(axis=2)
    assert inside[10:20].all()
    assert border[:10].all()
    assert border[20:].all()


@pytest.mark.parametrize("shape", [(1, 3000), (3000, 1), (2, 9000)])
@pytest.mark.parametrize("resize", RESIZES)
def test_a_thin_image_does_not_vanish(shape: tuple[int, int], resize: str) -> None:
    data = encode(Image.new("RGB", shape, "red"))
    pixels, _ = decode(data, SIZE, resize, Decoding(aspect=5000))
    assert (pixels[SIZE // 2 - 1 : SIZE // 2 + 1] == (255, 0, 0)).all(axis=2).any()


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (8, 5), (500, 333)])
def test_the_result_is_a_square_of_rgb(shape: tuple[int, int], resize: str) -> None:
    pixels, facts = decode(encode(picture(3).resize(shape)), SIZE, resize)
    assert pixels.shape == (SIZE, SIZE, 3)
    assert pixels.dtype == np.uint8
    assert (facts.width, facts.height) == shape


@pytest.mark.parametrize("resize", RESIZES)
def test_a_large_jpeg_decoded_small_looks_like_one_decoded_whole(resize: str) -> None:
    image = picture(4, 640).resize((900, 640))
    small = read(encode(image, "JPEG", quality=95), 32, resize).astype(int)
    whole = read(encode(image, "PNG"), 32, resize).astype(int)
    assert np.abs(small - whole).mean() < 1.5
    assert np.abs(small - whole).max() < 20


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.sampled_from(["PNG", "JPEG", "WEBP"]), st.sampled_from(RESIZES))
def test_the_same_bytes_give_the_same_pixels(seed: int, kind: str, resize: str) -> None:
    data = encode(picture(seed, 40), kind)
    assert np.array_equal(read(data, 12, resize), read(bytes(bytearray(data)), 12, resize))


# --- What is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_cut_short_is_refused(kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    data = encode(Image.fromarray(noise), kind)
    reason = refusal(data[: int(len(data) * share)])
    assert reason in {"decode.truncated", "decode.broken", "decode.not_image"}


def test_a_jpeg_and_a_png_cut_short_are_called_so() -> None:
    for kind in ("JPEG", "PNG"):
        data = encode(picture(5, 64), kind)
        assert refusal(data[: len(data) * 2 // 3]) == "decode.truncated"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "decode.empty"),
        (b"just some text\n", "decode.not_image"),
        (b"<!DOCTYPE html><html><img src=x></html>", "decode.not_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "decode.not_image"),
        (b"\x89PNG\r\n\x1a\n", "decode.not_image"),
        (b"\xff\xd8\xff", "decode.not_image"),
        (b"GIF89a", "decode.not_image"),
        (b"\0" * 1000, "decode.not_image"),
        (b"%PDF-1.7", "decode.not_image"),
    ],
)
def test_what_is_no_image_is_refused(data: bytes, reason: str) -> None:
    assert refusal(data) == reason


@pytest.mark.parametrize("side", [10_000, 60_000, 2**31 - 1])
def test_a_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    bomb = png(side, side, b"\0" * 100_000)
    refusal(png(9000, 9000, b""))  # imports what is needed
    start = time.process_time()
    assert refusal(bomb) in {"decode.too_large", "decode.broken", "decode.not_image"}
    assert time.process_time() - start < 0.05


def test_a_bomb_whose_frame_is_larger_than_its_screen_is_refused() -> None:
    frame = b"," + struct.pack("<HHHH", 0, 0, 65535, 65535) + b"\0\2\2D\1\0;"
    data = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\0\0\0" + frame
    assert refusal(data) == "decode.too_large"


def test_the_limits_are_those_asked_for() -> None:
    data = encode(Image.new("L", (1000, 1001)), "PNG")
    assert refusal(data, Decoding(megapixels=1.0)) == "decode.too_large"
    assert refusal(data, Decoding(bytes=len(data) - 1)) == "decode.too_many_bytes"
    assert decode(data, SIZE, "squash", Decoding(megapixels=1.01, bytes=len(data)))[1].width == 1000


# --- Any bytes at all -------------------------------------------------------------------------

VALID = [
    encode(picture(6, 24), "JPEG"),
    encode(picture(6, 24), "JPEG", progressive=True),
    encode(picture(6, 24), "PNG"),
    encode(picture(6, 24).convert("P"), "PNG", transparency=0),
    encode(picture(6, 24), "GIF"),
    encode(picture(6, 24), "BMP"),
    encode(picture(6, 24), "WEBP"),
    encode(picture(6, 24), "TIFF", compression="tiff_lzw"),
    encode(picture(6, 24), "PPM"),
    encode(picture(6, 24), "AVIF"),
]
TIGHT = Decoding(megapixels=1.0)


def survives(data: bytes) -> None:
    """Decode or be refused: nothing else may come out."""
    try:
        pixels, facts = decode(data, SIZE, "squash", TIGHT)
    except Refused as refused:
        assert t(refused.reason)
    else:
        assert pixels.shape == (SIZE, SIZE, 3)
        assert facts.width * facts.height <= 1e6


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
@example(b"\x89PNG\r\n\x1a\n\0\0\0\0IHDR")
@example(b"RIFF\0\0\0\0WEBPVP8X")
@example(b"II*\0\x08\0\0\0\xff\xff")
@example(b"P5 1 1 65536 ")
@example(b"BM" + b"\xff" * 60)
def test_random_bytes_are_decoded_or_refused(data: bytes) -> None:
    survives(data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(VALID), st.floats(0, 1))
def test_truncations_are_decoded_or_refused(data: bytes, share: float) -> None:
    survives(data[: int(len(data) * share)])


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(VALID),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), max_size=12),
)
def test_flipped_bits_are_decoded_or_refused(data: bytes, flips: list[tuple[float, int]]) -> None:
    changed = bytearray(data)
    for place, bit in flips:
        changed[int(place * len(data))] ^= 1 << bit
    survives(bytes(changed))


def png(width: int, height: int, rows: bytes, depth: int = 8) -> bytes:
    """Return an RGB PNG with the header asked for, whatever its data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
