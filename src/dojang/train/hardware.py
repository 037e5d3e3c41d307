"""What the machine offers: cores, devices, precisions."""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path
from typing import Literal

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState

from dojang.core.errors import ModelError

Precision = Literal["fp32", "bf16", "fp16"]
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # numbers of malloc.h


def cores() -> int:
    """Return how many cores this process may use, container limits included."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = _container_quota()
    return max(1, min(allowed or 1, quota or allowed or 1))


def _container_quota() -> int | None:
    """Read the CPU quota of control groups v2: "max" or "<microseconds> <period>"."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return None if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return None


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


def resolve_precision(wanted: str, device: torch.device, depthwise: bool) -> Precision:
    """Choose the precision: ``auto`` is bf16 where the hardware computes in it, else fp32.

    The choice looks at what the hardware says of itself and never at a stopwatch, so that two runs
    of one recipe on one machine choose the same.

    Raises:
        ModelError: fp16 was asked for on a CPU.
    """
    if wanted == "fp16" and device.type == "cpu":
        raise ModelError("precision.fp16_on_cpu")
    if wanted in ("fp32", "bf16", "fp16"):
        return wanted  # type: ignore[return-value]
    if device.type == "cpu":
        return "bf16" if _cpu_has_bf16() and not depthwise else "fp32"
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    return "fp32"


def multiplies_bf16(device: torch.device) -> bool:
    """Does the device multiply bf16 in hardware? Says the same on every run of a machine."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and _cpu_has_bf16()


def _cpu_has_bf16() -> bool:
    """Does the processor multiply bf16 (AVX512-BF16 or AMX)? Others only emulate it."""
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in probes)


def make_accelerator(precision: str) -> Accelerator:
    """Return what carries device, precision and processes."""
    mixed = {"fp32": "no"}.get(precision, precision)
    # Accelerate keeps the first precision for the whole process; each training has its own.
    AcceleratorState._reset_state()
    return Accelerator(mixed_precision=mixed)


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
