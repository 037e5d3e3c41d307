"""From the files of a run to what trackers are told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from dojang.app.tracking.base import Outcome, RunFacts, Value
from dojang.core.errors import DojangError
from dojang.core.recipe import Recipe, plain
from dojang.core.store import RunFolder, open_run_folder, read_json
from dojang.core.types import RunRecord

_MACHINE = ("dojang", "python", "torch", "device", "processor", "precision")


def facts_of(folder: RunFolder, record: RunRecord, recipe: Recipe) -> RunFacts:
    """Return what is known of a run as its training begins."""
    data, epochs = record.data, recipe.train.epochs
    dataset = Path(str(data.get("source", ""))).name.split(".")[0] or "data"
    hashes = {
        "data.hash": str(data.get("hash", "")),
        "split.hash": _tree(folder.split_facts).get("hash", ""),
        "data.samples": int(data.get("samples", 0)),
        "data.classes": len(record.classes),
    }
    machine = {n: str(record.environment[n]) for n in _MACHINE if n in record.environment}
    return RunFacts(
        path=folder.path.resolve(),
        name=record.name,
        dataset=dataset,
        created=datetime.fromisoformat(record.created).timestamp(),
        folds=record.folds,
        epochs=epochs if isinstance(epochs, int) else 1,
        params=flat(plain(recipe)) | hashes,
        tags={"dataset": dataset, "model": recipe.model.name} | machine,
    )


def flat(tree: Mapping[str, Any]) -> dict[str, Value]:
    """Return a tree by dotted keys; lists are JSON, and nothing is ``null``."""
    return {key: value for key, value in _leaves(tree, "") if key != "track"}


def _leaves(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Value]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        elif isinstance(value, bool | int | float | str):
            yield prefix + name, value
        else:
            yield prefix + name, json.dumps(value, ensure_ascii=False)


def outcome_of(folder: RunFolder, status: str | None) -> Outcome:
    """Return how a sitting ended.

    Args:
        status: where the run's own word does not hold, since an error ended the sitting.
    """
    _, record = open_run_folder(folder.path)
    layers = _tree(folder.layers)
    known = [name for name in ("parameters", "multiply_adds") if name in layers]
    files = (folder.recipe, folder.report)
    return Outcome(
        status=status or record.status,
        seconds=record.seconds,
        verdict=None if status else _verdict(folder, record),
        network={f"network.{name}": layers[name] for name in known},
        files=tuple(path for path in files if path.is_file()),
    )


def _verdict(folder: RunFolder, record: RunRecord) -> str | None:
    """Name what the curve shows; None where nothing can be told of it."""
    from dojang.analysis.curve.advice import advise_on
    from dojang.analysis.curve.load import load_trainings

    with suppress(DojangError):
        return advise_on(load_trainings(folder, record)).verdict.name
    return None


def _tree(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(path) if path.is_file() else {}
    return found
