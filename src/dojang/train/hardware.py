"""What the machine offers: cores, devices, precisions."""

from __future__ import annotations

import ctypes
import gc
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Literal

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedDataParallelKwargs

from dojang.core.errors import ModelError

Precision = Literal["fp32", "bf16", "fp16"]
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # numbers of malloc.h


def cores() -> int:
    """Return how many cores this process may use: by its affinity and the quotas of its container
    (control groups, versions 1 and 2)."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = container_quota()
    return max(1, min(allowed or 1, quota or allowed or 1))


def container_quota(
    groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> int | None:
    """Return the fewest whole cores that any control group around this process grants, or None.

    Args:
        groups: where control groups are mounted.
        own: says in which of them this process is.
    """
    granted = [share for folder in _own_groups(groups, own) for share in _grants(folder)]
    return max(1, int(min(granted))) if granted else None


def _own_groups(groups: Path, own: Path) -> set[Path]:
    """Return the folders of this process's control groups and of all around them, both where the
    whole tree is mounted and where, as in a container, only our own part of it is."""
    found = {groups, groups / "cpu", groups / "cpu,cpuacct"}
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return found
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers and "cpu" not in controllers.split(","):
            continue
        parts = [part for part in path.split("/") if part and part != ".."]
        tops = (groups / "cpu", groups / "cpu,cpuacct") if controllers else (groups,)
        found |= {top.joinpath(*parts[:depth]) for top in tops for depth in range(len(parts) + 1)}
    return found


def _grants(folder: Path) -> list[float]:
    """Read the quota of one control group as a number of cores; none where it has no limit."""
    found = []
    for read in (_quota_v2, _quota_v1):
        try:
            quota, period = read(folder)
            if quota > 0 and period > 0:
                found.append(quota / period)
        except (OSError, ValueError):
            continue
    return found


def _quota_v2(folder: Path) -> tuple[int, int]:
    """``cpu.max`` holds "max" or microseconds, and the period."""
    quota, period = (folder / "cpu.max").read_text().split()
    return (-1 if quota == "max" else int(quota)), int(period)


def _quota_v1(folder: Path) -> tuple[int, int]:
    """Two files hold microseconds, -1 for no limit, and the period."""
    names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    quota, period = (int((folder / name).read_text()) for name in names)
    return quota, period


def use_all_cores() -> None:
    """Let PyTorch compute with as many threads as there are cores for this process, and no more: it
    knows nothing of quotas itself. A number that the user set (OMP_NUM_THREADS) stays."""
    if "OMP_NUM_THREADS" not in os.environ:
        beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1") or 1)
        torch.set_num_threads(max(1, cores() // max(1, beside)))


def keep_freed_memory() -> None:
    """Let the C library keep memory that was freed for the next allocation.

    A step allocates and frees hundreds of megabytes. By default glibc gives large blocks back to
    the system at once, and every step pays for having their pages zeroed again: a third of the time
    of a step on a CPU (``docs/decisions/0008-allocator.md``). Elsewhere this does nothing.
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_MMAP_THRESHOLD, 2**30)
    mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def return_freed_memory() -> None:
    """Give the system what :func:`keep_freed_memory` held on to: what comes after a training would
    otherwise lie beside the memory of its steps."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def resolve_precision(wanted: str, device: torch.device, depthwise: bool) -> Precision:
    """Choose the precision: ``auto`` is bf16 where the hardware computes in it, else fp32.

    This is the rule: it looks at what the hardware says of itself. Before a training a measurement
    may overrule it (:mod:`dojang.app.finders.search`).

    Raises:
        ModelError: fp16 was asked for on a CPU.
    """
    if wanted == "fp16" and device.type == "cpu":
        raise ModelError("precision.fp16_on_cpu")
    if wanted in ("fp32", "bf16", "fp16"):
        return wanted  # type: ignore[return-value]
    if device.type == "cpu":
        return "bf16" if cpu_has_bf16() and not depthwise else "fp32"
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    return "fp32"


def multiplies_bf16(device: torch.device) -> bool:
    """Does the device multiply bf16 in hardware? Says the same on every run of a machine."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and cpu_has_bf16()


def cpu_has_bf16() -> bool:
    """Does the processor multiply bf16 (AVX512-BF16 or AMX)? Others only emulate it."""
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in probes)


def make_accelerator(precision: str) -> Accelerator:
    """Return what carries device, precision and processes."""
    mixed = {"fp32": "no"}.get(precision, precision)
    # Accelerate keeps the first precision for the whole process; each training has its own.
    AcceleratorState._reset_state()
    # Norms take the statistics of all processes (train/norms.py): there is nothing to hand on, and
    # a pass of the main process alone, such as a validation, must not wait for the others.
    parts = DistributedDataParallelKwargs(broadcast_buffers=False)
    return Accelerator(mixed_precision=mixed, kwargs_handlers=[parts])


def describe(device: torch.device) -> dict[str, str | int]:
    """Return the facts of this machine that belong into a run."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else _processor()
    return {
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": cores(),
        "device": device.type if device.type == "cpu" else f"{device.type} ({name})",
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
