"""The coded checks of a training: each fault on a curve drawn for it, and none on a healthy one."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dojang.analysis.curve import CHECKS, Training, run_all
from dojang.analysis.curve.advice import Advice, advise_on, changes, command
from dojang.analysis.curve.subject import cross_entropy
from dojang.core.check import say
from dojang.core.faults import Fault
from dojang.core.i18n import use_language
from dojang.core.recipe import Recipe, override, parse_settings
from dojang.core.types import EpochRecord
from dojang.nn.activity import dead_share, dead_units

NAMES = [
    "diverged", "leak-suspected", "small-batch-norm", "exploding-gradients", "rate-too-high",
    "dead-units", "rate-too-low", "not-converged", "label-noise", "underfitting",
    "noisy-validation", "overfitting", "plateau", "good-fit",
]  # fmt: skip
CHANCE = math.log(4)
FALL = [1.3, 1.0, 0.8, 0.6, 0.45, 0.35, 0.3, 0.28, 0.27, 0.27]


def training(
    train: Sequence[float] = FALL,
    valid: Sequence[float] | None = None,
    *,
    accuracies: tuple[float, float] | None = None,
    rate: float = 0.002,
    rates: Sequence[float] | None = None,
    n_valid: int = 400,
    settings: dict[str, Any] | None = None,
    norm: float = 1.0,
    **more: Any,
) -> Training:
    """A training of four even classes; accuracies follow the losses unless given at the end."""
    valid = [v * 1.1 for v in train] if valid is None else valid
    rates = [rate * (1 - i / len(train)) for i in range(len(train))] if rates is None else rates
    rows, lowest = [], math.inf
    for i, (t, v) in enumerate(zip(train, valid, strict=True)):
        a, b = accuracies or (math.exp(-t), math.exp(-v))
        row = EpochRecord(0, i, 10 * (i + 1), rates[i], t, t, a, v, b, 1.0, 1.0, v < lowest)
        rows.append(replace(row, gradient_norm=norm, gradient_first=norm, gradient_peak=norm))
        lowest = min(lowest, v)
    given = {"optimizer.lr": rate, "train.batch_size": 64, "train.epochs": len(rows)}
    recipe = override(Recipe(), given | (settings or {}))
    counts = np.full(4, n_valid // 4)
    facts: dict[str, Any] = {"usual_rate": 0.002, **more}
    return Training(tuple(rows), recipe, 5 * counts, counts, **facts)


def first(*trainings: Training) -> str:
    return advise_on(trainings).verdict.name


def test_codes_and_names_are_fixed() -> None:
    assert list(CHECKS) == NAMES
    codes = [CHECKS[name].code for name in CHECKS]
    assert sorted(codes) == [f"CURVE{i:03}" for i in range(1, 15)]


def test_a_healthy_training_is_left_in_peace() -> None:
    advice = advise_on([training()])
    assert [f.name for f in advice.findings] == ["good-fit"]
    assert advice.verdict.severity == "note"
    assert {r.status for r in advice.results} <= {"passed", "skipped", "found"}


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("diverged", training([1.3, 2.0, math.nan])),
        ("diverged", training([1.3, 1.2], stopped=True,
                              faults=(Fault("gradient", 25, 2, "stop"),))),
        ("leak-suspected", training(twins=tuple((f"v{i}", f"t{i}") for i in range(40)))),
        ("leak-suspected", training([1.3, 1.1, 0.9], [1.0, 0.5, 0.2])),
        ("small-batch-norm", training(norms=True, settings={"train.batch_size": 2})),
        ("small-batch-norm", training(norms=True, settings={"train.accumulate": 32})),
        ("exploding-gradients", training(norm=900.0)),
        ("rate-too-high", training([9.0, 30.0, 12.0, 2.0, 1.0, 0.5], rate=0.05)),
        ("rate-too-high", training([1.4] * 8, rate=0.1)),
        ("rate-too-low", training(np.linspace(1.386, 1.37, 10).tolist(), rate=2e-6)),
        ("dead-units", training(units=[{"name": "relu", "units": 64, "dead": 40}])),
        ("label-noise", training(np.linspace(1.39, 0.9, 10).tolist(), [1.45] * 10,
                                 accuracies=(0.6, 0.25), targets=np.zeros(1, dtype=np.int64),
                                 probabilities=np.full((1, 4), 0.25, dtype=np.float32))),
        ("label-noise", training([1.39] * 6, accuracies=(0.26, 0.24), parameters=10**6,
                                 targets=np.zeros(1, dtype=np.int64),
                                 probabilities=np.full((1, 4), 0.25, dtype=np.float32))),
        ("not-converged", training([1.4, 1.2, 1.0, 0.8, 0.62])),
        ("not-converged", training([1.3, 0.8, 0.5, 0.49], ended=False,
                                   settings={"train.epochs": 40})),
        ("not-converged", training([1.3, 1.25, 1.2, 1.15, 1.1], rates=[0.002] * 5,
                                   settings={"train.epochs": 40, "train.limit": "5ep"})),
        ("not-converged", training([1.2])),
        ("not-converged", training([1.1, 1.09])),
        ("underfitting", training([1.3, 1.2] + [1.15] * 10)),
        ("noisy-validation", training(n_valid=32)),
        ("overfitting", training([1.3, 0.8, 0.5, 0.3, 0.1, 0.05, 0.02, 0.01],
                                 [1.3, 0.9, 0.7, 0.7, 0.8, 1.0, 1.1, 1.3])),
        ("overfitting", training([1.3, 0.8, 0.4, 0.1, 0.02, 0.01],
                                 [1.3, 0.9, 0.8, 0.7, 0.7, 0.7])),
        ("plateau", training([1.3, 0.8, 0.5] + [0.45, 0.46, 0.44] * 4, rates=[0.002] * 15)),
    ],
)  # fmt: skip
def test_each_fault_is_named_first(name: str, made: Training) -> None:
    assert first(made) == name


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_finding_is_said_in_full_and_its_changes_fit_a_recipe(lang: str) -> None:
    for mark in test_each_fault_is_named_first.pytestmark:  # type: ignore[attr-defined]
        for _, made in mark.args[1]:
            with use_language(lang):
                advice = advise_on([made])
                texts = [say(f) for f in advice.findings]
                texts += [CHECKS[f.name].advice for f in advice.findings]
            assert all(text and "{" not in text for text in texts)
            for finding in advice.findings:
                override(made.recipe, parse_settings(changes(finding)))


def test_every_fault_has_something_to_paste_or_says_to_look() -> None:
    without = {"label-noise", "good-fit"}
    for mark in test_each_fault_is_named_first.pytestmark:  # type: ignore[attr-defined]
        for name, made in mark.args[1]:
            if name not in without:
                assert command(advise_on([made]).verdict, Path("runs/a")), name


def test_rates_that_are_pasted_go_the_right_way() -> None:
    high = advise_on([training([9.0, 30.0, 12.0, 2.0, 1.0, 0.5], rate=0.2)])
    low = advise_on([training([1.38] * 8, rate=2e-6)])
    assert changes(high.verdict) == ["optimizer.lr=0.002"]
    assert changes(low.verdict) == ["optimizer.lr=0.002"]


def test_noise_in_labels_is_estimated_from_what_was_predicted() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 4, 600)
    given = np.where(rng.random(600) < 0.3, (true + rng.integers(1, 4, 600)) % 4, true)
    logits = rng.normal(0, 1, (600, 4))
    logits[np.arange(600), true] += rng.normal(4, 1.5, 600)
    shares = np.exp(logits)
    probabilities = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    made = training(n_valid=600, targets=given, probabilities=probabilities)
    finding = advise_on([made]).verdict
    assert finding.name == "label-noise" and 25 <= finding.evidence["percent"] <= 36
    assert first(training(n_valid=600, targets=true, probabilities=probabilities)) == "good-fit"


def test_uneven_classes_are_not_taken_for_wrong_labels() -> None:
    """Nine in ten are of one class; a balanced model finds both and is right in 85 of 100."""
    rng = np.random.default_rng(0)
    targets = (np.arange(400) < 40).astype(np.int64)
    right = rng.random(400) < 0.85
    answers = np.where(right, targets, 1 - targets)
    sure = np.full((400, 2), 0.2, dtype=np.float32)
    sure[np.arange(400), answers] = 0.8
    made = training(accuracies=(0.86, 0.85), targets=targets, probabilities=sure,
                    parameters=10**6)  # fmt: skip
    counts = np.array([360, 40])
    uneven = replace(made, train=5 * counts, valid=counts)
    assert "label-noise" not in [f.name for f in advise_on([uneven]).findings]
    guessing = replace(uneven, targets=rng.permutation(targets))
    assert "label-noise" in [f.name for f in advise_on([guessing]).findings]


def test_a_few_copies_are_worth_a_note() -> None:
    advice = advise_on([training(twins=(("v1", "t1"),))])
    assert [f.name for f in advice.findings] == ["good-fit", "leak-suspected"]
    assert "too few" in say(advice.findings[1])


def test_one_unlucky_fold_is_no_verdict() -> None:
    bad = training(n_valid=32)
    advice: Advice = advise_on([training(), training(), bad])
    assert [f.name for f in advice.findings] == ["good-fit"]
    advice = advise_on([training(), bad, bad])
    assert advice.verdict.name == "noisy-validation" and advice.in_folds["noisy-validation"] == 2


def test_a_head_on_kept_features_is_not_asked_for_its_pace() -> None:
    frozen = training([0.3], [0.35], settings={"transfer.mode": "frozen"})
    advice = advise_on([frozen])
    assert advice.verdict.name == "good-fit"
    reasons = {r.check.name: r.status for r in advice.results}
    assert reasons["not-converged"] == reasons["plateau"] == "skipped"


def test_a_training_without_an_epoch_is_judged_by_its_fault() -> None:
    lost = replace(training(), history=(), stopped=True, faults=(Fault("loss", 3, 0, "stop"),))
    advice = advise_on([lost])
    assert [f.name for f in advice.findings] == ["diverged"]
    assert all(r.status in ("found", "skipped") for r in run_all(lost))


def test_chance_is_what_the_shares_of_the_classes_give() -> None:
    assert cross_entropy(np.full(4, 100), np.full(4, 1000)) == pytest.approx(CHANCE)
    lopsided = cross_entropy(np.array([90, 10]), np.array([900, 100]))
    assert lopsided == pytest.approx(-(0.9 * math.log(0.9) + 0.1 * math.log(0.1)), abs=1e-3)


def test_dead_units_are_those_that_never_answer() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                          nn.Linear(8, 6), nn.GELU(), nn.Linear(6, 2))  # fmt: skip
    with torch.no_grad():
        model[0].bias[:3] = -1e3
        model[4].bias[0] = -1e3
        model[4].bias[1:] = 1.0
    model.train()
    batches = [torch.rand(4, 3, 8, 8) for _ in range(3)]
    layers = dead_units(model, batches)
    assert [(layer.name, layer.units, layer.dead) for layer in layers] == [("1", 8, 3), ("5", 6, 1)]
    assert dead_share(layers) == pytest.approx(4 / 14)
    assert model.training and not model[1]._forward_hooks


def test_a_module_that_runs_twice_is_two_layers() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear, self.relu = nn.Linear(4, 4), nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.relu(self.linear(self.relu(x)))
            return found

    layers = dead_units(Twice(), [torch.ones(2, 4), torch.ones(2, 4)])
    assert [layer.name for layer in layers] == ["relu", "relu#2"]
    assert dead_units(nn.Linear(4, 2), [torch.ones(1, 4)]) == []


def test_commands_can_be_pasted() -> None:
    finding = advise_on([training(n_valid=32)]).verdict
    line = command(finding, Path("runs/my run"))
    assert line is not None
    assert shlex.split(line)[:3] == ["dojang", "train", "runs/my run/recipe.yaml"]
