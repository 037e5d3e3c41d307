"""How long a split takes and how much memory: 10,000, 100,000 and 1,000,000 rows with groups.

    python benchmarks/split_million.py

A third of the rows share a group with two others, one in fifty is a copy, one in fifty is in a
cluster of near-duplicates, a hundred classes from common to rare. Each measurement is a process of
its own, so that its peak memory is its own; the rows are made in it, and both the time and the
memory that the rows alone take are given beside. Writes ``benchmarks/results/split_million.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

OUT = Path(__file__).parent / "results" / "split_million.json"
ROWS = (10_000, 100_000, 1_000_000)
SETTINGS = (
    {"kind": "holdout"},
    {"kind": "kfold", "folds": 5},
    {"kind": "holdout", "stratify": "exact"},
    {"kind": "bootstrap", "folds": 5},
)


def peak_mb() -> float:
    """Peak resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def measure(rows: int, settings: dict[str, object]) -> dict[str, object]:
    """Make rows, split them once, hash the plan and ask for the ids of every model."""
    import numpy as np
    import pandas as pd

    from dojang.core.recipe import SplitPart
    from dojang.core.types import Manifest, SourceRef
    from dojang.data.split import counts, make_plan

    random = np.random.default_rng(0)
    numbers = np.arange(rows)
    label = np.minimum(random.geometric(0.04, rows), 100)
    content = np.where(random.random(rows) < 0.02, random.integers(0, rows, rows), numbers)
    grouped = numbers % 9 < 3
    cluster = np.where(random.random(rows) < 0.02, random.integers(0, rows // 100, rows), -1)
    frame = pd.DataFrame(
        {
            "id": [f"photos/c{c:03d}/IMG_{n:07d}.jpg" for n, c in zip(numbers, label, strict=True)],
            "label": [f"c{c:03d}" for c in label],
            "part": pd.Series([None] * rows, dtype=object),
            "group": [f"g{n // 9}" if g else None for n, g in zip(numbers, grouped, strict=True)],
            "sha256": [f"{n * 2654435761 % 2**64:064x}" for n in content.tolist()],
            "cluster": [f"k{n}" if n >= 0 else None for n in cluster.tolist()],
        }
    )
    classes = tuple(sorted(set(frame["label"])))
    manifest = Manifest(frame, classes, (), SourceRef("folder", "photos"))
    split = SplitPart.model_validate(settings)
    before, busy, started = peak_mb(), time.process_time(), time.perf_counter()
    plan = make_plan(manifest, split)
    planned = time.perf_counter()
    read = plan.hash
    hashed = time.perf_counter()
    asked = sum(len(plan.ids(p, k)) for k in range(plan.folds) for p in ("train", "valid"))
    done = time.perf_counter()
    return {
        "rows": rows,
        **settings,
        "seconds": round(done - started, 2),
        "seconds_processor": round(time.process_time() - busy, 2),
        "seconds_plan": round(planned - started, 2),
        "seconds_plan_hash": round(hashed - planned, 2),
        "seconds_ids": round(done - hashed, 2),
        "peak_mb": peak_mb(),
        "peak_mb_rows_alone": before,
        "counts": counts(plan),
        "ids": asked,
        "hash": read,
        "proofs": len(plan.proofs),
    }


def machine() -> dict[str, object]:
    """The machine in words, without its name."""
    import numpy
    import pandas
    import scipy

    model = "unknown"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "pandas": pandas.__version__,
        "scipy": scipy.__version__,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", help="measure one case, as JSON (used by the program itself)")
    parser.add_argument("--rows", type=int, nargs="*", default=list(ROWS))
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    if args.one:
        case = json.loads(args.one)
        print(json.dumps(measure(case.pop("rows"), case)))
        return
    results = []
    facts = machine()
    for rows in args.rows:
        for settings in SETTINGS:
            case = json.dumps({"rows": rows, **settings})
            command = [sys.executable, __file__, "--one", case]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            results.append(json.loads(said))
            print({k: v for k, v in results[-1].items() if k not in ("hash", "counts")}, flush=True)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    tree = {"benchmark": "split_million", "machine": facts, "results": results}
    args.out.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
