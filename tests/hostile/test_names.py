"""Names that people and systems really use, and names that nobody should."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.recipe import DataPart, SplitPart
from dojang.core.store import read_json, write_json, write_parquet
from dojang.core.types import Manifest
from dojang.data.collect import collect
from dojang.data.sources import list_images
from dojang.data.split import make_plan
from tests.makers import files_of, image_bytes, make_csv, make_folder, make_tar, make_zip

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names as Linux allows them")

ODD = (
    'quote"quote',
    "apostrophe's",
    "<script>alert(1)</script>".replace("/", "∕"),
    "&amp;",
    "$(touch pwned)",
    "`id`",
    "%s%n",
    "{name:을}",
    "[bold]red[∕bold]",
    "=cmd|'calc'!A1",
    "-rf",
    "+1",
    "@here",
    "a,b;c\td",
    "line\nbreak",
    "back\\slash",
    "space ",
    " space",
    "dots...",
    "😀👩‍🚀🇰🇷",
    "שלום",
    "\u202egnp.elif",
    "e\u0301 and é",
    "zero\u200bwidth",
    "\ufeffbom",
    "고양이",
    unicodedata.normalize("NFD", "강아지"),
    "null",
    "NaN",
    "1",
    "1.0",
    "True",
    "가" * 85,  # 255 bytes
)


def load(path: Path, workers: int = 0) -> Manifest:
    return collect(DataPart(source=str(path)), workers)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose classes and files have every odd name."""
    root = tmp_path_factory.mktemp("odd") / "photos"
    for n, name in enumerate(ODD):
        (root / name).mkdir(parents=True)
        ending = "" if len(name.encode()) > 250 else ".png"
        (root / name / f"{name}{ending}").write_bytes(image_bytes(2 * n))
        (root / name / "2.png").write_bytes(image_bytes(2 * n + 1))
    return root


@pytest.mark.parametrize("workers", [0, 1])
def test_odd_names_pass_unchanged(odd: Path, workers: int) -> None:
    manifest = load(odd, workers)
    assert manifest.refused == ()
    assert list(manifest.samples["id"]) == sorted(files_of(odd))
    assert set(manifest.classes) == {unicodedata.normalize("NFC", name) for name in ODD}
    assert make_plan(manifest, SplitPart(kind="kfold", folds=2, test=0)).hash


def test_odd_names_survive_json_and_parquet(odd: Path, tmp_path: Path) -> None:
    manifest = load(odd)
    write_parquet(tmp_path / "m.parquet", manifest.samples, {})
    back = pd.read_parquet(tmp_path / "m.parquet")
    assert list(back["id"]) == list(manifest.samples["id"])
    assert list(back["label"]) == list(manifest.samples["label"])
    write_json(tmp_path / "m.json", list(manifest.classes))
    assert read_json(tmp_path / "m.json") == list(manifest.classes)


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_odd_names_pass_through_archives(odd: Path, tmp_path: Path, kind: str) -> None:
    files = files_of(odd)
    if kind == "zip":  # where a backslash parts folders
        files = {name: data for name, data in files.items() if "\\" not in name}
    path = (make_zip if kind == "zip" else make_tar)(tmp_path / f"odd.{kind}", files)
    manifest = load(path)
    assert manifest.refused == ()
    assert list(manifest.samples["id"]) == sorted(files)


def test_odd_names_pass_through_a_table(odd: Path) -> None:
    names = sorted(files_of(odd))
    rows = [(name, Path(name).parent.name) for name in names]
    manifest = load(make_csv(odd / "labels.csv", rows))
    (odd / "labels.csv").unlink()
    assert list(manifest.samples["id"]) == names
    # Space around a label is nobody's intention.
    stripped = {unicodedata.normalize("NFC", name.strip()) for name in ODD}
    assert set(manifest.classes) == stripped


def test_odd_names_of_bad_files_are_shown_in_errors(tmp_path: Path) -> None:
    for name in ODD[:-1]:
        (tmp_path / f"{name}.png").write_bytes(b"bad")
    for lang in ("en", "ko"):
        with use_language(lang), pytest.raises(DataError) as caught:
            load(tmp_path)
        assert len(caught.value.problems) == len(ODD) - 1
        assert str(caught.value).encode()
        assert 'quote"quote.png' in {p.values["name"] for p in caught.value.problems}


def test_the_two_normal_forms_of_a_name_are_one_class(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(f, "고양이") for f in ("NFC", "NFD"))
    make_folder(tmp_path, {composed: 2, decomposed: 3, "dog": 2})
    assert len(list(tmp_path.iterdir())) == 3
    manifest = load(tmp_path)
    assert manifest.classes == ("dog", composed)
    assert (manifest.samples["label"] == composed).sum() == 5


def test_file_names_keep_their_normal_form(tmp_path: Path) -> None:
    make_folder(tmp_path, {"a": 2, "b": 2})
    names = {f"a/{unicodedata.normalize(form, '사진')}.png" for form in ("NFC", "NFD")}
    for n, name in enumerate(sorted(names)):
        (tmp_path / name).write_bytes(image_bytes(50 + n))
    assert len(names) == 2
    assert names <= set(load(tmp_path).samples["id"])


BROKEN = b"\xff\xfe\x80.png"


@pytest.mark.parametrize("workers", [0, 1])
def test_names_that_are_no_unicode_are_refused_and_can_be_written(
    tmp_path: Path, workers: int
) -> None:
    root = make_folder(tmp_path / "photos", {"a": 2, "b": 2})
    for place in (root / "a", root):
        (place / os.fsdecode(BROKEN)).write_bytes(image_bytes(60))
    (root / os.fsdecode(b"\xb0\xa1")).mkdir()  # a class folder in EUC-KR
    (root / os.fsdecode(b"\xb0\xa1") / "1.png").write_bytes(image_bytes(61))
    manifest = load(root, workers)
    assert len(manifest) == 4
    assert {refusal.reason for refusal in manifest.refused} == {"read.name"}
    assert len(manifest.refused) == 3
    for refusal in manifest.refused:
        assert refusal.id.encode()  # a lone surrogate could not be
    assert json.dumps([r.id for r in manifest.refused], ensure_ascii=False).encode()


def test_names_that_are_no_unicode_are_refused_in_a_tar(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {"a": 2, "b": 2})
    files = files_of(root) | {os.fsdecode(b"a/" + BROKEN): image_bytes(60)}
    manifest = load(make_tar(tmp_path / "x.tar", files))
    assert len(manifest) == 4
    [refusal] = manifest.refused
    assert refusal.reason == "read.name"
    assert refusal.id.encode()


def test_names_that_are_no_unicode_are_refused_among_images_to_predict(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {".": 2})
    (root / os.fsdecode(BROKEN)).write_bytes(image_bytes(60))
    listing = list_images(root)
    assert [entry.id for entry in listing.entries] == ["0.png", "1.png"]
    assert [refusal.reason for refusal in listing.refused] == ["read.name"]
    assert listing.refused[0].id.encode()
    with pytest.raises(DataError) as caught:
        list_images(root / os.fsdecode(BROKEN))
    assert [str(problem) for problem in caught.value.problems]


def test_a_source_whose_own_path_is_odd(tmp_path: Path) -> None:
    for name in ("폴더 with space", "[x] {y} 'z'", "%20", "a.zip"):
        assert len(load(make_folder(tmp_path / name, {"a": 2, "b": 2}))) == 4
