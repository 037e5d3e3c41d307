"""Mistakes on standard output, and as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dojang.analysis.report.examples import write_page
from dojang.analysis.report.words import percent
from dojang.app.commands.options import say
from dojang.app.mistakes import Mistakes, draw
from dojang.app.show import print_json
from dojang.app.show_model import cells
from dojang.core.i18n import padded, t

COLUMNS = ("confidence", "answer", "near", "id")


def shown(run: Path, found: Mistakes, out: Path | None, as_json: bool) -> None:
    """Show the cases of each kind, and write the page where one is asked for."""
    if out is not None:
        lines, pictures = draw(run, found)
        write_page(out, run.name, found.part, len(found.predictions), found.errors, lines, pictures)
    if as_json:
        print_json(found.to_json(run) | {"page": str(out) if out else None})
        return
    part = t(f"cli.part.{found.part}")
    share = percent(found.errors / max(1, len(found.predictions)))
    n = f"{len(found.predictions):,}"
    say(t("mistakes.head", errors=f"{found.errors:,}", n=n, share=share, part=part))
    for kind in found.cases:
        _kind(found, kind)
    if any(case.index in found.suspects for cases in found.cases.values() for case in cases):
        say(t("mistakes.doubt_note"))
    if found.near is None:
        say(t("mistakes.no_near", path=run, part=found.part))
    if out is not None:
        say(t("mistakes.written", path=out))


def _kind(found: Mistakes, kind: str) -> None:
    lines = found.to_json(Path())["kinds"][kind]
    title = t(f"report.mistakes.{kind}")
    say("")
    say(t("mistakes.kind_head", kind=title, shown=len(lines), all=f"{found.totals[kind]:,}"))  # type: ignore[index]
    if not lines:
        say("  " + t("mistakes.nothing"))
        return
    near = found.near is not None
    rows = [[t(f"mistakes.column.{key}") for key in COLUMNS], *map(_cells, lines)]
    rows = rows if near else [[row[0], row[1], row[3]] for row in rows]
    widths = [max(cells(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for row in rows:  # the name comes last: it may be long, and is there to be copied
        columns = [padded(text, width) for text, width in zip(row, widths, strict=False)]
        say("  " + "  ".join([*columns, row[-1]]))


def _cells(line: Mapping[str, Any]) -> list[str]:
    doubt = f" {t('mistakes.doubt')}" if line["suspect"] else ""
    near = Counter(n["label"] for n in line["near"])
    return [
        percent(line["confidence"]),
        f"{line['target'] or '?'} → {line['predicted']}{doubt}",
        ", ".join(f"{label} ×{count}" for label, count in near.most_common()),
        line["id"],
    ]
