"""States of a training: taken, put back, written and read.

A state holds all that the future of a training depends on. Random numbers need none: each is a
function of seed, epoch and sample. A file of a state is a safetensors file whose name holds the
number of the file and the beginning of the SHA-256 of its content, ``fold0-000017-<16 digits>``: a
file that was cut short or changed is known without being read by anything else, and the one before
it is still there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dojang.core.errors import Problem, RunError
from dojang.core.store import file_hash, read_tensors, write_tensors
from dojang.nn.loading import load_tensors
from dojang.train.loop import Place
from dojang.train.trainee import Trainee

_MODEL, _OPTIMIZER, _AVERAGE = "model/", "optimizer/", "average/"
_KEPT = 2  # files of states: the newest, and one to fall back on
_DIGITS = 16


@dataclass(frozen=True)
class State:
    """A training at one moment.

    Attributes:
        tensors: weights, optimisers and averages by name.
        numbers: of the optimisers and the pace, as plain values.
        place: where the training stands.
        memory: what the one who watches it needs to go on: plain values.
    """

    tensors: Mapping[str, Tensor]
    numbers: Mapping[str, Any]
    place: Place
    memory: Mapping[str, Any]


def take_state(
    trainee: Trainee, place: Place, memory: Mapping[str, Any], copy: bool = False
) -> State:
    """Return the state of a training; with ``copy``, one that later steps do not change."""
    tensors = {_MODEL + name: value for name, value in trainee.network.state_dict().items()}
    optimizers: dict[str, Any] = {}
    for name, optimizer in trainee.optimizers.items():
        state = optimizer.state_dict()
        numbers: dict[str, Any] = {}
        for index, values in state["state"].items():
            for key, value in values.items():
                if isinstance(value, Tensor):
                    tensors[f"{_OPTIMIZER}{name}/{index}/{key}"] = value
                else:
                    numbers[f"{index}/{key}"] = value
        optimizers[name] = {"groups": state["param_groups"], "numbers": numbers}
    if trainee.average:
        tensors |= {_AVERAGE + name: value for name, value in trainee.average.tensors().items()}
    if copy:
        tensors = {name: value.detach().clone() for name, value in tensors.items()}
    facts = {"optimizers": json.loads(json.dumps(optimizers)), "pace": asdict(trainee.pace)}
    return State(tensors, facts, place, json.loads(json.dumps(dict(memory))))


def put_back(state: State, trainee: Trainee) -> None:
    """Bring a training into a state.

    Raises:
        KeyError, ValueError, RuntimeError: the state is of another network or optimiser.
    """
    load_tensors(trainee.network, _below(state.tensors, _MODEL))
    for name, optimizer in trainee.optimizers.items():
        optimizer.load_state_dict(_optimizer_state(state, name))
        _in_layout_of_weights(optimizer)
    if trainee.average:
        trainee.average.load(_below(state.tensors, _AVERAGE))
    for key, value in state.numbers["pace"].items():
        setattr(trainee.pace, key, value)


class Checkpoints:
    """The files of the states of one fold.

    Args:
        folder: where they are.
        fold: number of the fold.
    """

    def __init__(self, folder: Path, fold: int) -> None:
        self.folder, self.fold = folder, fold

    def files(self) -> list[Path]:
        """Return the files, the newest first."""
        found = self.folder.glob(f"fold{self.fold}-*.safetensors")
        return sorted(found, key=_number, reverse=True)

    def write(self, state: State, good: Path | None = None) -> Path:
        """Write a state, whole or not at all, and remove those that are no longer needed.

        Args:
            good: the file of an earlier state to which the training may have to go back; kept.

        Raises:
            StorageError: the disk is full or may not be written; all earlier files stay.
        """
        before = self.files()
        number = _number(before[0]) + 1 if before else 1
        stem = f"fold{self.fold}-{number:06d}"
        rest = {
            "numbers": state.numbers,
            "place": asdict(state.place),
            "memory": state.memory,
            "good": good.name if good else "",
        }
        tensors = {name: _plain(value) for name, value in state.tensors.items()}

        def final(temporary: Path) -> Path:
            return self.folder / f"{stem}-{file_hash(temporary)[:_DIGITS]}.safetensors"

        path = write_tensors(
            self.folder / f"{stem}.safetensors",
            tensors,
            {"dojang.checkpoint": json.dumps(rest)},
            final,
        )
        for old in before[_KEPT - 1 :]:
            if old != good:
                old.unlink(missing_ok=True)
        return path

    def read(self) -> tuple[State, Path, Path | None, list[Path]] | None:
        """Return the newest state that is whole, its file, the file of the state to go back to from
        there, and newer files that are damaged; None where there is no file at all.

        Raises:
            RunError: there are files, and all are damaged.
        """
        damaged: list[Path] = []
        for path in self.files():
            found = _read(path)
            if found is None:
                damaged.append(path)
                continue
            state, good = found
            return state, path, self.folder / good if good else None, damaged
        if damaged:
            problems = [Problem("faults.damaged", {"path": path}) for path in damaged]
            raise RunError("faults.all_damaged", path=self.folder, problems=problems)
        return None


def read_state(path: Path) -> State | None:
    """Read the file of a state; None where it is missing or damaged."""
    found = _read(path)
    return found[0] if found else None


def save_weights(path: Path, state: Mapping[str, Tensor], contract: Mapping[str, Any]) -> None:
    """Write weights with the data contract that belongs to them."""
    tensors = {name: _plain(value) for name, value in state.items()}
    write_tensors(path, tensors, {"dojang.contract": json.dumps(contract, ensure_ascii=False)})


def load_weights(path: Path, model: nn.Module) -> None:
    """Fill ``model`` with saved weights; raises RunError where they do not fit."""
    tensors, _ = read_tensors(path)
    try:
        load_tensors(model, tensors)
    except RuntimeError as error:
        raise RunError(
            "run.broken", path=path, reason=" ".join(str(error).split())[:200]
        ) from error


def _read(path: Path) -> tuple[State, str] | None:
    """Read a file whose content is what its name says; None for any other."""
    digest = path.stem.rpartition("-")[2]
    try:
        if file_hash(path)[:_DIGITS] != digest:
            return None
        tensors, metadata = read_tensors(path)
        rest = json.loads(metadata["dojang.checkpoint"])
        state = State(tensors, rest["numbers"], Place(**rest["place"]), rest["memory"])
    except (OSError, RunError, KeyError, TypeError, ValueError):
        return None
    return state, str(rest["good"])


def _number(path: Path) -> int:
    """Read the number out of ``fold0-000017-….safetensors``; 0 where there is none."""
    parts = path.stem.split("-")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0


def _optimizer_state(state: State, name: str) -> dict[str, Any]:
    saved = state.numbers["optimizers"][name]
    values: dict[int, dict[str, Any]] = {}
    for key, value in _below(state.tensors, f"{_OPTIMIZER}{name}/").items():
        index, slot = key.split("/", 1)
        values.setdefault(int(index), {})[slot] = value.clone()
    for key, value in saved["numbers"].items():
        index, slot = key.split("/", 1)
        values.setdefault(int(index), {})[slot] = value
    return {"state": values, "param_groups": _as_tuples(saved["groups"])}


def _as_tuples(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """JSON knows no tuples; the betas of Adam are one."""
    lists = {"params"}
    return [
        {k: tuple(v) if isinstance(v, list) and k not in lists else v for k, v in group.items()}
        for group in groups
    ]


def _in_layout_of_weights(optimizer: torch.optim.Optimizer) -> None:
    """Give moments the layout in memory of their weights, which a file does not keep: sums over
    another layout may round differently."""
    for parameter, values in optimizer.state.items():
        for key, value in values.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                values[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _plain(tensor: Tensor) -> Tensor:
    """safetensors wants contiguous tensors that share no memory."""
    return tensor.detach().cpu().contiguous().clone()
