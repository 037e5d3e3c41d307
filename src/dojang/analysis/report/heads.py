"""The settings of the head that a frozen run tried: ``heads.json`` as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import number, percent
from dojang.core.i18n import t


@dataclass(frozen=True)
class Shown:
    """A score as text, and its interval."""

    value: str
    interval: str


@dataclass(frozen=True)
class HeadRow:
    """One setting as text; ``folds`` names those that keep it."""

    strength: str
    smoothing: str
    loss: Shown
    accuracy: Shown
    folds: str


@dataclass(frozen=True)
class HeadsTable:
    """The table and what is said of it.

    Attributes:
        said: what was done.
        rule: how a setting was chosen, and whether the scores are free of that choice.
        cost: the seconds that it took.
        left: how many settings had not settled, or an empty text.
    """

    said: str
    rule: str
    rows: tuple[HeadRow, ...]
    cost: str
    left: str


def make_heads(files: RunFiles) -> HeadsTable | None:
    """Lay out ``heads.json``; None where the run was not frozen."""
    tree = files.heads
    if not tree or not tree.get("settings"):
        return None
    settings = tree["settings"]
    left = sum(not entry.get("converged", True) for entry in settings)
    spent = tree.get("seconds") or {}
    rule = "own" if tree.get("rule") == "own" else "others"
    return HeadsTable(
        said=t("report.heads.say", width=tree.get("width", "?"), count=len(settings)),
        rule=t(f"report.heads.{rule}"),
        rows=tuple(_row(entry, files.record.folds) for entry in settings),
        cost=t("report.heads.cost", **{k: _seconds(spent.get(k)) for k in ("features", "heads")}),
        left=t("report.heads.left", count=left) if left else "",
    )


def _row(entry: Mapping[str, Any], folds: int) -> HeadRow:
    kept = [str(place + 1) for place in entry.get("folds") or ()]
    return HeadRow(
        strength=f"{entry['strength']:.3g}",
        smoothing=f"{entry['smoothing']:g}",
        loss=_shown(entry["loss"], number),
        accuracy=_shown(entry["accuracy"], percent),
        folds=("✓" if folds == 1 else ", ".join(kept)) if kept else "",
    )


def _shown(score: Mapping[str, float], text: Callable[[float], str]) -> Shown:
    return Shown(text(score["value"]), f"{text(score['low'])} – {text(score['high'])}")


def _seconds(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, int | float) else "?"
