"""Augmentation: what happens to a sample depends on seed, epoch and sample alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms.v2 import functional as tv

from dojang.core.random import seed_of, uniforms
from dojang.data.transforms import Augment, augment, draw_mix, mix, shrink
from dojang.data.transforms.geometry import affine

GOLDEN = [135.1977, 143.6443, 143.2474]
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
    how = Augment("both", 0.5, 15.0, 0.1)
    ours = augment(images, np.arange(4), how, 20, seed=3, epoch=1)
    draws = torch.from_numpy(uniforms(seed_of(3, "augmentation", 1), np.arange(4), 16))
    grid = F.affine_grid(affine(draws, how).float(), [4, 3, 20, 20], align_corners=False)
    expected = F.grid_sample(images.float(), grid, padding_mode="reflection", align_corners=False)
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize(
    "how",
    [Augment(hue=0.3), Augment(noise=0.2), Augment(blur=1.5), Augment(hue=0.2, blur=1, noise=0.1)],
)
def test_details_are_the_same_alone_and_in_any_batch(how: Augment) -> None:
    images, numbers = _images(6, 24), np.array([3, 9, 4, 0, 7, 1])
    together = augment(images, numbers, how, 24, seed=5, epoch=2)
    assert together.min() >= 0 and together.max() <= 255.01
    for i in range(6):
        alone = augment(images[i : i + 1], numbers[i : i + 1], how, 24, seed=5, epoch=2)
        torch.testing.assert_close(alone[0], together[i], rtol=0, atol=0)
        assert not torch.equal(together[i], images[i].float())


def test_blur_is_that_of_torchvision() -> None:
    images = _images(4, 24)
    draws = torch.from_numpy(uniforms(seed_of(3, "augmentation", 1), np.arange(4), 20))[:, 17]
    ours = augment(images, np.arange(4), Augment(blur=2.0), 24, seed=3, epoch=1)
    for i in range(4):
        expected = tv.gaussian_blur(images[i].float(), [13, 13], [float(draws[i] * 2)])
        torch.testing.assert_close(ours[i], expected, rtol=1e-4, atol=1e-2)


def test_hue_is_that_of_torchvision() -> None:
    images = _images(4, 8)
    draws = torch.from_numpy(uniforms(seed_of(3, "augmentation", 1), np.arange(4), 20))[:, 16]
    ours = augment(images, np.arange(4), Augment(hue=0.4), 8, seed=3, epoch=1)
    for i in range(4):
        expected = tv.adjust_hue(images[i].float() / 255, float((2 * draws[i] - 1) * 0.4)) * 255
        torch.testing.assert_close(ours[i], expected, rtol=1e-4, atol=1e-2)


def test_noise_has_the_spread_that_was_asked_for_at_most() -> None:
    images = torch.full((300, 3, 16, 16), 128, dtype=torch.uint8)
    out = augment(images, np.arange(300), Augment(noise=0.1), 16, seed=1, epoch=0) - 128
    spread = out.flatten(1).std(dim=1)
    assert 23 < spread.max() < 28.5
    assert spread.min() < 1
    assert abs(spread.mean() - 12.75) < 1.2
    assert out.mean().abs() < 0.2


@settings(max_examples=100, deadline=None)
@given(
    st.integers(2, 40),
    st.floats(0.05, 50),
    st.sampled_from(["mixup", "cutmix"]),
    st.integers(0, 10**6),
)
def test_mixed_images_keep_their_shares(count: int, alpha: float, kind: str, batch: int) -> None:
    """Of images that are 0 or 255 throughout, the mean of a mixture tells the shares."""
    how = draw_mix(Augment(**{kind: alpha}), count, 16, seed=3, epoch=1, batch=batch)
    assert how is not None
    assert sorted(how.partners.tolist()) == list(range(count))
    assert (how.partners != np.arange(count)).all()
    assert 0 <= how.weight <= 1
    values = torch.arange(count).float() * 5
    mixed = mix(values.view(-1, 1, 1, 1).expand(-1, 3, 16, 16).contiguous(), how)
    expected = how.weight * values + (1 - how.weight) * values[how.partners]
    torch.testing.assert_close(mixed.mean(dim=(1, 2, 3)), expected, rtol=1e-4, atol=1e-3)


def test_mixing_depends_on_the_address_alone_and_processes_share_the_weight() -> None:
    both = Augment(mixup=0.4, cutmix=1.0)
    first = draw_mix(both, 8, 16, 1, 2, 3)
    again = draw_mix(both, 8, 16, 1, 2, 3)
    other = draw_mix(both, 8, 16, 1, 2, 3, rank=1)
    assert first and again and other
    assert (first.partners == again.partners).all() and first.weight == again.weight
    assert first.weight == other.weight and first.box == other.box
    kinds = [draw_mix(both, 8, 16, 1, 0, i) for i in range(400)]
    assert 150 < sum(how is not None and how.box is None for how in kinds) < 250
    assert draw_mix(Augment(), 8, 16, 1, 2, 3) is None
    assert draw_mix(both, 1, 16, 1, 2, 3) is None


def test_the_mean_share_of_mixup_follows_its_distribution() -> None:
    weights = [draw_mix(Augment(mixup=0.4), 4, 16, 1, 0, i) for i in range(2000)]
    found = np.array([how.weight for how in weights if how])
    assert abs(found.mean() - 0.5) < 0.02
    assert abs(found.var() - 1 / (4 * (2 * 0.4 + 1))) < 0.01


def test_existing_settings_mean_what_they_always_meant() -> None:
    """Seeds of old runs give the pictures that they gave: sums of what an earlier version made."""
    images = torch.arange(3 * 40 * 40).reshape(1, 3, 40, 40).remainder(256).to(torch.uint8)
    out = augment(images.expand(3, -1, -1, -1), np.array([0, 7, 14]), STRONG, 32, seed=5, epoch=2)
    found = out.double().mean(dim=(1, 2, 3))
    torch.testing.assert_close(found, torch.tensor(GOLDEN).double(), rtol=0, atol=0.02)


@pytest.mark.parametrize("how", [Augment("both", 0.4, 20.0, 0.1, 0.4), Augment(erase=1.0)])
def test_a_large_image_is_the_same_alone_and_in_a_batch(how: Augment) -> None:
    """One sum over a lone plane of more than 32,768 pixels would be shared among threads."""
    images, numbers = _images(3, 240), np.arange(3)
    side = 200 if how.moves else 240
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        together = augment(images, numbers, how, side, seed=5, epoch=2)
        alone = [augment(images[i : i + 1], numbers[i : i + 1], how, side, 5, 2) for i in range(3)]
        torch.set_num_threads(1)
        single = augment(images, numbers, how, side, seed=5, epoch=2)
    finally:
        torch.set_num_threads(threads)
    torch.testing.assert_close(torch.cat(alone), together, rtol=0, atol=0)
    torch.testing.assert_close(single, together, rtol=0, atol=0)


def test_the_stored_pixels_are_left_as_they_are() -> None:
    """Changes are made in place, but never in what the cache holds."""
    images = _images(4, 24)
    before = images.clone()
    augment(images, np.arange(4), Augment(color=0.5, noise=0.2, erase=1.0), 24, seed=1, epoch=0)
    assert torch.equal(images, before)


def test_alternating_flips_show_both_sides_in_any_two_epochs() -> None:
    images, numbers, how = _images(40, side=8), np.arange(40), Augment(flip="alternating")
    epochs = [augment(images, numbers, how, 8, seed=3, epoch=e) for e in range(4)]
    plain = images.float()
    mirrored = plain.flip(-1)
    for here, after in itertools.pairwise(epochs):
        assert torch.equal(here, after.flip(-1))
    sides = [torch.equal(a, b) for a, b in zip(epochs[0], plain, strict=True)]
    others = [torch.equal(a, b) for a, b in zip(epochs[0], mirrored, strict=True)]
    assert all(a != b for a, b in zip(sides, others, strict=True))
    assert 10 < sum(sides) < 30  # where it begins is drawn
    alone = augment(images[7:8], np.array([7]), how, 8, seed=3, epoch=2)
    assert torch.equal(alone[0], epochs[2][7])


@pytest.mark.parametrize("side", [8, 13, 32])
def test_plain_shifts_are_by_whole_pixels_and_lose_no_sharpness(side: int) -> None:
    images, numbers = _images(30, side), np.arange(30)
    found = augment(images, numbers, Augment(flip="horizontal", shift=0.2), side, seed=1, epoch=0)
    for image, original in zip(found, images, strict=True):
        values = set(original.flatten().tolist())
        assert {round(v) for v in image.flatten().tolist()} <= values
        assert (image - image.round()).abs().max() < 1e-2


def test_smaller_images_keep_the_mean_and_the_range() -> None:
    images = _images(4, side=32).float()
    small = shrink(images, 24)
    assert small.shape == (4, 3, 24, 24)
    assert small.min() >= 0 and small.max() <= 255.01
    torch.testing.assert_close(small.mean((2, 3)), images.mean((2, 3)), rtol=0, atol=3.0)
