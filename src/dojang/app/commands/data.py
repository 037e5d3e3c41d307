"""What concerns the data before and beside a run: audit, explore, preview, labels, cache."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import (
    AsJson,
    GroupColumn,
    LabelColumn,
    PathColumn,
    RunArgument,
    Settings,
    merge_settings,
)


def cache(
    limit: Annotated[
        str | None, typer.Option("--limit", help="cli.opt.cache_limit", show_default=False)
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="cli.opt.cache_clear")] = False,
    json: AsJson = False,
) -> None:
    """Show, limit or empty the cache of decoded pixels."""
    from dojang.app import cache as keeper

    keeper.run(limit, clear, json)


def explore(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.explore_out")] = None,
    settings: Settings = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
    json: AsJson = False,
) -> None:
    """Look at the data and write a page."""
    from dojang.app import explore as look
    from dojang.app.run import recipe_for
    from dojang.app.screen import Lines
    from dojang.core.recipe import override

    values = merge_settings(settings, None, path_col, label_col, group_col)
    look.run(override(recipe_for(source), values), out, json, Lines())


def audit(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.audit_out")] = None,
    allow: Annotated[list[str] | None, typer.Option("--allow", help="cli.opt.audit_allow")] = None,
    settings: Settings = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
    json: AsJson = False,
) -> int:
    """Check data for what would spoil a model."""
    from dojang.app import show_audit
    from dojang.app.audit import audit as run_audit
    from dojang.app.audit import write_page
    from dojang.app.run import recipe_for
    from dojang.app.screen import Lines
    from dojang.core.errors import DataError
    from dojang.core.recipe import override

    values = merge_settings(settings, None, path_col, label_col, group_col)
    recipe = override(recipe_for(source), values | ({"audit.allow": allow} if allow else {}))
    if out is not None and out.exists():
        raise DataError("out.exists", path=out)
    found = run_audit(recipe, Lines())
    page = write_page(found, recipe, out) if out is not None or not json else None
    return show_audit.audited(found, page, json)


def preview(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    settings: Settings = None,
    count: Annotated[int, typer.Option("--count", help="cli.opt.count", min=1, max=64)] = 8,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.preview")] = None,
    path_col: PathColumn = None,
    label_col: LabelColumn = None,
    group_col: GroupColumn = None,
    json: AsJson = False,
) -> None:
    """Draw augmented training images."""
    from dojang.app import show
    from dojang.app.preview import check_out, make_preview
    from dojang.app.screen import Lines

    if out is not None:
        check_out(out)
    values = merge_settings(settings, None, path_col, label_col, group_col)
    show.previewed(make_preview(source, values, count, Lines()), out, json)


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
