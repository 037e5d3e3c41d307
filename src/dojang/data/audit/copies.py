"""Checks of copies: equal files, nearly equal pictures, and copies with different labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding
from dojang.data.audit.subject import Subject


def _always(subject: Subject) -> Problem | None:
    return None


def _pictures(subject: Subject) -> Problem | None:
    return None if subject.has_pictures else Problem("audit.na.no_pictures")


def _labels(subject: Subject) -> Problem | None:
    return None if len(subject.labelled) else Problem("audit.na.no_labels")


def _exact(subject: Subject) -> Iterator[Finding]:
    yield from _of_kind(subject, EXACT, "exact")


def _near(subject: Subject) -> Iterator[Finding]:
    yield from _of_kind(subject, NEAR, "near")


def _of_kind(subject: Subject, check: Check[Subject], kind: str) -> Iterator[Finding]:
    """One finding for all pairs of a kind, the nearest first."""
    pairs = subject.duplicates.pairs
    chosen = pairs[pairs["kind"] == kind].sort_values(["distance", "a", "b"])
    if not len(chosen):
        return
    listed = pair_rows(chosen.to_dict("records"))
    files = list(dict.fromkeys(i for pair in listed for i in (pair["a"], pair["b"])))
    evidence = {"count": len(files), "pairs_found": len(listed), "pairs": listed}
    # Copies within a part cost little once the split keeps them together; equal files are the
    # surer sign of a careless collection.
    yield check.finding("warning" if kind == "exact" else "note", files, evidence)


def pair_rows(records: list[dict[Any, Any]]) -> list[dict[str, Any]]:
    """Return pairs as plain values."""
    return [
        {
            "a": str(row["a"]),
            "b": str(row["b"]),
            "kind": str(row["kind"]),
            "distance": round(float(row["distance"]), 3),
            "mirrored": bool(row["mirrored"]),
        }
        for row in records
    ]


def _conflict(subject: Subject) -> Iterator[Finding]:
    """Clusters whose members have several labels. Labels of a given test part are not looked at."""
    labels = subject.labelled["label"].to_dict()
    content = subject.labelled["sha256"].to_dict()
    pairs, files, clusters = [], [], 0
    for ids in subject.duplicates.clusters:
        known = [i for i in ids if i in labels]
        if len({labels[i] for i in known}) < 2:
            continue
        clusters += 1
        files += known
        first = known[0]
        # Each further label is shown beside the first member of the cluster.
        for other in sorted({labels[i] for i in known} - {labels[first]}):
            b = next(i for i in known if labels[i] == other)
            kind = "exact" if content[first] == content[b] else "near"
            row = {"a": first, "b": b, "kind": kind}
            pairs.append(row | {"label_a": labels[first], "label_b": other})
    if clusters:
        pairs.sort(key=lambda row: (row["kind"], row["a"], row["b"]))
        evidence = {"count": clusters, "files": len(files), "pairs": pairs}
        yield CONFLICT.finding("warning", files, evidence)


EXACT: Check[Subject] = Check("DATA002", "exact-duplicates", _always, _exact)
NEAR: Check[Subject] = Check("DATA003", "near-duplicates", _pictures, _near)
CONFLICT: Check[Subject] = Check("DATA004", "label-conflict", _labels, _conflict)
