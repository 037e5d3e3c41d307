"""Weights to start from: a file, or the hub of the library that has the model.

Nothing that is read here can run code: safetensors, or PyTorch files in the mode that loads tensors
only.
"""

from __future__ import annotations

import os
import socket
import urllib.request
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor

from dojang.core.errors import ModelError, Problem
from dojang.nn.factory import Network, locate, timm_features

_PREFIX = "features."
_HUB_FILE = "model.safetensors"
_HUB_HOST = "huggingface.co"


def initialise_from(network: Network, name: str, weights: str) -> None:
    """Put weights into the features of ``network``; the head too where the classes agree.

    Args:
        network: the network to fill.
        name: its name in the recipe.
        weights: ``hub``, or the path of a ``.safetensors`` or ``.pth`` file.

    Raises:
        ModelError: the file is missing, broken or of another network; the hub cannot be reached.
    """
    state = _from_hub(name, network.spec.size) if weights == "hub" else _from_file(Path(weights))
    own = any(key.startswith(_PREFIX) for key in state)
    body = {
        k.removeprefix(_PREFIX): v for k, v in state.items() if not own or k.startswith(_PREFIX)
    }
    wanted = network.features.state_dict()
    problems = _mismatches(wanted, body)
    if problems:
        raise ModelError("weights.mismatch", name=name, weights=weights, problems=problems)
    network.features.load_state_dict({key: body[key] for key in wanted})
    head = network.head.state_dict()
    if own and all(
        f"head.{k}" in state and state[f"head.{k}"].shape == v.shape for k, v in head.items()
    ):
        network.head.load_state_dict({key: state[f"head.{key}"] for key in head})


def _mismatches(wanted: dict[str, Tensor], found: dict[str, Tensor]) -> list[Problem]:
    problems: list[Problem] = []
    for key, tensor in wanted.items():
        if key not in found:
            problems.append(Problem("weights.lacks", {"layer": key}))
        elif found[key].shape != tensor.shape:
            shapes = {"have": tuple(found[key].shape), "want": tuple(tensor.shape)}
            problems.append(Problem("weights.shape", {"layer": key, **shapes}))
    return problems


def _from_file(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise ModelError("weights.missing", path=path)
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
