"""Checks of single files: what could not be read, and what had to be done to read it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding, Severity
from dojang.data.audit.subject import Subject

EXTENSION = "decode.note.extension"
TOLD = ("decode.note.animated", "decode.note.repaired")


def _always(subject: Subject) -> Problem | None:
    return None


def _has_notes(subject: Subject) -> Problem | None:
    if "notes" not in subject.manifest.samples:
        return Problem("audit.na.no_notes")
    return None


def _unreadable(subject: Subject) -> Iterator[Finding]:
    refused = subject.manifest.refused
    if not refused:
        return
    reasons = {r.id: r.reason for r in refused}
    most = Counter(reasons.values()).most_common()
    yield UNREADABLE.finding(
        "warning",
        sorted(reasons),
        {
            "count": len(refused),
            "total": len(refused) + len(subject.manifest),
            "reason": most[0][0],
            "reasons": reasons,
            "details": {r.id: r.detail for r in refused if r.detail},
        },
    )


def _wrong_extension(subject: Subject) -> Iterator[Finding]:
    files = _noted(subject).get(EXTENSION, [])
    if files:
        yield WRONG_EXTENSION.finding("note", files, {"count": len(files)})


def _decode_notes(subject: Subject) -> Iterator[Finding]:
    noted = _noted(subject)
    for code in TOLD:
        if files := noted.get(code, []):
            kind = code.rpartition(".")[2]
            severity: Severity = "warning" if kind == "repaired" else "note"
            yield DECODE_NOTES.finding(severity, files, {"kind": kind, "count": len(files)})


def _noted(subject: Subject) -> dict[str, list[str]]:
    """By code of a note, the ids of the files that have it."""
    found: dict[str, list[str]] = defaultdict(list)
    frame = subject.manifest.samples
    for identifier, notes in zip(frame["id"].tolist(), frame["notes"].tolist(), strict=True):
        for code in notes.split() if isinstance(notes, str) else ():
            found[code].append(identifier)
    return found


UNREADABLE: Check[Subject] = Check("DATA001", "unreadable", _always, _unreadable)
WRONG_EXTENSION: Check[Subject] = Check("DATA018", "wrong-extension", _has_notes, _wrong_extension)
DECODE_NOTES: Check[Subject] = Check("DATA019", "decode-notes", _has_notes, _decode_notes)
