"""The verdict on a training, found in the background: it reads every file of a run."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from pathlib import Path

from dojang.analysis.curve import CHECKS
from dojang.analysis.curve.advice import Advice, advise_on, command
from dojang.analysis.curve.load import load_trainings
from dojang.app.web.background import Background
from dojang.app.web.files import MEGABYTE, Kept, identity
from dojang.app.web.runs import RunLine
from dojang.core.check import say
from dojang.core.errors import DojangError

AT_THE_END = frozenset({"not-converged", "good-fit", "underfitting"})
MOST_ASKED = 50
WAIT = 0.08  # seconds that a page waits for a verdict before it is sent without


@dataclass(frozen=True)
class Verdict:
    """What was found; ``error`` where nothing could be; neither while somebody is looking."""

    advice: Advice | None = None
    error: DojangError | None = None
    broken: bool = False

    @property
    def pending(self) -> bool:
        return self.advice is None and self.error is None and not self.broken


@dataclass(frozen=True)
class Told:
    """One finding in the words of the reader."""

    title: str
    severity: str
    found: str
    meaning: str
    advice: str
    command: str | None


class Adviser:
    """Verdicts on runs, each found once while the files stay the same."""

    def __init__(self) -> None:
        self._kept: Kept[Verdict] = Kept(MEGABYTE, lambda verdict: 4096)
        self._workers = Background("dojang-advice")
        self._asked: dict[object, Future[Verdict]] = {}

    def close(self) -> None:
        self._workers.close()

    def of(self, line: RunLine) -> Verdict:
        """Return the verdict, or one that is pending."""
        folder = line.folder
        files = (folder.history, folder.predictions("valid"), folder.faults, folder.recipe)
        key = (line.id, line.status in ("running", "killed"), *map(identity, files))
        found = self._kept.get(key)
        if found is not None:
            return found
        future = self._asked.get(key)
        if future is None:
            if len(self._asked) > MOST_ASKED:  # files that have changed since then
                self._asked = {k: f for k, f in self._asked.items() if not f.done()}
            future = self._asked[key] = self._workers.submit(lambda: _advise(line))
        try:
            verdict = future.result(WAIT)
        except Late:
            return Verdict()
        self._kept.put(key, verdict)
        self._asked.pop(key, None)
        return verdict


def told(advice: Advice, run: Path, active: bool) -> list[Told]:
    """Say all findings, what matters most first; of a training that goes on, only what is true
    before its end."""
    found = []
    for finding in advice.findings:
        if active and finding.name in AT_THE_END:
            continue
        check = CHECKS[finding.name]
        found.append(Told(check.title, finding.severity, say(finding), check.meaning,
                          check.advice, command(finding, run)))  # fmt: skip
    return found


def _advise(line: RunLine) -> Verdict:
    assert line.record is not None
    try:
        return Verdict(advise_on(load_trainings(line.folder, line.record)))
    except DojangError as error:
        return Verdict(error=error)
    except Exception as error:  # files of a run may hold anything
        logging.getLogger("dojang.studio").debug("no verdict on %s: %r", line.id, error)
        return Verdict(broken=True)
