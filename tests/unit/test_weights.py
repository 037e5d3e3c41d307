"""Weights to start from: runs with their contract, foreign files, and mismatches layer by layer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from dojang.core.errors import ModelError
from dojang.core.i18n import use_language
from dojang.core.types import InputSpec
from dojang.nn.factory import Network, build
from dojang.nn.weights import contract_of, expected_normalisation, initialise_from, weights_path
from dojang.train.checkpoint import save_weights

MEAN, STD = (101.0, 102.0, 103.0), (51.0, 52.0, 53.0)


def network(name: str = "convnet", size: int = 16, width: int = 8, classes: int = 3) -> Network:
    return build(name, classes, InputSpec(size, "squash", MEAN, STD), width=width, seed=7)


def run_of(net: Network, path: Path, **model: Any) -> Path:
    """A folder with what a run has that matters here."""
    path.mkdir(parents=True)
    (path / "run.json").write_text("{}")
    given = {"name": "convnet", "width": 8, "size": net.spec.size, **model}
    contract = {"input": net.spec.to_json(), "classes": ["a", "b", "c"], "model": given}
    save_weights(path / "weights" / "fold0.safetensors", net.state_dict(), contract)
    return path


def test_a_run_gives_its_weights_and_its_contract(tmp_path: Path) -> None:
    source = network()
    run = run_of(source, tmp_path / "run")
    target = build("convnet", 3, InputSpec(16, "squash", (0.0,) * 3, (1.0,) * 3), width=8, seed=1)
    initialise_from(target, "convnet", str(run))
    pairs = zip(source.features.parameters(), target.features.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(target.head.weight, source.head.weight), "whose classes are unknown"
    initialise_from(target, "convnet", str(run), ("b", "a", "c"))
    assert not torch.equal(target.head.weight, source.head.weight), "of other classes"
    initialise_from(target, "convnet", str(run), ("a", "b", "c"))
    assert torch.equal(target.head.weight, source.head.weight)
    fewer = build("convnet", 2, InputSpec(16, "squash", (0.0,) * 3, (1.0,) * 3), width=8, seed=1)
    head = fewer.head.weight.clone()
    initialise_from(fewer, "convnet", str(run), ("a", "b"))
    assert torch.equal(fewer.head.weight, head), "of fewer classes"
    contract = contract_of(str(run))
    assert contract is not None and contract.classes == ("a", "b", "c")
    assert contract.input.size == 16 and contract.model["width"] == 8
    assert expected_normalisation("convnet", str(run)) == (MEAN, STD)
    assert expected_normalisation("convnet", str(weights_path(str(run)))) == (MEAN, STD)
    assert expected_normalisation("convnet", None) is None
    assert contract_of("hub") is None


def test_a_folder_that_is_no_run_and_a_run_without_weights(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        contract_of(str(tmp_path))
    assert "not a run" in str(caught.value) and "runs/NAME" in str(caught.value)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(ModelError) as caught:
        initialise_from(network(), "convnet", str(tmp_path))
    assert "no weights yet" in str(caught.value) and "dojang resume" in str(caught.value)


def explained(net: Network, name: str, weights: Path) -> str:
    with pytest.raises(ModelError) as caught:
        initialise_from(net, name, str(weights))
    with use_language("ko"):
        assert str(caught.value) != caught.value.key  # speaks both
    return str(caught.value)


def test_another_width_says_both_shapes_the_cause_and_the_setting(tmp_path: Path) -> None:
    run = run_of(network(width=16), tmp_path / "run", width=16)
    said = explained(network(), "convnet", run)
    assert "stem.1.0.weight has shape (16, 8, 3, 3), the model wants (8, 4, 3, 3)" in said
    assert "another width; the layers of the file are 2 times as wide" in said
    assert "the run that made them: model convnet, width 16" in said
    assert "--set model.name=convnet --set model.width=16" in said
    save_file({k: v.contiguous() for k, v in network(width=16).state_dict().items()},
              tmp_path / "plain.safetensors")  # fmt: skip
    said = explained(network(), "convnet", tmp_path / "plain.safetensors")
    assert "--set model.width=16" in said and "the run that made them" not in said


def test_the_depth_of_convnet_follows_the_size(tmp_path: Path) -> None:
    said = explained(network(size=32), "convnet", run_of(network(size=16), tmp_path / "run"))
    assert "20 of 26 layers fit" in said and "--set model.size=16" in said


def test_another_model_says_which(tmp_path: Path) -> None:
    run = run_of(network("timm/resnet10t", 32), tmp_path / "run", name="timm/resnet10t")
    said = explained(network(), "convnet", run)
    assert "model timm/resnet10t, size 32" in said
    assert "none of" in said and "another model" in said
    assert "--set model.name=timm/resnet10t" in said and "width=" not in said.split("\n")[-1]
    assert "stem.0.0 is not in the file" in said
    assert "layers of the file are not in the model: bn1, conv1" in said


def test_fewer_layers_and_fewer_channels_are_told(tmp_path: Path) -> None:
    net = network()
    state = {k: v.contiguous() for k, v in net.features.state_dict().items()}
    short = {k: v for k, v in state.items() if "stages.1" not in k}
    save_file(short, tmp_path / "short.safetensors")
    said = explained(net, "convnet", tmp_path / "short.safetensors")
    assert "fewer layers" in said and "layers fit: stem.0.0" in said
    grey = {**state, "stem.0.0.weight": state["stem.0.0.weight"][:, :1].contiguous()}
    save_file(grey, tmp_path / "grey.safetensors")
    said = explained(net, "convnet", tmp_path / "grey.safetensors")
    assert "the file is for images of 1, here they have 3" in said


def test_all_differences_are_in_one_message(tmp_path: Path) -> None:
    save_file({"stem.0.0.weight": torch.zeros(4, 1, 3, 3)}, tmp_path / "one.safetensors")
    with pytest.raises(ModelError) as caught:
        initialise_from(network(), "convnet", str(tmp_path / "one.safetensors"))
    layers = {str(p) for p in caught.value.problems if p.key == "weights.lacks"}
    wanted = {k.rpartition(".")[0] for k in network().features.state_dict()} - {"stem.0.0"}
    assert {f"{layer} is not in the file" for layer in wanted} <= layers


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "torchvision/vit_b_32"])
def test_position_embeddings_are_fitted_to_another_size(tmp_path: Path, name: str) -> None:
    source, target = network(name, 64), network(name, 96)
    run = run_of(source, tmp_path / "run", name=name)
    initialise_from(target, name, str(run))
    key = "pos_embed" if "tiny" in name else "encoder.pos_embedding"
    found, given = target.features.state_dict()[key], source.features.state_dict()[key]
    assert found.shape[1] > given.shape[1]
    torch.testing.assert_close(found[:, 0], given[:, 0])  # of the class token
    with torch.no_grad():
        assert target.eval()(torch.zeros(2, 3, 96, 96)).isfinite().all()


@pytest.mark.parametrize("prefix", ["module.", "model."])
def test_what_wrappers_put_before_names_is_taken_off(tmp_path: Path, prefix: str) -> None:
    source = network()
    state = {prefix + k: v.contiguous() for k, v in source.features.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "w.pth")
    target = build("convnet", 3, source.spec, width=8, seed=1)
    initialise_from(target, "convnet", str(tmp_path / "w.pth"))
    assert torch.equal(next(target.parameters()), next(source.parameters()))


def test_published_files_whose_own_layers_are_called_features(tmp_path: Path) -> None:
    import torchvision

    published = torchvision.models.squeezenet1_1(num_classes=10).state_dict()
    torch.save(published, tmp_path / "w.pth")
    net = network("torchvision/mobilenet_v3_small", 32)
    published = torchvision.models.mobilenet_v3_small(num_classes=10).state_dict()
    torch.save(published, tmp_path / "w.pth")
    initialise_from(net, "torchvision/mobilenet_v3_small", str(tmp_path / "w.pth"))
    state = net.features.state_dict()
    assert torch.equal(state["features.0.0.weight"], published["features.0.0.weight"])


def test_counters_of_batch_norm_may_be_missing(tmp_path: Path) -> None:
    source = network()
    state = source.features.state_dict()
    kept = {k: v.contiguous() for k, v in state.items() if "num_batches" not in k}
    save_file(kept, tmp_path / "w.safetensors")
    initialise_from(network(), "convnet", str(tmp_path / "w.safetensors"))


def test_a_contract_that_is_broken_is_none(tmp_path: Path) -> None:
    save_file(
        {"a": torch.zeros(1)}, tmp_path / "w.safetensors", {"dojang.contract": json.dumps([1])}
    )
    assert contract_of(str(tmp_path / "w.safetensors")) is None
    (tmp_path / "x.safetensors").write_bytes(b"none")
    assert contract_of(str(tmp_path / "x.safetensors")) is None
