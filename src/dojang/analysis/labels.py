"""Labels that are probably wrong, from predictions of models that never saw the sample.

The order is cleanlab's self-confidence (Northcutt, Jiang & Chuang 2021): the probability that the
model gives to the label, lowest first. It found more planted errors than cleanlab's other scores,
see ``docs/decisions/0011-label-errors.md``. How many of the ranked labels are wrong is a question
of its own; :mod:`dojang.analysis.noise` answers it.

Legend: n judged samples, C classes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.noise import Noise, estimate_noise, unclear
from dojang.core.errors import DataError
from dojang.core.types import Manifest, Predictions, Score

if TYPE_CHECKING:
    import pandas as pd

PROBABLE = 0.5  # from here on a label is more likely wrong than right
_NONE: NDArray[Any] = np.array(None, dtype=object)
COLUMNS = ("id", "label", "suggested", "quality", "p_suggested", "wrong", "probable", "cleanlab",
           "fold", "conflict")  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """How often labels of ``given`` look like ``suggested``, among the probable errors."""

    given: str
    suggested: str
    count: int


@dataclass(frozen=True)
class LabelReview:
    """The labels of a run, judged.

    Attributes:
        table: one row a judged sample, the worst first: ``id``, ``label`` (given), ``suggested``
            (the most probable class, or None where that is the label), ``quality`` (probability of
            the label), ``p_suggested`` (probability of the most probable class), ``wrong``
            (probability that the label is wrong), ``probable`` (whether that is at least a half),
            ``cleanlab`` (whether cleanlab's filter would pick it), ``fold`` and ``conflict`` (other
            labels of its near-duplicates, a tuple).
        classes: class names.
        share: estimated share of wrong labels with its 95 % interval.
        temperature: of the probabilities, see :mod:`dojang.analysis.noise`.
        pairs: the probable errors by class, the most frequent first.
        unjudged: samples outside the test part of which there is no held-out prediction.
    """

    table: pd.DataFrame
    classes: tuple[str, ...]
    share: Score
    temperature: float
    pairs: tuple[Pair, ...]
    unjudged: int

    def __len__(self) -> int:
        return len(self.table)

    @property
    def probable(self) -> int:
        """Number of labels that are more likely wrong than right."""
        return int(self.table["probable"].sum())

    @property
    def unclear(self) -> bool:
        """Is the model too weak, or are the labels too few, to say how many are wrong?"""
        return unclear(self.share)

    @property
    def flagged(self) -> int:
        """Number of labels that cleanlab's filter picks: worth a look, many of them right."""
        return int(self.table["cleanlab"].sum())

    @property
    def conflicts(self) -> int:
        """Number of samples with a near-duplicate that has another label."""
        return int(self.table["conflict"].map(bool).sum())

    def to_json(self, rows: int | None = None) -> dict[str, Any]:
        """Return plain values; of the table the first ``rows``, or all."""
        table = self.table if rows is None else self.table.head(rows)
        return {
            "judged": len(self), "unjudged": self.unjudged, "probable": self.probable,
            "flagged": self.flagged, "unclear": self.unclear, "conflicts": self.conflicts,
            "share": {"value": self.share.value, "low": self.share.low, "high": self.share.high},
            "temperature": self.temperature,
            "pairs": [
                {"given": p.given, "suggested": p.suggested, "count": p.count} for p in self.pairs
            ],
            "labels": [_plain(row) for row in table.to_dict("records")],
        }  # fmt: skip


def review_labels(predictions: Predictions, manifest: Manifest, unjudged: int = 0) -> LabelReview:
    """Judge every label of which there is a held-out prediction.

    Args:
        predictions: out of fold, or of the validation part; never of the samples learnt from.
        manifest: the samples; the test part should not be in ``predictions``.
        unjudged: samples outside the test part that ``predictions`` leave out, to be reported.

    Raises:
        DataError: there is no labelled prediction to judge by.
    """
    known = predictions.targets >= 0
    if not known.any():
        raise DataError("labels.nothing")
    labels = predictions.targets[known]
    probabilities = _shares(predictions.probabilities[known])
    noise, probable = probable_errors(labels, probabilities)
    names: NDArray[Any] = np.array(predictions.classes, dtype=object)
    best = probabilities.argmax(axis=1)
    table = _table(
        id=np.array(predictions.ids, dtype=object)[known],
        label=names[labels],
        suggested=np.where(best == labels, _NONE, names[best]),
        quality=quality(labels, probabilities),
        p_suggested=probabilities.max(axis=1),
        wrong=noise.wrong,
        probable=probable,
        cleanlab=filtered(labels, probabilities),
        fold=predictions.fold[known],
    )
    table["conflict"] = table["id"].map(conflicts(manifest, set(table["id"])))
    found = table[table["probable"]]
    pairs = Counter(zip(found["label"], found["suggested"], strict=True))
    return LabelReview(
        table=table[list(COLUMNS)],
        classes=predictions.classes,
        share=noise.share,
        temperature=noise.temperature,
        pairs=tuple(Pair(*pair, n) for pair, n in sorted(pairs.items(), key=_most_first)),
        unjudged=unjudged,
    )


def probable_errors(
    labels: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> tuple[Noise, NDArray[np.bool_]]:
    """Return what the labels are like as a whole, and which are more likely wrong than right.

    Args:
        labels: class index given to each sample, shape ``(n,)``, n at least 1.
        probabilities: of a model that did not learn from the sample, ``(n, C)``, C at least 2.
    """
    noise = estimate_noise(labels, probabilities)
    other = probabilities.argmax(axis=1) != labels
    return noise, (noise.wrong >= PROBABLE) & other


def suspects(predictions: Predictions) -> NDArray[np.int64]:
    """Return the rows of the probable errors alone, in the order of :func:`review_labels`."""
    known = np.flatnonzero(predictions.targets >= 0)
    if not len(known) or len(predictions.classes) < 2:
        return np.zeros(0, dtype=np.int64)
    labels = predictions.targets[known]
    probabilities = _shares(predictions.probabilities[known])
    _, probable = probable_errors(labels, probabilities)
    given = probabilities[np.arange(len(known)), labels]  # cleanlab's self-confidence
    ids = np.array(predictions.ids, dtype=str)[known]
    order = np.lexsort((ids, given))
    found: NDArray[np.int64] = known[order][probable[order]]
    return found


def quality(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cleanlab's self-confidence of each label, shape ``(n,)``: low is suspicious."""
    from cleanlab.rank import get_label_quality_scores

    scores: NDArray[np.float64] = get_label_quality_scores(
        labels, probabilities, method="self_confidence"
    )
    return scores


def filtered(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which labels cleanlab's filter picks, shape ``(n,)``: as many of the least
    self-confident as the confident joint counts."""
    from cleanlab.filter import find_label_issues

    present = np.unique(labels)
    if len(present) < 2:  # there is nothing to confuse, and cleanlab refuses to look
        return np.zeros(len(labels), dtype=bool)
    # cleanlab wants every class to occur; what does not occur cannot be a given label.
    inner = _shares(np.maximum(probabilities[:, present], np.finfo(np.float32).tiny))
    issues: NDArray[np.bool_] = find_label_issues(
        np.searchsorted(present, labels), inner, filter_by="low_self_confidence", n_jobs=1
    )
    return issues


def conflicts(manifest: Manifest, ids: set[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each of ``ids``, the other labels among its near-duplicates in ``ids``.

    Near-duplicates share a ``cluster`` where the manifest has one; copies share their SHA-256.
    """
    frame = manifest.samples[manifest.samples["id"].isin(ids)]
    keys = [frame["sha256"].tolist()]
    if "cluster" in frame:
        keys.append(frame["cluster"].tolist())
    found: dict[str, set[str]] = {identifier: set() for identifier in frame["id"]}
    for column in keys:
        rows = list(zip(column, frame["id"], frame["label"], strict=True))
        together: dict[str, set[str]] = defaultdict(set)
        for key, _, label in rows:
            if isinstance(key, str):
                together[key].add(label)
        for key, identifier, label in rows:
            if isinstance(key, str):
                found[identifier] |= together[key] - {label}
    return {identifier: tuple(sorted(labels)) for identifier, labels in found.items()}


def _table(**columns: NDArray[Any]) -> pd.DataFrame:
    """The worst first; equal qualities by id, so that the order is always the same."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    frame["suggested"] = frame["suggested"].astype(object).where(frame["suggested"].notna(), None)
    return frame.sort_values(["quality", "id"], ignore_index=True)


def _shares(probabilities: NDArray[Any]) -> NDArray[np.float64]:
    """Return rows that sum to 1 in double precision, as cleanlab wants them."""
    values: NDArray[np.float64] = probabilities.astype(np.float64)
    shares: NDArray[np.float64] = values / values.sum(axis=1, keepdims=True)
    return shares


def _most_first(entry: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -entry[1], entry[0]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    tree = {key: value.item() if hasattr(value, "item") else value for key, value in row.items()}
    return tree | {"conflict": list(row["conflict"])}
