"""Features of a frozen network: computed once, found again by content, counted with the cache."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from dojang.app import features as module
from dojang.app.features import digest_of, features_of
from dojang.core.errors import DataError
from dojang.core.types import InputSpec, SourceRef
from dojang.data import shelves
from dojang.data.cache import PixelStore, make_store
from dojang.data.shelf import Row, Shelf
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network, build
from shapes import Dojang
from tests.makers import files_of, make_folder

SIZE = 12


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOJANG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "photos", {"a": 9, "b": 8}, size=20)


@pytest.fixture
def pool(folder: Path) -> Iterator[DecodePool]:
    with DecodePool(SourceRef("folder", str(folder)), 0) as opened:
        yield opened


def network(seed: int = 0, mean: float = 120.0) -> Network:
    return build(
        "convnet", 2, InputSpec(SIZE, "squash", (mean,) * 3, (60.0,) * 3), width=8, seed=seed
    )


def stored(pool: DecodePool, folder: Path, cache: str = "disk") -> tuple[PixelStore, list[str]]:
    ids = list(files_of(folder))
    contents = [sha256((folder / i).read_bytes()).hexdigest() for i in ids]
    return make_store(pool, ids, SIZE, "squash", cache, None, contents), contents


def plain(net: Network, store: PixelStore) -> torch.Tensor:
    (images,) = store.stream([np.arange(len(store))])
    with torch.no_grad():
        found: torch.Tensor = net.eval().features((images.float() - net.mean) / net.std)
    return found


@pytest.mark.parametrize("cache", ["disk", "memory", "none"])
def test_features_are_those_of_the_network(pool: DecodePool, folder: Path, cache: str) -> None:
    store, contents = stored(pool, folder, cache)
    net = network().train()
    found = features_of(net, store, "fp32", contents=contents, cache=cache)
    assert net.training
    assert found.dtype == torch.float32 and found.shape == (17, net.head.in_features)
    torch.testing.assert_close(found, plain(net, store), atol=1e-5, rtol=1e-5)
    assert torch.equal(features_of(net, store, "fp32", contents=contents, cache=cache), found)


def test_a_second_time_nothing_is_computed_and_only_new_files_are(
    pool: DecodePool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, contents = stored(pool, folder)
    first = features_of(network(), store, "fp32", contents=contents)
    less = replace(store, ids=store.ids[:5], kept=None)
    counted: list[tuple[int, int]] = []
    with monkeypatch.context() as patch:
        patch.setattr(module.Shelf, "add", lambda *_: pytest.fail("computed again"))
        found = features_of(network(), less, "fp32", contents=contents[:5])
    assert torch.equal(found, first[:5])
    other = [*contents[:-2], "0" * 64, "1" * 64]
    features_of(
        network(),
        stored(pool, folder)[0],
        "fp32",
        contents=other,
        progress=lambda *n: counted.append(n),
    )
    assert counted == [(2, 2)]


@pytest.mark.parametrize("change", ["weights", "statistics", "precision", "size"])
def test_whatever_changes_features_is_another_shelf(
    pool: DecodePool, folder: Path, root: Path, change: str
) -> None:
    store, contents = stored(pool, folder)
    features_of(network(), store, "fp32", contents=contents)
    net = network(seed=change == "weights", mean=100.0 if change == "statistics" else 120.0)
    if change == "size":
        ids = list(files_of(folder))
        store = make_store(pool, ids, SIZE + 4, "squash", "disk", None, contents)
    features_of(net, store, "bf16" if change == "precision" else "fp32", contents=contents)
    assert sum(line.kind == "features" for line in shelves.shelves(root)) == 2


def test_the_head_does_not_change_the_digest() -> None:
    first, other = network(), build("convnet", 7, network().spec, width=8, seed=0)
    assert digest_of(first) == digest_of(other) != digest_of(network(seed=1))


def test_a_damaged_block_is_computed_again(pool: DecodePool, folder: Path, root: Path) -> None:
    store, contents = stored(pool, folder)
    expected = features_of(network(), store, "fp32", contents=contents)
    for path in root.glob("pixels/*/*.pixels"):
        if path.stat().st_size == expected.numel() * 4:
            path.write_bytes(b"\0" * path.stat().st_size)
    torch.testing.assert_close(features_of(network(), store, "fp32", contents=contents), expected)


def test_pixels_that_nobody_checked_leave_no_trace(
    pool: DecodePool, folder: Path, root: Path
) -> None:
    """A file that changed since it was hashed must not be found under its old content."""
    store, contents = stored(pool, folder, "memory")
    features_of(network(), store, "fp32", contents=contents)
    assert shelves.shelves(root) == []
    (folder / store.ids[3]).write_bytes((folder / store.ids[4]).read_bytes())
    unkept = replace(store, kept=None)
    with pytest.raises(DataError):
        features_of(network(), unkept, "fp32", contents=contents)
    assert sum(line.images for line in shelves.shelves(root)) == 0


def test_rows_of_any_type_are_kept(root: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(6, 3, 2))
    contents = [sha256(r.tobytes()).hexdigest() for r in rows]
    shelf = Shelf(root, "x", 4, Row("features", (3, 2), "float64"))
    shelf.add(contents, iter(rows))
    found, missing = shelf.find(contents[::-1])
    assert not len(missing)
    assert np.array_equal(found[torch.arange(6)].numpy(), rows[::-1])
    assert Shelf(root, "x", 4).path != shelf.path


def test_the_cache_counts_shows_and_trims_features(
    pool: DecodePool, folder: Path, root: Path, dojang: Dojang
) -> None:
    store, contents = stored(pool, folder)
    features_of(network(), store, "fp32", contents=contents)
    tree = json.loads(dojang("cache", "--json").out)
    kinds = {line["kind"]: line for line in tree["shelves"]}
    assert kinds["features"]["images"] == kinds["pixels"]["images"] == 17
    assert tree["bytes"] == sum(line["bytes"] for line in tree["shelves"])
    assert "17 images' features" in dojang("cache").out
    assert "features" not in dojang("cache", "--clear").out
    assert shelves.shelves(root) == []
