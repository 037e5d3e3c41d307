"""What a plan promises, checked on the finished plan, and what it could not do, said.

A promise that must hold by construction raises where it does not: that would be a mistake of ours.
What depends on the data is a proof where it holds and a note where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dojang.core.recipe import SplitPart
from dojang.core.types import DRAWS, Fact, Manifest, SplitPlan
from dojang.data.split.deal import Layer, Stratify, bounds
from dojang.data.split.feasible import Places, missing_classes, require_parts
from dojang.data.split.keep import NEW, TEST, TRAIN, VALID, Kept, Known
from dojang.data.split.times import Timeline, as_text
from dojang.data.split.units import TIES, Ints, Mask, Units, codes_of

COARSE = 1 / 3  # a part that misses its size by more is worth a note
ALL = "*"  # stands for the samples of all classes together
NAMED = 5  # classes or units that a note names
_TIE_PROOFS = {"sha256": "copies", "group": "groups", "cluster": "clusters"}


@dataclass
class Evidence:
    """What the dealing leaves behind for the proofs."""

    layers: list[tuple[Units, Layer, Ints]] = field(default_factory=list)
    notes: list[Fact] = field(default_factory=list)
    known: tuple[Ints, Known, str] | None = None
    timeline: Timeline | None = None
    units: Units | None = None
    given: bool = False

    def add_layer(self, units: Units, layer: Layer, placed: Ints) -> None:
        """Keep a dealing, whose shares will be checked."""
        self.layers.append((units, layer, placed))

    def add_big(self, units: Units, part: str, big: Mask) -> None:
        """Note units that were too big for a part."""
        largest = np.flatnonzero(big)[np.argsort(-units.sizes[big], kind="stable")]
        for unit in largest[:NAMED].tolist():
            values = {"part": part, "unit": units.names[unit], "size": int(units.sizes[unit])}
            self.notes.append(Fact("split.note.too_big", values))

    def add_known(self, rows: Ints, known: Known, kept: Kept | None) -> None:
        """Keep what an earlier split said of these rows of the manifest."""
        if kept:
            self.known = (rows, known, kept.name)


def prove(
    plan: SplitPlan, manifest: Manifest, evidence: Evidence, split: SplitPart
) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Check the plan and return what was proven and what is to be noted.

    Raises:
        DataError: a model would have nothing to learn of a class from, or nothing to be judged by.
    """
    proofs: list[Fact] = []
    notes = list(evidence.notes)
    table = plan.assignment.set_index("id").reindex(manifest.samples["id"])
    _require(len(plan.assignment) == len(manifest) == table.index.nunique(), "disjoint")
    _require(bool(table["part"].isin(["train", "valid", "cv", "test"]).all()), "complete")
    proofs.append(Fact("split.proved.complete", {"samples": len(manifest)}))
    proofs.append(Fact("split.proved.disjoint", {"samples": len(manifest)}))
    draws = [name for name in table.columns if name.startswith(DRAWS)]
    places = Places(
        table["part"].to_numpy(dtype=object),
        table["fold"].to_numpy(dtype=np.int64),
        table[draws].to_numpy() if draws else None,
        plan.folds,
    )
    for found, holds in _ties(manifest, places):
        _require(holds or evidence.given, found.key)
        (proofs if holds else notes).append(found)
    folds = evidence.layers[-1][:2] if plan.kind == "kfold" else None
    require_parts(plan.kind, places, manifest, folds, bool(split.test))
    _prove_shares(evidence, split, proofs, notes)
    _prove_known(evidence, plan.kind, places.part, proofs, notes)
    if evidence.timeline and evidence.units:
        _prove_time(evidence.timeline, evidence.units, places.part, proofs, notes)
    if places.draws is not None:
        _prove_draws(places, places.draws, proofs, notes)
    notes += missing_classes(plan.kind, places, manifest, NAMED)
    return tuple(proofs), tuple(notes)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(f"the split breaks its promise: {what}")


def _ties(manifest: Manifest, places: Places) -> list[tuple[Fact, bool]]:
    """For each column that ties samples: does any of its values stand in two places?"""
    place = np.unique(places.part.astype(str), return_inverse=True)[1] * 1000 + places.fold + 1
    if places.draws is not None:  # copies are drawn together, or one would judge the other
        place = np.unique(np.column_stack([place, places.draws]), axis=0, return_inverse=True)[1]
    found = []
    for column in TIES:
        if column not in manifest.samples:
            continue
        codes = codes_of(manifest.samples, column)
        tied = codes >= 0
        if not tied.any():
            continue
        size = int(codes.max()) + 1
        low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
        np.minimum.at(low, codes[tied], place[tied])
        np.maximum.at(high, codes[tied], place[tied])
        several = int((np.bincount(codes[tied]) > 1).sum())
        torn = int(((low != high) & (high >= 0)).sum())
        name = _TIE_PROOFS[column]
        if torn:
            found.append((Fact(f"split.note.{name}", {"count": torn, "of": several}), False))
        else:
            found.append((Fact(f"split.proved.{name}", {"count": several}), True))
    return found


@dataclass(frozen=True)
class Share:
    """A class in a part: its samples, those expected, and by how many it may be off; label ``ALL``
    for all samples."""

    part: str
    label: str
    found: int
    expected: float
    bound: float

    @property
    def ratio(self) -> float:
        """How much of its bound it uses up."""
        return abs(self.found - self.expected) / self.bound

    @property
    def coarse(self) -> bool:
        """Is it off by more than a third of what was expected?"""
        return abs(self.found - self.expected) > max(1, self.expected * COARSE)

    def values(self) -> dict[str, object]:
        rounded = {"expected": round(self.expected, 2), "bound": round(self.bound, 2)}
        return {"part": self.part, "label": self.label, "found": self.found, **rounded}


def shares_of(evidence: Evidence, stratify: Stratify) -> list[Share]:
    """Return each class of each part that was dealt, and all samples of it."""
    found = []
    for units, layer, placed in evidence.layers:
        totals, names = units.totals(layer.base), (*units.classes, ALL)
        for number, part in enumerate(layer.parts):
            if part == "rest":  # is dealt on, and checked then
                continue
            share = float(layer.shares[number])
            off = bounds(units, layer.base, share, stratify)
            samples = units.totals(layer.base & (placed == number))
            columns = zip(names, samples.tolist(), totals.tolist(), off.tolist(), strict=True)
            found += [Share(part, c, n, share * total, bound) for c, n, total, bound in columns]
    return found


def _prove_shares(
    evidence: Evidence, split: SplitPart, proofs: list[Fact], notes: list[Fact]
) -> None:
    """Compare each class of each part with its share; name the one that is nearest to its bound."""
    if split.stratify == "none" or not evidence.layers:
        return
    found = shares_of(evidence, split.stratify)
    broken = [share for share in found if share.ratio > 1 + 1e-9]
    notes += [Fact("split.note.bound", share.values()) for share in broken[:NAMED]]
    if len(broken) > NAMED:
        notes.append(Fact("split.note.bounds", {"count": len(broken), "checked": len(found)}))
    if split.stratify == "stable" and evidence.known is None:
        coarse = [s for s in found if s.label == ALL and s.part in ("valid", "test")]
        notes += [Fact("split.note.size", s.values()) for s in coarse if s.coarse]
    if not broken:
        worst = max(found, key=lambda s: (s.label != ALL, s.ratio)).values()
        proofs.append(Fact("split.proved.shares", {"checked": len(found), **worst}))


def _prove_known(
    evidence: Evidence,
    kind: str,
    part: NDArray[np.object_],
    proofs: list[Fact],
    notes: list[Fact],
) -> None:
    """Nothing that an earlier split had sealed is learnt from; the rest is where it was."""
    if evidence.known is None:
        return
    rows, known, name = evidence.known
    now = part[rows]
    sealed = known.sample == TEST
    _require(bool((now[sealed] == "test").all()), "what was sealed stays sealed")
    proofs.append(Fact("split.proved.sealed", {"name": name, "sealed": int(sealed.sum())}))
    stays = (now == "test") == sealed
    if kind in ("given", "holdout", "time"):
        stays &= (known.sample != VALID) | (now == "valid")
        stays &= (known.sample != TRAIN) | (now == "train")
    remembered = known.sample != NEW
    values = {"name": name, "known": int(remembered.sum())}
    if stays[remembered].all():
        proofs.append(Fact("split.proved.kept", values))
    else:
        moved = int((remembered & ~stays).sum())
        notes.append(
            Fact("split.note.torn", values | {"units": int(known.torn.sum()), "moved": moved})
        )


def _prove_time(
    line: Timeline,
    units: Units,
    part: NDArray[np.object_],
    proofs: list[Fact],
    notes: list[Fact],
) -> None:
    """Every part ends before the next begins, counted by the newest sample of a unit."""
    times = line.unit[units.of]
    order = [p for p in ("train", "valid", "test") if (part == p).any()]
    ends = {p: (int(times[part == p].min()), int(times[part == p].max())) for p in order}
    holds = all(ends[a][1] < ends[b][0] for a, b in pairwise(order))
    values = {
        "parts": " < ".join(f"{p} ≤ {as_text(ends[p][1])}" for p in order),
        "newest": as_text(int(line.sample[part == "train"].max())) if "train" in order else "–",
    }
    key = "split.proved.time" if holds else "split.note.time"
    (proofs if holds else notes).append(Fact(key, values))


def _prove_draws(
    places: Places, draws: NDArray[np.uint8], proofs: list[Fact], notes: list[Fact]
) -> None:
    """No model is judged by what it drew, and the test part is not drawn."""
    dealt = places.part == "cv"
    _require(not draws[~dealt].any(), "the test part is not drawn")
    out = (draws[dealt] == 0).mean(axis=0)
    low, high = f"{100 * out.min():.1f}", f"{100 * out.max():.1f}"
    values = {"models": places.models, "low": low, "high": high}
    proofs.append(Fact("split.proved.out_of_bag", values))
    never = int((draws[dealt] > 0).all(axis=1).sum())
    if never:
        notes.append(Fact("split.note.never_out", {"count": never, "of": int(dealt.sum())}))
