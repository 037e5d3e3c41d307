"""Linear heads against scikit-learn, and the choice among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from dojang.train.head_choice import (
    FoldHeads,
    FoldRows,
    HeadSetting,
    choose,
    head_probabilities,
    head_settings,
    try_heads,
)
from dojang.train.heads import HeadProblems, Heads, feature_scale, fit_heads

EXACT: dict[str, Any] = {"tolerance": 1e-15}


def data(n: int, width: int, classes: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Features like those of a network: not negative, correlated, of unlike size."""
    rng = torch.Generator().manual_seed(seed)
    targets = torch.arange(n) % classes
    centres = torch.randn(classes, 12, generator=rng, dtype=torch.float64)
    codes = centres[targets] + 1.5 * torch.randn(n, 12, generator=rng, dtype=torch.float64)
    mixing = torch.randn(12, width, generator=rng, dtype=torch.float64)
    noise = 0.3 * torch.randn(n, width, generator=rng, dtype=torch.float64)
    return 3 * (codes @ mixing + noise).relu() + 5, targets


def problem(weights: Tensor, l2: float, smoothing: float = 0.0) -> HeadProblems:
    return HeadProblems(
        weights[:, None], weights.new_full((1,), l2), weights.new_full((1,), smoothing)
    )


@pytest.mark.parametrize(("n", "width", "classes"), [(120, 20, 3), (40, 90, 4), (300, 30, 2)])
@pytest.mark.parametrize("l2", [10.0, 0.1, 1e-3])
def test_a_head_is_that_of_scikit_learn(n: int, width: int, classes: int, l2: float) -> None:
    """Weights of samples included: to 1e-5 in every probability."""
    features, targets = data(n, width, classes)
    weights = torch.rand(n, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    weights[::7] = 0.0
    ours = fit_heads(features, targets, problem(weights, l2), classes, **EXACT)
    theirs = LogisticRegression(
        C=1 / (l2 * float(weights.sum())), tol=1e-10, max_iter=1000, solver="newton-cholesky"
    )
    theirs.fit(features.numpy(), targets.numpy(), weights.numpy())
    expected = theirs.predict_proba(features.numpy())
    found = head_probabilities(features, ours.weight[0], ours.bias[0])
    if classes == 2:  # scikit-learn has one row of weights for two classes: half of the penalty
        theirs.set_params(C=2 * theirs.C).fit(features.numpy(), targets.numpy(), weights.numpy())
        expected = theirs.predict_proba(features.numpy())
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert ours.converged(1e-9).all()


def test_single_precision_ends_near_the_best_head_and_always_at_the_same() -> None:
    """What is left is estimated, too low by a factor of about ten here; scores are told to 1e-3."""
    features, targets = data(400, 64, 5)
    weights = torch.ones(400, dtype=torch.float64)
    exact = fit_heads(features, targets, problem(weights, 0.01), 5, **EXACT)
    quick = fit_heads(features.float(), targets, problem(weights.float(), 0.01), 5)
    assert quick.converged().all()
    assert float(quick.objective[0] - exact.objective[0]) < 1e-4
    again = fit_heads(features.float(), targets, problem(weights.float(), 0.01), 5)
    assert torch.equal(again.weight, quick.weight) and torch.equal(again.bias, quick.bias)


def test_the_gradient_vanishes_at_the_solution() -> None:
    """With smoothing and shifts, against the loss of torch."""
    features, targets = data(90, 8, 3)
    shifts = torch.tensor([[0.5], [-0.2], [-0.3]], dtype=torch.float64)
    base = problem(torch.ones(90, dtype=torch.float64), 0.02, 0.1)
    heads = fit_heads(features, targets, HeadProblems(base.weights, base.l2, base.smoothing, shifts),
                      3, **EXACT)  # fmt: skip
    weight = heads.weight[0].clone().requires_grad_()
    bias = heads.bias[0].clone().requires_grad_()
    logits = features @ weight.T + bias + shifts[:, 0]
    loss = torch.nn.functional.cross_entropy(logits, targets, label_smoothing=0.1)
    (loss + 0.01 * weight.square().sum()).backward()
    assert weight.grad is not None and bias.grad is not None
    assert weight.grad.abs().max() < 1e-4 and bias.grad.abs().max() < 1e-5
    whole = loss + 0.01 * weight.square().sum()
    assert abs(float(whole.detach()) - float(heads.objective[0])) < 1e-9


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99), lot=st.integers(1, 6))
def test_problems_do_not_know_each_other(seed: int, lot: int) -> None:
    """All at once gives what each alone gives, whatever finishes first."""
    features, targets = data(60, 10, 3, seed)
    rng = torch.Generator().manual_seed(seed)
    weights = (torch.rand(60, lot, generator=rng, dtype=torch.float64) > 0.3).double()
    l2 = 10 ** (-3 * torch.rand(lot, generator=rng, dtype=torch.float64))
    smoothing = torch.zeros(lot, dtype=torch.float64)
    every = fit_heads(features, targets, HeadProblems(weights, l2, smoothing), 3, **EXACT)
    for i in range(lot):
        one = fit_heads(features, targets, problem(weights[:, i], float(l2[i])), 3, **EXACT)
        assert abs(float(one.objective[0] - every.objective[i])) < 1e-9
        torch.testing.assert_close(one.weight[0], every.weight[i], atol=1e-3, rtol=1e-3)


def test_more_problems_than_memory_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from dojang.train import heads as module

    features, targets = data(60, 10, 3)
    weights = torch.ones(60, 5, dtype=torch.float64)
    given = HeadProblems(weights, torch.logspace(-3, 0, 5).double(), torch.zeros(5).double())
    whole = fit_heads(features, targets, given, 3, **EXACT)
    monkeypatch.setattr(module, "_BUDGET", 1)
    parts = fit_heads(features, targets, given, 3, **EXACT)
    torch.testing.assert_close(parts.objective, whole.objective, atol=1e-9, rtol=0)
    assert parts.weight.shape == whole.weight.shape == (5, 3, 10)


def test_separable_classes_and_features_without_spread_end() -> None:
    features = torch.zeros(20, 4)
    features[:10, 0] = 1000.0
    targets = (torch.arange(20) >= 10).long()
    heads = fit_heads(features, targets, problem(torch.ones(20), 1e-9), 2)
    assert heads.weight.isfinite().all() and int(heads.steps.max()) < 1000
    found = head_probabilities(features, heads.weight[0], heads.bias[0])
    assert (found.argmax(axis=1) == targets.numpy()).all()


def test_a_strength_means_the_same_for_features_of_any_size() -> None:
    features, targets = data(100, 16, 3)
    found = []
    for factor in (1.0, 1000.0):
        rows = FoldRows(np.ones(100), np.arange(100))
        setting = [HeadSetting(0.01, 0.0)]
        (fold,) = try_heads(factor * features, targets.numpy(), [rows], setting, 3)
        found.append(fold.losses)
    np.testing.assert_allclose(found[0].mean(), found[1].mean(), atol=1e-4)
    weights = torch.rand(100, 2, dtype=torch.float64)
    expected = [np.cov(features.T, aweights=w, ddof=0).trace() for w in weights.T.numpy()]
    np.testing.assert_allclose(feature_scale(features, weights), expected)


def test_folds_and_settings_keep_their_places() -> None:
    features, targets = data(90, 12, 3)
    fold_of = np.arange(90) // 3 % 3
    folds = [FoldRows((fold_of != k).astype(float), np.flatnonzero(fold_of == k)) for k in range(3)]
    grid = [HeadSetting(1e-3, 0.0), HeadSetting(0.1, 0.1)]
    found = try_heads(features, targets.numpy(), folds, grid, 3)
    for k, fold in enumerate(found):
        (alone,) = try_heads(features, targets.numpy(), folds[k : k + 1], grid, 3)
        np.testing.assert_allclose(alone.losses.mean(1), fold.losses.mean(1), atol=2e-3)
        assert fold.losses.shape == fold.right.shape == (2, 30)


def test_shifts_of_folds_stay_with_their_folds() -> None:
    features, targets = data(60, 6, 3)
    plain = FoldRows(np.ones(60), np.arange(60))
    shifted = FoldRows(np.ones(60), np.arange(60), np.array([4.0, 0.0, 0.0]))
    grid = [HeadSetting(0.01, 0.0)]
    both = try_heads(features, targets.numpy(), [plain, shifted], grid, 3)
    (alone,) = try_heads(features, targets.numpy(), [plain], grid, 3)
    np.testing.assert_allclose(both[0].losses.mean(), alone.losses.mean(), atol=1e-4)
    bias = both[1].heads.bias[0] - both[0].heads.bias[0]
    assert float(bias[0]) < -1  # what training adds, the head takes off


def made(losses: list[list[float]], right: list[list[bool]] | None = None) -> FoldHeads:
    values = np.array(losses)
    answers = values < 0.5 if right is None else np.array(right)
    empty = torch.zeros(len(losses))
    return FoldHeads(Heads(empty, empty, empty, empty, empty), values, answers)


def test_a_fold_is_not_judged_by_its_own_samples() -> None:
    """Setting 0 shines in fold 0 alone, so fold 0 is the one that must not take it."""
    folds = [made([[0.0], [9.0]]), made([[1.0], [0.9]]), made([[1.0], [0.9]])]
    assert choose(folds, "loss") == (1, 0, 0)
    assert choose(folds[:1], "loss") == (0,)


def test_the_choice_follows_the_monitor_and_prefers_the_stronger_penalty() -> None:
    fold = made([[0.1, 3.0], [0.4, 0.6]], [[True, True], [True, False]])
    assert choose([fold], "loss") == (1,)
    assert choose([fold], "accuracy") == (0,)
    assert choose([made([[0.3], [0.3], [0.3]])], "loss") == (2,)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_there_are_twenty_settings(smoothing: float) -> None:
    found = head_settings(smoothing)
    assert len(found) == len(set(found)) == 20
    assert {s.smoothing for s in found} == {0.0, smoothing}
    assert all(s.strength > 0 for s in found)
