"""The artefacts of a run as files: what each stage writes and a later one reads back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from dojang.core.errors import DataError, RunError
from dojang.core.store import (
    RunFolder,
    file_hash,
    read_json,
    read_parquet,
    read_tensors,
    write_json,
    write_parquet,
)
from dojang.core.tables import from_frame, to_frame
from dojang.core.types import (
    Evaluation,
    Fact,
    InputSpec,
    Manifest,
    Predictions,
    Refusal,
    SourceRef,
    SplitPlan,
)
from dojang.data.sources.manifest import write_manifest
from dojang.data.split import Kept, counts
from dojang.nn.arithmetic import layer_table, totals
from dojang.objectives.losses import LOSSES, LossSettings
from dojang.tasks.classify import Classification


def save_manifest(folder: RunFolder, manifest: Manifest) -> None:
    """Write the manifest and the list of refused files."""
    write_manifest(folder.manifest, manifest)
    write_json(folder.refused, [asdict(refusal) for refusal in manifest.refused])


def load_manifest(folder: RunFolder) -> Manifest:
    """Read the manifest of a run."""
    import pyarrow.parquet as pq

    frame = read_parquet(folder.manifest)
    metadata = pq.read_schema(folder.manifest).metadata
    for name in {"label", "part", "group", "cluster", "copy"} & set(frame.columns):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return Manifest(
        frame,
        tuple(json.loads(metadata[b"dojang.classes"])),
        tuple(Refusal(**line) for line in read_json(folder.refused)),
        SourceRef(**json.loads(metadata[b"dojang.source"])),
        metadata.get(b"dojang.task", b"classify").decode(),
    )


def save_plan(folder: RunFolder, plan: SplitPlan) -> None:
    """Write the split and its proofs."""
    write_parquet(folder.split, plan.assignment, {"dojang.manifest": plan.manifest_hash})
    facts = {
        "kind": plan.kind, "folds": plan.folds, "seed": plan.seed, "hash": plan.hash,
        "manifest_hash": plan.manifest_hash, "counts": counts(plan),
        "proofs": [fact.to_json() for fact in plan.proofs],
        "notes": [fact.to_json() for fact in plan.notes],
    }  # fmt: skip
    write_json(folder.split_facts, facts)


def load_plan(folder: RunFolder) -> SplitPlan:
    """Read the split of a run."""
    facts = read_json(folder.split_facts)
    return SplitPlan(
        read_parquet(folder.split), facts["kind"], facts["folds"], facts["seed"],
        facts["manifest_hash"], tuple(map(Fact.from_json, facts["proofs"])),
        tuple(map(Fact.from_json, facts.get("notes", ()))),
    )  # fmt: skip


def load_kept(keep: str | None) -> Kept | None:
    """Read the split of an earlier run for ``split.keep``: a run folder or its split.parquet.

    Raises:
        DataError: there is no split, or it is none.
    """
    if keep is None:
        return None
    path = Path(keep)
    folder = RunFolder(path if path.is_dir() else path.parent)
    split = folder.split if path.is_dir() else path
    if not split.is_file():
        raise DataError("split.keep_missing", path=path)
    frame = read_parquet(split)
    lacking = [name for name in ("id", "part", "fold") if name not in frame]
    if lacking:
        raise DataError("split.keep_broken", path=split, columns=", ".join(lacking))
    facts = read_json(folder.split_facts) if folder.split_facts.is_file() else {}
    if folder.manifest.is_file():  # without it, samples are known by their ids alone
        contents = read_parquet(folder.manifest)[["id", "sha256"]]
        frame = frame.merge(contents, on="id", how="left")
    folds = int(frame["fold"].max()) + 1 if len(frame) else 0
    return Kept(frame, facts.get("kind", "kfold" if folds else "holdout"), folds, keep)


def save_layers(folder: RunFolder, network: nn.Module, size: int) -> None:
    """Write the table of layers."""
    rows = layer_table(network, size)
    parameters, multiply_adds = totals(rows)
    tree: dict[str, object] = {"size": size, "parameters": parameters}
    tree["multiply_adds"] = multiply_adds
    described = getattr(getattr(network, "features", None), "described", ())
    lines = [{"path": path, "layer": text, "output": out} for path, text, out in described]
    tree |= {"described": lines} if lines else {}
    write_json(folder.layers, tree | {"rows": [asdict(row) for row in rows]})


def save_scores(
    folder: RunFolder,
    predictions: Predictions,
    weights_of: int,
    groups: NDArray[np.int64] | None = None,
) -> Evaluation:
    """Write predictions and what follows from them.

    Args:
        weights_of: number of models that predicted.
        groups: index of the group of each sample, ``(n,)``, or None where there are none.
    """
    task = Classification(predictions.classes, LOSSES["cross_entropy"](LossSettings()))
    evaluation = task.evaluate(predictions, groups)
    hashes = {
        f"weights.fold{n}": file_hash(folder.weights(n))
        for n in range(weights_of)
        if folder.weights(n).is_file()
    }
    path = folder.predictions(predictions.part)
    write_parquet(path, to_frame(predictions), {"dojang.read": json.dumps(hashes)})
    tree = evaluation.to_json() | {"read": {path.name: file_hash(path)}}
    write_json(folder.evaluation(predictions.part), tree)
    return evaluation


def load_scores(folder: RunFolder, part: str) -> tuple[Predictions, Evaluation]:
    """Read what :func:`save_scores` wrote."""
    predictions = from_frame(read_parquet(folder.predictions(part)), part)
    return predictions, Evaluation.from_json(read_json(folder.evaluation(part)))


def load_contract(path: Path) -> InputSpec:
    """Read the data contract off a weights file."""
    _, metadata = read_tensors(path)
    try:
        return InputSpec.from_json(json.loads(metadata["dojang.contract"])["input"])
    except (KeyError, TypeError, ValueError) as error:
        raise RunError("run.broken", path=path, reason=error) from error
