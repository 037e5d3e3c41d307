"""Leaks: what stands in two parts at once, so that a score would measure memory.

These functions need the table of samples only, so ``dojang train`` runs them before every run.
Content alone is compared; no label is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import PARTS, Finding, Manifest, PartName, Refusal, Severity
from dojang.data.audit.subject import Subject

DROPPED = {"copy": "audit.dropped.copy", "group": "audit.dropped.group"}
DEALT = ("holdout", "time")  # kinds of split that deal every sample, whatever part it came with
SEALED_ONLY = ("kfold", "bootstrap")  # kinds that keep a given test part and deal the rest


@dataclass(frozen=True)
class Crossing:
    """Two samples of one unit in two parts; ``a`` is in the earlier part (train, valid, test)."""

    a: str
    b: str
    part_a: PartName
    part_b: PartName
    kind: str
    group: str | None = None


def kept_parts(manifest: Manifest, split_kind: str) -> dict[str, PartName]:
    """Return, by id, the given part that a split of this kind keeps.

    Folds keep a given test part alone; all else then counts as training.
    """
    if split_kind in DEALT:
        return {}
    frame = manifest.samples
    given = {
        i: part
        for i, part in zip(frame["id"].tolist(), frame["part"].tolist(), strict=True)
        if part in PARTS
    }
    if split_kind in SEALED_ONLY:
        return {i: "test" if part == "test" else "train" for i, part in given.items()}
    return given


def units_of(manifest: Manifest, near: str = "cluster") -> list[tuple[str, ...]]:
    """Return the ids that are copies of each other: equal content, and near-duplicates by column
    ``near`` of the table, ``cluster`` or, for those that are beyond doubt, ``copy``.

    Each unit is sorted and has two or more ids.
    """
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    frame = manifest.samples
    for column in ("sha256", near):
        if column in frame:
            for i, key in zip(frame["id"].tolist(), frame[column].tolist(), strict=True):
                if isinstance(key, str) and key:
                    found[(column, key)].append(i)
    return [tuple(sorted(ids)) for ids in found.values() if len(ids) > 1]


def copies_across(
    units: Iterable[Sequence[str]],
    kept: Mapping[str, PartName],
    content: Mapping[str, str],
    pairs: Iterable[tuple[str, str]] = (),
) -> list[Crossing]:
    """Return copies that stand in two parts: every pair that is known to cross, and for each other
    member of such a unit one pair that shows it.

    Args:
        units: ids that are copies of each other; units may overlap.
        kept: part by id.
        content: hash by id; pairs of equal content are preferred as witnesses.
        pairs: pairs that were confirmed.
    """
    found: dict[tuple[str, str], Crossing] = {}

    def enter(first: str, second: str) -> None:
        a, b = sorted((first, second), key=lambda i: (PARTS.index(kept[i]), i))
        kind = "exact" if content.get(a) and content.get(a) == content.get(b) else "near"
        found[(a, b)] = Crossing(a, b, kept[a], kept[b], kind)

    for first, second in pairs:
        if first in kept and second in kept and kept[first] != kept[second]:
            enter(first, second)
    shown = {i for pair in found for i in pair}
    for unit in units:
        members = [i for i in unit if i in kept]
        if len({kept[i] for i in members}) < 2:
            continue
        for one in (i for i in members if i not in shown):
            others = [i for i in members if kept[i] != kept[one]]
            enter(one, min(others, key=lambda i: (content.get(i) != content.get(one), i)))
            shown.add(one)
    return sorted(found.values(), key=lambda c: (c.kind, c.a, c.b))


def groups_across(manifest: Manifest, kept: Mapping[str, PartName]) -> list[Crossing]:
    """Return, for each group that stands in several parts, one pair of samples for each two parts
    that follow each other."""
    frame = manifest.samples
    members: dict[str, dict[PartName, list[str]]] = defaultdict(lambda: defaultdict(list))
    for i, group in zip(frame["id"].tolist(), frame["group"].tolist(), strict=True):
        if isinstance(group, str) and group and i in kept:
            members[group][kept[i]].append(i)
    found = []
    for group in sorted(members):
        parts = sorted(members[group], key=PARTS.index)
        for first, second in pairwise(parts):
            a, b = min(members[group][first]), min(members[group][second])
            found.append(Crossing(a, b, first, second, "group", group))
    return found


def drop_leaks(manifest: Manifest, kept: Mapping[str, PartName]) -> Manifest:
    """Leave out what would leak: of copies and groups in several parts, all but those in the last
    of their parts (test, then valid). They are named among the refused files."""
    frame = manifest.samples
    reasons: dict[str, str] = {}
    grouped: dict[str, list[str]] = defaultdict(list)
    for i, group in zip(frame["id"].tolist(), frame["group"].tolist(), strict=True):
        if isinstance(group, str) and group:
            grouped[group].append(i)
    # Copies of a dropped sample are dropped for the same reason; no second pass is needed, since
    # leaving samples out makes no new pair.
    for kind, units in (("copy", units_of(manifest)), ("group", list(grouped.values()))):
        for unit in units:
            places = {i: PARTS.index(kept[i]) for i in unit if i in kept}
            last = max(places.values(), default=0)
            for i in (i for i, place in places.items() if place < last):
                reasons.setdefault(i, DROPPED[kind])
    if not reasons:
        return manifest
    refused = [*manifest.refused, *(Refusal(i, reason) for i, reason in reasons.items())]
    return replace(
        manifest,
        samples=frame[~frame["id"].isin(set(reasons))].reset_index(drop=True),
        refused=tuple(sorted(refused, key=lambda r: r.id)),
    )


def _parts_given(subject: Subject) -> Problem | None:
    return None if len(set(subject.kept.values())) > 1 else Problem("audit.na.no_parts")


def _groups_given(subject: Subject) -> Problem | None:
    if not subject.manifest.samples["group"].notna().any():
        return Problem("audit.na.no_groups")
    return _parts_given(subject)


def _leak(subject: Subject) -> Iterator[Finding]:
    pairs = subject.duplicates.pairs
    confirmed = zip(pairs["a"].tolist(), pairs["b"].tolist(), strict=True)
    units = [*subject.duplicates.clusters, *units_of(subject.manifest)]
    content = {str(i): str(value) for i, value in subject.frame["sha256"].items()}
    found = copies_across(units, subject.kept, content, confirmed)
    sure = copies_across(units_of(subject.manifest, "copy"), subject.kept, content)
    if found:
        # Of pictures that merely look alike a few are no copies: they are no reason to stop.
        severity: Severity = "error" if sure else "warning"
        yield LEAK.finding(severity, _files(found), _evidence(found) | {"sure": len(sure)})


def _group_leak(subject: Subject) -> Iterator[Finding]:
    found = groups_across(subject.manifest, subject.kept)
    if found:
        groups = list(dict.fromkeys(str(c.group) for c in found))
        evidence = _evidence(found) | {"groups": groups, "count": len(groups)}
        yield GROUP_LEAK.finding("error", _files(found), evidence)


def _files(found: Sequence[Crossing]) -> list[str]:
    return list(dict.fromkeys(i for c in found for i in (c.a, c.b)))


def _evidence(found: Sequence[Crossing]) -> dict[str, Any]:
    between = Counter(f"{c.part_a}-{c.part_b}" for c in found)
    return {
        "count": len(found),
        "exact": sum(c.kind == "exact" for c in found),
        "between": dict(sorted(between.items())),
        "pairs": [{k: v for k, v in asdict(c).items() if v is not None} for c in found],
    }


_MEND = (
    "dojang train {source} --set audit.leaks=drop",
    "dojang train {source} --set split.kind=holdout",
)
LEAK: Check[Subject] = Check(
    "DATA005", "leak", _parts_given, _leak,
    (*_MEND, "dojang train {source} --set audit.allow=[leak]"),
)  # fmt: skip
GROUP_LEAK: Check[Subject] = Check(
    "DATA006", "group-leak", _groups_given, _group_leak,
    (*_MEND, "dojang train {source} --set audit.allow=[group-leak]"),
)  # fmt: skip
