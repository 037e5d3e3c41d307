"""What is said of a data set follows from its files, and the test part is not looked at."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import dojang as dojang_package
from dojang.analysis.report.explore import confused_pairs
from dojang.analysis.report.scatter import Bubble, bubbles, scatter
from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.recipe import DataPart, SplitPart
from dojang.core.types import Manifest, SplitPlan, Survey
from dojang.data.collect import collect_and_survey
from dojang.data.describe import associations, describe, describe_looks, layout, neighbours
from dojang.data.describe.association import correlation_ratio, cramers_v
from dojang.data.describe.numbers import channels_of, outside_test
from dojang.data.split import make_plan
from shapes import Dojang


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Manifest, Survey, SplitPlan]:
    root = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for label, base, count, size in (("밤", 30, 30, (40, 30)), ("day", 200, 60, (60, 30))):
        (root / label).mkdir()
        for i in range(count):
            pixels = np.clip(rng.normal(base, 20, (size[1], size[0], 3)), 0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(root / label / f"{i}.png")
    (root / "day" / "broken.png").write_bytes(b"no image")
    manifest, survey = collect_and_survey(DataPart(source=str(root)), 0)
    return manifest, survey, make_plan(manifest, SplitPart())


def test_a_description_counts_what_there_is(found: tuple[Manifest, Survey, SplitPlan]) -> None:
    _, _, plan = found
    d = describe(*found)
    assert d.images == 90
    assert d.seen == 90 - len(plan.ids("test"))
    assert sum(d.parts.values()) == 90
    assert list(d.counts) == ["day", "밤"]
    assert sum(d.counts.values()) == d.seen
    assert d.refused == {"decode.not_image": 1}
    assert d.sizes[0][:2] == (60, 30)
    assert sum(n for _, _, n in d.sizes) == d.seen
    assert (d.width.low, d.height.middle) == (40, 30)
    assert d.aspect.high == pytest.approx(2.0)
    assert d.light["brightness"]["밤"].middle < 60 < 180 < d.light["brightness"]["day"].middle
    assert d.modes == {"RGB": d.seen}
    assert d.gray == 0


def test_labels_of_the_test_part_change_nothing(found: tuple[Manifest, Survey, SplitPlan]) -> None:
    manifest, survey, plan = found
    sealed = ~outside_test(manifest, plan)
    assert sealed.sum() == len(plan.ids("test")) > 0
    frame = manifest.samples.copy()
    frame.loc[sealed, "label"] = "밤"
    other = Manifest(frame, manifest.classes, manifest.refused, manifest.source)
    assert describe(other, survey, plan) == describe(manifest, survey, plan)


def test_channels_are_those_of_all_pixels() -> None:
    thumbs = np.random.default_rng(1).integers(0, 256, (50, 32, 32, 3), dtype=np.uint8)
    for i, channel in enumerate(channels_of(thumbs)):
        values = thumbs[..., i].astype(np.float64)
        assert channel.mean == pytest.approx(values.mean())
        assert channel.std == pytest.approx(values.std())
        assert sum(channel.histogram) == pytest.approx(1)
        assert channel.histogram[3] == pytest.approx(((values >= 24) & (values < 32)).mean())


def test_alike_pictures_are_neighbours() -> None:
    rng = np.random.default_rng(2)
    first = rng.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    first = np.repeat(np.repeat(first[:, ::8, ::8], 8, axis=1), 8, axis=2)  # coarse patterns
    second = np.clip(first.astype(int) + rng.integers(-9, 10, first.shape), 0, 255)
    thumbs = np.concatenate([first, second.astype(np.uint8)])
    labels = np.array([str(i % 40) for i in range(80)], dtype=object)
    near = neighbours(describe_looks(thumbs), labels)
    assert (near.nearest[:, 0] == (np.arange(80) + 40) % 80).all()
    assert near.agreement == 1
    assert near.chance == pytest.approx(1 / 40)
    assert confused_pairs(near, labels) == ()
    mixed = np.where(np.arange(80) < 40, "a", "b").astype(object)
    assert confused_pairs(near, mixed) == (("a", "b", 1.0),)


def test_no_directions_where_there_are_no_edges() -> None:
    flat = np.full((6, 32, 32, 3), 77, dtype=np.uint8)
    assert np.isfinite(describe_looks(flat)).all()
    near = neighbours(describe_looks(flat), np.array(["a"] * 6, dtype=object))
    assert near.agreement == 1


@pytest.mark.parametrize("count", [1, 2, 4, 5, 40])
def test_every_picture_gets_a_place(count: int) -> None:
    looks = np.random.default_rng(3).normal(size=(count, 6)).astype(np.float32)
    rows, places = layout(looks)
    assert rows.tolist() == list(range(count))
    assert places.shape == (count, 2)
    assert places.min() >= 0
    assert places.max() <= 1
    assert np.array_equal(layout(looks)[1], places)


def test_strengths_of_columns() -> None:
    rng = np.random.default_rng(4)
    labels = np.array(["a", "b"] * 300, dtype=object)
    noise = rng.normal(size=600)
    columns = {
        "camera": pd.Series(np.where(labels == "a", "Canon", "Nikon")),
        "coin": pd.Series(rng.choice(["heads", "tails"], 600)),
        "size": pd.Series((noise + 10 * (labels == "a")).astype(str)),
        "noise": pd.Series(noise.astype(str)),
        "patient": pd.Series([f"P{i}" for i in range(600)]),
        "constant": pd.Series(["x"] * 600),
        "gaps": pd.Series(np.where(np.arange(600) % 3 == 0, "", np.where(labels == "a", "1", "2"))),
    }
    by_name = {a.column: a for a in associations(columns, labels)}
    assert by_name["camera"].strength == pytest.approx(1, abs=0.01)
    assert by_name["coin"].strength is not None
    assert by_name["coin"].strength < 0.1
    assert (by_name["size"].kind, by_name["noise"].kind) == ("number", "number")
    assert (by_name["size"].strength or 0) > 0.95
    assert (by_name["noise"].strength or 0) < 0.15
    assert (by_name["patient"].kind, by_name["patient"].strength) == ("unique", None)
    assert by_name["constant"].kind == "constant"
    assert by_name["gaps"].missing == pytest.approx(1 / 3)
    assert [a.strength for a in associations(columns, labels)][-2:] == [None, None]


def test_strengths_of_nothing_are_seldom_large() -> None:
    rng = np.random.default_rng(5)
    labels = rng.choice(["a", "b", "c"], 200).astype(object)
    categories = [
        cramers_v(rng.choice(list("xyzw"), 200).astype(object), labels) for _ in range(300)
    ]
    numbers = [correlation_ratio(rng.normal(size=200), labels) for _ in range(300)]
    assert np.mean(np.square(categories)) < 0.006  # uncorrected it is (r - 1)(c - 1)/n/2 = 0.015
    assert np.mean(np.square(numbers)) < 0.008


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=2, max_size=40))
def test_strengths_lie_between_none_and_all(pairs: list[tuple[str, str]]) -> None:
    values, labels = (np.array(column, dtype=object) for column in zip(*pairs, strict=True))
    assert 0 <= cramers_v(values, labels) <= 1
    numbers = np.array([ord(v) for v in values], dtype=np.float64)
    assert 0 <= correlation_ratio(numbers, labels) <= 1


def test_names_cannot_break_a_drawing() -> None:
    evil = '"><script>alert(1)</script>\n\x00'
    for svg in (
        scatter(np.array([[0.5, 0.5]], np.float32), [3], [evil]),
        bubbles([Bubble(10, 20, 3, evil), Bubble(10, 20000, 1, "x")]),
    ):
        tags: list[str] = []
        parser = HTMLParser()
        parser.handle_starttag = lambda tag, attrs, tags=tags: tags.append(tag)  # type: ignore[method-assign]
        parser.feed(svg)
        assert "script" not in tags
        assert "\x00" not in svg


def test_the_command_writes_a_page_and_says_the_answers(
    dojang: Dojang, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "look.html"
    answer = dojang("explore", photos, "--out", out)
    assert answer.code == 0
    assert answer.out.count("\n- ") >= 3
    page = out.read_text(encoding="utf-8")
    assert "In short" in page
    assert "http" not in page.replace("http-equiv", "")
    again = dojang("explore", photos, "--out", out)
    assert again.code == 2
    assert "exists already" in again.err


def test_the_verbs_of_python_look_too(photos: Path, tmp_path: Path) -> None:
    audited = dojang_package.audit(photos, out=tmp_path / "audit.html", progress=False)
    assert not audited.failed
    assert {"findings", "clusters"} <= set(audited.to_json())
    seen = dojang_package.explore(photos, out=tmp_path / "look.html", progress=False)
    assert seen.description.images == len(seen.manifest)
    assert (tmp_path / "audit.html").stat().st_size > 10_000
    assert (tmp_path / "look.html").stat().st_size > 10_000
    drawn = dojang_package.preview(photos, count=2, progress=False)
    assert len(drawn.rows) == 2
    with pytest.raises(DataError):
        dojang_package.explore(photos, out=tmp_path / "look.html", progress=False)


def test_the_command_speaks_korean_and_json(dojang: Dojang, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "look.html"
    with use_language("ko"):
        tree = json.loads(dojang("explore", photos, "--json", "--out", out).out)
    assert tree["images"] == tree["seen"] + tree["parts"]["test"]
    assert 0 <= tree["neighbours"]["chance"] <= 1
    assert "한눈에 보기" in out.read_text(encoding="utf-8")
    assert any("클래스" in line for line in tree["answers"])
