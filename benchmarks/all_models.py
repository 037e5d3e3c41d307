"""Which networks keep Dojang's promises: every torchvision classifier, a timm architecture of each
family, and all of ours.

    python benchmarks/all_models.py [--only PART] [--limit N] [--most-parameters M] [--seconds S]

Each network is built with random weights and asked by ``dojang.testing.broken_promises`` in a
process of its own, so that one that crashes or needs too much memory fails alone. The smallest
size of a short list that the network takes is used. The table of what failed goes to
``results/all_models.json``, written after every network, so that a run can be gone on with.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parent / "results" / "all_models.json"
SIZES = (64, 96, 128, 160, 224, 256, 299, 384)
CHILD = """
import json, sys, time
import torch
from dojang.core.errors import DojangError
from dojang.core.types import InputSpec
from dojang.nn.factory import build, natural_size
from dojang.testing import broken_promises

name, most = sys.argv[1], int(sys.argv[2])
started = time.monotonic()
found, reason = None, ""
for size in sorted({*json.loads(sys.argv[3]), natural_size(name)}):
    try:
        network = build(name, 5, InputSpec(size, "squash", (127.5,) * 3, (60.0,) * 3))
    except DojangError as error:
        reason = " ".join(str(error).split())
        continue
    found = sum(p.numel() for p in network.parameters())
    break
if found is None:
    answer = {"status": "refused", "reason": reason[:300]}
elif found > most:
    answer = {"status": "skipped", "parameters": found}
else:
    del network
    broken = broken_promises(name, size=size)
    status = "broken" if broken else "kept"
    answer = {"status": status, "size": size, "parameters": found, "broken": broken}
print(json.dumps(answer | {"seconds": round(time.monotonic() - started, 1)}))
"""


def names() -> list[str]:
    """All of ours, all classifiers of torchvision, the lightest of each family of timm."""
    import timm
    import torchvision
    from timm.models import list_modules

    from dojang.nn.described import described, full_name

    ours = ["convnet", *map(full_name, described())]
    theirs = torchvision.models.list_models(module=torchvision.models)
    families = []
    for module in sorted(list_modules()):
        members = timm.list_models(module=module)
        if members:  # the shortest name is most often the plainest and a small one
            small = [m for m in members if any(w in m for w in ("tiny", "atto", "nano", "small"))]
            families.append(min(small or members, key=lambda m: (len(m), m)))
    return [*ours, *(f"torchvision/{n}" for n in theirs), *(f"timm/{n}" for n in families)]


def ask(name: str, most: int, seconds: float) -> dict[str, Any]:
    """Ask one network in a process of its own."""
    command = [sys.executable, "-c", CHILD, name, str(most), json.dumps(SIZES)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return {"status": "timeout", "seconds": seconds}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        return {"status": "crashed", "code": done.returncode, "reason": last[:300]}
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="names that contain this")
    parser.add_argument("--limit", type=int, default=10**6, help="at most so many")
    parser.add_argument("--most-parameters", type=int, default=150_000_000)
    parser.add_argument("--seconds", type=float, default=300.0, help="for one network")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    import timm
    import torch
    import torchvision

    known = json.loads(options.out.read_text())["models"] if options.out.is_file() else {}
    wanted = [name for name in names() if options.only in name][: options.limit]
    for number, name in enumerate(wanted, 1):
        if name not in known:
            known[name] = ask(name, options.most_parameters, options.seconds)
        told = known[name]
        print(
            f"{number}/{len(wanted)} {name}: {told['status']} {told.get('broken', '')}", flush=True
        )
        counts: dict[str, int] = {}
        for answer in known.values():
            counts[answer["status"]] = counts.get(answer["status"], 0) + 1
        machine = {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()}
        versions = {m.__name__: m.__version__ for m in (torch, torchvision, timm)}
        tree = {"machine": machine, "versions": versions, "counts": counts, "models": known}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(tree, indent=1) + "\n")


if __name__ == "__main__":
    started = time.monotonic()
    main()
    print(f"{time.monotonic() - started:.0f} s")
