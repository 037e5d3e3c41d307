"""Quotas, orders and copies: what an epoch shows, and that nothing else has a say in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.random import generator
from dojang.core.types import SourceRef
from dojang.data.cache import PixelStore
from dojang.data.loader import TrainLoader
from dojang.data.sampling import Sampling, epoch_length, epoch_order, occurrences, quotas
from dojang.data.transforms import Augment
from dojang.data.workers import DecodePool

KINDS: tuple[Sampling, ...] = ("none", "balanced", "sqrt", "upsample", "downsample")
sizes = st.lists(st.integers(0, 60), min_size=1, max_size=8).filter(lambda s: sum(s) > 0)


def loader(sampling: Sampling, augment: Augment | None = None, batch: int = 8) -> TrainLoader:
    targets = np.repeat(np.arange(3), [20, 8, 2])
    pixels = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
    pool = DecodePool(SourceRef("files", ""), 0)
    store = PixelStore(pool, tuple(map(str, range(30))), 8, "squash", torch.from_numpy(pixels))
    chosen = augment or Augment()
    return TrainLoader(store, targets, 8, batch, chosen, 0, torch.device("cpu"), sampling=sampling)


@given(sizes)
def test_lengths_are_as_stated(counts: list[int]) -> None:
    n, present = np.array(counts), [c for c in counts if c]
    whole = {kind: int(quotas(n, kind).sum()) for kind in KINDS}
    assert whole["none"] == whole["balanced"] == whole["sqrt"] == sum(counts)
    assert whole["upsample"] == len(present) * max(present)
    assert whole["downsample"] == len(present) * min(present)
    assert all(not quotas(n, kind)[n == 0].any() for kind in KINDS)


@given(sizes)
def test_quotas_are_within_one_image_of_their_shares(counts: list[int]) -> None:
    n = np.array(counts)
    for kind, shares in (("balanced", n > 0), ("sqrt", np.sqrt(n))):
        exact = shares / shares.sum() * n.sum()
        assert (np.abs(quotas(n, kind) - exact) < 1).all()  # type: ignore[arg-type]


@settings(deadline=None)
@given(sizes, st.sampled_from(KINDS), st.integers(0, 3))
def test_every_class_fills_its_quota_and_shows_its_images_equally_often(
    counts: list[int], kind: Sampling, epoch: int
) -> None:
    targets = np.random.default_rng(1).permutation(np.repeat(np.arange(len(counts)), counts))
    order = epoch_order(targets, kind, 7, epoch)
    assert len(order) == epoch_length(targets, kind)
    shown = np.bincount(order, minlength=len(targets))
    wanted = quotas(np.array(counts), kind)
    for label in np.unique(targets):
        times = shown[targets == label]
        assert times.sum() == wanted[label]
        assert times.max() - times.min() <= 1
    if kind == "upsample":
        assert (shown >= 1).all()
    if kind == "downsample":
        assert (shown <= 1).all()


def test_without_balancing_the_order_is_as_it_ever_was() -> None:
    targets = np.zeros(50, dtype=np.int64)
    expected = generator(3, "order", 4).permutation(50)
    assert (epoch_order(targets, "none", 3, 4) == expected).all()


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_depends_on_seed_and_epoch_alone(kind: Sampling) -> None:
    targets = np.repeat(np.arange(3), [40, 20, 5])
    first, again = (epoch_order(targets, kind, 0, 1) for _ in range(2))
    assert (first == again).all()
    assert (epoch_order(targets, kind, 0, 2) != first).any()
    assert (epoch_order(targets, kind, 1, 1) != first).any()


def test_downsampling_draws_anew_in_every_epoch() -> None:
    targets = np.repeat([0, 1], [100, 10])
    seen = {i for epoch in range(60) for i in epoch_order(targets, "downsample", 0, epoch)}
    assert len(seen) == 110


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50))
def test_occurrences_count_what_came_before(order: list[int]) -> None:
    expected = [order[:i].count(image) for i, image in enumerate(order)]
    assert occurrences(np.array(order)).tolist() == expected


@pytest.mark.parametrize("kind", KINDS)
def test_batches_are_full_and_processes_share_them(kind: Sampling) -> None:
    whole = loader(kind)
    assert [len(b) for b in whole.order(0)] == [8] * whole.batches_per_epoch or kind == "downsample"
    parts = [replace(whole, rank=rank, world=3) for rank in range(3)]
    for full, *shares in zip(whole.epoch(1), *(p.epoch(1) for p in parts), strict=True):
        together = np.concatenate([s.positions for s in shares])
        assert sorted(together) == sorted(full.positions)
        images = {tuple(i.flatten().tolist()) for s in shares for i in s.images}
        assert images == {tuple(i.flatten().tolist()) for i in full.images}


def test_a_short_epoch_is_one_short_batch() -> None:
    assert [len(b) for b in loader("downsample", batch=64).order(0)] == [6]


def test_copies_of_an_image_are_changed_in_different_ways() -> None:
    strong = Augment(rotate=180.0, color=0.5)
    shown: dict[int, list[torch.Tensor]] = {}
    for batch in loader("upsample", strong).epoch(0):
        for position, image in zip(batch.positions, batch.images, strict=True):
            shown.setdefault(int(position), []).append(image)
    copies = [images for images in shown.values() if len(images) > 1]
    assert copies
    for images in copies:
        assert all(not torch.equal(images[0], other) for other in images[1:])


def test_the_first_copy_is_changed_as_without_copies() -> None:
    strong = Augment(rotate=180.0)
    plain = {
        int(p): i
        for b in loader("none", strong).epoch(0)
        for p, i in zip(b.positions, b.images, strict=True)
    }
    met: set[int] = set()
    for batch in loader("upsample", strong).epoch(0):
        for position, image in zip(batch.positions, batch.images, strict=True):
            if int(position) in plain and int(position) not in met:
                torch.testing.assert_close(image, plain[int(position)], rtol=1e-4, atol=1e-2)
            met.add(int(position))
