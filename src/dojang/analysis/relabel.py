"""A new manifest with corrected labels. Neither images nor the run that they are from change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dojang.analysis.label_table import Decisions
from dojang.core.errors import DataError, Problem
from dojang.core.types import Manifest, SplitPlan

LABELS_KEY = "dojang.labels"
FEWEST = 2  # samples outside the test part that a class needs, to learn from and to be judged by


@dataclass(frozen=True)
class Relabelled:
    """A manifest with corrected labels, and what was corrected.

    Attributes:
        manifest: as before, with a further column ``label_before`` (None where nothing changed);
            ``part`` holds the parts of the run's split, so that its test part stays sealed.
        changed: number of labels that changed.
        dropped: number of samples left out.
        record: what goes into the schema of the file, by key.
    """

    manifest: Manifest
    changed: int
    dropped: int
    record: Mapping[str, str]


def relabel(manifest: Manifest, plan: SplitPlan, decisions: Decisions, run: str) -> Relabelled:
    """Apply decisions to a manifest.

    Raises:
        DataError: nothing was decided, or a class would be left with too few samples.
    """
    if not decisions.changes:
        raise DataError("labels.nothing_decided")
    new = {change.id: change.new_label for change in decisions.changes}
    dropped = sorted(identifier for identifier, label in new.items() if label is None)
    frame = manifest.samples[~manifest.samples["id"].isin(dropped)].copy()
    before = frame["label"].tolist()
    frame["label"] = [
        new.get(i) or label for i, label in zip(frame["id"].tolist(), before, strict=True)
    ]
    frame["label_before"] = [
        old if old != label else None for old, label in zip(before, frame["label"], strict=True)
    ]
    parts = _parts(plan)
    frame["part"] = [parts[identifier] for identifier in frame["id"]]
    _require_classes(manifest, frame["label"][frame["part"] != "test"].tolist())
    fixed = replace(manifest, samples=frame.reset_index(drop=True))
    changes = [
        {"id": c.id, "from": c.label, "to": c.new_label}
        for c in sorted(decisions.changes, key=lambda c: c.id)
    ]
    record = {"run": run, "manifest": manifest.hash, "changes": changes}
    return Relabelled(
        fixed, len(new) - len(dropped), len(dropped),
        {LABELS_KEY: json.dumps(record, ensure_ascii=False)},
    )  # fmt: skip


def _parts(plan: SplitPlan) -> dict[str, str]:
    """Return the part of each sample; what is dealt into folds is for training."""
    frame = plan.assignment
    parts = frame["part"].where(frame["part"] != "cv", "train")
    return dict(zip(frame["id"].tolist(), parts.tolist(), strict=True))


def _require_classes(manifest: Manifest, labels: list[str]) -> None:
    counts = Counter(labels)
    problems = [
        Problem("labels.small_class", {"label": label, "n": counts[label]})
        for label in manifest.classes
        if counts[label] < FEWEST
    ]
    if problems:
        raise DataError("labels.small_classes", problems=problems)
