"""The order of the report: each question with its answer, what is shown below, what is folded."""

from __future__ import annotations

from dataclasses import dataclass

from dojang.analysis.report.answers import Answer, Question

# By question: the parts that are its evidence, and those that are details and folded.
PARTS: dict[Question, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "trust": (("data", "split"), ("problem",)),
    "learned": (("curve",), ("model", "recipe", "profile")),
    "good": (("scores", "decision"), ()),
    "fails": (("classes", "confusion", "slices"), ("balance",)),
    "why": (("mistakes", "inside", "study"), ()),
    "next": (("steps",), ("reproduce", "versions")),
}


@dataclass(frozen=True)
class Asked:
    """A question of the report; ``shown`` and ``folded`` name templates of parts."""

    key: Question
    answer: Answer
    shown: tuple[str, ...]
    folded: tuple[str, ...]


def make_questions(answers: tuple[Answer, ...], heads: bool, profile: bool) -> tuple[Asked, ...]:
    """Lay out the questions.

    Args:
        answers: one a question.
        heads: whether the run is a frozen one: its table of heads stands where others have a curve.
        profile: whether somebody measured where the time went.
    """
    asked = []
    for answer in answers:
        shown, folded = PARTS[answer.question]
        if heads and answer.question == "learned":
            shown = ("heads",)
        folded = tuple(part for part in folded if part != "profile" or profile)
        asked.append(Asked(answer.question, answer, shown, folded))
    return tuple(asked)
