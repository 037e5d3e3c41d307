"""What is made ahead comes in order, with its errors, and leaves no thread behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.clock import Clock
from dojang.data.ahead import ahead
from dojang.data.cache import PixelStore
from dojang.data.loader import EvalLoader, TrainLoader, sent
from dojang.data.shelf import Shelved
from dojang.data.transforms import Augment


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers()), st.integers(1, 5))
def test_the_order_is_kept(items: list[int], depth: int) -> None:
    assert list(ahead(items, depth)) == items


def test_no_more_is_made_than_was_asked_for() -> None:
    made: list[int] = []

    def count() -> Iterator[int]:
        for i in range(100):
            made.append(i)
            yield i

    stream = ahead(count(), 2)
    assert next(stream) == 0
    time.sleep(0.2)
    assert len(made) <= 5  # one taken, two waiting, one in hand, one begun
    stream.close()  # type: ignore[attr-defined]
    time.sleep(0.1)
    assert len(made) <= 6


def test_an_error_comes_where_its_item_would_have_come() -> None:
    def fail() -> Iterator[int]:
        yield 1
        raise KeyError("second")

    stream = ahead(fail(), 4)
    assert next(stream) == 1
    with pytest.raises(KeyError, match="second"):
        next(stream)


def test_nothing_is_left_behind_where_the_consumer_stops_early() -> None:
    before = threading.active_count()
    for _ in range(5):
        stream = ahead(iter(range(1000)), 1)
        next(stream)
        del stream
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def _store(kept: torch.Tensor | Shelved) -> PixelStore:
    count = len(kept) if isinstance(kept, torch.Tensor) else len(kept.block_of)
    return PixelStore(None, tuple(map(str, range(count))), 12, "squash", kept)  # type: ignore[arg-type]


def test_memory_one_block_and_several_blocks_give_the_same_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 12, 12, 3), dtype=np.uint8)
    half = Shelved(
        (pixels[:8], pixels[8:]),
        np.repeat([0, 1], [8, 12]),
        np.concatenate([np.arange(8), np.arange(12)]),
    )
    whole = Shelved((pixels,), np.zeros(20, dtype=np.int64), np.arange(20))
    wanted = [np.array([3, 19, 0]), np.array([8, 7])]
    expected = [torch.from_numpy(pixels[w]).permute(0, 3, 1, 2) for w in wanted]
    for kept in (torch.from_numpy(pixels), whole, half):
        for found, right in zip(_store(kept).stream(wanted), expected, strict=True):
            assert torch.equal(found, right)


def test_a_loader_counts_what_its_changes_take_and_stops_at_once() -> None:
    kept = torch.zeros(16, 12, 12, 3, dtype=torch.uint8)
    clock = Clock()
    targets = np.zeros(16, dtype=np.int64)
    cpu = torch.device("cpu")
    loader = TrainLoader(_store(kept), targets, 12, 4, Augment(flip="both"), 0, cpu, clock=clock)
    stream = loader.epoch(0)
    next(stream), next(stream)
    del stream
    assert clock.counts == {"augment": 2}
    assert len(list(loader.epoch(0))) == 4
    assert sum(len(b.targets) for b in EvalLoader(_store(kept), targets, cpu, 5)) == 16


def test_on_a_cpu_batches_are_handed_on_as_they_are() -> None:
    batch = torch.zeros(2, 3)
    (found,) = sent(iter([batch]), torch.device("cpu"))
    assert found is batch


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_batches_arrive_whole_and_in_order() -> None:
    batches = [torch.full((64, 3, 32, 32), i, dtype=torch.uint8) for i in range(20)]
    for i, found in enumerate(sent(iter(batches), torch.device("cuda"))):
        assert found.is_cuda and (found == i).all()
