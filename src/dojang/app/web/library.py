"""Answers of runs, as many as fit into memory, and what is computed from them once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dojang.analysis.slice_columns import column_of
from dojang.analysis.slices import members
from dojang.app.web.answers import Answers, Mask, Rows, Wish, chosen
from dojang.app.web.background import Background
from dojang.app.web.files import MEGABYTE, Kept, identity, read_tree
from dojang.app.web.reading import read_answers
from dojang.app.web.runs import RunLine
from dojang.core.errors import RunError
from dojang.core.store import RunFolder

ROOM = 256 * MEGABYTE
MOST_SLICES = 400
JUDGE_AFTER = 0.7  # seconds


class Library:
    """Answers of runs, as many as fit into memory, each read once while its file is the same."""

    def __init__(self, room: int = ROOM) -> None:
        self._kept: Kept[Answers] = Kept(room, lambda answers: answers.size)
        self._orders: Kept[Rows] = Kept(48 * MEGABYTE, lambda rows: rows.nbytes + 300)
        self._slices: Kept[Mask] = Kept(16 * MEGABYTE, lambda mask: mask.nbytes + 100)
        self._judge = Background("dojang-judge")
        self._judging: set[int] = set()
        self._lock = threading.Lock()

    def close(self) -> None:
        self._judge.close()

    def open(self, line: RunLine, part: str) -> Answers:
        """Return the answers of a part.

        Raises:
            RunError: there are none, the test part is sealed, or a file is broken or too large.
        """
        folder = line.folder
        if part == "test" and not line.opened:
            raise RunError("studio.sealed")
        state = identity(folder.predictions(part))
        if state is None:
            raise RunError(f"studio.no_answers.{part}")
        key = (line.id, part, state, identity(folder.manifest))
        answers = self._kept.made(key, lambda: read_answers(folder, part, state[1]))
        with self._lock:
            if not answers.judged and id(answers) not in self._judging:
                self._judging.add(id(answers))
                self._judge.submit(lambda: self._judged(answers))
        return answers

    def _judged(self, answers: Answers) -> None:
        try:
            self._judge.closed.wait(JUDGE_AFTER)  # the page that is being looked at comes first
            answers.judge()
        except Exception:  # whatever a made-up table brings about, its labels stay unjudged
            answers._judged["wrong"] = np.zeros(len(answers))
        finally:
            self._judging.discard(id(answers))

    def rows(self, line: RunLine, answers: Answers, wish: Wish) -> Rows:
        """Return the rows that are wished for, in order.

        Raises:
            RunError: there is no such slice, or its images cannot be told any more.
        """
        number, folder, part = wish.slice, line.folder, answers.said.part
        states = identity(folder.slices(part)), identity(folder.predictions(part))
        key = (line.id, replace(wish, page=1), states, answers.judged)

        def find() -> Rows:
            inside = None if number is None else self.inside(line, answers, number)
            return chosen(answers, wish, inside)

        return self._orders.made(key, find)

    def inside(self, line: RunLine, answers: Answers, number: int) -> Mask:
        """Return which rows are in a slice of the run.

        Raises:
            RunError: there is no such slice, or its images cannot be told any more.
        """
        folder, part = line.folder, answers.said.part
        entries = slices_of(folder, part)
        if number >= len(entries):
            raise RunError("studio.no_slice")
        key = (line.id, part, number, identity(folder.slices(part)),
               identity(folder.predictions(part)))  # fmt: skip
        return self._slices.made(key, lambda: _members(folder, answers, entries[number]))


def slices_of(folder: RunFolder, part: str) -> list[Mapping[str, Any]]:
    """Return the slices that a page can filter by; clusters are not kept, so they cannot."""
    path = folder.slices(part)
    if identity(path) is None:
        return []
    tree = read_tree(path)
    try:
        return [entry for entry in tree["slices"][:MOST_SLICES] if _is_slice(entry)]
    except (KeyError, TypeError) as error:
        raise RunError("run.broken", path=path, reason=error) from error


def _is_slice(entry: Any) -> bool:
    """Does an entry have what the page says of it, and can its images be found again?"""
    return (
        isinstance(entry, dict)
        and entry.get("kind") in ("range", "value", "rest")
        and isinstance(entry.get("column"), str)
        and isinstance(entry.get("n"), int)
        and {"value", "low", "high", "gap", "sure"} <= set(entry)
        and isinstance(entry["gap"], int | float)
    )


def _members(folder: RunFolder, answers: Answers, entry: Mapping[str, Any]) -> Mask:
    try:
        name = str(entry["column"])
        found = members(entry, {name: column_of(folder, answers.said.ids, name)})
    except (KeyError, TypeError, ValueError) as error:  # an image that the manifest does not know
        raise RunError("studio.no_slice") from error
    if found is None:
        raise RunError("studio.no_slice")
    return found
