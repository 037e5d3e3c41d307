"""Augmentation: what happens to a sample depends on seed, epoch and sample alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dojang.core.random import seed_of, uniforms
from dojang.data.transforms import Augment, _affine, augment

STRONG = Augment("both", 0.4, 20.0, 0.1, 0.4, 0.5)


def _images(count: int, side: int = 40) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, 3, side, side), generator=generator, dtype=torch.uint8)


def test_a_sample_is_the_same_alone_and_in_any_batch() -> None:
    images, numbers = _images(6), np.array([3, 9, 4, 0, 7, 1])
    together = augment(images, numbers, STRONG, 32, seed=5, epoch=2)
    for i in range(6):
        alone = augment(images[i : i + 1], numbers[i : i + 1], STRONG, 32, seed=5, epoch=2)
        torch.testing.assert_close(alone[0], together[i], rtol=0, atol=0)


def test_epochs_samples_and_seeds_differ() -> None:
    image, number = _images(1), np.array([3])
    base = augment(image, number, STRONG, 32, seed=5, epoch=0)
    assert not torch.equal(base, augment(image, number, STRONG, 32, seed=5, epoch=1))
    assert not torch.equal(base, augment(image, number, STRONG, 32, seed=6, epoch=0))
    assert not torch.equal(base, augment(image, np.array([4]), STRONG, 32, seed=5, epoch=0))


def test_nothing_asked_for_changes_nothing() -> None:
    images = _images(3, side=32)
    same = augment(images, np.arange(3), Augment(), 32, seed=0, epoch=0)
    torch.testing.assert_close(same, images.float(), rtol=0, atol=0)


@pytest.mark.parametrize(("flip", "dims"), [("horizontal", {(), (3,)}), ("vertical", {(), (2,)}),
                                            ("both", {(), (3,), (2,), (2, 3)})])  # fmt: skip
def test_flip_gives_exactly_the_mirrors(flip: str, dims: set[tuple[int, ...]]) -> None:
    images = _images(1, side=16).expand(64, -1, -1, -1)
    out = augment(images, np.arange(64), Augment(flip=flip), 16, seed=1, epoch=0)
    seen = set()
    for one in out:
        found = [
            d
            for d in dims
            if torch.allclose(one, images[0].float().flip([i - 1 for i in d]), atol=1e-2)
        ]
        assert len(found) == 1
        seen.add(found[0])
    assert seen == dims


def test_range_is_kept_and_erase_blanks_about_its_share() -> None:
    images = _images(200, side=16)
    out = augment(images, np.arange(200), Augment(erase=0.5), 16, seed=1, epoch=0)
    assert out.min() >= 0 and out.max() <= 255
    changed = (out != images.float()).flatten(1).any(dim=1).float().mean()
    assert 0.4 < changed < 0.6


def test_crops_stay_inside_the_picture() -> None:
    """A picture of one colour stays so: a crop that left it would bring in something else."""
    images = torch.full((32, 3, 40, 40), 200, dtype=torch.uint8)
    out = augment(images, np.arange(32), Augment(min_area=0.3), 32, seed=1, epoch=0)
    torch.testing.assert_close(out, torch.full_like(out, 200.0))


def test_colours_change_as_brightness_contrast_and_saturation_one_after_the_other() -> None:
    images, numbers = _images(5, side=16), np.arange(5)
    ours = augment(images, numbers, Augment(color=0.4), 16, seed=3, epoch=1)
    draws = uniforms(seed_of(3, "augmentation", 1), numbers, 16)[:, 8:11]
    factors = torch.from_numpy(1 + (2 * draws - 1) * 0.4).float()[:, :, None, None, None]
    expected = images.float() * factors[:, 0]
    mean = expected.mean(dim=(1, 2, 3), keepdim=True)
    expected = (expected - mean) * factors[:, 1] + mean
    gray = expected.mean(dim=1, keepdim=True)
    expected = ((expected - gray) * factors[:, 2] + gray).clamp(0, 255)
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-2)


def test_geometry_equals_torch_affine_grid() -> None:
    images = _images(4, side=24)
    settings = Augment("both", 0.5, 15.0, 0.1)
    ours = augment(images, np.arange(4), settings, 20, seed=3, epoch=1)
    draws = torch.from_numpy(uniforms(seed_of(3, "augmentation", 1), np.arange(4), 16))
    grid = F.affine_grid(_affine(draws, settings).float(), [4, 3, 20, 20], align_corners=False)
    expected = F.grid_sample(images.float(), grid, padding_mode="reflection", align_corners=False)
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-2)
