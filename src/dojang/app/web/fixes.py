"""Labels that are corrected in the studio: rows of the run's ``labels.csv``.

It is the table that ``dojang labels`` writes for people to edit, and that ``dojang labels --fix``
applies. Nothing else of a run is ever written here.
"""

from __future__ import annotations

import shlex
import threading
from dataclasses import dataclass
from pathlib import Path

from dojang.analysis.label_edit import (
    Mark,
    Marked,
    mark_of,
    marked_rows,
    open_table,
    table_text,
    with_mark,
)
from dojang.app.web.answers import Answers
from dojang.app.web.files import MEGABYTE, Identity, Kept, identity, is_inside
from dojang.app.web.runs import RunLine
from dojang.core.errors import DataError
from dojang.core.store import write_text

DROP, CLEAR = "drop", "clear"
TRIES = 5
MOST_UNDONE = 200


@dataclass(frozen=True)
class _Step:
    """What stood in a row before it was changed here, and what it was changed to."""

    id: str
    before: Mark
    after: Mark


class Fixes:
    """Writes decisions into the tables of runs, one after the other."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots
        self._lock = threading.Lock()
        self._steps: dict[str, list[_Step]] = {}
        self._rows: Kept[tuple[Marked, ...]] = Kept(
            8 * MEGABYTE, lambda rows: 100 + 300 * len(rows)
        )

    def rows(self, line: RunLine) -> tuple[Marked, ...]:
        """Return the decisions of a run.

        Raises:
            DataError: the table cannot be read, or leads out of the roots.
        """
        path = self._path(line)
        key = line.id, identity(path)
        return self._rows.made(key, lambda: tuple(marked_rows(open_table(path))))

    def can_undo(self, line: RunLine) -> bool:
        """Was something changed here that can be taken back?"""
        return bool(self._steps.get(line.id))

    def set(self, line: RunLine, answers: Answers, row: int, choice: str) -> Mark:
        """Decide about the label of an image.

        Args:
            choice: ``drop`` (leave it out), ``clear`` (no decision), or the index of a class.

        Raises:
            DataError: the choice is none, the part is not that of validation, or the table cannot
                be used.
        """
        said = answers.said
        if said.part != "valid":
            raise DataError("studio.fix.part")
        mark = _mark(choice, said.classes, answers.label_of(row))
        suggested = said.classes[int(answers.predicted[row])] if answers.wrong[row] else ""
        label = answers.facts.of(said.ids[row]).label or answers.label_of(row)
        with self._lock:
            before = self._write(line, said.ids[row], label, suggested, mark)
            steps = self._steps.setdefault(line.id, [])
            steps.append(_Step(said.ids[row], before, mark))
            del steps[:-MOST_UNDONE]
        return mark

    def undo(self, line: RunLine) -> str | None:
        """Take back the last decision that was made here; return whose it was, None where there is
        none. A row that somebody else has changed since then stays as it is."""
        with self._lock:
            steps = self._steps.get(line.id)
            if not steps:
                return None
            step = steps[-1]
            path = self._path(line)
            if mark_of(open_table(path), step.id) == step.after:
                self._write(line, step.id, "", "", step.before)
            steps.pop()
            return step.id

    def _write(
        self, line: RunLine, identifier: str, label: str, suggested: str, mark: Mark
    ) -> Mark:
        """Write one decision beside all others; return what stood there before."""
        path = self._path(line)
        for _ in range(TRIES):
            state: Identity | None = identity(path)
            frame = open_table(path)
            before = mark_of(frame, identifier)
            text = table_text(with_mark(frame, identifier, label, suggested, mark))
            if identity(path) == state:  # nobody else wrote in between
                write_text(path, text)
                return before
        raise DataError("studio.fix.busy", path=path)

    def _path(self, line: RunLine) -> Path:
        path = line.folder.labels
        if not is_inside(path, self._roots):
            raise DataError("studio.links")
        return path


def apply_command(line: RunLine) -> str:
    """Return the command that makes a corrected manifest of the decisions."""
    table = Path(line.shown) / "labels.csv"
    return shlex.join(["dojang", "labels", line.shown, "--fix", str(table)])


def _mark(choice: str, classes: tuple[str, ...], label: str) -> Mark:
    if choice == CLEAR:
        return Mark()
    if choice == DROP:
        return Mark(action="drop")
    if not (choice.isascii() and choice.isdecimal() and len(choice) < 8):
        raise DataError("studio.fix.choice")
    if int(choice) >= len(classes):
        raise DataError("studio.fix.choice")
    name = classes[int(choice)]
    return Mark(action="keep") if name == label else Mark(new_label=name)
