"""A sample keeps its part when data are added, by its draw or because an earlier split is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dojang.core.types import Manifest
from dojang.data.split.units import make_units, natural
from tests.makers import make_manifest
from tests.splits import (
    failure,
    kept_from,
    manifests,
    noted,
    places,
    plan_of,
    planned,
    proven,
    rows,
    with_columns,
)

PROPERTIES = settings(max_examples=25, deadline=None)


def moved(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name, place in before.items() if after[name] != place}


def some_of(manifest: Manifest, seed: int, share: float = 0.7) -> Manifest:
    return rows(manifest, np.random.default_rng(seed).random(len(manifest)) < share)


def whole_units(manifest: Manifest, data: st.DataObject) -> Manifest:
    """Return some of the units with all of their samples."""
    units = make_units(manifest)
    assume(len(units) >= 6)
    some = data.draw(st.sets(st.sampled_from(range(len(units))), min_size=6))
    return rows(manifest, np.isin(units.of, list(some)))


# --- By the draw alone ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["holdout", "kfold", "bootstrap"])
@PROPERTIES
@given(data=st.data())
def test_without_bounds_no_addition_moves_anyone(kind: str, data: st.DataObject) -> None:
    """Whatever is added, as long as it ties nothing together: here, whole units."""
    manifest = data.draw(manifests(largest=20))
    earlier = whole_units(manifest, data)
    before = planned(earlier, kind=kind, folds=3, stratify="none")
    after = planned(manifest, kind=kind, folds=3, stratify="none")
    assert moved(places(before), places(after)) == set()


@pytest.mark.parametrize("kind", ["holdout", "kfold", "bootstrap"])
def test_adding_data_moves_nobody_in_the_default_kind(kind: str) -> None:
    """Classes of 120 to 400 images, of which a tenth and a half are new: the bounds of four
    deviations are so wide that they move nobody, over twenty seeds."""
    sizes = {"a": 120, "b": 200, "c": 400}
    manifest = make_manifest([label for label, n in sizes.items() for _ in range(n)])
    for seed in range(20):
        plan = plan_of(manifest, kind=kind, seed=seed, folds=3)
        for share in (0.5, 0.9):
            earlier = plan_of(some_of(manifest, seed, share), kind=kind, seed=seed, folds=3)
            assert moved(places(earlier), places(plan)) == set()


def test_a_class_of_its_own_added_later_moves_nobody() -> None:
    first = make_manifest(["a"] * 200 + ["b"] * 200)
    grown = make_manifest(["a"] * 200 + ["b"] * 200 + ["z"] * 50)
    assert (
        moved(places(plan_of(first, kind="holdout")), places(plan_of(grown, kind="holdout")))
        == set()
    )


def test_exact_quotas_move_few() -> None:
    sizes = {"a": 40, "b": 100, "c": 400}
    manifest = make_manifest([label for label, n in sizes.items() for _ in range(n)])
    shares = []
    for seed in range(10):
        earlier = plan_of(some_of(manifest, seed, 0.9), kind="holdout", seed=seed, stratify="exact")
        plan = plan_of(manifest, kind="holdout", seed=seed, stratify="exact")
        before = places(earlier)
        shares.append(len(moved(before, places(plan))) / len(before))
    assert np.mean(shares) < 0.04


def test_renamed_files_keep_their_parts() -> None:
    manifest = make_manifest(["a", "b"] * 60)
    renamed = with_columns(manifest, id=[f"new/{n:03d}.png" for n in range(120)][::-1])
    before, after = places(plan_of(manifest)), places(plan_of(renamed))
    ids = zip(manifest.samples["id"], renamed.samples["id"], strict=True)
    assert all(before[old] == after[new] for old, new in ids)


# --- What a unit is called --------------------------------------------------------------------


def names_of(**columns: list[str | None]) -> list[str]:
    count = len(next(iter(columns.values())))
    manifest = with_columns(make_manifest(["a"] * count), **columns)
    units = make_units(manifest)
    return [units.names[number] for number in units.of]


def test_a_group_is_called_by_its_name_and_a_content_by_itself() -> None:
    found = names_of(group=["g", "g", None], sha256=["1", "2", "3"])
    assert found == ["group:g", "group:g", "sha256:3"]


@PROPERTIES
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=6, unique=True), st.data())
def test_a_cluster_keeps_its_name_when_later_members_join(
    contents: list[int], data: st.DataObject
) -> None:
    """The first by file name gives the name, whatever the contents of those that join."""
    ids = [f"a/img{n}.png" for n in (9, 10, 100, 1000, 10000, 100000)][: len(contents)]
    hashes = [f"{n:064x}" for n in contents]
    size = data.draw(st.integers(1, len(contents)))
    found = {
        names_of(id=ids[:n], sha256=hashes[:n], cluster=["k"] * n)[0] for n in (size, len(ids))
    }
    assert found == {f"sha256:{hashes[0]}"}


def test_the_oldest_gives_a_cluster_its_name_where_times_are_known() -> None:
    found = names_of(
        id=["a/1.png", "a/2.png"], sha256=["x", "y"], cluster=["k", "k"],
        time=["2024-06-01", "2023-01-01"],
    )  # fmt: skip
    assert set(found) == {"sha256:y"}


def test_clusters_are_called_by_content_not_by_their_number() -> None:
    """A cluster's own name may change from run to run; the names of units do not."""
    contents = ["x", "y", "z", "w"]
    first = names_of(sha256=contents, cluster=["7", "7", None, "3"])
    assert first == names_of(sha256=contents, cluster=["1", "1", None, "2"])


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["b/img10.png", "a/img9.png", "a/img010.png", "c/img1.png"]
    assert sorted(names, key=natural) == [
        "c/img1.png", "a/img9.png", "a/img010.png", "b/img10.png",
    ]  # fmt: skip


def test_missing_cells_tie_nothing_together() -> None:
    found = names_of(group=[None, "", None], cluster=[None, "", "k"], sha256=["1", "2", "3"])
    assert len(set(found)) == 3


# --- An earlier split is kept -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["holdout", "kfold", "time"])
@pytest.mark.parametrize("contents", [True, False])
@PROPERTIES
@given(data=st.data())
def test_a_kept_split_is_kept_whatever_is_asked_for(
    kind: str, contents: bool, data: st.DataObject
) -> None:
    """Whole units are new; another seed and another way to stratify would deal all anew."""
    manifest = data.draw(manifests(largest=20))
    earlier = whole_units(manifest, data)
    before = planned(earlier, kind=kind, folds=3, seed=1)
    kept = kept_from(before, earlier, contents)
    stratify = data.draw(st.sampled_from(["stable", "exact", "none"]))
    after = planned(manifest, kept, kind=kind, folds=3, seed=2, stratify=stratify)
    assert moved(places(before), places(after)) == set()
    assert {"kept", "sealed"} <= proven(after)


@PROPERTIES
@given(data=st.data())
def test_what_was_sealed_is_never_learnt_from(data: st.DataObject) -> None:
    """Any new data, which may tie anything to anything, and any kind of split before and after."""
    manifest = data.draw(manifests(largest=15))
    earlier = some_of(manifest, data.draw(st.integers(0, 99)))
    kinds = st.sampled_from(["holdout", "kfold", "bootstrap"])
    before = planned(earlier, kind=data.draw(kinds), folds=3, seed=1)
    kept = kept_from(before, earlier)
    after = planned(manifest, kept, kind=data.draw(kinds), folds=2, seed=2)
    sealed = set(before.ids("test"))
    contents = set(earlier.samples.loc[earlier.samples["id"].isin(sealed), "sha256"])
    learnt = {i for fold in range(after.folds) for i in after.ids("train", fold)}
    frame = manifest.samples[manifest.samples["id"].isin(learnt)]
    assert not learnt & sealed
    assert not set(frame["sha256"]) & contents
    assert "sealed" in proven(after)
    assert ("kept" in proven(after)) != ("torn" in noted(after))


def test_a_renamed_file_is_known_by_its_content() -> None:
    manifest = make_manifest(["a", "b"] * 60)
    before = plan_of(manifest, seed=1)
    renamed = with_columns(manifest, id=[f"{n:03d}.png" for n in range(120)])
    after = places(plan_of(renamed, kept_from(before, manifest), seed=2))
    where = places(before)
    assert all(
        where[old] == after[new]
        for old, new in zip(manifest.samples["id"], renamed.samples["id"], strict=True)
    )


def test_a_sealed_content_stays_sealed_under_a_known_name() -> None:
    """A training file was overwritten with a picture of the test part."""
    manifest = make_manifest(["a", "b"] * 60)
    before = plan_of(manifest)
    taken, sealed = before.ids("train")[0], before.ids("test")[0]
    contents = dict(zip(manifest.samples["id"], manifest.samples["sha256"], strict=True))
    changed = [contents[sealed] if i == taken else contents[i] for i in contents]
    after = plan_of(with_columns(manifest, sha256=changed), kept_from(before, manifest))
    assert taken in after.ids("test")
    assert sealed in after.ids("test")


def test_a_sample_that_ties_test_and_training_together_draws_both_to_the_test_part() -> None:
    manifest = make_manifest(["a", "b"] * 60)
    before = plan_of(manifest)
    tied = [before.ids("train")[0], before.ids("test")[0], before.ids("valid")[0]]
    cluster = ["k" if i in tied else None for i in manifest.samples["id"]]
    after = plan_of(with_columns(manifest, cluster=cluster), kept_from(before, manifest))
    assert set(tied) <= set(after.ids("test"))
    assert moved(places(before), places(after)) == {tied[0], tied[2]}
    torn = next(f.values for f in after.notes if f.key == "split.note.torn")
    assert (torn["units"], torn["moved"], torn["known"]) == (1, 2, 120)


def test_validation_wins_over_training() -> None:
    manifest = make_manifest(["a", "b"] * 60)
    before = plan_of(manifest)
    tied = [before.ids("train")[0], before.ids("valid")[0]]
    cluster = ["k" if i in tied else None for i in manifest.samples["id"]]
    after = plan_of(with_columns(manifest, cluster=cluster), kept_from(before, manifest))
    assert set(tied) <= set(after.ids("valid"))


def test_given_parts_may_not_open_what_was_sealed() -> None:
    manifest = make_manifest(["a", "b"] * 60)
    before = plan_of(manifest)
    everyone = with_columns(manifest, part=["train"] * 120)
    said = failure(everyone, kept_from(before, manifest))
    assert before.ids("test")[0] in said
    assert "runs/earlier" in said
    parts = ["test" if i in set(before.ids("test")) else "train" for i in manifest.samples["id"]]
    after = plan_of(with_columns(manifest, part=parts), kept_from(before, manifest))
    assert after.ids("valid") == before.ids("valid")


def test_a_hold_out_becomes_folds_with_the_same_test_part() -> None:
    manifest = make_manifest(["a", "b"] * 60)
    before = plan_of(manifest, seed=1)
    after = plan_of(manifest, kept_from(before, manifest), seed=2, kind="kfold", folds=4)
    assert after.ids("test") == before.ids("test")
    fewer = plan_of(manifest, kept_from(after, manifest), seed=3, kind="kfold", folds=3)
    assert fewer.ids("test") == before.ids("test")
    assert set(fewer.assignment["fold"]) == {-1, 0, 1, 2}
