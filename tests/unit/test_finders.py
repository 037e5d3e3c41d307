"""The rate finder and the batch-size finder: readings of curves, sweeps, and what they leave alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from hypothesis import given
from hypothesis import strategies as st

from dojang.analysis.report.finders import make_finders
from dojang.app.finders import search as finding
from dojang.app.finders.found import BatchFound, Found, Subject
from dojang.app.screen import Silent
from dojang.core.i18n import use_language
from dojang.core.recipe import Recipe, load_recipe, override
from dojang.core.store import read_json
from dojang.core.types import InputSpec, SourceRef
from dojang.data.cache import PixelStore
from dojang.data.loader import TrainLoader
from dojang.data.transforms import Augment
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network, build
from dojang.objectives.losses import LOSSES, LossSettings
from dojang.recipes.auto import Reason
from dojang.tasks.classify import Classification
from dojang.train import finders, stopwatch
from dojang.train.batches import BatchPoint, candidates, choose, search
from dojang.train.finders import RateCurve, longest_fall, smooth, steps_within, suggest
from dojang.train.hardware import make_accelerator
from dojang.train.loop import Step, Trainee, fit
from shapes import Dojang, draw_shapes

SPEC = InputSpec(8, "squash", (127.5, 127.5, 127.5), (64.0, 64.0, 64.0))
RATES = np.geomspace(1e-5, 1.0, 80)


def curve(losses: Sequence[float]) -> RateCurve:
    rates = tuple(RATES[: len(losses)])
    return RateCurve(rates, tuple(losses), tuple(losses), False)


def bowl(low: float = 1e-3, best: float = 1e-1) -> list[float]:
    """Flat at 2.3, falling from ``low`` on, lowest at ``best``, then exploding."""
    found = []
    for rate in RATES:
        share = np.clip(math.log(rate / low) / math.log(best / low), 0, None)
        found.append(
            2.3 - 0.75 * (1 - math.cos(math.pi * share))
            if share <= 1
            else 0.8 + 10 * (share - 1) ** 2
        )
    return found


# --- Readings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["valley", "steepest", "tenth"])
def test_each_reading_lies_where_the_loss_falls(rule: finders.Rule) -> None:
    rate = suggest(curve(bowl()), rule)
    assert rate is not None and 5e-4 < rate < 1e-1
    assert suggest(curve(bowl(1e-2, 0.5)), rule) > rate  # type: ignore[operator]


def test_a_tenth_is_a_tenth_of_the_lowest() -> None:
    losses = bowl()
    lowest = RATES[int(np.argmin(losses))]
    assert suggest(curve(losses), "tenth") == pytest.approx(lowest / 10)


@pytest.mark.parametrize(
    "losses", [[2.3] * 80, [2.3 + 0.01 * i for i in range(80)], [2.3] * 4, [math.inf] * 80]
)
def test_a_curve_that_says_nothing_gives_nothing(losses: list[float]) -> None:
    assert suggest(curve(losses)) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_the_longest_fall_ends_below_where_it_began(values: list[float]) -> None:
    start, end = longest_fall(np.array(values))
    assert 0 <= start <= end < len(values)
    assert start == end or values[end] < values[start]


def test_the_longest_fall_passes_over_gaps() -> None:
    assert longest_fall(np.array([5.0, 4, 9, 3, 2, 7, 8])) == (0, 4)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.integers(1, 200))
def test_smoothing_stays_within_what_was_seen(losses: list[float], steps: int) -> None:
    smoothed = smooth(losses, steps)
    assert smoothed[0] == pytest.approx(losses[0])
    assert min(losses) - 1e-6 <= smoothed.min() and smoothed.max() <= max(losses) + 1e-6


def test_a_sweep_costs_at_most_three_percent_or_is_not_made() -> None:
    assert steps_within(100) == steps_within(999) == 0
    assert all(0 < steps_within(n) <= 0.03 * n for n in range(1000, 20_000, 777))
    assert steps_within(10**6) == finders.MOST_STEPS


@given(st.floats(1e-6, 10), st.floats(1e-6, 1))
def test_the_rate_stays_near_the_rule(suggested: float, rule: float) -> None:
    chosen = finding.bounded(suggested, rule)
    assert rule / finding.BOUND <= chosen <= rule * finding.BOUND
    if rule / 4 < suggested < rule * 4:
        assert chosen == suggested


# --- The sweep ------------------------------------------------------------------------------------


def _loader(count: int = 40) -> TrainLoader:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, count).astype(np.int64)
    pixels = rng.integers(0, 128, (count, 8, 8, 3)) + 100 * targets[:, None, None, None]
    pool, ids = DecodePool(SourceRef("files", ""), 0), tuple(map(str, range(count)))
    store = PixelStore(pool, ids, 8, "squash", torch.from_numpy(pixels.astype(np.uint8)))
    return TrainLoader(store, targets, 8, 8, Augment(rotate=10), 0, torch.device("cpu"))


def _trainee() -> tuple[Trainee, Network, Classification, Accelerator]:
    network = build("convnet", 2, SPEC, width=8, dropout=0.1, seed=0)
    accelerator = make_accelerator("fp32")
    task = Classification(("a", "b"), LOSSES["cross_entropy"](LossSettings()))
    model = accelerator.prepare(network)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    optimizer.param_groups[0]["initial_lr"] = 1e-2
    optimizers = {"main": accelerator.prepare(optimizer)}
    trainee = Trainee(model, network, optimizers, {"main": lambda step: 0.9**step})
    return trainee, network, task, accelerator


def _swept(high: float = 10.0, steps: int = 40) -> RateCurve:
    trainee, _, task, accelerator = _trainee()
    rates = finders.growing_rates(1e-5, high, steps).tolist()
    return finders.sweep(trainee, task, _loader(), accelerator, rates=rates, reference=1e-2)


def test_a_sweep_is_a_function_of_the_seed() -> None:
    assert _swept() == _swept()


def test_rates_grow_by_the_same_factor_and_the_loss_explodes_in_the_end() -> None:
    found = _swept(high=1e4, steps=60)
    factors = np.array(found.rates[1:]) / np.array(found.rates[:-1])
    np.testing.assert_allclose(factors, factors[0])
    assert found.exploded and len(found.rates) < 60
    assert len(found.rates) == len(found.losses) == len(found.smoothed)


def test_layers_keep_their_share_of_the_rate() -> None:
    trainee, _, task, accelerator = _trainee()
    optimizer = trainee.optimizers["main"]
    (group,) = optimizer.param_groups
    half = len(group["params"]) // 2
    slow = {**group, "params": group["params"][half:], "initial_lr": 1e-3}
    group["params"] = group["params"][:half]
    optimizer.param_groups.append(slow)
    finders.sweep(trainee, task, _loader(), accelerator, rates=[1e-3, 1e-2], reference=1e-2)
    assert [g["lr"] for g in optimizer.param_groups] == pytest.approx([1e-2, 1e-3])


def test_a_training_after_a_sweep_is_the_training_without() -> None:
    """Weights, optimiser, order and draws of the training know nothing of the sweep."""

    def train(before: Callable[[], object]) -> tuple[list[float], dict[str, torch.Tensor]]:
        torch.manual_seed(7)
        before()
        drawn = float(torch.rand(()))
        trainee, network, task, accelerator = _trainee()
        events = fit(trainee, task, _loader(), accelerator, epochs=2)
        losses = [e.objective for e in events if isinstance(e, Step)]
        return [drawn, *losses], network.state_dict()

    (plain, weights), (after, others) = train(lambda: None), train(_swept)
    assert plain == after
    assert all(torch.equal(value, others[name]) for name, value in weights.items())


# --- Batch sizes ----------------------------------------------------------------------------------


def test_small_data_keep_the_rule() -> None:
    assert candidates(64, 1000) == candidates(64, 64 * 31) == []
    assert candidates(64, 64 * 32) == [16, 32, 64, 128]
    assert max(candidates(64, 10**6)) == 512
    assert candidates(8, 8 * 32)[0] == 2


def _points(rates: dict[int, float], memory: float = 1.0) -> list[BatchPoint]:
    return [BatchPoint(batch, rate, memory * batch) for batch, rate in rates.items()]


@pytest.mark.parametrize(
    ("rates", "room", "chosen"),
    [
        ({32: 90, 64: 100, 128: 105}, 1e9, 64),  # no longer clearly faster
        ({32: 50, 64: 100, 128: 150, 256: 160}, 1e9, 128),
        ({32: 50, 64: 100, 128: 150}, 100, 64),  # 128 would hold too much
        ({16: 50, 32: 100, 64: 0}, 1e9, 32),  # out of memory at the rule's
        ({16: 50, 32: 100}, 1e9, None),  # time ran out before the rule's
        ({64: 0}, 1e9, None),
    ],
)
def test_the_choice_of_a_batch(rates: dict[int, float], room: float, chosen: int | None) -> None:
    assert choose(_points(rates), 64, room) == chosen


@given(st.dictionaries(st.sampled_from([16, 32, 64, 128, 256]), st.floats(1, 1e4)))
def test_a_choice_is_never_below_a_rule_that_fits(rates: dict[int, float]) -> None:
    chosen = choose(_points(rates), 64, 1e9)
    assert chosen is None if 64 not in rates else chosen is not None and chosen >= 64


def test_the_search_ends_when_a_batch_brings_no_more_or_time_or_memory_run_out() -> None:
    sizes = [16, 32, 64, 128, 256]

    def sought(rate: Callable[[int], float], room: float = 1e9, budget: float = 1e9) -> list[int]:
        points = search(sizes, 64, lambda b: BatchPoint(b, rate(b), float(b)), room, budget)
        return [point.batch for point in points]

    assert sought(lambda b: b) == sizes
    assert sought(lambda b: 100.0) == [16, 32, 64, 128]
    assert sought(lambda b: b, room=70) == [16, 32, 64]
    assert sought(lambda b: 100.0, budget=4 * (16 + 32) / 100) == [16, 32]
    assert list(search(sizes, 64, lambda b: None, 1e9, 1e9)) == []
    assert sought(lambda b: 0.0 if b > 32 else b) == [16, 32, 64]


# --- The stage ------------------------------------------------------------------------------------


def _subject(root: Path, **settings: object) -> tuple[Recipe, dict[str, Reason], Subject]:
    from dojang.app import building, stages
    from dojang.data.split import make_plan
    from dojang.recipes.auto import resolve

    base = {"data.source": str(root), "data.workers": 0, "model.width": 8, "train.batch_size": 8}
    recipe = override(Recipe(), base | settings)
    manifest, _ = stages.survey_data(recipe, Silent())
    plan = make_plan(manifest, recipe.split)
    resolved, reasons = resolve(recipe, manifest, plan)
    subject = Subject(manifest, plan, building.device_of_run(), Silent())
    return resolved, reasons, subject


def _found(recipe: Recipe, reasons: dict[str, Reason], subject: Subject) -> Found:
    return finding.find_settings(recipe, reasons, subject.manifest, subject.plan, Silent())


def test_a_long_training_gets_its_rate_from_the_sweep_and_twice_the_same(photos: Path) -> None:
    recipe, reasons, subject = _subject(photos, **{"train.epochs": 300})
    one, two = _found(recipe, reasons, subject), _found(recipe, reasons, subject)
    assert one.rate is not None and one.rate == two.rate
    assert one.recipe == two.recipe
    rate = one.recipe.optimizer.lr
    rule = recipe.optimizer.lr
    assert isinstance(rate, float) and isinstance(rule, float)
    assert rule / 4 * 0.99 <= rate <= rule * 4 * 1.01
    assert one.reasons["optimizer.lr"].key.startswith("finders.rate")
    assert one.recipe.train.precision in ("bf16", "fp32")
    assert one.recipe.train.layout in ("channels-last", "contiguous")
    assert one.recipe.train.compile == "off"
    assert "auto" not in one.recipe.train.model_dump().values()


def test_a_short_training_keeps_the_rule_and_says_why(photos: Path) -> None:
    recipe, reasons, subject = _subject(photos, **{"train.epochs": 3})
    found = _found(recipe, reasons, subject)
    assert found.rate is None and found.recipe.optimizer.lr == recipe.optimizer.lr
    assert found.reasons["optimizer.lr"].key == "finders.rate_short"


def test_what_is_given_is_never_replaced(photos: Path) -> None:
    given = {
        "train.epochs": 300, "optimizer.lr": 0.003, "train.precision": "fp32",
        "train.layout": "contiguous", "train.compile": "off",
    }  # fmt: skip
    recipe, reasons, subject = _subject(photos, **given)
    found = _found(recipe, reasons, subject)
    assert found.recipe == recipe and found.rate is None and not found.ways


def test_a_larger_batch_brings_its_own_rate(photos: Path) -> None:
    recipe, reasons, subject = _subject(photos, **{"train.batch_size": "auto"})
    rule = recipe.train.batch_size
    assert isinstance(rule, int) and isinstance(recipe.optimizer.lr, float)
    points = (BatchPoint(rule, 10.0, 1.0), BatchPoint(2 * rule, 20.0, 2.0))
    larger = BatchFound(points, rule, 2 * rule, 1e9)
    found = finding.with_batch(Found(recipe, reasons), subject, larger)
    assert found.recipe.train.batch_size == 2 * rule
    assert found.recipe.optimizer.lr == pytest.approx(recipe.optimizer.lr * math.sqrt(2), rel=0.05)
    assert found.reasons["train.batch_size"].key == "finders.batch"


def test_init_leaves_open_what_a_training_would_search(
    tmp_path: Path, photos: Path, dojang: Dojang
) -> None:
    long = dojang("init", photos, "--set", "train.epochs=2000", "--set", "train.batch_size=8")
    short = dojang("init", photos, "--set", "train.epochs=3", "--set", "train.batch_size=8")
    assert "lr: auto" in long.out and "dojang find" in long.out
    assert "lr: auto" not in short.out


def test_the_kept_recipe_holds_every_value_and_the_run_its_measurements(trained: Path) -> None:
    kept = load_recipe(trained / "recipe.yaml")
    assert "auto" not in (kept.train.precision, kept.train.layout, kept.train.compile)
    tree = read_json(trained / "finders.json")
    assert set(tree) == {"way", "ways", "batch", "rate", "compile"}
    reasons = read_json(trained / "run.json")["reasons"]
    assert {"optimizer.lr", "train.precision", "train.compile"} <= set(reasons)


# --- The command ----------------------------------------------------------------------------------


def test_find_shows_writes_and_prints(
    tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopwatch, "waited_seconds", lambda: 0.0)  # whatever else runs here
    photos = draw_shapes(tmp_path / "photos", count=12)
    page = tmp_path / "page.html"
    arguments = (photos, "--set", "model.width=8", "--steps", 40)
    answer = dojang("find", *arguments, "--json", "--out", page)
    assert answer.code == 0, answer.err
    tree = answer.json
    assert tree["lr"] > 0 and len(tree["rate"]["curve"]["rates"]) > 5
    assert page.read_text(encoding="utf-8").count("<svg") == 2
    assert dojang("find", *arguments, "--out", page).code == 2  # nothing is overwritten
    with use_language("ko"):
        korean = dojang("find", *arguments, "--out", tmp_path / "ko.html")
    assert korean.code == 0 and "학습률" in (tmp_path / "ko.html").read_text(encoding="utf-8")
    assert "▲" in korean.out and "dojang train" in korean.out


def test_find_refuses_what_is_no_data(tmp_path: Path, dojang: Dojang) -> None:
    answer = dojang("find", tmp_path / "nothing")
    assert answer.code == 2 and "Traceback" not in answer.err


def test_a_sweep_that_exploded_can_be_drawn() -> None:
    """JSON has no infinity."""
    tree = {
        "way": "fp32 contiguous", "ways": {"fp32 contiguous": 0.1}, "batch": None, "compile": {},
        "rate": {"curve": {"rates": [0.1, 1.0, 10.0], "losses": [2.0, 1.0, None],
                           "smoothed": [2.0, 1.0, None], "exploded": True},
                 "rule": 0.1, "suggested": None, "chosen": 0.1},
    }  # fmt: skip
    found = make_finders(tree)
    assert found and found.rate and "nan" not in found.rate.chart and found.rate.suggested == ""
    assert found.ways == (("fp32 contiguous", "80", True),)
    assert make_finders(None) is None and make_finders({"ways": {}}) is None


def test_a_batch_that_does_not_fit_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from dojang.train import batches
    from dojang.train.choices import Way

    def full(*_: object, **__: object) -> object:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate …")

    monkeypatch.setattr(batches, "time_step", full)
    network = build("convnet", 2, SPEC, width=8, dropout=0.123)
    cpu = torch.device("cpu")
    point = batches.measure_batch(network, 4, 8, Way("fp32", False), cpu)
    assert point == BatchPoint(4, 0.0, 0.0) and not point.fits

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(batches, "time_step", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        batches.measure_batch(network, 5, 8, Way("fp32", False), cpu)
