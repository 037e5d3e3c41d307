"""Listing tables of five million rows: seconds and peak memory of a process of its own.

    python benchmarks/big_table.py [ROWS]

Three tables are written to a temporary folder: texts, images, and images none of which is there.
Five million image files would tell more of the disk than of us, so in the second case the look at
the disk is left out. Writes ``benchmarks/results/big_table.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
CHILD = """
import resource, sys, time
from dojang.core.errors import DataError
from dojang.core.recipe import DataPart
from dojang.data.sources import container, list_source
import pandas, pyarrow
if sys.argv[2] == "images":
    container.Container.finder = lambda self: lambda name: None
start = time.perf_counter()
try:
    rows = len(list_source(DataPart(source=sys.argv[1])).entries)
except DataError as error:
    rows = error.total
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(rows, round(time.perf_counter() - start, 1), round(peak, 1))
"""


def write(path: Path, header: str, line: str) -> None:
    """Write a table of ``ROWS`` rows; ``line`` is formatted with the number of the row."""
    with path.open("w") as file:
        file.write(header + "\n")
        file.writelines(line.format(n=n, a=n % 1000, b=n % 100) + "\n" for n in range(ROWS))


def main() -> None:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        texts, images = Path(folder, "texts.csv"), Path(folder, "images.csv")
        write(texts, "id,text,label", "{n},영화 {n} 정말 좋아요 {a},{b}")
        write(images, "path,label", "photos/{a:03d}/img_{n:07d}.jpg,class{b}")
        for name, path in (("texts", texts), ("images", images), ("missing", images)):
            done = subprocess.run(
                [sys.executable, "-c", CHILD, str(path), name],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            rows, seconds, peak = done.stdout.split()
            found[name] = {"rows": int(rows), "seconds": float(seconds), "peak_mb": float(peak)}
            print(name, found[name])
    target = Path(__file__).parent / "results" / "big_table.json"
    target.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
