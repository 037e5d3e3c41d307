"""Splits by time, of many labels, and by bootstrap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.app.predicting import average_by_id
from dojang.core.types import DRAWS, Manifest
from dojang.data.split import counts
from dojang.data.split.draws import bootstrap
from dojang.data.split.units import make_units
from tests.makers import make_manifest
from tests.splits import LARGE, failure, manifests, noted, plan_of, planned, proven, with_columns

PROPERTIES = settings(max_examples=25, deadline=None)

# --- By time ----------------------------------------------------------------------------------


@PROPERTIES
@given(manifests(largest=15))
def test_each_part_ends_before_the_next_begins(manifest: Manifest) -> None:
    plan = planned(manifest, kind="time")
    units = make_units(manifest)
    times = pd.to_datetime(manifest.samples["time"]).to_numpy()
    newest = pd.Series(times).groupby(units.of).max().to_numpy()[units.of]
    where = dict(zip(plan.assignment["id"], plan.assignment["part"], strict=True))
    part = np.array([where[i] for i in manifest.samples["id"]])
    assert newest[part == "train"].max() < newest[part == "valid"].min()
    assert newest[part == "valid"].max() < newest[part == "test"].min()
    assert "time" in proven(plan)


def test_shares_by_time_are_right_where_times_differ() -> None:
    days = pd.date_range("2024-01-01", periods=200, freq="h").strftime("%Y-%m-%dT%H:%M:%S")
    manifest = with_columns(make_manifest(["a", "b"] * 100), time=list(days)[::-1])
    plan = plan_of(manifest, kind="time", ratio="6:3:1")
    assert counts(plan) == {"train": 120, "valid": 60, "test": 20}
    assert plan.ids("test") == sorted(manifest.samples["id"][:20])
    two = plan_of(manifest, kind="time", ratio="8:2")
    assert counts(two) == {"train": 160, "valid": 40}


def test_times_of_several_zones_are_put_in_order() -> None:
    times = ["2024-01-01T00:00:00+09:00", "2023-12-31T20:00:00+00:00", "2024-01-01T09:30:00Z"] * 3
    manifest = with_columns(make_manifest(["a"] * 9), time=times)
    plan = plan_of(replace(manifest, classes=("a",)), kind="time")
    assert plan.ids("train") == sorted(manifest.samples["id"][::3])


def test_a_group_goes_where_its_newest_member_would() -> None:
    times = [f"2024-01-{day:02d}" for day in range(1, 29)]
    groups = ["g", *[None] * 26, "g"]
    manifest = with_columns(make_manifest(["a", "b"] * 14, groups), time=times)
    plan = plan_of(manifest, kind="time")
    assert {"a/00000.png", "b/00027.png"} <= set(plan.ids("test"))


def test_missing_and_broken_times_are_named() -> None:
    times: list[str | None] = [f"2024-01-{day:02d}" for day in range(1, 21)]
    assert "data.time_col" in failure(make_manifest(["a", "b"] * 10), kind="time")
    times[3], times[5] = None, "last tuesday"
    said = failure(with_columns(make_manifest(["a", "b"] * 10), time=times), kind="time")
    assert "b/00003.png" in said
    assert "last tuesday" in said
    same = with_columns(make_manifest(["a", "b"] * 10), time=["2024-01-01"] * 20)
    assert "1 different times" in failure(same, kind="time")


def test_a_class_that_appears_late_has_no_training_image() -> None:
    times = [f"2024-01-{day:02d}" for day in range(1, 21)]
    manifest = with_columns(make_manifest(["a"] * 18 + ["late"] * 2), time=times)
    assert "late has no training image" in failure(manifest, kind="time")


# --- Many labels ------------------------------------------------------------------------------


def many_labels(seed: int, count: int, grouped: bool = False) -> Manifest:
    """Samples of up to eight labels, from common to rare, that come together."""
    random = np.random.default_rng(seed)
    chances = np.array([0.6, 0.4, 0.3, 0.2, 0.1, 0.08, 0.05, 0.03])
    common = random.random(count)[:, None] < 0.5
    drawn = random.random((count, 8)) < chances * np.where(common, 1.5, 0.5)
    labels = [[f"l{j}" for j in np.flatnonzero(row)] for row in drawn]
    groups = [f"g{n // 3}" for n in range(count)] if grouped else None
    manifest = make_manifest(["l0"] * count, groups)
    manifest = replace(manifest, classes=tuple(f"l{j}" for j in range(8)), task="multilabel")
    return with_columns(manifest, labels=labels)


def label_counts(manifest: Manifest, ids: list[str]) -> np.ndarray:
    rows = manifest.samples.set_index("id").loc[ids, "labels"]
    found = np.zeros(8)
    for labels in rows:
        for label in labels:
            found[int(label[1:])] += 1
    return found


@pytest.mark.parametrize("seed", range(4))
def test_iterative_stratification_gives_every_label_its_share(seed: int) -> None:
    """Within a sample of each label's share, or a tenth of a deviation where labels collide; a
    plain draw is off by several."""
    manifest = many_labels(seed, 900)
    everyone = label_counts(manifest, list(manifest.samples["id"]))
    plan = plan_of(manifest, kind="holdout", stratify="exact", ratio="6:2:2", seed=seed)
    chance = plan_of(manifest, kind="holdout", stratify="none", ratio="6:2:2", seed=seed)
    off, off_chance = [], []
    for part, share in (("train", 0.6), ("valid", 0.2), ("test", 0.2)):
        off.append(np.abs(label_counts(manifest, plan.ids(part)) - share * everyone))
        off_chance.append(np.abs(label_counts(manifest, chance.ids(part)) - share * everyone))
    assert np.max(off) <= 3
    assert np.mean(off) < 0.25 * np.mean(off_chance)


def test_iterative_folds_have_every_label_alike_and_keep_groups() -> None:
    manifest = many_labels(5, 900, grouped=True)
    plan = plan_of(manifest, kind="kfold", folds=3, stratify="exact", ratio="8:2")
    table = np.array([label_counts(manifest, plan.ids("valid", fold)) for fold in range(3)])
    assert (np.ptp(table, axis=0) <= np.maximum(4, 0.12 * table.mean(axis=0))).all()
    assert "groups" in proven(plan)


def test_stable_bounds_hold_for_every_label() -> None:
    manifest = many_labels(7, 900)
    everyone = label_counts(manifest, list(manifest.samples["id"]))
    plan = plan_of(manifest, kind="holdout", seed=3)
    bound = np.maximum(1, 4 * np.sqrt(0.15 * 0.85 * everyone))
    found = label_counts(manifest, plan.ids("test"))
    assert (np.abs(found - 0.15 * everyone) <= bound).all()
    assert "shares" in proven(plan)


def test_samples_without_labels_are_dealt_too() -> None:
    manifest = many_labels(1, 200)
    assert any(not labels for labels in manifest.samples["labels"])
    for stratify in ("stable", "exact", "none"):
        assert sum(counts(plan_of(manifest, kind="holdout", stratify=stratify)).values()) == 200


# --- Bootstrap --------------------------------------------------------------------------------


@pytest.mark.parametrize("stratify", ["stable", "exact", "none"])
def test_each_model_trains_on_draws_and_is_judged_by_the_rest(stratify: str) -> None:
    plan = plan_of(LARGE, kind="bootstrap", folds=4, stratify=stratify)
    test = set(plan.ids("test"))
    pool = set(LARGE.samples["id"]) - test
    for model in range(4):
        train, valid = plan.ids("train", model), set(plan.ids("valid", model))
        assert set(train) | valid == pool
        assert not set(train) & valid
        assert len(train) > len(set(train))  # some are drawn more than once
        assert abs(len(valid) / len(pool) - np.exp(-1)) < 0.15
        assert abs(len(train) / len(pool) - 1) < 0.3
    assert len({tuple(plan.ids("train", model)) for model in range(4)}) == 4
    assert "out_of_bag" in proven(plan)


def test_exact_draws_as_many_units_of_each_class_as_there_are() -> None:
    plan = plan_of(LARGE, kind="bootstrap", folds=3, stratify="exact")
    frame = plan.assignment.merge(LARGE.samples[["id", "label"]], on="id")
    pool = frame[frame["part"] == "cv"]
    for model in range(3):
        drawn = pool.groupby("label")[f"{DRAWS}{model}"].sum()
        assert dict(drawn) == dict(pool["label"].value_counts())


def test_stable_draws_follow_the_poisson_law() -> None:
    units = make_units(make_manifest(["a"] * 20_000))
    drawn = bootstrap(units, np.ones(20_000, dtype=bool), 2, 0, "stable")
    for model in drawn.T:
        found = np.bincount(model, minlength=5)[:5] / 20_000
        assert np.abs(found - np.exp(-1) / np.array([1, 1, 2, 6, 24])).max() < 0.012
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.03


@PROPERTIES
@given(st.integers(3, 6), st.integers(0, 9), st.sampled_from(["stable", "exact"]))
def test_small_classes_are_drawn_by_every_model(size: int, seed: int, stratify: str) -> None:
    manifest = make_manifest(["a"] * size + ["b"] * 30)
    plan = plan_of(manifest, kind="bootstrap", folds=3, seed=seed, stratify=stratify)
    for model in range(3):
        learnt = {name[0] for name in plan.ids("train", model)}
        assert learnt == {"a", "b"}


def test_what_every_model_drew_is_counted() -> None:
    plan = plan_of(LARGE, kind="bootstrap", folds=2)
    pool = plan.assignment[plan.assignment["part"] == "cv"]
    never = int(((pool[f"{DRAWS}0"] > 0) & (pool[f"{DRAWS}1"] > 0)).sum())
    values = next(f.values for f in plan.notes if f.key == "split.note.never_out")
    assert (values["count"], values["of"]) == (never, len(pool))
    assert "never_out" in noted(plan)


def test_out_of_bag_predictions_are_averaged_into_one_row_a_sample() -> None:
    ids = ["b", "a", "b", "c"]
    rows = np.array([[0.2, 0.8], [1, 0], [0.4, 0.6], [0.5, 0.5]], dtype=np.float32)
    names, mean = average_by_id(ids, rows)
    assert names == ["a", "b", "c"]
    assert np.allclose(mean, [[1, 0], [0.3, 0.7], [0.5, 0.5]])
