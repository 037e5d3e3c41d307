"""What ``dojang train`` asks of the data before anything is written: no leak across given parts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from dojang.core.errors import DataError, Problem
from dojang.core.types import Manifest, Refusal
from dojang.data.audit.leaks import (
    DROPPED,
    Crossing,
    copies_across,
    drop_leaks,
    groups_across,
    kept_parts,
    units_of,
)


def pass_leaks(
    manifest: Manifest, split_kind: str, leaks: str, allowed: tuple[str, ...]
) -> Manifest:
    """Return data without leaks across the parts that the split keeps.

    Args:
        manifest: with the columns ``cluster`` and ``copy`` where near-duplicates are known.
        split_kind: auto, given, holdout, kfold …
        leaks: ``fail``, or ``drop`` to leave the earlier copies out.
        allowed: names of checks (``leak``, ``group-leak``) whose findings are accepted.

    Raises:
        DataError: pairs in two parts that are neither dropped nor allowed; all of them are listed.
    """
    kept = kept_parts(manifest, split_kind)
    if len(set(kept.values())) < 2:
        return manifest
    if leaks == "drop":
        return drop_leaks(manifest, kept)
    problems: list[Problem] = []
    if "leak" not in allowed:
        frame = manifest.samples
        content = dict(zip(frame["id"].tolist(), frame["sha256"].tolist(), strict=True))
        found = copies_across(units_of(manifest, "copy"), kept, content)
        problems += [Problem("audit.leak_pair", _words(pair)) for pair in found]
    if "group-leak" not in allowed:
        groups = groups_across(manifest, kept)
        problems += [Problem("audit.group_pair", _words(pair)) for pair in groups]
    if problems:
        raise DataError("audit.leaks", count=len(problems), problems=problems)
    return manifest


def count_dropped(refused: tuple[Refusal, ...]) -> int:
    """Return how many samples were left out for leaking."""
    return sum(refusal.reason in DROPPED.values() for refusal in refused)


def count_alike(manifest: Manifest, split_kind: str) -> int:
    """Return the number of pairs in two parts that look alike, but not so that it is beyond doubt
    that they are copies."""
    kept = kept_parts(manifest, split_kind)
    if len(set(kept.values())) < 2:
        return 0
    sure = copies_across(units_of(manifest, "copy"), kept, {})
    return max(0, len(copies_across(units_of(manifest), kept, {})) - len(sure))


def count_conflicts(manifest: Manifest) -> int:
    """Return the number of units of copies with several labels, the test part left aside."""
    frame = manifest.samples
    seen = frame[(frame["part"] != "test") & frame["label"].notna()]
    labels = dict(zip(seen["id"].tolist(), seen["label"].tolist(), strict=True))
    by_first: dict[str, set[str]] = defaultdict(set)
    for unit in units_of(manifest):
        known = [i for i in unit if i in labels]
        if len({labels[i] for i in known}) > 1:
            by_first[known[0]] |= set(known)
    return len(by_first)


def _words(pair: Crossing) -> dict[str, Any]:
    """Parts and kinds as messages, so that they speak the reader's language."""
    words = {
        key: Problem(f"audit.word.{getattr(pair, key)}") for key in ("part_a", "part_b", "kind")
    }
    return asdict(pair) | words
