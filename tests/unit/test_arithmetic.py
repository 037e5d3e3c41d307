"""The table of layers against published figures, hand calculation and measurement."""

from __future__ import annotations

import pytest
import timm
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

from dojang.core.types import LayerRow
from dojang.nn.arithmetic import layer_table, totals
from dojang.nn.modes import evaluating


def by_name(rows: tuple[LayerRow, ...]) -> dict[str, LayerRow]:
    return {row.name: row for row in rows}


def parameters_of(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


class Wrapper(nn.Module):
    """As our networks: takes 0 to 255, normalises inside."""

    def __init__(self, features: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.features, self.head = features, head
        self.register_buffer("mean", torch.full((1, 3, 1, 1), 127.0))
        self.register_buffer("std", torch.full((1, 3, 1, 1), 60.0))

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features((images.float() - self.mean) / self.std))


def test_hand_calculated_convnet() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 5, stride=2, padding=2),  # (32 - 5 + 4) // 2 + 1 = 16
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),  # 8
        nn.Conv2d(8, 16, 3, padding=2, dilation=2, groups=4, bias=False),  # 8
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 10),
    )
    rows = layer_table(model, 32)
    kinds = "Conv2d BatchNorm2d ReLU MaxPool2d Conv2d AdaptiveAvgPool2d Flatten Linear"
    assert [row.kind for row in rows] == kinds.split()
    assert [row.output for row in rows] == [
        *([(8, 16, 16)] * 3),
        (8, 8, 8),
        (16, 8, 8),
        (16, 1, 1),
        (16,),
        (10,),
    ]
    assert [row.parameters for row in rows] == [608, 16, 0, 0, 16 * 2 * 9, 0, 0, 170]
    conv = 16 * 16 * 8 * 3 * 25
    assert [row.multiply_adds for row in rows] == [conv, 0, 0, 0, 8 * 8 * 16 * 2 * 9, 0, 0, 160]
    # r = 1 + 4 * 1 = 5 at jump 2; + 1 * 2 = 7 at jump 4; + 2 * 2 * 4 = 23
    assert [row.field for row in rows] == [5, 5, 5, 7, 23, None, None, None]


@pytest.mark.parametrize(
    ("name", "parameters", "giga", "field"),
    [
        ("resnet18", 11_689_512, 1.814, 435),
        ("vgg11", 132_863_336, 7.609, 150),
        ("googlenet", 13_004_888, 1.498, None),
        ("vit_b_32", 88_224_232, 4.409, 32),
        ("shufflenet_v2_x0_5", 1_366_792, 0.040, None),
    ],
)
def test_published_figures(name: str, parameters: int, giga: float, field: int | None) -> None:
    extra = {"init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):  # shapes are enough; drawing 133 million weights is not
        model = torchvision.models.get_model(name, weights=None, **extra)
    rows = layer_table(model, 224)
    count, multiply_adds = totals(rows)
    assert count == parameters_of(model)
    assert count == parameters
    assert multiply_adds / 1e9 == pytest.approx(giga, abs=6e-4)
    fields = [row.field for row in rows if row.field is not None]
    assert field is None or max(fields) == field


def test_inception_v3_sees_1311_pixels() -> None:
    """The figure of Araujo et al. 2019; its 1×7 and 7×1 kernels need both directions."""
    with torch.device("meta"):
        model = torchvision.models.inception_v3(weights=None, init_weights=False)
    assert max(row.field or 0 for row in layer_table(model, 299)) == 1311


@pytest.mark.parametrize(
    "name",
    ["vit_tiny_patch16_224", "convnext_atto", "swin_tiny_patch4_window7_224", "resnet10t"],
)
def test_every_parameter_is_counted_once(name: str) -> None:
    with torch.device("meta"):
        model = timm.create_model(name)
    assert totals(layer_table(model, 224))[0] == parameters_of(model)


def test_tokens_and_attention() -> None:
    with torch.device("meta"):
        model = timm.create_model("vit_tiny_patch16_224", depth=1)
    rows = by_name(layer_table(model, 224))
    tokens, width = 197, 192
    assert rows["cls_token"] == LayerRow("cls_token", "Parameter", (1, 1, width), width, 0, None)
    assert rows["patch_embed.proj"].field == 16
    assert rows["blocks.0.attn.qkv"].field == 16, "each token still sees its own patch"
    assert rows["blocks.0.attn.qkv"].multiply_adds == tokens * width * 3 * width
    assert rows["blocks.0.attn"].multiply_adds == 2 * tokens * tokens * width
    assert rows["blocks.0.mlp.fc1"].field is None


def test_multihead_attention_is_one_layer() -> None:
    class Mixer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            tokens = x.flatten(2).transpose(1, 2)
            return self.attention(tokens, tokens, tokens, need_weights=False)[0]

    before = torch.backends.mha.get_fastpath_enabled()
    model = Mixer()
    (row,) = layer_table(model, 4, channels=8)
    assert (row.kind, row.parameters) == ("MultiheadAttention", parameters_of(model))
    assert row.multiply_adds == 4 * 16 * 8 * 8 + 2 * 16 * 16 * 8
    assert row.field is None
    assert torch.backends.mha.get_fastpath_enabled() == before


class Branches(nn.Module):
    """Residual, dilated, strided and asymmetric paths, with functional code in between."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.long = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1))
        self.wide = nn.Conv2d(4, 4, (1, 7), padding=(0, 3))
        self.up = nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)
        self.last = nn.Conv2d(4, 2, 3, padding=2, dilation=2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = torch.cat([x + self.long(x), F.avg_pool2d(self.wide(x), 3, 1, 1)], dim=1)
        return self.last(F.max_pool2d(self.up(x), 2))


class Shuffle(nn.Module):
    """Channel shuffle and a channels-last linear layer keep positions apart."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.mix = nn.Linear(6, 4)
        self.last = nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        b, c, h, w = x.shape
        x = x.view(b, 2, c // 2, h, w).transpose(1, 2).reshape(b, c, h, w)
        return self.last(self.mix(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))


def measured_field(model: nn.Module, size: int) -> int:
    """Widest extent, over output positions, of the pixels with a gradient."""
    image = torch.rand(1, 3, size, size, requires_grad=True)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.abs_()  # positive weights cannot cancel
    output = model(image).sum(1)[0]
    widest = 0
    middle = output.shape[-1] // 2
    for row in range(middle, middle + 2):
        for column in range(middle, middle + 2):
            (grad,) = torch.autograd.grad(output[row, column], image, retain_graph=True)
            seen = grad[0].abs().sum(0).nonzero()
            widest = max(widest, int((seen.amax(0) - seen.amin(0)).max()) + 1)
    return widest


@pytest.mark.parametrize("model", [Branches(), Shuffle()], ids=lambda m: type(m).__name__)
def test_receptive_field_is_the_measured_one(model: nn.Module) -> None:
    F_max = F.max_pool2d
    try:  # the maximum passes one gradient only; the mean of the same window shows them all
        F.max_pool2d = F.avg_pool2d
        measured = measured_field(model, 80)
    finally:
        F.max_pool2d = F_max
    assert by_name(layer_table(model, 80))["last"].field == measured


def test_squeeze_and_excitation_sees_the_whole_image() -> None:
    model = torchvision.ops.SqueezeExcitation(8, 2)
    assert all(row.field is None for row in layer_table(model, 8, channels=8))


def test_space_to_depth_is_not_guessed() -> None:
    class Stem(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(12, 4, 3)

        def forward(self, x: Tensor) -> Tensor:
            b, c, h, w = x.shape
            x = x.view(b, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4)
            return self.conv(x.reshape(b, 4 * c, h // 2, w // 2))

    assert layer_table(Stem(), 8)[0].field is None


def test_wrapper_shared_and_idle_layers() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 3, 3, padding=1)
            self.scale = nn.Parameter(torch.ones(3, 1, 1))
            self.idle = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return (self.first(self.first(x)) * self.scale).mean((2, 3))

    model = Wrapper(Odd(), nn.Sequential(nn.Identity(), nn.Linear(3, 2)))
    rows = layer_table(model, 8)
    assert [(r.name, r.kind, r.parameters, r.field) for r in rows] == [
        ("features.scale", "Parameter", 3, None),
        ("features.first", "Conv2d", 84, 3),
        ("features.first", "Conv2d", 0, 5),
        ("head.1", "Linear", 8, None),
        ("features.idle", "Linear", 20, None),
    ]
    assert rows[-1].output == ()
    assert totals(rows) == (parameters_of(model), 2 * 64 * 81 + 6)


def hooks_of(model: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


def test_the_model_is_left_as_it_was() -> None:
    model = Wrapper(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)), nn.Flatten())
    model.train()
    model.features[1].eval()  # a frozen norm stays frozen
    before = {name: value.clone() for name, value in model.state_dict().items()}
    layer_table(model, 8)
    assert [m.training for m in model.modules()] == [True, True, True, False, True]
    assert hooks_of(model) == 0
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_model_is_left_as_it_was_after_a_failure() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(7, 2)).train()
    with pytest.raises(RuntimeError):
        layer_table(model, 8)
    assert hooks_of(model) == 0
    assert model.training and model[2].training


def test_same_inside_inference_mode_and_for_half_precision() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 2))
    expected = layer_table(model, 8)
    with torch.inference_mode():
        assert layer_table(model, 8) == expected
    assert layer_table(model.bfloat16(), 8) == expected


def test_evaluating_restores_each_mode() -> None:
    model = nn.Sequential(nn.Dropout(), nn.Dropout().eval())
    with pytest.raises(ValueError, match="stop"), evaluating(model):
        assert not any(m.training for m in model.modules())
        raise ValueError("stop")
    assert [m.training for m in model.modules()] == [True, True, False]
