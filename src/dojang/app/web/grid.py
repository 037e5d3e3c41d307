"""What the pages of images show: a grid with filters, one image, the list of corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dojang.analysis.label_edit import Mark
from dojang.analysis.report.slices import slice_name
from dojang.app.web.answers import SHOWS, SORTS, Answers, Rows, Wish
from dojang.app.web.asking import PARTS, Bad, address_of, wish_of, word
from dojang.app.web.fixes import apply_command
from dojang.app.web.library import slices_of
from dojang.app.web.runs import RunLine
from dojang.app.web.studio import Studio
from dojang.core.errors import DojangError
from dojang.core.i18n import t
from dojang.core.types import file_name

PAGE = 60
TOP = 5


@dataclass(frozen=True)
class Cell:
    """One image: its row, and what is said of it."""

    row: int
    id: str
    name: str
    label: str
    answer: str
    confidence: float
    right: bool
    known: bool
    doubt: float
    mark: Mark


def opened_part(studio: Studio, line: RunLine, query: Mapping[str, str]) -> Answers:
    """Return the answers of the part that is asked for.

    Raises:
        Bad: the test part is sealed, or there is no such part.
        RunError: there are no answers, or their file is broken.
    """
    part = word(query, "part", PARTS, "valid")
    if part == "test" and not line.opened:
        raise Bad(403, "studio.sealed")
    return studio.library.open(line, part)


def rows_of(
    studio: Studio, line: RunLine, answers: Answers, query: Mapping[str, str]
) -> tuple[Wish, Rows, list[Mapping[str, Any]]]:
    """Return the wish, the rows that meet it, and the slices of the part."""
    slices = slices_of(line.folder, answers.said.part)
    wish = wish_of(query, len(answers.said.classes), len(slices))
    if wish.slice is not None and not slices:
        raise Bad(404, "studio.no_slice")
    return wish, studio.library.rows(line, answers, wish), slices


def grid_page(studio: Studio, line: RunLine, query: Mapping[str, str]) -> dict[str, Any]:
    """Lay out one page of the grid."""
    try:
        answers = opened_part(studio, line, query)
        wish, rows, slices = rows_of(studio, line, answers, query)
    except DojangError as error:
        return {"line": line, "error": error, "parts": _parts(line)}
    pages = max(1, -(-len(rows) // PAGE))
    wish = replace(wish, page=min(wish.page, pages))
    start = (wish.page - 1) * PAGE
    marks, table_error = _marks(studio, line)
    wrong = int(answers.wrong[rows].sum())
    return {
        "line": line, "error": None, "wish": wish, "address": lambda **c: address_of(wish, **c),
        "cells": [_cell(answers, int(row), marks) for row in rows[start : start + PAGE]],
        "found": len(rows), "total": len(answers), "wrong": wrong, "pages": pages,
        "first": start + 1, "classes": answers.said.classes, "shows": SHOWS, "sorts": SORTS,
        "slices": [(i, _slice_name(entry), entry) for i, entry in enumerate(slices)],
        "parts": _parts(line), "judged": answers.judged, "fixed": len(marks),
        "suspects": int((answers.doubt >= 0.5).sum()), "table_error": table_error,
    }  # fmt: skip


def image_page(
    studio: Studio, line: RunLine, row_text: str, query: Mapping[str, str]
) -> dict[str, Any]:
    """Lay out one image; its neighbours in the grid are those of the filters in the address."""
    answers = opened_part(studio, line, query)
    row = studio.row(answers, row_text)
    wish, rows, _ = rows_of(studio, line, answers, query)
    place = np.flatnonzero(rows == row)
    at = int(place[0]) if len(place) else None
    marks, table_error = _marks(studio, line)
    said = answers.said
    shares = said.probabilities[row]
    top = np.argsort(-shares, kind="stable")[:TOP].tolist()
    target = int(said.targets[row])
    if target >= 0 and target not in top:
        top.append(target)
    fact = answers.facts.of(said.ids[row])
    near = studio.neighbours.of(line, answers, said.ids[row])
    return {
        "line": line, "wish": wish, "address": lambda **c: address_of(wish, **c),
        "cell": _cell(answers, row, marks), "part": said.part, "row": row,
        "loss": answers.loss(row) if target >= 0 else None, "margin": float(answers.margin[row]),
        "top": [(i, said.classes[i], float(shares[i])) for i in top], "classes": said.classes,
        "target": target, "predicted": int(answers.predicted[row]), "near": near,
        "size": (fact.width, fact.height) if fact.width else None,
        "before": int(rows[at - 1]) if at else None,
        "after": int(rows[at + 1]) if at is not None and at + 1 < len(rows) else None,
        "at": at, "found": len(rows), "page": at // PAGE + 1 if at is not None else 1,
        "table_error": table_error,
        "decided": fix_text(_cell(answers, row, marks).mark, answers.label_of(row)),
        "judged": answers.judged, "can_undo": studio.fixes.can_undo(line),
    }  # fmt: skip


def fixes_page(studio: Studio, line: RunLine) -> dict[str, Any]:
    """Lay out the list of corrections."""
    places: dict[str, int] = {}
    error = None
    rows: tuple[Any, ...] = ()
    try:
        rows = studio.fixes.rows(line)
        wanted = {row.id for row in rows}
        if wanted:
            said = studio.library.open(line, "valid").said
            places = {name: i for i, name in enumerate(said.ids) if name in wanted}
    except DojangError as found:
        error = found
    return {
        "line": line, "error": error, "rows": [(row, places.get(row.id)) for row in rows[:2000]],
        "total": len(rows), "command": apply_command(line), "can_undo": studio.fixes.can_undo(line),
    }  # fmt: skip


def fix_text(mark: Mark, label: str) -> str:
    """Say what is decided of a label."""
    if mark.empty:
        return t("studio.fix.nothing", label=label or "–")
    if mark.new_label.strip():
        return t("studio.fix.becomes", label=label, new=mark.new_label.removeprefix("'"))
    if mark.known_action == "drop":
        return t("studio.fix.dropped")
    return t("studio.fix.kept", label=label)


def _marks(studio: Studio, line: RunLine) -> tuple[dict[str, Mark], DojangError | None]:
    try:
        return {row.id.removeprefix("'"): row.mark for row in studio.fixes.rows(line)}, None
    except DojangError as error:
        return {}, error


def _cell(answers: Answers, row: int, marks: Mapping[str, Mark]) -> Cell:
    said = answers.said
    name = said.ids[row]
    answer = said.classes[int(answers.predicted[row])]
    return Cell(
        row, name, file_name(name), answers.label_of(row), answer,
        float(answers.confidence[row]), bool(answers.right[row]), int(said.targets[row]) >= 0,
        float(answers.doubt[row]), marks.get(name.removeprefix("'"), Mark()),
    )  # fmt: skip


def _parts(line: RunLine) -> tuple[str, ...]:
    return PARTS if line.opened else ("valid",)


def _slice_name(entry: Mapping[str, Any]) -> str:
    try:
        return slice_name(entry)
    except (KeyError, TypeError, ValueError):
        return str(entry.get("column", "?"))[:80]
