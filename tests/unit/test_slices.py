"""Slices: a planted one is found, chance is not taken for one, hard classes are not blamed on
slices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import fisher_exact

from dojang.analysis.report.slices import lay_out
from dojang.analysis.slices import FEWEST, MOST_VALUES, find_slices
from dojang.core.i18n import use_language
from dojang.core.store import RunFolder, write_json
from dojang.core.types import Predictions
from tests.conftest import Dojang
from tests.fakes import fake_run


def said(right: np.ndarray, targets: np.ndarray, classes: int = 3) -> Predictions:
    answers = np.where(right, targets, (targets + 1) % classes)
    shares = np.full((len(targets), classes), 0.1, np.float32)
    shares[np.arange(len(targets)), answers] = 1.1 - 0.1 * classes
    ids = tuple(f"{i:04}.jpg" for i in range(len(targets)))
    names = tuple(f"c{i}" for i in range(classes))
    return Predictions(ids, shares, names, targets, "valid", np.zeros(len(targets), np.int64))


def test_a_dark_quarter_in_which_the_model_stumbles_comes_first() -> None:
    rng = np.random.default_rng(0)
    targets, light = rng.integers(0, 3, 600), rng.uniform(0, 255, 600)
    right = rng.random(600) < np.where(light < 64, 0.6, 0.9)
    columns = {"brightness": light, "contrast": rng.uniform(0, 80, 600)}
    found = find_slices(said(right, targets), columns)
    first = found[0]
    assert (first.column, first.kind) == ("brightness", "range") and first.low < 2
    assert first.sure and first.gap < -0.2
    assert first.expected == pytest.approx(right[light >= first.high].mean(), abs=0.02)
    assert first.accuracy.low < first.accuracy.value < first.accuracy.high < first.expected
    assert all(not right[int(name[:4])] for name in first.examples) and len(first.examples) == 3


def test_chance_among_many_slices_is_rarely_taken_for_one() -> None:
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        targets = rng.integers(0, 3, 300)
        right = rng.random(300) < 0.8
        columns = {f"c{i}": rng.random(300) for i in range(6)}
        columns |= {f"w{i}": rng.integers(0, 5, 300) for i in range(4)}
        alarms += any(s.sure for s in find_slices(said(right, targets), columns))
    assert alarms <= 7, "5 in 100, 44 slices each"


def test_a_hard_class_is_not_blamed_on_the_slice_that_holds_it() -> None:
    rng = np.random.default_rng(1)
    targets = np.repeat([0, 1, 2], 300)
    right = rng.random(900) < np.where(targets == 2, 0.5, 0.95)
    camera = np.where(targets == 2, np.where(rng.random(900) < 0.9, "old", "new"), "new")
    camera = np.where(rng.random(900) < 0.1, "old", camera).astype(object)
    found = find_slices(said(right, targets), {"meta:camera": camera})
    old = next(s for s in found if s.value == "old")
    assert old.accuracy.value < 0.65 and abs(old.gap) < 0.12 and not old.sure


def test_one_class_is_fishers_table() -> None:
    rng = np.random.default_rng(2)
    right, inside = rng.random(400) < 0.8, rng.random(400) < 0.3
    right[inside] &= rng.random(inside.sum()) < 0.85
    found = find_slices(said(right, np.zeros(400, int)), {"meta:x": np.where(inside, "a", "b")})
    table = [[int((inside & right).sum()), int((inside & ~right).sum())],
             [int((~inside & right).sum()), int((~inside & ~right).sum())]]  # fmt: skip
    # Two slices, one the rest of the other: both are corrected for two.
    assert found[0].p == pytest.approx(min(1.0, 2 * fisher_exact(table).pvalue), rel=0.25)


def test_groups_make_a_slice_less_sure_of_its_accuracy() -> None:
    rng = np.random.default_rng(3)
    groups = np.arange(400) // 10
    right = np.repeat(rng.random(40) < 0.8, 10)
    light = np.repeat(rng.random(40), 10)
    targets = np.repeat(rng.integers(0, 3, 40), 10)
    plain = find_slices(said(right, targets), {"light": light})
    grouped = find_slices(said(right, targets), {"light": light}, groups)
    width = {s.low: s.accuracy.high - s.accuracy.low for s in plain}
    assert all(
        s.accuracy.high - s.accuracy.low > width[s.low] for s in grouped if s.accuracy.value < 1
    )


def test_missing_values_few_samples_and_single_values_make_no_slice() -> None:
    rng = np.random.default_rng(4)
    targets, right = rng.integers(0, 3, 200), rng.random(200) < 0.8
    words = np.array(["often"] * 190 + ["seldom"] * (FEWEST - 5), dtype=object)
    some = np.where(np.arange(200) < 100, np.nan, rng.random(200))
    columns = {
        "meta:one": np.array(["same"] * 200, dtype=object), "meta:words": words,
        "meta:gaps": np.array([None] * 100 + ["a", "b"] * 50, dtype=object), "half": some,
    }  # fmt: skip
    found = find_slices(said(right, targets), columns)
    assert {s.column for s in found} == {"meta:words", "meta:gaps", "half"}
    assert {s.value for s in found if s.column == "meta:words"} == {"often"}
    assert sum(s.n for s in found if s.column == "half") == 100
    assert sum(s.n for s in found if s.column == "meta:gaps") == 100


def test_rare_values_go_together() -> None:
    rng = np.random.default_rng(5)
    words = np.array(
        [f"v{i % 25:02}" for i in range(1000)] + [f"r{i}" for i in range(40)], dtype=object
    )
    targets, right = rng.integers(0, 3, 1040), rng.random(1040) < 0.8
    found = find_slices(said(right, targets), {"meta:shop": words})
    assert sum(s.kind == "value" for s in found) == MOST_VALUES
    (rest,) = [s for s in found if s.kind == "rest"]
    assert rest.n == 1040 - 40 * MOST_VALUES


def _saved(run: Path) -> RunFolder:
    folder, _ = fake_run(run)
    rng = np.random.default_rng(0)
    targets, light = rng.integers(0, 3, 600), rng.uniform(0, 255, 600)
    right = rng.random(600) < np.where(light < 64, 0.6, 0.9)
    shop = np.array(["<b>one", "두 번째"], dtype=object)[rng.integers(0, 2, 600)]
    found = find_slices(said(right, targets), {"brightness": light, "meta:shop": shop})
    tree = {"part": "valid", "n": 600, "columns": [], "slices": [s.to_json() for s in found]}
    write_json(folder.slices("valid"), tree)
    return folder


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_slices_are_told_in_words_in_json_and_in_the_report(
    tmp_path: Path, dojang: Dojang, lang: str
) -> None:
    folder = _saved(tmp_path / "run-1")
    with use_language(lang):
        told = dojang("slices", folder.path, "--top", 2)
        name = lay_out(dojang("slices", folder.path, "--json").json).worse[0].name
        page = dojang("report", folder.path)
    assert told.code == page.code == 0 and name in told.out
    text = folder.report.read_text(encoding="utf-8")
    part = text[text.index('<section id="slices"') :].split("</section>")[0]
    assert name in part and "&lt;b&gt;one" in part and "<b>one" not in part
    missing = dojang("slices", folder.path, "--part", "test")
    assert missing.code == 2 and "test" in missing.err
