"""What ``dojang labels`` says, for people or as JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dojang.core.i18n import language, t
from dojang.core.store import json_text

if TYPE_CHECKING:
    from dojang.analysis.compare import Comparison, Gain
    from dojang.analysis.labels import LabelReview
    from dojang.app.labels import Fix, Written

SHOWN, SHOWN_PAIRS = 10, 5
SHOWN_METRICS = ("accuracy", "macro_f1")


def reviewed(
    run: Path, review: LabelReview, written: Written, folds: int, top: int | None, as_json: bool
) -> None:
    """Show how many labels are probably wrong, which, and what to do about them."""
    if as_json:
        paths = {"csv": str(written.csv), "gallery": str(written.gallery), "kept": written.kept}
        _json({"run": str(run)} | review.to_json(top) | paths)
        return
    key = "labels.judged_folds" if folds > 1 else "labels.judged_valid"
    _say(t(key, n=len(review), rest=review.unjudged))
    share = review.share
    _say(
        t(
            "labels.answer", n=review.probable, flagged=review.flagged,
            share=_percent(share.value), low=_percent(share.low), high=_percent(share.high),
        )
    )  # fmt: skip
    if review.unclear:
        _say(t("labels.unclear"))
    if review.conflicts:
        _say(t("labels.conflicts", n=review.conflicts))
    for pair in review.pairs[:SHOWN_PAIRS]:
        _say(f"  {pair.count:5d} × {pair.given} → {pair.suggested}")
    _worst(review, SHOWN if top is None else top)
    _say(t("labels.gallery", path=written.gallery))
    _say(t("labels.kept" if written.kept else "labels.csv", path=written.csv))
    _say(t("labels.next", run=run, path=written.csv))


def fixed(fix: Fix, as_json: bool) -> None:
    """Show what changed and the command that trains on it."""
    changed, dropped = fix.relabelled.changed, fix.relabelled.dropped
    if as_json:
        _json(
            {"manifest": str(fix.path), "changed": changed, "dropped": dropped,
             "kept": fix.decisions.kept, "unsure": fix.decisions.unsure,
             "samples": len(fix.relabelled.manifest), "command": fix.command}
        )  # fmt: skip
        return
    samples = len(fix.relabelled.manifest)
    _say(t("labels.fixed", changed=changed, dropped=dropped, samples=samples, path=fix.path))
    if fix.decisions.unsure:
        _say(t("labels.unsure", n=fix.decisions.unsure))
    _say(t("labels.retrain", command=fix.command))


def compared(comparison: Comparison, new: Path, old: Path, as_json: bool) -> None:
    """Show whether the new run is better, with the interval of the difference."""
    if as_json:
        _json({"new": str(new), "old": str(old)} | comparison.to_json())
        return
    _say(t("labels.compared", n=comparison.n, relabelled=comparison.relabelled, new=new, old=old))
    for gain in comparison.gains:
        if gain.metric in SHOWN_METRICS:
            _gain(gain)
    if comparison.relabelled:
        _say(t("labels.caveat"))


def _gain(gain: Gain) -> None:
    difference = gain.difference
    interval = f"[{100 * difference.low:+.1f}, {100 * difference.high:+.1f}]"
    points = f"{100 * abs(difference.value):.1f}"
    verdict = t(f"labels.verdict.{gain.verdict}", points=points, interval=interval)
    values = {"before": _percent(gain.before), "after": _percent(gain.after)}
    _say("  " + t("labels.gain", metric=t(f"metric.{gain.metric}"), verdict=verdict, **values))


def _worst(review: LabelReview, count: int) -> None:
    rows = review.table.head(count).to_dict("records")
    if not rows:
        return
    _say(t("labels.worst", n=len(rows)))
    for row in rows:
        suggested = row["suggested"] if row["suggested"] is not None else "="
        _say(f"  {100 * row['wrong']:5.1f} %  {row['label']} → {suggested}  {row['id']}")


def _percent(share: float) -> str:
    space = "" if language() == "ko" else " "
    return f"{100 * share:.1f}{space}%"


def _json(tree: object) -> None:
    _say(json_text(tree))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
