"""What to think of runs: advise, compare, slices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dojang.app.commands.options import AsJson, RunArgument

Part = Literal["valid", "test"]


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
