"""What many fits say together, how training sets are drawn, and how it is laid out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from markupsafe import escape

from dojang.analysis.report import write_report
from dojang.analysis.report.study import lay_out
from dojang.analysis.study import Fit, Job
from dojang.app.refits import draw, drawn_plan, ground_of
from dojang.app.study_grid import parse_sizes
from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.recipe import SplitPart
from dojang.data.split import make_plan
from makers import make_manifest
from tests.fakes import fake_run
from tests.studies import GRID, made_up_study

LABELS = ["a"] * 60 + ["b"] * 30 + ["c"] * 10


def job(kind: str, share: float, seed: int = 0) -> Job:
    return Job(kind, 16.0, share, 64, seed)  # type: ignore[arg-type]


def test_every_fit_is_there_once_and_the_first_rounds_have_some_of_everything() -> None:
    jobs = GRID.jobs()
    assert len(set(jobs)) == len(jobs)
    assert sum(j.draw == "bootstrap" for j in jobs) == 4 * (3 + 3)  # the base is on both axes
    assert sum(j.draw == "subset" for j in jobs) == 3 * (4 + 2)  # so is the usual batch
    assert sum(j.probed for j in jobs) == 3 * 3
    first = [j for j in jobs if j.seed == 0]
    assert jobs[: len(first)] == tuple(first)
    fit = Fit(jobs[0], 9, (0, 1), 1.0)
    assert Fit.from_json(fit.to_json()) == fit


def test_a_draw_follows_from_its_seed_and_keeps_classes() -> None:
    manifest = make_manifest(LABELS)
    ground = ground_of(manifest, make_plan(manifest, SplitPart(test=0.1, valid=0.2)), 7)
    n, targets = len(ground.ids), np.asarray(ground.design.strata)
    half = draw(ground, job("subset", 0.5))
    assert set(half.tolist()) == {0, 1} and abs(half.sum() - n / 2) <= 2
    assert (half == draw(ground, job("subset", 0.5))).all()
    assert (half != draw(ground, job("subset", 0.5, 1))).any()
    assert (draw(ground, job("subset", 1.0)) == 1).all()
    again = draw(ground, job("bootstrap", 1.0))
    assert again.sum() == n and again.max() > 1 and 0.5 < (again > 0).mean() < 0.75
    for counts in (half, again, draw(ground, job("subset", 0.01))):
        assert set(targets[counts > 0]) == {0, 1, 2}


def test_groups_are_drawn_whole() -> None:
    groups = [f"g{i // 4}" for i in range(len(LABELS))]
    manifest = make_manifest(LABELS, groups)
    ground = ground_of(manifest, make_plan(manifest, SplitPart(test=0.1, valid=0.2)), 0)
    owner = dict(zip(manifest.samples["id"], groups, strict=True))
    for kind in ("subset", "bootstrap"):
        counts = draw(ground, job(kind, 0.5))
        by_group: dict[str, set[int]] = {}
        for identifier, count in zip(ground.ids, counts.tolist(), strict=True):
            by_group.setdefault(owner[identifier], set()).add(count)
        assert all(len(found) == 1 for found in by_group.values())


def test_a_drawn_plan_holds_the_draw_and_never_the_test_part() -> None:
    manifest = make_manifest(LABELS)
    plan = make_plan(manifest, SplitPart(test=0.2, valid=0.2))
    ground = ground_of(manifest, plan, 0)
    counts = draw(ground, job("bootstrap", 1.0))
    made = drawn_plan(ground, counts)
    assert made.ids("train") == list(np.repeat(np.array(ground.ids, dtype=object), counts))
    assert tuple(made.ids("valid")) == ground.held_out and made.ids("test") == []
    assert not set(plan.ids("test")) & {*ground.ids, *ground.held_out}


def test_folds_and_bootstrap_splits_are_studied_by_their_first_model() -> None:
    manifest = make_manifest(LABELS)
    for kind in ("kfold", "bootstrap"):
        plan = make_plan(manifest, SplitPart(kind=kind, test=0.1))
        ground = ground_of(manifest, plan, 0)
        assert not set(ground.ids) & set(ground.held_out)
        assert len(set(ground.ids)) == len(ground.ids)


def test_the_tree_adds_up_and_finds_the_law_that_was_put_in() -> None:
    tree = made_up_study(held_out=2000)
    for row in (*tree["capacity"], *tree["size"]):
        total = row["bias"]["value"] + row["net"]["value"]
        assert total == pytest.approx(row["error"]["value"])
    said = tree["growth"]["expected"]
    assert said["low"] < 0.05 + 3 * 3200**-0.4 < said["high"]
    assert [row["batch"] for row in tree["batches"]] == [16, 64, 256]
    assert tree["change"]["error"]["high"] < 0


def test_what_is_not_measured_yet_is_left_out() -> None:
    first = made_up_study(fits=1)
    assert first["capacity"] == [] and first["growth"] is None and first["change"] is None
    found = lay_out(first)
    assert any("1 of " in sentence for sentence in found.sentences)
    assert not found.size and not found.growth
    one_seed = made_up_study(fits=13)
    assert one_seed["growth"]["refusal"] == "few" and lay_out(one_seed).growth


def test_heads_have_no_batches_and_a_network_without_width_no_axis() -> None:
    heads = lay_out(made_up_study(replace(GRID, batches=(), batch=0)))
    assert not heads.eigenvalue and any("one minimum" in s for s in heads.sentences)
    tree = made_up_study(replace(GRID, capacities=(16.0,))) | {"axis": None}
    found = lay_out(tree)
    assert not found.capacity and not found.by_capacity and found.size


def test_a_network_without_second_derivatives_is_said_in_words() -> None:
    tree = made_up_study()
    tree["minimum"] |= {"eigenvalue": None, "reason": "no derivative"}
    for row in tree["batches"]:
        for one in row["seeds"]:
            one["eigenvalue"] = None
    found = lay_out(tree)
    assert any("no second derivatives" in s for s in found.sentences)
    assert not found.eigenvalue and found.rise


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_report_shows_a_study_or_the_command(tmp_path: Path, lang: str) -> None:
    page = write_report(*fake_run(tmp_path / "one"), lang).read_text("utf-8")
    with use_language(lang):
        for sentence in lay_out(made_up_study()).sentences:
            assert str(escape(sentence)) in page
    assert page.count('class="plot"') >= 5 and 'id="study"' in page
    without = write_report(*fake_run(tmp_path / "two", studied=False), lang).read_text("utf-8")
    assert "dojang study runs/two" in without and 'id="study"' in without


def test_sizes_are_read_and_what_is_none_is_named() -> None:
    assert parse_sizes("0.25, 0.5,1") == (0.25, 0.5, 1.0)
    assert parse_sizes(None) == ()
    with pytest.raises(DataError) as caught:
        parse_sizes("0.5,half,,2")
    assert "half" in str(caught.value)
