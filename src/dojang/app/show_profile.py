"""The profile of a training as text."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

from dojang.analysis.profile import PROFILE, TRACE, Profile
from dojang.analysis.report.profile import beside, part_name
from dojang.analysis.report.words import NO_VALUE, duration, percent
from dojang.core.i18n import t
from dojang.core.store import RunFolder, read_json

SHOWN_OPERATORS = 5


def tree(folder: RunFolder) -> dict[str, Any] | None:
    """Return the profile as JSON, with the paths of its files; None where the run ended before."""
    if not (folder.path / PROFILE).is_file():
        return None
    paths = {"path": str(folder.path / PROFILE), "trace": str(folder.path / TRACE)}
    return _read(folder).to_json() | paths


def table(folder: RunFolder) -> None:
    """Print where the time went, if the run came so far."""
    if not (folder.path / PROFILE).is_file():
        return
    profile = _read(folder)
    _say(
        t(
            "profile.title", seconds=duration(profile.seconds), images=f"{profile.images:,}",
            steps=f"{profile.steps:,}", rate=f"{profile.rate:,.0f}",
        )
    )  # fmt: skip
    _rows(
        ["profile.part", "profile.seconds", "profile.share", "profile.rate"],
        [
            [
                part_name(row.name), f"{row.seconds:.2f}", percent(row.share),
                NO_VALUE if row.rate is None else f"{row.rate:,.0f}",
            ]
            for row in profile.rows
        ],
    )  # fmt: skip
    if profile.beside:
        _say(beside(profile))
    if profile.operators:
        _say(t("profile.operators", steps=profile.operator_steps))
        _rows(
            ["profile.operator", "profile.seconds", "profile.share", "profile.calls"],
            [
                [o.name, f"{o.seconds:.3f}", percent(o.share), f"{o.calls:,}"]
                for o in profile.operators[:SHOWN_OPERATORS]
            ],
        )
    else:
        _say(t("profile.no_operators"))
    _say(t("profile.trace", path=folder.path / TRACE))


def _read(folder: RunFolder) -> Profile:
    return Profile.from_json(read_json(folder.path / PROFILE))


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns; the first to the left, numbers to the right."""
    lines = [[t(head) for head in heads], *rows]
    widths = [max(_width(line[i]) for line in lines) for i in range(len(heads))]
    for line in lines:
        first = line[0] + " " * (widths[0] - _width(line[0]))
        rest = (
            " " * (width - _width(text)) + text
            for text, width in zip(line[1:], widths[1:], strict=True)
        )
        _say("  " + "  ".join([first, *rest]))


def _width(text: str) -> int:
    """Columns that a terminal gives a text: Hangul takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
