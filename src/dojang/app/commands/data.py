"""What can be done with data alone: preview."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import (
    AsJson,
    GroupColumn,
    LabelColumn,
    PathColumn,
    Settings,
    merge_settings,
)


def preview(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    settings: Settings = None,
    count: Annotated[int, typer.Option("--count", help="cli.opt.count", min=1, max=64)] = 8,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.preview")] = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
    json: AsJson = False,
) -> None:
    """Draw augmented training images."""
    from dojang.app import show
    from dojang.app.preview import check_out, make_preview
    from dojang.app.screen import Lines

    if out is not None:
        check_out(out)
    values = merge_settings(settings, None, path_col, label_col, group_col)
    show.previewed(make_preview(source, values, count, Lines()), out, json)
