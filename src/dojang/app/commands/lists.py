"""What there is: runs, models, the schema of a recipe, words."""

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
    from dojang.app.show_model import about
    from dojang.nn.factory import known

    show.names(known(pattern), pattern, json, about)


def model(
    target: Annotated[str, typer.Argument(help="cli.arg.model", show_default=False)],
    size: Annotated[int | None, typer.Option("--size", min=4, help="cli.opt.size")] = None,
    classes: Annotated[int, typer.Option("--classes", min=1, help="cli.opt.classes")] = 1000,
    arithmetic: Annotated[bool, typer.Option("--arithmetic", help="cli.opt.arithmetic")] = False,
    json: AsJson = False,
) -> None:
    """Show the layers of a model."""
    from dojang.app.model import look_at
    from dojang.app.show_model import shown

    shown(look_at(target, size, classes), arithmetic, json)


def schema() -> None:
    """Print the JSON schema of a recipe."""
    import json as json_module

    from dojang.core.recipe import json_schema

    say(json_module.dumps(json_schema(), ensure_ascii=False, indent=2))


def words(
    terms: Annotated[list[str] | None, typer.Argument(help="cli.arg.words")] = None,
    json: AsJson = False,
) -> None:
    """Explain terms of deep learning."""
    from dojang.app import show_words
    from dojang.core import glossary

    if terms:
        show_words.explained([glossary.find(name) for name in terms], json)
    else:
        show_words.listed(glossary.terms(), json)
