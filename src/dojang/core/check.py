"""Coded checks: one function, one registry line and a few texts each.

A check looks at a subject and either says why it does not apply, or yields findings. Code and name
are fixed for ever: people write them into scripts, and ``audit.allow`` names them. What a check
means, what it found and what to do stand in the catalogue under ``check.<name>.…``.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from dojang.core.errors import Problem
from dojang.core.i18n import t
from dojang.core.types import Finding, Severity

S = TypeVar("S")
Status = Literal["found", "passed", "skipped"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Check(Generic[S]):
    """One check of subjects of type ``S``.

    Attributes:
        code: fixed code, such as ``DATA005``.
        name: fixed name, such as ``leak``.
        applies: why the check says nothing of a subject, or None where it does.
        run: what it found; the worst finding first.
        commands: what may be pasted to mend it; ``{source}`` stands for the data.
    """

    code: str
    name: str
    applies: Callable[[S], Problem | None]
    run: Callable[[S], Iterable[Finding]]
    commands: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The beginning of the keys of its texts."""
        return f"check.{self.name.replace('-', '_')}"

    @property
    def title(self) -> str:
        """What it looks for, in a few words."""
        return t(f"{self.key}.title")

    @property
    def meaning(self) -> str:
        """Why it matters and how it is found."""
        return t(f"{self.key}.meaning")

    @property
    def advice(self) -> str:
        """What to do."""
        return t(f"{self.key}.advice")

    def finding(
        self, severity: Severity, files: Iterable[str], evidence: Mapping[str, Any]
    ) -> Finding:
        """Return a finding of this check."""
        return Finding(self.code, self.name, severity, tuple(files), dict(evidence))

    def pasted(self, source: str) -> tuple[str, ...]:
        """Return its commands for the data at ``source``."""
        return tuple(c.replace("{source}", shlex.quote(source)) for c in self.commands)


@dataclass(frozen=True)
class Result(Generic[S]):
    """What became of one check; ``reason`` is there where it was skipped."""

    check: Check[S]
    findings: tuple[Finding, ...] = ()
    reason: Problem | None = field(default=None)

    @property
    def status(self) -> Status:
        """found, passed or skipped."""
        if self.reason is not None:
            return "skipped"
        return "found" if self.findings else "passed"

    def to_json(self) -> dict[str, Any]:
        """Return code, name, status and, of a check that was skipped, the reason in words."""
        tree: dict[str, Any] = {
            "code": self.check.code,
            "name": self.check.name,
            "status": self.status,
        }
        return tree | ({"reason": str(self.reason)} if self.reason else {})


def run_check(check: Check[S], subject: S) -> Result[S]:
    """Run one check, unless it does not apply."""
    reason = check.applies(subject)
    if reason is not None:
        return Result(check, reason=reason)
    return Result(check, tuple(check.run(subject)))


def say(finding: Finding) -> str:
    """Return what was found as a sentence.

    The text is ``check.<name>.found``, or ``check.<name>.found.<kind>`` where the evidence has a
    kind. A value that is a word of the audit (``audit.word.<value>``) is said in the language of
    the moment.
    """
    from dojang.core.messages import CATALOGUE

    key = f"check.{finding.name.replace('-', '_')}.found"
    kind = finding.evidence.get("kind")
    values = {k: _word(v, CATALOGUE) for k, v in finding.evidence.items()}
    return t(f"{key}.{kind}" if f"{key}.{kind}" in CATALOGUE else key, **values)


def _word(value: object, known: Mapping[str, object]) -> object:
    if isinstance(value, str) and f"audit.word.{value}" in known:
        return Problem(f"audit.word.{value}")
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(str(_word(v, known)) for v in value)
    return value
