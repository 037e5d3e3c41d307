"""Mistakes on standard output, and as a page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from dojang.analysis.report.examples import write_page
from dojang.analysis.report.words import percent
from dojang.app.commands.options import say
from dojang.app.mistakes import Mistakes, draw
from dojang.app.show import print_json
from dojang.core.i18n import t

COLUMNS = ("id", "target", "predicted", "confidence", "near")


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
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = found.to_json(Path())["kinds"][kind]
    title = t(f"report.mistakes.{kind}")
    say("")
    say(t("mistakes.kind_head", kind=title, shown=len(lines), all=f"{found.totals[kind]:,}"))  # type: ignore[index]
    if not lines:
        say("  " + t("mistakes.nothing"))
        return
    table = Table(box=None, pad_edge=False)
    for key in COLUMNS if found.near is not None else COLUMNS[:-1]:
        table.add_column(
            t(f"mistakes.column.{key}"), justify="right" if key == "confidence" else "left"
        )
    for line in lines:
        near = Counter(n["label"] for n in line["near"])
        doubt = f" ({t('mistakes.doubt')})" if line["suspect"] else ""
        cells = [
            line["id"], f"{line['target'] or '?'}{doubt}", line["predicted"],
            percent(line["confidence"]),
            ", ".join(f"{label} ×{count}" for label, count in near.most_common()),
        ]  # fmt: skip
        # A name may look like markup.
        table.add_row(*(Text(cell) for cell in cells[: len(table.columns)]))
    Console().print(table)
