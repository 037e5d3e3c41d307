"""What concerns the data before and beside a run: cache."""

from __future__ import annotations

from typing import Annotated

import typer

from dojang.app.commands.options import AsJson


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
