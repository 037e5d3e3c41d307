"""Who is in which part: promises that hold for any data."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.recipe import SplitPart
from dojang.core.types import Manifest, SplitPlan
from dojang.data.split import counts, make_plan
from tests.makers import make_manifest


def plan_of(manifest: Manifest, **settings: Any) -> SplitPlan:
    return make_plan(manifest, SplitPart(**settings))


def shuffled(manifest: Manifest, seed: int) -> Manifest:
    frame = manifest.samples.sample(frac=1, random_state=seed)
    return Manifest(frame, manifest.classes, manifest.refused, manifest.source)


def places(plan: SplitPlan) -> dict[str, str]:
    """Return where each sample is: its part, and its fold where it has one."""
    frame = plan.assignment
    return {
        i: f"{part}{fold}"
        for i, part, fold in zip(frame["id"], frame["part"], frame["fold"], strict=True)
    }


def sides(plan: SplitPlan, manifest: Manifest, column: str) -> dict[str, set[str]]:
    """Return the places in which each group, or each content, is."""
    where, found = places(plan), {}
    for identifier, key in zip(manifest.samples["id"], manifest.samples[column], strict=True):
        if key:
            found.setdefault(key, set()).add(where[identifier])
    return found


def failure(manifest: Manifest, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        plan_of(manifest, **settings)
    assert caught.value.exit_code == 2
    assert caught.value.fix
    with use_language("ko"):
        assert any("가" <= character <= "힣" for character in str(caught.value))
    with use_language("en"):
        return str(caught.value)


LARGE = make_manifest(["cat"] * 101 + ["dog"] * 67 + ["eel"] * 20)


@st.composite
def manifests(draw: st.DrawFn, parts: bool = False) -> Manifest:
    """Samples of two to four classes, some in groups, some copies of others."""
    names = [f"c{n}" for n in range(draw(st.integers(2, 4)))]
    labels = [name for name in names for _ in range(draw(st.integers(3, 12)))]
    size = len(labels)
    groups = draw(
        st.one_of(
            st.none(),
            st.lists(
                st.one_of(st.none(), st.just(""), st.integers(0, size // 2).map("g{}".format)),
                min_size=size,
                max_size=size,
            ),
        )
    )
    contents = draw(st.lists(st.integers(0, 2 * size), min_size=size, max_size=size))
    given = None
    if parts:
        some = st.sampled_from(["train", "train", "test"])
        given = draw(st.lists(some, min_size=size, max_size=size))
    return make_manifest(labels, groups, [f"{n:064x}" for n in contents], given)


def planned(manifest: Manifest, **settings: Any) -> SplitPlan:
    """Make a plan; what cannot be split is another test's business."""
    try:
        return plan_of(manifest, **settings)
    except DataError:
        assume(False)
        raise


# --- Any data ---------------------------------------------------------------------------------

KINDS = st.sampled_from(["holdout", "kfold"])
PROPERTIES = settings(max_examples=60, deadline=None)


@PROPERTIES
@given(manifests(), KINDS, st.integers(0, 5))
def test_every_sample_has_one_place(manifest: Manifest, kind: str, seed: int) -> None:
    plan = planned(manifest, kind=kind, seed=seed, folds=3)
    assert sorted(plan.assignment["id"]) == sorted(manifest.samples["id"])
    for fold in range(plan.folds):
        train, valid, test = (set(plan.ids(p, fold)) for p in ("train", "valid", "test"))
        assert not train & valid
        assert not train & test
        assert not valid & test
        assert train | valid | test == set(manifest.samples["id"])


@PROPERTIES
@given(manifests(), KINDS, st.integers(0, 5))
def test_neither_groups_nor_copies_straddle_parts(manifest: Manifest, kind: str, seed: int) -> None:
    plan = planned(manifest, kind=kind, seed=seed, folds=3)
    for column in ("group", "sha256"):
        assert all(len(found) == 1 for found in sides(plan, manifest, column).values())
    assert "split.proof.copies" in plan.proofs


@PROPERTIES
@given(manifests(), KINDS, st.integers(0, 99))
def test_the_order_of_the_rows_does_not_matter(manifest: Manifest, kind: str, seed: int) -> None:
    plan = planned(manifest, kind=kind, folds=3)
    again = plan_of(shuffled(manifest, seed), kind=kind, folds=3)
    assert again.assignment.equals(plan.assignment)
    assert (again.hash, again.manifest_hash) == (plan.hash, plan.manifest_hash)


@PROPERTIES
@given(manifests(parts=True), st.integers(0, 5))
def test_given_parts_are_kept_whatever_is_asked_for_the_rest(manifest: Manifest, seed: int) -> None:
    given_test = set(manifest.samples.loc[manifest.samples["part"] == "test", "id"])
    for kind in ("auto", "given", "kfold"):
        try:
            plan = plan_of(manifest, kind=kind, seed=seed, folds=2)
        except DataError:
            continue
        if kind != "kfold" or given_test:
            assert set(plan.ids("test")) == given_test
        if "split.proof.copies" in plan.proofs:
            assert all(len(s) == 1 for s in sides(plan, manifest, "sha256").values())


@PROPERTIES
@given(st.lists(st.integers(3, 60), min_size=2, max_size=6), st.integers(0, 9))
def test_shares_are_exact_to_within_one_sample_of_each_class(sizes: list[int], seed: int) -> None:
    manifest = make_manifest([f"c{n}" for n, size in enumerate(sizes) for _ in range(size)])
    plan = planned(manifest, kind="holdout", seed=seed)
    where = places(plan)
    label = dict(zip(manifest.samples["id"], manifest.samples["label"], strict=True))
    found = Counter((label[i], part) for i, part in where.items())
    for n, size in enumerate(sizes):
        for part, share in (("train-1", 0.7), ("valid-1", 0.15), ("test-1", 0.15)):
            assert abs(found[f"c{n}", part] - size * share) <= 1


# --- Seeds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["holdout", "kfold"])
def test_a_seed_gives_one_plan_and_another_seed_another(kind: str) -> None:
    first, again, other = (plan_of(LARGE, kind=kind, seed=seed) for seed in (1, 1, 2))
    assert first.hash == again.hash
    assert first.hash != other.hash
    assert set(first.ids("test")) != set(other.ids("test"))


# --- Shares -----------------------------------------------------------------------------------


def test_the_usual_shares() -> None:
    plan = plan_of(make_manifest(["a"] * 100 + ["b"] * 200), kind="holdout")
    assert counts(plan) == {"train": 210, "valid": 45, "test": 45}


def test_the_shares_asked_for() -> None:
    plan = plan_of(make_manifest(["a"] * 100 + ["b"] * 100), kind="holdout", valid=0.4, test=0.1)
    assert counts(plan) == {"train": 100, "valid": 80, "test": 20}


def test_remainders_of_many_small_classes_do_not_pile_up_in_one_part() -> None:
    manifest = make_manifest([f"c{n:03d}" for n in range(90) for _ in range(7)])
    plan = plan_of(manifest, kind="holdout")
    found = counts(plan)
    assert abs(found["valid"] - found["test"]) <= 1
    folds = Counter(plan_of(manifest, kind="kfold", folds=5).assignment["fold"])
    sizes = [folds[fold] for fold in range(5)]
    assert max(sizes) - min(sizes) <= 2


def test_large_groups_leave_shares_near_those_asked_for() -> None:
    labels = ["a", "b"] * 300
    groups = [f"g{n % 60}" for n in range(600)]
    found = counts(plan_of(make_manifest(labels, groups), kind="holdout"))
    assert abs(found["train"] - 420) <= 20
    assert abs(found["valid"] - 90) <= 20
    assert abs(found["test"] - 90) <= 20


# --- Folds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("folds", [2, 3, 5, 10])
def test_each_sample_is_validated_once_and_the_test_part_never(folds: int) -> None:
    plan = plan_of(LARGE, kind="kfold", folds=folds)
    test = set(plan.ids("test"))
    assert abs(len(test) - 0.15 * len(LARGE)) <= 3
    validated = Counter(i for fold in range(folds) for i in plan.ids("valid", fold))
    assert set(validated) == set(LARGE.samples["id"]) - test
    assert set(validated.values()) == {1}
    for fold in range(folds):
        assert not test & set(plan.ids("train", fold))
        assert len(plan.ids("train", fold)) + len(plan.ids("valid", fold)) == len(validated)


def test_folds_have_each_class_alike() -> None:
    plan = plan_of(LARGE, kind="kfold", folds=4)
    label = dict(zip(LARGE.samples["id"], LARGE.samples["label"], strict=True))
    for name in LARGE.classes:
        sizes = [sum(label[i] == name for i in plan.ids("valid", fold)) for fold in range(4)]
        assert max(sizes) - min(sizes) <= 1


def test_a_given_test_part_stays_the_test_part_of_the_folds() -> None:
    parts = ["train"] * 8 + ["valid"] * 2 + ["test"] * 5
    manifest = make_manifest(["a", "b"] * 7 + ["a"], parts=parts)
    plan = plan_of(manifest, kind="kfold", folds=2)
    assert plan.ids("test") == sorted(manifest.samples["id"][10:])
    assert len(plan.ids("valid", 0)) == 5


def test_copies_that_came_in_two_given_parts_are_kept_and_not_denied() -> None:
    hashes = [f"{n:064x}" for n in (0, 1, 2, 3, 4, 5, 6, 7, 0, 9)]
    parts = ["train"] * 8 + ["test"] * 2
    manifest = make_manifest(["a", "b"] * 5, ["g", "h"] * 5, hashes, parts)
    for kind in ("given", "kfold"):
        plan = plan_of(make_manifest(["a", "b"] * 5, None, hashes, parts), kind=kind, folds=2)
        assert len(plan.ids("test")) == 2
        assert "split.proof.copies" not in plan.proofs
    assert failure(manifest, kind="kfold", folds=2)  # each class is one group


# --- Given parts ------------------------------------------------------------------------------


def test_given_parts_are_kept() -> None:
    parts = ["train"] * 6 + ["valid"] * 2 + ["test"] * 2
    manifest = make_manifest(["a", "b"] * 5, parts=parts)
    plan = plan_of(manifest)
    assert plan.kind == "given"
    where = dict(zip(plan.assignment["id"], plan.assignment["part"], strict=True))
    assert [where[i] for i in manifest.samples["id"]] == parts
    assert "split.proof.copies" in plan.proofs


def test_a_missing_validation_part_is_carved_from_training_alone() -> None:
    parts = ["train"] * 40 + ["test"] * 10
    manifest = make_manifest(["a", "b"] * 25, parts=parts)
    plan = plan_of(manifest)
    ids = list(manifest.samples["id"])
    assert plan.ids("test") == sorted(ids[40:])
    assert sorted(plan.ids("train") + plan.ids("valid")) == sorted(ids[:40])
    assert abs(len(plan.ids("valid")) - 40 * 0.15 / 0.85) <= 2


def test_carving_keeps_copies_and_groups_together() -> None:
    groups = [f"g{n // 4}" for n in range(60)]
    manifest = make_manifest(["a", "b"] * 30, groups, parts=["train"] * 60)
    plan = plan_of(manifest)
    assert plan.ids("valid")
    assert all(len(s) == 1 for s in sides(plan, manifest, "group").values())
    assert "split.proof.groups" in plan.proofs


def test_given_parts_can_be_set_aside() -> None:
    parts = ["train"] * 30 + ["test"] * 30
    manifest = make_manifest(["a", "b"] * 30, parts=parts)
    assert counts(plan_of(manifest, kind="holdout")) == {"train": 42, "valid": 9, "test": 9}


# --- What hangs together ----------------------------------------------------------------------


def test_groups_that_share_a_copy_are_one() -> None:
    """g0 and g1 share a file, g1 and g2 another: all three go the same way, and so does a copy
    that is in no group."""
    chain = [("g0", "x"), ("g0", "1"), ("g1", "x"), ("g1", "y"), ("g2", "y"), (None, "1")]
    labels = ["a"] * len(chain) + ["a", "b"] * 20
    groups = [group for group, _ in chain] + [None] * 40
    hashes = [content for _, content in chain] + [f"other{n}" for n in range(40)]
    for seed in range(8):
        manifest = make_manifest(labels, groups, hashes)
        where = places(plan_of(manifest, kind="holdout", seed=seed))
        assert len({where[i] for i in manifest.samples["id"][: len(chain)]}) == 1


# --- What cannot be split ---------------------------------------------------------------------


def test_parts_that_are_asked_for_and_not_given() -> None:
    assert "split.kind" in failure(make_manifest(["a", "b"] * 9), kind="given")


def test_a_class_in_a_single_group_cannot_be_dealt_to_folds() -> None:
    groups = ["g"] * 5 + [f"h{n}" for n in range(15)]
    said = failure(make_manifest(["a"] * 5 + ["b"] * 15, groups), kind="kfold", folds=3)
    assert "a has no training image" in said
    assert "fewer folds" in said


def test_too_few_samples_for_a_validation_part() -> None:
    assert "no validation image" in failure(make_manifest(["a", "a", "b", "b"]), kind="holdout")


def test_more_folds_than_samples() -> None:
    assert "no validation image" in failure(make_manifest(["a", "b"] * 3), kind="kfold", folds=40)


# --- Speed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("grouped", [False, True])
def test_60_000_samples_are_split_in_two_seconds(grouped: bool) -> None:
    groups = [f"g{n // 3}" for n in range(60_000)] if grouped else None
    manifest = make_manifest([f"c{n % 10}" for n in range(60_000)], groups)
    start = time.process_time()
    plan = plan_of(manifest, kind="holdout")
    assert time.process_time() - start < 2
    assert len(plan.assignment) == 60_000
