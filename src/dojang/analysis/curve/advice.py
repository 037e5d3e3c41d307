"""What is said of a run's training: the findings of all its models, the one that matters first."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dojang.analysis.curve import CHECKS, Training, run_all
from dojang.core.check import Result, say
from dojang.core.types import Finding


@dataclass(frozen=True)
class Advice:
    """The verdict on a training.

    Attributes:
        findings: what was found, what matters most first; never empty.
        results: what became of every check of the first model.
        folds: number of models.
        in_folds: by name of a finding, in how many models it was found.
        finite: whether all losses of all models were finite numbers.
    """

    findings: tuple[Finding, ...]
    results: tuple[Result[Training], ...]
    folds: int
    in_folds: dict[str, int]
    finite: bool

    @property
    def verdict(self) -> Finding:
        """The finding that matters most."""
        return self.findings[0]

    def to_json(self, run: Path) -> dict[str, Any]:
        """Return the verdict, all findings in words, and what became of each check."""
        return {
            "run": str(run),
            "verdict": self.verdict.name,
            "folds": self.folds,
            "findings": [self._finding(finding, run) for finding in self.findings],
            "checks": [result.to_json() for result in self.results],
        }

    def _finding(self, finding: Finding, run: Path) -> dict[str, Any]:
        check = CHECKS[finding.name]
        return {
            "code": finding.code, "name": finding.name, "severity": finding.severity,
            "title": check.title, "found": say(finding), "meaning": check.meaning,
            "advice": check.advice, "set": changes(finding), "command": command(finding, run),
            "in_folds": self.in_folds[finding.name], "evidence": dict(finding.evidence),
        }  # fmt: skip


def advise_on(trainings: Sequence[Training]) -> Advice:
    """Run every check on every model of a run.

    What is found in fewer than half of the models is left out, unless nothing else is: one unlucky
    fold is no verdict on the recipe. The evidence is that of the first model where it was found.

    Args:
        trainings: one or more.
    """
    results = [run_all(training) for training in trainings]
    found: dict[str, list[Finding]] = {}
    for name in CHECKS:
        for of_model in results:
            here = [f for r in of_model if r.check.name == name for f in r.findings]
            if here:
                found.setdefault(name, []).append(here[0])
    counts = {name: len(findings) for name, findings in found.items()}
    enough = {name for name, count in counts.items() if 2 * count >= len(trainings)}
    chosen = [found[name][0] for name in found if name in enough or not enough]
    return Advice(
        findings=tuple(_in_order(chosen)),
        results=results[0],
        folds=len(trainings),
        in_folds=counts,
        finite=all(training.finite for training in trainings),
    )


def changes(finding: Finding) -> list[str]:
    """Return what to try in the recipe, as ``key=value``."""
    return [str(pair) for pair in finding.evidence.get("set", ())]


def command(finding: Finding, run: Path) -> str | None:
    """Return the command that goes on, or trains again with the changes; None where there is
    none."""
    if finding.evidence.get("resume"):
        return shlex.join(["dojang", "resume", str(run)])
    pairs = changes(finding)
    if not pairs:
        return None
    words = ["dojang", "train", str(run / "recipe.yaml")]
    return shlex.join(words + [part for pair in pairs for part in ("--set", pair)])


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Notes after all others; else the order of the registry, causes before what they cause."""
    if not findings:
        raise ValueError("nothing was said of the training")
    return sorted(findings, key=lambda finding: finding.severity == "note")
