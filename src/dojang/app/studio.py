"""``dojang studio``: a local web page for the runs below some folders."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dojang.core.errors import DataError, DojangError
from dojang.core.i18n import language

if TYPE_CHECKING:
    from uvicorn import Server

    from dojang.app.web.access import Access
    from dojang.app.web.studio import Studio

PORT = 8010
MOST_TRIES = 50
SHORTEST_TOKEN = 16
TOKEN_VARIABLE = "DOJANG_TOKEN"


class StudioError(DojangError):
    """The studio cannot be started as asked."""


@dataclass(frozen=True)
class Wanted:
    """How the studio is asked to start.

    Attributes:
        roots: folders with runs.
        port: the first one to try.
        token: the word that opens it; made up unless given.
        data: folders in which to look for images that are no longer where a run found them.
        open: whether to show it in a browser.
    """

    roots: tuple[Path, ...]
    host: str = "127.0.0.1"
    port: int = PORT
    token: str | None = None
    data: tuple[Path, ...] = ()
    open: bool = False


@dataclass(frozen=True)
class Started:
    """Where the studio is; ``url`` has the token in it."""

    url: str
    access: Access
    roots: tuple[Path, ...]
    moved: bool


def serve(wanted: Wanted, tell: Callable[[Started], None]) -> None:
    """Run the studio until somebody stops it.

    Args:
        tell: called once it listens.

    Raises:
        StudioError: the extra is not installed, a root is missing, the token is too short or
            missing, or no port is free.
    """
    _require_extra()
    _check_folders(wanted)
    token = checked_token(wanted)
    listener = listen(wanted.host, wanted.port)
    with contextlib.closing(listener):
        from dojang.app.web.access import Access
        from dojang.app.web.server import make_app
        from dojang.app.web.studio import Studio

        port = int(listener.getsockname()[1])
        access = Access(wanted.host, port, token)
        studio = Studio.over(wanted.roots, wanted.data, access, language())
        warm_up(studio)
        server = _server(make_app(studio))
        started = Started(f"{access.url}?token={token}", access, wanted.roots,
                          bool(wanted.port) and port != wanted.port)  # fmt: skip
        with _ended_by_signals(server, studio.explainer.close):
            tell(started)
            if wanted.open:
                _show(started.url)
            server.run(sockets=[listener])
        studio.close()


def checked_token(wanted: Wanted) -> str:
    """Return the token: given, from the environment, or made up.

    Raises:
        StudioError: it is too short or of letters that do not fit into an address, or none is given
            though other machines can reach the page.
    """
    given = wanted.token or os.environ.get(TOKEN_VARIABLE) or None
    if given is None:
        if not is_loopback(wanted.host):
            raise StudioError("studio.needs_token", host=wanted.host, least=SHORTEST_TOKEN)
        return secrets.token_urlsafe(24)
    plain = given.isascii() and all(c.isalnum() or c in "-_.~" for c in given)
    if len(given) < SHORTEST_TOKEN or not plain:
        raise StudioError("studio.short_token", least=SHORTEST_TOKEN)
    return given


def is_loopback(host: str) -> bool:
    """Can this machine alone reach ``host``?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """Bind the port, or the next one that is free.

    Raises:
        StudioError: none of ``MOST_TRIES`` is free, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last: OSError | None = None
    tried = range(port, min(65_536, port + MOST_TRIES)) if port else range(1)
    for number in tried:
        # Named by its protocol: connections of others are not told to send at once (TCP_NODELAY).
        found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name != "nt":  # there it would share the port with another program
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((host, number))
            found.listen(128)
            return found
        except OSError as error:
            found.close()
            last = error
    assert last is not None
    raise StudioError("studio.no_port", host=host, port=port, reason=last.strerror or last)


def warm_up(studio: Studio) -> None:
    """Read the index and import what pages need: the first one is as quick as the others."""
    import pandas
    import pyarrow.compute
    import pyarrow.parquet
    import yaml

    from dojang.app.web import pages

    assert pandas and pyarrow.compute and pyarrow.parquet and yaml
    studio.index.lines()
    for name in pages.STATIC:
        pages.static(name)
    for name in pages.templates().list_templates():
        pages.templates().get_template(name)


def _require_extra() -> None:
    try:
        import fastapi
        import uvicorn
    except ImportError as error:
        raise StudioError("studio.no_extra") from error
    assert fastapi and uvicorn


def _check_folders(wanted: Wanted) -> None:
    for folder in (*wanted.roots, *wanted.data):
        if not folder.is_dir():
            raise DataError("data.missing", path=folder)


def _server(app: object) -> Server:
    import uvicorn

    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, lifespan="off",  # type: ignore[arg-type]
        timeout_graceful_shutdown=1, timeout_keep_alive=30, limit_concurrency=400, ws="none",
        http="h11", h11_max_incomplete_event_size=32 * 1024,
    )  # fmt: skip
    return uvicorn.Server(config)


@contextlib.contextmanager
def _ended_by_signals(server: Server, let_go: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the server and nothing else: it ends as it should, with status 0.

    The server would raise them again when it is done.

    Args:
        let_go: ends what the server would wait for.
    """
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]

    def end(number: int, frame: object) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True
        let_go()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(url: str) -> None:
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def roots_or_default(roots: Sequence[Path] | None) -> tuple[Path, ...]:
    """Return the folders to look in: ``runs`` unless given, each once."""
    return tuple(dict.fromkeys(roots or (Path("runs"),)))
