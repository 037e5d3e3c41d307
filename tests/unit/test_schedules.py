"""Schedules against torch's, and what holds for all of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.optim import lr_scheduler

from dojang.app.learning import check_schedule, schedule_plan
from dojang.core.errors import RecipeError
from dojang.core.recipe import Recipe, override
from dojang.train.schedules import SCHEDULES, SchedulePlan, plateau_factor

RISING = ["constant", "step", "multistep", "cosine", "restarts", "polynomial", "plateau"]
plans = st.builds(
    SchedulePlan,
    total=st.integers(1, 400),
    warmup=st.integers(0, 60),
    milestones=st.lists(st.integers(0, 400), max_size=4).map(lambda m: tuple(sorted(m))),
    every=st.floats(1, 200),
    factor=st.floats(0.01, 0.99),
    growth=st.floats(1, 4),
    power=st.floats(0.1, 5),
    floor=st.sampled_from([0.0, 0.01, 0.5]),
).map(lambda plan: replace(plan, warmup=min(plan.warmup, plan.total - 1)))

PLAN = SchedulePlan(
    100, milestones=(30, 75), every=20, factor=0.3, growth=2.0, power=2.0, floor=0.05
)
Reference = Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler]
REFERENCES: dict[str, tuple[SchedulePlan, Reference]] = {
    "step": (replace(PLAN, floor=0.0), lambda o: lr_scheduler.StepLR(o, 20, 0.3)),
    "multistep": (replace(PLAN, floor=0.0), lambda o: lr_scheduler.MultiStepLR(o, [30, 75], 0.3)),
    "cosine": (PLAN, lambda o: lr_scheduler.CosineAnnealingLR(o, 99, 0.05)),
    "restarts": (PLAN, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 20, 2, 0.05)),
    "polynomial": (replace(PLAN, floor=0.0), lambda o: lr_scheduler.PolynomialLR(o, 99, 2.0)),
    "onecycle": (
        replace(PLAN, warmup=24),
        lambda o: lr_scheduler.OneCycleLR(
            o, 1.0, 100, pct_start=0.25, div_factor=25, final_div_factor=4000, cycle_momentum=False
        ),
    ),
}  # fmt: skip


def rates_of_torch(make: Reference, steps: int) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule, found = make(optimizer), []
    for _ in range(steps):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize("name", list(REFERENCES))
def test_a_schedule_equals_that_of_torch(name: str) -> None:
    plan, make = REFERENCES[name]
    ours = [SCHEDULES[name](step, plan) for step in range(100)]
    assert ours == pytest.approx(rates_of_torch(make, 100), abs=1e-6)


@settings(max_examples=200)
@given(name=st.sampled_from(list(SCHEDULES)), plan=plans)
def test_factors_stay_between_the_floor_and_1(name: str, plan: SchedulePlan) -> None:
    factors = [SCHEDULES[name](step, plan) for step in range(plan.total + 2)]
    lowest = 0.0 if name in ("onecycle", "constant") else plan.floor
    assert all(lowest - 1e-9 <= factor <= 1 + 1e-9 for factor in factors)
    if name not in ("step", "multistep"):
        assert max(factors) == pytest.approx(1.0)


@given(name=st.sampled_from(list(SCHEDULES)), plan=plans)
def test_a_warm_up_rises_and_ends_where_the_rest_begins(name: str, plan: SchedulePlan) -> None:
    plan = replace(plan, milestones=(), every=math.inf)
    factors = [SCHEDULES[name](step, plan) for step in range(plan.total)]
    assert factors[: plan.warmup] == sorted(factors[: plan.warmup])
    assert factors[plan.warmup] == pytest.approx(1.0)
    if plan.warmup and name in RISING:
        assert factors[plan.warmup - 1] == pytest.approx(1.0)
    if name not in ("restarts", "onecycle"):
        assert factors[plan.warmup :] == sorted(factors[plan.warmup :], reverse=True)


def test_the_ends_of_schedules() -> None:
    plan = SchedulePlan(50, 5)
    assert SCHEDULES["cosine"](49, plan) == pytest.approx(0, abs=1e-9)
    assert SCHEDULES["polynomial"](49, plan) == 0
    assert SCHEDULES["onecycle"](0, plan) == pytest.approx(1 / 25)
    assert SCHEDULES["onecycle"](49, plan) == pytest.approx(1e-5)
    assert SCHEDULES["constant"](49, plan) == 1


def test_a_milestone_within_the_warm_up_counts() -> None:
    plan = SchedulePlan(20, 10, milestones=(5,), factor=0.5)
    found = [SCHEDULES["multistep"](step, plan) for step in (4, 5, 9, 10)]
    assert found == pytest.approx([0.5, 0.3, 0.5, 0.5])


# Plateau -----------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(
    values=st.lists(st.floats(0.5, 2.0), max_size=40),
    wait=st.integers(0, 5),
    per_value=st.integers(1, 30),
    floor=st.sampled_from([0.0, 0.2]),
)
def test_plateau_equals_torch(values: list[float], wait: int, per_value: int, floor: float) -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=wait, min_lr=floor, eps=0
    )
    plan = SchedulePlan(1, factor=0.5, floor=floor, patience=(wait + 1) * per_value)
    for count, value in enumerate(values, 1):
        schedule.step(value)
        ours = plateau_factor(values[:count], per_value, plan)
        assert ours == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)


def test_plateau_passes_over_what_is_no_number_and_needs_no_history() -> None:
    plan = SchedulePlan(1, factor=0.1, patience=2)
    assert plateau_factor([], 1, plan) == 1
    assert plateau_factor([1.0, math.nan, 0.9], 1, plan) == 1
    assert plateau_factor([1.0, math.nan, math.inf], 1, plan) == pytest.approx(0.1)
    assert plateau_factor([math.inf, 5.0, 4.0], 1, plan) == 1


# From the recipe ---------------------------------------------------------------------------------


def plan_of(total: int = 700, per_epoch: int = 10, **schedule: object) -> SchedulePlan:
    given = {"schedule.warmup": "0.1ep"} | {f"schedule.{k}": v for k, v in schedule.items()}
    return schedule_plan(override(Recipe(), given), total, per_epoch)


def test_a_recipe_s_durations_become_steps() -> None:
    plan = plan_of(
        name="multistep", warmup="2ep", milestones=["30ep", "200st"], every="1.5ep", patience="4ep",
        factor=0.2, growth=3, power=2, floor=0.1,
    )  # fmt: skip
    assert plan == SchedulePlan(700, 20, (200, 300), 15, 0.2, 3.0, 2.0, 40, 0.1)


def test_what_a_recipe_leaves_open_fits_the_training() -> None:
    assert plan_of().milestones == (350, 525)
    stairs = plan_of(name="step", growth=2)
    factors = {SCHEDULES["step"](s, stairs) for s in range(stairs.warmup, 700)}
    assert sorted(factors) == pytest.approx([0.01, 0.1, 1.0])
    for growth in (1.0, 2.0, 2.5):
        plan = plan_of(name="restarts", warmup="1st", growth=growth)
        factors = [SCHEDULES["restarts"](step, plan) for step in range(700)]
        rises = sum(b > a for a, b in pairwise(factors[1:]))
        assert rises == 2 and factors[-1] < 1e-3


def test_a_warm_up_is_shorter_than_the_training() -> None:
    assert plan_of(total=5, warmup="30ep").warmup == 4
    assert plan_of(total=1, warmup="30ep").warmup == 0


@pytest.mark.parametrize(
    ("name", "field"),
    [("plateau", "patience"), ("step", "every"), ("restarts", "every"), ("cosine", "warmup")],
)
def test_a_schedule_by_the_clock_is_refused(name: str, field: str) -> None:
    recipe = override(Recipe(), {"schedule.name": name, f"schedule.{field}": "90s"})
    with pytest.raises(RecipeError, match=f"schedule.{field} is 90s"):
        check_schedule(recipe)


def test_every_duration_by_the_clock_is_named_and_unused_ones_are_not() -> None:
    wrong = {
        "schedule.warmup": "2min",
        "schedule.milestones": ["3ep", "1h"],
        "schedule.every": "9s",
    }
    with pytest.raises(RecipeError) as caught:
        check_schedule(override(Recipe(), wrong | {"schedule.name": "multistep"}))
    assert len(caught.value.problems) == 2
    assert "schedule.milestones.2 is 1h" in str(caught.value)
    check_schedule(override(Recipe(), {"schedule.every": "9s"}))
