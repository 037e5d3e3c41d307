"""Metrics against scikit-learn and torchmetrics, on random and on degenerate predictions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch
import torchmetrics.functional as other
import torchmetrics.functional.classification as other_classes
from sklearn import metrics as reference

from dojang.core.types import Predictions
from dojang.objectives import scores, tallies
from dojang.objectives.evaluate import evaluate
from dojang.objectives.metrics import scorer

KINDS = (
    "random",
    "unlike",
    "perfect",
    "one_answer",
    "class_missing",
    "class_unknown",
    "ties",
    "two",
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both libraries warn of the degenerate cases
        yield


def make(kind: str) -> Predictions:
    """Predictions of a kind; classes and samples are few enough for degenerate cases to occur."""
    rng = np.random.default_rng(sum(map(ord, kind)))
    classes = 2 if kind == "two" else 7
    n = 240
    targets = rng.integers(0, classes, n)
    if kind == "unlike":
        targets = rng.choice(classes, n, p=np.arange(1, classes + 1) / 28)
    if kind == "class_missing":  # neither samples nor answers of the last one
        targets = rng.integers(0, classes - 1, n)
    if kind == "class_unknown":  # answers of the last one, no samples
        targets = rng.integers(0, classes - 1, n)
    logits = rng.normal(size=(n, classes))
    logits[np.arange(n), targets] += 30.0 if kind == "perfect" else 1.0
    if kind == "one_answer":
        logits[:, 2] += 50.0
    if kind == "class_missing":
        logits[:, -1] -= 50.0
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    if kind == "ties":
        shares = np.round(shares, 1) + 1e-3
        shares /= shares.sum(axis=1, keepdims=True)
    names = tuple(f"c{i}" for i in range(classes))
    ids = tuple(f"{i:04}" for i in range(n))
    return Predictions(ids, shares.astype(np.float32), names, targets, "valid", np.zeros(n, int))


def values_of(found: Predictions) -> dict[str, float]:
    """Every metric of all classes together."""
    every = scorer(found)
    row = every.values(np.ones((1, len(found))))[0]
    return {m.name: float(v) for m, v in zip(every.metrics, row, strict=False)}


@pytest.mark.parametrize("kind", KINDS)
def test_metrics_of_answers_equal_scikit_learn(kind: str) -> None:
    found = make(kind)
    ours, y, a = values_of(found), found.targets, found.predicted
    expected = {
        "accuracy": reference.accuracy_score(y, a),
        "balanced_accuracy": reference.balanced_accuracy_score(y, a),
        "kappa": reference.cohen_kappa_score(y, a),
        "mcc": reference.matthews_corrcoef(y, a),
    }
    for average in ("macro", "weighted"):
        triple = reference.precision_recall_fscore_support(y, a, average=average, zero_division=0)
        named = zip(("precision", "recall", "f1"), triple[:3], strict=True)
        expected |= {f"{average}_{name}": float(value) for name, value in named}
    for beta in (0.5, 2):
        f = reference.fbeta_score(y, a, beta=beta, average="macro", zero_division=0)
        expected[f"macro_f{beta}"] = f
    assert expected.pop("weighted_recall") == pytest.approx(ours["accuracy"])
    for name, value in expected.items():
        assert ours[name] == pytest.approx(value, abs=1e-9), name
    for metric in ("precision", "recall", "f1"):
        micro = getattr(reference, f"{metric}_score")(y, a, average="micro")
        assert micro == pytest.approx(ours["accuracy"]), "they are all one, and have one name"


@pytest.mark.parametrize("kind", KINDS)
def test_metrics_of_classes_equal_scikit_learn(kind: str) -> None:
    found = make(kind)
    y, a, names = found.targets, found.predicted, range(len(found.classes))
    triple = reference.precision_recall_fscore_support(y, a, labels=names, zero_division=0)
    per_class = evaluate(found).per_class
    for metric, expected in zip(("precision", "recall", "f1"), triple[:3], strict=True):
        np.testing.assert_allclose([c.scores[metric].value for c in per_class], expected)
    assert [c.support for c in per_class] == triple[3].tolist()
    for label, score in enumerate(per_class):
        mine, column = y == label, found.probabilities[:, label]
        if mine.any() and not mine.all():
            area = reference.roc_auc_score(mine, column)
            assert score.scores["roc_auc"].value == pytest.approx(area)
            area = reference.average_precision_score(mine, column)
            assert score.scores["pr_auc"].value == pytest.approx(area)
        else:
            assert np.isnan(score.scores["roc_auc"].value)


@pytest.mark.parametrize("kind", KINDS)
def test_metrics_of_probabilities_equal_scikit_learn(kind: str) -> None:
    found = make(kind)
    ours, y, p = values_of(found), found.targets, found.probabilities.astype(np.float64)
    names, classes = list(range(p.shape[1])), p.shape[1]
    if p[np.arange(len(y)), y].min() > 1e-12:  # scikit-learn stops at the smallest step of 1
        assert ours["log_loss"] == pytest.approx(reference.log_loss(y, p, labels=names), rel=1e-5)
    one_hot = np.eye(classes)[y]
    halved = 2 if classes == 2 else 1
    assert ours["brier"] == pytest.approx(((p - one_hot) ** 2).sum() / len(y) / halved, rel=1e-5)
    if classes == 2:
        assert ours["brier"] == pytest.approx(reference.brier_score_loss(y, p[:, 1]), rel=1e-5)
        assert ours["roc_auc"] == pytest.approx(reference.roc_auc_score(y, p[:, 1]))
        assert ours["pr_auc"] == pytest.approx(reference.average_precision_score(y, p[:, 1]))
        return
    if len(set(y)) == classes:
        area = reference.roc_auc_score(y, p, multi_class="ovr", average="macro")
        assert ours["roc_auc"] == pytest.approx(area)
        area = reference.average_precision_score(one_hot, p, average="macro")
        assert ours["pr_auc"] == pytest.approx(area)
    if kind != "ties":
        for k in (3, 5):
            top = reference.top_k_accuracy_score(y, p, k=k, labels=names)
            assert ours[f"top_{k}"] == pytest.approx(top)
        best = reference.ndcg_score(one_hot, p, k=5, ignore_ties=True)
        assert ours["ndcg_at_5"] == pytest.approx(best)


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("ties", "two")])
def test_metrics_equal_torchmetrics(kind: str) -> None:
    found = make(kind)
    ours = values_of(found)
    p, y = torch.from_numpy(found.probabilities), torch.from_numpy(found.targets)
    error = other_classes.multiclass_calibration_error(p, y, p.shape[1], n_bins=scores.BINS)
    assert ours["ece"] == pytest.approx(float(error), abs=1e-6)
    coefficient = other_classes.multiclass_matthews_corrcoef(p, y, p.shape[1])
    assert ours["mcc"] == pytest.approx(float(coefficient), abs=1e-5)
    relevant = torch.nn.functional.one_hot(y, p.shape[1]).bool()
    rows = list(zip(p, relevant, strict=True))
    precisions = [other.retrieval_average_precision(a, b, top_k=5) for a, b in rows]
    assert ours["map_at_5"] == pytest.approx(float(torch.stack(precisions).mean()), abs=1e-6)
    gains = [other.retrieval_normalized_dcg(a, b, top_k=5) for a, b in rows]
    assert ours["ndcg_at_5"] == pytest.approx(float(torch.stack(gains).mean()), abs=1e-6)


def test_ranking_of_several_right_answers_equals_both_libraries() -> None:
    rng = np.random.default_rng(4)
    values, relevant = rng.random((60, 9)), rng.random((60, 9)) < 0.3
    relevant[0] = False
    pairs = list(zip(torch.from_numpy(values), torch.from_numpy(relevant), strict=True))
    expected = [float(other.retrieval_average_precision(*pair)) for pair in pairs]
    found = scores.average_precisions_at(values, relevant, 9)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found[0] == 0.0
    gains = rng.integers(0, 4, (60, 9)).astype(float)
    for k in (1, 4, 9, 20):
        ours = scores.ndcg_at(values, gains, k).mean()
        assert ours == pytest.approx(reference.ndcg_score(gains, values, k=k))


def test_average_precision_at_k_is_divided_by_what_could_be_found() -> None:
    values, relevant = np.array([[0.9, 0.8, 0.7, 0.6]]), np.array([[True, False, True, True]])
    at_two = scores.average_precisions_at(values, relevant, 2)
    assert at_two == pytest.approx((1 / 1) / 2), "one of the two places holds a right answer"
    assert scores.average_precisions_at(values, relevant, 4) == pytest.approx(
        (1 + 2 / 3 + 3 / 4) / 3
    )


def test_the_place_of_the_true_class_agrees_with_the_answer_where_probabilities_tie() -> None:
    shares = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [1 / 3, 1 / 3, 1 / 3]], np.float32)
    for label in range(3):
        targets = np.full(3, label)
        first = scores.ranks(shares, targets) == 1
        assert (first == (shares.argmax(axis=1) == targets)).all()
    assert scores.ranks(shares, np.array([1, 2, 2])).tolist() == [2, 2, 3]


def test_log_loss_survives_a_probability_of_zero() -> None:
    certain = np.array([[1.0, 0.0]], dtype=np.float32)
    assert np.isfinite(scores.log_losses(certain, np.array([1]))).all()


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision"])
@pytest.mark.parametrize("digits", [1, 6])
def test_influence_is_the_slope_by_the_weight_of_a_sample(metric: str, digits: int) -> None:
    rng = np.random.default_rng(digits)
    values = np.round(rng.random(50), digits)  # one digit: many ties
    positive = rng.random(50) < 0.2 + 0.6 * values
    plain, slopes = getattr(scores, f"{metric}_influence")(values, positive)
    moved = np.ones((51, 50))
    moved[np.arange(50), np.arange(50)] += 1e-6
    direct = getattr(scores, metric)(values, positive, moved)
    assert plain == pytest.approx(direct[-1])
    np.testing.assert_allclose(slopes, (direct[:-1] - direct[-1]) / 1e-6, atol=1e-6)


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision"])
def test_weights_count_samples_several_times(metric: str) -> None:
    rng = np.random.default_rng(8)
    values, positive = np.round(rng.random(40), 1), rng.random(40) < 0.4
    often = rng.integers(0, 4, 40)
    repeated = np.repeat(values, often), np.repeat(positive, often)
    ours = getattr(scores, metric)(values, positive, often[None].astype(float))[0]
    name = {"roc_auc": "roc_auc_score", "average_precision": "average_precision_score"}[metric]
    assert ours == pytest.approx(getattr(reference, name)(repeated[1], repeated[0]))


def test_nothing_but_one_class_has_no_area_and_no_agreement_beyond_chance() -> None:
    shares = np.array([[0.9, 0.1], [0.8, 0.2]], np.float32)
    found = Predictions(("a", "b"), shares, ("x", "y"), np.zeros(2, int), "valid", np.zeros(2, int))
    ours = values_of(found)
    assert np.isnan(ours["roc_auc"]) and np.isnan(ours["kappa"]) and ours["mcc"] == 0.0
    assert ours["accuracy"] == ours["macro_f1"] == 1.0


def test_counts_of_halves_add_up_to_the_whole() -> None:
    found = make("random")
    whole = tallies.count(found.targets, found.predicted, 7)
    parts = [
        tallies.count(found.targets[half], found.predicted[half], 7)
        for half in (slice(0, 100), slice(100, None))
    ]
    for of_whole, *of_parts in zip(whole, *parts, strict=True):
        assert (of_whole == sum(of_parts)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_one_and_two_are_samples_once_and_twice(kind: str) -> None:
    found = make(kind)
    often = np.random.default_rng(0).integers(0, 3, len(found))
    rows = np.repeat(np.arange(len(found)), often)
    twice = Predictions(
        tuple(f"{i}" for i in rows), found.probabilities[rows], found.classes, found.targets[rows],
        "valid", found.fold[rows],
    )  # fmt: skip
    every = scorer(found)
    weighed = every.values(often[None].astype(float))[0]
    repeated = values_of(twice)
    for metric, value in zip(every.metrics, weighed, strict=False):
        if metric.name not in ("roc_auc", "pr_auc"):  # redrawn to first order
            assert value == pytest.approx(repeated[metric.name], nan_ok=True), metric.name
