"""The runs below the roots: found again at most every two seconds, read again when they change."""

from __future__ import annotations

import hashlib
import math
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dojang.app.web.files import BROKEN, identity, is_inside, links_out, read_tree
from dojang.core.store import RUN_FORMAT, RunFolder, at_work
from dojang.core.types import RunRecord, Score

DEPTH = 4
MOST_RUNS = 10_000
MOST_FOLDERS = 50_000
LOOK_AGAIN = 2.0  # seconds
LINKS_AGAIN = 5.0
STATUSES = ("running", "killed", "interrupted", "diverged", "finished")
_NETWORK = re.compile(
    r"^model:[^\n]*\n(?:[ \t#][^\n]*\n)*?[ \t]+name:[ \t]*([^\n#]+)", re.MULTILINE
)
_INNER = frozenset({"checkpoints", "weights", "predictions", "evaluation", "gallery", "slices",
                    "neighbours", "study", "inside"})  # fmt: skip


@dataclass(frozen=True)
class RunLine:
    """One line of the table of runs.

    Attributes:
        id: what a browser calls it; made from its path, which a browser never sends.
        record: its head, or None where that cannot be read.
        shown: path as the user would type it.
        dataset: name of the data without its folders.
        epochs: done, and the best one, both counted from 1; 0 where there is none.
        note: why it cannot be used, or empty.
    """

    id: str
    path: Path
    shown: str
    name: str
    status: str = "finished"
    created: str = ""
    dataset: str = ""
    network: str = ""
    seconds: float = 0.0
    accuracy: Score | None = None
    test: Score | None = None
    valid_n: int = 0
    epochs: int = 0
    best: int = 0
    record: RunRecord | None = field(default=None, repr=False)
    note: str = ""

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.path)

    @property
    def opened(self) -> bool:
        """Was the test part opened?"""
        return self.record is not None and self.record.test_opened is not None

    @property
    def active(self) -> bool:
        return self.status == "running"


class Index:
    """Knows the runs below ``roots`` by id."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self.given = roots
        self.roots = tuple(Path(os.path.realpath(root)) for root in roots)
        self._lines: dict[str, RunLine] = {}
        self._seen: dict[str, tuple[object, RunLine]] = {}
        self._links: dict[str, tuple[float, bool]] = {}
        self._looked = -math.inf
        self._lock = threading.Lock()

    def lines(self) -> list[RunLine]:
        """All runs, newest first."""
        with self._lock:
            if time.monotonic() - self._looked > LOOK_AGAIN:
                found = {line.id: line for line in map(self._line, self._folders())}
                self._lines = found
                self._seen = {key: self._seen[key] for key in found}
                self._looked = time.monotonic()
            lines = list(self._lines.values())
        return sorted(lines, key=lambda line: (line.created, line.name), reverse=True)

    def find(self, run_id: str) -> RunLine | None:
        """Return a run as it stands now; None where there is none of that id, or no longer."""
        if run_id not in self._lines:
            self.lines()
        with self._lock:
            known = self._lines.get(run_id)
            if known is None:
                return None
            line = self._line((known.path, known.shown))
            if identity(line.path / "run.json") is None:
                self._looked = -math.inf
                return None
            self._lines[run_id] = line
        return replace(line, note="links") if self._leads_out(line) else line

    def _leads_out(self, line: RunLine) -> bool:
        """Links of a folder are looked at again after a few seconds."""
        now = time.monotonic()
        looked, found = self._links.get(line.id, (-math.inf, False))
        if now - looked > LINKS_AGAIN:
            found = links_out(line.path, self.roots)
            self._links[line.id] = now, found
        return found

    def _folders(self) -> Iterator[tuple[Path, str]]:
        """Yield each run folder once, and how to call it; nothing is followed out of the roots."""
        runs = folders = 0
        met: set[str] = set()
        for given, root in zip(self.given, self.roots, strict=True):
            waiting = [(root, str(given), 0)]
            while waiting and runs < MOST_RUNS and folders < MOST_FOLDERS:
                path, shown, depth = waiting.pop()
                folders += 1
                if str(path) in met:
                    continue
                met.add(str(path))
                if identity(path / "run.json") is not None:
                    runs += 1
                    yield path, shown
                elif depth < DEPTH:
                    waiting += [(p, os.path.join(shown, p.name), depth + 1)  # noqa: PTH118
                                for p in self._below(path)]  # fmt: skip

    def _below(self, path: Path) -> list[Path]:
        try:
            with os.scandir(path) as entries:
                found = [
                    Path(entry.path)
                    for entry in entries
                    if not entry.name.startswith(".")
                    and entry.is_dir()
                    and entry.name not in _INNER
                ]
        except OSError:
            return []
        inside = [p for p in found if not p.is_symlink() or is_inside(p, self.roots)]
        return [Path(os.path.realpath(p)) for p in inside]

    def _line(self, place: tuple[Path, str]) -> RunLine:
        path, shown = place
        run_id = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        folder = RunFolder(path)
        files = (folder.record, folder.history, folder.evaluation("valid"),
                 folder.evaluation("test"), folder.recipe, folder.live)  # fmt: skip
        state = (shown, *map(identity, files))
        known = self._seen.get(run_id)
        if known is None or known[0] != state:
            line = read_line(folder, run_id, shown, self.roots)
            self._seen[run_id] = state, line
        else:
            line = known[1]
        if line.status == "running" and not is_running(folder):
            return replace(line, status="killed")
        return line


def is_running(folder: RunFolder) -> bool:
    """Does a process work on it? Where locks say nothing, a fresh ``live.json`` does."""
    held = at_work(folder.path)
    if held is not None:
        return held
    state = identity(folder.live)
    return state is not None and time.time() - state[0] / 1e9 < 60


def read_line(folder: RunFolder, run_id: str, shown: str, roots: tuple[Path, ...]) -> RunLine:
    """Read what the table says of a run; what is broken is left out, and said."""
    empty = RunLine(run_id, folder.path, shown, folder.path.name)
    if not is_inside(folder.record, roots):
        return replace(empty, note="links")
    try:
        tree = read_tree(folder.record)
        if tree["format"] > RUN_FORMAT:
            return replace(empty, note="newer")
        record = checked(RunRecord.from_json(tree))
    except BROKEN:
        return replace(empty, note="broken")
    source = str(record.data.get("source", ""))
    valid, test = (_accuracy(folder.evaluation(part), roots) for part in ("valid", "test"))
    done, best = _epochs(folder, roots)
    return replace(
        empty, status=record.status, created=record.created, record=record,
        dataset=source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source,
        network=_network(folder, roots), seconds=record.seconds, accuracy=valid[0],
        valid_n=valid[1], test=test[0] if record.test_opened else None, epochs=done, best=best,
    )  # fmt: skip


def checked(record: RunRecord) -> RunRecord:
    """Return a record whose values are of the kinds that pages rely on; raises TypeError."""
    texts = (record.name, record.status, record.created, record.dojang, *record.classes)
    if not all(isinstance(value, str) for value in texts) or record.status not in STATUSES:
        raise TypeError("head")
    if not isinstance(record.folds, int) or not isinstance(record.data, Mapping):
        raise TypeError("head")
    if not isinstance(record.environment, Mapping) or not isinstance(record.reasons, Mapping):
        raise TypeError("head")
    return replace(record, seconds=float(record.seconds))


def _accuracy(path: Path, roots: tuple[Path, ...]) -> tuple[Score | None, int]:
    try:
        if not is_inside(path, roots):
            return None, 0
        tree = read_tree(path)
        score = Score.from_json(tree["metrics"]["accuracy"])
        return Score(float(score.value), float(score.low), float(score.high)), int(tree["n"])
    except BROKEN:
        return None, 0


def _epochs(folder: RunFolder, roots: tuple[Path, ...]) -> tuple[int, int]:
    """Return how many epochs the first model has done, and its best one."""
    rows: list[Any] = []
    for path in (folder.history, folder.live):
        try:
            tree = read_tree(path) if is_inside(path, roots) else []
            rows += tree["ended"] if isinstance(tree, dict) else tree
        except BROKEN:
            continue
    try:
        first = [row for row in rows if row["fold"] == 0]
        best = max((row["epoch"] + 1 for row in first if row["best"]), default=0)
        return max((row["epoch"] + 1 for row in first), default=0), best
    except BROKEN:
        return 0, 0


def _network(folder: RunFolder, roots: tuple[Path, ...]) -> str:
    """The name of the network, found without reading the whole recipe: that takes a while."""
    try:
        if not is_inside(folder.recipe, roots):
            return ""
        with folder.recipe.open(encoding="utf-8") as file:
            found = _NETWORK.search(file.read(64_000))
    except (OSError, ValueError):
        return ""
    return found[1].strip().strip("'\"") if found else ""
