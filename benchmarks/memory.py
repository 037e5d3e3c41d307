"""Peak memory of ``dojang train clothing.zip`` at 128 pixels, all processes together.

    python benchmarks/memory.py --data DIR_WITH_CLOTHING_ZIP

Memory is the sum of PSS over the process and all its descendants: pages that several of them share
count once. It is read from ``/proc`` ten times a second (Linux only). The cache of pixels begins
empty, so decoding, training, evaluation and the report are all in it. Target: 2.5 GB at most.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from _rounds import RESULTS, BenchmarkError, machine, need
from _rounds import write_json as write

EVERY = 0.1  # seconds
TARGET = 2.5e9


def descendants(root: int) -> list[int]:
    """Return ``root`` and all processes that it or its children started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The name of a process may hold blanks and brackets; what follows it does not.
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it ended meanwhile
            children.setdefault(parent, []).append(int(entry.name))
    found, new = [], [root]
    while new:
        one = new.pop()
        found.append(one)
        new += children.get(one, [])
    return found


def pss(process: int) -> int:
    """Return the proportional set size of a process in bytes, 0 where it has ended."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    return 0


def once(archive: Path, settings: list[str]) -> dict[str, Any]:
    """Train once and watch it."""
    with tempfile.TemporaryDirectory(prefix="memory-") as work:
        command = [sys.executable, "-m", "dojang", "train", str(archive), "--run", f"{work}/run"]
        for setting in settings:
            command += ["--set", setting]
        environment = os.environ | {"DOJANG_CACHE": f"{work}/cache"}
        with (Path(work) / "errors").open("w+") as errors:
            started = time.perf_counter()
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=errors
            )
            peak, at, own, children, samples = 0, 0.0, 0, 0, 0
            while process.poll() is None:
                sizes = {one: pss(one) for one in descendants(process.pid)}
                samples += 1
                if sum(sizes.values()) > peak:
                    peak, at = sum(sizes.values()), time.perf_counter() - started
                    own = sizes.get(process.pid, 0)
                    children = len(sizes) - 1
                time.sleep(EVERY)
            if process.returncode:
                errors.seek(0)
                raise BenchmarkError("\n".join(errors.read().splitlines()[-8:]))
        return {
            "peak_bytes": peak, "peak_at_seconds": at, "main_process_bytes": own,
            "children_at_peak": children, "samples": samples,
            "seconds": time.perf_counter() - started,
        }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Peak memory of a training.")
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder that holds clothing.zip")
    add("--out", type=Path, default=RESULTS / "memory.json")
    add("--rounds", type=int, default=3)
    add("--epochs", type=int, default=2)
    add("--model", nargs="+", default=["convnet", "timm/resnet18"])
    options = parser.parse_args()
    if not Path("/proc/self/smaps_rollup").exists():
        parser.error("there is no /proc/PID/smaps_rollup on this system")
    found_machine = machine()
    found: dict[str, Any] = {}
    try:
        archive = need(options.data, "clothing.zip")
        for name in options.model:
            settings = ["model.size=128", f"train.epochs={options.epochs}", f"model.name={name}"]
            runs = [once(archive, settings) for _ in range(options.rounds)]
            peak = median(one["peak_bytes"] for one in runs)
            found[name] = {"peak_bytes": peak, "reached": peak <= TARGET, "rounds": runs}
            print(f"{name:<16}{peak / 1e9:6.2f} GB at most (target {TARGET / 1e9} GB)")
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    write(options.out, {"machine": found_machine, "target_bytes": TARGET, "models": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
