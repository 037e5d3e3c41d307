"""How alike two networks are, on standard output and as a page."""

from __future__ import annotations

from pathlib import Path

from dojang.analysis.report.similarity import Map, write_page
from dojang.analysis.report.words import number
from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.app.similarity import Likeness
from dojang.core.i18n import t


def likened(found: Likeness, out: Path | None, as_json: bool) -> None:
    """Show which layers are most alike, and write the page where one is asked for."""
    sentences = (sentence(found), shown_images(found))
    if out is not None:
        grid = Map(found.runs, found.models, found.layers, found.cka, found.nearest)
        write_page(out, grid, sentences)
    if as_json:
        print_json(found.to_json() | {"page": str(out) if out else None})
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for run in found.runs:
        table.add_column(Text(run))
    table.add_column("CKA", justify="right")
    for name, row, place in zip(found.layers[0], found.cka, found.nearest, strict=True):
        table.add_row(Text(name), Text(found.layers[1][place]), number(float(row[place]), 2))
    say(t("similarity.most_alike"))
    Console().print(table)
    for text in sentences:
        say(text)
    if out is not None:
        say(t("similarity.written", path=out))


def sentence(found: Likeness) -> str:
    """Which layer of the second is most like the last of the first, and how alike they end."""
    layer, value = found.nearest_of_final
    return t(
        "similarity.sentence", first=found.runs[0], second=found.runs[1], layer=layer,
        value=number(value, 2), final=number(found.final, 2),
    )  # fmt: skip


def shown_images(found: Likeness) -> str:
    """What both networks were shown."""
    key = "similarity.shown_learnt" if found.learnt else "similarity.shown"
    part = t(f"cli.part.{found.part}")
    return t(key, n=f"{found.images:,}", part=part, learnt=f"{found.learnt:,}", run=found.runs[1])
