"""The page of an audit: the verdict first, then every finding with its evidence and advice."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dojang.analysis.report.images import Album
from dojang.analysis.report.render import fill
from dojang.analysis.report.words import count, message
from dojang.core.check import SEVERITIES, Check, Result, say
from dojang.core.i18n import t, use_language
from dojang.core.store import write_text
from dojang.core.types import Finding, file_name
from dojang.data.audit.outcome import Audit
from dojang.data.audit.subject import Subject

PAIRS_SHOWN, PAIRS_OPEN = 12, 6
PICTURES_SHOWN = 12
FILES_SHOWN = 200
CLASSES_SHOWN = 20
NO_PICTURES = ("unreadable", "imbalance", "wrong-extension")


@dataclass(frozen=True)
class Shown:
    """A picture: its id, the end of it, a line below, and its data URI where there is one."""

    id: str
    name: str
    below: str
    image: str | None


@dataclass(frozen=True)
class Pair:
    """Two pictures that belong together, and why."""

    first: Shown
    second: Shown
    why: str


@dataclass(frozen=True)
class Table:
    """A small table: its head, and rows of a class name, cells and the width of a bar."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], float], ...]


@dataclass(frozen=True)
class Card:
    """One finding as the page shows it; pairs from ``folded`` on are folded away."""

    anchor: str
    code: str
    title: str
    severity: str
    allowed: bool
    text: str
    meaning: str
    advice: str
    commands: tuple[str, ...]
    pairs: tuple[Pair, ...]
    folded: int
    pairs_total: int
    rows: tuple[tuple[str, tuple[Shown, ...]], ...]
    table: Table | None
    files: tuple[tuple[str, str], ...]
    files_total: int


@dataclass(frozen=True)
class AuditPage:
    """All that the template shows."""

    name: str
    source: str
    verdict: str
    counts: Mapping[str, int]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[Card, ...]], ...]
    passed: tuple[tuple[str, str, str], ...]
    skipped: tuple[tuple[str, str, str], ...]
    sealed: bool
    json_command: str
    left_out: int
    version: str


def pictured(found: Audit) -> list[str]:
    """Return the ids of the pictures that the page wants, without repetition."""
    ids = [i for finding in found.findings for i in _wanted(finding)]
    return list(dict.fromkeys(ids))


def write_audit(
    found: Audit, pictures: Mapping[str, bytes], out: Path, version: str, lang: str | None = None
) -> Path:
    """Write an audit as one HTML file that needs nothing but a browser.

    Args:
        found: the audit.
        pictures: JPEG, PNG or WebP by id; what is missing is shown as a name.
        out: where to write.
        version: of the program, for the foot of the page.
        lang: en, ko, or None for the reader's own language.

    Raises:
        StorageError: the page cannot be written.
    """
    with use_language(lang) as language:
        page = render(gather(found, pictures, version), language)
    write_text(out, page.encode("utf-8", "backslashreplace").decode("utf-8"))
    return out


def render(page: AuditPage, language: str) -> str:
    """Fill the template; every value is escaped."""
    return fill("audit.html", page=page, language=language)


def gather(found: Audit, pictures: Mapping[str, bytes], version: str) -> AuditPage:
    """Turn an audit into what the page says; errors get their pictures first."""
    album = Album(Path())
    manifest = found.subject.manifest
    checks = {result.check.name: result.check for result in found.results}
    sections = tuple(
        (severity, tuple(_card(f, n, checks[f.name], found, album, pictures)
                         for n, f in enumerate(found.of(severity))))
        for severity in SEVERITIES
    )  # fmt: skip
    clusters = len(found.subject.duplicates.clusters)
    facts = (
        ("audit.images" if found.subject.has_pictures else "audit.samples", len(manifest)),
        ("audit.classes", len(manifest.classes)),
        ("audit.set_aside", len(manifest.refused)),
        ("audit.clusters", clusters),
    )
    return AuditPage(
        name=found.source.replace("\\", "/").rstrip("/").rpartition("/")[2] or found.source,
        source=found.source,
        verdict=found.verdict,
        counts=found.counts,
        facts=tuple((t(key), count(n)) for key, n in facts),
        sections=tuple((severity, cards) for severity, cards in sections if cards),
        passed=_listed(found.results, "passed"),
        skipped=_listed(found.results, "skipped"),
        sealed=bool((manifest.samples["part"] == "test").any()),
        json_command=f"dojang audit {shlex.quote(found.source)} --json",
        left_out=album.left_out,
        version=version,
    )


def _listed(results: Iterable[Result[Subject]], status: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (r.check.code, r.check.title, str(r.reason) if r.reason else r.check.meaning)
        for r in results
        if r.status == status
    )


def _card(
    finding: Finding,
    number: int,
    check: Check[Subject],
    found: Audit,
    album: Album,
    pictures: Mapping[str, bytes],
) -> Card:
    parts = {str(i): part for i, part in found.subject.frame["part"].items()}
    pairs = finding.evidence.get("pairs", [])
    reasons = finding.evidence.get("reasons", {})
    # Examples are all on the page.
    files = () if "examples" in finding.evidence else finding.files

    def show(identifier: str, below: str = "") -> Shown:
        image = album.embed_bytes(pictures.get(identifier, b""))
        return Shown(identifier, file_name(identifier), below, image)

    return Card(
        anchor=f"{finding.name}-{number}",
        code=finding.code,
        title=_title(check, finding),
        severity=finding.severity,
        allowed=finding.severity == "error" and finding.name in found.allowed,
        text=say(finding),
        meaning=check.meaning,
        advice=check.advice,
        commands=check.pasted(found.source),
        pairs=tuple(_pair(row, parts, show) for row in pairs[:PAIRS_SHOWN]),
        folded=PAIRS_OPEN,
        pairs_total=len(pairs),
        rows=_rows(finding, show),
        table=_table(finding),
        files=tuple((i, message(reasons.get(i, "")) or "") for i in files[:FILES_SHOWN]),
        files_total=len(files),
    )


def _title(check: Check[Subject], finding: Finding) -> str:
    """Tell findings of one check apart by what they are about."""
    what = finding.evidence.get("family") or finding.evidence.get("part")
    if not isinstance(what, str):
        return check.title
    return t("audit.card_title", title=check.title, what=message(f"audit.word.{what}") or what)


def _wanted(finding: Finding) -> list[str]:
    if finding.name in NO_PICTURES:
        return []
    if "pairs" in finding.evidence:
        chosen = finding.evidence["pairs"][:PAIRS_SHOWN]
        return [i for row in chosen for i in (row["a"], row["b"])]
    if "examples" in finding.evidence:
        return [i for ids in finding.evidence["examples"].values() for i in ids]
    return list(finding.files[:PICTURES_SHOWN])


def _pair(row: Mapping[str, Any], parts: Mapping[str, Any], show: Any) -> Pair:
    """Below each picture stands what differs: the label of a conflict, else the part."""
    below = []
    for side in ("a", "b"):
        part = row.get(f"part_{side}") or parts.get(row[side])
        word = t(f"audit.word.{part}") if isinstance(part, str) else ""
        below.append(str(row.get(f"label_{side}") or word))
    kind = str(row.get("kind", ""))
    why = message(f"audit.word.{kind}") or kind
    if "group" in row:
        why = f"{why}: {row['group']}"
    return Pair(show(row["a"], below[0]), show(row["b"], below[1]), why)


def _rows(finding: Finding, show: Any) -> tuple[tuple[str, tuple[Shown, ...]], ...]:
    """Strips of pictures: named ones where the evidence has examples, else the worst files."""
    if finding.name in NO_PICTURES or "pairs" in finding.evidence:
        return ()
    named = finding.evidence.get("examples")
    if named:
        label = str(finding.evidence.get("label", ""))
        words = {key: t(f"audit.word.{key}", label=label) for key in named}
        return tuple((words[key], tuple(show(i) for i in ids)) for key, ids in named.items())
    shown = tuple(show(i) for i in finding.files[:PICTURES_SHOWN])
    return (("", shown),) if shown else ()


def _table(finding: Finding) -> Table | None:
    classes = finding.evidence.get("classes")
    if isinstance(classes, Mapping):
        most = max(classes.values(), default=0) or 1
        ordered = list(classes.items())[:CLASSES_SHOWN]
        rows = tuple((name, (count(n),), 100 * n / most) for name, n in ordered)
        return Table((t("audit.column.class"), t("audit.column.number")), rows)
    if isinstance(classes, list) and len(classes) > 1:
        head = ("class", "feature", "alone", "content")
        return Table(
            tuple(t(f"audit.column.{key}") for key in head),
            tuple(_told(row) for row in classes[:CLASSES_SHOWN]),
        )
    return None


def _told(row: Mapping[str, Any]) -> tuple[str, tuple[str, ...], float]:
    feature = message(f"audit.word.{row['feature']}") or str(row["feature"])
    cells = (feature, f"{row['auc']:.2f}", f"{row['content_auc']:.2f}")
    return str(row["label"]), cells, 100 * float(row["auc"])
