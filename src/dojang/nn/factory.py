"""A network from its name or its layers: our own, or any classifier of timm and torchvision.

Every network has the same surface: it takes images on the scale 0 to 255, normalises them with the
statistics that travel with its weights, and gives logits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from dojang.core.errors import ModelError, RecipeError, did_you_mean
from dojang.core.types import InputSpec
from dojang.nn.convnet import ConvNet
from dojang.nn.depth import require_timm_rates, set_own_rates, set_torchvision_rates
from dojang.nn.described import SHARED_NAMES, described, full_name
from dojang.nn.layers import parse, plan
from dojang.nn.layers.build import LayerNet, build_layers
from dojang.nn.modes import Thaw, evaluating

OWN = ("convnet", *described())
_PROBE_BATCH = 2
Triple = tuple[float, float, float]


class Network(nn.Module):
    """Normalise, extract features, classify.

    Args:
        features: ``(B, 3, S, S)`` normalised → ``(B, num_features)``.
        head: ``(B, num_features)`` → logits ``(B, classes)``.
        spec: what the input is; its statistics become buffers.

    Attributes:
        thaw: when which blocks learn; None where all of them do.
        frozen: modules that stay in evaluation mode whatever the mode of the network, so that the
            statistics of their batch norms stay as they are. :mod:`dojang.nn.transfer` sets both.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, features: nn.Module, head: nn.Module, spec: InputSpec) -> None:
        super().__init__()
        self.features = features
        self.head = head
        self.spec = spec
        self.thaw: Thaw | None = None
        self.frozen: tuple[nn.Module, ...] = ()  # a tuple: no second name in the state
        self.register_buffer("mean", torch.tensor(spec.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(spec.std).view(1, 3, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Return logits ``(B, classes)`` of images ``(B, 3, S, S)`` on the scale 0 to 255."""
        logits: Tensor = self.head(self.features((images.float() - self.mean) / self.std))
        return logits

    def train(self, mode: bool = True) -> Self:
        """Set the mode of every module that is not frozen."""
        super().train(mode)
        for module in self.frozen:
            module.eval()
        return self


def build(
    name: str,
    classes: int,
    spec: InputSpec,
    *,
    width: int = 64,
    dropout: float = 0.0,
    drop_path: float = 0.0,
    layers: Sequence[Any] | None = None,
    seed: int = 0,
) -> Network:
    """Build a network with random weights drawn from ``seed``.

    Args:
        width: channels of the first stage of ``convnet``.
        dropout: share of the features that is dropped before the head in training, besides the
            dropout that a network has of its own.
        drop_path: rate at which the last residual branch is dropped in training; earlier ones less.
        layers: the network layer by layer; ``name`` then is only a label.

    Raises:
        ModelError: no such model, it cannot take images of this size, or ``drop_path`` is wanted
            where there are no residual branches.
        RecipeError: layers that cannot be read or do not fit.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        features = _features(name, spec.size, width, drop_path, layers)
        if isinstance(features, LayerNet):  # its shapes are known without a run
            count = features.num_features
        else:
            count = _num_features(features, spec.size, name)
        linear = nn.Linear(count, classes)
        nn.init.trunc_normal_(linear.weight, std=0.02)
        nn.init.zeros_(linear.bias)
        head = nn.Sequential(nn.Dropout(dropout), linear) if dropout else linear
        return Network(features, head, spec)


def sketch(
    name: str,
    classes: int,
    size: int,
    device: str,
    *,
    width: int = 64,
    dropout: float = 0.0,
    drop_path: float = 0.0,
    layers: Sequence[Any] | None = None,
) -> Network:
    """Build a network only to be looked at.

    Args:
        device: ``meta`` has shapes without numbers: nothing is drawn, however large the network.
            Networks that look at numbers while they are built need ``cpu``.

    Raises:
        ModelError, RecipeError: as :func:`build`; ModelError also where numbers are looked at on
            ``meta``.
        RuntimeError: a library looks at numbers on ``meta``, unforeseen here.
    """
    spec = InputSpec.neutral(size)
    with torch.device(device):
        return build(
            name, classes, spec, width=width, dropout=dropout, drop_path=drop_path, layers=layers
        )


def locate(name: str) -> tuple[str, str]:
    """Return the library of a model and its name there.

    A bare name is looked for among our own, then in timm, then in torchvision; ``dojang/…``,
    ``timm/…`` and ``torchvision/…`` say which. Bare names that the libraries have too are theirs.

    Raises:
        ModelError: nobody has it; the nearest names are given.
    """
    if name in OWN and name not in SHARED_NAMES:
        return "own", name
    library, slash, plain = name.partition("/")
    if slash and library == "dojang":
        if plain in OWN:
            return "own", plain
    elif slash and library in ("timm", "torchvision"):
        if plain in _NAMES[library]():
            return library, plain
    else:
        for candidate in ("timm", "torchvision"):
            if name in _NAMES[candidate]():
                return candidate, name
    raise ModelError("model.unknown", name=name, hint=did_you_mean(plain or name, known()))


def known(pattern: str = "") -> list[str]:
    """Return the names of all models that contain ``pattern``."""
    names = [
        *map(full_name, OWN),
        *(f"{lib}/{name}" for lib in ("timm", "torchvision") for name in _NAMES[lib]()),
    ]
    return [name for name in names if pattern.lower() in name.lower()]


def normalisation(name: str) -> tuple[Triple, Triple] | None:
    """Return mean and spread (0 to 255) that published weights of ``name`` expect, if any."""
    library, plain = locate(name)
    if library == "own":
        return None
    # ImageNet, as all of torchvision
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    if library == "timm":
        import timm

        config = timm.get_pretrained_cfg(plain)
        if config is not None:
            mean, std = config.mean, config.std
    (r, g, b), (dr, dg, db) = mean, std
    return (255 * r, 255 * g, 255 * b), (255 * dr, 255 * dg, 255 * db)


def channels_last_pays(device: torch.device, precision: str) -> bool:
    """Is channels-last the faster layout? On a CPU only in bf16: in fp32 it was measured slower."""
    return device.type == "cuda" or (device.type == "cpu" and precision == "bf16")


def has_depthwise(model: nn.Module) -> bool:
    """Does the network have depth-wise convolutions, which CPUs run slower in bf16?"""
    return any(
        isinstance(m, nn.Conv2d) and m.groups > 1 and m.groups == m.in_channels
        for m in model.modules()
    )


def size_of(name: str) -> int | None:
    """Return the side of the images that one of our networks was made for, if it needs it.

    Those that take images of any size, and those of other libraries, say nothing.
    """
    library, plain = locate(name)
    if library != "own" or plain not in described():
        return None
    return described()[plain].size


def natural_size(name: str) -> int:
    """Return the side of the images that a model was made for; 224 where nobody says."""
    library, plain = locate(name)
    if library == "timm":
        import timm

        config = timm.get_pretrained_cfg(plain)
        return int(config.input_size[-1]) if config is not None else 224
    return size_of(name) or 224


def fits(name: str, size: int) -> bool:
    """Does one of our described networks take images of this size? Others are found out later."""
    library, plain = locate(name)
    if library != "own" or plain not in described():
        return True
    try:
        plan(parse(described()[plain].layers), size)
    except RecipeError:
        return False
    return True


def _features(
    name: str, size: int, width: int, drop_path: float, layers: Sequence[Any] | None
) -> nn.Module:
    if layers is not None:
        return _layer_features(layers, size, drop_path, "model.layers")
    library, plain = locate(name)
    if library == "own" and plain in described():
        return _layer_features(described()[plain].layers, size, drop_path, full_name(plain))
    return _FEATURES[library](plain, size, width, drop_path)


def _layer_features(layers: Sequence[Any], size: int, drop_path: float, name: str) -> LayerNet:
    features = build_layers(plan(parse(layers), size, name=name))
    set_own_rates(features, drop_path, name)
    return features


def _own_features(name: str, size: int, width: int, drop_path: float) -> nn.Module:
    features = ConvNet(size, width)
    set_own_rates(features, drop_path, name)
    return features


def timm_features(
    name: str, size: int, weights: Path | None = None, drop_path: float = 0.0
) -> nn.Module:
    """Build a timm model without its head; with ``weights``, from a file in timm's own format,
    whose position embeddings are fitted to ``size``.

    Raises:
        ModelError: ``drop_path`` is wanted, and the model has no branches that can be dropped.
    """
    import timm

    options: dict[str, Any] = {"num_classes": 0, "pretrained": weights is not None}
    if drop_path:
        options["drop_path_rate"] = drop_path
    if weights is not None:
        options["pretrained_cfg_overlay"] = {"file": str(weights)}
    try:
        model = _module(timm.create_model(name, img_size=size, **options))
    except (TypeError, AssertionError):  # most convnets take any size and know no img_size
        try:
            model = _module(timm.create_model(name, **options))
        except TypeError as error:
            if not drop_path:
                raise
            raise ModelError("model.no_drop_path", name=name) from error
    require_timm_rates(model, drop_path, name)
    return model


def _timm_features(name: str, size: int, width: int, drop_path: float) -> nn.Module:
    with _size_fits(name, size):
        return timm_features(name, size, drop_path=drop_path)


def _torchvision_features(name: str, size: int, width: int, drop_path: float) -> nn.Module:
    """Take the last linear layer off, so that the rest gives features."""
    import torchvision

    extra: dict[str, Any] = {}
    if name.startswith("vit_"):
        extra["image_size"] = size
    if name in ("googlenet", "inception_v3"):
        extra |= {"aux_logits": False, "init_weights": True}
    with _size_fits(name, size):
        model = _module(torchvision.models.get_model(name, weights=None, **extra))
    set_torchvision_rates(model, drop_path, name)
    linears = [n for n, m in model.named_modules() if isinstance(m, nn.Linear)]
    if linears:
        model.set_submodule(linears[-1], nn.Identity())
    return model


def _num_features(features: nn.Module, size: int, name: str) -> int:
    """Run the features once: finds how many there are, and whether this size can be taken."""
    with _size_fits(name, size), evaluating(features), torch.no_grad():
        out = features(torch.zeros(_PROBE_BATCH, 3, size, size))
    if not isinstance(out, Tensor) or out.ndim != 2:
        raise ModelError("model.no_features", name=name)
    return out.shape[1]


@contextmanager
def _size_fits(name: str, size: int) -> Iterator[None]:
    """Turn what a library raises while a network is built or run into a word about its size."""
    try:
        yield
    except (RuntimeError, AssertionError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError("model.size_unfit", name=name, size=size, reason=reason) from error


def _module(model: object) -> nn.Module:
    assert isinstance(model, nn.Module)
    return model


def _timm_names() -> list[str]:
    import timm

    return list(timm.list_models())


def _torchvision_names() -> list[str]:
    import torchvision

    return list(torchvision.models.list_models(module=torchvision.models))


_NAMES = {"timm": _timm_names, "torchvision": _torchvision_names}
_FEATURES = {"own": _own_features, "timm": _timm_features, "torchvision": _torchvision_features}
