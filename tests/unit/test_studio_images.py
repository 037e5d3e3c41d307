"""Images of a run: filters against plain Python, pictures that are what they should be, labels."""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from starlette.testclient import TestClient

from dojang.analysis.label_edit import Mark, mark_of, open_table, table_text, with_mark
from dojang.analysis.label_table import read_decisions, to_csv
from dojang.app import labels
from dojang.app.web.answers import SORTS, Answers, Wish, chosen
from dojang.core.store import RunFolder, read_json, read_parquet, write_json
from dojang.core.types import Predictions
from dojang.data.sources import read_table
from shapes import Dojang
from tests.fakes import fake_run
from tests.studios import HOME, copied, ids, opened, rows_in, studio_of

OURS = {"origin": HOME, "accept": "application/json"}


@pytest.fixture
def root(trained: Path, tmp_path: Path) -> Path:
    return copied(trained, tmp_path / "runs", "shapes").parent


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with opened(root) as found:
        yield found


def made_up(n: int = 300, classes: int = 4) -> Answers:
    draw = np.random.default_rng(5)
    shares = draw.dirichlet(np.ones(classes), n).astype(np.float32)
    shares[: n // 3] = shares[0]  # ties
    targets = draw.integers(-1, classes, n)
    names = tuple(f"{draw.choice(['cat', 'Dog', '새'])}/{i:04}" for i in draw.permutation(n))
    said = Predictions(names, shares, tuple("abcd"[:classes]), targets, "valid", np.zeros(n, int))
    found = Answers(said, Path("nowhere"))
    found.judge()
    return found


def reference(answers: Answers, wish: Wish) -> list[int]:
    """The same, one image after the other."""
    said, kept = answers.said, []
    for i, name in enumerate(said.ids):
        target, answer = int(said.targets[i]), int(said.probabilities[i].argmax())
        confidence = float(said.probabilities[i].max())
        fits = {
            "all": True, "wrong": target >= 0 and target != answer, "right": target == answer,
            "suspect": answers.doubt[i] >= 0.5,
        }  # fmt: skip
        if (fits[wish.show] and wish.true in (None, target) and wish.answer in (None, answer)
                and wish.low <= 100 * confidence <= wish.high
                and wish.text.casefold() in name.casefold()):  # fmt: skip
            kept.append(i)

    def rank(i: int) -> tuple[float, str]:
        ordered = sorted(said.probabilities[i].tolist())
        target = int(said.targets[i])
        value = {
            "sure": -ordered[-1], "unsure": ordered[-1], "margin": ordered[-1] - ordered[-2],
            "loss": -math.log(said.probabilities[i, target]) * -1 if target >= 0 else math.inf,
            "suspicion": -float(answers.doubt[i]), "name": 0.0,
        }[wish.sort]  # fmt: skip
        return value, said.ids[i]

    return sorted(kept, key=rank)


def test_filters_and_orders_are_those_of_plain_python() -> None:
    answers = made_up()
    wishes = [
        Wish(show=show, true=true, answer=answer, low=low, high=high, text=text, sort=sort)
        for show, true, answer, (low, high), text, sort in itertools.product(
            ("all", "wrong", "right", "suspect"), (None, 1), (None, 2), ((0, 100), (40, 70)),
            ("", "DOG", "새"), SORTS,
        )
    ]  # fmt: skip
    assert len(wishes) == 4 * 2 * 2 * 2 * 3 * 6
    for wish in wishes:
        assert chosen(answers, wish).tolist() == reference(answers, wish), wish


def test_the_grid_shows_what_the_address_says(root: Path, client: TestClient) -> None:
    run = ids(client)["shapes"]
    frame = read_parquet(RunFolder(root / "shapes").predictions("valid"))
    found = client.get(f"/runs/{run}/images?true=0&sort=name").text
    expected = frame.index[frame["target"] == sorted(set(frame["target"]))[0]]
    assert rows_in(found) == sorted(expected, key=lambda i: frame["id"][i])
    for bad in ("page=0", "true=7", "low=80&high=20", "show=none", "sort=x", "low=101", "slice=x",
                "text=" + "x" * 201, "part=train", "answer=-1", "true=1.5"):  # fmt: skip
        answer = client.get(f"/runs/{run}/images?{bad}")
        assert answer.status_code == 400 and "<h1>400</h1>" in answer.text, bad


def test_slices_hold_the_images_that_they_counted(root: Path, client: TestClient) -> None:
    folder, run = RunFolder(root / "shapes"), ids(client)["shapes"]
    from dojang.analysis.slice_columns import columns_of
    from dojang.analysis.slices import find_slices
    from dojang.core.tables import from_frame

    said = from_frame(read_parquet(folder.predictions("valid")), "valid")
    columns = columns_of(folder, said.ids, read_parquet(folder.manifest))
    from dojang.analysis.slice_columns import column_of

    for column, values in columns.items():
        np.testing.assert_array_equal(column_of(folder, said.ids, column), values)
    assert {"pixels", "mode", "brightness"} <= set(columns)
    columns["brightness"] = np.arange(len(said), dtype=np.float64)
    columns["meta:place"] = np.array(["=a", "b"] * len(said), dtype=object)[: len(said)]
    found = [s.to_json() for s in find_slices(said, columns)]
    from dojang.analysis.slices import members

    assert found or len(said) < 30
    write_json(folder.path / "again.json", found)
    for entry in read_json(folder.path / "again.json"):
        inside = members(entry, columns)
        assert inside is not None and int(inside.sum()) == entry["n"]
    assert (
        members({"column": "x", "kind": "value", "value": "", "low": None, "high": None}, columns)
        is None
    )
    assert client.get(f"/runs/{run}/images?slice=99").status_code in (400, 404)


def test_answers_are_read_as_everywhere_else(root: Path) -> None:
    from dojang.app.web.reading import read_answers
    from dojang.core.tables import from_frame

    folder = RunFolder(root / "shapes")
    path = folder.predictions("valid")
    frame = read_parquet(path)
    for moved in (False, True):
        if moved:  # a goal decides for another class, and one label is not known
            frame["predicted"] = frame["predicted"].iloc[::-1].to_numpy()
            frame.loc[3, "target"] = None
            frame.to_parquet(path)
        expected = from_frame(frame, "valid")
        found = read_answers(folder, "valid", path.stat().st_size).said
        assert (found.ids, found.classes) == (expected.ids, expected.classes)
        for name in ("probabilities", "targets", "fold", "predicted", "confidence"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_the_test_part_stays_sealed(root: Path, client: TestClient) -> None:
    folder, run = RunFolder(root / "shapes"), ids(client)["shapes"]
    shutil.copy(folder.predictions("valid"), folder.predictions("test"))
    for path in ("images?part=test", "images/test/0", "pictures/test/0/small", "near/test/0/0",
                 "why/test/0"):  # fmt: skip
        answer = client.get(f"/runs/{run}/{path}")
        assert answer.status_code == 403 and "sealed" in answer.text, path
    write_json(folder.record, read_json(folder.record) | {"test_opened": "2026-01-01T00:00:00"})
    assert client.get(f"/runs/{run}/images?part=test").status_code == 200
    assert client.post(f"/runs/{run}/images/test/0/label", data={"choice": "0"},
                       headers=OURS).status_code == 409  # fmt: skip


def test_a_picture_is_the_image_made_anew(root: Path, photos: Path, client: TestClient) -> None:
    run = ids(client)["shapes"]
    frame = read_parquet(RunFolder(root / "shapes").predictions("valid"))
    answer = client.get(f"/runs/{run}/pictures/valid/0/large")
    assert answer.headers["content-type"] == "image/webp"
    shown = Image.open(io.BytesIO(answer.content)).convert("RGB")
    true = (
        Image.open(photos / frame["id"][0])
        .convert("RGB")
        .resize(shown.size, Image.Resampling.BICUBIC)
    )
    assert np.abs(np.asarray(shown, float) - np.asarray(true, float)).mean() < 12
    tag = {"if-none-match": answer.headers["etag"]}
    assert client.get(f"/runs/{run}/pictures/valid/0/large", headers=tag).status_code == 304


def _point_at(folder: RunFolder, source: dict[str, str], **columns: Any) -> None:
    """Rewrite a manifest as a stranger might."""
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(folder.manifest)
    frame = table.to_pandas()
    for name, value in columns.items():
        frame[name] = value
    metadata = {**table.schema.metadata, b"dojang.source": json.dumps(source).encode()}
    pq.write_table(pa.Table.from_pandas(frame).replace_schema_metadata(metadata), folder.manifest)


def test_a_foreign_manifest_shows_no_file_that_its_maker_did_not_have(
    root: Path, client: TestClient, tmp_path: Path
) -> None:
    """S12: neither text nor a private photograph, however it is named."""
    folder, run = RunFolder(root / "shapes"), ids(client)["shapes"]
    private = tmp_path / "private"
    private.mkdir()
    Image.new("RGB", (9, 9), (200, 10, 10)).save(private / "me.png")
    frame = read_parquet(folder.predictions("valid"))
    known = read_parquet(folder.manifest)
    for name, kind in (("me.png", "folder"), ("../private/me.png", "folder"), ("passwd", "folder")):
        where = "/etc" if name == "passwd" else str(private)
        frame["id"] = [name] + [f"x{i}" for i in range(1, len(frame))]
        frame.to_parquet(folder.predictions("valid"))
        names = [name] + [f"y{i}" for i in range(1, len(known))]
        _point_at(folder, {"kind": kind, "root": where}, id=names)
        answer = client.get(f"/runs/{run}/pictures/valid/0/small")
        assert answer.headers["content-type"].startswith("image/svg"), name
        assert client.get(f"/runs/{run}/why/valid/0").status_code in (404, 409)
    digest = hashlib.sha256((private / "me.png").read_bytes()).hexdigest()
    frame["id"] = ["me.png"] + [f"x{i}" for i in range(1, len(frame))]
    frame.to_parquet(folder.predictions("valid"))
    names = ["me.png"] + [f"y{i}" for i in range(1, len(known))]
    _point_at(folder, {"kind": "folder", "root": str(private)}, id=names,
              sha256=[digest] * len(known))  # fmt: skip
    assert client.get(f"/runs/{run}/pictures/valid/0/small").headers["content-type"] == "image/webp"
    for odd in ({"kind": "files", "root": ""}, {"kind": "folder", "root": "//host/share"},
                {"kind": "folder", "root": "relative"}, {"kind": "exec", "root": "/"}):  # fmt: skip
        _point_at(folder, odd)
        reason = client.get(f"/runs/{run}/pictures/valid/0/small").headers["x-reason"]
        assert reason == "studio.image.gone"


def test_data_that_moved_are_found_where_they_are_now(
    root: Path, photos: Path, tmp_path: Path
) -> None:
    folder = RunFolder(root / "shapes")
    _point_at(folder, {"kind": "folder", "root": "/gone/away/photos"})
    with opened(root) as client:
        run = ids(client)["shapes"]
        answer = client.get(f"/runs/{run}/pictures/valid/0/small")
        assert answer.headers["x-reason"] == "studio.image.gone" and "not where" in answer.text
    with opened(root, (photos.parent,)) as client:
        answer = client.get(f"/runs/{run}/pictures/valid/0/small")
        assert answer.headers["content-type"] == "image/webp"


def test_a_label_is_fixed_and_read_by_the_command_that_applies_it(
    root: Path, client: TestClient, dojang: Dojang, tmp_path: Path
) -> None:
    run, folder = ids(client)["shapes"], RunFolder(root / "shapes")
    said = read_parquet(folder.predictions("valid"))
    classes = read_json(folder.record)["classes"]
    path = f"/runs/{run}/images/valid/"
    target = next(i for i, name in enumerate(classes) if name != said["target"][0])
    answer = client.post(f"{path}0/label", data={"choice": str(target)}, headers=OURS)
    assert answer.json()["new_label"] == classes[target]
    assert client.post(f"{path}1/label", data={"choice": "drop"}, headers=OURS).status_code == 200
    kept = classes.index(said["target"][2])
    assert (
        client.post(f"{path}2/label", data={"choice": str(kept)}, headers=OURS).json()["action"]
        == "keep"
    )
    manifest = read_parquet(folder.manifest)
    found = read_decisions(folder.labels, manifest, classes)
    changes = {c.id: c.new_label for c in found.changes}
    assert changes == {said["id"][0]: classes[target], said["id"][1]: None} and found.kept == 1
    out = tmp_path / "fixed.parquet"
    assert dojang("labels", root / "shapes", "--fix", folder.labels, "--out", out).code == 0
    fixed = pd.read_parquet(out).set_index("id")["label"]
    assert fixed[said["id"][0]] == classes[target] and said["id"][1] not in fixed
    csv = client.get(f"/runs/{run}/fixes.csv")
    assert (
        csv.content == folder.labels.read_bytes()
        and "attachment" in csv.headers["content-disposition"]
    )
    page = client.get(f"/runs/{run}/fixes").text
    assert "--fix" in page and page.count('value="clear"') == 3
    for _ in range(3):
        assert client.post(f"/runs/{run}/fixes/undo", headers=OURS).json()["id"]
    assert client.post(f"/runs/{run}/fixes/undo", headers=OURS).json()["id"] is None
    assert not read_decisions(folder.labels, manifest, classes).changes
    for bad in ("", "99", "-1", "x", "1e1", "²"):
        assert client.post(f"{path}0/label", data={"choice": bad}, headers=OURS).status_code == 409


def test_rows_of_others_stay_as_they_are(root: Path, client: TestClient) -> None:
    run, folder = ids(client)["shapes"], RunFolder(root / "shapes")
    folder.labels.write_text(to_csv(labels.review(root / "shapes")), "utf-8")
    table = read_table(folder.labels)
    table["note"] = "=mine"
    table.loc[table.index[3], "action"] = "drop"
    folder.labels.write_text(table_text(table), "utf-8")
    client.post(f"/runs/{run}/images/valid/0/label", data={"choice": "1"}, headers=OURS)
    after = read_table(folder.labels)
    said = read_parquet(folder.predictions("valid"))
    place = after.index[after["id"] == said["id"][0]][0]
    assert after["new_label"][place] or after["action"][place]
    after.loc[place, ["action", "new_label"]] = table.loc[place, ["action", "new_label"]]
    pd.testing.assert_frame_equal(after.astype(object), table.astype(object))
    raw = folder.labels.read_text("utf-8")
    assert raw.startswith("\ufeff") and ",=mine" not in raw
    # Somebody changes the row in the meantime: undoing leaves it.
    again = read_table(folder.labels)
    again.loc[place, ["action", "new_label"]] = ["?", ""]
    folder.labels.write_text(table_text(again), "utf-8")
    client.post(f"/runs/{run}/fixes/undo", headers=OURS)
    assert read_table(folder.labels)["action"][place] == "?"


@pytest.mark.parametrize("name", ["=1+1", "'quoted", "'=x", "plain", "고양이", 'a,"b"', "@x"])
def test_names_that_spreadsheets_run_survive_the_table(tmp_path: Path, name: str) -> None:
    path = tmp_path / "labels.csv"
    frame = with_mark(open_table(path), name, name, "", Mark(new_label=name + "2"))
    path.write_text(table_text(frame), "utf-8")
    assert mark_of(open_table(path), name).new_label.removeprefix("'") == name + "2"
    samples = pd.DataFrame({"id": [name], "label": [name]})
    found = read_decisions(path, samples, (name, name + "2"))
    assert [(c.id, c.new_label) for c in found.changes] == [(name, name + "2")]
    second = with_mark(open_table(path), name, name, "", Mark())
    assert len(second) == 1 and mark_of(second, name).empty


def test_without_javascript_forms_lead_back(client: TestClient) -> None:
    run = ids(client)["shapes"]
    path = f"/runs/{run}/images/valid/0"
    back = f"{path}?show=wrong"
    for given, expected in ((back, back), ("https://evil.example/", path), ("//evil.example", path),
                            ("/runs/\\evil", path)):  # fmt: skip
        answer = client.post(f"{path}/label", data={"choice": "drop", "back": given},
                             headers={"origin": HOME}, follow_redirects=False)  # fmt: skip
        assert answer.status_code == 303 and answer.headers["location"] == expected
    assert "left out" in client.get(path).text


def test_hostile_names_are_text(tmp_path: Path) -> None:
    hostile = ("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "{{ 7*7 }}")
    fake_run(tmp_path / "runs" / "<b>x", classes=hostile, per_class=8, studied=False)
    with opened(tmp_path / "runs") as client:
        run = next(iter(ids(client).values()))
        for page in ("", "/images", "/images/valid/0", "/fixes", "/images?show=wrong"):
            text = client.get(f"/runs/{run}{page}").text
            assert "<script>alert" not in text and "<img src=x" not in text and "<b>x" not in text
        assert studio_of(client).index.find(run) is not None
