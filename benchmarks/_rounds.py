"""What the speed benchmarks share: one process a measurement, rounds in turn, medians."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


class BenchmarkError(Exception):
    """Something that the user can mend; shown without a traceback."""


def measure(
    command: Sequence[str | Path], result: Path, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run one measurement in a process of its own and return the JSON that it wrote."""
    result.unlink(missing_ok=True)
    done = subprocess.run(
        [str(part) for part in [*command, "--result", result]],
        env=dict(os.environ if environment is None else environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not result.is_file():
        tail = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise BenchmarkError(
            f"{command[1]} {command[2]} measured nothing ({done.returncode})\n{tail}"
        )
    found: dict[str, Any] = json.loads(result.read_text("utf-8"))
    return found


def in_turn(
    sides: Mapping[str, Callable[[], dict[str, Any]]], rounds: int
) -> dict[str, list[dict[str, Any]]]:
    """Measure every side once a round, each round beginning with the next side: what a machine
    does besides then falls on all of them alike."""
    names = list(sides)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            found[name].append(sides[name]())
            value = found[name][-1].get("images_per_second")
            shown = "" if value is None else f" {value:,.0f} images/s"
            print(f"round {number + 1}: {name}{shown}", file=sys.stderr, flush=True)
    return found


def medians(found: Mapping[str, Sequence[Mapping[str, Any]]], key: str) -> dict[str, float]:
    """Return the median of ``key`` on each side."""
    return {name: median(float(one[key]) for one in runs) for name, runs in found.items()}


def machine() -> dict[str, Any]:
    """Name what the numbers were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8", "replace").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    packages = ("dojang", "torch", "torchvision", "timm", "numpy", "pillow")
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_at_start": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        **{name: metadata.version(name) for name in packages},
    }


def write_json(path: Path, tree: object) -> None:
    """Write beside the target, then rename, so that no reader sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(tree, indent=2) + "\n", "utf-8")
    part.replace(path)


def need(folder: Path, name: str) -> Path:
    """Return a data set of the folder that ``--data`` names."""
    if not (folder / name).is_file():
        raise BenchmarkError(f"{folder / name} is missing; --data names the folder that holds it")
    return folder / name
