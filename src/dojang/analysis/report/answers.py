"""The questions of the report, each answered in one sentence from the facts of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dojang.analysis.curve import CHECKS
from dojang.analysis.report.errors import SURE
from dojang.analysis.report.results import part_name
from dojang.analysis.report.steps import Known, Step
from dojang.analysis.report.words import count, percent
from dojang.core.check import say
from dojang.core.i18n import t
from dojang.core.types import Evaluation

Level = Literal["good", "watch", "bad", "unknown", "next"]
Question = Literal["trust", "learned", "good", "fails", "why", "next"]

FEW = 20  # training images below which a class is hardly learnt
UNEVEN = 10.0  # times that the largest class may be as large as the smallest
REFUSED = 0.01  # share of files that may fail before somebody should look
WIDE = 0.05  # half of an interval, above which a score says little
DOUBTS = 0.01  # share of labels in doubt above which somebody should look
MEETING = ("split.note.copies", "split.note.groups", "split.note.clusters")


@dataclass(frozen=True)
class Answer:
    """One sentence, and whether it calls for a second look."""

    question: Question
    level: Level
    sentence: str


def make_answers(
    known: Known, scored: Evaluation | None, steps: tuple[Step, ...], heads: str
) -> tuple[Answer, ...]:
    """Answer all questions in their order.

    Args:
        known: what the run's files hold.
        scored: of the part that the headline is of, or None where nothing was scored.
        steps: what to do, the first one first.
        heads: what a frozen run says of its heads, "" for others.
    """
    return (
        _trust(known), _learned(known, heads), _good(known, scored), _fails(known, scored),
        _why(known), Answer("next", "next", steps[0].title),
    )  # fmt: skip


def straddling(split: Mapping[str, Any] | None) -> int:
    """Return how many sets of copies, near-duplicates or groups are in several parts."""
    counts = [
        (note.get("values") or {}).get("count")
        for note in _keyed((split or {}).get("notes"))
        if note["key"] in MEETING
    ]
    return sum(count for count in counts if isinstance(count, int))


def _keyed(facts: Any) -> list[Mapping[str, Any]]:
    """Facts of the split as they are written today; runs of old have bare keys."""
    return [fact for fact in facts or () if isinstance(fact, Mapping) and "key" in fact]


def _trust(known: Known) -> Answer:
    files = known.files
    if files.split is None:
        return _answer("trust", "unknown")
    if known.straddling:
        return _answer("trust", "watch", "straddling", n=count(known.straddling))
    data = files.record.data
    refused, samples = int(data.get("refused") or 0), int(data.get("samples") or 0)
    if refused > REFUSED * max(1, samples + refused):
        values = {"n": count(refused), "all": count(samples + refused)}
        return _answer("trust", "watch", "refused", **values)
    counts = data.get("counts") or {}
    sizes: Mapping[str, int] = counts.get("train") or counts.get("cv") or {}
    if sizes and min(sizes.values()) < FEW:
        least = min(sizes, key=lambda name: sizes[name])
        return _answer("trust", "watch", "few", name=least, n=count(sizes[least]))
    if sizes and max(sizes.values()) >= UNEVEN * min(sizes.values()):
        least, most = (pick(sizes, key=lambda name: sizes[name]) for pick in (min, max))
        times = f"{sizes[most] / sizes[least]:.0f}"
        return _answer("trust", "watch", "uneven", largest=most, smallest=least, times=times)
    proofs = {str(proof["key"]) for proof in _keyed(files.split.get("proofs"))}
    if "split.proved.clusters" not in proofs:
        return _answer("trust", "watch", "unlooked")
    return _answer("trust", "good", "whole")


def _learned(known: Known, heads: str) -> Answer:
    if heads:
        return Answer("learned", "good", heads)
    if not known.files.history:
        return _answer("learned", "unknown")
    if known.advice is None:
        return _answer("learned", "unknown", "unjudged")
    finding = known.advice.verdict
    levels: dict[str, Level] = {"error": "bad", "warning": "watch", "note": "good"}
    said = f"{CHECKS[finding.name].title}: {say(finding)}"
    found, folds = known.advice.in_folds[finding.name], known.advice.folds
    if folds > 1:
        said = f"{said} {t('curve.in_folds', count=found, folds=folds)}"
    return Answer("learned", levels[finding.severity], said)


def _good(known: Known, scored: Evaluation | None) -> Answer:
    if scored is None or "accuracy" not in scored.metrics:
        return _answer("good", "unknown")
    score = scored.metrics["accuracy"]
    largest = max((entry.support for entry in scored.per_class), default=0) / max(1, scored.n)
    folds = known.files.record.folds
    values = {
        "value": percent(score.value), "low": percent(score.low), "high": percent(score.high),
        "n": count(scored.n), "part": part_name(scored.part, folds), "base": percent(largest),
    }  # fmt: skip
    if score.low <= largest:
        return _answer("good", "bad", "guessing", **values)
    if scored.part != "test" and folds == 1:
        return _answer("good", "watch", "valid", **values)
    level: Level = "watch" if score.high - score.low > 2 * WIDE else "good"
    return _answer("good", level, "test" if scored.part == "test" else "folds", **values)


def _fails(known: Known, scored: Evaluation | None) -> Answer:
    weak = known.weakest
    if scored is None or weak is None:
        return _answer("fails", "unknown")
    values = {
        "name": weak.name, "share": percent(weak.value), "low": percent(weak.low),
        "high": percent(weak.high), "n": count(weak.n), "other": weak.other,
    }  # fmt: skip
    if not weak.stands_out:
        return _answer("fails", "good", "even", **values)
    return _answer("fails", "watch", weak.lacks if weak.other else "alone", **values)


def _why(known: Known) -> Answer:
    errors = known.errors
    if errors is None:
        return _answer("why", "unknown")
    if not errors.wrong:
        return _answer("why", "good", "none", n=count(errors.n))
    values = {
        "wrong": count(errors.wrong), "sure": count(errors.sure), "limit": percent(SURE, 0),
        "suspects": count(errors.suspects), "n": count(errors.n),
    }  # fmt: skip
    doubtful = errors.suspects > DOUBTS * errors.n
    return _answer("why", "watch" if doubtful else "good", "errors", **values)


def _answer(question: Question, level: Level, kind: str = "unknown", /, **values: object) -> Answer:
    return Answer(question, level, t(f"report.answer.{question}.{kind}", **values))
