"""Put a plan together: seal the test part, deal the rest as its kind says, prove the result.

The test part is dealt first, from a drawing of its own: with one seed and share it is the same for
a hold-out, for folds and for a bootstrap.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import SplitPart
from dojang.core.types import DRAWS, PARTS, Manifest, SplitPlan
from dojang.data.split.deal import Layer, deal, without_big
from dojang.data.split.draws import bootstrap
from dojang.data.split.keep import (
    NEW,
    REST,
    TEST,
    TRAIN,
    VALID,
    Kept,
    Known,
    check_given,
    nothing_known,
    recall,
)
from dojang.data.split.proofs import Evidence, prove
from dojang.data.split.times import Timeline, cut, timeline
from dojang.data.split.units import Mask, Units, make_units

Kind = Literal["given", "holdout", "time", "kfold", "bootstrap"]
Names = NDArray[np.object_]


@dataclass
class _Dealt:
    """What is known of each sample so far, and what the proofs will need.

    Attributes:
        part: part of each sample, shape ``(n,)``.
        fold: fold of each sample, −1 where it has none, shape ``(n,)``.
        draws: draws of each sample by model, shape ``(n, models)``, of a bootstrap.
    """

    part: Names
    fold: NDArray[np.int64]
    draws: NDArray[np.uint8] | None = None
    evidence: Evidence = field(default_factory=Evidence)


def make_plan(manifest: Manifest, split: SplitPart, kept: Kept | None = None) -> SplitPlan:
    """Assign every sample to a part.

    Args:
        kept: an earlier split; samples that it knows stay where they were.

    Raises:
        DataError: the parts asked for cannot be made from these samples.
    """
    import pandas as pd

    frame = manifest.samples
    kind = _kind(manifest, split)
    dealt = (
        _given(manifest, split, kept) if kind == "given" else _dealt(manifest, split, kind, kept)
    )
    table = {"id": frame["id"].to_numpy(dtype=object), "part": dealt.part, "fold": dealt.fold}
    if dealt.draws is not None:
        table |= {f"{DRAWS}{k}": column for k, column in enumerate(dealt.draws.T)}
    plan = SplitPlan(
        assignment=pd.DataFrame(table).sort_values("id", ignore_index=True),
        kind=kind,
        folds=split.folds if kind in ("kfold", "bootstrap") else 1,
        seed=split.seed,
        manifest_hash=manifest.hash,
    )
    proofs, notes = prove(plan, manifest, dealt.evidence, split)
    return replace(plan, proofs=proofs, notes=notes)


def counts(plan: SplitPlan) -> dict[str, int]:
    """Return the number of samples by part."""
    found = plan.assignment["part"].value_counts()
    return {p: int(found[p]) for p in ("train", "valid", "cv", "test") if p in found}


def _kind(manifest: Manifest, split: SplitPart) -> Kind:
    parts = manifest.samples["part"]
    given = parts.notna()
    kind: Kind = ("given" if given.any() else "holdout") if split.kind == "auto" else split.kind
    if kind == "given" and not given.any():
        raise DataError("split.none_given")
    unknown = parts[given & ~parts.isin(PARTS)] if kind == "given" else parts[:0]
    if kind == "given" and (len(unknown) or not given.all()):
        ids = sorted(manifest.samples.loc[~given | parts.index.isin(unknown.index), "id"])
        problems = [Problem("split.without_part", {"name": name}) for name in ids]
        raise DataError("split.some_given", count=len(ids), problems=problems)
    return kind


def _given(manifest: Manifest, split: SplitPart, kept: Kept | None) -> _Dealt:
    """Keep given parts; a validation part that is not given is taken from the training part."""
    if kept:
        check_given(manifest, kept)
    frame = manifest.samples
    part = frame["part"].to_numpy(dtype=object).copy()
    dealt = _Dealt(part, np.full(len(frame), -1))
    if not (part == "valid").any():
        learnt = part == "train"
        rest = replace(manifest, samples=frame[learnt])
        units = make_units(rest)
        known = recall(units, rest, kept, 0) if kept else nothing_known(units)
        share = split.valid / (1 - split.test)
        play = np.ones(len(units), dtype=bool)
        valid = _hold_out(units, "valid", (share, 1 - share), play, known, split, dealt.evidence)
        part[np.flatnonzero(learnt)[valid[units.of]]] = "valid"
        dealt.evidence.add_known(np.flatnonzero(learnt), known, kept)
    dealt.evidence.given = True
    return dealt


def _dealt(manifest: Manifest, split: SplitPart, kind: Kind, kept: Kept | None) -> _Dealt:
    """Deal all samples; a given test part stays that of folds and of a bootstrap."""
    frame = manifest.samples
    sealed = (frame["part"] == "test").to_numpy(dtype=bool)
    if kind in ("holdout", "time") or not sealed.any():
        sealed = np.zeros(len(frame), dtype=bool)
    elif kept:
        check_given(
            replace(manifest, samples=frame.assign(part=np.where(sealed, "test", ""))), kept
        )
    rest = replace(manifest, samples=frame[~sealed]) if sealed.any() else manifest
    units = make_units(rest)
    folds = split.folds if kind == "kfold" else 0
    known = recall(units, rest, kept, folds) if kept else nothing_known(units)
    dealt = _Dealt(np.full(len(frame), "test", dtype=object), np.full(len(frame), -1))
    dealt.evidence.given = bool(sealed.any())
    open_rows = np.flatnonzero(~sealed)
    if kind == "time":
        part = _by_time(units, rest, known, split, dealt.evidence)
    else:
        test = (
            np.zeros(len(units), dtype=bool)
            if sealed.any()
            else _seal(units, known, split, dealt.evidence)
        )
        part = np.where(test, "test", "cv").astype(object)
    if kind == "holdout":
        part[part == "cv"] = "train"
        shares = (split.valid, 1 - split.valid - split.test)
        valid = _hold_out(units, "valid", shares, ~test, known, split, dealt.evidence)
        part[valid] = "valid"
    elif kind == "kfold":
        fold = _folds(units, ~test, known, split, dealt.evidence)
        dealt.fold[open_rows] = fold[units.of]
    elif kind == "bootstrap":
        drawn = bootstrap(units, ~test, split.folds, split.seed, split.stratify)
        dealt.draws = np.zeros((len(frame), split.folds), dtype=np.uint8)
        dealt.draws[open_rows] = drawn[units.of]
    dealt.part[open_rows] = part[units.of]
    dealt.evidence.add_known(open_rows, known, kept)
    dealt.evidence.units = units
    return dealt


def _seal(units: Units, known: Known, split: SplitPart, evidence: Evidence) -> Mask:
    """Choose the test part."""
    if split.test == 0:
        test: Mask = known.part == TEST
        return test
    play = np.ones(len(units), dtype=bool)
    shares = (split.test, 1 - split.test)
    # Behind the test part there are at least a training and a validation part.
    return _hold_out(units, "test", shares, play, known, split, evidence, behind=2)


def _hold_out(
    units: Units,
    name: Literal["valid", "test"],
    shares: tuple[float, float],
    play: Mask,
    known: Known,
    split: SplitPart,
    evidence: Evidence,
    behind: int = 1,
) -> Mask:
    """Choose the units of one part out of ``play``.

    Args:
        shares: of the part and of what is left; what is missing to 1 was dealt before.
        behind: into how many parts what is left will be divided.
    """
    here = TEST if name == "test" else VALID
    fixed = np.where(known.part == here, 0, np.where(known.part == NEW, -1, 1))
    if name == "valid":
        fixed[(known.part == REST) | (known.part == TEST)] = -1
    names = (name, "rest" if name == "test" else "train")
    everyone = np.ones(len(units), dtype=bool)
    layer = Layer(names, np.array(shares), everyone, play, fixed, behind)
    if split.stratify != "none":
        layer, big = without_big(units, layer)
        evidence.add_big(units, name, big & play)
    before = 1 - sum(shares)  # one drawing for both parts: this one starts where that one ended
    draw = np.clip((units.draw(split.seed, "parts") - before) / sum(shares), 0, 1)
    placed = deal(units, layer, draw, split.stratify)
    evidence.add_layer(units, layer, placed)
    chosen: Mask = placed == 0
    return chosen


def _folds(
    units: Units, play: Mask, known: Known, split: SplitPart, evidence: Evidence
) -> NDArray[np.int64]:
    """Deal ``play`` to folds; return −1 elsewhere."""
    shares = np.full(split.folds, 1 / split.folds)
    names = tuple(str(fold) for fold in range(split.folds))
    layer = Layer(names, shares, play, play, np.where(play, known.fold, -1), folds=True)
    placed = deal(units, layer, units.draw(split.seed, "folds"), split.stratify)
    evidence.add_layer(units, layer, placed)
    return placed


def _by_time(
    units: Units, manifest: Manifest, known: Known, split: SplitPart, evidence: Evidence
) -> Names:
    """Train on the oldest units, test on the newest."""
    line: Timeline = timeline(units, manifest)
    names = ("train", "valid", "test") if split.test else ("train", "valid")
    shares = np.array([1 - split.valid - split.test, split.valid, split.test][: len(names)])
    placed = cut(line.unit, units.sizes, shares)
    part = np.array(names, dtype=object)[placed]
    for code, name in ((TRAIN, "train"), (VALID, "valid"), (TEST, "test")):
        part[known.part == code] = name
    part[(known.part == REST) & (part == "test")] = "train"
    evidence.timeline = line
    return part
