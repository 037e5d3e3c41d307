"""Losses against torch and torchvision, and the numbers that they are made from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight
from torch import nn
from torchvision.ops import sigmoid_focal_loss

from dojang.data.loader import Batch
from dojang.objectives.losses import LOSSES, LossSettings
from dojang.objectives.weights import (
    effective_weights,
    inverse_weights,
    log_prior,
    logit_shifts,
)
from dojang.tasks.classify import Classification

WEIGHTS = (0.5, 1.0, 3.0)
counts_of_classes = st.lists(st.integers(1, 10_000), min_size=2, max_size=12).map(np.array)


def batch(size: int = 16, classes: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    targets = torch.randint(0, classes, (size,), generator=rng)
    return 3 * torch.randn(size, classes, generator=rng), targets


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("name", ["cross_entropy", "focal"])
def test_weights_and_smoothing_equal_torch(name: str, smoothing: float) -> None:
    logits, targets = batch()
    numbers = LossSettings(label_smoothing=smoothing, gamma=0.0, weights=WEIGHTS)
    expected = F.cross_entropy(
        logits, targets, weight=torch.tensor(WEIGHTS), label_smoothing=smoothing
    )
    torch.testing.assert_close(LOSSES[name](numbers)(logits, targets), expected)


def test_plain_cross_entropy_is_bit_for_bit_that_of_torch() -> None:
    logits, targets = batch()
    loss = LOSSES["cross_entropy"](LossSettings(label_smoothing=0.1))
    assert torch.equal(loss(logits, targets), F.cross_entropy(logits, targets, label_smoothing=0.1))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
def test_focal_loss_of_two_classes_equals_torchvision(gamma: float) -> None:
    logits, targets = batch(classes=2)
    ours = LOSSES["focal"](LossSettings(gamma=gamma))(logits, targets)
    difference = logits[:, 1] - logits[:, 0]
    theirs = sigmoid_focal_loss(difference, targets.float(), alpha=-1, gamma=gamma)
    torch.testing.assert_close(ours, theirs.mean())


def test_focal_loss_counts_what_is_answered_well_less() -> None:
    logits = torch.tensor([[4.0, 0.0], [0.2, 0.0]])
    targets = torch.tensor([0, 0])
    plain = F.cross_entropy(logits, targets, reduction="none")
    each = [LOSSES["focal"](LossSettings())(logits[i : i + 1], targets[:1]) for i in (0, 1)]
    shares = [float(loss / one) for loss, one in zip(each, plain, strict=True)]
    assert shares[0] < 0.001 and 0.1 < shares[1] < 0.3


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.0])
def test_focal_loss_and_its_slope_are_finite_for_answers_beyond_doubt(gamma: float) -> None:
    logits = torch.tensor([[200.0, 0.0], [-200.0, 0.0], [0.0, 0.0]], requires_grad=True)
    loss = LOSSES["focal"](LossSettings(gamma=gamma))(logits, torch.tensor([0, 0, 0]))
    loss.backward()
    assert torch.isfinite(loss) and logits.grad is not None
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("name", ["cross_entropy", "focal"])
def test_equal_weights_and_no_shift_change_nothing(name: str) -> None:
    logits, targets = batch()
    plain = LOSSES[name](LossSettings())(logits, targets)
    even = LossSettings(weights=(2.0, 2.0, 2.0), shifts=(-1.0, -1.0, -1.0))
    torch.testing.assert_close(LOSSES[name](even)(logits, targets), plain)


def test_logit_adjustment_is_cross_entropy_of_shifted_logits() -> None:
    """Menon et al. 2021, eq. 10: −log of f_y + τ log π_y against all other classes."""
    logits, targets = batch()
    shifts = tuple(logit_shifts(np.array([90, 9, 1]), tau=1.0).tolist())
    ours = LOSSES["cross_entropy"](LossSettings(shifts=shifts))(logits, targets)
    prior = torch.tensor([0.9, 0.09, 0.01]).log()
    pairs = (logits + prior)[:, :, None] - (logits + prior)[:, None, :]
    terms = pairs.exp().sum(dim=1)[torch.arange(len(targets)), targets].log()
    torch.testing.assert_close(ours, terms.mean())


@pytest.mark.parametrize(("adjusted", "expected"), [(False, 0.9), (True, 0.5)])
def test_the_optimum_under_logit_adjustment_is_the_balanced_answer(
    adjusted: bool, expected: float
) -> None:
    """One input, classes 9 : 1. The plain loss learns the shares, the adjusted one learns 1 : 1."""
    targets = torch.tensor([0] * 9 + [1])
    shifts = tuple(np.log([0.9, 0.1]).tolist()) if adjusted else None
    loss = LOSSES["cross_entropy"](LossSettings(shifts=shifts))
    logits = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.SGD([logits], lr=1.0)
    for _ in range(300):
        optimizer.zero_grad()
        loss(logits.expand(10, 2), targets).backward()
        optimizer.step()
    assert float(logits.detach().softmax(0)[0]) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_bce_is_the_sum_over_classes_of_torch(smoothing: float) -> None:
    logits, targets = batch()
    share = F.one_hot(targets, 3) * (1 - smoothing) + smoothing / 3
    expected = F.binary_cross_entropy_with_logits(logits, share, reduction="sum") / len(targets)
    ours = LOSSES["bce"](LossSettings(label_smoothing=smoothing))
    torch.testing.assert_close(ours(logits, targets), expected)


def test_smoothed_targets_of_bce_are_those_of_timm() -> None:
    from timm.loss import BinaryCrossEntropy

    logits, targets = batch()
    ours = LOSSES["bce"](LossSettings(label_smoothing=0.1))
    theirs = BinaryCrossEntropy(smoothing=0.1, sum_classes=True)
    torch.testing.assert_close(ours(logits, targets), theirs(logits, targets))


@pytest.mark.parametrize("classes", [2, 100])
def test_the_slope_of_bce_by_the_right_logit_does_not_depend_on_the_number_of_classes(
    classes: int,
) -> None:
    logits = torch.zeros(1, classes, requires_grad=True)
    LOSSES["bce"](LossSettings())(logits, torch.tensor([0])).backward()
    assert logits.grad is not None
    assert float(logits.grad[0, 0]) == -0.5


def test_bce_weighs_an_image_as_its_class() -> None:
    logits, targets = batch()
    loss = LOSSES["bce"](LossSettings(weights=WEIGHTS))
    each = torch.stack(
        [
            LOSSES["bce"](LossSettings())(z[None], t[None])
            for z, t in zip(logits, targets, strict=True)
        ]
    )
    weight = torch.tensor(WEIGHTS)[targets]
    torch.testing.assert_close(loss(logits, targets), (weight * each).sum() / weight.sum())


EVERY = [
    LossSettings(),
    LossSettings(0.1, 2.0, WEIGHTS, (-1.0, -0.5, 0.0)),
    LossSettings(0.2, 0.5, (0.0, 1.0, 3.0)),
]


@pytest.mark.parametrize("numbers", EVERY, ids=["plain", "all", "empty class"])
@pytest.mark.parametrize("name", list(LOSSES))
def test_gradients_equal_finite_differences(name: str, numbers: LossSettings) -> None:
    logits, targets = batch(6)
    loss = LOSSES[name](numbers)
    double = logits.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: loss(z, targets), (double,))
    assert loss(double, targets).dtype == torch.float64


@settings(deadline=None, max_examples=40)
@given(
    name=st.sampled_from(list(LOSSES)),
    weights=st.sampled_from([None, WEIGHTS]),
    cuts=st.lists(st.integers(1, 15), unique=True, max_size=4).map(sorted),
    mixed=st.booleans(),
)
def test_micro_batches_by_their_mass_add_up_to_the_whole_batch(
    name: str, weights: tuple[float, ...] | None, cuts: list[int], mixed: bool
) -> None:
    """Images are mixed within a micro-batch, so both labels of it have the same mass."""
    logits, targets = batch()
    task = Classification(("a", "b", "c"), LOSSES[name](LossSettings(0.1, weights=weights)))
    (phase,) = task.phases
    sides = list(zip([0, *cuts], [*cuts, 16], strict=True))
    partners = torch.cat([targets[a:b].flip(0) for a, b in sides])

    def part(a: int, b: int) -> Batch:
        others = partners[a:b] if mixed else None
        return Batch(logits[a:b], targets[a:b], np.arange(a, b), others, 0.7 if mixed else 1.0)

    def mean(batch: Batch) -> torch.Tensor:
        return phase.loss(nn.Identity(), batch)

    parts, whole = [part(a, b) for a, b in sides], part(0, 16)
    mass = torch.stack([phase.mass(p) for p in parts]).sum()
    torch.testing.assert_close(mass, phase.mass(whole))
    added = torch.stack([mean(p) * phase.mass(p) / mass for p in parts]).sum()
    torch.testing.assert_close(added, mean(whole))


def test_without_weights_the_mass_is_the_number_of_images() -> None:
    _, targets = batch(7)
    assert float(LOSSES["cross_entropy"](LossSettings()).mass(targets)) == 7
    weighed = LOSSES["cross_entropy"](LossSettings(weights=WEIGHTS)).mass(targets)
    assert float(weighed) == pytest.approx(sum(WEIGHTS[t] for t in targets))


def test_half_precision_logits_are_summed_in_full() -> None:
    logits, targets = batch()
    for name in LOSSES:
        assert LOSSES[name](LossSettings())(logits.bfloat16(), targets).dtype == torch.float32


@given(counts_of_classes)
def test_inverse_weights_equal_scikit_learn(counts: np.ndarray) -> None:
    labels = np.repeat(np.arange(len(counts)), np.minimum(counts, 50))
    counted = np.bincount(labels)
    expected = compute_class_weight("balanced", classes=np.arange(len(counts)), y=labels)
    np.testing.assert_allclose(inverse_weights(counted), expected)


@settings(deadline=None)
@given(counts_of_classes, st.sampled_from([0.0, 0.9, 0.999, 0.999999]))
def test_the_mean_weight_of_an_image_is_1_and_small_classes_weigh_more(
    counts: np.ndarray, beta: float
) -> None:
    for weights in (inverse_weights(counts), effective_weights(counts, beta)):
        assert (weights * counts).sum() / counts.sum() == pytest.approx(1)
        assert (np.diff(weights[np.argsort(counts)]) <= 1e-9).all()


def test_effective_numbers_are_those_of_the_paper() -> None:
    counts, beta = np.array([1, 10, 1000]), 0.99
    effective = (1 - beta**counts) / (1 - beta)
    found = effective_weights(counts, beta)
    np.testing.assert_allclose(found * effective, (found * effective)[0])
    np.testing.assert_allclose(effective_weights(counts, 0.0), 1)
    np.testing.assert_allclose(
        effective_weights(counts, 1 - 1e-9), inverse_weights(counts), rtol=1e-4
    )


def test_a_class_without_images_weighs_nothing_and_breaks_nothing() -> None:
    counts = np.array([4, 0, 2])
    assert inverse_weights(counts)[1] == 0 and effective_weights(counts, 0.9)[1] == 0
    assert np.isfinite(log_prior(counts)).all()
    shifts = tuple(logit_shifts(counts, 1.0).tolist())
    logits, _ = batch(6)
    numbers = LossSettings(0.1, 2.0, tuple(inverse_weights(counts).tolist()), shifts)
    for name in LOSSES:
        assert torch.isfinite(LOSSES[name](numbers)(logits, torch.tensor([0, 0, 0, 0, 2, 2])))


def test_log_prior_is_of_shares() -> None:
    np.testing.assert_allclose(np.exp(log_prior(np.array([6, 3, 1]))), [0.6, 0.3, 0.1])
