"""What there is: runs, models, the schema of a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import AsJson, say


def runs(
    parent: Annotated[Path, typer.Argument(help="cli.arg.runs")] = Path("runs"),
    json: AsJson = False,
) -> None:
    """List runs."""
    from dojang.app import show
    from dojang.app.run import runs as list_runs

    show.runs(list_runs(parent), parent, json)


def models(
    pattern: Annotated[str, typer.Argument(help="cli.arg.pattern")] = "",
    json: AsJson = False,
) -> None:
    """List models."""
    from dojang.app import show
    from dojang.nn.factory import known

    show.names(known(pattern), pattern, json)


def schema() -> None:
    """Print the JSON schema of a recipe."""
    import json as json_module

    from dojang.core.recipe import json_schema

    say(json_module.dumps(json_schema(), ensure_ascii=False, indent=2))
