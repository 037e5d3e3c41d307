"""Checks of class sizes. A given test part is not counted: its labels feed no number per class."""

from __future__ import annotations

from collections.abc import Iterator

from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding
from dojang.data.audit.subject import Subject

RATIO_NOTE, RATIO_WARNING = 3.0, 10.0
CHANCE = 0.001  # of calling equal shares unequal
TINY, SMALL = 20, 50  # samples for learning and validation


def _labels(subject: Subject) -> Problem | None:
    if not len(subject.labelled):
        return Problem("audit.na.no_labels")
    return Problem("audit.na.one_class") if len(subject.manifest.classes) < 2 else None


def class_sizes(subject: Subject) -> dict[str, int]:
    """Return the number of samples by class, the largest first."""
    counts = subject.labelled["label"].value_counts()
    sizes = {name: int(counts.get(name, 0)) for name in subject.manifest.classes}
    return dict(sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0])))


def _imbalance(subject: Subject) -> Iterator[Finding]:
    from scipy.stats import chisquare

    sizes = class_sizes(subject)
    (largest, most), (smallest, fewest) = next(iter(sizes.items())), list(sizes.items())[-1]
    ratio = most / max(1, fewest)
    # A few samples a class differ by chance alone.
    if ratio < RATIO_NOTE or chisquare(list(sizes.values())).pvalue >= CHANCE:
        return
    yield IMBALANCE.finding(
        "warning" if ratio >= RATIO_WARNING else "note",
        (),
        {
            "ratio": round(ratio, 2), "largest": largest, "smallest": smallest,
            "most": most, "fewest": fewest, "classes": sizes,
        },
    )  # fmt: skip


def _tiny_class(subject: Subject) -> Iterator[Finding]:
    sizes = class_sizes(subject)
    limits = (("warning", 0, TINY), ("note", TINY, SMALL))
    for severity, low, high in limits:
        found = {name: n for name, n in reversed(sizes.items()) if low <= n < high}
        if found:
            chosen = subject.labelled[subject.labelled["label"].isin(found)]
            evidence = {"count": len(found), "limit": high, "names": list(found), "classes": found}
            yield TINY_CLASS.finding(severity, chosen["id"].tolist(), evidence)  # type: ignore[arg-type]


IMBALANCE: Check[Subject] = Check("DATA007", "imbalance", _labels, _imbalance)
TINY_CLASS: Check[Subject] = Check("DATA008", "tiny-class", _labels, _tiny_class)
