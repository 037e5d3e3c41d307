"""What the data are like: labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import AsJson, RunArgument


def labels(
    run: RunArgument,
    fix: Annotated[Path | None, typer.Option("--fix", help="cli.opt.labels_fix")] = None,
    against: Annotated[Path | None, typer.Option("--against", help="cli.opt.against")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.labels_out")] = None,
    top: Annotated[int | None, typer.Option("--top", min=0, help="cli.opt.top")] = None,
    json: AsJson = False,
) -> None:
    """Find labels that are probably wrong, correct them, or see whether that helped."""
    from dojang.app import labels as stage
    from dojang.app import show_labels

    _refuse_together({"--fix": fix, "--against": against}, {"--out": out, "--top": top})
    if fix is not None:
        show_labels.fixed(stage.fix(run, fix, out), json)
    elif against is not None:
        show_labels.compared(stage.against(run, against), run, against, json)
    else:
        from dojang.app.run import load

        found = stage.review(run)
        written = stage.write_review(run, found, out)
        show_labels.reviewed(run, found, written, load(run).record.folds, top, json)


def _refuse_together(modes: dict[str, Path | None], details: dict[str, Path | int | None]) -> None:
    """Options that would have no effect together are refused, not ignored."""
    from dojang.core.errors import DataError

    given = [name for name, value in (modes | details).items() if value is not None]
    both = [name for name in modes if name in given]
    idle = {"--fix": {"--top"}, "--against": {"--top", "--out"}}
    if len(both) > 1 or any(idle[mode] & set(given) for mode in both):
        raise DataError("labels.options", options=", ".join(given))
