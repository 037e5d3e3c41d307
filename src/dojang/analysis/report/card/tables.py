"""The tables of a model card."""

from __future__ import annotations

import math
import re

from dojang.analysis.report.build import Page
from dojang.analysis.report.card.markdown import Ready, table
from dojang.analysis.report.words import count, metric_name, number, percent
from dojang.core.i18n import t
from dojang.core.types import Evaluation, Score

SHARES = ("accuracy", "balanced_accuracy", "macro_f1", "macro_precision", "macro_recall")
BODY = (*SHARES, "roc_auc", "mcc", "log_loss", "brier", "ece")
CLASSES_SHOWN = 100
SLICES_SHOWN = 5
CONFUSIONS_SHOWN = 5
_FOLDERS = re.compile(r"(?<!\S)(?:[A-Za-z]:)?[\\/](?=\S)(?:[^\s\\/]+[\\/])*")


def metrics(scored: Evaluation | None) -> Ready | None:
    """The main scores with their intervals."""
    if scored is None:
        return None
    rows = [
        [metric_name(name), *_score(scored.metrics[name], name in SHARES)]
        for name in BODY
        if name in scored.metrics
    ]
    heads = ("report.scores.name", "report.scores.value", "report.scores.interval")
    return table([t(key) for key in heads], rows)


def _score(score: Score, share: bool) -> list[str]:
    write = percent if share else number
    return [write(score.value), f"{write(score.low)} – {write(score.high)}"]


def classes(scored: Evaluation | None) -> Ready | None:
    """A row for each class, the one that is found least often first."""
    if scored is None:
        return None
    order = sorted(scored.per_class, key=lambda c: (not math.isfinite(c.f1), c.f1, c.name))
    rows = [
        [c.name, *(percent(c.scores[s].value) for s in ("precision", "recall")),
         _score(c.scores["recall"], True)[1], percent(c.scores["f1"].value), count(c.support)]
        for c in order[:CLASSES_SHOWN]
    ]  # fmt: skip
    heads = [t("report.class"), t("report.precision"), t("report.recall"),
             t("report.scores.interval"), t("report.f1"), t("report.support")]  # fmt: skip
    return table(heads, rows)


def slices(page: Page) -> Ready | None:
    """The slices that do worst; a value of a column may be a path, of which the end is shown."""
    if page.slices is None or not page.slices.worse:
        return None
    heads = [t(f"slices.column.{name}") for name in ("slice", "n", "accuracy", "expected", "p")]
    rows = [
        [_FOLDERS.sub("", row.name), row.n, f"{row.accuracy} [{row.interval}]", row.expected, row.p]
        for row in page.slices.worse[:SLICES_SHOWN]
    ]
    return table(heads, rows)


def confusions(page: Page) -> Ready | None:
    """The pairs that are taken for each other most often."""
    if page.confusion is None or not page.confusion.pairs:
        return None
    heads = [t("report.confusion.true"), t("report.confusion.predicted"),
             t("report.confusion.count"), t("report.confusion.share")]  # fmt: skip
    rows = [
        [pair.target, pair.predicted, count(pair.count), pair.share]
        for pair in page.confusion.pairs[:CONFUSIONS_SHOWN]
    ]
    return table(heads, rows, texts=2)
