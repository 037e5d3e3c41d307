"""Explanations on demand, one at a time, in a process of their own.

A network takes seconds to load and holds the interpreter while it works; pages must not wait for
that. Who leaves before it is their turn costs nothing.
"""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from dojang.app.web.files import MEGABYTE, Kept
from dojang.app.web.images import Picture
from dojang.core.types import SourceRef

ROOM = 32 * MEGABYTE
PATIENCE = 120.0  # seconds for one explanation, the start of the process included
LOOK = 0.2


class Explainer:
    """Explains images of runs in a child process, which starts when it is first asked."""

    def __init__(self) -> None:
        self._kept: Kept[Picture] = Kept(ROOM, lambda picture: len(picture.data) + 300)
        self._turn = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._closed = threading.Event()

    def close(self) -> None:
        """End the child, also in the middle of its work."""
        self._closed.set()
        if self._process is not None:
            self._process.kill()

    def known(self, key: object) -> Picture | None:
        return self._kept.get(str(key))

    def explain(
        self, run: Path, source: SourceRef, identifier: str, sha256: str, target: str,
        key: object, left: threading.Event,
    ) -> Picture | None:  # fmt: skip
        """Return the image with the heat map of ``target`` on it; None where the asker left.

        Args:
            key: what the explanation depends on.
            left: set when nobody waits for it any more.
        """
        while not self._turn.acquire(timeout=LOOK):
            if left.is_set() or self._closed.is_set():
                return None
        try:
            if left.is_set() or self._closed.is_set():
                return None
            found = self.known(key)
            if found is None:
                job = (str(run), source.kind, source.root, identifier, sha256, target)
                found = self._asked(job)
                if found.data:
                    self._kept.put(str(key), found)
            return found
        finally:
            self._turn.release()

    def _asked(self, job: tuple[str, ...]) -> Picture:
        try:
            pipe = self._connected()
            pipe.send(job)
            if not pipe.poll(PATIENCE):
                raise TimeoutError
            kind, value = pipe.recv()
        except (OSError, EOFError, TimeoutError):
            if self._process is not None:
                self._process.kill()
            self._process = None
            return Picture(reason="studio.why.failed")
        return Picture(value) if kind == "picture" else Picture(reason=value)

    def _connected(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe


def serve(pipe: Any) -> None:
    """Answer jobs until the studio is gone."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_explained(*job))


def _explained(
    run: str, kind: Any, root: str, identifier: str, sha256: str, target: str
) -> tuple[str, Any]:
    """Return ("picture", WebP) or ("reason", key of a message)."""
    from dojang.app.explaining import explain_from
    from dojang.app.web.images import webp
    from dojang.core.errors import DojangError
    from dojang.data.workers import DecodePool, Job

    source = SourceRef(kind, root)
    try:
        with DecodePool(source, 1) as pool:
            outcome = next(iter(pool.run([Job((identifier,), 16, hashed=True)])))[0]
        if outcome.facts is None or outcome.facts.get("sha256") != sha256:
            return "reason", "studio.image.changed"
        explained = explain_from(Path(run), source, identifier, target=target)
    except DojangError as error:
        return (
            "reason",
            "studio.why.none" if error.key == "explain.no_layer" else "studio.why.failed",
        )
    except Exception:  # weights of another make, a network that this version does not know
        return "reason", "studio.why.failed"
    return (
        ("picture", webp(explained.picture)) if explained.found else ("reason", "studio.why.none")
    )
