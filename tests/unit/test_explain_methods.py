"""The methods against the grad-cam package and by what defines them; the layer for every family."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import timm
import torch
import torchvision
from pytorch_grad_cam import GradCAM, GradCAMPlusPlus, LayerCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

from dojang.analysis.explain import (
    METHODS,
    attention_rollout,
    explain_images,
    find_layer,
    grad_cam,
    grad_cam_plus_plus,
    gradient_map,
    integrated_gradients,
    layer_cam,
    layer_named,
    methods_for,
    name_of,
    occlusion,
)
from dojang.analysis.explain.layouts import as_maps
from dojang.analysis.explain.rollout import attention_weights
from dojang.core.errors import ModelError
from dojang.core.types import InputSpec
from dojang.nn.factory import build

PAIRS = [(grad_cam, GradCAM), (grad_cam_plus_plus, GradCAMPlusPlus), (layer_cam, LayerCAM)]
SMALL_VIT: dict[str, Any] = {
    "img_size": 32, "patch_size": 8, "embed_dim": 48, "depth": 3, "num_heads": 3,
    "num_classes": 6, "init_values": 0.5,
}  # fmt: skip


def lively(model: nn.Module, seed: int) -> nn.Module:
    """Give norms, scales and the head numbers as after training, different for each seed."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm) and module.weight is not None:
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.15)
            if module.bias is not None:
                nn.init.normal_(module.bias, std=0.1)
    return model.eval()


def vit(seed: int, **more: Any) -> nn.Module:
    torch.manual_seed(seed)
    model = timm.create_model("vit_tiny_patch16_224", **SMALL_VIT | more)
    with torch.no_grad():
        model.pos_embed.normal_(std=0.5)
    return lively(model, seed)


@pytest.mark.parametrize(("ours", "package"), PAIRS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_equals_the_package_on_a_resnet(
    ours: Callable[..., Tensor], package: type[Any], seed: int
) -> None:
    torch.manual_seed(seed)
    model = lively(torchvision.models.resnet18(weights=None, num_classes=7), seed)
    images, classes = torch.randn(3, 3, 64, 64), [6, 0, 3]
    peaks = []
    # The weights of Grad-CAM++ have poles where activations have both signs, as before a norm.
    signed = () if ours is grad_cam_plus_plus else ("layer1.0.conv2",)
    for name in ("layer4.1", "layer2.1", *signed):
        layer = model.get_submodule(name)
        with package(model, [layer]) as reference:
            expected = reference(images, [ClassifierOutputTarget(k) for k in classes])
        peaks.append(expected.max())
        heat = ours(model, images, torch.tensor(classes), layer)
        np.testing.assert_allclose(heat.numpy(), expected, atol=1e-4)
    assert max(peaks) > 0.9


@pytest.mark.parametrize(("ours", "package"), PAIRS)
@pytest.mark.parametrize(
    ("seed", "more", "name"),
    [
        (0, {}, "blocks.2.norm1"),
        (1, {"reg_tokens": 4}, "blocks.2.norm1"),
        (2, {"global_pool": "avg", "class_token": False}, "fc_norm"),
    ],
)
def test_equals_the_package_on_a_vision_transformer(
    ours: Callable[..., Tensor], package: type[Any], seed: int, more: dict[str, Any], name: str
) -> None:
    model = vit(seed, **more)
    layer = find_layer(model, 32)
    if name != "fc_norm":
        assert layer is model.get_submodule(name)
    images, prefix = torch.randn(3, 3, 32, 32), model.num_prefix_tokens

    def reshape(tokens: Tensor) -> Tensor:
        return tokens[:, prefix:].reshape(len(tokens), 4, 4, -1).permute(0, 3, 1, 2)

    for module in (layer, model.blocks[1]):
        with package(model, [module], reshape_transform=reshape) as reference:
            expected = reference(images, [ClassifierOutputTarget(k) for k in (5, 0, 3)])
        assert expected.max() > 0.9
        heat = ours(model, images, torch.tensor([5, 0, 3]), module)
        np.testing.assert_allclose(heat.numpy(), expected, atol=1e-4)


def test_equals_the_package_on_a_swin() -> None:
    torch.manual_seed(0)
    model = lively(small("swin_tiny_patch4_window7_224", 32), 0)
    layer, images = model.layers[2], torch.randn(2, 3, 32, 32)
    with GradCAM(model, [layer], lambda x: x.permute(0, 3, 1, 2)) as reference:
        expected = reference(images, [ClassifierOutputTarget(k) for k in (1, 2)])
    heat = grad_cam(model, images, torch.tensor([1, 2]), layer)
    np.testing.assert_allclose(heat.numpy(), expected, atol=1e-4)


def small(name: str, size: int) -> nn.Module:
    """A family's smallest member, thinner still where it can be."""
    slim: dict[str, dict[str, Any]] = {
        "swin_tiny_patch4_window7_224": {
            "img_size": size, "window_size": 2, "patch_size": 2, "embed_dim": 24,
            "depths": (1, 1, 2), "num_heads": (1, 2, 4),
        },
        "vit_tiny_patch16_224": {"img_size": size, "patch_size": 8, "depth": 2},
        "deit_tiny_distilled_patch16_224": {"img_size": size, "patch_size": 8, "depth": 2},
        "convnext_atto": {"depths": (1, 1, 1, 1)},
    }  # fmt: skip
    model: nn.Module = timm.create_model(name, num_classes=6, **slim.get(name, {}))
    return model


@pytest.mark.parametrize(
    ("name", "size", "layer"),
    [
        ("resnet10t", 64, "layer4.0"),
        ("convnext_atto", 64, "stages.3.blocks.0"),
        ("efficientnet_b0", 64, "bn2"),
        ("mobilenetv3_small_050", 64, "blocks.5.0.bn1"),
        ("vit_tiny_patch16_224", 32, "blocks.1.norm1"),
        ("deit_tiny_distilled_patch16_224", 32, "blocks.1.norm1"),
        ("swin_tiny_patch4_window7_224", 32, "norm"),
    ],
)
def test_every_family_has_a_layer_that_tells_classes_apart(
    name: str, size: int, layer: str
) -> None:
    torch.manual_seed(0)
    model = lively(small(name, size), 0)
    before = [module.training for module in model.modules()]
    found = find_layer(model, size)
    assert name_of(model, found) == layer
    images = torch.rand(2, 3, size, size)
    maps = torch.stack([grad_cam(model, images, torch.tensor([k, k]), found) for k in range(6)])
    assert maps.shape == (6, 2, size, size)
    assert maps.std((2, 3)).amax() > 0.1
    assert maps.std(0).amax() > 0.05
    assert [module.training for module in model.modules()] == before
    assert not any(m._forward_hooks for m in model.modules())


@pytest.mark.parametrize("size", [8, 32, 64])
def test_our_own_network_has_a_layer_at_every_size(size: int) -> None:
    network = build("convnet", 3, InputSpec.neutral(size), width=8)
    assert name_of(network, find_layer(network, size)).startswith("stages.")


def test_tokens_become_maps_in_the_order_of_the_patches() -> None:
    grid = torch.arange(9.0)[None, :, None].expand(1, 9, 2)
    for prefix in (0, 1, 5):
        tokens = torch.cat([torch.full((1, prefix, 2), -1.0), grid], 1)
        for said in (prefix, None):
            maps = as_maps(tokens, said)
            assert maps is not None
            assert torch.equal(maps[0, 1], torch.arange(9.0).view(3, 3))
    assert as_maps(torch.zeros(1, 9, 2), 1).shape == (1, 2, 3, 3), "the class token comes later"
    assert as_maps(torch.zeros(1, 35, 2), None).shape == (1, 2, 5, 5)
    assert as_maps(torch.zeros(1, 80, 2), None).shape == (1, 2, 8, 8)
    assert as_maps(torch.zeros(1, 99, 2), 20) is None
    assert as_maps(torch.zeros(1, 4), None) is None
    assert as_maps(torch.zeros(1, 3, 3, 7), None).shape == (1, 7, 3, 3)
    assert as_maps(torch.zeros(1, 7, 3, 3), None).shape == (1, 7, 3, 3)


class Spot(nn.Module):
    """Says class 1 by the brightness of one place alone; the mean colour is grey."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.full((1, 3, 1, 1), 100.0))
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images: Tensor) -> Tensor:
        seen = self.scale * (images.float()[:, :, 8:12, 4:8].mean((1, 2, 3)) - 100) / 50
        return torch.stack([-seen, seen], 1)


def test_occlusion_finds_the_one_place_that_counts() -> None:
    images = torch.full((2, 3, 16, 16), 180, dtype=torch.uint8)
    images[1] = 20  # darker than grey: here hiding the place speaks for class 1, not against
    heat = occlusion(Spot(), images, torch.tensor([1, 1]), window=4, stride=2)
    assert heat.shape == (2, 16, 16)
    assert heat[0, 8:12, 4:8].min() > 0.4 and heat[0].max() == pytest.approx(1)
    assert heat[0, :, 12:].max() == 0 and heat[0, :4].max() == 0
    assert heat[1].max() == 0
    assert torch.allclose(
        occlusion(Spot(), images), occlusion(Spot(), images, torch.tensor([1, 0]))
    )


def test_occlusion_of_a_window_equals_hiding_it_by_hand() -> None:
    model, images = vit(0), torch.rand(1, 3, 32, 32)
    heat = occlusion(model, images, torch.tensor([2]), window=16, stride=16)
    before = model(images).log_softmax(1)[0, 2]
    falls = []
    for y in (0, 16):
        for x in (0, 16):
            hidden = images.clone()
            hidden[..., y : y + 16, x : x + 16] = images.mean((2, 3), keepdim=True)
            falls.append(before - model(hidden).log_softmax(1)[0, 2])
    expected = torch.stack(falls).relu().detach()
    got = heat[0, [8, 8, 24, 24], [8, 24, 8, 24]]
    torch.testing.assert_close(got, expected / expected.max(), atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("kind", ["vit", "convnet"])
def test_integrated_gradients_are_complete(kind: str) -> None:
    network = vit(0) if kind == "vit" else build("convnet", 4, InputSpec.neutral(32), width=8)
    lively(network, 0)
    images = torch.rand(3, 3, 32, 32) * torch.linspace(0.2, 1, 3).view(3, 1, 1, 1)
    images = images * (1 if kind == "vit" else 255)
    classes = torch.tensor([1, 0, 3])
    grey = torch.full((1, 3, 1, 1), 0.4 if kind == "vit" else 90.0)
    shares = integrated_gradients(network, images, classes, 64, grey)
    with torch.no_grad():
        ends = [
            network(x).gather(1, classes[:, None])[:, 0] for x in (images, grey.expand_as(images))
        ]
    gain = ends[0] - ends[1]
    assert gain.abs().min() > 0.01
    torch.testing.assert_close(shares.sum((1, 2, 3)), gain, rtol=0.03, atol=0.01)


def test_integrated_gradients_start_from_the_mean_colour_and_leave_no_gradients() -> None:
    model, images = Spot(), torch.full((1, 3, 16, 16), 180, dtype=torch.uint8)
    shares = integrated_gradients(model, images, torch.tensor([1]))
    assert float(shares.sum()) == pytest.approx(80 / 50, rel=1e-3)
    assert shares[..., 12:].abs().max() == 0
    by_function = integrated_gradients(model, images, lambda logits: logits[:, 1])
    assert torch.allclose(shares, by_function)
    assert model.scale.grad is None
    heat = gradient_map(model, images)
    assert heat[0, 8:12, 4:8].min() == pytest.approx(1) and heat[0, 0].max() == 0


def by_hand(model: nn.Module, images: Tensor) -> list[Tensor]:
    """Attention weights of a timm ViT from its queries and keys."""
    inputs: list[Tensor] = []
    handles = [
        block.attn.register_forward_pre_hook(lambda _m, args: inputs.append(args[0]))
        for block in model.blocks
    ]
    with torch.no_grad():
        model(images)
    for handle in handles:
        handle.remove()
    found = []
    for block, x in zip(model.blocks, inputs, strict=True):
        heads = block.attn.num_heads
        q, k, _ = block.attn.qkv(x).reshape(*x.shape[:2], 3, heads, -1).permute(2, 0, 3, 1, 4)
        found.append((q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1))
    return [weights.detach() for weights in found]


def test_rollout_multiplies_what_queries_and_keys_give() -> None:
    model, images = vit(3), torch.randn(2, 3, 32, 32)
    weights = by_hand(model, images)
    with torch.no_grad(), attention_weights(model) as seen:
        model(images)
    for ours, expected in zip(seen, weights, strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-5, rtol=1e-4)
    mixed = np.eye(17)[None].repeat(2, 0)
    for step in weights:
        mixed = (0.5 * step.mean(1).numpy() + 0.5 * np.eye(17)) @ mixed
    patches = mixed[:, 0, 1:].reshape(2, 4, 4)
    low, high = patches.min((1, 2)), patches.max((1, 2))
    expected = (patches - low[:, None, None]) / (high - low)[:, None, None]
    heat = attention_rollout(model, images)
    large = nn.functional.interpolate(
        torch.from_numpy(expected)[:, None].float(), (32, 32), mode="bilinear"
    )[:, 0]
    large = (large - large.amin((1, 2), keepdim=True)) / (
        large.amax((1, 2), keepdim=True) - large.amin((1, 2), keepdim=True)
    )
    torch.testing.assert_close(heat, large, atol=1e-4, rtol=1e-3)


def test_rollout_puts_fused_attention_back_even_after_an_error() -> None:
    model = vit(0)
    model.blocks[0].attn.fused_attn = False
    before = [block.attn.fused_attn for block in model.blocks]
    attention_rollout(model, torch.zeros(1, 3, 32, 32))
    with pytest.raises(AssertionError):
        attention_rollout(model, torch.zeros(1, 3, 40, 40))
    assert [block.attn.fused_attn for block in model.blocks] == before
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_rollout_reads_torchvisions_transformers_too() -> None:
    torch.manual_seed(0)
    model = torchvision.models.VisionTransformer(32, 8, 2, 3, 24, 48, num_classes=4)
    heat = attention_rollout(lively(model, 0), torch.randn(2, 3, 32, 32))
    assert heat.shape == (2, 32, 32) and heat.std() > 0.01
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: timm.create_model("resnet10t", num_classes=2), "explain.no_attention"),
        (lambda: small("swin_tiny_patch4_window7_224", 32), "explain.not_whole"),
    ],
)
def test_rollout_refuses_what_has_no_attention_over_the_image(
    make: Callable[[], nn.Module], key: str
) -> None:
    with pytest.raises(ModelError) as raised:
        attention_rollout(make(), torch.zeros(1, 3, 32, 32))
    assert raised.value.key == key
    assert raised.value.fix


def test_methods_go_by_their_names_and_fit_the_network() -> None:
    model, images = vit(0), torch.rand(2, 3, 32, 32)
    assert methods_for(model, images) == list(METHODS)
    for name, method in METHODS.items():
        heat = explain_images(model, images, name)
        assert heat.shape == (2, 32, 32) and heat.min() >= 0 and heat.max() <= 1 + 1e-5
        assert not method.of_class or heat.isfinite().all()
    convnet = build("convnet", 3, InputSpec.neutral(16), width=8).eval()
    assert methods_for(convnet, torch.zeros(1, 3, 16, 16)) == list(METHODS)[:-1]
    flat = nn.Sequential(nn.Flatten(), nn.Linear(192, 2))
    assert methods_for(flat, torch.zeros(1, 3, 8, 8)) == ["occlusion", "integrated-gradients"]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"method": "gradcam"}, ("gradcam", "grad-cam", "occlusion")),
        ({"method": "occlusion", "layer": nn.Identity()}, ("occlusion", "--layer")),
        ({"method": "attention-rollout", "targets": torch.tensor([0])}, ("--class",)),
    ],
)
def test_what_a_method_does_not_look_at_is_refused(
    ask: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(ModelError) as raised:
        explain_images(vit(0), torch.zeros(1, 3, 32, 32), **ask)
    assert all(word in str(raised.value) for word in words)


def test_layers_go_by_their_names_and_the_nearest_are_offered() -> None:
    network = build("convnet", 3, InputSpec.neutral(16), width=8)
    assert layer_named(network, "stages.0") is network.features.stages[0]
    assert layer_named(network, "features.stages.0") is network.features.stages[0]
    with pytest.raises(ModelError) as raised:
        layer_named(network, "stage.0")
    assert "stages.0" in str(raised.value)
