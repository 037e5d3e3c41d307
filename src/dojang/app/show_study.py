"""A study on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dojang.analysis.report.study import PARTS, PartsRow, lay_out
from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.core.i18n import t


def studied(tree: Mapping[str, Any], as_json: bool) -> None:
    """Show what a study found."""
    if as_json:
        print_json(tree)
        return
    found = lay_out(tree, drawn=False)
    for sentence in found.sentences:
        say(sentence)
    _table(found.axis, found.by_capacity)
    _table(t("study.column.images"), found.by_size)
    if found.batches:
        heads = [t(f"study.column.{name}") for name in ("batch", "seed", "error", "eigenvalue")]
        heads.append(t("study.column.rise", spread=found.spread))
        _print(heads, [(r.batch, r.seed, r.error, r.eigenvalue, r.rise) for r in found.batches])


def _table(axis: str, rows: Sequence[PartsRow]) -> None:
    if rows:
        heads = [axis, *(t(f"study.column.{name}") for name in (*PARTS, "refits"))]
        _print(heads, [(row.at, *(value for value, _ in row.parts), row.refits) for row in rows])


def _print(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
