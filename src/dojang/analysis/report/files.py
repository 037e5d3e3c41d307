"""What a run folder holds, read once. A file that was never written is None or empty here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dojang.core.recipe import Recipe, load_recipe
from dojang.core.store import RunFolder, read_json
from dojang.core.types import EpochRecord, Evaluation, LayerRow, RunRecord


@dataclass(frozen=True)
class Layers:
    """The table of layers for an input of ``size`` × ``size`` pixels, with its totals."""

    size: int
    parameters: int
    multiply_adds: int
    rows: tuple[LayerRow, ...]


@dataclass(frozen=True)
class RunFiles:
    """The files that the report is made from.

    Attributes:
        recipe_text: the recipe as it was written, for the reader to copy.
        evaluations: by part.
        contact: pictures of the training part, ``{"label", "id", "file"}``.
        gallery: by part, pictures with explanations.
        slices: of the test part where it was opened, else of the validation part.
    """

    folder: RunFolder
    record: RunRecord
    recipe: Recipe | None
    recipe_text: str
    split: Mapping[str, Any] | None
    refused: tuple[Mapping[str, Any], ...]
    history: tuple[EpochRecord, ...]
    layers: Layers | None
    evaluations: Mapping[str, Evaluation]
    contact: tuple[Mapping[str, Any], ...]
    gallery: Mapping[str, tuple[Mapping[str, Any], ...]]
    balance: Mapping[str, Any] | None
    decisions: Mapping[str, Any] | None
    finders: Mapping[str, Any] | None = None
    heads: Mapping[str, Any] | None = None
    slices: Mapping[str, Any] | None = None
    study: Mapping[str, Any] | None = None
    inside: Mapping[str, Any] | None = None


def read_files(folder: RunFolder, record: RunRecord) -> RunFiles:
    """Read what there is.

    Raises:
        RunError: a file is there but cannot be read; the message names it.
    """
    parts = ("valid", "test")
    evaluations = {p: _evaluation(folder.evaluation(p)) for p in parts}
    gallery = {p: tuple(_json(folder.path / "gallery" / f"{p}.json") or ()) for p in parts}
    written = folder.recipe.is_file()
    return RunFiles(
        folder=folder,
        record=record,
        recipe=load_recipe(folder.recipe) if written else None,
        recipe_text=folder.recipe.read_text(encoding="utf-8-sig") if written else "",
        split=_json(folder.split_facts),
        refused=tuple(_json(folder.refused) or ()),
        history=tuple(EpochRecord.from_json(row) for row in _json(folder.history) or ()),
        layers=_layers(_json(folder.layers)),
        evaluations={p: e for p, e in evaluations.items() if e is not None},
        contact=tuple(_json(folder.path / "gallery" / "contact.json") or ()),
        gallery={p: entries for p, entries in gallery.items() if entries},
        balance=_json(folder.balance),
        decisions=_json(folder.decisions),
        finders=_json(folder.finders),
        heads=_json(folder.heads),
        slices=_json(folder.slices("test")) or _json(folder.slices("valid")),
        study=_json(folder.study),
        inside=_json(folder.inside),
    )


def _json(path: Path) -> Any:
    return read_json(path) if path.is_file() else None


def _evaluation(path: Path) -> Evaluation | None:
    tree = _json(path)
    return None if tree is None else Evaluation.from_json(tree)


def _layers(tree: Mapping[str, Any] | None) -> Layers | None:
    if tree is None:
        return None
    rows = tuple(LayerRow(**{**row, "output": tuple(row["output"])}) for row in tree["rows"])
    return Layers(tree["size"], tree["parameters"], tree["multiply_adds"], rows)
