"""Comparisons of runs on standard output, and as a page."""

from __future__ import annotations

import math
from pathlib import Path

from dojang.analysis.compare import LOWER, Comparison, Gain
from dojang.analysis.report.compare import Row, write_page
from dojang.app.commands.options import say
from dojang.app.comparing import Contest
from dojang.app.show import print_json
from dojang.core.i18n import padded, t

HEADLINE = "accuracy"


def compared(contest: Contest, out: Path | None, as_json: bool) -> None:
    """Show each model against the first one, and write the page where one is asked for."""
    if out is not None:
        rows = [Row(r.model.name, r.comparison, sentence(r.comparison)) for r in contest.results]
        write_page(out, contest.first.name, contest.part, contest.level, rows)
    if as_json:
        print_json({
            "part": contest.part, "first": [str(p) for p in contest.first.paths],
            "level": contest.level,
            "compared": [
                {"runs": [str(p) for p in r.model.paths]} | r.comparison.to_json()
                for r in contest.results
            ],
        })  # fmt: skip
        return
    for result in contest.results:
        comparison = result.comparison
        say(t("compare.head", first=contest.first.name, second=result.model.name,
              part=t(f"cli.part.{contest.part}"), n=f"{comparison.n:,}"))  # fmt: skip
        for gain in comparison.gains:
            say(f"  {padded(t(f'metric.{gain.metric}'), 20)} {_line(gain)}")
        for line in notes(comparison):
            say("  " + line)
        say(sentence(comparison))
    if out is not None:
        say(t("compare.written", path=out))


def sentence(comparison: Comparison) -> str:
    """The verdict by accuracy in plain words."""
    gain = next(g for g in comparison.gains if g.metric == HEADLINE)
    perfect = gain.verdict == "worse" and not math.isfinite(comparison.errors_saved)
    return t(
        "compare.verdict.no_more" if perfect else f"compare.verdict.{gain.verdict}",
        points=f"{100 * abs(gain.difference.value):.1f}",
        low=f"{100 * gain.difference.low:+.1f}", high=f"{100 * gain.difference.high:+.1f}",
        saved=f"{100 * abs(comparison.errors_saved):.0f}",
    )  # fmt: skip


def notes(comparison: Comparison) -> list[str]:
    """What else one should know: switched answers, seeds, folds, labels."""
    lines = []
    if comparison.switches:
        s = comparison.switches
        lines.append(t("compare.switches", gained=s.gained, lost=s.lost, p=f"{s.p:.2g}"))
    first, second = comparison.trainings
    key = "compare.one_training" if min(first, second) == 1 else "compare.trainings"
    lines.append(t(key, first=first, second=second))
    gain = next(g for g in comparison.gains if g.metric == HEADLINE)
    if gain.folds:
        low, high = (f"{100 * end:+.1f}" for end in (gain.folds.low, gain.folds.high))
        lines.append(t("compare.folds", low=low, high=high))
    if comparison.relabelled:
        lines.append(t("compare.relabelled", n=comparison.relabelled))
    return lines


def _line(gain: Gain) -> str:
    scale, digits = (1, 3) if gain.metric in LOWER else (100, 1)
    values = [f"{scale * v:.{digits}f}" for v in (gain.before, gain.after)]
    d = gain.difference
    moved = [f"{scale * v:+.{digits}f}" for v in (d.value, d.low, d.high)]
    mark = {"better": "▲", "worse": "▼", "same": "=", "unclear": "?"}[gain.verdict]
    return f"{values[0]:>7} → {values[1]:>7}   {moved[0]:>7} [{moved[1]}, {moved[2]}]  {mark}"
