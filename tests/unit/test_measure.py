"""What is measured of an image: right by hand, and useful for what the audit looks for."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dojang.data.decode import decode
from dojang.data.measure import MEASURES, SURVEY_SIZE, THUMB_SIZE, measured
from tests.makers import encode, picture


def of(image: Image.Image) -> dict[str, float]:
    return measured(np.asarray(image.convert("RGB")))[0]


def test_by_hand() -> None:
    pixels = np.zeros((64, 64, 3), dtype=np.uint8)
    pixels[:, 32:] = 200
    found, _ = measured(pixels)
    assert tuple(found) == MEASURES
    assert found["brightness"] == found["contrast"] == found["border"] == 100
    assert (found["darkness"], found["lightness"], found["blank"]) == (200, 0, 200)
    assert (found["saturation"], found["gray"]) == (0, 1)
    # Two of 62 columns have a Laplacian of ±200.
    assert found["sharpness"] == pytest.approx(2 * 200**2 / 62, rel=1e-4)


def test_colour_is_the_distance_between_channels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (THUMB_SIZE, THUMB_SIZE, 3), np.uint8)
    wide = pixels.astype(int)
    chroma = wide.max(axis=2) - wide.min(axis=2)
    found, small = measured(pixels)
    assert found["saturation"] == chroma.mean() and found["gray"] == 0
    assert (small == pixels).all()


def test_a_frame_shows_in_the_border() -> None:
    pixels = np.full((64, 96, 3), 40, dtype=np.uint8)
    pixels[4:-4, 6:-6] = 240
    assert measured(pixels)[0]["border"] == 40


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (2, 2), (300, 2), (3, 3), (17, 5)])
def test_any_size_has_finite_measures(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, (9, 9, 9))
    found = of(image)
    assert all(np.isfinite(value) for value in found.values())
    assert found["border"] == found["brightness"] == 9
    assert found["blank"] == 0
    assert measured(np.asarray(image))[1].shape == (THUMB_SIZE, THUMB_SIZE, 3)


def test_grey_is_what_looks_grey_whatever_the_mode() -> None:
    colour = picture(1, 90)
    grey = colour.convert("L").convert("RGB")
    jpeg = Image.open(io.BytesIO(encode(grey, "JPEG", quality=40)))
    assert [of(image)["gray"] for image in (colour, grey, jpeg)] == [0, 1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_blur_lowers_sharpness_by_far(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (56, 56, 3), dtype=np.uint8)
    sharp = Image.fromarray(noise).resize((224, 224), Image.Resampling.BICUBIC)
    values = [of(sharp.filter(ImageFilter.GaussianBlur(s)))["sharpness"] for s in (0, 2, 4)]
    assert values[0] > 5 * values[1] > 25 * values[2]


def test_dark_and_light_images_stand_out() -> None:
    assert of(picture(2, 64).point(lambda v: v // 8))["darkness"] < 32
    assert of(picture(2, 64).point(lambda v: 255 - v // 8))["lightness"] > 223


@pytest.mark.parametrize("size", [(2000, 900), (30, 700), (256, 10), (100, 80)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_large_images_are_looked_at_small_and_small_ones_as_they_are(
    size: tuple[int, int], kind: str
) -> None:
    image = picture(3, 200).resize(size)
    pixels, facts = decode(encode(image, kind), SURVEY_SIZE, "shrink")
    assert (facts.width, facts.height) == size
    scale = min(1, SURVEY_SIZE / max(size))
    assert pixels.shape == (max(1, round(size[1] * scale)), max(1, round(size[0] * scale)), 3)
    if scale == 1 and kind == "PNG":
        np.testing.assert_array_equal(pixels, np.asarray(image))
