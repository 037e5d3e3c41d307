"""Who is in which part: promises that hold for any data."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.errors import DataError
from dojang.core.types import Manifest, SplitPlan
from dojang.data.split import counts
from tests.makers import make_manifest
from tests.splits import (
    KINDS,
    LARGE,
    failure,
    manifests,
    noted,
    places,
    plan_of,
    planned,
    proven,
    shuffled,
    sides,
)

PROPERTIES = settings(max_examples=25, deadline=None)
STRATIFY = st.sampled_from(["stable", "exact", "none"])

# --- Any data, any kind -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@PROPERTIES
@given(data=st.data())
def test_every_sample_has_one_place(kind: str, data: st.DataObject) -> None:
    manifest = data.draw(manifests())
    plan = planned(
        manifest,
        kind=kind,
        seed=data.draw(st.integers(0, 5)),
        folds=3,
        stratify=data.draw(STRATIFY),
    )
    everyone = sorted(manifest.samples["id"])
    assert sorted(plan.assignment["id"]) == everyone
    for fold in range(plan.folds):
        train, valid, test = (set(plan.ids(p, fold)) for p in ("train", "valid", "test"))
        assert not train & valid
        assert not train & test
        assert not valid & test
        assert train and valid and test
        assert sorted(train | valid | test) == everyone
    assert {"complete", "disjoint"} <= proven(plan)


@pytest.mark.parametrize("kind", KINDS)
@PROPERTIES
@given(data=st.data())
def test_what_hangs_together_is_on_one_side(kind: str, data: st.DataObject) -> None:
    manifest = data.draw(manifests())
    plan = planned(
        manifest,
        kind=kind,
        seed=data.draw(st.integers(0, 5)),
        folds=3,
        stratify=data.draw(STRATIFY),
    )
    for column, proof in (("sha256", "copies"), ("group", "groups"), ("cluster", "clusters")):
        found = sides(plan, manifest, column)
        assert all(len(where) == 1 for where in found.values())
        assert (proof in proven(plan)) == bool(found)


@pytest.mark.parametrize("kind", KINDS)
@PROPERTIES
@given(data=st.data())
def test_neither_rows_nor_seeds_nor_repetition_matter(kind: str, data: st.DataObject) -> None:
    manifest, stratify = data.draw(manifests()), data.draw(STRATIFY)
    plan = planned(manifest, kind=kind, folds=3, stratify=stratify)
    for other in (manifest, shuffled(manifest, data.draw(st.integers(0, 99)))):
        again = plan_of(other, kind=kind, folds=3, stratify=stratify)
        assert again.assignment.equals(plan.assignment)
        assert (again.hash, again.manifest_hash) == (plan.hash, plan.manifest_hash)
        assert (again.proofs, again.notes) == (plan.proofs, plan.notes)


@PROPERTIES
@given(manifests(parts=True), st.integers(0, 5))
def test_given_parts_are_kept_whatever_is_asked_for_the_rest(manifest: Manifest, seed: int) -> None:
    given_test = set(manifest.samples.loc[manifest.samples["part"] == "test", "id"])
    for kind in ("auto", "given", "kfold", "bootstrap"):
        try:
            plan = plan_of(manifest, kind=kind, seed=seed, folds=2)
        except DataError:
            continue
        if kind in ("auto", "given") or given_test:
            assert set(plan.ids("test")) == given_test
        for column, proof in (("sha256", "copies"), ("group", "groups"), ("cluster", "clusters")):
            if proof in proven(plan):
                assert all(len(s) == 1 for s in sides(plan, manifest, column).values())


@PROPERTIES
@given(st.lists(st.integers(3, 400), min_size=2, max_size=6), st.integers(0, 9))
def test_stable_shares_are_within_four_deviations(sizes: list[int], seed: int) -> None:
    manifest = make_manifest([f"c{n}" for n, size in enumerate(sizes) for _ in range(size)])
    found = classes_by_place(planned(manifest, kind="holdout", seed=seed), manifest)
    for n, size in enumerate(sizes):
        for part, share in (("train-1", 0.7), ("valid-1", 0.15), ("test-1", 0.15)):
            bound = max(1.0, 4 * (share * (1 - share) * size) ** 0.5)
            assert abs(found[f"c{n}", part] - size * share) <= bound + 1e-6
            assert found[f"c{n}", part] >= 1


@PROPERTIES
@given(
    st.lists(st.integers(4, 60), min_size=2, max_size=6),
    st.integers(0, 9),
    st.sampled_from([(0.15, 0.15), (0.3, 0.3), (0.1, 0.2), (0.2, 0.0)]),
)
def test_exact_shares_are_within_one_sample_of_each_class(
    sizes: list[int], seed: int, shares: tuple[float, float]
) -> None:
    valid, test = shares
    manifest = make_manifest([f"c{n}" for n, size in enumerate(sizes) for _ in range(size)])
    plan = planned(manifest, kind="holdout", seed=seed, stratify="exact", valid=valid, test=test)
    found = classes_by_place(plan, manifest)
    for n, size in enumerate(sizes):
        for part, share in (("train", 1 - valid - test), ("valid", valid), ("test", test)):
            assert abs(found[f"c{n}", f"{part}-1"] - size * share) <= 1 + 1e-9


@PROPERTIES
@given(manifests(), st.integers(0, 5), st.sampled_from(["stable", "exact"]))
def test_bounds_are_proven_or_the_miss_is_noted(
    manifest: Manifest, seed: int, stratify: str
) -> None:
    plan = planned(manifest, kind="holdout", seed=seed, stratify=stratify)
    assert ("shares" in proven(plan)) != ("bound" in noted(plan))


def classes_by_place(plan: SplitPlan, manifest: Manifest) -> Counter[tuple[str, str]]:
    label = dict(zip(manifest.samples["id"], manifest.samples["label"], strict=True))
    return Counter((label[i], place) for i, place in places(plan).items())


# --- Seeds and kinds --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_one_plan_and_another_seed_another(kind: str) -> None:
    first, again, other = (plan_of(LARGE, kind=kind, seed=seed) for seed in (1, 1, 2))
    assert first.hash == again.hash
    if kind != "time":  # where time decides, the seed has no say
        assert first.hash != other.hash
        assert set(first.ids("test")) != set(other.ids("test"))


@PROPERTIES
@given(manifests(), st.integers(0, 5), st.sampled_from(["stable", "exact", "none"]))
def test_every_kind_seals_the_same_test_part(manifest: Manifest, seed: int, stratify: str) -> None:
    sealed = set()
    for kind in ("holdout", "kfold", "bootstrap"):
        try:
            plan = plan_of(manifest, kind=kind, seed=seed, folds=2, stratify=stratify)
        except DataError:
            continue
        sealed.add(tuple(plan.ids("test")))
    assert len(sealed) <= 1


# --- Shares -----------------------------------------------------------------------------------


@pytest.mark.parametrize("stratify", ["stable", "exact", "none"])
def test_the_usual_shares(stratify: str) -> None:
    manifest = make_manifest(["a"] * 1000 + ["b"] * 2000)
    found = counts(plan_of(manifest, kind="holdout", stratify=stratify))
    slack = 0 if stratify == "exact" else 80
    for part, expected in (("train", 2100), ("valid", 450), ("test", 450)):
        assert abs(found[part] - expected) <= slack


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ("4:3:3", {"train": 80, "valid": 60, "test": 60}),
        ("8:2", {"train": 160, "valid": 40}),
        ("8:2:0", {"train": 160, "valid": 40}),
        ("70:15:15", {"train": 140, "valid": 30, "test": 30}),
        ("1.5:0.5:2", {"train": 75, "valid": 25, "test": 100}),
    ],
)
def test_a_ratio(ratio: str, expected: dict[str, int]) -> None:
    manifest = make_manifest(["a"] * 100 + ["b"] * 100)
    assert counts(plan_of(manifest, kind="holdout", ratio=ratio, stratify="exact")) == expected
    stable = counts(plan_of(manifest, kind="holdout", ratio=ratio))
    assert set(stable) == set(expected)
    assert all(abs(stable[part] - n) <= 30 for part, n in expected.items())


def test_the_shares_asked_for() -> None:
    manifest = make_manifest(["a"] * 100 + ["b"] * 100)
    plan = plan_of(manifest, kind="holdout", valid=0.4, test=0.1, stratify="exact")
    assert counts(plan) == {"train": 100, "valid": 80, "test": 20}


def test_remainders_of_many_small_classes_do_not_pile_up_in_one_part() -> None:
    manifest = make_manifest([f"c{n:03d}" for n in range(90) for _ in range(7)])
    found = counts(plan_of(manifest, kind="holdout", stratify="exact"))
    assert abs(found["valid"] - found["test"]) <= 1
    plan = plan_of(manifest, kind="kfold", folds=5, stratify="exact")
    folds = Counter(plan.assignment["fold"])
    sizes = [folds[fold] for fold in range(5)]
    assert max(sizes) - min(sizes) <= 2


def test_large_groups_leave_shares_near_those_asked_for() -> None:
    labels = ["a", "b"] * 300
    groups = [f"g{n % 60}" for n in range(600)]
    plan = plan_of(make_manifest(labels, groups), kind="holdout", stratify="exact")
    found = counts(plan)
    assert abs(found["train"] - 420) <= 20
    assert abs(found["valid"] - 90) <= 20
    assert abs(found["test"] - 90) <= 20


def test_a_part_far_from_its_size_is_noted() -> None:
    """Ten groups: what stays together makes parts coarse, and that is said."""
    manifest = make_manifest(["a", "b"] * 50, [f"g{n // 10}" for n in range(100)])
    seen = set()
    for seed in range(20):
        plan = planned(manifest, kind="holdout", seed=seed)
        for part in ("valid", "test"):
            off = abs(counts(plan)[part] - 15)
            values = [f.values for f in plan.notes if f.key == "split.note.size"]
            assert (off > 5) == any(v["part"] == part for v in values)
            seen.add(off > 5)
    assert seen == {True, False}


def test_a_group_too_big_for_a_part_goes_to_training_and_is_named() -> None:
    labels, groups = ["a", "b"] * 100, ["big"] * 80 + [None] * 120
    for seed in range(20):
        plan = plan_of(make_manifest(labels, groups), kind="holdout", seed=seed)
        where = places(plan)
        ids = list(make_manifest(labels, groups).samples["id"])
        assert {where[i] for i in ids[:80]} == {"train-1"}
        assert "too_big" in noted(plan)


def test_equal_groups_are_never_too_big() -> None:
    manifest = make_manifest(["a", "b"] * 9, [f"g{n // 6}" for n in range(18)])
    plan = plan_of(manifest, kind="holdout")
    assert set(counts(plan)) == {"train", "valid", "test"}
    assert "too_big" not in noted(plan)


# --- Folds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stratify", ["stable", "exact", "none"])
@pytest.mark.parametrize("folds", [2, 3, 5, 10])
def test_each_sample_is_validated_once_and_the_test_part_never(folds: int, stratify: str) -> None:
    plan = plan_of(LARGE, kind="kfold", folds=folds, stratify=stratify)
    test = set(plan.ids("test"))
    assert abs(len(test) - 0.15 * len(LARGE)) <= (3 if stratify == "exact" else 20)
    validated = Counter(i for fold in range(folds) for i in plan.ids("valid", fold))
    assert set(validated) == set(LARGE.samples["id"]) - test
    assert set(validated.values()) == {1}
    for fold in range(folds):
        assert not test & set(plan.ids("train", fold))
        assert len(plan.ids("train", fold)) + len(plan.ids("valid", fold)) == len(validated)


def test_folds_have_each_class_alike() -> None:
    plan = plan_of(LARGE, kind="kfold", folds=4, stratify="exact")
    label = dict(zip(LARGE.samples["id"], LARGE.samples["label"], strict=True))
    for name in LARGE.classes:
        sizes = [sum(label[i] == name for i in plan.ids("valid", fold)) for fold in range(4)]
        assert max(sizes) - min(sizes) <= 1


@PROPERTIES
@given(st.lists(st.integers(6, 60), min_size=2, max_size=5), st.integers(2, 5), st.integers(0, 9))
def test_stable_folds_all_have_a_class_that_has_enough(
    sizes: list[int], folds: int, seed: int
) -> None:
    manifest = make_manifest([f"c{n}" for n, size in enumerate(sizes) for _ in range(size)])
    plan = planned(manifest, kind="kfold", folds=folds, seed=seed)
    found = classes_by_place(plan, manifest)
    for n in range(len(sizes)):
        in_folds = [found[f"c{n}", f"cv{fold}"] for fold in range(folds)]
        assert min(in_folds) >= (1 if sum(in_folds) >= folds else 0)
        expected = sum(in_folds) / folds
        bound = max(1.0, 4 * (sum(in_folds) * (folds - 1)) ** 0.5 / folds)
        assert all(abs(size - expected) <= bound + 1e-6 for size in in_folds)


def test_grouped_folds_are_as_balanced_as_those_of_scikit_learn() -> None:
    """The spread of class shares over folds, summed over classes, with groups of mixed size; the
    mean over five sets of data."""
    ours, theirs = zip(*(grouped_spreads(seed) for seed in range(5)), strict=True)
    assert np.mean(ours) <= 1.15 * np.mean(theirs)


def grouped_spreads(seed: int) -> tuple[float, float]:
    from sklearn.model_selection import StratifiedGroupKFold

    random = np.random.default_rng(seed)
    groups = random.integers(0, 100, 1000)
    mix = random.dirichlet(np.ones(5), 100)
    labels = np.array([random.choice(5, p=mix[group]) for group in groups])
    manifest = make_manifest([f"c{n}" for n in labels], [f"g{n}" for n in groups])
    reference = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    theirs = np.zeros(len(labels), dtype=int)
    for fold, (_, held_out) in enumerate(reference.split(labels, labels, groups)):
        theirs[held_out] = fold
    plan = plan_of(manifest, kind="kfold", folds=5, stratify="exact", test=0, seed=seed)
    fold_of = dict(zip(plan.assignment["id"], plan.assignment["fold"], strict=True))
    ours = np.array([fold_of[i] for i in manifest.samples["id"]])
    return spread(ours, labels), spread(theirs, labels)


def spread(folds: np.ndarray, labels: np.ndarray) -> float:
    table = np.zeros((folds.max() + 1, labels.max() + 1))
    np.add.at(table, (folds, labels), 1)
    return float((table.std(axis=0) / table.mean(axis=0)).sum())


def test_a_given_test_part_stays_the_test_part_of_the_folds() -> None:
    parts = ["train"] * 8 + ["valid"] * 2 + ["test"] * 5
    manifest = make_manifest(["a", "b"] * 7 + ["a"], parts=parts)
    plan = plan_of(manifest, kind="kfold", folds=2, stratify="exact")
    assert plan.ids("test") == sorted(manifest.samples["id"][10:])
    assert len(plan.ids("valid", 0)) in (4, 5, 6)


def test_copies_that_came_in_two_given_parts_are_kept_and_not_denied() -> None:
    hashes = [f"{n:064x}" for n in (0, 1, 2, 3, 4, 5, 6, 7, 0, 9)]
    parts = ["train"] * 8 + ["test"] * 2
    manifest = make_manifest(["a", "b"] * 5, ["g", "h"] * 5, hashes, parts)
    for kind in ("given", "kfold"):
        plan = plan_of(make_manifest(["a", "b"] * 5, None, hashes, parts), kind=kind, folds=2)
        assert len(plan.ids("test")) == 2
        assert "copies" not in proven(plan)
        assert "copies" in noted(plan)
    assert failure(manifest, kind="kfold", folds=2)  # each class is one group


# --- Given parts ------------------------------------------------------------------------------


def test_given_parts_are_kept() -> None:
    parts = ["train"] * 6 + ["valid"] * 2 + ["test"] * 2
    manifest = make_manifest(["a", "b"] * 5, parts=parts)
    plan = plan_of(manifest)
    assert plan.kind == "given"
    where = dict(zip(plan.assignment["id"], plan.assignment["part"], strict=True))
    assert [where[i] for i in manifest.samples["id"]] == parts
    assert "copies" in proven(plan)


def test_a_missing_validation_part_is_carved_from_training_alone() -> None:
    parts = ["train"] * 40 + ["test"] * 10
    manifest = make_manifest(["a", "b"] * 25, parts=parts)
    for stratify, slack in (("exact", 2), ("stable", 12)):
        plan = plan_of(manifest, stratify=stratify)
        ids = list(manifest.samples["id"])
        assert plan.ids("test") == sorted(ids[40:])
        assert sorted(plan.ids("train") + plan.ids("valid")) == sorted(ids[:40])
        assert abs(len(plan.ids("valid")) - 40 * 0.15 / 0.85) <= slack


def test_carving_keeps_copies_and_groups_together() -> None:
    groups = [f"g{n // 4}" for n in range(60)]
    manifest = make_manifest(["a", "b"] * 30, groups, parts=["train"] * 60)
    plan = plan_of(manifest)
    assert plan.ids("valid")
    assert all(len(s) == 1 for s in sides(plan, manifest, "group").values())
    assert "groups" in proven(plan)


def test_given_parts_can_be_set_aside() -> None:
    parts = ["train"] * 30 + ["test"] * 30
    manifest = make_manifest(["a", "b"] * 30, parts=parts)
    plan = plan_of(manifest, kind="holdout", stratify="exact")
    assert counts(plan) == {"train": 42, "valid": 9, "test": 9}


def test_samples_without_a_part_beside_given_ones_are_named() -> None:
    manifest = make_manifest(["a", "b"] * 5, parts=["train"] * 8 + [None, "holdout"])
    said = failure(manifest)
    assert "a/00008.png" in said
    assert "b/00009.png" in said


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
        where = places(planned(manifest, kind="holdout", seed=seed))
        assert len({where[i] for i in manifest.samples["id"][: len(chain)]}) == 1


# --- What cannot be split ---------------------------------------------------------------------


def test_parts_that_are_asked_for_and_not_given() -> None:
    assert "split.kind" in failure(make_manifest(["a", "b"] * 9), kind="given")


def test_a_class_in_a_single_group_cannot_be_dealt_to_folds() -> None:
    groups = ["g"] * 5 + [f"h{n}" for n in range(15)]
    said = failure(make_manifest(["a"] * 5 + ["b"] * 15, groups), kind="kfold", folds=3)
    assert "a has no training image" in said
    assert "5 images" in said
    assert "fewer folds" in said


def test_a_class_in_a_single_group_is_learnt_from_in_a_hold_out() -> None:
    groups = ["g"] * 5 + [f"h{n}" for n in range(15)]
    for seed in range(10):
        plan = plan_of(make_manifest(["a"] * 5 + ["b"] * 15, groups), kind="holdout", seed=seed)
        assert {f"a/0000{n}.png" for n in range(5)} <= set(plan.ids("train"))
        values = [f.values for f in plan.notes if f.key == "split.note.class_missing"]
        assert [(v["part"], v["labels"]) for v in values] == [("valid", "a"), ("test", "a")]


def test_too_few_samples_for_a_validation_part() -> None:
    said = failure(make_manifest(["a", "b"]), kind="holdout")
    assert "no validation image" in said
    assert "no test image" in said
    assert "split.test=0" in said


def test_two_images_a_class_are_enough_without_a_test_part() -> None:
    plan = plan_of(make_manifest(["a", "a", "b", "b"]), kind="holdout", ratio="8:2")
    assert counts(plan) == {"train": 2, "valid": 2}


def test_more_folds_than_samples() -> None:
    said = failure(make_manifest(["a", "b"] * 3), kind="kfold", folds=40)
    assert "no validation image" in said
    assert "split.folds" in said


def test_small_classes_are_in_every_part_where_there_are_three_images() -> None:
    for seed in range(10):
        manifest = make_manifest(["a"] * 3 + ["b"] * 40 + ["c"] * 2 + ["d"])
        found = classes_by_place(plan_of(manifest, kind="holdout", seed=seed), manifest)
        assert [found["a", f"{p}-1"] for p in ("train", "valid", "test")] == [1, 1, 1]
        assert [found["c", f"{p}-1"] for p in ("train", "valid", "test")] == [1, 1, 0]
        assert [found["d", f"{p}-1"] for p in ("train", "valid", "test")] == [1, 0, 0]


# --- Speed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("stratify", ["stable", "exact"])
def test_60_000_samples_are_split_in_two_seconds(grouped: bool, stratify: str) -> None:
    groups = [f"g{n // 3}" for n in range(60_000)] if grouped else None
    manifest = make_manifest([f"c{n % 10}" for n in range(60_000)], groups)
    start = time.process_time()
    plan = plan_of(manifest, kind="holdout", stratify=stratify)
    assert time.process_time() - start < 2
    assert len(plan.assignment) == 60_000
