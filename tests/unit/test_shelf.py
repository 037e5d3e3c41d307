"""What one run decoded the next one maps: the same pixels, whole or not there, within a limit."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.app.cache import human_size, parse_size
from dojang.core.errors import DataError, StorageError
from dojang.core.types import SourceRef
from dojang.data import shelf as shelf_module
from dojang.data import shelves
from dojang.data.cache import PixelStore, channel_statistics, make_store
from dojang.data.shelf import Shelf
from dojang.data.workers import DecodePool
from shapes import Dojang
from tests.makers import files_of, image_bytes, make_folder

SIZE = 10


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOJANG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "photos", {"a": 20, "b": 21}, size=24)


@pytest.fixture
def pool(folder: Path) -> Iterator[DecodePool]:
    with DecodePool(SourceRef("folder", str(folder)), 0) as opened:
        yield opened


def contents_of(folder: Path, ids: list[str]) -> list[str]:
    return [sha256((folder / i).read_bytes()).hexdigest() for i in ids]


def store_of(pool: DecodePool, folder: Path, cache: str = "disk") -> PixelStore:
    ids = list(files_of(folder))
    return make_store(pool, ids, SIZE, "squash", cache, None, contents_of(folder, ids))


def all_of(store: PixelStore) -> torch.Tensor:
    order = np.random.default_rng(1).permutation(len(store)).astype(np.int64)
    return torch.cat(list(store.stream([order[:17], order[17:]])))


def squares(count: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    pixels = np.random.default_rng(seed).integers(0, 256, (count, SIZE, SIZE, 3), dtype=np.uint8)
    return [sha256(p.tobytes()).hexdigest() for p in pixels], pixels


def test_mapped_pixels_are_the_decoded_ones(pool: DecodePool, folder: Path) -> None:
    first, again, plain = (store_of(pool, folder, c) for c in ("disk", "disk", "none"))
    assert torch.equal(all_of(first), all_of(plain))
    assert torch.equal(all_of(again), all_of(plain))
    assert channel_statistics(first) == channel_statistics(plain)


def test_a_second_run_decodes_nothing(
    pool: DecodePool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(pool, folder)
    monkeypatch.setattr(pool, "run", lambda jobs: pytest.fail("decoded again"))
    assert len(all_of(store_of(pool, folder))) == 41


def test_only_what_is_new_is_decoded(pool: DecodePool, folder: Path) -> None:
    store_of(pool, folder)
    (folder / "a" / "copy.png").write_bytes((folder / "a" / "3.png").read_bytes())  # known content
    (folder / "a" / "new.png").write_bytes(image_bytes(999, 23))
    counted: list[tuple[int, int]] = []
    ids = list(files_of(folder))
    contents = contents_of(folder, ids)
    store = make_store(pool, ids, SIZE, "squash", "disk", lambda *n: counted.append(n), contents)
    assert len(store) == len(ids) == 43
    assert counted[-1] == (1, 1)


def test_other_settings_are_another_shelf(pool: DecodePool, folder: Path, root: Path) -> None:
    ids = list(files_of(folder))
    contents = contents_of(folder, ids)
    for size, resize in ((SIZE, "squash"), (SIZE, "crop"), (SIZE + 1, "squash")):
        kept = make_store(pool, ids, size, resize, "disk", None, contents)
        plain = make_store(pool, ids, size, resize, "none")
        assert torch.equal(all_of(kept), all_of(plain))
    assert len(shelves.shelves(root)) == 3


def test_a_file_changed_meanwhile_is_named_and_not_shelved(
    pool: DecodePool, folder: Path, root: Path
) -> None:
    ids = list(files_of(folder))
    contents = contents_of(folder, ids)
    (folder / "a" / "3.png").write_bytes((folder / "b" / "7.png").read_bytes())
    with pytest.raises(DataError) as caught:
        make_store(pool, ids, SIZE, "squash", "disk", None, contents)
    assert "a/3.png: its content is no longer what it was" in str(caught.value)
    assert sum(line.images for line in shelves.shelves(root)) == 0


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "gone", "keys", "keys-gone"])
def test_a_damaged_block_is_decoded_again(
    pool: DecodePool, folder: Path, root: Path, damage: str
) -> None:
    expected = all_of(store_of(pool, folder, "none"))
    store_of(pool, folder)
    (pixels,), (keys,) = root.glob("pixels/*/*.pixels"), root.glob("pixels/*/*.keys")
    data = bytearray(pixels.read_bytes())
    data[1234] ^= 1
    match damage:
        case "flip":
            pixels.write_bytes(data)
        case "cut":
            pixels.write_bytes(data[:-1])
        case "empty":
            pixels.write_bytes(b"")
        case "gone":
            pixels.unlink()
        case "keys":
            keys.write_bytes(keys.read_bytes()[:-5])
        case "keys-gone":
            keys.unlink()
    assert torch.equal(all_of(store_of(pool, folder)), expected)
    assert torch.equal(all_of(store_of(pool, folder)), expected)


def test_blocks_that_were_finished_survive_a_death(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "BLOCK_BYTES", 4 * SIZE * SIZE * 3)
    shelf = Shelf(root, "squash", SIZE)
    contents, pixels = squares(10)

    def dying() -> Iterator[np.ndarray]:
        yield from pixels[:9]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelf.add(contents, dying())
    found, missing = shelf.find(contents)
    assert missing.tolist() == [8, 9]
    assert np.array_equal(found[torch.tensor([7, 0, 3])].numpy(), pixels[[7, 0, 3]])
    assert not list(shelf.path.glob("*.part"))


def test_what_a_killed_run_left_is_removed_after_a_while(root: Path) -> None:
    shelf = Shelf(root, "squash", SIZE)
    shelf.add(*squares(2))
    old, young = shelf.path / "1-1.part", shelf.path / "2-2.pixels"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    with shelf.lock():
        assert not old.exists()
        assert young.exists()  # somebody may be writing it
    assert len(list(shelf.path.glob("*.keys"))) == 1


def test_one_fills_while_the_others_wait(root: Path) -> None:
    shelf = Shelf(root, "squash", SIZE)
    inside: list[int] = []
    most: list[int] = []

    def fill(number: int) -> None:
        with Shelf(root, "squash", SIZE).lock():
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.02)
            inside.remove(number)

    threads = [threading.Thread(target=fill, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]
    assert shelf.path.is_dir()


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(12)), known=st.integers(0, 12))
def test_squares_are_found_by_content_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], known: int
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"), "x", SIZE)
    contents, pixels = squares(12)
    if known:
        shelf.add(contents[:known], pixels[:known])
    found, missing = shelf.find([contents[i] for i in order])
    assert [order[i] for i in missing] == [i for i in order if i >= known]
    here = [i for i, which in enumerate(order) if which < known]
    if here:
        assert np.array_equal(found[torch.tensor(here)].numpy(), pixels[[order[i] for i in here]])


def test_the_least_recently_used_goes_first(root: Path) -> None:
    old, new = Shelf(root, "old", SIZE), Shelf(root, "new", SIZE)
    for seed, shelf in enumerate((old, new)):
        shelf.add(*squares(5, seed))
    for keys in old.path.glob("*.keys"):
        os.utime(keys, (1, 1))
    contents, _ = squares(5, 0)
    one = sum(line.bytes for line in shelves.shelves(root)) // 2
    shelves.set_limit(root, one)
    assert len(old.find(contents)[1]) == 5
    assert len(new.find(squares(5, 1)[0])[1]) == 0


def test_a_run_that_needs_more_than_the_limit(pool: DecodePool, folder: Path, root: Path) -> None:
    shelves.set_limit(root, 1000)
    assert isinstance(store_of(pool, folder, "auto").kept, torch.Tensor)  # memory instead
    with pytest.raises(DataError) as caught:
        store_of(pool, folder, "disk")
    assert "dojang cache --limit" in str(caught.value)
    assert not list(root.glob("pixels/*/*.pixels"))


def test_a_cache_that_cannot_be_written(
    pool: DecodePool, folder: Path, root: Path, tmp_path: Path
) -> None:
    root.write_text("a file where the folder should be")
    assert isinstance(store_of(pool, folder, "auto").kept, torch.Tensor)
    with pytest.raises(StorageError):
        store_of(pool, folder, "disk")


def test_a_mapped_block_outlives_its_removal(pool: DecodePool, folder: Path, root: Path) -> None:
    store = store_of(pool, folder)
    before = all_of(store)
    shelves.clear(root)
    assert torch.equal(all_of(store), before)
    assert shelves.shelves(root) == []


def test_the_command_shows_limits_and_clears(
    dojang: Dojang, pool: DecodePool, folder: Path, root: Path
) -> None:
    assert "Nothing is kept" in dojang("cache").out
    store_of(pool, folder)
    shown = dojang("cache", "--json")
    tree = json.loads(shown.out)
    assert tree["path"] == str(root)
    assert tree["shelves"][0]["images"] == 41
    assert tree["bytes"] == sum(p.stat().st_size for p in root.glob("pixels/*/*-*"))
    assert "41 images" in dojang("cache").out
    assert "12.0 GB" in dojang("cache", "--limit", "12GB").out
    assert "Removed" in dojang("cache", "--clear").out
    assert shelves.limit_of(root) == 12 * 10**9
    assert json.loads(dojang("cache", "--json").out)["bytes"] == 0


def test_a_limit_that_is_none(dojang: Dojang) -> None:
    answer = dojang("cache", "--limit", "plenty")
    assert answer.code == 2
    assert "plenty is no size" in answer.err
    assert "20GB" in answer.err


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("500MB", 5 * 10**8), ("1.5 gb", 15 * 10**8), ("2GiB", 2**31), ("1t", 10**12)],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "1 XB", "1e3", "ten"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        parse_size(text)


def test_sizes_are_written() -> None:
    assert [human_size(n) for n in (0, 999, 1500, 2.5e9, 3e12)] == [
        "0 B", "999 B", "1.5 kB", "2.5 GB", "3.0 TB",
    ]  # fmt: skip
