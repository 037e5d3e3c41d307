"""Shortcuts: does something other than the content predict the label?

For each family of features (size, light, border, file name, numbers in it) a small classifier is
cross-validated, and so is one on the content. A class is reported when its features tell it from
the rest beyond chance, by much, and, for more than a note, better than the content does.

Legend: n samples, k classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding, Severity
from dojang.data.audit import evidence as stats
from dojang.data.audit.features import (
    Columns,
    bare_name,
    border_features,
    content_features,
    light_features,
    number_features,
    size_features,
)
from dojang.data.audit.subject import Subject

SAMPLES = 4000
CLASSES = 100
FEWEST = 20  # units of a class
CHANCE = 0.001  # of any finding where there is no connection, over all families and classes
NOTE, STRONG, TOTAL = 0.85, 0.9, 0.98  # area under the ROC curve
BETTER = 0.03  # above the content
PRECISION, GIVEN = 0.95, 0.25  # share of a class that is given away at this precision
FAMILIES = ("size", "light", "border", "name", "number")
SHOWN = 6
_TOKENS = 3000  # character n-grams that are looked at


@dataclass(frozen=True)
class Told:
    """How well a family tells one class from the rest."""

    label: str
    auc: float
    bound: float
    content: float
    given: float
    content_given: float
    feature: str
    direction: str

    @property
    def severity(self) -> Severity | None:
        """None below the thresholds."""
        if self.auc <= self.bound:
            return None
        better = self.auc > self.content + BETTER
        if self.auc >= TOTAL and better:
            return "error"
        gives = self.given >= GIVEN and self.given > self.content_given + 0.1
        if self.auc >= TOTAL or (self.auc >= STRONG and better) or gives:
            return "warning"
        return "note" if self.auc >= NOTE else None


def _applies(subject: Subject) -> Problem | None:
    if not subject.has_pictures:
        return Problem("audit.na.no_pictures")
    if not len(subject.labelled):
        return Problem("audit.na.no_labels")
    sample = _sample(subject)
    return Problem("audit.na.few_in_classes", {"need": FEWEST}) if len(sample.names) < 2 else None


def _sample(subject: Subject) -> stats.Sample:
    """Draw from the labelled samples; a given test part is not among them."""
    frame = subject.pictured
    labels = subject.labelled["label"].to_dict()
    ids = frame["id"].tolist()
    groups = frame["group"].tolist()
    seen: set[tuple[str, str]] = set()
    targets, units = [], []
    for i, group in zip(ids, groups, strict=True):
        label, cluster = labels.get(i, ""), subject.cluster_of.get(i, i)
        repeated = (cluster, label) in seen
        seen.add((cluster, label))
        targets.append("" if repeated else label)
        units.append(f"group:{group}" if isinstance(group, str) and group else cluster)
    return stats.draw_sample(targets, units, SAMPLES, FEWEST, CLASSES, subject.seed)


def _shortcut(subject: Subject) -> Iterator[Finding]:
    assert subject.survey is not None
    sample = _sample(subject)
    thumbs = subject.survey.thumbs[sample.rows]
    model = stats.trees(subject.seed)
    content = stats.out_of_fold(model, content_features(thumbs, subject.seed), sample, subject.seed)
    frame = subject.pictured.iloc[sample.rows]
    ids, labels = frame["id"].tolist(), [sample.names[c] for c in sample.targets]
    tables: dict[str, Columns] = {
        "size": size_features(frame),
        "light": light_features(subject.survey.measures.iloc[sample.rows]),
        "border": border_features(thumbs),
        "number": number_features(ids, labels),
    }
    for family in FAMILIES:
        if family == "name":
            probabilities, tokens = _judge_names(ids, labels, sample, subject.seed)
            told = [
                _told(sample, c, probabilities, content, _token(tokens, sample.targets == c))
                for c in range(len(sample.names))
            ]
        else:
            columns = tables[family]
            features = np.column_stack(list(columns.values()))
            probabilities = stats.out_of_fold(model, features, sample, subject.seed)
            told = [
                _told(sample, c, probabilities, content, _feature(columns, sample.targets == c))
                for c in range(len(sample.names))
            ]
        yield from _finding(subject, family, sample, told, probabilities)


def _told(
    sample: stats.Sample,
    c: int,
    probabilities: NDArray[np.float64],
    content: NDArray[np.float64],
    named: tuple[str, str],
) -> Told:
    positive = sample.targets == c
    # Units, not samples, are independent of each other.
    inside, outside = (len(set(sample.units[mask].tolist())) for mask in (positive, ~positive))
    level = CHANCE / (len(FAMILIES) * len(sample.names))
    scores, shown = _share(probabilities, c), _share(content, c)
    return Told(
        label=sample.names[c],
        auc=stats.auc(scores, positive),
        bound=stats.chance_bound(inside, outside, level),
        content=stats.auc(shown, positive),
        given=stats.given_away(scores, positive, PRECISION),
        content_given=stats.given_away(shown, positive, PRECISION),
        feature=named[0],
        direction=named[1],
    )


def _share(probabilities: NDArray[np.float64], c: int) -> NDArray[np.float64]:
    return np.round(probabilities[:, c], 6)


def _feature(columns: Columns, positive: NDArray[np.bool_]) -> tuple[str, str]:
    """Return the feature that alone tells the class best, and to which side it lies."""
    found = {name: stats.auc(values, positive) for name, values in columns.items()}
    best = max(found, key=lambda name: abs(found[name] - 0.5))
    return best, "higher" if found[best] > 0.5 else "lower"


def _judge_names(
    ids: list[str], labels: list[str], sample: stats.Sample, seed: int
) -> tuple[NDArray[np.float64], tuple[Any, list[str]]]:
    """Cross-validate naive Bayes on the characters of file names."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import BernoulliNB

    names = [bare_name(i, label) for i, label in zip(ids, labels, strict=True)]
    counter = CountVectorizer(
        analyzer="char", ngram_range=(1, 5), binary=True, lowercase=False, max_features=_TOKENS,
        dtype=np.float32, min_df=5,
    )  # fmt: skip
    try:
        table = counter.fit_transform(names)
    except ValueError:  # no n-gram occurs often enough
        empty = np.full((len(ids), len(sample.names)), 1 / len(sample.names))
        return empty, (np.zeros((len(ids), 0)), [])
    probabilities = stats.out_of_fold(BernoulliNB(fit_prior=False), table, sample, seed)
    return probabilities, (table, counter.get_feature_names_out().tolist())


def _token(tokens: tuple[Any, list[str]], positive: NDArray[np.bool_]) -> tuple[str, str]:
    """Return the piece of a name that is most of the class's own, the longest of equals."""
    table, names = tokens
    if not names:
        return "", "with"
    inside = np.asarray(table[positive].mean(axis=0)).ravel()
    outside = np.asarray(table[~positive].mean(axis=0)).ravel()
    away = np.round(np.abs(inside - outside), 3)
    best = max(range(len(names)), key=lambda i: (away[i], len(names[i])))
    return names[best].strip("^$").replace("\0", "…"), (
        "with" if inside[best] > outside[best] else "without"
    )


def _finding(
    subject: Subject,
    family: str,
    sample: stats.Sample,
    told: list[Told],
    probabilities: NDArray[np.float64],
) -> Iterator[Finding]:
    """Yield one finding a family, about the class that is told best and those like it."""
    ranked = sorted(told, key=lambda one: -one.auc)
    flagged = [(one, _capped(family, one.severity)) for one in ranked if one.severity]
    if not flagged:
        return
    order: list[Severity] = ["error", "warning", "note"]
    flagged.sort(key=lambda pair: (order.index(pair[1]), -pair[0].auc))
    worst, severity = flagged[0]
    classes = len(sample.names)
    score = stats.balanced_accuracy(probabilities, sample.targets, classes)
    kind = family if family in ("name", "number") else "feature"
    found = {
        "kind": kind, "family": family, "label": worst.label, "feature": worst.feature,
        "direction": worst.direction, "auc": round(worst.auc, 4), "bound": round(worst.bound, 4),
        "content_auc": round(worst.content, 4), "given": round(worst.given, 4),
        "balanced_accuracy": round(score, 4), "chance": round(1 / classes, 4),
        "samples": len(sample.rows), "more": len(flagged) - 1,
        "classes": [_row(one, severity) for one, severity in flagged],
    }  # fmt: skip
    rows = _examples(subject, sample, worst.label, probabilities)
    files = [i for ids in rows.values() for i in ids]
    yield SHORTCUT.finding(severity, files, found | {"examples": rows})


def _capped(family: str, severity: Severity) -> Severity:
    """A network never sees the name: it betrays a source, no more. And files are often numbered
    class by class."""
    if family == "number":
        return "note"
    return "warning" if family == "name" and severity == "error" else severity


def _row(told: Told, severity: Severity) -> dict[str, Any]:
    return {
        "label": told.label, "feature": told.feature, "direction": told.direction,
        "auc": round(told.auc, 4), "content_auc": round(told.content, 4),
        "given": round(told.given, 4), "severity": severity,
    }  # fmt: skip


def _examples(
    subject: Subject, sample: stats.Sample, label: str, probabilities: NDArray[np.float64]
) -> dict[str, list[str]]:
    """Pictures of the class that are told most surely, beside the surest of the others."""
    assert subject.survey is not None
    c = sample.names.index(label)
    order = np.argsort(-probabilities[:, c], kind="stable")
    ids = subject.survey.ids
    inside = [ids[sample.rows[i]] for i in order if sample.targets[i] == c]
    outside = [ids[sample.rows[i]] for i in order[::-1] if sample.targets[i] != c]
    return {"inside": inside[:SHOWN], "outside": outside[:SHOWN]}


SHORTCUT: Check[Subject] = Check("DATA016", "shortcut", _applies, _shortcut)
