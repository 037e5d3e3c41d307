"""What went wrong in a training and what was done about it, as the run keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MOST_ROLLBACKS = 3


@dataclass(frozen=True)
class Fault:
    """Something that went wrong at a step.

    Attributes:
        kind: what was not finite (pixels, weights, loss, gradient), ``memory``, ``damaged`` (a
            file of a state), or ``tracker``.
        action: ``rollback``, ``skip``, ``stop``, ``pieces`` (memory ran out), ``previous`` (an
            older state was used) or ``untracked`` (a tracker failed and was left out).
        to_step: where the training went on from (rollback).
        rate: share of the planned learning rate from there on (rollback).
        pieces: into how many pieces micro-batches are cut from there on.
        detail: name of the tracker, and what it said.
    """

    kind: str
    step: int
    epoch: int
    action: str
    files: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    to_step: int = 0
    rate: float = 1.0
    pieces: int = 1
    detail: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, tree: dict[str, Any]) -> Fault:
        lists = {key: tuple(tree.get(key, ())) for key in ("files", "layers", "detail")}
        return cls(**(tree | lists))
