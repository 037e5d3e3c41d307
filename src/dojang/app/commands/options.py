"""Arguments and options that several commands share, and what they mean for the recipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

RunArgument = Annotated[Path, typer.Argument(help="cli.arg.run", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="cli.opt.json")]
Profiled = Annotated[bool, typer.Option("--profile", help="cli.opt.profile")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="cli.opt.set")]
Weights = Annotated[str | None, typer.Option("--weights", help="cli.opt.weights")]
Compile = Annotated[
    str | None, typer.Option("--compile", help="cli.opt.compile", metavar="auto|on|off")
]
Ready = Annotated[str | None, typer.Option("--recipe", help="cli.opt.recipe")]
PathColumn = Annotated[str | None, typer.Option("--path-col", help="cli.opt.path_col")]
LabelColumn = Annotated[str | None, typer.Option("--label-col", help="cli.opt.label_col")]
GroupColumn = Annotated[str | None, typer.Option("--group-col", help="cli.opt.group_col")]


def merge_settings(
    pairs: list[str] | None,
    weights: str | None,
    path_col: str | None,
    label_col: str | None,
    group_col: str | None,
) -> dict[str, Any]:
    """Merge ``--set`` with the options that are short for a key."""
    from dojang.core.recipe import parse_settings

    short = {
        "model.weights": weights,
        "data.path_col": path_col,
        "data.label_col": label_col,
        "data.group_col": group_col,
    }
    given = {key: value for key, value in short.items() if value is not None}
    return given | parse_settings(pairs or [])


def say(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")
