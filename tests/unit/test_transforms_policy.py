"""RandAugment and TrivialAugment: what is drawn, and single operations against torchvision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as tv

from dojang.core.random import seed_of, uniforms
from dojang.data.transforms import Augment, augment
from dojang.data.transforms.geometry import affine, compose, warp
from dojang.data.transforms.policy import (
    BINS,
    OPS,
    RANDAUGMENT,
    TRIVIALAUGMENT,
    Drawn,
    draw,
    moved,
    recolored,
)

RAND = Augment(policy="randaugment", magnitude=15, num_ops=2)
TRIVIAL = Augment(policy="trivialaugment")


def images(count: int, side: int = 33) -> torch.Tensor:
    made = torch.Generator().manual_seed(0)
    coarse = torch.randint(0, 256, (count, 3, 5, 5), generator=made).float()
    smooth = torch.nn.functional.interpolate(coarse, side, mode="bicubic").clamp(0, 255)
    return smooth.round().to(torch.uint8)


def one(name: str, strength: int = BINS - 1, sign: int = 1, count: int = 2) -> Drawn:
    """Every image draws the same operation."""
    whole = np.full((count, 1), 1)
    return Drawn(whole * OPS.index(name), whole * strength, whole * sign)


@pytest.mark.parametrize(
    "how", [RAND, TRIVIAL, Augment("both", 0.4, 20, color=0.3, policy="randaugment")]
)
def test_a_sample_is_the_same_alone_and_in_any_batch(how: Augment) -> None:
    pixels, numbers = images(12), np.arange(12) * 7
    together = augment(pixels, numbers, how, 32, seed=5, epoch=2)
    for i in range(12):
        alone = augment(pixels[i : i + 1], numbers[i : i + 1], how, 32, seed=5, epoch=2)
        torch.testing.assert_close(alone[0], together[i], rtol=0, atol=0)


def test_every_operation_and_strength_is_drawn_equally_often() -> None:
    drawn = draw(uniforms(seed_of(1, "x"), np.arange(30_000), 3), TRIVIAL)
    assert np.abs(np.bincount(drawn.ops[:, 0]) / 30_000 - 1 / len(OPS)).max() < 0.006
    assert np.abs(np.bincount(drawn.bins[:, 0]) / 30_000 - 1 / BINS).max() < 0.005
    assert abs((drawn.signs == 1).mean() - 0.5) < 0.01


def test_randaugment_has_one_strength_and_as_many_operations_as_asked_for() -> None:
    how = Augment(policy="randaugment", magnitude=4, num_ops=3)
    drawn = draw(uniforms(seed_of(1, "x"), np.arange(50), 9), how)
    assert drawn.ops.shape == (50, 3)
    assert (drawn.bins == 4).all()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("brightness", lambda x, s: tv.adjust_brightness(x, 1 + 0.9 * s)),
        ("color", lambda x, s: tv.adjust_saturation(x, 1 + 0.9 * s)),
        ("contrast", lambda x, s: tv.adjust_contrast(x, 1 + 0.9 * s)),
        ("sharpness", lambda x, s: tv.adjust_sharpness(x, 1 + 0.9 * s)),
        ("posterize", lambda x, s: tv.posterize(x, 8 - round(4 * abs(s)))),
        ("solarize", lambda x, s: tv.solarize(x, 255 * (1 - abs(s)))),
        ("autocontrast", lambda x, s: tv.autocontrast(x)),
        ("equalize", lambda x, s: tv.equalize(x)),
        ("identity", lambda x, s: x),
    ],
)
def test_colours_are_those_of_torchvision(name: str, reference: object, sign: int) -> None:
    pixels = images(2)
    ours = recolored(pixels.float(), one(name, 18, sign), RANDAUGMENT)
    expected = torch.stack([reference(image, sign * 0.6) for image in pixels])  # type: ignore[operator]
    torch.testing.assert_close(ours, expected.float(), rtol=0, atol=0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("name", "angle", "shift", "shear"),
    [
        ("rotate", -30.0, (0, 0), (0.0, 0.0)),
        ("translate_x", 0.0, (-150 / 331, 0), (0.0, 0.0)),
        ("translate_y", 0.0, (0, -150 / 331), (0.0, 0.0)),
        ("shear_x", 0.0, (0, 0), (np.degrees(np.arctan(0.3)), 0.0)),
        ("shear_y", 0.0, (0, 0), (0.0, np.degrees(np.arctan(0.3)))),
    ],
)
def test_movements_are_those_of_torchvision(
    name: str, angle: float, shift: tuple[float, float], shear: tuple[float, float], sign: int
) -> None:
    """Where both show the picture: outside we mirror it, torchvision fills."""
    side = 331
    pixels = images(1, side).float()
    start = torch.eye(2, 3, dtype=torch.float64)[None]
    ours = warp(pixels, moved(start, one(name, BINS - 1, sign, 1), RANDAUGMENT, side), side)
    offsets = [round(sign * s * side) for s in shift]
    degrees = [sign * float(s) for s in shear]
    expected = tv.affine(
        pixels, sign * angle, offsets, 1.0, degrees, InterpolationMode.BILINEAR, fill=-1e6
    )
    both = (expected >= 0).all(dim=1, keepdim=True).expand_as(expected)
    assert both.float().mean() > 0.4
    difference = (ours - expected)[both].abs()
    # The filled border is interpolated into the pixels beside it, which leaves a few off.
    assert difference.quantile(0.99) < 0.6


def test_wide_translations_stay_half_inside() -> None:
    """The paper's 32 pixels would leave nothing of a picture of 32."""
    start = torch.eye(2, 3, dtype=torch.float64)[None]
    for side, share in ((32, 0.5), (224, 32 / 224)):
        found = moved(start, one("translate_x", BINS - 1, 1, 1), TRIVIALAUGMENT, side)
        assert found[0, 0, 2] == pytest.approx(2 * share)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31))
def test_composed_maps_are_products_of_matrices(seed: int) -> None:
    u = torch.from_numpy(uniforms(seed, np.arange(4), 8))
    how = Augment("both", 0.3, 180.0, 0.2)
    first, then = affine(u[:2], how), affine(u[2:], how)
    full = [
        torch.cat([m, torch.tensor([[[0.0, 0, 1]]]).double().repeat(2, 1, 1)], 1)
        for m in (first, then)
    ]
    torch.testing.assert_close(compose(first, then), (full[0] @ full[1])[:, :2])
