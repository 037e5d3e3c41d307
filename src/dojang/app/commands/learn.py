"""From data to a run: init, train, resume."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import (
    AsJson,
    GroupColumn,
    LabelColumn,
    PathColumn,
    Profiled,
    RunArgument,
    Settings,
    Weights,
    merge_settings,
)


def train(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    run: Annotated[Path | None, typer.Option("--run", help="cli.opt.run")] = None,
    settings: Settings = None,
    weights: Weights = None,
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
    screen = stages.screen_of_process()
    trained = train_run(source, run=run, settings=values, progress=screen, profile=profile)
    return show.trained(trained, json, profile) if is_main() else 0


def resume(run: RunArgument, profile: Profiled = False, json: AsJson = False) -> int:
    """Go on with an interrupted run."""
    from dojang.app import pipeline, show
    from dojang.app.run import Run
    from dojang.app.screen import Lines

    return show.trained(Run(pipeline.resume(run, Lines(), profile)), json, profile)


def init(
    source: Annotated[str, typer.Argument(help="cli.arg.data", show_default=False)],
    settings: Settings = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
) -> None:
    """Print a commented recipe."""
    from dojang.app.init import commented_recipe

    values = merge_settings(settings, None, path_col, label_col, group_col)
    sys.stdout.write(commented_recipe(source, values))
