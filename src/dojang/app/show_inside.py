"""What was found inside a network, on standard output."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dojang.analysis.report.inside import lay_out
from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.core.i18n import t


def looked(run: Path, tree: Mapping[str, Any], as_json: bool) -> None:
    """Show how far the explanations of a run can be trusted."""
    if as_json:
        print_json({"run": str(run), **tree})
        return
    from rich.console import Console
    from rich.table import Table

    found = lay_out(tree)
    table = Table(box=None, pad_edge=False)
    for key in ("method", "deletion", "insertion", "gain", "interval", "after"):
        name = t("report.scores.interval" if key == "interval" else f"inside.column.{key}")
        left, whole = key == "method", key in ("method", "interval")
        table.add_column(name, justify="left" if left else "right", no_wrap=whole)
    for row in found.rows:
        areas = (row.deletion.value, row.insertion.value)
        cells = (row.name, *areas, row.gain.value, row.gain.interval, row.after.value)
        table.add_row(*cells, style="bold" if row.verdict == "better" else None)
    Console().print(table)
    say(found.faithful)
    say(found.random)
