"""What a model card says beyond the report: settings, counts, limits, and nothing private."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from dojang.analysis.report.card.markdown import Ready, say
from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import count, plain_value
from dojang.core.recipe import Recipe, keys, plain
from dojang.core.store import file_hash
from dojang.core.types import Evaluation

FEW_TRAINING = 50  # fewer than the audit calls enough (DATA008)
FEW_SCORED = 20
NAMED = 5
PARTS = ("model", "transfer", "loss", "balance", "optimizer", "schedule", "augment", "regularize",
         "average", "train", "decide")  # fmt: skip
ALWAYS = ("model.name", "model.width", "loss.name", "loss.label_smoothing", "optimizer.name",
          "schedule.name", "train.seed")  # fmt: skip
# Where the work was done, and how fast: not what was learnt.
MACHINE = ("train.compile", "train.layout", "train.checkpoint")


def public(text: str) -> str:
    """Return a word of a command or a path without the folders before its last part."""
    key, equals, value = text.partition("=")
    if equals and not ("/" in key or "\\" in key):
        return f"{key}={public(value)}"
    last = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return last or text.strip("/\\") or "."


def public_command(command: str) -> str:
    """Return a command line without private folders; empty where it cannot be read."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    return shlex.join(public(word) for word in words)


def hyperparameters(files: RunFiles) -> dict[str, str]:
    """Return the settings that shaped the training: the main ones, and all that are no default."""
    if files.recipe is None:
        return {}
    chosen, usual = plain(files.recipe), plain(Recipe())
    found = {}
    for key in keys():
        part, _, name = key.partition(".")
        inherited = part == "transfer" and not files.recipe.model.weights
        if part not in PARTS or key in MACHINE or inherited:
            continue
        value = chosen[part][name]
        if key in ALWAYS or value != usual[part][name]:
            found[key] = public(value) if isinstance(value, str) else plain_value(value)
    return found


def contract(files: RunFiles) -> dict[str, str]:
    """Return what is done to every image before the network sees it."""
    spec = files.record.input
    if spec is None:
        return {}
    rows: dict[str, Any] = {"size": f"{spec.size} × {spec.size}", **asdict(spec.how)}
    rows |= {"mean": spec.mean, "std": spec.std}
    rows |= {"background": spec.decode.background, "color": spec.decode.color}
    return {name: plain_value(value) for name, value in rows.items()}


def counts(files: RunFiles) -> tuple[list[str], list[list[str]]]:
    """Return the parts that may be counted by class, and a row for each class, largest first; never
    the test part."""
    given = files.record.data.get("counts") or {}
    parts = [p for p in ("train", "valid", "cv") if isinstance(given.get(p), Mapping)]
    totals = {
        name: sum(given[part].get(name, 0) for part in parts) for name in files.record.classes
    }
    order = sorted(totals, key=lambda name: (-totals[name], name))
    return parts, [[name, *(count(given[p].get(name, 0)) for p in parts)] for name in order]


def weights(files: RunFiles) -> list[tuple[str, str, int]]:
    """Return (name, SHA-256, bytes) of each file of weights."""
    folder = files.folder.path / "weights"
    found = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    return [(path.name, file_hash(path), path.stat().st_size) for path in found]


def limits(
    files: RunFiles, scored: Evaluation | None, seal: str, notes: Iterable[str]
) -> Iterator[str]:
    """Yield what the figures do not say, each in a sentence; ``notes`` are those of the split."""
    yield say(f"card.limit.seal.{seal}", when=(files.record.test_opened or "")[:10])
    if scored is not None:
        yield say("card.limit.interval")
        yield from _small(
            "card.limit.few_scored",
            {c.name: c.support for c in scored.per_class if c.support < FEW_SCORED},
            FEW_SCORED,
        )
    yield from notes
    parts = files.record.data.get("counts") or {}
    learnt = parts.get("train") or parts.get("cv") or {}
    few = {name: n for name, n in learnt.items() if n < FEW_TRAINING}
    yield from _small("card.limit.few_training", few, FEW_TRAINING)
    sizes = [n for n in learnt.values() if n]
    if sizes and max(sizes) >= 3 * min(sizes):
        yield say("card.limit.uneven", ratio=f"{max(sizes) / min(sizes):.1f}")
    if files.recipe is not None and files.recipe.data.near_duplicates == "ignore":
        yield say("card.limit.near_duplicates")
    if files.recipe is not None and files.recipe.audit.allow:
        yield say("card.limit.allowed", names=", ".join(files.recipe.audit.allow))
    if files.record.status != "finished":
        yield say("card.limit.unfinished")
    yield say("card.limit.closed")
    unchecked = ["elsewhere", "people", "attack"]
    unchecked += [] if files.inside else ["explanations"]
    unchecked += [] if files.study else ["seeds"]
    yield say(
        "card.limit.unchecked", what=Ready("; ".join(say(f"card.never.{n}") for n in unchecked))
    )


def _small(key: str, sizes: Mapping[str, int], bound: int) -> Iterator[Ready]:
    if sizes:
        order = sorted(sizes, key=lambda name: (sizes[name], name))
        named = ", ".join(f"{name} ({sizes[name]})" for name in order[:NAMED])
        rest = "" if len(order) <= NAMED else " …"
        yield say(key, n=len(order), bound=bound, names=named + rest)
