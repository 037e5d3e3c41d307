"""Pixels kept in memory and pixels decoded again are the same pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.types import SourceRef
from dojang.data.cache import channel_statistics, free_memory, make_store
from dojang.data.decode import decode
from dojang.data.workers import DecodePool
from tests.makers import files_of, make_folder

SIZE = 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "photos", {"a": 20, "b": 21}, size=24)


@pytest.fixture(params=[0, 2])
def pool(folder: Path, request: pytest.FixtureRequest) -> Iterator[DecodePool]:
    with DecodePool(SourceRef("folder", str(folder)), request.param) as opened:
        yield opened


def batches_of(count: int) -> list[NDArray[np.int64]]:
    order = np.random.default_rng(0).permutation(count).astype(np.int64)
    return [order[i : i + 7] for i in range(0, count, 7)]


@pytest.mark.parametrize("resize", ["squash", "crop", "pad"])
def test_kept_and_streamed_pixels_are_the_same(pool: DecodePool, folder: Path, resize: str) -> None:
    ids = list(files_of(folder))
    kept = make_store(pool, ids, SIZE, resize, "memory")
    streamed = make_store(pool, ids, SIZE, resize, "none")
    assert kept.kept is not None
    assert streamed.kept is None
    pairs = list(zip(kept.stream(batches_of(41)), streamed.stream(batches_of(41)), strict=True))
    assert len(pairs) == 6
    for one, other in pairs:
        assert one.shape[1:] == (3, SIZE, SIZE)
        assert one.dtype == torch.uint8
        assert torch.equal(one, other)
    first = decode((folder / ids[batches_of(41)[0][0]]).read_bytes(), SIZE, resize)[0]
    assert np.array_equal(pairs[0][0][0].permute(1, 2, 0).numpy(), first)


def test_filling_counts_to_the_end(pool: DecodePool, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    make_store(
        pool, list(files_of(folder)), SIZE, "squash", "memory", lambda a, b: seen.append((a, b))
    )
    assert seen == [(32, 41), (41, 41)]


def test_pixels_that_do_not_fit_are_streamed(
    pool: DecodePool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = list(files_of(folder))
    needed = len(ids) * SIZE * SIZE * 3
    for free, fits in ((needed * 3, False), (needed * 5, True)):
        monkeypatch.setattr("dojang.data.cache.free_memory", lambda free=free: free)
        assert (make_store(pool, ids, SIZE, "squash").kept is not None) == fits


def test_free_memory_is_a_sensible_number() -> None:
    assert 2**24 < free_memory() < 2**50


@pytest.mark.parametrize("cache", ["memory", "none"])
def test_channel_statistics_are_those_of_the_pixels(
    pool: DecodePool, folder: Path, cache: str
) -> None:
    ids = list(files_of(folder))
    mean, std = channel_statistics(make_store(pool, ids, SIZE, "squash", cache))
    pixels = np.stack([decode((folder / i).read_bytes(), SIZE)[0] for i in ids]).reshape(-1, 3)
    assert np.allclose(mean, pixels.mean(axis=0), atol=1e-4)
    assert np.allclose(std, pixels.std(axis=0), atol=1e-4)


def test_channel_statistics_of_a_sample_are_spread_over_the_store(
    pool: DecodePool, folder: Path
) -> None:
    ids = list(files_of(folder))
    mean, _ = channel_statistics(make_store(pool, ids, SIZE, "squash", "memory"), limit=3)
    chosen = [ids[0], ids[20], ids[40]]
    pixels = np.stack([decode((folder / i).read_bytes(), SIZE)[0] for i in chosen])
    assert np.allclose(mean, pixels.reshape(-1, 3).mean(axis=0), atol=1e-4)


@pytest.mark.parametrize("cache", ["memory", "none"])
def test_files_that_went_away_are_named(pool: DecodePool, folder: Path, cache: str) -> None:
    ids = list(files_of(folder))
    (folder / "a" / "3.png").unlink()
    (folder / "b" / "4.png").write_bytes(b"changed")
    with pytest.raises(DataError) as caught:
        store = make_store(pool, ids, SIZE, "squash", cache)
        list(store.stream([np.arange(41, dtype=np.int64)]))
    assert caught.value.exit_code == 2
    with use_language("en"):
        assert "a/3.png: no such file" in str(caught.value)
    with use_language("ko"):
        assert "a/3.png: 파일이 없음" in str(caught.value)
