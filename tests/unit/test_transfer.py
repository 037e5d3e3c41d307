"""Freezing: what is frozen stays as it is to the last bit, whatever mode the network is put in."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from dojang.app.freezing import begin_transfer, block_rates
from dojang.core.recipe import Recipe, override
from dojang.core.types import InputSpec
from dojang.nn.factory import Network, build
from dojang.nn.modes import Thaw, evaluating
from dojang.nn.surface import blocks_of
from dojang.nn.transfer import (
    blocks_in_training,
    freeze,
    frozen_blocks,
    rate_factors,
    set_stage,
    trained_blocks,
)
from dojang.recipes.auto import resolve
from makers import make_manifest


def network(name: str = "convnet", size: int = 32) -> Network:
    return build(name, 3, InputSpec(size, "squash", (120.0,) * 3, (60.0,) * 3), width=8)


def learn(net: Network, steps: int = 3) -> None:
    """A few steps of training, as the loop takes them."""
    torch.manual_seed(0)
    optimizer = torch.optim.AdamW(net.parameters(), 0.01, weight_decay=0.1)
    for _ in range(steps):
        net.train()
        images = 255 * torch.rand(8, 3, net.spec.size, net.spec.size)
        loss = F.cross_entropy(net(images), torch.randint(0, 3, (8,)))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("name", ["convnet", "timm/resnet10t", "torchvision/mobilenet_v3_small"])
@pytest.mark.parametrize(
    ("mode", "blocks"), [("frozen", 1), ("last-blocks", 1), ("last-blocks", 2)]
)
def test_frozen_blocks_keep_weights_and_statistics(name: str, mode: str, blocks: int) -> None:
    net = network(name)
    freeze(net, mode, blocks)
    before = copy.deepcopy(net.state_dict())
    learn(net)
    after = net.state_dict()
    frozen = frozen_blocks(net)
    kept = {id(t) for b in frozen for m in b.modules for t in (*m.parameters(), *m.buffers())}
    kept |= {id(p) for b in frozen for p in b.parameters()}
    tensors = {**dict(net.named_parameters()), **dict(net.named_buffers())}
    for key, tensor in tensors.items():
        if id(tensor) in kept:
            assert torch.equal(after[key], before[key]), key
    count = trained_blocks(mode, len(blocks_of(net)), blocks)
    assert len(frozen) == len(blocks_of(net)) - count
    for block in blocks_of(net)[-count:]:
        assert all(p.requires_grad for p in block.parameters())
    moved = [k for k in after if not torch.equal(after[k], before[k])]
    assert any(k.startswith("head") for k in moved)
    trained = [m for b in blocks_of(net)[-count:] for own in b.modules for m in own.modules()]
    norms = any(isinstance(m, nn.BatchNorm2d) for m in trained)
    assert any("running_mean" in k for k in moved) == norms


def test_full_changes_every_parameter_and_every_statistic() -> None:
    net = network()
    freeze(net, "full")
    before = copy.deepcopy(net.state_dict())
    learn(net)
    still = [k for k, v in net.state_dict().items() if torch.equal(v, before[k])]
    assert set(still) == {"mean", "std"}


def test_the_state_has_the_names_that_it_has_without_freezing() -> None:
    plain, frozen = network(), network()
    freeze(frozen, "frozen")
    assert list(plain.state_dict()) == list(frozen.state_dict())
    copied = copy.deepcopy(frozen).train()
    assert not any(m.training for m in copied.features.modules() if isinstance(m, nn.BatchNorm2d))
    assert not {id(m) for m in copied.frozen} & {id(m) for m in frozen.frozen}


def test_frozen_parts_survive_every_way_of_setting_the_mode() -> None:
    net = network()
    freeze(net, "last-blocks", 1)
    held = [m for module in net.frozen for m in module.modules()]
    shell = nn.Sequential(net)  # as a wrapper of another library holds it
    for change in (net.train, net.eval, net.train, shell.train):
        change()
        assert not any(m.training for m in held)
    assert net.head.training and net.training
    with evaluating(net):
        assert not any(m.training for m in net.modules())
    assert net.head.training and not any(m.training for m in held)


@given(
    most=st.integers(1, 20), every=st.integers(1, 500), per_epoch=st.integers(1, 300),
    epochs=st.integers(1, 60),
)  # fmt: skip
def test_unfreezing_goes_one_way_and_ends_with_all(
    most: int, every: int, per_epoch: int, epochs: int
) -> None:
    thaw = Thaw(most, every, per_epoch)
    counts = [blocks_in_training(epoch, thaw) for epoch in range(epochs)]
    assert counts[0] == 1 and counts == sorted(counts) and max(counts) <= most
    assert blocks_in_training(most * every, thaw) == most
    assert blocks_in_training(0, Thaw(most)) == most


def test_stages_follow_from_the_epoch_alone() -> None:
    straight, resumed = network(), network()
    for net in (straight, resumed):
        freeze(net, "last-blocks", 3, every=4, per_epoch=2)
        assert sum(any(p.requires_grad for p in b.parameters()) for b in blocks_of(net)) == 4
    found = [set_stage(straight, epoch) for epoch in range(9)]
    assert found == [1, 1, 2, 2, 3, 3, 4, 4, 4]
    assert set_stage(resumed, 5) == set_stage(straight, 5) == 3
    learns = [[p.requires_grad for p in net.parameters()] for net in (straight, resumed)]
    assert learns[0] == learns[1]
    assert len(frozen_blocks(resumed)) == len(blocks_of(resumed)) - 3


def test_an_optimiser_made_before_the_first_stage_trains_what_is_unfrozen_later() -> None:
    net = network()
    freeze(net, "full", every=1, per_epoch=1)
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], 0.1)
    assert len(optimizer.param_groups[0]["params"]) == len(list(net.parameters()))
    set_stage(net, 0)
    before = copy.deepcopy(net.state_dict())
    images, targets = 255 * torch.rand(8, 3, 32, 32), torch.randint(0, 3, (8,))
    for epoch in range(2):
        set_stage(net, epoch)
        net.train()
        F.cross_entropy(net(images), targets).backward()
        optimizer.step()
        optimizer.zero_grad()
        moved = {k for k, v in net.state_dict().items() if not torch.equal(v, before[k])}
        assert all(k.startswith(("head", "features.stages.3")) for k in moved)
        assert any("stages.3" in k for k in moved) == (epoch == 1)


def test_a_network_that_was_never_frozen_is_left_alone() -> None:
    net = network()
    assert set_stage(net, 3) is None and set_stage(nn.Linear(2, 2), 0) is None
    assert net.thaw is None and all(p.requires_grad for p in net.parameters())


def test_parameters_that_the_network_itself_fixes_stay_fixed() -> None:
    net = network()
    fixed = next(net.features.parameters())
    fixed.requires_grad_(False)
    freeze(net, "full", every=1, per_epoch=1)
    set_stage(net, 99)
    assert not fixed.requires_grad
    assert sum(not p.requires_grad for p in net.parameters()) == 1


def test_a_word_for_the_mode_leaves_the_other_keys_alone() -> None:
    recipe = override(Recipe(), {"transfer.rate": 0.3})
    recipe = override(recipe, {"transfer": "full", "transfer.unfreeze": "2ep"})
    assert (recipe.transfer.mode, recipe.transfer.rate) == ("full", 0.3)
    assert str(recipe.transfer.unfreeze) == "2ep"


def test_blocks_with_weights_learn_at_their_share_of_the_rate() -> None:
    net = network()
    settings = {"optimizer.lr": 0.01, "model.weights": "w", "transfer": "last-blocks"}
    recipe = override(Recipe(), {**settings, "optimizer.layer_decay": 0.5, "transfer.blocks": 2})
    begin_transfer(recipe, net, 10)
    rates = block_rates(recipe, net)
    learning = [r for r, b in zip(rates, blocks_of(net), strict=True)
                if any(p.requires_grad for p in b.parameters())]  # fmt: skip
    assert learning == pytest.approx([0.025, 0.05, 1.0])
    scratch = override(Recipe(), {"optimizer.lr": 0.01})
    assert set(block_rates(scratch, net)) == {1.0}


@pytest.mark.parametrize(
    ("images", "scratch", "weights"), [(100, 60, 200), (500, 60, 60), (5000, 25, 15)]
)
def test_few_images_are_seen_often_at_a_tenth_of_the_rate(
    images: int, scratch: int, weights: int
) -> None:
    manifest = make_manifest(["a", "b"] * (images // 2), parts=["train"] * images)
    for expected, settings in ((scratch, {}), (weights, {"model.weights": "hub"})):
        recipe = override(Recipe(), {"model.name": "timm/resnet18", **settings})
        assert resolve(recipe, manifest)[0].train.epochs == expected


def test_rates_of_blocks() -> None:
    assert rate_factors(4, 0.1) == [0.1, 0.1, 0.1, 1.0]
    assert rate_factors(3, 1.0) == [1.0, 1.0, 1.0]
    decayed = rate_factors(4, 0.1, 0.5)
    assert decayed == pytest.approx([0.0125, 0.025, 0.05, 1.0])
    assert rate_factors(1, 0.1) == [1.0]
