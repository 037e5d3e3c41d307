"""What went wrong in a training, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dojang.core.faults import MOST_ROLLBACKS, Fault
from dojang.core.i18n import t
from dojang.core.store import RunFolder, read_json

SHOWN = 5


def load_faults(folder: RunFolder) -> list[Fault]:
    """Read the faults of a run, in order; empty where there were none."""
    if not folder.faults.is_file():
        return []
    lines: list[dict[str, Any]] = read_json(folder.faults)
    return [Fault.from_json({k: v for k, v in line.items() if k != "fold"}) for line in lines]


def fault_line(fault: Fault) -> str:
    """Say a fault in one sentence."""
    if fault.action == "previous":
        return t("faults.previous", file=fault.files[0])
    if fault.action == "untracked":
        name, reason = fault.detail
        return t("faults.untracked", name=name, epoch=fault.epoch + 1, reason=reason)
    if fault.action == "pieces":
        return t("faults.pieces", step=fault.step + 1, pieces=fault.pieces)
    return t(
        f"faults.{fault.action}",
        step=fault.step + 1,
        what=fault_cause(fault),
        to_step=fault.to_step + 1,
        rate=f"{fault.rate:g}",
        count=round(-math.log2(fault.rate)),  # the rate is halved once a return
        most=MOST_ROLLBACKS,
        files=names(fault.files),
    )


def fault_cause(fault: Fault) -> str:
    """Say what was not finite."""
    return t(f"faults.where.{fault.kind}", layers=names(fault.layers))


def names(found: Sequence[str]) -> str:
    """Name some things, and say how many more there are."""
    shown = ", ".join(found[:SHOWN])
    if len(found) <= SHOWN:
        return shown
    return t("faults.more", names=shown, count=len(found) - SHOWN)
