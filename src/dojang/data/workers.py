"""Decoding in child processes: one that dies takes one file along, not the run.

The parent sends a job as one line of JSON on the child's standard input; the child answers, file by
file, with one line of JSON and the raw pixels. Children import neither torch nor the user's script,
so they start in a fifth of a second and weigh some 60 MB. With ``workers=0`` the same code runs in
this process.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Refusal, SourceRef
from dojang.data.decode import Limits, Refused, decode
from dojang.data.measure import SURVEY_SIZE, THUMB_SIZE, measure, thumbnail
from dojang.data.readers import Reader, open_reader

SECONDS_PER_FILE = 10.0  # the start of a child included
MEMORY_LIMIT = 4 * 2**30  # address space of a child, decoders' own tables included
_LOOK_EVERY = 0.5  # seconds


@dataclass(frozen=True)
class Job:
    """Files to decode to squares of ``size``; with ``size`` None they are surveyed: their facts,
    hash and measures are wanted, and a thumbnail."""

    paths: tuple[str, ...]
    size: int | None = None
    resize: str = "squash"


@dataclass(frozen=True)
class Outcome:
    """What became of one file: facts and pixels, or a refusal."""

    path: str
    facts: dict[str, Any] | None
    pixels: NDArray[np.uint8] | None
    refusal: Refusal | None


class DecodePool:
    """Decodes jobs in ``workers`` child processes and gives the outcomes in order."""

    def __init__(self, source: SourceRef, workers: int, limits: Limits | None = None) -> None:
        self.source = source
        self.limits = limits or Limits()
        self.workers = workers
        self._local = threading.local()
        self._children: list[_Child] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(workers) if workers else None
        self._reader: Reader | None = None
        if workers:
            threading.Thread(target=self._watch, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the children, also those at work."""
        with self._lock:
            self._closed.set()
            children = list(self._children)
        for child in children:
            child.kill()
        if self._threads:
            self._threads.shutdown(wait=True, cancel_futures=True)

    def run(self, jobs: Iterable[Job]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of each job, in the order of the jobs, a few jobs ahead."""
        if self._threads is None:
            self._reader = self._reader or open_reader(self.source)
            for job in jobs:
                yield work(self._reader, job, self.limits)
            return
        waiting: deque[Future[list[Outcome]]] = deque()
        try:
            for job in jobs:
                waiting.append(self._threads.submit(self._in_child, job))
                if len(waiting) > 2 * self.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _in_child(self, job: Job) -> list[Outcome]:
        done: list[Outcome] = []
        deaths = 0  # at the file whose turn it is
        while len(done) < len(job.paths):
            rest = Job(job.paths[len(done) :], job.size, job.resize)
            before = len(done)
            try:
                for outcome in self._child().ask(rest):
                    done.append(outcome)  # noqa: PERF402 - what comes before a death is kept
            except _Died as died:
                deaths = deaths + 1 if len(done) == before else 1
                # Twice dead at the same file is the file's doing; once may be anybody's.
                if deaths > 1:
                    done.append(_refused(job.paths[len(done)], died.reason))
                    deaths = 0
        return done

    def _child(self) -> _Child:
        """Return the child of this thread, a new one where there is none or it died."""
        child: _Child | None = getattr(self._local, "child", None)
        if child is not None and child.alive:
            return child
        with self._lock:
            if self._closed.is_set():
                raise RuntimeError("the pool is closed")
            if child is not None:
                self._children.remove(child)
                child.kill()
            self._local.child = child = _Child(self.source, self.limits)
            self._children.append(child)
        return child

    def _watch(self) -> None:
        """Kill children that are too long at one file."""
        while not self._closed.wait(_LOOK_EVERY):
            with self._lock:
                children = list(self._children)
            for child in children:
                child.kill_if_late()


class _Died(Exception):
    """The child died at a file; ``reason`` says of what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Child:
    """One child process and the talk with it."""

    def __init__(self, source: SourceRef, limits: Limits) -> None:
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
        )
        self._deadline = math.inf
        self._late = False
        self._send({"source": source.to_json(), "limits": asdict(limits)})

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def ask(self, job: Job) -> Iterator[Outcome]:
        """Yield the outcome of each file; raises _Died at the file that the child dies of."""
        try:
            self._deadline = time.monotonic() + SECONDS_PER_FILE
            self._send(asdict(job))
            for path in job.paths:
                outcome = self._receive(path, job.size)
                self._deadline = time.monotonic() + SECONDS_PER_FILE
                yield outcome
        except (OSError, ValueError, EOFError):
            self._process.kill()
            self._process.wait()  # till then it would still pass for alive
            raise _Died("decode.timeout" if self._late else "decode.crashed") from None
        finally:
            self._deadline = math.inf

    def kill_if_late(self) -> None:
        if time.monotonic() > self._deadline:
            self._late = True
            self._process.kill()

    def _send(self, tree: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # the answer, not the question, tells of a death
            self._process.stdin.write(_line(tree))
            self._process.stdin.flush()

    def _receive(self, path: str, size: int | None) -> Outcome:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise EOFError
        head = json.loads(line)
        if "reason" in head:
            return _refused(path, head["reason"], head["detail"])
        size = size or THUMB_SIZE
        data = self._process.stdout.read(size * size * 3)
        if len(data) != size * size * 3:
            raise EOFError
        return Outcome(
            path, head["facts"], np.frombuffer(data, np.uint8).reshape(size, size, 3), None
        )


def work(reader: Reader, job: Job, limits: Limits) -> list[Outcome]:
    """Do a job in this process."""
    return [work_one(reader, path, job, limits) for path in job.paths]


def work_one(reader: Reader, path: str, job: Job, limits: Limits) -> Outcome:
    """Read and decode one file of a job."""
    try:
        data = reader.read(path, limits.bytes)
        how = (job.size, job.resize) if job.size else (SURVEY_SIZE, "shrink")
        pixels, facts = decode(data, *how, limits)
    except Refused as refused:
        return _refused(path, refused.reason, refused.detail)
    except MemoryError:
        return _refused(path, "decode.memory")
    except ValueError:  # a name that no file can have, such as one with a NUL
        return _refused(path, "read.name")
    known: dict[str, Any] = asdict(facts)
    if job.size is None:
        known |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        known["measures"] = measure(pixels)
        pixels = thumbnail(pixels)
    return Outcome(path, known, pixels, None)


def _refused(path: str, reason: str, detail: str = "") -> Outcome:
    return Outcome(path, None, None, Refusal(path, reason, detail))


def chunked(paths: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Cut ``paths`` into pieces of at most ``size``."""
    for start in range(0, len(paths), size):
        yield tuple(paths[start : start + size])


def _line(tree: object) -> bytes:
    # ASCII escapes carry any name, lone surrogates included.
    return json.dumps(tree).encode() + b"\n"


def _head(outcome: Outcome) -> dict[str, Any]:
    if outcome.refusal:
        return {"reason": outcome.refusal.reason, "detail": outcome.refusal.detail}
    return {"facts": outcome.facts}


def main() -> None:
    """Serve jobs from standard input until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    _limit_memory()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints gets among the answers
    first = json.loads(sys.stdin.buffer.readline())
    reader = open_reader(SourceRef(**first["source"]))
    limits = Limits(**first["limits"])
    for line in sys.stdin.buffer:
        tree = json.loads(line)
        job = Job(tuple(tree["paths"]), tree["size"], tree["resize"])
        for path in job.paths:
            outcome = work_one(reader, path, job, limits)
            answers.write(_line(_head(outcome)))
            if outcome.pixels is not None:
                answers.write(outcome.pixels.tobytes())
            answers.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


if __name__ == "__main__":
    main()
