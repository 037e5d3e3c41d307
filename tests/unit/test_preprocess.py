"""Pre-processing: each step against a reference, and the same pixels wherever an image is used."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from dojang.core.errors import DataError, RecipeError
from dojang.core.recipe import Recipe, override, parse_recipe, parse_settings, to_yaml
from dojang.core.types import Box, InputSpec, Preprocess, SourceRef
from dojang.data import pixels
from dojang.data.cache import make_store
from dojang.data.decode import decode
from dojang.data.normalise import statistics
from dojang.data.preprocess import clahe, draft_side, own_boxes, region
from dojang.data.workers import DecodePool, Job
from tests.makers import encode, make_folder, picture

BICUBIC = Image.Resampling.BICUBIC
FULL = Preprocess("pad", "lanczos", 0.9, (0.1, 0.2, 0.8, 1.0), 1.5, 0.3, 3.0)


def to_square(
    image: Image.Image, size: int, how: Preprocess, box: Box | None = None
) -> NDArray[np.uint8]:
    surface = pixels.Surface(None, False, None, (255, 255, 255), False)
    whole = (0, 0, *image.size)
    return np.asarray(pixels.to_square(image, whole, size, how, 1, surface, box))


def wide(width: int = 60, height: int = 40) -> Image.Image:
    return picture(3, 64).resize((width, height), BICUBIC)


def test_the_whole_picture_is_scaled_by_pillow() -> None:
    image = wide()
    squash = image.resize((32, 32), BICUBIC, reducing_gap=3.0)
    assert np.array_equal(to_square(image, 32, Preprocess()), np.asarray(squash))
    crop = ImageOps.fit(image, (32, 32), method=BICUBIC)
    assert np.array_equal(to_square(image, 32, Preprocess("crop")), np.asarray(crop))


@pytest.mark.parametrize("name", ["nearest", "box", "bilinear", "bicubic", "lanczos"])
def test_every_interpolation_is_pillows(name: str) -> None:
    method = Image.Resampling[name.upper()]
    expected = wide().resize((24, 24), method, reducing_gap=3.0)
    found = to_square(wide(), 24, Preprocess(interpolation=name))
    assert np.array_equal(found, np.asarray(expected))


@pytest.mark.parametrize("resize", ["squash", "crop", "pad"])
def test_a_region_of_whole_pixels_is_that_part_alone(resize: str) -> None:
    """Pixels beyond the region must not bleed in, so it equals the same step on the part."""
    image = wide()
    box = (0.25, 0.25, 0.75, 0.75)
    part = image.crop((15, 10, 45, 30))
    found = to_square(image, 20, Preprocess(resize, "nearest", crop_to=box))
    expected = to_square(part, 20, Preprocess(resize, "nearest"))
    assert np.array_equal(found, expected)
    own = to_square(image, 20, Preprocess(resize, "nearest", crop_to="box"), box)
    assert np.array_equal(own, expected)


def test_a_crop_ratio_keeps_the_centre() -> None:
    assert region(Preprocess(crop_ratio=0.5)) == (0.25, 0.25, 0.75, 0.75)
    inner = region(Preprocess(crop_to=(0.0, 0.5, 1.0, 1.0), crop_ratio=0.5))
    assert inner == (0.25, 0.625, 0.75, 0.875)
    # Scaling the short side to 32 / 0.8 and cutting out the middle 32 is the same.
    image = wide(64, 64)
    classic = image.resize((40, 40), BICUBIC).crop((4, 4, 36, 36))
    found = to_square(image, 32, Preprocess("crop", crop_ratio=0.8))
    assert np.abs(found.astype(int) - np.asarray(classic).astype(int)).max() <= 2


def test_a_decoder_keeps_enough_pixels_for_a_small_box() -> None:
    assert draft_side(32, Preprocess()) == 64
    assert draft_side(32, Preprocess("crop")) == 96
    assert draft_side(32, Preprocess(crop_to=(0.4, 0, 0.6, 1))) == 320
    large = picture(5, 64).resize((1600, 1600), BICUBIC)
    box = (0.45, 0.45, 0.55, 0.55)
    found = decode(encode(large, "JPEG", quality=95), 64, Preprocess(crop_to=box))[0]
    exact = large.crop((720, 720, 880, 880)).resize((64, 64), BICUBIC)
    assert np.abs(found.astype(int) - np.asarray(exact).astype(int)).mean() < 2.5


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 50), st.integers(1, 50), st.integers(4, 24),
    st.sampled_from(["squash", "crop", "pad"]),
    st.tuples(st.floats(0, 0.98), st.floats(0, 0.98), st.floats(0.001, 1), st.floats(0.001, 1)),
    st.floats(0.001, 1),
)  # fmt: skip
def test_any_picture_and_region_become_a_square(
    width: int, height: int, size: int, resize: str, place: tuple[float, ...], ratio: float
) -> None:
    left, top, w, h = place
    box = (left, top, min(1.0, left + w), min(1.0, top + h))
    how = Preprocess(resize, crop_ratio=ratio, crop_to=box, clahe=2.0, contrast=1.2, saturation=0.5)
    found = to_square(Image.new("RGB", (width, height), (9, 99, 199)), size, how)
    assert found.shape == (size, size, 3) and found.dtype == np.uint8


def test_contrast_and_saturation_are_pillows_and_borders_stay_grey() -> None:
    image = wide(32, 32)
    for name, enhancer in (("contrast", ImageEnhance.Contrast), ("saturation", ImageEnhance.Color)):
        expected = np.asarray(enhancer(image).enhance(1.7))
        assert np.array_equal(to_square(image, 32, Preprocess(**{name: 1.7})), expected)
    padded = to_square(wide(40, 20), 40, Preprocess("pad", contrast=3.0, clahe=4.0))
    assert (padded[:10] == 128).all() and (padded[30:] == 128).all()


def slow_clahe(luma: NDArray[np.uint8], clip: float) -> NDArray[np.float64]:
    """The definition, a pixel at a time; the sides are multiples of the tiles."""
    rows, columns = (max(1, min(8, s // 8)) for s in luma.shape)
    tall, wide_ = luma.shape[0] // rows, luma.shape[1] // columns
    curves = {}
    for r in range(rows):
        for c in range(columns):
            tile = luma[r * tall : (r + 1) * tall, c * wide_ : (c + 1) * wide_]
            counts = [float((tile == v).sum()) for v in range(256)]
            limit = clip * tile.size / 256
            excess = sum(max(0.0, n - limit) for n in counts)
            total, curve = 0.0, []
            for n in counts:
                total += min(n, limit) + excess / 256
                curve.append(min(255.0, total * 255 / tile.size))
            curves[r, c] = curve
    out = np.zeros(luma.shape)
    for y in range(luma.shape[0]):
        for x in range(luma.shape[1]):
            fy, fx = (y + 0.5) / tall - 0.5, (x + 0.5) / wide_ - 0.5
            for r in (int(np.floor(fy)), int(np.floor(fy)) + 1):
                for c in (int(np.floor(fx)), int(np.floor(fx)) + 1):
                    weight = (1 - abs(fy - r)) * (1 - abs(fx - c))
                    near = min(max(r, 0), rows - 1), min(max(c, 0), columns - 1)
                    out[y, x] += weight * curves[near][luma[y, x]]
    return out


@pytest.mark.parametrize("shape", [(32, 48), (64, 64), (16, 8)])
@pytest.mark.parametrize("clip", [1.0, 2.5, 256.0])
def test_local_equalisation_is_the_definition(shape: tuple[int, int], clip: float) -> None:
    luma = np.asarray(picture(7, 64).convert("L").resize(shape[::-1]))
    difference = clahe(luma, clip) - slow_clahe(luma, clip)
    assert np.abs(difference).max() <= 0.5 + 1e-6


def test_a_lower_limit_raises_contrast_less() -> None:
    luma = (np.asarray(picture(7, 64).convert("L")) // 8 + 100).astype(np.uint8)
    spreads = [clahe(luma, clip).std() for clip in (1.0, 2.0, 4.0, 40.0)]
    assert luma.std() <= spreads[0] < spreads[1] < spreads[2] < spreads[3]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_job_carries_everything_to_a_child(tmp_path: Path, workers: int) -> None:
    folder = make_folder(tmp_path, {"a": 3}, size=48)
    names = tuple(f"a/{i}.png" for i in range(3))
    boxes = {names[0]: (0.0, 0.0, 0.5, 0.5), names[2]: (0.5, 0.5, 1.0, 1.0)}
    own = Preprocess("crop", crop_to="box", contrast=2.0)
    with DecodePool(SourceRef("folder", str(folder)), workers, boxes=boxes) as pool:
        fixed, by_box = pool.run([Job(names, 16, FULL), Job(names, 16, own)])
    for outcome in fixed:
        expected = decode((folder / outcome.path).read_bytes(), 16, FULL)[0]
        assert outcome.pixels is not None and np.array_equal(outcome.pixels, expected)
    assert [o.refusal.reason if o.refusal else None for o in by_box] == [
        None,
        "decode.no_box",
        None,
    ]
    data = (folder / names[2]).read_bytes()
    assert by_box[2].pixels is not None
    assert np.array_equal(by_box[2].pixels, decode(data, 16, own, part=boxes[names[2]])[0])


def test_own_boxes_are_those_of_samples_with_exactly_one() -> None:
    rows = [
        {"id": "a", "boxes": json.dumps([[10, 5, 30, 20, "x"]]), "width": 40, "height": 20},
        {"id": "b", "boxes": json.dumps([[0, 0, 1, 1, "x"]] * 2), "width": 40, "height": 20},
        {"id": "c", "boxes": None, "width": 40, "height": 20},
    ]
    assert own_boxes(pd.DataFrame(rows)) == {"a": (0.25, 0.25, 0.75, 1.0)}
    assert own_boxes(pd.DataFrame(rows)[["id", "width", "height"]]) == {}


def test_the_contract_keeps_everything_and_old_ones_open() -> None:
    spec = InputSpec(32, "pad", (1.0, 2.0, 3.0), (4.0, 5.0, 6.0), preprocess=FULL)
    assert InputSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    old = {"size": 8, "resize": "crop", "mean": [1, 2, 3], "std": [4, 5, 6]}
    assert InputSpec.from_json(old).how == Preprocess("crop")
    newer = FULL.to_json() | {"of_the_future": 1}
    assert Preprocess.from_json(newer) == FULL


def test_scales_are_those_of_the_pixels(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, {"a": 5}, size=16)
    names = [f"a/{i}.png" for i in range(5)]
    with DecodePool(SourceRef("folder", str(folder)), 0) as pool:
        store = make_store(pool, names, 16, Preprocess(contrast=0.5))
        pixels = np.stack([np.asarray(i) for i in next(store.stream([np.arange(5)]))])
        low, spread = statistics(store, "minmax")
        assert low == tuple(pixels.min(axis=(0, 2, 3)))
        assert spread == tuple(pixels.max(axis=(0, 2, 3)) - pixels.min(axis=(0, 2, 3)))
        assert statistics(store, "unit") == ((0.0,) * 3, (255.0,) * 3)
        mean, std = statistics(store, "zscore")
    assert np.allclose(mean, pixels.mean(axis=(0, 2, 3)), atol=1e-3)
    assert np.allclose(std, pixels.std(axis=(0, 2, 3)), atol=1e-3)


def test_a_region_in_a_recipe_is_read_written_and_checked() -> None:
    recipe = override(Recipe(), parse_settings(["preprocess.crop_to=[0.1, 0, 0.9, 1]"]))
    assert recipe.preprocess.crop_to == (0.1, 0.0, 0.9, 1.0)
    assert parse_recipe(to_yaml(recipe)) == recipe
    for wrong in ("[0.1,0.2]", "[0.9,0,0.1,1]", "[0,0,2,1]", "[0,0,1,1,1]", "centre", "[a,0,1,1]"):
        with pytest.raises(RecipeError, match=r"preprocess\.crop_to"):
            override(Recipe(), parse_settings([f"preprocess.crop_to={wrong}"]))


def test_boxes_that_are_wanted_and_missing_are_named_before_anything_runs() -> None:
    from dojang.app.checking import check_boxes
    from tests.makers import make_manifest

    manifest = make_manifest(["a", "a", "b"])
    check_boxes(Recipe(), manifest)
    recipe = override(Recipe(), {"preprocess.crop_to": "box"})
    with pytest.raises(DataError) as caught:
        check_boxes(recipe, manifest)
    assert all(name in str(caught.value) for name in manifest.samples["id"])
