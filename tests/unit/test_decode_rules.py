"""What the recipe says of decoding: backgrounds, colours, repair, limits, and what is noted."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from dojang.core.i18n import t
from dojang.core.recipe import DataPart, DecodePart, decoding_of
from dojang.core.types import Decoding, InputSpec
from dojang.data import formats, pixels
from dojang.data.collect import collect
from dojang.data.decode import Facts, Refused, decode
from tests.makers import encode, image_bytes, make_folder, picture, pixels_of

SIZE = 8
PLAIN = Decoding()
RESIZES = ("squash", "crop", "pad")


def read(data: bytes, rules: Decoding = PLAIN, size: int = SIZE) -> NDArray[np.uint8]:
    return decode(data, size, "squash", rules)[0]


def notes(data: bytes, rules: Decoding = PLAIN, name: str = "") -> list[str]:
    """Return the last words of what is noted of a file; every note has its texts."""
    found = decode(data, SIZE, "squash", rules, name)[1].notes
    assert all(t(note) for note in found)
    return [note.removeprefix("decode.note.") for note in found]


def refusal(data: bytes, rules: Decoding = PLAIN) -> str:
    with pytest.raises(Refused) as caught:
        decode(data, SIZE, "squash", rules)
    assert t(caught.value.reason)
    return caught.value.reason


# --- The rules travel -------------------------------------------------------------------------


def test_the_recipe_becomes_one_value_of_the_same_defaults() -> None:
    assert decoding_of(DataPart(), DecodePart()) == Decoding()
    part = DecodePart(
        background="grey", color="raw", truncated="repair", max_aspect=9, max_file_mb=1,
        max_memory_mb=99, max_seconds=7,
    )  # fmt: skip
    assert decoding_of(DataPart(max_megapixels=3), part) == Decoding(
        "grey", "raw", "repair", 3, 9, 1_000_000, 99_000_000, 7
    )


def test_the_contract_keeps_the_rules_and_opens_without_them() -> None:
    spec = InputSpec(8, "pad", (1.0, 2.0, 3.0), (4.0, 5.0, 6.0), Decoding(background="black"))
    assert InputSpec.from_json(spec.to_json()) == spec
    old = spec.to_json()
    del old["decode"]
    assert InputSpec.from_json(old).decode.color == "raw"  # as it was when profiles were ignored


# --- Background -------------------------------------------------------------------------------


@pytest.mark.parametrize(("background", "value"), [("white", 255), ("black", 0), ("grey", 128)])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparent_pixels_show_the_background(background: str, value: int, kind: str) -> None:
    data = encode(Image.new("RGBA", (SIZE, SIZE), (9, 8, 7, 0)), kind)
    rules = Decoding(background=background)
    assert (read(data, rules) == value).all()
    assert notes(data, rules) == ["alpha"]


def test_an_image_with_an_alpha_channel_that_hides_nothing_is_not_noted() -> None:
    assert notes(encode(Image.new("RGBA", (SIZE, SIZE), (9, 8, 7, 255)))) == []


# --- Bands ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "I;16"])
@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("shape", [(301, 203), (97, 401)])
def test_bands_give_the_pixels_of_the_whole(
    mode: str, resize: str, shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if mode == "I;16":
        ramp = np.arange(shape[0] * shape[1], dtype=np.uint16).reshape(shape[::-1])
        image = Image.fromarray(ramp)
    else:
        image = picture(1, 500).resize(shape)
        image.putalpha(picture(2, 500, "L").resize(shape))
        image = image.quantize(16) if mode == "P" else image.convert(mode)
    data = encode(image, "PNG")
    whole = decode(data, 10, resize)[0]
    monkeypatch.setattr(pixels, "_BAND", 2000)
    assert np.array_equal(decode(data, 10, resize)[0], whole)


@pytest.mark.parametrize("shape", [(701, 433), (433, 701), (1025, 1023)])
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("resize", RESIZES)
def test_a_jpeg_scaled_while_decoding_is_where_one_decoded_whole_is(
    shape: tuple[int, int], turn: int, resize: str
) -> None:
    """Also where its sides are no multiple of eight, turned and cropped."""
    exif = Image.Exif()
    exif[0x0112] = turn
    image = picture(4, 90).resize(shape, Image.Resampling.BICUBIC)
    small = decode(encode(image, "JPEG", quality=95, exif=exif), 32, resize)[0].astype(int)
    whole = decode(encode(image, "PNG", exif=exif), 32, resize)[0]
    difference = np.abs(small - whole)
    assert difference.mean() < 1
    assert difference.max() < 12


# --- Depth ------------------------------------------------------------------------------------


def tiff(values: NDArray[Any], bits: int, photometric: int = 1) -> bytes:
    """Return a grey TIFF written by hand: Pillow writes neither 12 bits nor inverted 16."""
    if bits == 12:
        flat = values.reshape(-1, 2).astype(int)
        low, high = flat[:, 0], flat[:, 1]
        packed = np.stack([low >> 4, (low & 15) << 4 | high >> 8, high & 255], axis=1)
        body = packed.astype(np.uint8).tobytes()
    else:
        body = values.astype("<u2").tobytes()
    height, width = values.shape
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, photometric), (273, 8),
            (277, 1), (278, height), (279, len(body))]  # fmt: skip
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    start = 8 + len(body)
    return (
        b"II*\0" + struct.pack("<I", start) + body
        + struct.pack("<H", len(tags)) + table + struct.pack("<I", 0)
    )  # fmt: skip


def test_12_and_16_bits_are_scaled_from_their_own_range() -> None:
    white = np.full((SIZE, SIZE), 4095)
    assert (read(tiff(white, 12)) == 255).all()
    assert (read(tiff(white // 2, 12)) == 127).all()
    assert (read(tiff(white, 16)) == 4095 // 257).all()
    assert notes(tiff(white, 16)) == ["depth"]


def test_16_bit_grey_whose_zero_is_white_is_turned_over() -> None:
    assert (read(tiff(np.zeros((SIZE, SIZE)), 16, photometric=0)) == 255).all()


def test_modes_without_a_scale_or_a_way_to_rgb_are_refused() -> None:
    lab = encode(Image.new("LAB", (SIZE, SIZE)), "TIFF")
    assert refusal(lab) == "decode.mode"


# --- Colour profiles --------------------------------------------------------------------------


def profile(red: tuple[float, float, float] = (0.5, 0.3, 0.1)) -> bytes:
    """Return a profile of RGB whose colours are not those of sRGB: its columns are swapped."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    places = {bytes(data[132 + 12 * i : 136 + 12 * i]): 136 + 12 * i for i in range(count)}
    one, other = places[b"rXYZ"], places[b"gXYZ"]
    data[one : one + 8], data[other : other + 8] = data[other : other + 8], data[one : one + 8]
    return bytes(data)


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
def test_colours_are_brought_to_srgb(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 100} if kind != "PNG" else {}
    data = encode(
        Image.new("RGB", (SIZE, SIZE), (255, 0, 0)), kind, icc_profile=profile(), **options
    )
    red, green, blue = read(data).reshape(-1, 3).mean(axis=0)
    assert green > 250  # in that profile, red light is called green
    assert red < 10 and blue < 10
    assert notes(data) == ["icc"]
    raw = Decoding(color="raw")
    assert read(data, raw).reshape(-1, 3).mean(axis=0)[0] > 250
    assert notes(data, raw) == []


def test_the_profile_is_applied_as_little_cms_does_on_the_whole_image() -> None:
    image = picture(3, 32)
    data = encode(image, "PNG", icc_profile=profile())
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile()))
    whole = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    assert whole is not None
    assert np.array_equal(read(data, size=32), pixels_of(whole))


def test_srgb_itself_changes_nothing_and_is_not_noted() -> None:
    image = picture(3, 32)
    data = encode(image, "PNG", icc_profile=SRGB)
    assert np.array_equal(read(data, size=32), pixels_of(image))
    assert notes(data) == []


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1"])
def test_a_profile_of_rgb_serves_every_mode_that_becomes_rgb(mode: str) -> None:
    data = encode(picture(3, 32).convert(mode), "PNG", icc_profile=profile())
    assert "icc_ignored" not in notes(data)


def test_the_background_is_srgb_whatever_the_profile() -> None:
    data = encode(Image.new("RGBA", (SIZE, SIZE), (255, 0, 0, 0)), "PNG", icc_profile=profile())
    assert (read(data, Decoding(background="grey")) == 128).all()


@pytest.mark.parametrize(
    "broken",
    [
        b"x",
        b"\0" * 200,
        SRGB[:300],
        SRGB[:128] + b"\xff" * 400,
        profile()[:16] + b"CMYK" + SRGB[20:],
    ],
    ids=["short", "zeros", "cut", "directory", "other space"],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_broken_profile_is_ignored_and_noted(broken: bytes, kind: str) -> None:
    image = Image.new("RGB", (SIZE, SIZE), (200, 10, 10))
    data = encode(image, kind, icc_profile=broken)
    assert np.array_equal(read(data), read(encode(image, kind)))
    assert notes(data) == ["icc_ignored"]


# --- PNG texts and profiles that inflate ------------------------------------------------------


def with_chunks(data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """Put chunks into a PNG behind its header."""
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return data[:33] + made + data[33:]


BOMB = zlib.compress(bytes(40 * 2**20), 9)


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"iCCP", b"p\0\0" + BOMB)],
        [(b"zTXt", b"k\0\0" + BOMB)] * 3,
        [(b"iTXt", b"k\0\1\0en\0k\0" + BOMB)] * 3,
        [(b"zTXt", b"k\0\0" + zlib.compress(bytes(10**6)))] * 100,
        [(b"tEXt", b"k\0" + b"x" * 2**20)] * 70,
        [(b"iCCP", b"p\0\7" + zlib.compress(SRGB))],
        [(b"iCCP", b"p\0")],
        [(b"zTXt", b"p\0\0nonsense")],
    ],
    ids=["profile", "texts", "international", "many", "plain", "method", "empty", "broken"],
)
def test_what_a_png_says_beside_its_pixels_never_costs_it(
    chunks: list[tuple[bytes, bytes]],
) -> None:
    data = image_bytes(3)
    assert np.array_equal(read(with_chunks(data, *chunks)), read(data))
    assert ("icc_ignored" in notes(with_chunks(data, *chunks))) == (chunks[0][0] == b"iCCP")


def test_a_turn_in_the_texts_of_a_png_still_counts() -> None:
    xmp = b'<x tiff:Orientation="3"/>'
    body = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)
    image = picture(1, SIZE)
    data = with_chunks(encode(image), (b"iTXt", body))
    assert np.array_equal(read(data), np.rot90(pixels_of(image), 2))
    assert notes(data) == ["turned"]


# --- Cut short --------------------------------------------------------------------------------

REPAIR = Decoding(truncated="repair")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "PPM"])
def test_what_is_cut_short_is_refused_or_repaired_as_asked(kind: str) -> None:
    data = encode(picture(5, 96), kind)
    short = data[: len(data) * 3 // 4]
    assert refusal(short) == "decode.truncated"
    repaired, facts = decode(short, 48, "squash", REPAIR)
    assert facts.notes == ("decode.note.repaired",)
    there = slice(36, 48) if kind == "BMP" else slice(0, 12)  # its rows go upwards
    difference = np.abs(repaired[there].astype(int) - decode(data, 48)[0][there])
    assert difference.mean() < 3  # what is there is right


def test_a_whole_file_is_the_same_whether_repairs_are_allowed() -> None:
    data = image_bytes(4, 40, "JPEG")
    assert np.array_equal(read(data, REPAIR), read(data))
    assert notes(data, REPAIR) == []


def test_a_file_of_which_nothing_is_left_is_not_repaired() -> None:
    data = encode(picture(5, 96), "JPEG")
    start = data.index(b"\xff\xda")
    assert refusal(data[: start + 14], REPAIR) == "decode.truncated"


def test_webp_cut_short_is_called_so() -> None:
    data = image_bytes(4, 96, "WEBP")
    assert refusal(data[: len(data) // 2]) == "decode.truncated"


# --- Limits -----------------------------------------------------------------------------------


def test_shapes_are_refused_beyond_the_aspect_and_not_at_it() -> None:
    for shape in ((50, 1), (1, 50), (100, 2)):
        read(encode(Image.new("L", shape)))
    for shape in ((51, 1), (1, 60_000), (101, 2)):
        assert refusal(encode(Image.new("L", shape))) == "decode.too_thin"


@pytest.mark.parametrize(
    ("kind", "mode", "fits", "too_much"),
    [("PNG", "RGB", 50, 62), ("PNG", "L", 64, None), ("PNG", "I;16", 64, None),
     ("WEBP", "RGB", 13, 15), ("AVIF", "RGB", 25, 27), ("TIFF", "RGBA", 50, 62)],
)  # fmt: skip
def test_the_memory_that_an_image_needs_is_known_before_it_is_decoded(
    kind: str, mode: str, fits: int, too_much: int | None
) -> None:
    for millions, enough in ((fits, True), (too_much, False)):
        if millions is None:
            continue
        image = Image.new(mode, (1000, 10))
        image.format = kind  # type: ignore[misc]
        image._size = (millions * 1000, 1000)
        try:
            formats.check_header(image, b"", image.size, PLAIN)
        except Refused as refused:
            assert not enough and refused.reason == "decode.too_heavy"
        else:
            assert enough


def test_a_jpeg_of_many_scans_is_refused_before_it_is_decoded() -> None:
    data = encode(picture(3, 64), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    scan = data[start : data.rindex(b"\xff\xd9")]
    assert refusal(data[:start] + scan * 200 + b"\xff\xd9") == "decode.too_many_scans"


def test_the_canvas_of_a_webp_is_read_off_its_header() -> None:
    for lossless in (True, False):
        for alpha in (True, False):
            image = Image.new("RGBA" if alpha else "RGB", (301, 203))
            data = encode(image, "WEBP", lossless=lossless)
            assert formats.webp_size(data[:30]) == (301, 203)
    wide = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\xff" * 2
    assert refusal(wide) == "decode.too_large"


# --- What is noted ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_further_frames_are_noted(kind: str) -> None:
    frames = [Image.new("RGB", (SIZE, SIZE), color) for color in ("red", "lime")]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:])
    assert notes(data) == ["animated"]
    assert notes(encode(frames[0], kind)) == []


@pytest.mark.parametrize(
    ("name", "kind", "wrong"),
    [
        ("a.jpg", "PNG", True), ("a.png", "JPEG", True), ("a.gif", "WEBP", True),
        ("a.heic", "JPEG", True), ("a.PNG", "PNG", False), ("b.JPEG", "JPEG", False),
        ("a", "PNG", False), ("a.b/c", "PNG", False), ("frame.001", "PNG", False),
        ("사진.jfif", "JPEG", False), ("a.tif", "TIFF", False), ("a.pgm", "PPM", False),
    ],
)  # fmt: skip
def test_a_name_that_says_another_format_is_noted(name: str, kind: str, wrong: bool) -> None:
    data = image_bytes(1, kind=kind)
    assert notes(data, name=name) == (["extension"] if wrong else [])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_a_turn_is_noted(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert notes(encode(picture(1, 32), kind, exif=exif)) == ["turned"]
    exif[0x0112] = 1
    assert notes(encode(picture(1, 32), kind, exif=exif)) == []


def test_a_plain_file_is_not_noted_and_its_facts_stay() -> None:
    assert decode(image_bytes(1), SIZE, name="a.png")[1] == Facts(16, 16, "RGB", "PNG")


@pytest.mark.parametrize("workers", [0, 1])
def test_notes_are_a_column_of_the_manifest(tmp_path: Path, workers: int) -> None:
    root = make_folder(tmp_path / "photos", {"cat": 2, "dog": 2})
    (root / "cat" / "x.jpg").write_bytes(encode(Image.new("RGBA", (9, 9))))
    manifest = collect(DataPart(source=str(root)), workers)
    found = dict(zip(manifest.samples["id"], manifest.samples["notes"], strict=True))
    assert found["cat/x.jpg"] == "decode.note.alpha decode.note.extension"
    assert set(found.values()) == {"", found["cat/x.jpg"]}


def test_the_recipe_reaches_the_decoder(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {"cat": 2, "dog": 2})
    (root / "cat" / "thin.png").write_bytes(encode(Image.new("L", (90, 30))))
    whole = image_bytes(9, 64, "JPEG")
    (root / "dog" / "short.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    data = DataPart(source=str(root))
    strict = collect(data, 1, decode=DecodePart(max_aspect=2))
    assert {r.id: r.reason for r in strict.refused} == {
        "cat/thin.png": "decode.too_thin",
        "dog/short.jpg": "decode.truncated",
    }
    assert len(collect(data, 1, decode=DecodePart(truncated="repair"))) == 6


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000), st.sampled_from(["white", "black", "grey"]), st.sampled_from(RESIZES)
)
def test_opaque_images_do_not_depend_on_the_background(
    seed: int, background: str, resize: str
) -> None:
    data = image_bytes(seed)
    rules = replace(PLAIN, background=background)
    assert np.array_equal(decode(data, 6, resize, rules)[0], decode(data, 6, resize)[0])
