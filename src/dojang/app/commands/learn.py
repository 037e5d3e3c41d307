"""From data to a run: init, find, train, resume."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import (
    AsJson,
    Compile,
    GroupColumn,
    LabelColumn,
    PathColumn,
    Profiled,
    Ready,
    RunArgument,
    Settings,
    Weights,
    merge_settings,
)


def train(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    run: Annotated[Path | None, typer.Option("--run", help="cli.opt.run")] = None,
    recipe: Ready = None,
    settings: Settings = None,
    weights: Weights = None,
    compile: Compile = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
    profile: Profiled = False,
    json: AsJson = False,
) -> int:
    """Train, evaluate on the validation part and report."""
    from dojang.app import show, stages
    from dojang.app.run import train as train_run
    from dojang.train.processes import is_main

    values = merge_settings(settings, weights, path_col, label_col, group_col)
    if compile is not None:
        values = {"train.compile": compile} | values
    screen = stages.screen_of_process()
    trained = train_run(
        source, recipe=recipe, run=run, settings=values, progress=screen, profile=profile
    )
    return show.trained(trained, json, profile) if is_main() else 0


def resume(run: RunArgument, profile: Profiled = False, json: AsJson = False) -> int:
    """Go on with an interrupted run."""
    from dojang.app import pipeline, show
    from dojang.app.run import Run
    from dojang.app.screen import Lines

    return show.trained(Run(pipeline.resume(run, Lines(), profile)), json, profile)


def init(
    source: Annotated[str, typer.Argument(help="cli.arg.data", show_default=False)],
    recipe: Ready = None,
    settings: Settings = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
) -> None:
    """Print a commented recipe."""
    from dojang.app.init import commented_recipe

    values = merge_settings(settings, None, path_col, label_col, group_col)
    sys.stdout.write(commented_recipe(source, values, recipe))


def find(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    recipe: Ready = None,
    settings: Settings = None,
    steps: Annotated[int, typer.Option("--steps", help="cli.opt.find_steps", min=20, max=1000)] = (
        100
    ),
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.find_out")] = None,
    weights: Weights = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
    json: AsJson = False,
) -> None:
    """Try learning rates and batch sizes."""
    from dojang.app import show_finders
    from dojang.app.finders.suggest import suggest
    from dojang.app.screen import Lines
    from dojang.core.errors import DataError

    if out is not None and out.exists():
        raise DataError("out.exists", path=out)
    values = merge_settings(settings, weights, path_col, label_col, group_col)
    suggestion = suggest(source, values, steps, Lines(), recipe)
    show_finders.found(suggestion, Path(source).name or source, out, json)
