"""What an audit comes to: its findings, and whether one of them stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from dojang.core.check import SEVERITIES, Result
from dojang.core.errors import DataError, Problem, did_you_mean
from dojang.core.types import Finding, Severity
from dojang.data.audit.subject import Subject


@dataclass(frozen=True)
class Audit:
    """The result of every check on some data.

    Attributes:
        source: where the data are, as the user typed it.
        allowed: names of checks whose errors do not count.
    """

    source: str
    subject: Subject
    results: tuple[Result[Subject], ...]
    allowed: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of their codes."""
        return tuple(finding for result in self.results for finding in result.findings)

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(f for f in self.findings if f.severity == severity)

    @property
    def failed(self) -> bool:
        """Does an error stand that is not allowed?"""
        return any(f.name not in self.allowed for f in self.of("error"))

    @property
    def verdict(self) -> Literal["error", "warning", "clean"]:
        """In one word; an error that is allowed still is a reason to look."""
        if self.failed:
            return "error"
        return "warning" if self.of("error") or self.of("warning") else "clean"

    @property
    def counts(self) -> dict[str, int]:
        """How many checks apply, and how many of them found errors and warnings."""
        names = {s: {f.name for f in self.of(s)} for s in SEVERITIES}
        standing = names["error"] - set(self.allowed)
        return {
            "checks": sum(result.status != "skipped" for result in self.results),
            "errors": len(standing),
            "warnings": len((names["error"] | names["warning"]) - standing),
        }

    def to_json(self) -> dict[str, Any]:
        """Return findings and clusters as plain values, and what became of each check."""
        manifest = self.subject.manifest
        return {
            "source": self.source,
            "samples": len(manifest),
            "classes": len(manifest.classes),
            "refused": len(manifest.refused),
            "failed": self.failed,
            "allowed": list(self.allowed),
            "findings": [finding.to_json() for finding in self.findings],
            "clusters": [list(ids) for ids in self.subject.duplicates.clusters],
            "checks": [result.to_json() for result in self.results],
        }


def check_allowed(names: Iterable[str], known: Iterable[str]) -> None:
    """Fail on names of checks that do not exist.

    Raises:
        DataError: with the nearest names of each.
    """
    checks = list(known)
    problems = [
        Problem("audit.unknown_name", {"name": name, "hint": did_you_mean(name, checks)})
        for name in names
        if name not in checks
    ]
    if problems:
        raise DataError("audit.unknown_check", problems=problems, known=", ".join(checks))
