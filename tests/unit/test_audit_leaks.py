"""Leaks across parts: every planted one is found, and the gate before training does as it is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.errors import DataError
from dojang.core.recipe import SplitPart
from dojang.core.types import PARTS, Manifest
from dojang.data.audit.gate import count_alike, count_conflicts, count_dropped, pass_leaks
from dojang.data.audit.leaks import copies_across, drop_leaks, groups_across, kept_parts, units_of
from dojang.data.split import make_plan
from tests.makers import make_manifest
from tests.subjects import make_subject, reason, run, thumbs_of


def leaky(pairs: int = 50) -> Manifest:
    """Copies of training images in the test part, after 200 clean ones in each."""
    hashes = [str(i) for i in range(400)]
    hashes[200 : 200 + pairs] = hashes[:pairs]
    labels = ["cat", "dog"] * 200
    return make_manifest(labels, hashes=hashes, parts=["train"] * 200 + ["test"] * 200)


def test_fifty_planted_pairs_are_all_found() -> None:
    thumbs = thumbs_of(400)
    thumbs[200:250] = thumbs[:50]
    parts = ["train"] * 200 + ["test"] * 200
    subject = make_subject(["a", "b"] * 200, thumbs=thumbs, parts=parts)
    (found,) = run("leak", subject)
    ids = subject.survey.ids
    assert found.severity == "error"
    pairs = {(row["a"], row["b"]) for row in found.evidence["pairs"]}
    assert pairs == {(ids[i], ids[200 + i]) for i in range(50)}
    assert found.evidence["between"] == {"train-test": 50}


def test_without_parts_the_check_does_not_apply() -> None:
    assert reason("leak", make_subject(["a", "b"])) == "audit.na.no_parts"
    dealt = make_subject(["a", "b"], parts=["train", "test"], split="holdout")
    assert reason("leak", dealt) == "audit.na.no_parts"


def test_groups_across_parts_are_found() -> None:
    parts = ["train", "train", "valid", "test"]
    subject = make_subject(["a", "b", "a", "b"], parts=parts, groups=["p1", "p2", "p1", "p1"])
    (found,) = run("group-leak", subject)
    assert found.evidence["groups"] == ["p1"]
    assert [(r["part_a"], r["part_b"]) for r in found.evidence["pairs"]] == [
        ("train", "valid"),
        ("valid", "test"),
    ]
    assert reason("group-leak", make_subject(["a", "b"])) == "audit.na.no_groups"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("auto", {"train", "valid", "test"}),
        ("given", {"train", "valid", "test"}),
        ("kfold", {"train", "test"}),
        ("holdout", set()),
    ],
)
def test_only_parts_that_the_split_keeps_can_leak(kind: str, expected: set[str]) -> None:
    manifest = make_manifest(["a", "b", "a"], parts=["train", "valid", "test"])
    assert set(kept_parts(manifest, kind).values()) == expected


def test_the_gate_lists_every_pair_and_says_how_to_mend_it() -> None:
    with pytest.raises(DataError) as caught:
        pass_leaks(leaky(), "auto", "fail", ())
    assert len(caught.value.problems) == 50
    text = str(caught.value)
    for words in ("audit.leaks=drop", "split.kind=holdout", "audit.allow=[leak,group-leak]"):
        assert words in text
    assert "cat/00000.png (training) and cat/00200.png (test): same file" in text


def test_the_gate_lets_pass_what_is_allowed_by_name_and_what_does_not_leak() -> None:
    manifest = leaky()
    assert pass_leaks(manifest, "auto", "fail", ("leak",)) is manifest
    assert pass_leaks(manifest, "holdout", "fail", ()) is manifest
    assert pass_leaks(leaky(0), "auto", "fail", ()).hash == leaky(0).hash
    with pytest.raises(DataError):
        pass_leaks(manifest, "auto", "fail", ("group-leak",))
    with pytest.raises(DataError):
        pass_leaks(manifest, "kfold", "fail", ())


def test_dropping_leaves_the_test_part_whole_and_names_what_went() -> None:
    manifest = leaky()
    passed = pass_leaks(manifest, "auto", "drop", ())
    assert count_dropped(passed.refused) == 50
    assert len(passed) == 350
    assert (passed.samples["part"] == "test").sum() == 200
    assert pass_leaks(passed, "auto", "fail", ()) is passed
    plan = make_plan(passed, SplitPart())
    assert "split.proved.copies" in {fact.key for fact in plan.proofs}


def test_known_clusters_count_as_copies() -> None:
    manifest = make_manifest(["a", "b"] * 2, parts=["train", "train", "test", "test"])
    manifest.samples["cluster"] = ["c1", None, None, "c1"]
    # Pictures that merely look alike do not stop a training; those beyond doubt do.
    assert pass_leaks(manifest, "auto", "fail", ()) is manifest
    assert count_alike(manifest, "auto") == 1
    assert len(drop_leaks(manifest, kept_parts(manifest, "auto")).samples) == 3
    manifest.samples["copy"] = ["c1", None, None, "c1"]
    assert count_alike(manifest, "auto") == 0
    with pytest.raises(DataError) as caught:
        pass_leaks(manifest, "auto", "fail", ())
    assert "nearly the same picture" in str(caught.value)


def test_conflicts_are_counted_without_the_test_part() -> None:
    labels = ["a", "b", "a", "b"]
    manifest = make_manifest(
        labels, hashes=["x", "x", "y", "y"], parts=["train", "train", "test", "test"]
    )
    assert count_conflicts(manifest) == 1


UNITS = st.lists(
    st.tuples(
        st.sampled_from([None, *PARTS]), st.integers(0, 8), st.sampled_from([None, "g1", "g2"])
    ),
    min_size=1,
    max_size=24,
)


@settings(max_examples=150, deadline=None)
@given(UNITS)
def test_whatever_leaks_is_found_and_dropping_mends_it(rows: list[tuple]) -> None:
    parts, contents, groups = zip(*rows, strict=True)
    manifest = make_manifest(
        ["a"] * len(rows),
        groups=list(groups),
        hashes=[f"h{c}" for c in contents],
        parts=list(parts),
    )
    kept = kept_parts(manifest, "auto")
    ids = manifest.samples["id"].tolist()
    content = dict(zip(ids, manifest.samples["sha256"].tolist(), strict=True))
    found = copies_across(units_of(manifest), kept, content)
    shown = {i for c in found for i in (c.a, c.b)}
    leaking = {
        i for i in kept for j in kept if content[i] == content[j] and kept[i] != kept[j]
    }  # fmt: skip
    assert shown == leaking
    assert all(PARTS.index(c.part_a) < PARTS.index(c.part_b) for c in found)
    mended = drop_leaks(manifest, kept)
    assert not copies_across(units_of(mended), kept, content)
    assert not groups_across(mended, kept)
    assert len(mended) + len(mended.refused) == len(manifest)
    last = {i for i in kept if kept[i] == max(kept.values(), key=PARTS.index)}
    assert last <= set(mended.samples["id"])  # nothing of the latest part is lost
