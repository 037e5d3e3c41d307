"""Features that are taken while a network predicts: the same as of a pass of their own, bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from dojang.analysis.nearest import directions
from dojang.analysis.report.examples import make_examples
from dojang.app import seen as module
from dojang.app.nearing import FEWEST, MOST, SHARE, bank_size
from dojang.app.seen import Seen, kept_of, tapped
from dojang.app.slicing import clusters
from dojang.core.types import InputSpec
from dojang.nn.factory import Network, build

IDS = tuple(f"{i:03}.png" for i in range(50))


@pytest.fixture(scope="module")
def network() -> Network:
    return build("convnet", 3, InputSpec.neutral(8), width=8).eval()


def pictures() -> torch.Tensor:
    return torch.rand(50, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 255


def tap(network: Network, kept: frozenset[str]) -> Seen:
    with tapped(network, IDS, kept) as found, torch.inference_mode():
        for images in pictures().split(16):
            network(images)
    return found.seen


def test_they_are_what_a_pass_of_its_own_gives(network: Network) -> None:
    found = tap(network, kept_of(network, IDS))
    with torch.inference_mode():
        features = network.features((pictures() - network.mean) / network.std)
    assert found.ids == IDS and found.rows.dtype == np.float16
    np.testing.assert_allclose(found.rows, directions(features.numpy()), atol=2e-3)
    assert not network.features._forward_hooks


def test_of_too_many_a_seeded_sample_is_kept(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tap(network, kept_of(network, IDS))
    monkeypatch.setattr(module, "MOST_NUMBERS", 20 * whole.rows.shape[1])
    kept = kept_of(network, IDS)
    found = tap(network, kept)
    assert set(found.ids) == kept == kept_of(network, IDS) and len(kept) == 20
    places = [IDS.index(identifier) for identifier in found.ids]
    assert (found.rows == whole.rows[places]).all()
    numbers = clusters(found, IDS)
    assert ((numbers == 0) == [identifier not in kept for identifier in IDS]).all()


def test_the_pass_over_training_images_is_a_small_share_of_the_training() -> None:
    for shown in (0, 1000, 20_000, 100_000, 10**7):
        assert FEWEST <= bank_size(shown) <= max(FEWEST, min(MOST, SHARE * shown))


def test_pictures_of_cases_come_before_those_of_neighbours() -> None:
    near = [{"id": "n", "label": "a", "distance": 0.1, "image": "near"}]
    base: dict[str, Any] = {"target": "a", "predicted": "b", "confidence": 0.9, "near": near}
    lines = [
        base | {"kind": kind, "id": kind, "image": kind, "overlay": f"{kind}-why", "count": 3}
        for kind in ("best", "pair", "worst")
    ]
    asked: list[object] = []
    found = make_examples(lines, lambda name: asked.append(name))  # there is no room
    assert asked[:2] == ["worst", "worst-why"] and asked[-3:] == 3 * ["near"]
    assert list(found) == ["worst", "pair", "best"]
    assert found["pair"][0].title == "a taken for b, 3 times"
    assert found["worst"][0].examples[0].near[0].image is None
