"""A child process that decodes, as its parent sees it, and the limits that it sets itself.

The parent sends a job as one line of JSON on the child's standard input; the child answers, file by
file, with one line of JSON and the raw pixels.

A file may take so much processor time and so much memory, both enforced by the kernel in the child:
a busy machine makes no file late. Only a child that waits, for a network drive say, is found out by
the parent's clock.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

START_SECONDS = 300.0  # a child imports and lists an archive before it says that it is ready
WAIT_SECONDS = 30.0  # by the clock, at one file that needs no more than its processor time …
_WAIT_FACTOR = 15  # … or this many times that, if that is more
_EXIT_MEMORY = 77


class Died(Exception):
    """The child died at a file; ``reason`` says of what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Child:
    """One child process and the talk with it.

    Args:
        hello: what the child is told first.
        seconds: processor time that a file may take.
        spool: descriptor of an inflated archive that the child may read.
    """

    def __init__(self, hello: Mapping[str, Any], seconds: float, spool: int | None) -> None:
        here = str(Path(__file__).resolve().parents[2])
        paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(paths),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            # -P: no module of the current folder, such as a json.py, gets in the way.
            [sys.executable, "-P", "-m", "dojang.data.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            pass_fds=() if spool is None else (spool,),
        )
        self._wait = max(WAIT_SECONDS, _WAIT_FACTOR * seconds)
        self._deadline = math.inf
        self._late = False
        self._ready = False
        self._send({**hello, "spool": spool})

    @property
    def alive(self) -> bool:
        """Is the process still there?"""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel, on a lost drive
            self._process.wait(5)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def ask(self, job: Mapping[str, Any], count: int) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Yield the answer to each of the ``count`` files of a job: its head and its pixels.

        Raises:
            Died: the child died; the file whose turn it was may be to blame.
        """
        try:
            if not self._ready:
                self._deadline = time.monotonic() + START_SECONDS
                self._receive()
                self._ready = True
            self._deadline = time.monotonic() + self._wait
            self._send(job)
            for _ in range(count):
                answer = self._receive()
                self._deadline = time.monotonic() + self._wait
                yield answer
        except (OSError, ValueError, EOFError):
            raise Died(self._cause()) from None
        finally:
            self._deadline = math.inf

    def kill_if_late(self) -> None:
        """Kill a child that has waited too long at one file."""
        if time.monotonic() > self._deadline:
            self._late = True
            self._process.kill()

    def _cause(self) -> str:
        """Bury the child and say of what it died."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.5)  # it closes its pipe a moment before it is gone
        self._process.kill()
        status = self._process.wait()  # till then it would still pass for alive
        if self._late:
            return "read.slow"
        if hasattr(signal, "SIGPROF") and status == -signal.SIGPROF:
            return "decode.timeout"
        return "decode.memory" if status == _EXIT_MEMORY else "decode.crashed"

    def _send(self, tree: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # the answer, not the question, tells of a death
            self._process.stdin.write(line(tree))
            self._process.stdin.flush()

    def _receive(self) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdout is not None
        text = self._process.stdout.readline()
        if not text:
            raise EOFError
        head = json.loads(text)
        data = self._process.stdout.read(head["length"])
        if len(data) != head["length"]:
            raise EOFError
        return head, data


def line(tree: Mapping[str, Any]) -> bytes:
    """Return ``tree`` as one line; ASCII escapes carry any name, lone surrogates included."""
    return json.dumps(tree).encode() + b"\n"


def limit_memory(room: int) -> None:
    """Let this process take ``room`` bytes more than it has now; Linux only."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + room
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, OSError, ValueError):
        return


@contextlib.contextmanager
def limited_time(seconds: float) -> Iterator[None]:
    """Die by SIGPROF after so much processor time; where there is no such signal, never."""
    if not hasattr(signal, "ITIMER_PROF"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def die_of_memory() -> None:
    """End this process so that its parent knows why: what is left of its memory is in pieces."""
    os._exit(_EXIT_MEMORY)
