"""A million hashes: how long the search for neighbours takes, and whether it finds them all.

Claim measured here: all pairs of 64-bit hashes that differ in at most 7 bits are found among a
million in under two minutes on one core of two, and the time does not grow with the square of the
number of hashes.

    python benchmarks/near_duplicates_million.py --out results/near_duplicates_million.json

How it is measured
    Random hashes; for one in a hundred a second one is planted in which 0 to 7 random bits are
    flipped. Every size is searched with a fixed seed and with a fresh one. Last come hashes that
    are the worst case of such an index: a tenth of them equal, and a tenth that share their first
    and their last 24 bits, so that buckets overflow; there it is stored how many were cut.

What it does not show: real pictures, whose hashes are not random. ``planted_faults.py`` does.
"""

import argparse
import json
import os
import platform
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.data.neighbours import pairs_within

RADIUS = 7
SIZES = (10_000, 100_000, 1_000_000)
PLANTED = 100  # one hash in so many
FIXED_SEED = 0

Hashes = NDArray[np.uint64]


def planted(count: int, seed: int) -> tuple[Hashes, Hashes]:
    """Random hashes, and which of them was planted next to which, shape (pairs, 2)."""
    random = np.random.default_rng(seed)
    hashes = random.integers(0, 2**64, count, dtype=np.uint64)
    many = count // PLANTED
    first = np.arange(many)
    second = count - 1 - first
    flipped = random.random((many, 64)).argsort(axis=1) < random.integers(0, RADIUS + 1, (many, 1))
    masks = (flipped.astype(np.uint64) << np.arange(64, dtype=np.uint64)).sum(axis=1)
    hashes[second] = hashes[first] ^ masks.astype(np.uint64)
    return hashes, np.stack([first, second], axis=1)


def search(hashes: Hashes, pairs: Hashes) -> dict[str, Any]:
    """Search once; what it took and what it found."""
    began = time.perf_counter()
    spent = time.process_time()
    found = pairs_within(hashes, RADIUS)
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    count = len(hashes)
    keys = found.query * count + found.base
    return {
        "hashes": count,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "planted": len(pairs),
        "found": int(np.isin(pairs[:, 0] * count + pairs[:, 1], keys).sum()),
        "pairs": len(found),
        "buckets_cut": found.cut,
    }


def crowded(count: int, seed: int) -> Hashes:
    """Hashes of which a tenth are equal and a tenth share all but their 16 middle bits."""
    random = np.random.default_rng(seed)
    hashes = random.integers(0, 2**64, count, dtype=np.uint64)
    tenth = count // 10
    hashes[:tenth] = hashes[0]
    middle = random.integers(0, 2**16, tenth, dtype=np.uint64) << np.uint64(24)
    hashes[tenth : 2 * tenth] = (hashes[-1] & ~np.uint64(0xFFFF << 24)) | middle
    return hashes


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, help="of the fresh runs (drawn if it is not given)")
    options = parser.parse_args()
    fresh = secrets.randbelow(2**31) if options.seed is None else options.seed
    rows = []
    for count in SIZES:
        for name, seed in (("fixed", FIXED_SEED), ("fresh", fresh)):
            row = {"seed": name} | search(*planted(count, seed))
            rows.append(row)
            print(row, flush=True)
    worst = search(crowded(100_000, FIXED_SEED), np.empty((0, 2), dtype=np.uint64))
    print("crowded", worst)
    result = {
        "claim": f"all pairs within {RADIUS} of 64 bits, not in quadratic time",
        "radius": RADIUS,
        "seeds": {"fixed": FIXED_SEED, "fresh": fresh},
        "rows": rows,
        "crowded": worst,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(),
                    "numpy": np.__version__, "load": os.getloadavg()[0]},
    }  # fmt: skip
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")
    return int(any(row["found"] < row["planted"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
