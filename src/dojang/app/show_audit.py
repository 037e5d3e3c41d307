"""An audit on standard output: for people, or with ``--json`` for programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dojang.core.check import SEVERITIES, say
from dojang.core.i18n import t
from dojang.data.audit import CHECKS
from dojang.data.audit.outcome import Audit

FAILED = 1


def audited(found: Audit, page: Path | None, as_json: bool) -> int:
    """Show what was found, the worst first; the exit status says whether an error stands."""
    if as_json:
        _say(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
        return FAILED if found.failed else 0
    for severity in SEVERITIES:
        for finding in found.of(severity):
            allowed = severity == "error" and finding.name in found.allowed
            values = {
                "severity": t(f"audit.severity.{severity}"),
                "code": finding.code,
                "title": CHECKS[finding.name].title,
                "text": say(finding),
            }
            _say(t("audit.line_allowed" if allowed else "audit.line", **values))
    _say(t(f"audit.answer.{found.verdict}.text", **found.counts))
    if page is not None:
        _say(t("audit.page_written", path=page))
    return FAILED if found.failed else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
