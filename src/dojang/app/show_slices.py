"""Slices on standard output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dojang.analysis.report.slices import lay_out
from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.core.errors import RunError
from dojang.core.i18n import t
from dojang.core.store import open_run_folder, read_json

SHOWN = 10


def sliced(run: Path, part: str, top: int | None, as_json: bool) -> None:
    """Show the worst slices of a part.

    Raises:
        RunError: it is no run, or nobody has looked for slices of this part.
    """
    folder, _ = open_run_folder(run)
    path = folder.slices(part)
    if not path.is_file():
        raise RunError("slices.missing", path=run, part=part)
    tree: dict[str, Any] = read_json(path)
    if as_json:
        print_json(tree)
        return
    from rich.console import Console
    from rich.table import Table

    found = lay_out(tree)
    say(t("slices.head", n=len(tree["slices"]), images=tree["n"], part=t(f"cli.part.{part}")))
    table = Table(box=None, pad_edge=False)
    for key in ("slice", "n", "accuracy", "expected", "p"):
        table.add_column(t(f"slices.column.{key}"), justify="left" if key == "slice" else "right")
    for row in found.worse[: SHOWN if top is None else top]:
        cells = (row.name, row.n, f"{row.accuracy} [{row.interval}]", row.expected, row.p)
        table.add_row(*cells, style="bold" if row.sure else None)
    Console().print(table)
    say(found.sentence)
