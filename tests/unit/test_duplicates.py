"""Near-duplicates: changed copies are found, look-alikes are not, and clusters do not drift."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from dojang.core.recipe import DataPart
from dojang.core.types import Manifest, SourceRef, Survey
from dojang.data.align import align
from dojang.data.collect import collect, collect_and_survey
from dojang.data.duplicates import Near, clusters_of, find_duplicates, near_pairs, with_clusters
from dojang.data.measure import measured
from tests.makers import encode

Change = Callable[[Image.Image], Image.Image]


def scene(seed: int, width: int = 160, height: int = 120) -> Image.Image:
    """Return a picture with large and small shapes in colour, as photographs have."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells, strength in ((3, 90), (7, 60), (15, 45), (40, 30)):
        coarse = random.normal(0, strength, (cells, cells, 3)).clip(-127, 127) + 128
        layer = Image.fromarray(coarse.astype(np.uint8)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        total += np.asarray(layer, dtype=float) - 128
    return Image.fromarray((total + 128).clip(0, 255).astype(np.uint8))


def crop(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((round(width * 0.07), 0, width, round(height * 0.93)))


def relight(image: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(ImageEnhance.Brightness(image).enhance(1.25)).enhance(0.75)


CHANGES: dict[str, Change] = {
    "resized": lambda image: image.resize((70, 52), Image.Resampling.BICUBIC),
    "stretched": lambda image: image.resize((120, 120), Image.Resampling.BICUBIC),
    "cropped": crop,
    "relit": relight,
    "mirrored": ImageOps.mirror,
    "turned": lambda image: image.rotate(4, Image.Resampling.BICUBIC),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "mirrored crop": lambda image: ImageOps.mirror(crop(image)),
}


def survey_of(images: dict[str, Image.Image]) -> tuple[Manifest, Survey]:
    """Return what a survey of these images would be; equal pictures are equal files."""
    hashes = {name: hashlib.sha256(image.tobytes()).hexdigest() for name, image in images.items()}
    frame = pd.DataFrame({"id": list(images), "sha256": list(hashes.values())})
    thumbs = np.stack([measured(np.asarray(image.convert("RGB")))[1] for image in images.values()])
    survey = Survey(tuple(images), thumbs, pd.DataFrame(index=range(len(images))))
    return Manifest(frame, ("a", "b"), (), SourceRef("folder", "/nowhere")), survey


def thumbs_of(*images: Image.Image) -> NDArray[np.uint8]:
    return np.stack([measured(np.asarray(image.convert("RGB")))[1] for image in images])


SCENES = {f"{n:03d}": scene(n) for n in range(60)}


# --- What is found ----------------------------------------------------------------------------


@pytest.mark.parametrize("change", CHANGES)
def test_changed_copies_are_found_and_nothing_else(change: str) -> None:
    copies = {f"copy{n}": CHANGES[change](SCENES[f"{n:03d}"]) for n in range(12)}
    found = find_duplicates(*survey_of(SCENES | copies))
    assert {(a, b) for a, b in zip(found.pairs["a"], found.pairs["b"], strict=True)} == {
        (f"{n:03d}", f"copy{n}") for n in range(12)
    }
    assert set(found.pairs["kind"]) == {"near"}
    assert found.pairs["mirrored"].tolist() == ["mirrored" in change] * 12
    assert (found.pairs["distance"] < 0.2).all()
    assert found.clusters == tuple(sorted((f"{n:03d}", f"copy{n}") for n in range(12)))


def test_the_same_shapes_in_other_colours_are_not_the_same() -> None:
    painted = {f"copy{n}": Image.merge("RGB", SCENES[f"{n:03d}"].split()[::-1]) for n in range(12)}
    assert find_duplicates(*survey_of(SCENES | painted)).clusters == ()


def test_equal_files_are_exact_and_belong_to_the_cluster_of_their_like() -> None:
    images = SCENES | {"copy": SCENES["003"].copy(), "more": SCENES["003"].copy()}
    images |= {"small": CHANGES["resized"](SCENES["003"]), "twin": SCENES["005"].copy()}
    found = find_duplicates(*survey_of(images))
    assert found.clusters == (("003", "copy", "more", "small"), ("005", "twin"))
    kinds = {(p.a, p.b): p.kind for p in found.pairs.itertuples()}
    assert kinds == {
        ("003", "copy"): "exact", ("003", "more"): "exact", ("003", "small"): "near",
        ("005", "twin"): "exact",
    }  # fmt: skip


def test_blank_images_are_alike_only_where_their_files_are() -> None:
    blank = {f"blank{n}": Image.new("RGB", (64, 48), (n, n, 200)) for n in range(20)}
    faint = np.random.default_rng(0).integers(126, 130, (20, 48, 64, 3), dtype=np.uint8)
    blank |= {f"faint{n}": Image.fromarray(pixels) for n, pixels in enumerate(faint)}
    blank["same"] = blank["blank3"].copy()
    found = find_duplicates(*survey_of(SCENES | blank))
    assert found.clusters == (("blank3", "same"),)
    assert found.pairs["kind"].tolist() == ["exact"]


def test_neither_order_nor_names_nor_company_change_what_is_found() -> None:
    copies = {f"copy{n}": crop(SCENES[f"{n:03d}"]) for n in range(8)}
    images = SCENES | copies
    names = list(images)
    expected = find_duplicates(*survey_of(images))
    np.random.default_rng(0).shuffle(names)
    shuffled = find_duplicates(*survey_of({name: images[name] for name in names}))
    pd.testing.assert_frame_equal(shuffled.pairs, expected.pairs)
    assert shuffled.clusters == expected.clusters
    before = with_clusters(survey_of(images)[0], expected).samples
    moved = {f"elsewhere/{name}": image for name, image in images.items()} | {"z": scene(999)}
    manifest, survey = survey_of(moved)
    after = with_clusters(manifest, find_duplicates(manifest, survey)).samples
    assert after["cluster"].tolist() == [*before["cluster"].tolist(), None]
    assert before["cluster"].nunique() == 8


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_images(count: int) -> None:
    thumbs = thumbs_of(*SCENES.values())[:count]
    assert near_pairs(thumbs, np.arange(count)) == ([], 0)


def test_many_images_of_one_hash_are_not_compared_all_with_all() -> None:
    random = np.random.default_rng(0)
    one = thumbs_of(SCENES["000"])[0].astype(np.int16)
    noise = random.integers(-1, 2, (600, 32, 32, 3))
    thumbs = np.clip(one + noise, 0, 255).astype(np.uint8)
    rows = np.arange(600)
    found, _ = near_pairs(thumbs, rows)
    assert len(found) < 600 * 40
    assert clusters_of(found, thumbs, rows) == [list(range(600))]


# --- Clusters ---------------------------------------------------------------------------------


def test_a_chain_is_cut_where_it_has_drifted() -> None:
    # A window that slides over a large picture: neighbours are alike, the ends are not.
    wide = scene(5, 400, 120)
    frames = thumbs_of(*(wide.crop((x, 0, x + 160, 120)) for x in range(0, 200, 8)))
    rows = np.arange(len(frames))
    found, _ = near_pairs(frames, rows)
    linked = {i for pair in found for i in (pair.a, pair.b)}
    assert len(linked) > 20
    clusters = clusters_of(found, frames, rows)
    assert len(clusters) > 1
    assert sorted(i for group in clusters for i in group) == sorted(
        {i for group in clusters for i in group}
    )
    assert max(max(group) - min(group) for group in clusters) < 16


def test_ends_of_a_short_chain_stay_together_where_they_resemble_each_other() -> None:
    image = SCENES["009"]
    thumbs = thumbs_of(image.crop((0, 0, 152, 120)), image, image.crop((8, 0, 160, 120)))
    pairs = [Near(0, 1, 0.1, False), Near(1, 2, 0.1, False)]
    assert clusters_of(pairs, thumbs, np.arange(3)) == [[0, 1, 2]]
    others = thumbs_of(SCENES["001"], SCENES["002"], SCENES["003"], SCENES["004"])
    chain = [Near(0, 1, 0.1, False), Near(1, 2, 0.1, False), Near(2, 3, 0.1, False)]
    assert clusters_of(chain, others, np.arange(4)) == [[0, 1, 2]]


def test_pairs_across_clusters_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = scene(5, 400, 120)
    frames = {f"{x:03d}": wide.crop((x, 0, x + 160, 120)) for x in range(0, 200, 8)}
    found = find_duplicates(*survey_of(frames))
    place = {i: n for n, ids in enumerate(found.clusters) for i in ids}
    pairs = zip(found.pairs["a"], found.pairs["b"], strict=True)
    assert found.across == sum(place.get(a) != place.get(b) for a, b in pairs) > 0


# --- Alignment --------------------------------------------------------------------------------


def test_alignment_finds_the_warp() -> None:
    image = SCENES["007"]
    moved = crop(image)
    pair = thumbs_of(image, moved)
    start = np.eye(2, 3, dtype=np.float32)[None]
    found = align(pair[:1], pair[1:], start)
    # The crop shows 7 to 100 % across and 0 to 93 % down.
    expected = [[0.93, 0, 0.07], [0, 0.93, -0.07]]
    np.testing.assert_allclose(found.warp[0], expected, atol=0.012)
    assert found.shapes[0] > 0.98
    assert found.tint[0] > 0.95
    unlike = align(pair[:1], thumbs_of(SCENES["008"]), start)
    assert unlike.shapes[0] == unlike.detail[0] == unlike.tint[0] == 0


# --- In the survey ----------------------------------------------------------------------------


def folder_of(root: Path) -> Path:
    for n in range(6):
        for label in ("cat", "dog"):
            (root / label).mkdir(parents=True, exist_ok=True)
            image = scene(n + 50 * (label == "dog"))
            (root / label / f"{n}.png").write_bytes(encode(image))
    (root / "dog" / "again.jpg").write_bytes(encode(ImageOps.mirror(scene(3)), "JPEG", quality=50))
    (root / "dog" / "twin.png").write_bytes((root / "dog" / "5.png").read_bytes())
    (root / "dog" / "bad.png").write_bytes(b"bad")
    return root


def test_collecting_fills_the_column_cluster(tmp_path: Path) -> None:
    root = folder_of(tmp_path)
    frame = collect(DataPart(source=str(root)), 0).samples
    cluster = dict(zip(frame["id"], frame["cluster"], strict=True))
    assert cluster["cat/3.png"] == cluster["dog/again.jpg"] is not None
    assert cluster["dog/5.png"] == cluster["dog/twin.png"] is not None
    assert cluster["cat/3.png"] != cluster["dog/5.png"]
    assert sum(name is not None for name in cluster.values()) == 4
    ignored = collect(DataPart(source=str(root), near_duplicates="ignore"), 0)
    assert "cluster" not in ignored.samples.columns
    assert ignored.hash == collect(DataPart(source=str(root)), 0).hash


def test_thumbnails_beyond_the_limit_go_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder_of(tmp_path)
    data = DataPart(source=str(root))
    manifest, survey = collect_and_survey(data, 0)
    monkeypatch.setattr("dojang.data.collect.THUMBS_IN_MEMORY", 1000)
    monkeypatch.setattr("dojang.data.collect._MOVED", 3)
    on_disk, mapped = collect_and_survey(data, 0)
    assert isinstance(mapped.thumbs, np.memmap)
    assert mapped.ids == survey.ids == tuple(manifest.samples["id"])
    np.testing.assert_array_equal(mapped.thumbs, survey.thumbs)
    pd.testing.assert_frame_equal(on_disk.samples, manifest.samples)
    expected = thumbs_of(*(Image.open(root / i) for i in survey.ids))
    np.testing.assert_array_equal(survey.thumbs, expected)
