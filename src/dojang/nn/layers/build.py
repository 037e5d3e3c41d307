"""From planned layers to modules. Names tell the kind and the number of its like in the list."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence

from torch import nn

from dojang.nn.blocks import (
    Branches,
    ChannelNorm,
    GlobalAverage,
    GlobalMax,
    Grey,
    ResponseNorm,
    Sum,
)
from dojang.nn.layers.grammar import Layer
from dojang.nn.layers.kinds import ACTIVATIONS
from dojang.nn.layers.rules import padding, projection_stride, squeezed
from dojang.nn.layers.shapes import Planned
from dojang.nn.whitening import Whitening

# After these nobody else holds the map that a ReLU changes in place, and no gradient needs it.
_FRESH = frozenset({"conv", "depthwise", "separable", "bn", "gn", "linear", "residual", "branches"})
_GAINS = {"relu": math.sqrt(2), "gelu": math.sqrt(2), "silu": math.sqrt(2), "tanh": 5 / 3}


class LayerNet(nn.Sequential):
    """A network that was described layer by layer: ``(B, 3, S, S)`` → ``(B, num_features)``.

    Attributes:
        num_features: length of the vector at the end.
        described: each layer as it was written, with its place and the shape that it gives.
    """

    def __init__(self, planned: Sequence[Planned]) -> None:
        super().__init__(_modules(planned))
        self.num_features = planned[-1].after[0]
        self.described = tuple((one.layer.path, one.layer.text, one.after) for one in planned)


def build_layers(planned: Sequence[Planned]) -> LayerNet:
    """Make the modules of planned layers, weights drawn from torch's global generator.

    Weights before a ReLU and its kin are drawn as in He et al. 2015, before a tanh with gain 5/3,
    else with gain 1; biases are 0.
    """
    return LayerNet(planned)


def _modules(planned: Sequence[Planned]) -> OrderedDict[str, nn.Module]:
    found: OrderedDict[str, nn.Module] = OrderedDict()
    numbers: Counter[str] = Counter()
    before = ""
    for position, one in enumerate(planned):
        kind = one.layer.kind
        numbers[kind] += 1
        module = _module(one, kind == "relu" and before in _FRESH)
        _draw(module, kind, _gain(planned[position + 1 :]))
        if one.layer.options.get("identity"):
            _pass_on(module)
        found[f"{kind}{numbers[kind]}"] = module
        before = kind
    return found


def _module(one: Planned, in_place: bool) -> nn.Module:
    if one.layer.kind == "residual":
        return _residual(one)
    if one.layer.kind == "branches":
        return Branches(_sequence(inner) for inner in one.lists)
    if in_place:
        return nn.ReLU(inplace=True)
    return _MAKERS[one.layer.kind](one)


def _sequence(planned: Sequence[Planned]) -> nn.Module:
    return nn.Sequential(_modules(planned)) if planned else nn.Identity()


def _residual(one: Planned) -> nn.Module:
    body = _sequence(one.lists[0])
    if not one.layer.projection:
        return Sum(body, _sequence(one.lists[1]))
    stride = projection_stride(one.before, one.after)
    assert stride is not None, "planned without complaint"
    conv = nn.Conv2d(one.before[0], one.after[0], 1, stride, bias=False)
    _draw(conv, "conv", 1.0)
    parts: OrderedDict[str, nn.Module] = OrderedDict(conv1=conv, bn1=nn.BatchNorm2d(one.after[0]))
    return Sum(body, nn.Sequential(parts))


def _gain(following: Sequence[Planned]) -> float:
    """The gain of the next activation; the last layers of a list have none."""
    kinds = (one.layer.kind for one in following)
    return next((_GAINS.get(kind, 1.0) for kind in kinds if kind in ACTIVATIONS), 1.0)


def _draw(module: nn.Module, kind: str, gain: float) -> None:
    if kind not in ("conv", "depthwise", "separable", "linear"):
        return
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.Linear):
            fan_in = part.weight[0].numel()
            nn.init.normal_(part.weight, std=gain / math.sqrt(fan_in))
            if part.bias is not None:
                nn.init.zeros_(part.bias)


def _pass_on(conv: nn.Module) -> None:
    """Let the first filters of each group give each channel as it came in (Zagoruyko & Komodakis
    2017); the others begin small beside them, with gain 1/√3."""
    assert isinstance(conv, nn.Conv2d)
    nn.init.normal_(conv.weight, std=1 / math.sqrt(3 * conv.weight[0].numel()))
    for filters in conv.weight.data.chunk(conv.groups):
        nn.init.dirac_(filters[: filters.shape[1]])


def _conv(one: Planned) -> nn.Module:
    o = one.layer.options
    return nn.Conv2d(
        one.before[0], o["channels"], o["kernel"], o["stride"], padding(one.layer), o["dilation"],
        o["groups"], bias=o["bias"],
    )  # fmt: skip


def _depthwise(one: Planned) -> nn.Module:
    return _by_channel(one, one.layer.options["bias"])


def _by_channel(one: Planned, bias: bool) -> nn.Module:
    o, channels = one.layer.options, one.before[0]
    return nn.Conv2d(
        channels, channels, o["kernel"], o["stride"], padding(one.layer), o["dilation"], channels,
        bias=bias,
    )  # fmt: skip


def _separable(one: Planned) -> nn.Module:
    """Each channel by itself, then 1×1 over the channels (Chollet 2017); one bias, at the end."""
    o = one.layer.options
    point = nn.Conv2d(one.before[0], o["channels"], 1, bias=o["bias"])
    parts: OrderedDict[str, nn.Module] = OrderedDict(depthwise=_by_channel(one, False), point=point)
    return nn.Sequential(parts)


def _pool(one: Planned) -> nn.Module:
    o = one.layer.options
    stride = o["stride"] or o["kernel"]
    if one.layer.kind == "avgpool":
        return nn.AvgPool2d(o["kernel"], stride, o["pad"], ceil_mode=o["ceil"])
    return nn.MaxPool2d(o["kernel"], stride, o["pad"], o["dilation"], ceil_mode=o["ceil"])


def _batch_norm(one: Planned) -> nn.Module:
    o, made = one.layer.options, nn.BatchNorm2d if len(one.before) == 3 else nn.BatchNorm1d
    norm = made(one.before[0], o["eps"], o["momentum"])
    if not o["scale"]:
        norm.register_parameter("weight", None)
    return norm


def _layer_norm(one: Planned) -> nn.Module:
    made = ChannelNorm if len(one.before) == 3 else nn.LayerNorm
    return made(one.before[0])


def _response_norm(one: Planned) -> nn.Module:
    o = one.layer.options
    return ResponseNorm(o["size"], o["alpha"], o["beta"], o["k"])


def _excite(one: Planned) -> nn.Module:
    from torchvision.ops import SqueezeExcitation

    channels = one.before[0]
    module: nn.Module = SqueezeExcitation(
        channels, squeezed(channels, one.layer.options["reduction"])
    )
    return module


def _option(layer: Layer, name: str) -> int:
    value: int = layer.options[name]
    return value


_MAKERS: dict[str, Callable[[Planned], nn.Module]] = {
    "conv": _conv,
    "depthwise": _depthwise,
    "separable": _separable,
    "maxpool": _pool,
    "avgpool": _pool,
    "adaptive": lambda one: nn.AdaptiveAvgPool2d(one.layer.options["side"]),
    "gap": lambda _: GlobalAverage(),
    "gmp": lambda _: GlobalMax(),
    "whiten": lambda one: Whitening(one.before[0], one.layer.options["kernel"]),
    "grey": lambda _: Grey(),
    "bn": _batch_norm,
    "gn": lambda one: nn.GroupNorm(_option(one.layer, "groups"), one.before[0]),
    "ln": _layer_norm,
    "lrn": _response_norm,
    "relu": lambda _: nn.ReLU(),
    "gelu": lambda _: nn.GELU(),
    "silu": lambda _: nn.SiLU(),
    "tanh": lambda _: nn.Tanh(),
    "sigmoid": lambda _: nn.Sigmoid(),
    "dropout": lambda one: nn.Dropout(one.layer.options["share"]),
    "se": _excite,
    "flatten": lambda _: nn.Flatten(),
    "linear": lambda one: nn.Linear(
        one.before[0], _option(one.layer, "channels"), bias=one.layer.options["bias"]
    ),
}
