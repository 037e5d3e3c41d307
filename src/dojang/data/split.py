"""Who is in which part: a pure function of ids, labels, groups and content.

The unit that is assigned is all that hangs together by a group or by equal content, so that neither
a group nor the copies of a file straddle two parts. Units are taken in an order drawn from the seed
and their own name, each goes to the part that lacks its classes most: shares are exact to within
one unit a class, and the order of the files does not matter.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import SplitPart
from dojang.core.types import Manifest, SplitPlan

if TYPE_CHECKING:
    import pandas as pd


def make_plan(manifest: Manifest, split: SplitPart) -> SplitPlan:
    """Assign every sample to a part.

    Raises:
        DataError: the parts asked for cannot be made from these samples.
    """
    given = manifest.samples["part"].notna().any()
    kind = ("given" if given else "holdout") if split.kind == "auto" else split.kind
    if kind == "given" and not given:
        raise DataError("split.none_given")
    assignment = {"given": _given, "holdout": _holdout, "kfold": _kfold}[kind](manifest, split)
    plan = SplitPlan(
        assignment=assignment.sort_values("id", ignore_index=True),
        kind=kind,
        folds=split.folds if kind == "kfold" else 1,
        seed=split.seed,
        manifest_hash=manifest.hash,
    )
    return _proven(plan, manifest)


def _given(manifest: Manifest, split: SplitPart) -> pd.DataFrame:
    """Keep given parts; a validation part that is not given is taken from the training part."""
    frame = manifest.samples
    parts = dict(zip(frame["id"].tolist(), frame["part"].tolist(), strict=True))
    if "valid" not in set(frame["part"]):
        rest = frame[frame["part"] == "train"]
        share = split.valid / (1 - split.test)
        parts |= assign(_units(rest), {"train": 1 - share, "valid": share}, split.seed, "valid")
    return _frame(parts, {})


def _holdout(manifest: Manifest, split: SplitPart) -> pd.DataFrame:
    shares = {"train": 1 - split.valid - split.test, "valid": split.valid, "test": split.test}
    return _frame(assign(_units(manifest.samples), shares, split.seed, "parts"), {})


def _kfold(manifest: Manifest, split: SplitPart) -> pd.DataFrame:
    """Seal a test part (the given one, if any) and deal the rest into folds."""
    frame = manifest.samples
    if (frame["part"] == "test").any():
        parts = {
            i: ("test" if p == "test" else "cv")
            for i, p in zip(frame["id"].tolist(), frame["part"].tolist(), strict=True)
        }
    else:
        shares = {"cv": 1 - split.test, "test": split.test}
        parts = assign(_units(frame), shares, split.seed, "test")
    rest = frame[frame["id"].map(parts) == "cv"]
    names = {str(fold): 1 / split.folds for fold in range(split.folds)}
    folds = assign(_units(rest), names, split.seed, "folds")
    return _frame(parts, {i: int(fold) for i, fold in folds.items()})


def assign(
    units: Mapping[str, list[tuple[str, str]]],
    shares: Mapping[str, float],
    seed: int,
    stream: str,
) -> dict[str, str]:
    """Deal units to parts so that each part gets its share of each class.

    Args:
        units: by name of the unit, its samples as (id, label).
        shares: by name of the part, its share; they sum to 1.
        seed: seed of the order in which units are taken.
        stream: name of the drawing, so that two drawings of one seed are unrelated.

    Returns:
        By sample id, the name of its part.
    """
    totals: dict[str, int] = defaultdict(int)
    for samples in units.values():
        for _, label in samples:
            totals[label] += 1
    lacking = {part: {c: n * share for c, n in totals.items()} for part, share in shares.items()}
    room = {part: sum(totals.values()) * share for part, share in shares.items()}
    result: dict[str, str] = {}
    # Large units first: what comes late can only fill gaps, and a large unit fits in few.
    for name in sorted(units, key=lambda u: (-len(units[u]), _draw(seed, stream, u))):
        samples = units[name]
        # Where two parts lack a class alike, the emptier one takes: else the remainders of all
        # classes would end up in the first.
        part = max(shares, key=lambda p: (sum(lacking[p][c] for _, c in samples), room[p]))
        room[part] -= len(samples)
        for identifier, label in samples:
            result[identifier] = part
            lacking[part][label] -= 1
    return result


def _draw(seed: int, stream: str, unit: str) -> str:
    return hashlib.sha256(f"{seed}\0{stream}\0{unit}".encode()).hexdigest()


def _units(frame: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Return what must stay together, by a name that does not depend on the order of the rows."""
    columns = (frame[name].tolist() for name in ("id", "label", "group", "sha256"))
    rows = [
        (identifier, label, f"sha256:{sha256}", f"group:{group}" if group else None)
        for identifier, label, group, sha256 in zip(*columns, strict=True)
    ]
    leader: dict[str, str] = {}
    for _, _, content, group in rows:
        if group:
            first, second = sorted((_lead(leader, content), _lead(leader, group)))
            leader[second] = first
    units: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for identifier, label, content, _ in rows:
        units[_lead(leader, content)].append((identifier, label))
    return units


def _lead(leader: dict[str, str], key: str) -> str:
    """Return the first, by name, of the groups and contents that hang together with ``key``."""
    while (above := leader.setdefault(key, key)) != key:
        leader[key] = leader[above]  # halves the way for those who ask next
        key = leader[key]
    return key


def _frame(parts: Mapping[str, str], folds: Mapping[str, int]) -> pd.DataFrame:
    import pandas as pd

    ids = sorted(parts)
    return pd.DataFrame(
        {"id": ids, "part": [parts[i] for i in ids], "fold": [folds.get(i, -1) for i in ids]}
    )


def _proven(plan: SplitPlan, manifest: Manifest) -> SplitPlan:
    """Check what the plan promises and write down what was checked."""
    frame = plan.assignment
    ids = frame["id"].tolist()
    _require(sorted(ids) == sorted(manifest.samples["id"].tolist()), "complete")
    _require(frame["id"].is_unique, "disjoint")
    proofs = ["split.proof.complete", "split.proof.disjoint"]
    places = frame["part"] + frame["fold"].astype(str)
    place = manifest.samples["id"].map(dict(zip(ids, places.tolist(), strict=True)))
    # Parts that came with the data may break these; that is for the audit to say, not to hide.
    dealt = manifest.samples["part"].isna().all()
    for column, proof in (("sha256", "split.proof.copies"), ("group", "split.proof.groups")):
        keys = manifest.samples[column].where(manifest.samples[column] != "")
        if keys.notna().any():
            kept = place.groupby(keys).nunique().max() == 1
            _require(kept or not dealt, proof)
            proofs += [proof] if kept else []
    _require_parts(plan, manifest)
    return replace(plan, proofs=tuple(proofs))


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(f"the split breaks its promise: {what}")


def _require_parts(plan: SplitPlan, manifest: Manifest) -> None:
    """Every model needs samples of every class to learn from and something to be judged by."""
    samples = manifest.samples
    labels = dict(zip(samples["id"].tolist(), samples["label"].tolist(), strict=True))
    problems: list[Problem] = []
    for fold in range(plan.folds):
        learnt = {labels[i] for i in plan.ids("train", fold)}
        problems += [
            Problem("split.class_not_in_train", {"label": label, "fold": fold})
            for label in manifest.classes
            if label not in learnt and manifest.task == "classify"
        ]
        if not plan.ids("valid", fold):
            problems.append(Problem("split.no_valid", {"fold": fold}))
    if problems:
        raise DataError("split.impossible", kind=plan.kind, problems=problems)


def counts(plan: SplitPlan) -> dict[str, int]:
    """Return the number of samples by part."""
    found: Sequence[str] = plan.assignment["part"].tolist()
    return {part: found.count(part) for part in ("train", "valid", "cv", "test") if part in found}
