"""What was advised, laid out: the findings in words, and what of the curve they are about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dojang.analysis.curve import CHECKS
from dojang.analysis.curve.advice import Advice, command
from dojang.core.check import say
from dojang.core.i18n import t
from dojang.core.types import Finding

Chart = Literal["loss", "accuracy", "gradient"]


@dataclass(frozen=True)
class Verdict:
    """A finding in words.

    Attributes:
        name: its fixed name, such as ``overfitting``.
        command: what to paste to train again with the changes, or None where there are none.
        folds: in how many of the models it was found, or None where there is one model.
    """

    name: str
    title: str
    found: str
    meaning: str
    advice: str
    command: str | None
    folds: str | None


@dataclass(frozen=True)
class Evidence:
    """What the first verdict is about, as it is drawn.

    Attributes:
        chart: the chart that shows it, or None where no chart does.
        span: the epochs, from 1; None where it is a single one, which is marked already.
        level: what guessing gives.
        width: half of the interval of each point.
    """

    chart: Chart | None = None
    span: tuple[float, float] | None = None
    level: float | None = None
    width: float | None = None

    def on(self, chart: Chart) -> Evidence:
        """Return what is drawn on a chart: this, or nothing."""
        return self if self.chart == chart else Evidence()


def make_verdicts(advice: Advice | None, run: Path) -> tuple[Verdict, ...]:
    """Return all findings in words, what matters most first.

    Args:
        advice: None where nothing can be told.
        run: folder of the run, as it is to stand in commands.
    """
    return tuple(_verdict(finding, advice, run) for finding in advice.findings) if advice else ()


def evidence_of(advice: Advice | None) -> Evidence:
    """Return what of the charts the first verdict is about."""
    if advice is None:
        return Evidence()
    known = advice.verdict.evidence
    epochs = known.get("epochs") or (0, 0)
    span = (float(epochs[0]), float(epochs[1])) if epochs[1] > epochs[0] else None
    return Evidence(known.get("curve"), span, known.get("level"), known.get("half_width"))


def _verdict(finding: Finding, advice: Advice, run: Path) -> Verdict:
    check, count = CHECKS[finding.name], advice.in_folds[finding.name]
    several = t("curve.in_folds", count=count, folds=advice.folds) if advice.folds > 1 else None
    return Verdict(
        finding.name, check.title, say(finding), check.meaning, check.advice,
        command(finding, run), several,
    )  # fmt: skip
