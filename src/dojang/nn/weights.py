"""Weights to start from: another run of Dojang, a file, or the hub of the library with the model.

Nothing that is read here can run code: safetensors, or PyTorch files in the mode that loads tensors
only. Weights of a run carry their contract: what the network is, and how its input was normalised.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from dojang.core.errors import ModelError, Problem
from dojang.core.store import RunFolder
from dojang.core.types import InputSpec
from dojang.nn.factory import Network, Triple, locate, normalisation, timm_features
from dojang.nn.loading import load_tensors
from dojang.nn.mismatch import compare, explained

_PREFIX = "features."
_WRAPPERS = ("module.", "_orig_mod.", "model.", "backbone.", "encoder.")
_HUB_FILE = "model.safetensors"
_HUB_HOST = "huggingface.co"
HUB = "hub"


@dataclass(frozen=True)
class Contract:
    """What a weights file of Dojang says of itself.

    Attributes:
        input: how files became the network's input, its mean and spread among it.
        model: the recipe's part on the model.
        classes: what the head tells apart.
    """

    input: InputSpec
    model: Mapping[str, Any]
    classes: tuple[str, ...]


def contract_of(weights: str | None) -> Contract | None:
    """Return the contract of weights to start from; None where they have none, as published ones.

    Raises:
        ModelError: there is no such file, or the run has no weights.
    """
    if weights is None or weights == HUB:
        return None
    path = weights_path(weights)
    if path.suffix != ".safetensors":
        return None
    try:
        with safe_open(path, framework="pt") as file:
            tree = json.loads((file.metadata() or {})["dojang.contract"])
        spec = InputSpec.from_json(tree["input"])
        return Contract(spec, dict(tree.get("model") or {}), tuple(tree.get("classes") or ()))
    except (SafetensorError, OSError, KeyError, TypeError, ValueError):
        return None  # of another program, or broken: the tensors themselves will tell


def expected_normalisation(name: str | None, weights: str | None) -> tuple[Triple, Triple] | None:
    """Return mean and spread (0 to 255) that the weights want: those of the run that made them,
    else those of published weights of ``name``, else None. Layers of one's own have no name."""
    contract = contract_of(weights)
    if contract is not None:
        return contract.input.mean, contract.input.std
    return None if name is None else normalisation(name)


def weights_path(weights: str) -> Path:
    """Return the weights file that ``weights`` means: itself, or that of a run's first fold.

    Raises:
        ModelError: there is no such file, it is no run, or the run has no weights yet.
    """
    path = Path(weights)
    if path.is_dir():
        folder = RunFolder(path)
        if not folder.record.is_file():
            raise ModelError("weights.not_a_run", path=path)
        path = folder.weights(0)
        if not path.is_file():
            raise ModelError("weights.run_without", path=folder.path)
    if not path.is_file():
        raise ModelError("weights.missing", path=path)
    return path


def initialise_from(network: Network, name: str, weights: str, classes: Sequence[str] = ()) -> None:
    """Put weights into the features of ``network``; the head too where its classes are the same.

    Args:
        network: the network to fill.
        name: its name in the recipe.
        weights: ``hub``, the folder of a run, or the path of a ``.safetensors`` or ``.pth`` file.
        classes: what the head of ``network`` tells apart. A head that tells other things apart
            would be worse than a new one: it is sure of wrong answers.

    Raises:
        ModelError: the file is missing, broken or of another network; the hub cannot be reached.
    """
    hub = weights == HUB
    state = _from_hub(name, network.spec.size) if hub else _from_file(weights_path(weights))
    own = {"mean", "std"} <= state.keys() and any(key.startswith(_PREFIX) for key in state)
    body = _below(state, _PREFIX) if own else state
    wanted = network.features.state_dict()
    body = _resized(network, name, _unwrapped(wanted, body))
    comparison = compare(wanted, body)
    contract = contract_of(weights)
    if not comparison.whole:
        raise explained(comparison, name, weights, contract.model if contract else None)
    load_tensors(network.features, {key: body.get(key, kept) for key, kept in wanted.items()})
    head, kept = network.head.state_dict(), _below(state, "head.")
    same = contract is not None and contract.classes == tuple(classes)
    if same and all(key in kept and kept[key].shape == v.shape for key, v in head.items()):
        load_tensors(network.head, {key: kept[key] for key in head})


def _below(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}


def _unwrapped(wanted: Mapping[str, Tensor], body: dict[str, Tensor]) -> dict[str, Tensor]:
    """Take off what wrappers put before the names, where more layers fit without it."""
    candidates = [body, *(_below(body, prefix) for prefix in _WRAPPERS)]
    return max(candidates, key=lambda state: len(compare(wanted, state).fits))


def _resized(network: Network, name: str, body: dict[str, Tensor]) -> dict[str, Tensor]:
    """Fit position embeddings to the size of the images, where the library knows how; timm also
    reads the formats in which authors published their weights."""
    if compare(network.features.state_dict(), body).whole:
        return body
    library, plain = locate(name)
    try:
        if library == "timm":
            fit = sys.modules[type(network.features).__module__].checkpoint_filter_fn
            fitted: dict[str, Tensor] = fit(dict(body), network.features)
            return fitted
        if library == "torchvision" and plain.startswith("vit_"):
            from torchvision.models.vision_transformer import interpolate_embeddings

            patch = int(plain.rpartition("_")[2])
            return dict(interpolate_embeddings(network.spec.size, patch, dict(body)))
    except Exception:  # a state of another network can fail in any way; it is explained by shapes
        return body
    return body


def _from_file(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, OSError, EOFError, RuntimeError, ValueError, KeyError) as error:
        raise ModelError("weights.broken", path=path, reason=_short(error)) from error
    except Exception as error:  # pickle.UnpicklingError and its kin: refused, not run
        raise ModelError("weights.unsafe", path=path, reason=_short(error)) from error
    for key in ("state_dict", "model"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    if not isinstance(loaded, dict) or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise ModelError("weights.broken", path=path, reason=type(loaded).__name__)
    return loaded


def _from_hub(name: str, size: int) -> dict[str, Tensor]:
    library, plain = locate(name)
    if library == "own":
        raise ModelError("weights.no_hub", name=name)
    try:
        return _timm_hub(plain, size) if library == "timm" else _torchvision_hub(plain)
    except Exception as error:  # every layer of the network stack has errors of its own
        if isinstance(error, ModelError):
            raise
        raise ModelError("weights.hub_failed", name=name, reason=_short(error)) from error


def _timm_hub(name: str, size: int) -> dict[str, Tensor]:
    """Fetch the safetensors file of a timm model, or take it from the local cache."""
    import timm
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    config = timm.get_pretrained_cfg(name)
    if config is None or not config.hf_hub_id:
        raise ModelError("weights.none_published", name=name)
    offline = not _reachable(_HUB_HOST)
    try:
        file = hf_hub_download(config.hf_hub_id, _HUB_FILE, local_files_only=offline)
    except LocalEntryNotFoundError as error:
        if not offline:
            raise
        reason = Problem("weights.no_answer", {"host": _HUB_HOST})
        raise ModelError("weights.hub_failed", name=name, reason=reason) from error
    return timm_features(name, size, Path(file)).state_dict()


def _reachable(host: str) -> bool:
    """Does anybody answer for ``host``? Asked first, since the hub's client tries for a minute.

    Behind a proxy only the proxy can tell, so the client is left to find out.
    """
    if urllib.request.getproxies() or os.environ.get("HF_ENDPOINT"):
        return True
    try:
        socket.create_connection((host, 443), timeout=5).close()
    except OSError:
        return False
    return True


def _torchvision_hub(name: str) -> dict[str, Tensor]:
    import torchvision

    url = torchvision.models.get_model_weights(name).DEFAULT.url
    state: dict[str, Tensor] = torch.hub.load_state_dict_from_url(
        url, progress=False, check_hash=True, weights_only=True
    )
    return state


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
