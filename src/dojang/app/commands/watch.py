"""Look at runs in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dojang.app.commands.options import AsJson


def studio(
    roots: Annotated[
        list[Path] | None, typer.Argument(help="cli.arg.studio_roots", show_default=False)
    ] = None,
    host: Annotated[str, typer.Option("--host", help="cli.opt.studio_host")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="cli.opt.studio_port")
    ] = 8010,
    token: Annotated[
        str | None, typer.Option("--token", help="cli.opt.studio_token", show_default=False)
    ] = None,
    data: Annotated[list[Path] | None, typer.Option("--data", help="cli.opt.studio_data")] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="cli.opt.studio_open")] = False,
    json: AsJson = False,
) -> None:
    """Show runs in a browser."""
    from dojang.app import show_studio
    from dojang.app.studio import Wanted, roots_or_default, serve

    wanted = Wanted(roots_or_default(roots), host, port, token, tuple(data or ()), show)
    serve(wanted, lambda found: show_studio.started(found, json))
