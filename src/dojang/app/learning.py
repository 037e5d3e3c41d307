"""From the recipe to plain arguments of optimisers and schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

from dojang.core.durations import Duration
from dojang.core.errors import Problem, RecipeError
from dojang.core.recipe import Recipe
from dojang.train.averaging import Average, Ema, Swa
from dojang.train.optimizers import Groups, OptimizerSettings, parameter_groups
from dojang.train.schedules import SCHEDULES, SchedulePlan, plateau_factor
from dojang.train.trainee import Rate, Regularizers

_TIMED = {"schedule.every": ("step", "restarts"), "schedule.patience": ("plateau",)}
_CYCLES = 3  # stairs, or cycles of restarts, that fill a training unless told otherwise


def check_schedule(recipe: Recipe) -> None:
    """Refuse a schedule that would go by the clock: no two runs of it would be the same.

    Raises:
        RecipeError: names every such field.
    """
    schedule = recipe.schedule
    given: dict[str, object] = {"schedule.warmup": schedule.warmup}
    if recipe.average.kind == "swa":
        given["average.every"] = recipe.average.every
    given |= {key: getattr(schedule, key.partition(".")[2])
              for key, names in _TIMED.items() if schedule.name in names}  # fmt: skip
    if schedule.name == "multistep":
        given |= {f"schedule.milestones.{i}": m for i, m in enumerate(schedule.milestones or (), 1)}
    problems = [
        Problem("schedule.wall_time", {"field": field, "value": value})
        for field, value in given.items()
        if isinstance(value, Duration) and value.seconds is not None
    ]
    if problems:
        raise RecipeError("schedule.by_clock", problems=problems)


def schedule_plan(recipe: Recipe, total: int, per_epoch: int) -> SchedulePlan:
    """Return the recipe's schedule in steps.

    Args:
        recipe: with a warm-up that is no longer ``auto``.
        total: steps of the training.
        per_epoch: steps of an epoch.
    """
    schedule = recipe.schedule
    warmup = min(_steps(schedule.warmup, per_epoch), total - 1)
    milestones = [_steps(m, per_epoch) for m in schedule.milestones or ()]
    if schedule.milestones is None:
        milestones = [total // 2, 3 * total // 4]
    every: float = max(1, _steps(schedule.every, per_epoch))
    if schedule.every is None:
        growth = schedule.growth if schedule.name == "restarts" else 1.0
        length = total - warmup if schedule.name == "restarts" else total
        every = max(1.0, length / sum(growth**i for i in range(_CYCLES)))
    return SchedulePlan(
        total=total,
        warmup=warmup,
        milestones=tuple(sorted(milestones)),
        every=every,
        factor=schedule.factor,
        growth=schedule.growth,
        power=schedule.power,
        patience=max(1, _steps(schedule.patience, per_epoch)),
        floor=schedule.floor,
    )


def rate_of(recipe: Recipe, total: int, per_epoch: int) -> Rate:
    """Return the factor of the learning rate as a function of the step."""
    schedule, plan = SCHEDULES[recipe.schedule.name], schedule_plan(recipe, total, per_epoch)
    return lambda step: schedule(step, plan)


def plateau_of(
    recipe: Recipe, total: int, per_epoch: int
) -> Callable[[Sequence[float]], float] | None:
    """Return how far the rate has fallen after a history of the monitored value, one an epoch;
    None where the schedule does not wait for a plateau."""
    if recipe.schedule.name != "plateau":
        return None
    plan = schedule_plan(recipe, total, per_epoch)
    return lambda values: plateau_factor(values, per_epoch, plan)


def average_of(recipe: Recipe, network: nn.Module, total: int, per_epoch: int) -> Average | None:
    """Return the average of weights that the recipe asks for, if any."""
    average = recipe.average
    if average.kind == "ema":
        return Ema(network, average.decay)
    if average.kind == "swa":
        return Swa(network, max(1, round(average.start * total)), _steps(average.every, per_epoch))
    return None


def regularizers_of(recipe: Recipe) -> Regularizers:
    """Return what is done to the loss and the weights of each step."""
    kind = recipe.regularize
    return Regularizers(kind.l1, kind.l2, kind.weight_noise, kind.sam, recipe.train.clip_norm)


def groups_of(
    recipe: Recipe, blocks: Sequence[Sequence[nn.Parameter]], factors: Sequence[float]
) -> Groups:
    """Return the parameter groups of blocks, the head last, each with its share of the rate."""
    return parameter_groups(blocks, factors, _number(recipe.optimizer.weight_decay))


def optimizer_settings(recipe: Recipe) -> OptimizerSettings:
    """Return the numbers of the recipe's optimiser."""
    optimizer = recipe.optimizer
    return OptimizerSettings(
        lr=_number(optimizer.lr),
        momentum=optimizer.momentum,
        nesterov=optimizer.nesterov,
        beta2=optimizer.beta2,
        vector_rate=optimizer.vector_rate,
    )


def _steps(duration: object, per_epoch: int) -> int:
    """Return a duration in steps; 0 where there is none."""
    return (duration.steps(per_epoch) or 0) if isinstance(duration, Duration) else 0


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise RecipeError("recipe.unresolved", value=value)
    return float(value)
