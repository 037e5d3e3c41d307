"""CKA against the direct formula, its invariances, and layers worth comparing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from dojang.analysis.similarity import Alignment, gram, grams_of
from dojang.core.types import InputSpec
from dojang.nn.factory import build
from dojang.nn.landmarks import FEWEST, MOST, landmarks

Array = np.ndarray


def hsic(k: Array, m: Array) -> float:
    """Song et al. 2012, equation 5, as it is written."""
    n = len(k)
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    ones = np.ones(n)
    trace = np.trace(k @ m) + (ones @ k @ ones) * (ones @ m @ ones) / ((n - 1) * (n - 2))
    return float((trace - 2 / (n - 2) * ones @ k @ m @ ones) / (n * (n - 3)))


def cka(x: Array, y: Array, batches: int = 1) -> float:
    found = Alignment()
    for rows in np.array_split(np.arange(len(x)), batches):
        pair = (gram(torch.from_numpy(side[rows]))[None] for side in (x, y))
        found.add(*pair)
    return float(found.cka[0, 0])


def draw(seed: int, n: int, width: int) -> Array:
    return np.random.default_rng(seed).normal(1, 1, (n, width)).astype(np.float32)


def test_it_is_the_direct_formula_on_whole_matrices() -> None:
    x, y = draw(0, 40, 12), draw(1, 40, 30)
    y[:, :6] += 2 * x[:, :6]
    k, m = (side.astype(float) @ side.astype(float).T for side in (x, y))
    expected = hsic(k, m) / np.sqrt(hsic(k, k) * hsic(m, m))
    assert cka(x, y) == pytest.approx(expected, abs=1e-5)


def test_batches_come_near_the_whole() -> None:
    x = draw(0, 960, 8)
    y = np.tanh(x @ draw(1, 8, 20)) + 0.1 * draw(2, 960, 20)
    assert cka(x, y, 15) == pytest.approx(cka(x, y), abs=0.02)


@pytest.mark.parametrize("batches", [1, 4])
def test_a_layer_is_like_itself_turned_and_scaled(batches: int) -> None:
    x = draw(3, 64, 10)
    turn = np.linalg.qr(draw(4, 10, 10))[0]
    assert cka(x, x, batches) == pytest.approx(1)
    assert cka(x, 7 * x @ turn + 3, batches) == pytest.approx(1, abs=1e-4)
    stretched = x * np.linspace(0.1, 3, 10, dtype=np.float32)
    assert cka(x, stretched, batches) < 0.99, "not invariant to any linear map"


def test_independent_features_have_nothing_in_common_on_average() -> None:
    found = [cka(draw(s, 64, 400), draw(s + 500, 64, 400), 4) for s in range(60)]
    assert abs(np.mean(found)) < 0.02
    biased = np.corrcoef(draw(0, 16, 400)), np.corrcoef(draw(500, 16, 400))
    assert (biased[0] * biased[1]).sum() > 1, "what the bias of small batches comes from"


def test_a_constant_layer_is_like_nothing_and_four_images_are_enough() -> None:
    assert np.isnan(cka(np.ones((8, 3), np.float32), draw(0, 8, 3)))
    assert np.isfinite(cka(draw(0, 4, 3), draw(1, 4, 3)))


def test_wide_features_are_taken_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    features = torch.from_numpy(draw(5, 12, 600)).reshape(12, 6, 10, 10)
    whole = gram(features)
    monkeypatch.setattr("dojang.analysis.similarity._COLUMNS", 100)
    np.testing.assert_allclose(gram(features), whole, rtol=1e-4, atol=1e-3)


def test_hooks_are_gone_afterwards() -> None:
    layer = nn.Linear(3, 2)
    with grams_of([layer]) as found:
        layer(torch.randn(5, 3))
    assert found[0] is not None and found[0].shape == (5, 5)
    assert not layer._forward_hooks


@pytest.mark.parametrize(
    ("name", "size", "some"),
    [
        ("convnet", 32, {"features.stem.0", "features.stages.0"}),
        ("resnet18", 64, {"features.layer1.0", "features.layer4.1"}),
        ("vit_tiny_patch16_224", 32, {"features.patch_embed", "features.blocks.0"}),
        ("densenet121", 64, {"features"}),
        ("lenet5", 32, {"features.conv1"}),
        ("perceptron", 8, {"features"}),
    ],
)
def test_layers_worth_comparing(name: str, size: int, some: set[str]) -> None:
    network = build(name, 3, InputSpec.neutral(size))
    marks = landmarks(network)
    names = [mark.name for mark in marks]
    assert names[-2:] == ["features", "head"] and some <= set(names)
    assert len(set(names)) == len(names) <= MOST
    assert len(names) >= FEWEST or name in ("lenet5", "perceptron")
    modules = dict(network.named_modules())
    assert all(modules[mark.name] is mark.module for mark in marks)
    with grams_of([mark.module for mark in marks]) as found, torch.inference_mode():
        network(torch.rand(5, 3, size, size) * 255)
    assert all(matrix is not None and matrix.shape == (5, 5) for matrix in found)
