"""What to think of runs: compare, slices, study."""

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
