"""What a curve shows, on standard output."""

from __future__ import annotations

from pathlib import Path

from dojang.analysis.curve import CHECKS
from dojang.analysis.curve.advice import Advice, command
from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.core.check import say as sentence
from dojang.core.i18n import t


def advised(advice: Advice, run: Path, as_json: bool) -> None:
    """Show the verdict, what it means and what to try; then what else was found."""
    if as_json:
        print_json(advice.to_json(run))
        return
    for place, finding in enumerate(advice.findings):
        check = CHECKS[finding.name]
        key = "advise.also" if place else "advise.head"
        say(t(key, title=check.title, name=finding.name))
        say("  " + sentence(finding))
        if advice.folds > 1:
            count = advice.in_folds[finding.name]
            say("  " + t("curve.in_folds", count=count, folds=advice.folds))
        say("  " + check.meaning)
        say("  " + t("curve.do") + " " + check.advice)
        pasted = command(finding, run)
        if pasted:
            say("  " + pasted)
