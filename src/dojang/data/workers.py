"""Decoding in child processes: one that dies takes one file along, not the run.

Children import neither torch nor the user's script, so they start in a fifth of a second and weigh
some 60 MB. How they are talked to and what they may take is in :mod:`dojang.data.children`. With
``workers=0`` the same code runs in this process, without those limits.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin

from dojang.core.clock import OFF, Clock
from dojang.core.types import Box, Decoding, Preprocess, Refusal, SourceRef
from dojang.data.children import (
    Child,
    Died,
    die_of_memory,
    limit_memory,
    limited_time,
    line,
)
from dojang.data.decode import Refused, decode
from dojang.data.formats import begins_like_image
from dojang.data.measure import SURVEY_SIZE, THUMB_SIZE, measured
from dojang.data.readers import Reader, open_reader
from dojang.data.spool import spool_of

_LOOK_EVERY = 0.5  # seconds


@dataclass(frozen=True)
class Job:
    """Files to decode to squares of ``size`` as ``how`` says, from ``boxes`` where each has one.

    With ``size`` None they are surveyed: facts, hash and measures are wanted, and a thumbnail.
    """

    paths: tuple[str, ...]
    size: int | None = None
    how: Preprocess | str = "squash"
    boxes: Mapping[str, Box] | None = None
    hashed: bool = False  # also say the SHA-256 of each file

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Job:
        """Read a job as the parent sends it."""
        how = tree["how"]
        return cls(
            tuple(tree["paths"]),
            tree["size"],
            how if isinstance(how, str) else Preprocess.from_json(how),
            tree["boxes"],
            tree["hashed"],
        )


@dataclass(frozen=True)
class Outcome:
    """What became of one file: facts and pixels, or a refusal."""

    path: str
    facts: dict[str, Any] | None
    pixels: NDArray[np.uint8] | None
    refusal: Refusal | None


class DecodePool:
    """Decodes jobs in ``workers`` child processes and gives the outcomes in order."""

    def __init__(
        self,
        source: SourceRef,
        workers: int,
        rules: Decoding | None = None,
        boxes: Mapping[str, Box] | None = None,
        clock: Clock = OFF,
    ) -> None:
        self.source = source
        self.clock = clock
        self.boxes = boxes or {}
        self.rules = rules or Decoding()
        self.workers = workers
        self._local = threading.local()
        self._children: list[Child] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(workers) if workers else None
        self._reader: Reader | None = None
        self._spool: BinaryIO | None = None
        self._spooled = False
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
        if self._spool:
            self._spool.close()

    def run(self, jobs: Iterable[Job]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of each job, in the order of the jobs, a few jobs ahead."""
        jobs = map(self._with_boxes, jobs)
        if self._threads is None:
            self._reader = self._reader or open_reader(self.source, self._spool_number())
            for job in jobs:
                with self.clock.span("decode"):
                    outcomes = work(self._reader, job, self.rules)
                yield outcomes
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

    def _with_boxes(self, job: Job) -> Job:
        if isinstance(job.how, str) or not job.how.wants_boxes:
            return job
        return replace(job, boxes={p: self.boxes[p] for p in job.paths if p in self.boxes})

    def _in_child(self, job: Job) -> list[Outcome]:
        done: list[Outcome] = []
        deaths = 0  # at the file whose turn it is
        while len(done) < len(job.paths):
            rest = replace(job, paths=job.paths[len(done) :])
            before = len(done)
            try:
                for head, data in self._child().ask(asdict(rest), len(rest.paths)):
                    self.clock.add("decode", head["seconds"])
                    done.append(_outcome(rest.paths[len(done) - before], job.size, head, data))
            except Died as died:
                deaths = deaths + 1 if len(done) == before else 1
                # Twice dead at the same file is the file's doing; once may be anybody's.
                if deaths > 1:
                    done.append(_refused(job.paths[len(done)], died.reason))
                    deaths = 0
        return done

    def _child(self) -> Child:
        """Return the child of this thread, a new one where there is none or it died."""
        child: Child | None = getattr(self._local, "child", None)
        if child is not None and child.alive:
            return child
        with self._lock:
            if self._closed.is_set():
                raise RuntimeError("the pool is closed")
            if child is not None:
                self._children.remove(child)
                child.kill()
            hello = {"source": self.source.to_json(), "rules": asdict(self.rules)}
            child = Child(hello, self.rules.seconds, self._spool_number())
            self._local.child = child
            self._children.append(child)
        return child

    def _spool_number(self) -> int | None:
        """Inflate a compressed tar when it is first read; return the descriptor, if any."""
        if self.source.kind == "tar" and not self._spooled:
            self._spool = spool_of(Path(self.source.root))
            self._spooled = True
        return self._spool.fileno() if self._spool else None

    def _watch(self) -> None:
        """Kill children that are too long at one file."""
        while not self._closed.wait(_LOOK_EVERY):
            with self._lock:
                children = list(self._children)
            for child in children:
                child.kill_if_late()


def _outcome(path: str, size: int | None, head: dict[str, Any], data: bytes) -> Outcome:
    """Read a child's answer."""
    if "reason" in head:
        return _refused(path, head["reason"], head["detail"])
    side = size or THUMB_SIZE
    return Outcome(path, head["facts"], np.frombuffer(data, np.uint8).reshape(side, side, 3), None)


def box_of(path: str, how: Preprocess | str, boxes: Mapping[str, Box] | None) -> Box | None:
    """Return the box that a file is to be cut to; raises Refused where it needs one in vain."""
    if isinstance(how, str) or not how.wants_boxes:
        return None
    box = (boxes or {}).get(path)
    if box is None:
        raise Refused("decode.no_box")
    return box


def work(reader: Reader, job: Job, rules: Decoding) -> list[Outcome]:
    """Do a job in this process."""
    return [work_one(reader, path, job, rules) for path in job.paths]


def work_one(reader: Reader, path: str, job: Job, rules: Decoding) -> Outcome:
    """Read and decode one file of a job."""
    try:
        data = reader.read(path, rules.bytes, begins_like_image)
        box = box_of(path, job.how, job.boxes)
        size, how = (job.size, job.how) if job.size else (SURVEY_SIZE, "shrink")
        pixels, facts = decode(data, size, how, rules, path, box)
    except Refused as refused:
        return _refused(path, refused.reason, refused.detail)
    except MemoryError:
        return _refused(path, "decode.memory")
    except ValueError:  # a name that no file can have, such as one with a NUL
        return _refused(path, "read.name")
    known: dict[str, Any] = vars(facts) | {"notes": list(facts.notes)}  # asdict takes longer
    if job.size is None or job.hashed:
        known |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    if job.size is None:
        known["measures"], pixels = measured(pixels)
    return Outcome(path, known, pixels, None)


def _refused(path: str, reason: str, detail: str = "") -> Outcome:
    return Outcome(path, None, None, Refusal(path, reason, detail))


def chunked(paths: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Cut ``paths`` into pieces of at most ``size``."""
    for start in range(0, len(paths), size):
        yield tuple(paths[start : start + size])


def _head(outcome: Outcome) -> dict[str, Any]:
    if outcome.refusal:
        return {"reason": outcome.refusal.reason, "detail": outcome.refusal.detail, "length": 0}
    assert outcome.pixels is not None
    return {"facts": outcome.facts, "length": outcome.pixels.nbytes}


def main() -> None:
    """Serve jobs from standard input until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints gets among the answers
    first = json.loads(sys.stdin.buffer.readline())
    rules = Decoding(**first["rules"])
    reader = open_reader(SourceRef(**first["source"]), first["spool"])
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # there are as many children as cores
    limit_memory(rules.memory)
    _answer(answers, {"length": 0})
    for text in sys.stdin.buffer:
        job = Job.from_json(json.loads(text))
        for path in job.paths:
            began = time.perf_counter()
            with limited_time(rules.seconds):
                outcome = work_one(reader, path, job, rules)
            seconds = time.perf_counter() - began
            if outcome.refusal and outcome.refusal.reason == "decode.memory":
                die_of_memory()
            _answer(answers, _head(outcome) | {"seconds": seconds}, outcome.pixels)


def _answer(
    answers: BinaryIO, head: dict[str, Any], pixels: NDArray[np.uint8] | None = None
) -> None:
    answers.write(line(head))
    if pixels is not None:
        answers.write(pixels.tobytes())
    answers.flush()


if __name__ == "__main__":
    main()
