"""From probabilities to answers: the calibration diagram, what a goal moved, what is held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dojang.analysis.abstain import NEVER
from dojang.analysis.report.balance import Recalls, make_recalls
from dojang.analysis.report.charts import Line, Panel, draw
from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import count, message, number, percent
from dojang.core.i18n import t

COVERAGES = (1.0, 0.9, 0.8, 0.5)


@dataclass(frozen=True)
class BinRow:
    """Answers of like confidence: how sure, how often right, with its interval, how many."""

    confidence: str
    right: str
    interval: str
    n: str


@dataclass(frozen=True)
class Decision:
    """The section.

    Attributes:
        scaled: what was done to the probabilities, in a sentence.
        errors: calibration error before and after, as text.
        losses: log loss of each kind of scaling that was tried, cross-fitted.
        diagram: the reliability diagram, and the curve of risk against coverage, as SVG.
        bins: the diagram as a table.
        goal: what the goal did, in a sentence, or "".
        recalls: recall by class without and with the goal.
        coverages: how many of the surest answers are wrong, by share of answers given.
        floors: least confidence of each class for an answer to be given; empty where all are.
        held_back: what is held back, in a sentence, or "".
    """

    scaled: str
    errors: tuple[str, str]
    losses: tuple[tuple[str, str], ...]
    diagram: str
    risk: str
    bins: tuple[BinRow, ...]
    goal: str
    recalls: Recalls | None
    coverages: tuple[tuple[str, str], ...]
    floors: tuple[tuple[str, str], ...]
    held_back: str


def make_decision(files: RunFiles) -> Decision | None:
    """Lay out ``decisions.json``; None where the run has none, or one of an older kind."""
    tree = files.decisions or {}
    if "calibration" not in tree:
        return None
    calibration, abstention = tree["calibration"], tree["abstention"]
    errors = calibration["error"]
    rule = tree.get("rule") or {}
    return Decision(
        scaled=_scaled(calibration),
        errors=(percent(errors["before"]), percent(errors["after"])),
        losses=tuple(
            (t(f"decision.word.{kind}"), number(loss))
            for kind, loss in calibration["log_loss"].items()
        ),
        diagram=_diagram(calibration),
        risk=_risk(abstention["curve"]),
        bins=tuple(_bin(entry) for entry in calibration["after"]),
        goal=_goal(tree),
        recalls=make_recalls(tree.get("crossed"), files.record.classes, rule.get("offsets")),
        coverages=_coverages(abstention["curve"]),
        floors=_floors(rule.get("floors")),
        held_back=_held_back(abstention),
    )


def _scaled(calibration: Mapping[str, Any]) -> str:
    kind = calibration["kind"]
    if kind == "none":
        return t("report.decision.unscaled")
    key = "surer" if calibration["temperature"] > 1 else "shyer"
    return t(f"report.decision.{kind}.{key}", temperature=f"{calibration['temperature']:.2f}")


def _diagram(calibration: Mapping[str, Any]) -> str:
    lines = [Line((0.0, 1.0), (0.0, 1.0), accent=False, faint=True)]
    scaled = calibration["kind"] != "none"
    if scaled:
        lines.append(_bins_line(calibration["before"], False, t("report.decision.before")))
    name = t("report.decision.after" if scaled else "report.decision.right")
    lines.append(_bins_line(calibration["after"], True, name))
    bars = tuple(
        (b["confidence"], b["right"]["low"], b["right"]["high"]) for b in calibration["after"]
    )
    panel = Panel(
        "reliability", (400, 300), tuple(lines), bars=bars, share=True, share_x=True,
        title=t("report.decision.diagram"), at=lambda x: t("report.chart.sure", share=percent(x)),
    )  # fmt: skip
    return draw(panel)


def _bins_line(bins: Sequence[Mapping[str, Any]], accent: bool, name: str) -> Line:
    rights = [b["right"]["value"] for b in bins]
    return Line([b["confidence"] for b in bins], rights, accent, name=name)


def _risk(curve: Sequence[Mapping[str, float]]) -> str:
    risks, name = [p["risk"] for p in curve], t("report.decision.wrong")
    line = Line([p["coverage"] for p in curve], risks, accent=True, name=name)
    panel = Panel(
        "risk", (400, 300), (line,), share=True, share_x=True, from_zero=True,
        title=t("report.decision.risk"), at=lambda x: t("report.chart.given", share=percent(x)),
    )  # fmt: skip
    return draw(panel)


def _bin(entry: Mapping[str, Any]) -> BinRow:
    right = entry["right"]
    return BinRow(
        percent(entry["confidence"]), percent(right["value"]),
        f"{percent(right['low'])} – {percent(right['high'])}", count(entry["n"]),
    )  # fmt: skip


def _goal(tree: Mapping[str, Any]) -> str:
    if tree.get("gain") is None:
        return ""
    name = message(f"decision.word.{tree['asked']['goal']}") or str(tree["asked"]["goal"])
    return t(f"report.decision.goal.{'used' if tree['used'] else 'unused'}", goal=name)


def _coverages(curve: Sequence[Mapping[str, float]]) -> tuple[tuple[str, str], ...]:
    """The risk at a few coverages: that of the last floor that gives no more answers."""
    rows = []
    for wanted in COVERAGES:
        reached = [p for p in curve if p["coverage"] <= wanted + 1e-9]
        if reached:
            rows.append((percent(reached[-1]["coverage"], 0), percent(reached[-1]["risk"])))
    return tuple(dict(rows).items())


def _floors(floors: Mapping[str, float] | None) -> tuple[tuple[str, str], ...]:
    if not floors:
        return ()
    never = t("report.decision.never")
    return tuple((name, never if f >= NEVER else percent(f)) for name, f in floors.items())


def _held_back(abstention: Mapping[str, Any]) -> str:
    if abstention["coverage"] is None:
        return ""
    return t(
        "report.decision.held_back",
        coverage=percent(abstention["coverage"]), accuracy=percent(abstention["accuracy"]),
    )  # fmt: skip
