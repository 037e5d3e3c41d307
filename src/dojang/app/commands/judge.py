"""What to think of runs: how they learnt, which is better, where they fail, why, what helps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dojang.app.commands.options import AsJson, RunArgument

Part = Literal["valid", "test"]
Kind = Literal["worst", "uncertain", "label", "pair", "best"]


def advise(run: RunArgument, json: AsJson = False) -> None:
    """Read the learning curve and say what to try next."""
    from dojang.app import advising, show_advise

    show_advise.advised(advising.advise(run), run, json)


def compare(
    runs: Annotated[list[Path], typer.Argument(help="cli.arg.compared", show_default=False)],
    part: Annotated[Part, typer.Option("--part", help="cli.opt.part")] = "valid",
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.compare_out")] = None,
    json: AsJson = False,
) -> None:
    """Say which run is better, and how surely."""
    from dojang.app import show_compare
    from dojang.app.comparing import contest
    from dojang.core.errors import DataError

    if out is not None and out.exists():
        raise DataError("out.exists", path=out)
    show_compare.compared(contest(runs, part), out, json)


def slices(
    run: RunArgument,
    part: Annotated[Part, typer.Option("--part", help="cli.opt.slices_part")] = "valid",
    top: Annotated[int | None, typer.Option("--top", min=1, help="cli.opt.slices_top")] = None,
    json: AsJson = False,
) -> None:
    """Say among which images the model does worse."""
    from dojang.app import show_slices

    show_slices.sliced(run, part, top, json)


def mistakes(
    run: RunArgument,
    part: Annotated[Part, typer.Option("--part", help="cli.opt.mistakes_part")] = "valid",
    kind: Annotated[Kind | None, typer.Option("--kind", help="cli.opt.mistakes_kind")] = None,
    pair: Annotated[str | None, typer.Option("--pair", help="cli.opt.mistakes_pair")] = None,
    top: Annotated[int | None, typer.Option("--top", min=1, help="cli.opt.mistakes_top")] = None,
    near: Annotated[bool, typer.Option("--near", help="cli.opt.mistakes_near")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.mistakes_out")] = None,
    json: AsJson = False,
) -> None:
    """Show what a run gets wrong, and the training images nearest to it."""
    from dojang.app import mistakes as logic
    from dojang.app import show_mistakes
    from dojang.app.stages import screen_of_process
    from dojang.core.errors import DataError

    if out is not None and out.exists():
        raise DataError("out.exists", path=out)
    if near:
        logic.find_missing(run, part, screen_of_process())
    show_mistakes.shown(run, logic.collect(run, part, kind, pair, top), out, json)


def similarity(
    first: Annotated[Path, typer.Argument(help="cli.arg.run", show_default=False)],
    second: Annotated[Path, typer.Argument(help="cli.arg.second", show_default=False)],
    part: Annotated[Part, typer.Option("--part", help="cli.opt.similarity_part")] = "valid",
    images: Annotated[int, typer.Option("--images", min=4, help="cli.opt.similarity_images")] = 512,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.similarity_out")] = None,
    json: AsJson = False,
) -> None:
    """Say how alike the layers of two networks are."""
    from dojang.app import show_similarity
    from dojang.app.similarity import liken
    from dojang.app.stages import screen_of_process
    from dojang.core.errors import DataError

    if out is not None and out.exists():
        raise DataError("out.exists", path=out)
    show_similarity.likened(liken(first, second, part, images, screen_of_process()), out, json)


def study(
    run: RunArgument,
    refits: Annotated[int, typer.Option("--refits", min=2, help="cli.opt.study_refits")] = 8,
    sizes: Annotated[str | None, typer.Option("--sizes", help="cli.opt.study_sizes")] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="cli.opt.study_seeds")] = 3,
    own: Annotated[bool, typer.Option("--own", help="cli.opt.study_own")] = False,
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.0, help="cli.opt.study_minutes")
    ] = 30.0,
    json: AsJson = False,
) -> None:
    """Say what more data, another capacity or a flatter minimum would give."""
    from dojang.app import show_study
    from dojang.app.screen import Lines
    from dojang.app.study import study as look
    from dojang.app.study_grid import Wish, parse_sizes

    wish = Wish(refits, seeds, parse_sizes(sizes), own, minutes)
    show_study.studied(look(run, wish, Lines()), json)


def inside(
    run: RunArgument,
    layer: Annotated[str | None, typer.Option("--layer", help="cli.opt.inside_layer")] = None,
    image: Annotated[Path | None, typer.Option("--image", help="cli.opt.inside_image")] = None,
    images: Annotated[
        int, typer.Option("--images", help="cli.opt.inside_images", min=2, max=10_000)
    ] = 32,
    json: AsJson = False,
) -> None:
    """Look inside a network, and test its explanations."""
    from dojang.app import show_inside
    from dojang.app.inside import look_inside
    from dojang.app.screen import Lines

    show_inside.looked(run, look_inside(run, layer, image, images, Lines()), json)
