"""Measurements of this machine, kept so that a choice by stopwatch is made once.

A stopwatch never gives the same number twice. What was measured is therefore written below the root
of the cache under everything it depends on, and the next run reads it instead of measuring again:
two runs of one recipe on one machine choose the same. ``docs/decisions/0013-measured-choices.md``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from dojang.core.errors import StorageError
from dojang.core.store import write_json
from dojang.data.shelves import MEASURED, cache_root
from dojang.train.hardware import describe

FORMAT = 1
Numbers = dict[str, float]
BUSY: Numbers = {"busy": 1.0}  # what is remembered where a measurement was worth nothing


def remembered(
    what: str,
    about: Mapping[str, Any],
    measure: Callable[[], Numbers],
    root: Path | None = None,
    again: bool = False,
) -> Numbers:
    """Return what was measured before of ``what``, or measure and keep it.

    Args:
        what: name of the measurement.
        about: everything that the numbers depend on.
        measure: called where nothing is known; its numbers are finite.
        root: the cache; that of this machine unless given. Where it cannot be written, each call
            measures anew.
        again: measure again what was measured on a busy machine. Otherwise that holds too (the rule
            decides then): two runs shall choose the same.
    """
    key = {"format": FORMAT, "what": what, **about}
    path = (root or cache_root()) / MEASURED / f"{what}-{_digest(key)}.json"
    found = _read(path, key)
    if found is not None and not (again and is_busy(found)):
        return found
    numbers = measure()
    # Another run may have measured the same meanwhile: what is written first holds for both.
    found = _read(path, key)
    if found is not None and not (again and is_busy(found)):
        return found
    with contextlib.suppress(StorageError, OSError):  # without a cache nothing is remembered
        write_json(path, {"key": key, "numbers": numbers})
    return numbers


def is_busy(numbers: Mapping[str, float]) -> bool:
    """Was the machine too busy to measure?"""
    return bool(numbers.get("busy"))


def known(what: str, about: Mapping[str, Any], root: Path | None = None) -> Numbers | None:
    """Return what was measured before of ``what``, or None; nothing is measured."""
    key = {"format": FORMAT, "what": what, **about}
    return _read((root or cache_root()) / MEASURED / f"{what}-{_digest(key)}.json", key)


def machine(device: torch.device) -> dict[str, Any]:
    """Return what of this machine decides how fast a network runs."""
    facts = describe(device)
    return {
        "processor": facts["processor"],
        "cores": facts["cores"],
        "device": facts["device"],
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


def fingerprint(network: nn.Module) -> str:
    """Return a digest of a network's layers and the shapes of its weights."""
    shapes = [(name, tuple(p.shape)) for name, p in network.named_parameters()]
    return hashlib.sha256(f"{network!r}{shapes}".encode()).hexdigest()[:16]


def _digest(key: Mapping[str, Any]) -> str:
    text = json.dumps(key, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _read(path: Path, key: Mapping[str, Any]) -> Numbers | None:
    """Read numbers; a file that is missing, damaged or about something else counts for nothing."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        same = tree["key"] == json.loads(json.dumps(key, default=str))
        numbers = {str(name): float(value) for name, value in tree["numbers"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return numbers if same and all(map(math.isfinite, numbers.values())) else None
