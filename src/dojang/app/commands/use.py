"""What a run is good for: predict, evaluate, explain, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import AsJson, RunArgument


def predict(
    run: RunArgument,
    images: Annotated[Path, typer.Argument(help="cli.arg.images", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.out")] = None,
    like: Annotated[Path | None, typer.Option("--like", help="cli.opt.like")] = None,
    json: AsJson = False,
) -> None:
    """Write predictions of new images."""
    from dojang.app import show
    from dojang.app.run import load
    from dojang.app.screen import Lines

    opened = load(run)
    if like is not None and not like.is_file():
        from dojang.core.errors import DataError

        raise DataError("data.missing", path=like)
    predictions = opened.predict_each(images, Lines())
    show.predictions(predictions, opened.record.classes, out, like, json)


def evaluate(run: RunArgument, json: AsJson = False) -> None:
    """Open the sealed test part, once."""
    from dojang.app import pipeline, show
    from dojang.app.screen import Lines

    evaluation, record, first = pipeline.evaluate(run, Lines())
    show.evaluated(evaluation, record, run, first, json)


def explain(
    run: RunArgument,
    image: Annotated[Path, typer.Argument(help="cli.arg.image", show_default=False)],
    method: Annotated[
        str | None,
        typer.Option("--method", help="cli.opt.explain_method", show_default=False),
    ] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="cli.opt.explain_layer")] = None,
    target: Annotated[str | None, typer.Option("--class", help="cli.opt.explain_class")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.picture")] = None,
    json: AsJson = False,
) -> None:
    """Show where the model looked."""
    from dojang.app import show
    from dojang.app.run import load

    show.explained(load(run).explain(image, method, layer, target), out, json)


def report(
    run: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.html")] = None,
    json: AsJson = False,
) -> None:
    """Write the report."""
    from dojang.app import show
    from dojang.app.run import load

    show.path(load(run).report(out=out), "progress.report", json)


def card(
    run: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.card_out")] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", "--license", help="cli.opt.licence")
    ] = None,
    repo: Annotated[str | None, typer.Option("--repo", help="cli.opt.repo")] = None,
    force: Annotated[bool, typer.Option("--force", help="cli.opt.card_force")] = False,
    json: AsJson = False,
) -> None:
    """Write the model card."""
    from dojang.app import show_card
    from dojang.app.run import load

    found = load(run).card(out=out, licence=licence, repo=repo, force=force)
    show_card.written(found, licence, json)
