"""Weights and states of training in safetensors files: tensors by name, the rest as JSON.

A checkpoint holds all that the future of a training depends on. Random numbers need no state: each
is a function of seed, epoch and sample.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dojang.core.errors import RunError
from dojang.core.store import read_tensors, write_tensors
from dojang.train.loop import Trainee

_MODEL = "model/"
_OPTIMIZER = "optimizer/"


@dataclass(frozen=True)
class Progress:
    """How far a training got: epochs and seconds done, and what its observers remember."""

    epoch: int
    seconds: float
    memory: Mapping[str, Any]


def save_checkpoint(path: Path, trainee: Trainee, model: nn.Module, progress: Progress) -> None:
    """Write the state of a training, whole or not at all."""
    tensors = {_MODEL + name: _plain(value) for name, value in model.state_dict().items()}
    rest: dict[str, Any] = {
        "epoch": progress.epoch,
        "seconds": progress.seconds,
        "memory": dict(progress.memory),
        "optimizers": {},
        "schedules": {},
    }
    for name, optimizer in trainee.optimizers.items():
        state = optimizer.state_dict()
        rest["optimizers"][name] = {"groups": state["param_groups"], "numbers": {}}
        for index, values in state["state"].items():
            for key, value in values.items():
                if isinstance(value, Tensor):
                    tensors[f"{_OPTIMIZER}{name}/{index}/{key}"] = _plain(value)
                else:
                    rest["optimizers"][name]["numbers"][f"{index}/{key}"] = value
    for name, schedule in trainee.schedules.items():
        rest["schedules"][name] = schedule.last_epoch
    write_tensors(path, tensors, {"dojang.checkpoint": json.dumps(rest)})


def load_checkpoint(path: Path, trainee: Trainee, model: nn.Module) -> Progress:
    """Put a saved state back.

    Raises:
        RunError: the file is missing or broken, or of another network.
    """
    tensors, metadata = read_tensors(path)
    try:
        rest = json.loads(metadata["dojang.checkpoint"])
        model.load_state_dict(_below(tensors, _MODEL))
        for name, optimizer in trainee.optimizers.items():
            optimizer.load_state_dict(_optimizer_state(tensors, rest, name))
        for name, schedule in trainee.schedules.items():
            _set_schedule(schedule, rest["schedules"][name])
    except (KeyError, ValueError, RuntimeError) as error:
        raise RunError(
            "run.broken", path=path, reason=" ".join(str(error).split())[:200]
        ) from error
    return Progress(rest["epoch"], rest["seconds"], rest["memory"])


def save_weights(path: Path, state: Mapping[str, Tensor], contract: Mapping[str, Any]) -> None:
    """Write weights with the data contract that belongs to them."""
    tensors = {name: _plain(value) for name, value in state.items()}
    write_tensors(path, tensors, {"dojang.contract": json.dumps(contract, ensure_ascii=False)})


def load_weights(path: Path, model: nn.Module) -> None:
    """Fill ``model`` with saved weights; raises RunError where they do not fit."""
    tensors, _ = read_tensors(path)
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise RunError(
            "run.broken", path=path, reason=" ".join(str(error).split())[:200]
        ) from error


def _optimizer_state(
    tensors: Mapping[str, Tensor], rest: Mapping[str, Any], name: str
) -> dict[str, Any]:
    saved = rest["optimizers"][name]
    state: dict[int, dict[str, Any]] = {}
    for key, value in _below(tensors, f"{_OPTIMIZER}{name}/").items():
        index, slot = key.split("/", 1)
        state.setdefault(int(index), {})[slot] = value
    for key, value in saved["numbers"].items():
        index, slot = key.split("/", 1)
        state.setdefault(int(index), {})[slot] = value
    return {"state": state, "param_groups": saved["groups"]}


def _set_schedule(schedule: torch.optim.lr_scheduler.LambdaLR, step: int) -> None:
    """Move a schedule to ``step``; the rates themselves come back with the optimiser."""
    schedule.last_epoch = step
    schedule._step_count = step + 1
    schedule._last_lr = [group["lr"] for group in schedule.optimizer.param_groups]


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _plain(tensor: Tensor) -> Tensor:
    """safetensors wants contiguous tensors that share no memory."""
    return tensor.detach().cpu().contiguous().clone()
