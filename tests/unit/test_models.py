"""One surface for every network: images on the scale 0 to 255 in, logits out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from dojang.core.errors import ModelError
from dojang.core.types import InputSpec
from dojang.nn.convnet import ConvNet
from dojang.nn.factory import Network, build, has_depthwise, known, locate
from dojang.nn.weights import initialise_from


def _spec(size: int) -> InputSpec:
    return InputSpec(size, "squash", (120.0, 110.0, 100.0), (60.0, 61.0, 62.0))


@pytest.mark.parametrize(
    ("name", "size"),
    [("convnet", 8), ("convnet", 32), ("convnet", 224), ("timm/resnet10t", 64),
     ("torchvision/resnet18", 64), ("torchvision/mobilenet_v3_small", 64),
     ("torchvision/googlenet", 64), ("torchvision/squeezenet1_1", 64), ("torchvision/vit_b_16", 32),
     ("vit_tiny_patch16_224", 64), ("mobilenetv3_small_050", 64)],
)  # fmt: skip
def test_every_network_has_the_same_surface(name: str, size: int) -> None:
    network = build(name, 5, _spec(size), width=16, seed=1).eval()
    images = torch.randint(0, 256, (2, 3, size, size), dtype=torch.uint8)
    with torch.no_grad():
        logits = network(images)
        torch.testing.assert_close(network(images.float()), logits)
    assert logits.shape == (2, 5) and logits.isfinite().all()


@pytest.mark.parametrize(
    ("size", "last"),
    [(4, 4), (8, 4), (16, 4), (32, 4), (48, 6), (64, 4), (96, 6), (128, 4), (224, 7)],
)
def test_convnet_ends_with_a_small_map(size: int, last: int) -> None:
    net = ConvNet(size, 16).eval()
    with torch.no_grad():
        out = net.stages(net.stem(torch.zeros(1, 3, size, size)))
    assert out.shape[-1] == last
    assert out.shape[1] == net.num_features


def test_weights_come_from_the_seed_and_leave_the_global_generator_alone() -> None:
    torch.manual_seed(123)
    before = torch.random.get_rng_state()
    first, again, other = (build("convnet", 3, _spec(16), width=8, seed=s) for s in (4, 4, 5))
    assert torch.equal(torch.random.get_rng_state(), before)
    same = [torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True)]
    assert all(same)
    assert not torch.equal(next(first.parameters()), next(other.parameters()))


def test_normalisation_happens_inside() -> None:
    network = build("convnet", 3, _spec(16), width=8).eval()
    flat = torch.tensor(_spec(16).mean).view(1, 3, 1, 1).expand(1, 3, 16, 16)
    seen: list[torch.Tensor] = []
    network.features.register_forward_hook(lambda _m, inputs, _o: seen.append(inputs[0]))
    network(flat)
    torch.testing.assert_close(seen[0], torch.zeros(1, 3, 16, 16))


def test_names() -> None:
    assert locate("convnet") == ("own", "convnet")
    assert locate("resnet18") == ("timm", "resnet18")
    assert locate("torchvision/resnet18") == ("torchvision", "resnet18")
    names = known("resnet18")
    assert {"timm/resnet18", "torchvision/resnet18"} <= set(names)
    assert len(known()) > 500
    with pytest.raises(ModelError) as caught:
        locate("resnet19")
    assert "resnet18" in str(caught.value)
    with pytest.raises(ModelError):
        locate("timm/convnet")


@pytest.mark.parametrize(
    ("name", "size"), [("torchvision/inception_v3", 32), ("torchvision/vit_b_16", 40)]
)
def test_a_size_that_does_not_fit_is_said(name: str, size: int) -> None:
    with pytest.raises(ModelError) as caught:
        build(name, 3, _spec(size))
    assert f"{size}×{size}" in str(caught.value) and "model.size" in str(caught.value)


def test_depthwise_is_recognised() -> None:
    assert has_depthwise(build("torchvision/mobilenet_v3_small", 3, _spec(64)))
    assert not has_depthwise(build("convnet", 3, _spec(64), width=8))


def _network(classes: int = 3, seed: int = 0) -> Network:
    return build("convnet", classes, _spec(16), width=8, seed=seed)


def test_weights_of_a_run_and_of_plain_files(tmp_path: Path) -> None:
    source, target = _network(seed=1), _network(seed=2)
    save_file(
        {k: v.contiguous() for k, v in source.state_dict().items()}, tmp_path / "own.safetensors"
    )
    initialise_from(target, "convnet", str(tmp_path / "own.safetensors"))
    head = _network(seed=2).head.weight
    assert torch.equal(target.head.weight, head)  # type: ignore[arg-type]
    fewer = _network(classes=2, seed=2)
    head = fewer.head.weight.clone()  # type: ignore[union-attr, operator]
    initialise_from(fewer, "convnet", str(tmp_path / "own.safetensors"))
    assert torch.equal(fewer.head.weight, head)  # type: ignore[arg-type]
    pairs = zip(fewer.features.parameters(), source.features.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    import torchvision

    published = torchvision.models.resnet18(num_classes=1000).state_dict()
    torch.save(published, tmp_path / "resnet18.pth")
    resnet = build("torchvision/resnet18", 3, _spec(64))
    initialise_from(resnet, "torchvision/resnet18", str(tmp_path / "resnet18.pth"))
    assert torch.equal(resnet.features.conv1.weight, published["conv1.weight"])  # type: ignore[union-attr, arg-type]


def test_weights_that_do_not_fit_are_explained_layer_by_layer(tmp_path: Path) -> None:
    wide = build("convnet", 3, _spec(16), width=16)
    save_file({k: v.contiguous() for k, v in wide.state_dict().items()}, tmp_path / "w.safetensors")
    with pytest.raises(ModelError) as caught:
        initialise_from(_network(), "convnet", str(tmp_path / "w.safetensors"))
    assert "stem" in str(caught.value) and "shape" in str(caught.value)


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("bomb-went-off"),))  # type: ignore[return-value]


@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".bin"])
def test_a_pickle_that_runs_code_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    import pickle

    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"evil{suffix}"
    path.write_bytes(pickle.dumps({"weight": _Bomb()}))
    with pytest.raises(ModelError) as caught:
        initialise_from(_network(), "convnet", str(path))
    assert str(path) in str(caught.value)
    assert not (tmp_path / "bomb-went-off").exists()


def test_weights_of_the_hub_are_fitted_to_the_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub is played by a file that the test makes: a ViT published at 224 px, wanted at 64."""
    import huggingface_hub
    import timm

    published = timm.create_model("vit_tiny_patch16_224", num_classes=7).state_dict()
    save_file(published, tmp_path / "model.safetensors")
    asked: list[tuple[str, str]] = []

    def download(repo: str, file: str, **_: object) -> str:
        asked.append((repo, file))
        return str(tmp_path / "model.safetensors")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    network = build("vit_tiny_patch16_224", 3, _spec(64))
    initialise_from(network, "vit_tiny_patch16_224", "hub")
    state = network.features.state_dict()
    assert torch.equal(state["blocks.3.attn.qkv.weight"], published["blocks.3.attn.qkv.weight"])
    assert state["pos_embed"].shape[1] == 17
    assert asked[0][0].startswith("timm/vit_tiny") and asked[0][1] == "model.safetensors"


@pytest.mark.parametrize("name", ["timm/resnet10t", "torchvision/resnet18"])
def test_hub_without_network_says_so_and_how_to_give_a_file(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever the machine can reach: here nothing answers."""
    import socket

    def unreachable(*_: object, **__: object) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.getproxies", dict)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with pytest.raises(ModelError) as caught:
        initialise_from(build(name, 3, _spec(64)), name, "hub")
    assert "no network" in str(caught.value)
    assert "--weights FILE.safetensors" in str(caught.value)
