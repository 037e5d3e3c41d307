"""Several processes as one: who writes, who waits, what all agree on.

With a single process these cost nothing. Accelerate starts the others (``accelerate launch``).
"""

from __future__ import annotations

from typing import TypeVar

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list, reduce

T = TypeVar("T")


def is_main() -> bool:
    """Is this the process that writes and speaks?"""
    return bool(PartialState().is_main_process)


def process_count() -> int:
    """Return how many processes train together."""
    return int(PartialState().num_processes)


def wait_for_all() -> None:
    """Wait until every process has come this far."""
    PartialState().wait_for_everyone()


def as_in_main(value: T) -> T:
    """Return what the main process has for ``value``."""
    if PartialState().num_processes == 1:
        return value
    shared: T = broadcast_object_list([value])[0]
    return shared


def sum_of(value: float) -> float:
    """Return the sum of ``value`` over all processes."""
    state = PartialState()
    if state.num_processes == 1:
        return value
    summed = reduce(torch.tensor(value, dtype=torch.float64, device=state.device), "sum")
    return float(summed)


def any_of(flag: bool) -> bool:
    """Is ``flag`` true on any process?"""
    return sum_of(float(flag)) > 0
