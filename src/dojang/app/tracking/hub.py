"""Tells trackers what the loop yields and what the run writes, and keeps them from harming it.

Each epoch is told once: a tracker says which ones it holds from earlier sittings, and is told those
that the history has and it has not. What it was told at the end, and under which id it finds the
run again, is in ``track.json``. A tracker that raises is left out for the rest of the sitting.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dojang.app.screen import Screen
from dojang.app.tracking.base import (
    CasePicture,
    Outcome,
    Picture,
    Point,
    RunFacts,
    Tracker,
)
from dojang.app.tracking.registry import TRACKERS
from dojang.core.faults import Fault
from dojang.core.store import RunFolder, read_json, write_json
from dojang.core.types import EpochRecord, Evaluation
from dojang.train.loop import Event
from dojang.train.watch import save_by_fold

Draw = Callable[[], tuple[list[Picture], list[CasePicture]]]
OF_THE_RUN = -1  # in faults.json: no fold's
REASON = 300  # letters of what a library says when it fails


@dataclass
class _Live:
    """A tracker at work."""

    name: str
    tracker: Tracker
    points: set[Point] = field(default_factory=set)


class Trackers:
    """All trackers of one sitting."""

    def __init__(self, folder: RunFolder, screen: Screen) -> None:
        self._folder, self._screen = folder, screen
        self._live: list[_Live] = []
        self._epoch = 0
        self._kept: dict[str, dict[str, Any]] = (
            read_json(folder.track) if folder.track.is_file() else {}
        )

    def begin(self, names: tuple[str, ...], run: RunFacts, history: list[EpochRecord]) -> None:
        """Open trackers, and tell them the epochs that they lack."""
        for name in names:
            self._safely(name, partial(self._open, name, run))
        self.catch_up(history)

    def see(self, event: Event | Fault, record: EpochRecord | None) -> None:
        """Tell an epoch as it ends."""
        if record is not None:
            self._tell(record)

    def catch_up(self, history: list[EpochRecord]) -> None:
        """Tell all epochs that were not told."""
        for record in sorted(history, key=lambda r: (r.fold, r.epoch)):
            self._tell(record)

    def results(self, evaluation: Evaluation, epochs: int, draw: Draw) -> None:
        """Tell the scores and the pictures of a part to whom they were not told after as many
        epochs."""
        mark = mark_of(evaluation.part, epochs)
        for live in list(self._live):
            if mark not in self._kept[live.name]["told"]:
                self._safely(live.name, partial(self._results, live, evaluation, epochs, draw))

    def end(self, outcome: Outcome) -> None:
        """Say how it ended."""
        for live in list(self._live):
            self._safely(live.name, partial(live.tracker.end, outcome))

    def close(self) -> None:
        """Let go of all trackers."""
        for live in list(self._live):
            self._safely(live.name, live.tracker.close)
        self._live.clear()

    def _open(self, name: str, run: RunFacts) -> None:
        live = _Live(name, TRACKERS[name]().make())
        self._live.append(live)
        kept = self._kept.setdefault(name, {"id": None, "told": []})
        begun = live.tracker.begin(run, kept["id"])
        live.points |= begun.points
        kept["id"] = begun.id
        write_json(self._folder.track, self._kept)
        self._screen.note("track.where", name=name, place=begun.place)

    def _tell(self, record: EpochRecord) -> None:
        self._epoch = record.epoch
        point = (record.fold, record.epoch)
        for live in list(self._live):
            if point not in live.points:
                live.points.add(point)
                self._safely(live.name, partial(live.tracker.epoch, record))

    def _results(self, live: _Live, evaluation: Evaluation, epochs: int, draw: Draw) -> None:
        live.tracker.scores(evaluation, epochs)
        pictures, cases = draw()
        live.tracker.pictures(evaluation.part, pictures, cases, epochs)
        self._kept[live.name]["told"].append(mark_of(evaluation.part, epochs))
        write_json(self._folder.track, self._kept)

    def _safely(self, name: str, call: Callable[[], None]) -> None:
        """Call a tracker; leave it out where it raises. What it prints is no result of ours."""
        try:
            with redirect_stdout(sys.stderr):
                call()
        except Exception as error:
            self._drop(name, error)

    def _drop(self, name: str, error: Exception) -> None:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:REASON]
        for live in [live for live in self._live if live.name == name]:
            self._live.remove(live)
            with suppress(Exception), redirect_stdout(sys.stderr):
                live.tracker.close()
        fault = Fault("tracker", 0, self._epoch, "untracked", detail=(name, reason))
        self._screen.note("faults.untracked", name=name, epoch=self._epoch + 1, reason=reason)
        with suppress(Exception):  # the disk may be what is full
            before = read_json(self._folder.faults) if self._folder.faults.is_file() else []
            lines = [line for line in before if line["fold"] == OF_THE_RUN]
            save_by_fold(self._folder.faults, OF_THE_RUN, [*lines, fault.to_json()])


def mark_of(part: str, epochs: int) -> str:
    """Return what is kept of a part that was told: after more epochs it has other scores."""
    return f"{part}@{epochs}"


def told(folder: RunFolder, name: str, mark: str) -> bool:
    """Was a tracker told of a part?"""
    kept = read_json(folder.track) if folder.track.is_file() else {}
    return mark in kept.get(name, {}).get("told", [])


@contextmanager
def surroundings(names: tuple[str, ...]) -> Iterator[None]:
    """Set what the libraries of trackers read from the environment, where the user has not, and
    take it back afterwards."""
    wanted: Mapping[str, str] = {
        key: value for name in names for key, value in (TRACKERS[name]().environment or {}).items()
    }
    ours = {key: value for key, value in wanted.items() if key not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for key in ours:
            os.environ.pop(key, None)
