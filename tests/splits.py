"""What the tests of the split share: manifests of any shape, and where a plan puts them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from dojang.core.errors import DataError
from dojang.core.i18n import use_language
from dojang.core.recipe import SplitPart
from dojang.core.types import DRAWS, Manifest, SplitPlan
from dojang.data.split import Kept, make_plan
from tests.makers import make_manifest

KINDS = ["holdout", "kfold", "bootstrap", "time"]


def plan_of(manifest: Manifest, kept: Kept | None = None, **settings: Any) -> SplitPlan:
    return make_plan(manifest, SplitPart(**settings), kept)


def planned(manifest: Manifest, kept: Kept | None = None, **settings: Any) -> SplitPlan:
    """Make a plan; what cannot be split is another test's business."""
    try:
        return plan_of(manifest, kept, **settings)
    except DataError:
        assume(False)
        raise


def failure(manifest: Manifest, kept: Kept | None = None, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        plan_of(manifest, kept, **settings)
    assert caught.value.exit_code == 2
    assert caught.value.fix
    with use_language("ko"):
        assert any("가" <= character <= "힣" for character in str(caught.value))
    with use_language("en"):
        return str(caught.value)


def with_columns(manifest: Manifest, **columns: Any) -> Manifest:
    """Return the manifest with columns of objects added or put in the place of others."""
    added = {
        k: pd.Series(list(v), index=manifest.samples.index, dtype=object)
        for k, v in columns.items()
    }
    return replace(manifest, samples=manifest.samples.assign(**added))


def rows(manifest: Manifest, chosen: Any) -> Manifest:
    """Return some rows of the manifest, with the classes that they have."""
    frame = manifest.samples[chosen]
    return replace(manifest, samples=frame, classes=tuple(sorted(set(frame["label"]))))


def shuffled(manifest: Manifest, seed: int) -> Manifest:
    return replace(manifest, samples=manifest.samples.sample(frac=1, random_state=seed))


def places(plan: SplitPlan) -> dict[str, str]:
    """Return where each sample is: its part, its fold where it has one, and its draws."""
    frame = plan.assignment
    draws = [name for name in frame if name.startswith(DRAWS)]
    drawn = frame[draws].astype(str).agg(",".join, axis=1) if draws else [""] * len(frame)
    return {
        i: f"{part}{fold}{counts}"
        for i, part, fold, counts in zip(
            frame["id"], frame["part"], frame["fold"], drawn, strict=True
        )
    }


def sides(plan: SplitPlan, manifest: Manifest, column: str) -> dict[str, set[str]]:
    """Return the places in which each group, cluster or content is."""
    where: dict[str, str] = places(plan)
    found: dict[str, set[str]] = {}
    if column not in manifest.samples:
        return found
    for identifier, key in zip(manifest.samples["id"], manifest.samples[column], strict=True):
        if key:
            found.setdefault(key, set()).add(where[identifier])
    return found


def proven(plan: SplitPlan) -> set[str]:
    return {fact.key.removeprefix("split.proved.") for fact in plan.proofs}


def noted(plan: SplitPlan) -> set[str]:
    return {fact.key.removeprefix("split.note.") for fact in plan.notes}


def kept_from(plan: SplitPlan, manifest: Manifest, contents: bool = True) -> Kept:
    """Return a plan as an earlier split."""
    frame = plan.assignment[["id", "part", "fold"]]
    if contents:
        frame = frame.merge(manifest.samples[["id", "sha256"]], on="id")
    return Kept(frame, plan.kind, plan.folds, "runs/earlier")


@st.composite
def manifests(draw: st.DrawFn, parts: bool = False, largest: int = 12) -> Manifest:
    """Samples of two to four classes; some in groups, in clusters, copies of others; with times."""
    names = [f"c{n}" for n in range(draw(st.integers(2, 4)))]
    labels = [name for name in names for _ in range(draw(st.integers(3, largest)))]
    size = len(labels)

    def column(what: str) -> list[str | None] | None:
        name = st.integers(0, 2 * size).map(f"{what}{{}}".format)
        cell = st.one_of(st.none(), st.just(""), name)
        return draw(st.one_of(st.none(), st.lists(cell, min_size=size, max_size=size)))

    contents = draw(st.lists(st.integers(0, 3 * size), min_size=size, max_size=size))
    days = draw(st.lists(st.integers(1, 28), min_size=size, max_size=size))
    given = None
    if parts:
        some = st.sampled_from(["train", "train", "test"])
        given = draw(st.lists(some, min_size=size, max_size=size))
    manifest = make_manifest(labels, column("g"), [f"{n:064x}" for n in contents], given)
    manifest = with_columns(manifest, time=[f"2024-02-{day:02d}" for day in days])
    clusters = column("k")
    return with_columns(manifest, cluster=clusters) if clusters else manifest


LARGE = with_columns(
    make_manifest(["cat"] * 101 + ["dog"] * 67 + ["eel"] * 20),
    time=[f"2024-01-01T{n % 24:02d}:{n % 60:02d}:00" for n in range(188)],
)
