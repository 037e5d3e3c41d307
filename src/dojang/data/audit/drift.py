"""Part drift: can a classifier tell one given part from another?

A classifier two-sample test (Lopez-Paz & Oquab, "Revisiting Classifier Two-Sample Tests", ICLR
2017): where the parts are drawn alike, no classifier beats chance out of fold. Labels are not used.

Legend: n samples.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding, PartName
from dojang.data.audit import evidence as stats
from dojang.data.audit.features import (
    border_features,
    content_features,
    light_features,
    size_features,
)
from dojang.data.audit.subject import Subject

SAMPLES = 4000
FEWEST = 30  # units of a part
CHANCE = 0.001  # of any finding where the parts are drawn alike
NOTE, WARNING = 0.6, 0.7  # area under the ROC curve
SHOWN = 6


def _applies(subject: Subject) -> Problem | None:
    if not subject.has_pictures:
        return Problem("audit.na.no_pictures")
    if len(set(subject.kept.values())) < 2:
        return Problem("audit.na.no_parts")
    parts = list(subject.kept.values())
    if min(parts.count(part) for part in set(parts)) < FEWEST:
        return Problem("audit.na.few_in_parts", {"need": FEWEST})
    return None


def _drift(subject: Subject) -> Iterator[Finding]:
    given = set(subject.kept.values())
    others: list[PartName] = [p for p in ("valid", "test") if p in given]
    for other in others if "train" in given else ():
        yield from _compare(subject, other, CHANCE / len(others))


def _compare(subject: Subject, other: PartName, level: float) -> Iterator[Finding]:
    assert subject.survey is not None
    sample = _sample(subject, other)
    if len(sample.names) < 2:
        return
    frame = subject.pictured.iloc[sample.rows]
    thumbs = subject.survey.thumbs[sample.rows]
    measures = subject.survey.measures.iloc[sample.rows]
    columns = size_features(frame) | light_features(measures) | border_features(thumbs)
    content = content_features(thumbs, subject.seed)
    features = np.column_stack([*columns.values(), content])
    scores = stats.out_of_fold(stats.trees(subject.seed), features, sample, subject.seed)
    there = sample.targets == sample.names.index(other)
    column = np.round(scores[:, sample.names.index(other)], 6)
    value = stats.auc(column, there)
    inside, outside = (len(set(sample.units[mask].tolist())) for mask in (there, ~there))
    bound = stats.chance_bound(inside, outside, level)
    if value <= bound or value < NOTE:
        return
    single = {name: stats.auc(values, there) for name, values in columns.items()}
    best = max(single, key=lambda name: abs(single[name] - 0.5))
    low, high = stats.interval(value, inside, outside)
    order = np.argsort(-column, kind="stable")
    ids = [subject.survey.ids[row] for row in sample.rows]
    rows = {
        "train": [ids[i] for i in order[::-1] if not there[i]][:SHOWN],
        other: [ids[i] for i in order if there[i]][:SHOWN],
    }
    yield DRIFT.finding(
        "warning" if value >= WARNING else "note",
        [i for chosen in rows.values() for i in chosen],
        {
            "part": other, "auc": round(value, 4), "low": round(low, 4), "high": round(high, 4),
            "bound": round(bound, 4), "feature": best, "feature_auc": round(
                max(single[best], 1 - single[best]), 4),
            "direction": "higher" if single[best] > 0.5 else "lower",
            "samples": len(sample.rows), "examples": rows,
        },
    )  # fmt: skip


def _sample(subject: Subject, other: PartName) -> stats.Sample:
    """Draw from two parts alike; copies within a part are drawn once."""
    frame = subject.pictured
    seen: set[tuple[str, str]] = set()
    targets, units = [], []
    for i, group in zip(frame["id"].tolist(), frame["group"].tolist(), strict=True):
        part, cluster = subject.kept.get(i, ""), subject.cluster_of.get(i, i)
        wanted = part in ("train", other) and (cluster, part) not in seen
        seen.add((cluster, part))
        targets.append(part if wanted else "")
        units.append(f"group:{group}" if isinstance(group, str) and group else cluster)
    return stats.draw_sample(targets, units, SAMPLES, FEWEST, 2, subject.seed)


DRIFT: Check[Subject] = Check("DATA017", "part-drift", _applies, _drift)
