"""The audit of data: coded checks, each a function and a line of the registry below.

To add a check: write its function in the file of its subject, enter it here, give its texts
``check.<name>.title|meaning|found|advice`` in both languages, and a section in ``docs/checks.md``.
"""

from __future__ import annotations

from dojang.core.check import Check, Result, run_check
from dojang.core.registry import Registry
from dojang.data.audit import classes, copies, drift, files, leaks, pictures, shortcut
from dojang.data.audit.subject import Subject

CHECKS: Registry[Check[Subject]] = Registry("check")
for _check in (
    files.UNREADABLE,
    copies.EXACT,
    copies.NEAR,
    copies.CONFLICT,
    leaks.LEAK,
    leaks.GROUP_LEAK,
    classes.IMBALANCE,
    classes.TINY_CLASS,
    pictures.ODD_SIZE,
    pictures.ODD_ASPECT,
    pictures.BLUR,
    pictures.DARK_CHECK,
    pictures.BRIGHT_CHECK,
    pictures.BLANK_CHECK,
    pictures.GRAY,
    shortcut.SHORTCUT,
    drift.DRIFT,
    files.WRONG_EXTENSION,
    files.DECODE_NOTES,
):
    CHECKS.register(_check.name)(_check)

__all__ = ["CHECKS", "Subject", "run_all"]


def run_all(subject: Subject) -> tuple[Result[Subject], ...]:
    """Run every check in the order of the registry."""
    return tuple(run_check(CHECKS[name], subject) for name in CHECKS)
