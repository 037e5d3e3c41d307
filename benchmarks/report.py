"""How long the report of a run takes to write, and how large it is, against its bounds.

``python benchmarks/report.py --run runs/clothing-convnet-1`` writes the report of a finished run as
``dojang report`` does, in a process of its own, several times in both languages. The bounds are 20
seconds and 5 MB; ``of_bound`` says what part of them is used. Starting Python and importing what
draws is part of the time. The machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

RESULT = Path(__file__).parent / "results" / "report.json"
SECONDS, BYTES = 20.0, 5_000_000
REPEATS = 3


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished run")
    run = parser.parse_args().run
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    result: dict[str, Any] = {
        "run": record["name"],
        "images": record["data"].get("samples"),
        "bounds": {"seconds": SECONDS, "bytes": BYTES},
        "repeats": REPEATS,
        "load": os.getloadavg()[0],
        "languages": {lang: measure(run, lang) for lang in ("en", "ko")},
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def measure(run: Path, lang: str) -> dict[str, float]:
    """Write the report of a run a few times: seconds of the middle one, and its size."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.html"
        command = [sys.executable, "-m", "dojang", "report", str(run), "--out", str(out)]
        took = []
        for _ in range(REPEATS):
            out.unlink(missing_ok=True)
            start = time.perf_counter()
            subprocess.run([*command, "--lang", lang], check=True, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - start)
        seconds, size = median(took), out.stat().st_size
    return {
        "seconds": round(seconds, 2), "slowest": round(max(took), 2), "bytes": size,
        "seconds_of_bound": round(seconds / SECONDS, 3),
        "bytes_of_bound": round(size / BYTES, 3),
    }  # fmt: skip


if __name__ == "__main__":
    main()
