"""From the recipe's ``decide`` to the rule of a run, kept in ``decisions.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.abstain import NEVER, area_under_risk, fewest_for, risk_curve
from dojang.analysis.balance import compare
from dojang.analysis.calibrate import diagram
from dojang.analysis.decide import Fitted, Wanted, fit_rule
from dojang.app.screen import Screen
from dojang.core.decision import Rule
from dojang.core.errors import Problem, RecipeError, RunError, did_you_mean
from dojang.core.i18n import t
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder, file_hash, read_json, write_json
from dojang.core.types import Manifest, Predictions, Score
from dojang.objectives.scores import calibration_bins, calibration_error

Whole = NDArray[np.int64]


def check(recipe: Recipe, manifest: Manifest) -> None:
    """Fail before training where the costs cannot be used.

    Raises:
        RecipeError: a class is not known, a right answer costs something, or there are no costs.
    """
    wanted(recipe, manifest.classes)


def wanted(recipe: Recipe, classes: Sequence[str]) -> Wanted:
    """Return what the recipe asks of a rule."""
    part = recipe.decide
    return Wanted(
        calibration=part.calibration,
        goal=part.goal,
        always=part.when == "always",
        beta=part.beta,
        precision=part.precision,
        costs=_costs(part.costs, classes) if part.goal == "cost" else None,
        reject=part.reject,
    )


def settle(
    raw: Predictions, recipe: Recipe, screen: Screen, groups: Whole | None = None
) -> tuple[Predictions, Fitted]:
    """Fit the rule of a run on validation predictions and say what it does.

    Of the predictions returned each sample is decided by a rule that was fitted without it.
    """
    fitted = fit_rule(raw, wanted(recipe, raw.classes), groups)
    _tell(raw, fitted, recipe, screen)
    return fitted.settled, fitted


def apply(folder: RunFolder, raw: Predictions) -> Predictions:
    """Return what the run says where its networks said ``raw``."""
    return rule_of(folder, raw.classes).apply(raw)


def rule_of(folder: RunFolder, classes: Sequence[str]) -> Rule:
    """Return the rule of a run; the most probable class where it has none.

    Raises:
        RunError: ``decisions.json`` is broken, or belongs to other predictions than the run's.
    """
    if not folder.decisions.is_file():
        return Rule()
    tree = read_json(folder.decisions)
    try:
        if "rule" in tree:
            rule = Rule.from_json(tree["rule"], classes)
        else:  # of a run from before there was more than offsets
            offsets = tuple(float(tree["offsets"][name]) for name in classes)
            rule = Rule(offsets=offsets if tree["used"] else None)
        fitted_on = dict(tree["read"])
    except (KeyError, TypeError, ValueError) as error:
        raise RunError("run.broken", path=folder.decisions, reason=repr(error)) from error
    kept = folder.predictions("valid")
    if rule != Rule() and kept.is_file() and fitted_on.get(kept.name) != file_hash(kept):
        raise RunError("decision.stale", path=folder.decisions, read=kept)
    return rule


def save(folder: RunFolder, fitted: Fitted, recipe: Recipe) -> None:
    """Write ``decisions.json``; the validation predictions must be written already."""
    settled, calibration = fitted.settled, fitted.calibration
    raw = settled.of_network
    kept = folder.predictions("valid")
    right = settled.predicted == settled.targets
    crossed = None
    if fitted.gain is not None:
        plain = settled.probabilities.argmax(axis=1)
        crossed = compare(settled.targets, plain, settled.predicted, len(settled.classes)).to_json()
    write_json(folder.decisions, {
        "rule": fitted.rule.to_json(settled.classes),
        "asked": recipe.decide.model_dump(mode="json"),
        "used": fitted.used, "part": "valid", "inner_folds": fitted.folds,
        "gain": asdict(fitted.gain) if fitted.gain else None,
        "crossed": crossed,
        "calibration": {
            "kind": calibration.scaling.kind, "temperature": calibration.scaling.temperature,
            "log_loss": calibration.losses,
            "gain": asdict(calibration.gain) if calibration.gain else None,
            "error": {"before": error_of(raw), "after": error_of(settled)},
            "before": [asdict(b) for b in diagram(raw)],
            "after": [asdict(b) for b in diagram(settled)],
        },
        "abstention": {
            "area": area_under_risk(settled.confidence, right),
            "curve": [asdict(point) for point in risk_curve(settled.confidence, right)],
            "coverage": None if settled.accepted is None else float(settled.accepted.mean()),
            "accuracy": _accuracy_of_given(settled),
        },
        "read": {kept.name: file_hash(kept)},
    })  # fmt: skip


def error_of(predictions: Predictions) -> float:
    """Expected calibration error."""
    right = predictions.predicted == predictions.targets
    return float(calibration_error(calibration_bins(predictions.confidence, right).sum(axis=0)))


def _accuracy_of_given(settled: Predictions) -> float | None:
    if settled.accepted is None or not settled.accepted.any():
        return None
    return float((settled.predicted == settled.targets)[settled.accepted].mean())


def _tell(raw: Predictions, fitted: Fitted, recipe: Recipe, screen: Screen) -> None:
    scaling, settled = fitted.calibration.scaling, fitted.settled
    before, after = (f"{100 * error_of(p):.1f}" for p in (raw, settled))
    if scaling.kind != "none":
        screen.note(
            f"decision.scaled.{scaling.kind}", before=before, after=after,
            temperature=f"{scaling.temperature:.2f}",
        )  # fmt: skip
    elif recipe.decide.calibration == "auto":
        screen.note("decision.unscaled", before=before)
    if fitted.gain is not None:
        gain, goal = fitted.gain, recipe.decide.goal
        key = "decision.used" if fitted.used else "decision.unused"
        low, high = (_number(end, goal) for end in _ends(gain, goal))
        unit = "decision.cost" if goal == "cost" else "decision.points"
        amount = t(unit, value=_number(gain.value, goal))
        screen.note(key, goal=t(f"decision.word.{goal}"), gain=amount, low=low, high=high)
    if settled.accepted is not None:
        right = _accuracy_of_given(settled)
        screen.note(
            "decision.held_back", coverage=f"{100 * settled.accepted.mean():.1f} %",
            accuracy="–" if right is None else f"{100 * right:.1f} %",
        )  # fmt: skip
        floors = fitted.rule.floors or (0.0,) * len(settled.classes)
        never = [c for c, floor in zip(settled.classes, floors, strict=True) if floor >= NEVER]
        if never:
            part = recipe.decide
            share = part.precision if part.goal == "precision" else 1 - (part.reject or 0.0)
            screen.note(
                "decision.never", names=", ".join(never), needed=fewest_for(share),
                wanted=f"{100 * share:g}",
            )  # fmt: skip


def _ends(gain: Score, goal: str) -> tuple[float, float]:
    """The ends of the interval, the lower number first: a cost that is saved is shown below 0."""
    return (gain.high, gain.low) if goal == "cost" else (gain.low, gain.high)


def _number(value: float, goal: str) -> str:
    return f"{0.0 - value:+.3g}" if goal == "cost" else f"{100 * value:+.1f}"


def _costs(
    given: Mapping[str, Mapping[str, float]] | None, classes: Sequence[str]
) -> tuple[tuple[float, ...], ...]:
    """Return the whole table of costs, ``(C, C)``: 1 for a wrong answer unless it is given."""
    problems: list[Problem] = []
    if not given:
        problems.append(Problem("decision.costs_missing"))
    place = {name: i for i, name in enumerate(classes)}
    table = 1.0 - np.eye(len(classes))
    for true, row in (given or {}).items():
        unknown = [name for name in (true, *row) if name not in place]
        for name in unknown:
            hint = did_you_mean(name, classes)
            problems.append(Problem("decision.costs_class", {"name": name, "hint": hint}))
        if row.get(true):
            problems.append(Problem("decision.costs_right", {"name": true}))
        if not unknown:
            for answered, cost in row.items():
                table[place[true], place[answered]] = cost
    if problems:
        raise RecipeError("decision.costs", problems=problems)
    return tuple(tuple(row) for row in table.tolist())
