"""The probe, the four cases, and what a recipe may not ask of a frozen network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dojang.app.screen import Silent
from dojang.app.transfer import FEW, NEUTRAL, WITHOUT_USE, TransferFacts, check, decide, settle
from dojang.core.errors import RecipeError
from dojang.core.i18n import t, use_language
from dojang.core.recipe import Recipe, keys, override
from dojang.nn.nearness import Nearness, nearness, pixel_statistics, probe


def features(n: int, classes: int, apart: float, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    targets = np.arange(n) % classes
    centres = rng.normal(size=(classes, 10))
    return apart * centres[targets] + rng.normal(size=(n, 10)), targets


def test_the_probe_is_at_chance_on_noise_and_right_where_classes_lie_apart() -> None:
    noise, targets = features(600, 4, 0.0)
    assert abs(probe(noise, targets, 0) - 0.25) < 0.06
    clear, targets = features(600, 4, 10.0)
    assert probe(clear, targets, 0) == 1.0
    assert probe(clear, targets, 5) == probe(clear, targets, 5)


def test_nearness_is_measured_against_the_best_reference() -> None:
    source, targets = features(300, 3, 3.0)
    weak, strong = features(300, 3, 0.3)[0], features(300, 3, 1.0)[0]
    found = nearness(source, [weak, strong], targets, 0)
    assert found is not None and found.chance == pytest.approx(1 / 3)
    assert found.reference == pytest.approx(probe(strong, targets, 0))
    assert 0 < found.gain <= 1
    worse = nearness(weak, [strong], targets, 0)
    assert worse is not None and worse.gain < 0


def test_classes_of_one_image_are_left_out() -> None:
    source, targets = features(20, 2, 5.0)
    targets = np.concatenate([targets, [2]])
    source = np.concatenate([source, source[:1]])
    found = nearness(source, [source], targets, 0)
    assert found is not None and found.chance == 0.5
    assert nearness(source[:2], [source[:2]], np.array([0, 1]), 0) is None


def test_pixel_statistics_are_colours_and_their_spread() -> None:
    small = np.random.default_rng(0).normal(size=(5, 3, 8, 8))
    found = pixel_statistics(small)
    assert found.shape == (5, 3 * 64 + 3)
    np.testing.assert_allclose(found[:, -3:], small.std(axis=(2, 3)))


NEAR, FAR, CLEAR = Nearness(0.7, 0.4, 0.1), Nearness(0.45, 0.4, 0.1), Nearness(0.95, 0.94, 0.3)


@pytest.mark.parametrize(
    ("images", "found", "mode", "key"),
    [
        (FEW - 1, NEAR, "frozen", "few_near"),
        (FEW - 1, CLEAR, "frozen", "few_enough"),
        (FEW - 1, FAR, "full", "few_far"),
        (FEW, NEAR, "full", "many_near"),
        (FEW, FAR, "full", "many_far"),
        (3, None, "full", "unknown"),
    ],
)
def test_the_four_cases(images: int, found: Nearness | None, mode: str, key: str) -> None:
    chosen, reason = decide(TransferFacts(images, found), [])
    assert (chosen, reason.key) == (mode, f"transfer.auto.{key}")
    for lang in ("en", "ko"):
        with use_language(lang):
            assert str(images) in t(reason.key, **reason.values)


def test_what_freezing_cannot_have_leads_to_the_last_blocks() -> None:
    mode, reason = decide(TransferFacts(5, NEAR), ["augment.mixup"])
    assert mode == "last-blocks" and "augment.mixup" in t(reason.key, **reason.values)


@pytest.mark.parametrize(
    "settings",
    [{"transfer.mode": "frozen"}, {"transfer.mode": "last-blocks"}, {"transfer.unfreeze": "2ep"}],
)
def test_transfer_without_weights_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(RecipeError) as caught:
        check(override(Recipe(), settings))
    assert "model.weights" in str(caught.value) and "--weights" in str(caught.value)


def test_all_keys_that_a_frozen_network_cannot_obey_are_named() -> None:
    settings = {
        "model.weights": "w", "transfer.mode": "frozen", "augment.mixup": 0.2,
        "regularize.sam": 0.05, "train.limit": "3ep", "loss.name": "focal",
    }  # fmt: skip
    with pytest.raises(RecipeError) as caught:
        check(override(Recipe(), settings))
    for key in ("augment.mixup", "regularize.sam", "train.limit", "loss.name"):
        assert f"- {key}" in str(caught.value)
    assert len(caught.value.problems) == 4
    check(override(Recipe(), {"model.weights": "w", "transfer.mode": "frozen"}))
    with pytest.raises(RecipeError):
        check(override(Recipe(), {"model.weights": "w", "transfer.unfreeze": "3min"}))


def test_every_key_that_is_looked_at_exists_with_its_default() -> None:
    assert set(WITHOUT_USE) <= set(keys())
    assert set(NEUTRAL) == {key for key in keys() if key.startswith("augment.")} - {
        "augment.magnitude", "augment.num_ops",  # of a policy alone
    }  # fmt: skip
    check(override(Recipe(), {"model.weights": "w", "transfer.mode": "frozen", **NEUTRAL}))


def test_without_weights_all_layers_are_trained() -> None:
    recipe, reasons = settle(Recipe(), None, None, {}, Silent())  # type: ignore[arg-type]
    assert recipe.transfer.mode == "full"
    assert reasons["transfer.mode"].key == "transfer.auto.none"
