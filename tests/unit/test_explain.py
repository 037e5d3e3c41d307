"""Grad-CAM against the grad-cam package, and what it must leave alone."""

from __future__ import annotations

import numpy as np
import pytest
import timm
import torch
import torchvision
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

from dojang.analysis.explain import find_layer, grad_cam, overlay
from dojang.core.errors import ModelError
from dojang.core.messages.explain import MESSAGES


class SmallNet(nn.Module):
    """8 pixels in, a last map of 2×2; takes 0 to 255 like our networks."""

    def __init__(self, inplace: bool = True) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=inplace),
            nn.Conv2d(8, 12, 3, stride=2, padding=1),
            nn.BatchNorm2d(12),
            nn.ReLU(inplace=inplace),
        )
        self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(12, 5, bias=False))
        nn.init.normal_(self.head[1].weight)

    def forward(self, images: Tensor) -> Tensor:
        x = (images.float() - 127) / 60
        return self.head(self.features(x).mean((2, 3)))


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def pictures(count: int, size: int) -> Tensor:
    return torch.randint(0, 256, (count, 3, size, size), dtype=torch.uint8)


def lively(model: nn.Module) -> nn.Module:
    """Give the norms statistics and slopes other than 0 and 1, as after training."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return model


@pytest.fixture(scope="module")
def resnet() -> nn.Module:
    torch.manual_seed(1)
    return lively(torchvision.models.resnet18(weights=None, num_classes=10)).eval()


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("layer", ["layer4.1", "layer3.1", "layer1.0.conv2"])
def test_equals_the_package_on_resnet18(resnet: nn.Module, size: int, layer: str) -> None:
    images, module = torch.randn(3, 3, size, size), resnet.get_submodule(layer)
    with GradCAM(resnet, [module]) as package:
        expected = package(images, None)
        chosen = package(images, [ClassifierOutputTarget(k) for k in (7, 0, 3)])
    ours = grad_cam(resnet, images, layer=module)
    np.testing.assert_allclose(ours.numpy(), expected, atol=1e-4)
    ours = grad_cam(resnet, images, torch.tensor([7, 0, 3]), module)
    np.testing.assert_allclose(ours.numpy(), chosen, atol=1e-4)


@pytest.mark.parametrize("size", [8, 64, 128])
def test_equals_the_package_on_a_small_net(size: int) -> None:
    model = lively(SmallNet()).eval()
    images = pictures(4, size)
    layer = find_layer(model, size)
    with GradCAM(model, [layer]) as package:
        expected = package(images, None)
    assert expected.max() > 0.9
    np.testing.assert_allclose(grad_cam(model, images).numpy(), expected, atol=1e-4)


def test_an_inplace_activation_after_the_layer_changes_nothing() -> None:
    inplace, plain = lively(SmallNet(inplace=True)), SmallNet(inplace=False)
    plain.load_state_dict(inplace.state_dict())
    images = pictures(4, 32)
    for number in (1, 4):
        ours = grad_cam(inplace, images, layer=inplace.features[number])
        with GradCAM(plain, [plain.features[number]]) as package:
            np.testing.assert_allclose(ours.numpy(), package(images, None), atol=1e-4)


def test_targets_may_be_functions() -> None:
    model, images = lively(SmallNet()), pictures(3, 32)
    by_index = grad_cam(model, images, torch.tensor([2, 2, 2]))
    assert torch.equal(by_index, grad_cam(model, images, lambda logits: logits[:, 2]))
    assert not torch.equal(by_index, grad_cam(model, images, lambda z: z[:, 2] - z[:, 1]))
    predicted = model.eval()(images).argmax(1)
    assert torch.equal(grad_cam(model, images), grad_cam(model, images, predicted))


def test_maps_are_scaled_and_finite() -> None:
    model = lively(SmallNet())
    heat = grad_cam(model, pictures(6, 32))
    assert heat.shape == (6, 32, 32)
    assert heat.min() >= 0 and heat.max() <= 1
    assert not heat.requires_grad
    nothing = grad_cam(model, pictures(2, 32), lambda logits: logits[:, 0] * 0)
    assert torch.equal(nothing, torch.zeros(2, 32, 32))


def test_batch_equals_one_by_one_and_uint8_equals_float() -> None:
    model, images = lively(SmallNet()), pictures(5, 32)
    together = grad_cam(model, images)
    single = torch.cat([grad_cam(model, image[None]) for image in images])
    torch.testing.assert_close(together, single, atol=1e-5, rtol=0)
    assert torch.equal(together, grad_cam(model, images.float()))


def test_works_without_gradients_around_it() -> None:
    model, images = lively(SmallNet()), pictures(2, 32).float()
    expected = grad_cam(model, images)
    with torch.no_grad():
        assert torch.equal(grad_cam(model, images), expected)
    with torch.inference_mode():
        assert torch.equal(grad_cam(model, images + 0), expected)
    model.requires_grad_(False)
    assert torch.equal(grad_cam(model, images), expected)


def hooks_of(model: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._backward_hooks) for m in model.modules())


def test_the_model_is_left_as_it_was() -> None:
    model = lively(SmallNet()).train()
    model.features[1].eval()
    modes = [module.training for module in model.modules()]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    grad_cam(model, pictures(2, 32))
    with pytest.raises(RuntimeError):
        grad_cam(model, torch.zeros(2, 5, 32, 32), layer=model.features)
    assert [module.training for module in model.modules()] == modes
    assert hooks_of(model) == 0
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.is_grad_enabled()


def test_layers_that_cannot_be_explained() -> None:
    model, images = SmallNet(), pictures(1, 32)
    with pytest.raises(ModelError) as raised:
        grad_cam(model, images, layer=nn.Conv2d(3, 3, 1))
    assert raised.value.key == "explain.not_run"
    with pytest.raises(ModelError) as raised:
        grad_cam(model, images, layer=model.head)
    assert raised.value.key == "explain.no_map"


@pytest.mark.parametrize(
    ("model", "size", "layer"),
    [
        (lambda: torchvision.models.resnet18(weights=None), 64, "layer4.1"),
        (lambda: torchvision.models.resnet18(weights=None), 32, "layer3.1"),  # layer4 is 1×1
        (lambda: torchvision.models.vgg11_bn(weights=None), 64, "features.28"),
        (lambda: torchvision.models.mobilenet_v2(weights=None), 64, "features.18"),
        (lambda: torchvision.models.convnext_tiny(weights=None), 64, "features.7.2"),
        (lambda: torchvision.models.densenet121(weights=None), 64, "features.norm5"),
        (lambda: timm.create_model("resnet10t"), 64, "layer4.0"),
        (lambda: timm.create_model("convnext_atto"), 64, "stages.3.blocks.1"),
        (lambda: timm.create_model("efficientnet_b0"), 64, "bn2"),
        (lambda: timm.create_model("mobilenetv3_small_050"), 64, "blocks.5.0.bn1"),
        (SmallNet, 8, "features.5"),
    ],
)
def test_find_layer(model: type[nn.Module], size: int, layer: str) -> None:
    with torch.device("meta"):
        built = model()
    built.train()
    assert find_layer(built, size) is built.get_submodule(layer)
    assert built.training
    assert hooks_of(built) == 0


def test_find_layer_inside_a_wrapper() -> None:
    model = nn.Sequential(timm.create_model("resnet10t", num_classes=0), nn.Linear(512, 2))
    assert find_layer(model, 64) is model[0].layer4[0]


def test_a_linear_model_has_no_layer() -> None:
    with pytest.raises(ModelError):
        find_layer(nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 2)), 8)


def test_messages_are_in_two_languages_and_say_how_to_mend() -> None:
    for key, texts in MESSAGES.items():
        assert len(texts) == 2 and all(texts)
        assert key.endswith(".fix") or f"{key}.fix" in MESSAGES


def test_overlay_keeps_cold_places_and_colours_hot_ones() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    before = photo.copy()
    heat = np.zeros((20, 30), dtype=np.float32)
    heat[:, 20:] = 1
    drawn = overlay(photo, heat)
    assert drawn.dtype == np.uint8 and drawn.shape == photo.shape
    assert np.array_equal(drawn[:, :20], photo[:, :20])
    hot = drawn[:, 20:].reshape(-1, 3).mean(0)
    assert hot[0] > hot[2] and hot[1] > hot[2], "the end of the scale is yellow"
    assert np.array_equal(photo, before)


def test_overlay_enlarges_the_heat_and_bears_what_is_not_a_number() -> None:
    photo = np.full((8, 8, 3), 100, dtype=np.uint8)
    drawn = overlay(photo, np.array([[0.0, 1.0], [0.0, 1.0]]))
    assert np.array_equal(drawn[:, 0], photo[:, 0])
    assert not np.array_equal(drawn[:, 7], photo[:, 7])
    assert np.array_equal(overlay(photo, np.full((2, 2), np.nan)), photo)
