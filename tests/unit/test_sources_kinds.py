"""Every kind of source keeps the promises of the conformance suite, and says what is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.recipe import DataPart
from dojang.core.types import Manifest
from dojang.data.collect import collect
from dojang.data.sources import SOURCES, Listing, list_source
from dojang.data.sources.manifest import write_manifest
from dojang.testing import HOSTILE_NAMES, check_source
from shapes import Dojang
from tests.makers import files_of, image_bytes, make_csv, make_zip

SIDE = 16


def put(path: Path, seed: int, size: int = SIDE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image_bytes(seed, size))


def reasons(found: Listing | Manifest) -> dict[str, str]:
    return {refusal.id: refusal.reason for refusal in found.refused}


def listed(source: Path, **values: Any) -> Listing:
    return list_source(DataPart(source=str(source), **values))


def failure(source: Path, **values: Any) -> str:
    with pytest.raises(DataError) as caught:
        collect(DataPart(source=str(source), **values), 0)
    with use_language("ko"):
        assert any("가" <= character <= "힣" for character in str(caught.value))
    assert caught.value.fix
    return str(caught.value)


# --- Makers -----------------------------------------------------------------------------------


def make_folders(root: Path, names: Sequence[str]) -> DataPart:
    for n, name in enumerate(names):
        put(root / ("개" if n % 2 else "cat") / f"{name}.png", n)
    return DataPart(source=str(root), kind="folder")


def make_table(root: Path, names: Sequence[str]) -> DataPart:
    for n, name in enumerate(names):
        put(root / "pictures" / f"{name}.png", n)
    rows = [(f"pictures/{name}.png", "ab"[n % 2], str(n)) for n, name in enumerate(names)]
    make_csv(root / "labels.csv", rows, ("path", "label", "age"))
    return DataPart(source=str(root), kind="table")


def make_manifest_file(root: Path, names: Sequence[str]) -> DataPart:
    folder = make_folders(root, names)
    manifest = collect(folder, 0)
    write_manifest(root / "manifest.parquet", manifest)
    return DataPart(source=str(root / "manifest.parquet"))


def xml_of(boxes: Sequence[tuple[Any, ...]], size: int | str = SIDE) -> str:
    items = "".join(
        f"<object><name>{escape(str(label))}</name><bndbox><xmin>{a}</xmin><ymin>{b}</ymin>"
        f"<xmax>{c}</xmax><ymax>{d}</ymax></bndbox></object>"
        for a, b, c, d, label in boxes
    )
    sides = f"<size><width>{size}</width><height>{size}</height></size>"
    return f"<annotation>{sides}{items}</annotation>"


def make_voc(root: Path, names: Sequence[str]) -> DataPart:
    for n, name in enumerate(names):
        put(root / "VOC" / "JPEGImages" / f"{name}.png", n)
        note = root / "VOC" / "Annotations" / f"{name}.xml"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(xml_of([(0, 0, 4, 4, "개"), (1, 1, SIDE, SIDE, "cat")]), "utf-8")
    lists = root / "VOC" / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("\n".join(names[:3]) + "\n", "utf-8")
    (lists / "val.txt").write_text("\n".join(names[3:6]) + "\n", "utf-8")
    (lists / "cat_train.txt").write_text("plain -1\n")
    return DataPart(source=str(root))


def coco_tree(names: Sequence[str], boxes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "images": [
            {"id": n, "file_name": f"{name}.png", "width": SIDE, "height": SIDE}
            for n, name in enumerate(names)
        ],
        "annotations": list(boxes),
        "categories": [{"id": 1, "name": "cat"}, {"id": 7, "name": "개"}],
    }


def a_box(image: int, *box: float, category: int = 1, **more: Any) -> dict[str, Any]:
    return {"image_id": image, "category_id": category, "bbox": list(box), **more}


def make_coco(root: Path, names: Sequence[str]) -> DataPart:
    half = len(names) // 2
    (root / "annotations").mkdir()
    for part, some in (("train", names[:half]), ("val", names[half:])):
        for n, name in enumerate(some):
            put(root / f"{part}2017" / f"{name}.png", n + len(part))
        boxes = [a_box(0, 0, 0, 4, 4), a_box(0, 1, 1, 2.5, 3, category=7)]
        path = root / "annotations" / f"instances_{part}2017.json"
        path.write_text(json.dumps(coco_tree(some, boxes)), "utf-8")
    return DataPart(source=str(root))


def make_masks(root: Path, names: Sequence[str]) -> DataPart:
    for n, name in enumerate(names):
        part = ("train", "val", "test")[n % 3]
        put(root / "images" / part / f"{name}.png", n)
        put(root / "masks" / part / f"{name}.png", n + 500)
    (root / "classes.txt").write_text("sky\n길\n", "utf-8")
    return DataPart(source=str(root))


def make_multilabel(root: Path, names: Sequence[str]) -> DataPart:
    for n, name in enumerate(names):
        put(root / f"{name}.png", n)
    rows = [(f"{name}.png", str(n % 2), str(n // 2 % 2)) for n, name in enumerate(names)]
    make_csv(root / "labels.csv", rows, ("path", "cat", "개"))
    return DataPart(source=str(root), kind="multilabel")


def make_text(root: Path, names: Sequence[str]) -> DataPart:
    rows = [(name, str(n % 2)) for n, name in enumerate(names)]
    make_csv(root / "train.csv", rows, ("text", "label"))
    make_csv(root / "test.csv", rows[:4], ("text", "label"))
    return DataPart(source=str(root))


def make_series(root: Path, names: Sequence[str]) -> DataPart:
    rows = [(f"2024-03-{n + 1:02d} 06:00", str(n / 2), "3") for n in range(len(names))]
    make_csv(root / "load.csv", rows, ("date", "OT", "other"))
    return DataPart(source=str(root), target_col="OT")


MAKERS = {
    "folder": make_folders,
    "table": make_table,
    "manifest": make_manifest_file,
    "voc": make_voc,
    "coco": make_coco,
    "masks": make_masks,
    "multilabel": make_multilabel,
    "text": make_text,
    "series": make_series,
}


@pytest.mark.parametrize("kind", list(SOURCES))
def test_every_registered_kind_conforms(kind: str, tmp_path: Path) -> None:
    check_source(MAKERS[kind], tmp_path, images=kind not in ("text", "series"))


def test_the_suite_finds_what_is_wrong(tmp_path: Path) -> None:
    def lossy(root: Path, names: Sequence[str]) -> DataPart:
        return make_folders(root, names[:5])

    with pytest.raises(AssertionError, match="names changed"):
        check_source(lossy, tmp_path / "a")

    def doubled(root: Path, names: Sequence[str]) -> DataPart:
        put(root / "masks" / "cat" / "x.png", 1)
        return DataPart(source=str(root), kind="folder")

    with pytest.raises(AssertionError):
        check_source(doubled, tmp_path / "b")


def test_the_kind_is_told_by_the_files(tmp_path: Path) -> None:
    tasks = {
        "folder": "classify", "voc": "detect", "coco": "detect", "masks": "segment",
        "text": "text", "series": "series",
    }  # fmt: skip
    for kind, task in tasks.items():
        (tmp_path / kind).mkdir()
        data = MAKERS[kind](tmp_path / kind, HOSTILE_NAMES)
        assert list_source(data.model_copy(update={"kind": "auto"})).task == task, kind


def test_two_layouts_at_once_are_an_error_that_names_both(tmp_path: Path) -> None:
    make_voc(tmp_path, ("a", "b"))
    make_masks(tmp_path, ("c", "d", "e"))
    said = failure(tmp_path)
    assert "voc, masks" in said
    assert "--set data.kind=" in said
    assert listed(tmp_path, kind="voc").task == "detect"
    assert listed(tmp_path, kind="masks").task == "segment"


@pytest.mark.parametrize("kind", ["voc", "coco", "masks"])
def test_a_kind_that_is_not_there_is_said(tmp_path: Path, kind: str) -> None:
    make_folders(tmp_path, ("a", "b"))
    assert f"data.kind={kind}" in failure(tmp_path, kind=kind)


# --- Boxes ------------------------------------------------------------------------------------


def voc_with(root: Path, notes: dict[str, str]) -> Path:
    for n, (name, note) in enumerate(notes.items()):
        put(root / "JPEGImages" / f"{name}.png", n)
        (root / "Annotations").mkdir(exist_ok=True)
        (root / "Annotations" / f"{name}.xml").write_text(note, "utf-8")
    return root


def test_faulty_boxes_are_refused_by_number_and_the_image_stays(tmp_path: Path) -> None:
    boxes = [
        (0, 0, 4, 4, "a"), (5, 5, 5, 9, "a"), (-1, 0, 4, 4, "a"), (0, 0, 17, 4, "b"),
        (0, 0, 4, 4, ""), ("x", 0, 4, 4, "b"), (2, 2, 16, 16, "b"), ("inf", 0, 4, 4, "b"),
    ]  # fmt: skip
    root = voc_with(tmp_path, {"one": xml_of(boxes), "two": xml_of([])})
    manifest = collect(DataPart(source=str(root)), 0)
    assert len(manifest) == 2
    assert reasons(manifest) == {
        "JPEGImages/one.png#box2": "box.no_area",
        "JPEGImages/one.png#box3": "box.outside",
        "JPEGImages/one.png#box4": "box.outside",
        "JPEGImages/one.png#box5": "box.no_class",
        "JPEGImages/one.png#box6": "box.broken",
        "JPEGImages/one.png#box8": "box.broken",
    }
    assert list(manifest.samples["boxes"]) == ['[[0, 0, 4, 4, "a"], [2, 2, 16, 16, "b"]]', "[]"]
    assert manifest.classes == ("a", "b")
    assert manifest.task == "detect"


def test_a_box_is_held_against_the_real_size_too(tmp_path: Path) -> None:
    boxes = [(0, 0, 4, 4, "a"), (0, 0, 20, 20, "b")]
    root = voc_with(tmp_path, {"one": xml_of(boxes, 0), "two": xml_of(boxes, 100)})
    manifest = collect(DataPart(source=str(root)), 0)
    assert set(reasons(manifest).values()) == {"box.outside"}
    assert set(manifest.samples["boxes"]) == {'[[0, 0, 4, 4, "a"]]'}


def test_images_whose_boxes_all_agree_can_be_classified(tmp_path: Path) -> None:
    notes = {f"{n}": xml_of([(0, 0, 4, 4, "ab"[n % 2])] * 2) for n in range(6)}
    manifest = collect(DataPart(source=str(voc_with(tmp_path, notes))), 0)
    assert manifest.task == "classify"
    assert list(manifest.samples["label"]) == list("ababab")
    mixed = notes | {"6": xml_of([(0, 0, 4, 4, "a"), (0, 0, 4, 4, "b")])}
    manifest = collect(DataPart(source=str(voc_with(tmp_path, mixed))), 0)
    assert manifest.task == "detect"
    assert list(manifest.samples["label"]) == [*"ababab", None]


def test_annotations_that_are_broken_or_alone_are_named(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>'
    notes = {"good": xml_of([(0, 0, 4, 4, "a")]), "cut": "<annotation>", "bomb": bomb}
    root = voc_with(tmp_path, notes)
    (root / "Annotations" / "alone.xml").write_text(xml_of([]))
    put(root / "JPEGImages" / "bare.png", 9)
    put(root / "elsewhere.png", 10)
    listing = listed(root)
    assert [e.id for e in listing.entries] == ["JPEGImages/good.png"]
    assert reasons(listing) == {
        "JPEGImages/cut.png": "source.broken_annotation",
        "JPEGImages/bomb.png": "source.broken_annotation",
        "Annotations/alone.xml": "source.no_image",
        "JPEGImages/bare.png": "source.not_annotated",
        "elsewhere.png": "source.not_annotated",
    }


def test_lists_of_parts(tmp_path: Path) -> None:
    root = voc_with(tmp_path, {name: xml_of([(0, 0, 4, 4, "a")]) for name in "abc"})
    lists = root / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "trainval.txt").write_text("a\r\nb\r\n")
    (lists / "test.txt").write_text("c\n")
    assert [e.part for e in listed(root).entries] == ["train", "train", "test"]
    (lists / "train.txt").write_text("a\nc\n")
    assert "JPEGImages/c.png: test and train" in failure(root)


def coco_with(root: Path, tree: object, name: str = "annotations/instances_train.json") -> Path:
    for n in range(3):
        put(root / "images" / f"{n}.png", n)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(json.dumps(tree), "utf-8")
    return root


def test_coco_boxes_crowds_and_what_is_missing(tmp_path: Path) -> None:
    boxes = [
        a_box(0, 1, 1, 2, 3), a_box(0, 0, 0, 0, 3), a_box(0, 0, 0, 9, 9, category=99),
        a_box(0, 0, 0, 16, 16, iscrowd=1), a_box(1, 10, 0, 7, 4), {"image_id": 1, "category_id": 7},
    ]  # fmt: skip
    root = coco_with(tmp_path, coco_tree(["0", "1", "gone"], boxes))
    listing = listed(root)
    assert [(e.id, e.label, e.part) for e in listing.entries] == [
        ("images/0.png", "cat", "train"),
        ("images/1.png", None, "train"),
    ]
    assert listing.columns is not None
    assert list(listing.columns["boxes"]) == ['[[1, 1, 3, 4, "cat"]]', "[]"]
    assert listing.classes == ("cat", "개")
    assert reasons(listing) == {
        "images/0.png#box2": "box.no_area",
        "images/0.png#box3": "box.no_class",
        "images/1.png#box1": "box.outside",
        "images/1.png#box2": "box.broken",
        "gone.png": "read.missing",
        "images/2.png": "source.not_annotated",
    }


@pytest.mark.parametrize(
    "tree", [[], {}, {"images": 3}, {"images": [], "annotations": [{}], "categories": []}]
)
def test_json_that_is_no_coco(tmp_path: Path, tree: object) -> None:
    assert "cannot be read as COCO" in failure(coco_with(tmp_path, tree))


def test_json_too_deep_is_no_crash(tmp_path: Path) -> None:
    root = coco_with(tmp_path, {})
    (root / "annotations" / "instances_train.json").write_text("[" * 100_000)
    assert "cannot be read as COCO" in failure(root)


def test_an_image_in_two_coco_files_is_an_error(tmp_path: Path) -> None:
    tree = coco_tree(["0"], [a_box(0, 0, 0, 4, 4)])
    root = coco_with(coco_with(tmp_path, tree), tree, "annotations/instances_val.json")
    assert "images/0.png: again in" in failure(root)


# --- Masks ------------------------------------------------------------------------------------


def test_masks_are_decoded_and_must_fit(tmp_path: Path) -> None:
    make_masks(tmp_path, [f"{n}" for n in range(6)])
    put(tmp_path / "masks" / "train" / "0.png", 77, size=8)
    (tmp_path / "masks" / "val" / "1.png").write_bytes(b"bad")
    (tmp_path / "masks" / "test" / "2.png").unlink()
    put(tmp_path / "masks" / "test" / "alone.png", 78)
    manifest = collect(DataPart(source=str(tmp_path)), 0)
    assert reasons(manifest) == {
        "images/train/0.png": "source.mask_size",
        "images/val/1.png": "source.mask_unreadable",
        "images/test/2.png": "source.no_mask",
        "masks/test/alone.png": "source.mask_alone",
    }
    assert manifest.classes == ("sky", "길")
    assert list(manifest.samples["part"]) == ["test", "train", "valid"]
    before = manifest.hash
    put(tmp_path / "masks" / "train" / "3.png", 79)
    assert collect(DataPart(source=str(tmp_path)), 0).hash != before


def test_masks_by_a_pattern(tmp_path: Path) -> None:
    for n in range(3):
        put(tmp_path / "set" / f"{n}.png", n)
        put(tmp_path / "set" / f"{n}_mask.png", n + 50)
    listing = listed(tmp_path, mask_pattern="{folder}/{stem}_mask.png")
    assert listing.columns is not None
    assert [e.id for e in listing.entries] == [f"set/{n}.png" for n in range(3)]
    assert list(listing.columns["mask"]) == [f"set/{n}_mask.png" for n in range(3)]
    assert "data.kind=masks" in failure(tmp_path, mask_pattern="{stem}_none.png")


# --- Several labels ---------------------------------------------------------------------------


def labels_table(root: Path, rows: Sequence[Sequence[str]], header: Sequence[str]) -> Path:
    for n in range(len(rows)):
        put(root / f"{n}.png", n)
    return make_csv(root / "l.csv", [(f"{n}.png", *row) for n, row in enumerate(rows)], header)


def test_labels_in_columns_and_in_one_cell_are_the_same(tmp_path: Path) -> None:
    sets = ["b", "a|b", "", "a", "a|b"]
    flags = [(str(int("a" in s)), str(int("b" in s)), "x") for s in sets]
    path = labels_table(tmp_path, flags, ("path", "a", "b", "note"))
    manifest = collect(DataPart(source=str(path)), 0)
    assert manifest.task == "multilabel"
    assert manifest.classes == ("a", "b")
    assert list(manifest.samples["labels"]) == ['["b"]', '["a", "b"]', "[]", '["a"]', '["a", "b"]']
    assert "meta:note" in manifest.samples and "meta:a" not in manifest.samples
    named = [(s or "b",) for s in sets]
    path = labels_table(tmp_path, named, ("path", "label"))
    manifest = collect(DataPart(source=str(path), label_separator="|"), 0)
    assert list(manifest.samples["labels"])[:3] == ['["b"]', '["a", "b"]', '["b"]']


def test_one_label_each_is_classification(tmp_path: Path) -> None:
    flags = [("1", "0"), ("0", "1")] * 3
    manifest = collect(DataPart(source=str(labels_table(tmp_path, flags, ("path", "a", "b")))), 0)
    assert manifest.task == "classify"
    assert list(manifest.samples["label"]) == list("ababab")
    assert "labels" not in manifest.samples


def test_cells_that_are_neither_are_named(tmp_path: Path) -> None:
    path = labels_table(tmp_path, [("1", "2"), ("", "0"), ("1", "1")], ("path", "a", "b"))
    said = failure(path, label_cols=("a", "b"))
    assert "row 2: b is 2" in said
    assert 'row 3: a is ""' in said
    assert "no column c" in failure(path, label_cols=("a", "c"))
    path = labels_table(tmp_path, [("x|y",), (" ",), ("x",)], ("path", "label"))
    assert "row 3: 1.png has no label" in failure(path, label_separator="|")


# --- Texts and series -------------------------------------------------------------------------


def test_texts_of_an_archive_with_parts(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    make_text(tmp_path / "t", ("좋다", "싫다", "좋다", "그저 그렇다", "z"))
    manifest = collect(
        DataPart(source=str(make_zip(tmp_path / "t.zip", files_of(tmp_path / "t")))), 0
    )
    assert manifest.task == "text"
    assert manifest.classes == ("0", "1")
    frame = manifest.samples.set_index("id")
    assert frame.loc["train.csv:2", "text"] == "좋다"
    assert set(frame["part"]) == {"train", "test"}
    same = frame.loc[["train.csv:2", "train.csv:4", "test.csv:2"], "sha256"]
    assert same.nunique() == 1
    assert frame["sha256"].nunique() == 4


def test_rows_can_have_names(tmp_path: Path) -> None:
    rows = [("a", "one", "x"), ("b", "two", "y"), ("a", "three", "x"), ("", "", "y")]
    path = make_csv(tmp_path / "t.csv", rows, ("key", "text", "label"))
    said = failure(path, id_col="key")
    assert "row 4: the id a stands in an earlier row" in said
    assert "row 5: no text" in said
    listing = listed(make_csv(path, rows[:2], ("key", "text", "label")), id_col="key")
    assert [e.id for e in listing.entries] == ["a", "b"]


def test_series_have_times_and_numbers(tmp_path: Path) -> None:
    rows = [("2024-01-01", "1.5", "u"), ("2024-01-02", "", "v"), ("2024-01-03", "-2", "w")]
    path = make_csv(tmp_path / "s.csv", rows, ("date", "value", "who"))
    manifest = collect(DataPart(source=str(path)), 0)
    assert manifest.task == "series"
    assert list(manifest.samples["id"]) == ["s.csv:2", "s.csv:3", "s.csv:4"]
    assert list(manifest.samples["time"]) == [f"2024-01-0{n}T00:00:00" for n in (1, 2, 3)]
    assert manifest.samples["target"].tolist()[::2] == [1.5, -2.0]
    assert list(manifest.samples["meta:who"]) == ["u", "v", "w"]
    said = failure(make_csv(path, [*rows, ("2024-01-04", "much", "x")], ("date", "value", "who")))
    assert "row 5: the target much is no number" in said


TIMES = {
    "iso": (["2024-01-31", "2024-02-01"], "2024-02-01T00:00:00"),
    "clock": (["2024-01-31 23:10", "2024-02-01 05:06"], "2024-02-01T05:06:00"),
    "part of a second": (["2024-01-31T00:00:00.5", "2024-02-01T00:00:00"], "2024-02-01T00:00:00.000000"),
    "offset": (["2024-01-31T00:00:00+09:00", "2024-02-01T00:00:00Z"], "2024-02-01T00:00:00Z"),
    "slashes": (["2024/01/31", "2024/02/01"], "2024-02-01T00:00:00"),
    "korean": (["2024년 01월 31일", "2024년 02월 01일"], "2024-02-01T00:00:00"),
    "day first": (["31/01/2024", "01/02/2024"], "2024-02-01T00:00:00"),
    "month first": (["01/31/2024", "02/01/2024"], "2024-02-01T00:00:00"),
}  # fmt: skip


@pytest.mark.parametrize("form", list(TIMES))
def test_dates_in_every_usual_form(tmp_path: Path, form: str) -> None:
    cells, expected = TIMES[form]
    path = make_csv(tmp_path / "s.csv", [(cell, "1") for cell in cells], ("date", "x"))
    columns = listed(path).columns
    assert columns is not None
    assert columns["time"].iloc[1] == expected


def test_broken_and_mixed_dates_are_named(tmp_path: Path) -> None:
    cells = ["2024-01-01", "2024-02-30", "", "01/02/2024", "2024-01-05", "2024-01-06+09:00", "yes"]
    path = make_csv(tmp_path / "s.csv", [(cell, "1") for cell in cells], ("date", "x"))
    said = failure(path)
    for row in (3, 4, 5, 8):
        assert f"row {row}:" in said
    assert "row 2:" not in said and "row 6:" not in said


def test_day_and_month_that_cannot_be_told_apart(tmp_path: Path) -> None:
    path = make_csv(tmp_path / "s.csv", [("01/02/2024", "1"), ("03/04/2024", "1")], ("date", "x"))
    assert "data.time_format" in failure(path)
    columns = listed(path, time_format="%d/%m/%Y").columns
    assert columns is not None
    assert columns["time"].tolist() == ["2024-02-01T00:00:00", "2024-04-03T00:00:00"]


def test_a_table_of_images_keeps_its_other_columns(tmp_path: Path) -> None:
    header = ("path", "label", "taken", *(f"c{n}" for n in range(70)))
    rows = [("ab"[n % 2], f"2024-01-0{n + 1}", *"0" * 70) for n in range(4)]
    path = labels_table(tmp_path, rows, header)
    manifest = collect(DataPart(source=str(path), time_col="taken"), 0)
    assert manifest.samples["time"].iloc[0] == "2024-01-01T00:00:00"
    assert sum(c.startswith("meta:") for c in manifest.samples) == 64
    assert reasons(manifest) == {f"meta:c{n}": "source.too_many_columns" for n in range(64, 70)}


# --- Folders ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "classes"),
    [("first", ("cat", "dog")), ("last", ("big", "small")), ("joined", ("cat/big", "cat/small", "dog/big", "dog/small"))],
)  # fmt: skip
def test_the_class_of_nested_folders(tmp_path: Path, level: str, classes: tuple[str, ...]) -> None:
    for n, place in enumerate([f"{a}/{b}" for a in ("cat", "dog") for b in ("big", "small")] * 2):
        put(tmp_path / "train" / place / f"{n}.png", n)
    assert collect(DataPart(source=str(tmp_path), class_level=level), 0).classes == classes


def test_classes_below_a_folder_that_is_none_are_pointed_at(tmp_path: Path) -> None:
    for n in range(4):
        put(tmp_path / "train" / "species" / ("cat", "dog")[n % 2] / f"{n}.png", n)
        put(tmp_path / "test" / "species" / ("cat", "dog")[n % 2] / f"{n}.png", n + 9)
    said = failure(tmp_path)
    assert "cat, dog" in said
    assert "data.class_level=last" in said


def test_linked_folders_inside_are_followed(tmp_path: Path) -> None:
    for n in range(4):
        put(tmp_path / "pool" / "ab"[n % 2] / f"{n}.png", n)
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        for label in "ab":
            (tmp_path / part / label).symlink_to(f"../pool/{label}")
    listing = listed(tmp_path)
    assert [(e.id, e.label) for e in listing.entries if e.part == "train"] == [
        ("train/a/0.png", "a"), ("train/a/2.png", "a"), ("train/b/1.png", "b"), ("train/b/3.png", "b"),
    ]  # fmt: skip
    assert set(reasons(listing).values()) == {"source.outside_parts"}
    manifest = collect(DataPart(source=str(tmp_path)), 0)
    assert len(manifest) == 8


def test_folders_that_link_to_each_other_crosswise_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dojang.data.sources.walk.MOST_LINKS", 200)
    for n in range(6):
        put(tmp_path / f"f{n}" / "x.png", n)
        for other in range(6):
            (tmp_path / f"f{n}" / f"to{other}").symlink_to(f"../f{other}")
    listing = listed(tmp_path)
    assert 6 <= len(listing.entries) <= 206
    assert set(reasons(listing).values()) == {"source.linked_folder"}
    assert [e.id for e in listing.entries] == [e.id for e in listed(tmp_path).entries]


def test_several_tables_are_told_and_none_too(tmp_path: Path) -> None:
    make_table(tmp_path, ("a", "b"))
    make_csv(tmp_path / "more.csv", [("a", "b")])
    assert "labels.csv, more.csv" in failure(tmp_path, kind="table")
    for path in tmp_path.glob("*.csv"):
        path.unlink()
    assert "no CSV or Parquet" in failure(tmp_path, kind="table")


def test_csv_dialect_of_a_member_is_that_of_a_file(tmp_path: Path) -> None:
    with (tmp_path / "t.tsv").open("w", encoding="cp949", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("text", "label"), ("가나", "x"), ("다", "y")])
    alone = listed(tmp_path / "t.tsv").columns
    packed = listed(make_zip(tmp_path / "t.zip", files_of(tmp_path))).columns
    assert alone is not None and packed is not None
    assert list(alone["text"]) == list(packed["text"]) == ["가나", "다"]


# --- The command line -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["voc", "masks", "multilabel", "text", "series"])
def test_training_on_another_kind_of_data_is_refused_in_words(
    tmp_path: Path, dojang: Dojang, kind: str
) -> None:
    (tmp_path / "data").mkdir()
    MAKERS[kind](tmp_path / "data", [f"{n}" for n in range(12)])
    for command in ("train", "init"):
        values = ["--set", f"data.kind={kind}", "--set", "data.workers=0"]
        answer = dojang(command, tmp_path / "data", *values)
        assert answer.code == 2, answer
        assert "trains classifiers of images so far" in answer.err
        assert "audited, explored and split" in answer.err
        assert "Traceback" not in answer.err
    assert not (tmp_path / "runs").exists()


def test_options_of_tables_can_be_set_on_the_command_line(tmp_path: Path, dojang: Dojang) -> None:
    path = labels_table(tmp_path, [("1", "0"), ("0", "1")] * 4, ("path", "a", "b"))
    answer = dojang("init", path, "--set", "data.label_cols=[a, b]", "--set", "data.workers=0")
    assert answer.code == 0, answer
    assert "label_cols:" in answer.out
    assert "kind: auto" in answer.out
    answer = dojang("init", path, "--set", "data.label_cols=a")
    assert "a list such as [a, b]" in answer.err
