"""Classes of unlike size: what training made of them, and recall before and after."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import count, message, metric_name, percent
from dojang.core.i18n import t

ROWS_SHOWN = 30
ROWS_LIMIT = 1000
METRICS = ("balanced_accuracy", "macro_f1", "accuracy")


@dataclass(frozen=True)
class ShareRow:
    """One class: its images, share of images and of what is learnt (text and bar), and a number
    that the method gives it."""

    name: str
    images: str
    shares: tuple[tuple[str, float], ...]
    special: str


@dataclass(frozen=True)
class RecallRow:
    """One class: recall before and after (text and bar), the difference, and its images."""

    name: str
    recall: tuple[tuple[str, float], ...]
    difference: str
    factor: str
    support: str


@dataclass(frozen=True)
class MetricRow:
    """A metric before and after with intervals, and the paired difference."""

    name: str
    before: str
    after: str
    gain: str
    interval: str


@dataclass(frozen=True)
class Recalls:
    """Two answers to the same validation images; ``rest`` is folded away, ``cut`` not listed."""

    n: str
    metrics: tuple[MetricRow, ...]
    shown: tuple[RecallRow, ...]
    rest: tuple[RecallRow, ...]
    cut: int


@dataclass(frozen=True)
class Balancing:
    """The section: what the method did, and the baseline where there is one.

    Attributes:
        method: in words, or the name of a method of another version.
        special: heading of the number that the method gives a class, or "".
        shares: largest class first; the first ``ROWS_LIMIT``.
        baseline: name of the baseline run, or "".
    """

    method: str
    focal: bool
    special: str
    shares: tuple[ShareRow, ...]
    shares_rest: tuple[ShareRow, ...]
    baseline: str
    compared: Recalls | None


def make_balance(files: RunFiles) -> Balancing | None:
    """Lay out ``balance.json``; None where the run has none."""
    tree = files.balance or {}
    if not tree:
        return None
    method = str(tree.get("method", "none"))
    kind = _special(tree.get("classes") or ())
    rows = _shares(tree.get("classes") or (), kind)
    baseline = tree.get("baseline") or {}
    names = tuple(files.record.classes)
    return Balancing(
        method=message(f"report.balance.method.{method}") or method,
        focal=tree.get("loss") == "focal",
        special=t(f"report.balance.{kind}") if kind else "",
        shares=rows[:ROWS_SHOWN],
        shares_rest=rows[ROWS_SHOWN:ROWS_LIMIT],
        baseline=str(baseline.get("name", "")),
        compared=make_recalls(baseline, names, None),
    )


def _special(classes: Sequence[Mapping[str, Any]]) -> str:
    """Which number of a class tells the method apart: weight, shift, shown, or none."""
    for kind in ("weight", "shift"):
        if any(entry.get(kind) is not None for entry in classes):
            return kind
    return "shown" if any(entry.get("shown") != entry.get("images") for entry in classes) else ""


def _shares(classes: Sequence[Mapping[str, Any]], kind: str) -> tuple[ShareRow, ...]:
    total = sum(entry["images"] for entry in classes) or 1
    ordered = sorted(classes, key=lambda entry: (-entry["images"], entry["name"]))
    widest = max((max(e["share"], e["images"] / total) for e in classes), default=0) or 1
    rows = []
    for entry in ordered:
        shares = (entry["images"] / total, entry["share"])
        bars = tuple((percent(share), 100 * share / widest) for share in shares)
        rows.append(ShareRow(entry["name"], count(entry["images"]), bars, _number(entry, kind)))
    return tuple(rows)


def _number(entry: Mapping[str, Any], kind: str) -> str:
    value = entry.get(kind) if kind else None
    if value is None:
        return ""
    if kind == "shown":
        return f"{count(value)} (×{value / max(1, entry['images']):.3g})"
    return f"×{value:.3g}" if kind == "weight" else f"{value:+.2f}"


def make_recalls(
    tree: Mapping[str, Any] | None, names: Sequence[str], offsets: Mapping[str, float] | None
) -> Recalls | None:
    """Lay out two answers to the same images, the largest class first.

    Args:
        tree: an ``analysis.balance.Comparison`` as plain values.
        names: of the classes.
        offsets: by class, where thresholds make the difference.
    """
    if not tree or len(tree.get("before", ())) != len(names):
        return None
    order = sorted(range(len(names)), key=lambda i: (-tree["support"][i], names[i]))
    rows = tuple(_row(tree, names, i, offsets) for i in order[:ROWS_LIMIT])
    shown = ROWS_SHOWN if len(rows) > ROWS_SHOWN + 5 else len(rows)
    scores = tree.get("scores") or {}
    return Recalls(
        n=count(tree["n"]),
        metrics=tuple(_metric(name, scores[name]) for name in METRICS if name in scores),
        shown=rows[:shown],
        rest=rows[shown:],
        cut=len(order) - len(rows),
    )


def _row(
    tree: Mapping[str, Any], names: Sequence[str], i: int, offsets: Mapping[str, float] | None
) -> RecallRow:
    before, after = tree["before"][i], tree["after"][i]
    factor = "" if offsets is None else f"×{math.exp(offsets.get(names[i], 0.0)):.3g}"
    recall = tuple((percent(value), 100 * value) for value in (before, after))
    return RecallRow(names[i], recall, points(after - before), factor, count(tree["support"][i]))


def _metric(name: str, change: Mapping[str, Mapping[str, float]]) -> MetricRow:
    before, after, gain = change["before"], change["after"], change["gain"]
    return MetricRow(
        name=metric_name(name),
        before=_spread(before),
        after=_spread(after),
        gain=points(gain["value"]),
        interval=f"{points(gain['low'])} – {points(gain['high'])}",
    )


def _spread(score: Mapping[str, float]) -> str:
    low, high = percent(score["low"]), percent(score["high"])
    return f"{percent(score['value'])} ({low} – {high})"


def points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign; 0 has none."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")
