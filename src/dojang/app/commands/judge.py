"""What to think of runs: compare, slices, inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dojang.app.commands.options import AsJson, RunArgument

Part = Literal["valid", "test"]


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
