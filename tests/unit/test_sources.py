"""Folders, archives and tables become the same table of samples; mistakes are told so that they can
be mended."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.recipe import DataPart
from dojang.core.types import Decoding, Manifest
from dojang.data.collect import collect, scan
from dojang.data.sources import list_images, list_source
from dojang.data.sources.names import member_problem, suffix_of
from tests.makers import (
    encode,
    files_of,
    image_bytes,
    make_csv,
    make_folder,
    make_tar,
    make_zip,
    picture,
)

CLASSES = {"cat": 4, "dog": 3}
STEP = st.text("ab.. \\~", min_size=1, max_size=5).filter(
    lambda step: step == ".." or step[-1] != "."
)


def load(path: Path, workers: int = 0, **columns: Any) -> Manifest:
    return collect(DataPart(source=str(path), **columns), workers)


def failure(path: Path, **columns: Any) -> str:
    """Return what is said of a source in English, after a look at the Korean."""
    with pytest.raises(DataError) as caught:
        load(path, **columns)
    error = caught.value
    assert error.exit_code == 2
    with use_language("ko"):
        korean = str(error)
        assert any("가" <= character <= "힣" for character in korean)
        assert error.fix
    with use_language("en"):
        english = str(error)
        assert error.fix in english
    assert english != korean
    return english


def rows_of(manifest: Manifest) -> list[tuple[object, ...]]:
    columns = ["id", "label", "part", "group", "sha256", "width", "height"]
    return list(manifest.samples[columns].itertuples(index=False, name=None))


def by_id(manifest: Manifest, column: str) -> dict[str, object]:
    return dict(zip(manifest.samples["id"], manifest.samples[column], strict=True))


def reasons(manifest: Manifest) -> dict[str, str]:
    return {refusal.id: refusal.reason for refusal in manifest.refused}


# --- Folders ----------------------------------------------------------------------------------


def test_a_folder_per_class(tmp_path: Path) -> None:
    manifest = load(make_folder(tmp_path / "photos", CLASSES, size=20))
    assert manifest.classes == ("cat", "dog")
    assert len(manifest) == 7
    assert by_id(manifest, "label")["dog/2.png"] == "dog"
    assert set(manifest.samples["width"]) == {20}
    assert manifest.samples["part"].isna().all()
    assert manifest.refused == ()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_manifest_does_not_depend_on_who_scans(tmp_path: Path, workers: int) -> None:
    root = make_folder(tmp_path / "photos", {"a": 40, "b": 40})
    (root / "a" / "bad.png").write_bytes(b"bad")
    alone, together = load(root), load(root, workers)
    assert rows_of(alone) == rows_of(together)
    assert alone.hash == together.hash
    assert alone.refused == together.refused


@pytest.mark.parametrize(
    "names",
    [
        ("train", "valid", "test"),
        ("training", "val", "testing"),
        ("Train", "Validation", "TEST"),
        ("학습", "검증", "테스트"),
        ("훈련", "dev", "평가"),
        tuple(unicodedata.normalize("NFD", name) for name in ("학습", "검증", "시험")),
    ],
)
def test_part_folders_in_every_spelling(tmp_path: Path, names: tuple[str, str, str]) -> None:
    classes = {f"{part}/{label}": 2 for part in names for label in CLASSES}
    manifest = load(make_folder(tmp_path / "photos", classes))
    assert manifest.classes == ("cat", "dog")
    parts = by_id(manifest, "part")
    for name, part in zip(names, ("train", "valid", "test"), strict=True):
        assert {parts[f"{name}/{label}/{n}.png"] for label in CLASSES for n in (0, 1)} == {part}


def test_a_training_part_alone_is_a_part(tmp_path: Path) -> None:
    manifest = load(make_folder(tmp_path / "photos", {"train/a": 2, "train/b": 2}))
    assert manifest.classes == ("a", "b")
    assert set(manifest.samples["part"]) == {"train"}


def test_a_class_named_like_a_part_is_a_class(tmp_path: Path) -> None:
    manifest = load(make_folder(tmp_path / "vehicles", {"train": 2, "bus": 2, "car": 2}))
    assert manifest.classes == ("bus", "car", "train")
    nested = {"train/side": 2, "bus/side": 2, "car/side": 2}
    assert load(make_folder(tmp_path / "more", nested)).classes == ("bus", "car", "train")


def test_images_beside_the_parts_are_refused_by_name(tmp_path: Path) -> None:
    classes = {"train/a": 2, "train/b": 2, "test/a": 1, "extra/a": 1}
    root = make_folder(tmp_path / "photos", classes)
    (root / "train" / "stray.png").write_bytes(image_bytes(90))
    manifest = load(root)
    assert reasons(manifest) == {
        "extra/a/0.png": "source.outside_parts",
        "train/stray.png": "source.no_class",
    }
    assert len(manifest) == 5


@pytest.mark.parametrize("wrapper", ["photos", "a/b/c", "학생 사진"])
def test_folders_that_wrap_everything_are_no_class(tmp_path: Path, wrapper: str) -> None:
    root = make_folder(tmp_path / "x" / wrapper, CLASSES).parents[len(wrapper.split("/")) - 1]
    assert load(root).classes == ("cat", "dog")


def test_a_readme_beside_a_wrapped_folder_with_parts_does_no_harm(tmp_path: Path) -> None:
    classes = {"set/train/a": 2, "set/train/b": 2, "set/test/a": 1}
    root = make_folder(tmp_path, classes)
    (root / "README.md").write_text("about")
    (root / "set" / "labels.csv").write_text("about")
    (root / "docs" / "more").mkdir(parents=True)
    (root / "docs" / "more" / "notes.txt").write_text("about")
    manifest = load(root)
    assert manifest.classes == ("a", "b")
    assert manifest.refused == ()
    assert len(manifest) == 5


def test_images_in_folders_below_a_class_belong_to_it(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {"cat/young": 2, "cat/old/grey": 1, "dog": 2})
    assert by_id(load(root), "label") == {
        "cat/old/grey/0.png": "cat",
        "cat/young/0.png": "cat",
        "cat/young/1.png": "cat",
        "dog/0.png": "dog",
        "dog/1.png": "dog",
    }


def test_folders_named_like_images_are_folders(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {"a.jpg": 2, "b.png/c.gif": 2})
    assert load(root).classes == ("a.jpg", "b.png")


def test_what_systems_leave_behind_is_ignored(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", CLASSES)
    expected = load(root).hash
    for name in (".DS_Store", "cat/._0.png", "cat/Thumbs.db", "desktop.ini", ".git/a/b.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(image_bytes(80))
    make_folder(root, {"__MACOSX/cat": 2})
    manifest = load(root)
    assert manifest.hash == expected
    assert manifest.refused == ()


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", CLASSES)
    (root / "cat" / "really-a-png.jpg").write_bytes(image_bytes(70))
    (root / "cat" / "no-ending").write_bytes(image_bytes(71, kind="JPEG"))
    manifest = load(root)
    assert len(manifest) == 9
    assert manifest.refused == ()


def test_bad_files_are_named_and_change_nothing(tmp_path: Path) -> None:
    good = make_folder(tmp_path / "good", CLASSES)
    mixed = make_folder(tmp_path / "mixed", CLASSES)
    whole = encode(picture(1, 64), "JPEG")
    (mixed / "cat" / "a.jpg").write_bytes(whole[:-400])
    (mixed / "cat" / "b.png").write_bytes(b"")
    (mixed / "dog" / "c.png").write_text("<html>")
    (mixed / "dog" / "notes.txt").write_text("about dogs")
    (mixed / "nothing").mkdir()
    (mixed / "only bad").mkdir()
    (mixed / "only bad" / "d.png").write_bytes(b"bad")
    manifest = load(mixed)
    assert reasons(manifest) == {
        "cat/a.jpg": "decode.truncated",
        "cat/b.png": "decode.empty",
        "dog/c.png": "decode.not_image",
        "dog/notes.txt": "decode.not_image",
        "only bad/d.png": "decode.not_image",
    }
    assert rows_of(manifest) == rows_of(load(good))
    assert manifest.classes == ("cat", "dog")
    assert manifest.hash == load(good).hash


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {"a": 30, "b": 30})
    counts: list[tuple[int, int]] = []
    collect(DataPart(source=str(root)), 0, lambda done, total: counts.append((done, total)))
    assert counts == [(32, 60), (60, 60)]


def test_the_pixel_limit_of_the_recipe_holds(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", CLASSES)
    (root / "cat" / "large.png").write_bytes(image_bytes(60, size=64))
    assert reasons(load(root, max_megapixels=0.001)) == {"cat/large.png": "decode.too_large"}


# --- Archives ---------------------------------------------------------------------------------


def as_zip(path: Path, files: dict[str, bytes]) -> Path:
    return make_zip(path.with_suffix(".zip"), files)


def as_tar(path: Path, files: dict[str, bytes]) -> Path:
    return make_tar(path.with_suffix(".tar"), files)


def as_tar_gz(path: Path, files: dict[str, bytes]) -> Path:
    return make_tar(path.with_suffix(".tar.gz"), files, "w:gz")


def as_tar_xz(path: Path, files: dict[str, bytes]) -> Path:
    return make_tar(path.with_suffix(".tar.xz"), files, "w:xz")


@pytest.mark.parametrize("pack", [as_zip, as_tar, as_tar_gz, as_tar_xz])
@pytest.mark.parametrize("prefix", ["", "./", "photos/"])
def test_an_archive_equals_the_folder(
    tmp_path: Path, pack: Callable[[Path, dict[str, bytes]], Path], prefix: str
) -> None:
    root = make_folder(tmp_path / "photos", {"cat": 4, "개": 3})
    (root / "cat" / "bad.png").write_bytes(b"bad")
    (root / ".DS_Store").write_bytes(b"junk")
    files = {prefix + name: data for name, data in reversed(files_of(root).items())}
    packed, folder = load(pack(tmp_path / "all", files)), load(root)
    kept = prefix.removeprefix("./")
    assert list(packed.samples["id"]) == [kept + name for name in folder.samples["id"]]
    for column in ("label", "sha256", "part", "width"):
        assert list(packed.samples[column]) == list(folder.samples[column])
    assert reasons(packed) == {kept + "cat/bad.png": "decode.not_image"}
    assert (packed.hash == folder.hash) == (not kept)


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_a_zip_from_korean_windows_has_korean_names(tmp_path: Path, encoding: str) -> None:
    files = {f"{label}/사진 {n}.png": image_bytes(n) for label in ("개", "고양이") for n in (1, 2)}
    path = make_zip(tmp_path / "all.zip", files, encoding)
    assert "고양이".encode(encoding) in path.read_bytes()
    manifest = load(path)
    assert manifest.classes == ("개", "고양이")
    assert sorted(manifest.samples["id"]) == sorted(files)


def test_a_zip_with_backslashes_has_folders(tmp_path: Path) -> None:
    files = {f"{label}\\{n}.png": image_bytes(n) for label in CLASSES for n in (1, 2)}
    manifest = load(make_zip(tmp_path / "all.zip", {**files, "cat\\": b""}))
    assert manifest.classes == ("cat", "dog")
    assert list(manifest.samples["id"]) == ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"]
    assert manifest.refused == ()


def test_an_encrypted_member_is_refused_by_name(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "all.zip", files_of(make_folder(tmp_path / "x", CLASSES)))
    raw = bytearray(path.read_bytes())
    local, central = raw.index(b"PK\x03\x04"), raw.index(b"PK\x01\x02")
    raw[local + 6] |= 1
    raw[central + 8] |= 1
    path.write_bytes(raw)
    manifest = load(path)
    assert reasons(manifest) == {"cat/0.png": "read.encrypted"}
    assert len(manifest) == 6


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 7),
    st.booleans(),
)
def test_a_damaged_archive_gives_samples_refusals_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, kind: str, place: float, bit: int, cut: bool
) -> None:
    folder = tmp_path_factory.getbasetemp()
    path = folder / f"damaged.{kind}"
    files = {f"{label}/{n}.png": image_bytes(n) for label in "ab" for n in range(4)}
    if kind == "zip":
        make_zip(path, files)
    else:
        make_tar(path, files, "w:" + kind.partition(".")[2])
    raw = bytearray(path.read_bytes())
    raw[int(place * len(raw))] ^= 1 << bit
    path.write_bytes(raw[: int(place * len(raw))] if cut else raw)
    try:
        manifest = load(path)
    except DataError as error:
        assert str(error)
    else:
        assert len(manifest) + len(manifest.refused) <= len(files) + 1


# --- Tables -----------------------------------------------------------------------------------


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Images 0.png to 5.png without class folders, and room for a table beside them."""
    root = tmp_path / "table"
    root.mkdir()
    for number in range(6):
        (root / f"{number}.png").write_bytes(image_bytes(number))
    return root


ROWS = [(f"{n}.png", "고양이" if n % 2 else "dog") for n in range(6)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_a_table_in_every_usual_dress(photos: Path, delimiter: str, encoding: str) -> None:
    path = make_csv(photos / "labels.csv", ROWS, delimiter=delimiter, encoding=encoding)
    manifest = load(path)
    assert manifest.classes == ("dog", "고양이")
    assert by_id(manifest, "label") == dict(ROWS)


@pytest.mark.parametrize(
    "header",
    [("file", "class"), ("Filename", "Label"), ("image", "target"), ("경로", "정답"), ("img", "y")],
)
def test_usual_columns_are_found(photos: Path, header: tuple[str, str]) -> None:
    assert by_id(load(make_csv(photos / "l.csv", ROWS, header)), "label") == dict(ROWS)


def test_columns_can_be_named(photos: Path) -> None:
    rows = [("x", f"patient {n // 2}", label, name) for n, (name, label) in enumerate(ROWS)]
    path = make_csv(photos / "l.csv", rows, ("label", "who", "what", "where is it"))
    columns = {"path_col": "where is it", "label_col": "what", "group_col": "who"}
    manifest = load(path, **columns)
    assert by_id(manifest, "label") == dict(ROWS)
    assert by_id(manifest, "group")["5.png"] == "patient 2"


def test_an_empty_group_is_no_group(photos: Path) -> None:
    rows = [(*row, "  " if n < 2 else "g") for n, row in enumerate(ROWS)]
    path = make_csv(photos / "l.csv", rows, ("path", "label", "who"))
    assert list(load(path, group_col="who").samples["group"]) == [None, None, *["g"] * 4]


def test_a_parquet_table(photos: Path) -> None:
    frame = pd.DataFrame({"path": [r[0] for r in ROWS], "label": [3, 3, 7, 7, 7, 3]})
    frame.index = pd.Index([9, 9, 4, 4, 1, 1], name="odd")
    frame.to_parquet(photos / "labels.parquet")
    manifest = load(photos / "labels.parquet")
    assert manifest.classes == ("3", "7")
    assert by_id(manifest, "label")["2.png"] == "7"


def test_gaps_in_a_parquet_table_do_not_change_its_numbers(photos: Path) -> None:
    labels = pd.array([3, None, 7, 7, 7, 3], dtype="Int64")
    frame = pd.DataFrame({"path": [r[0] for r in ROWS], "label": labels.astype(float)})
    frame["label"] = labels
    frame.to_parquet(photos / "labels.parquet")
    said = failure(photos / "labels.parquet")
    assert "row 3: 1.png has no label" in said
    assert len([line for line in said.splitlines() if "row" in line and " - " in line]) == 1


@pytest.mark.parametrize("names", [("train", "val", "test"), ("학습", "검증", "테스트")])
def test_parts_in_a_table(photos: Path, names: tuple[str, ...]) -> None:
    part = [names[i] for i in (0, 0, 0, 0, 1, 2)]
    rows = [(*row, p) for row, p in zip(ROWS, part, strict=True)]
    manifest = load(make_csv(photos / "l.csv", rows, ("path", "label", "split")))
    assert list(manifest.samples["part"]) == ["train"] * 4 + ["valid", "test"]


def test_a_column_that_only_sounds_like_parts_is_left_alone(photos: Path) -> None:
    rows = [(*row, f"lego {n}") for n, row in enumerate(ROWS)]
    manifest = load(make_csv(photos / "l.csv", rows, ("path", "label", "set")))
    assert manifest.samples["part"].isna().all()


def test_a_misspelt_part_is_a_mistake_and_no_reason_to_ignore_the_others(photos: Path) -> None:
    parts = ("train", "train", "train", "tset", "", "test")
    rows = [(*row, p) for row, p in zip(ROWS, parts, strict=True)]
    said = failure(make_csv(photos / "l.csv", rows, ("path", "label", "split")))
    assert "row 5: tset is not a part" in said
    assert 'row 6: "" is not a part' in said


def test_cells_keep_their_spelling(photos: Path) -> None:
    rows = [*ROWS[:4], ("4.png", "NA"), ("5.png", "NA")]
    assert load(make_csv(photos / "l.csv", rows)).classes == ("NA", "dog", "고양이")
    rows = [(name, "007" if n % 2 else "1.0") for n, (name, _) in enumerate(ROWS)]
    assert load(make_csv(photos / "l.csv", rows)).classes == ("007", "1.0")


def test_commas_quotes_and_lines_in_cells(photos: Path) -> None:
    odd = 'a, "b"\nc.png'
    (photos / odd).write_bytes(image_bytes(40))
    path = make_csv(photos / "l.csv", [*ROWS, (odd, 'say "cheese", twice')])
    with pytest.raises(DataError, match="cheese"):
        load(path)  # a class of one image, but a class with this name
    manifest = load(make_csv(path, [*ROWS, (odd, "dog")]))
    assert by_id(manifest, "label")[odd] == "dog"


def test_empty_lines_are_no_rows_and_do_not_shift_the_others(photos: Path) -> None:
    path = photos / "l.csv"
    path.write_text("path,label\n0.png,a\n\n1.png,a\n2.png,b\n3.png,b\n9.png,b\n\n\n")
    assert "row 7: there is no file 9.png" in failure(path)
    path.write_text("path,label\n0.png,a\n\n1.png,a\n2.png,b\n3.png,b\n,\n\n")
    assert len(load(path)) == 4


@pytest.mark.parametrize("table", ["NFC", "NFD"])
def test_hangul_paths_are_found_in_either_normal_form(photos: Path, table: str) -> None:
    disk = "NFD" if table == "NFC" else "NFC"
    names = [unicodedata.normalize(disk, f"사진{n}.png") for n in range(4)]
    for n, name in enumerate(names):
        (photos / name).write_bytes(image_bytes(n))
    rows = [(unicodedata.normalize(table, name), "ab"[n % 2]) for n, name in enumerate(names)]
    manifest = load(make_csv(photos / "l.csv", rows))
    assert sorted(manifest.samples["id"]) == sorted(names)


# --- Mistakes ---------------------------------------------------------------------------------


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    assert "nothing at" in failure(tmp_path / "photso")
    assert "photso" in failure(tmp_path / "photso")
    assert "nothing at" in failure(tmp_path / ("x" * 3000))
    with pytest.raises(DataError, match=r"data\.source"):
        collect(DataPart(), 0)


def test_a_source_of_no_known_kind(tmp_path: Path) -> None:
    path = tmp_path / "words.docx"
    path.write_text("words")
    assert "words.docx is neither" in failure(path)


@pytest.mark.parametrize("empty", [True, False])
def test_no_usable_image(tmp_path: Path, empty: bool) -> None:
    (tmp_path / "cat").mkdir()
    if not empty:
        (tmp_path / "loose.png").write_bytes(image_bytes(1))
        (tmp_path / "cat" / "bad.png").write_bytes(b"bad")
    said = failure(tmp_path)
    assert "no usable image" in said
    assert ("loose.png: in no class folder" in said) != empty
    assert ("cat/bad.png: not an image" in said) != empty
    assert "sub-folder per class" in said


def test_reasons_are_told_in_the_language_of_the_reader(tmp_path: Path) -> None:
    (tmp_path / "loose.png").write_bytes(image_bytes(1))
    with pytest.raises(DataError) as caught, use_language("en"):
        load(tmp_path)
    with use_language("ko"):
        assert "loose.png: 클래스 폴더 밖에 있음" in str(caught.value)


def test_one_class_only(tmp_path: Path) -> None:
    said = failure(make_folder(tmp_path / "photos", {"cat": 4}))
    assert "one class, cat" in said
    assert "folder of its own" in said


def test_classes_too_small_are_all_named(tmp_path: Path) -> None:
    said = failure(make_folder(tmp_path / "photos", {"cat": 4, "dog": 1, "eel": 1}))
    assert "dog has a single image" in said
    assert "eel has a single image" in said
    assert "cat has" not in said


def test_a_class_outside_the_training_part_is_named(tmp_path: Path) -> None:
    classes = {"train/a": 2, "train/b": 2, "test/a": 1, "test/c": 3}
    assert "c has no image in the training part" in failure(make_folder(tmp_path, classes))


def test_missing_columns_are_named_with_those_that_there_are(photos: Path) -> None:
    path = make_csv(photos / "l.csv", ROWS, ("what", "ever"))
    said = failure(path)
    assert "what, ever" in said
    assert "path of an image" in said
    assert "class of an image" in said
    assert "--label-col" in said
    said = failure(path, path_col="waht", label_col="ever", group_col="who")
    assert "no column waht" in said
    assert "Did you mean what?" in said
    assert "no column who" in said


def test_every_bad_row_is_in_one_message(photos: Path) -> None:
    bad = [
        ("gone.png", "dog"),
        ("../../etc/passwd", "dog"),
        ("/etc/passwd", "dog"),
        ("a\0b.png", "dog"),
        ("0.png", "dog"),
        ("./1.png", "dog"),
        ("2.png", "  "),
        ("", "dog"),
        ("~/x.png", "dog"),
        ("x" * 5000 + ".png", "dog"),
    ]
    rows = [ROWS[0], ROWS[1], *bad]
    said = failure(make_csv(photos / "l.csv", rows))
    assert said.startswith(f"10 rows of {photos / 'l.csv'} cannot be used")
    for text in (
        "row 4: there is no file gone.png",
        "row 5: ../../etc/passwd leaves the folder",
        "row 6: /etc/passwd leaves the folder",
        "row 7: a\0b.png leaves the folder",
        "row 8: 0.png stands in row 2 already",
        "row 9: ./1.png stands in row 3 already",
        "row 10: 2.png has no label",
        "row 11: no path",
        "row 12: there is no file ~/x.png",
        "row 13: there is no file xxx",
    ):
        assert text in said
    assert "Correct or remove these rows" in said


def test_hundreds_of_bad_rows_are_counted(photos: Path) -> None:
    rows = [(f"none{n}.png", "dog") for n in range(300)]
    said = failure(make_csv(photos / "l.csv", rows))
    assert "300 rows" in said
    assert "280 more" in said


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "No columns"),
        (b",,\n,,\n", "nothing in it"),
        (b"path,label\n0.png,a\n1.png,a,b\n", "line 3"),
        (b"path,label,\n0.png,a,,\n", "line 2"),
        (b'path,label\n"0.png,a\n', "string"),
        (b"path,label\n\xff\xff.png,a\n", "codec"),
    ],
)
def test_a_table_that_cannot_be_read(photos: Path, content: bytes, text: str) -> None:
    path = photos / "broken.csv"
    path.write_bytes(content)
    said = failure(path)
    assert "broken.csv cannot be read" in said
    assert text in said


def test_a_file_that_is_no_parquet(photos: Path) -> None:
    path = photos / "broken.parquet"
    path.write_bytes(b"PAR1 or not")
    assert "broken.parquet cannot be read" in failure(path)
    pd.DataFrame({"path": ["name of a.png"], "label": ["x"]}).to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace(b"name of", b"name\xff\xfef"))
    assert "broken.parquet cannot be read" in failure(path)


@pytest.mark.parametrize("name", ["broken.zip", "broken.tar.gz"])
def test_an_archive_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    files = files_of(make_folder(tmp_path / "x", {"a": 20, "b": 20}))
    path = tmp_path / name
    if name.endswith("zip"):
        raw = make_zip(path, files).read_bytes()
        path.write_bytes(raw.replace(b"PK\x01\x02", b"PK\x01\x09", 1))
    else:
        raw = make_tar(path, files, "w:gz").read_bytes()
        path.write_bytes(raw[: len(raw) // 2])
    said = failure(path)
    assert f"{name} cannot be read" in said


# --- Images to predict ------------------------------------------------------------------------


def ids_of(path: Path) -> list[str]:
    return [entry.id for entry in list_images(path).entries]


def test_images_to_predict_need_no_classes(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "new", {".": 2, "deep/er": 1, "__MACOSX": 1, ".git": 1})
    (root / "readme.txt").write_text("about")
    expected = ["0.png", "1.png", "deep/er/0.png"]
    assert ids_of(root) == expected
    assert ids_of(make_zip(tmp_path / "a.zip", files_of(root))) == expected
    assert ids_of(make_tar(tmp_path / "a.tar.gz", files_of(root), "w:gz")) == expected
    assert ids_of(root / "1.png") == [str(root / "1.png")]


def test_what_cannot_be_predicted_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    whole = make_zip(tmp_path / "a.zip", {"a.png": b""}).read_bytes()
    broken.write_bytes(whole.replace(b"PK\x01\x02", b"PK\x01\x09"))
    for path, text in (
        (tmp_path / "none", "nothing at"),
        (tmp_path / ("x" * 3000), "nothing at"),
        (make_folder(tmp_path / "empty", {"a": 0}), "no usable image"),
        (make_csv(tmp_path / "l.csv", ROWS), "is a table"),
        (broken, "cannot be read"),
    ):
        with pytest.raises(DataError, match=text) as caught:
            list_images(path)
        assert caught.value.fix
        with use_language("ko"):
            assert str(caught.value)


def test_an_image_with_an_archive_behind_it_is_an_image(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", {"x/a.png": image_bytes(1)}).read_bytes()
    path = tmp_path / "both.png"
    path.write_bytes(image_bytes(2) + archive)
    assert ids_of(path) == [str(path)]


# --- Any tree of names ------------------------------------------------------------------------

STEP = st.sampled_from(["train", "test", "valid", "a", "b", "photos", "학습", "x.png", "readme.md"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(STEP, min_size=1, max_size=4).map("/".join), min_size=1, max_size=9))
def test_every_image_of_any_tree_is_listed_once_or_refused(
    tmp_path_factory: pytest.TempPathFactory, names: Iterable[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.zip"
    files = {f"{name}/{n}.png": b"x" for n, name in enumerate(names)} | {"top.png": b"x"}
    make_zip(path, files)
    listing = list_source(DataPart(source=str(path)))
    found = [e.id for e in listing.entries] + [r.id for r in listing.refused]
    assert sorted(found) == sorted(files)
    assert all(entry.label for entry in listing.entries)


def test_scanning_names_what_went_away_meanwhile(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", CLASSES)
    listing = list_source(DataPart(source=str(root)))
    (root / "cat" / "0.png").unlink()
    manifest, _ = scan(listing, 0, Decoding())
    assert reasons(manifest) == {"cat/0.png": "read.missing"}
    assert len(manifest) == 6


def test_a_manifest_of_nothing_has_a_hash(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    manifest, _ = scan(list_source(DataPart(source=str(tmp_path))), 0, Decoding())
    assert len(manifest) == 0
    assert manifest.classes == ()
    assert len(manifest.hash) == 64


@settings(max_examples=300, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=3).map("/".join), st.booleans())
def test_endings_and_ways_out_are_read_as_pathlib_reads_them(name: str, rooted: bool) -> None:
    name = "/" + name if rooted else name
    assert suffix_of(name) == PurePosixPath(name).suffix
    path = PurePosixPath(name.replace("\\", "/"))
    assert (member_problem(name) is not None) == (path.is_absolute() or ".." in path.parts)
