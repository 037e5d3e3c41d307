"""The studio: how long each page takes on the server, and how soon a new point is seen.

Claims:
    1. With 200 runs, one of them of 60,000 predictions of 10 classes, any page is sent within
       300 ms, the first time after the start too.
    2. A training that runs is followed: the point of an epoch is on the page within 2 s of its end.
    3. Telling of it (``live.json``) costs under 0.5 % of the training.

Pages are asked for over HTTP from another process. Cold: the studio was started for this page
alone.

    python benchmarks/studio.py --data DIR_WITH_CLOTHING_ZIP --out results/studio.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd

from dojang.core.recipe import Recipe, override, write_recipe
from dojang.core.store import RunFolder, write_json, write_parquet, write_record
from dojang.core.tables import from_frame
from dojang.core.types import EpochRecord, InputSpec, RunRecord
from dojang.objectives.evaluate import evaluate
from dojang.train.live import Live
from dojang.train.loop import EpochEnd, Place, Step

ARCHIVE, BOUND, WITHIN, SHARE = "clothing.zip", 0.3, 2.0, 0.005
CLASSES = tuple(f"class {i}" for i in range(10))
WARM = 20


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help=f"folder with {ARCHIVE}")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--predictions", type=int, default=60_000)
    parser.add_argument("--epochs", type=int, default=8, help="of the training that is followed")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found: dict[str, Any] = {
        "claim": {"page_seconds": BOUND, "point_seconds": WITHIN, "share_of_training": SHARE},
        "arguments": {"runs": options.runs, "predictions": options.predictions},
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "cpu": platform.machine()},
    }
    with tempfile.TemporaryDirectory(prefix="studio-") as name:
        root = Path(name) / "runs"
        make_runs(root, options.runs, options.predictions)
        found["pages"] = time_pages(root)
        found["slowest_cold"] = max(page["cold"] for page in found["pages"].values())
        found["slowest_warm"] = max(page["warm"] for page in found["pages"].values())
        found["telling"] = cost_of_telling(Path(name))
        found["live"] = follow(Path(name), options.data / ARCHIVE, options.epochs)
    found["machine"]["load_after"] = os.getloadavg()
    text = json.dumps(found, indent=1)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n")


# --- Runs --------------------------------------------------------------------------------------


def make_runs(root: Path, count: int, predictions: int) -> None:
    """Write one run of many predictions and copies of a small one."""
    make_run(root / "large", predictions, "2026-02-01T00:00:00+00:00")
    make_run(root / "run-000", 500, "2026-01-01T00:00:00+00:00")
    for i in range(1, count - 1):
        path = root / f"run-{i:03}"
        shutil.copytree(root / "run-000", path)
        record = path / "run.json"
        created = f"2026-01-{1 + i % 28:02}T{i % 24:02}:00:00+00:00"
        record.write_text(record.read_text().replace("2026-01-01T00:00:00+00:00", created))


def make_run(path: Path, n: int, created: str) -> None:
    """Write what the pages read of a run."""
    draw = np.random.default_rng(n)
    folder = RunFolder(path)
    spec = InputSpec(32, "squash", (120.0,) * 3, (60.0,) * 3)
    data = {"source": "data/made-up.zip", "kind": "zip", "samples": 2 * n, "counts": {}, "test": 9}
    write_record(folder, RunRecord(1, path.name, "finished", created, "0.1.0", CLASSES, spec, 1,
                                   data, {"device": "cpu"}, 60.0))  # fmt: skip
    chosen = {"model.size": 32, "train.epochs": 60, "train.batch_size": 64, "optimizer.lr": 0.01}
    write_recipe(override(Recipe(), chosen), folder.recipe)
    losses = 2 * np.exp(-np.arange(60) / 15) + 0.2
    epochs = [
        EpochRecord(0, i, 10 * i, 0.01, loss, loss, 0.7, loss + 0.1, 0.7, 500.0, float(i), True)
        for i, loss in enumerate(losses.tolist())
    ]
    write_json(folder.history, [asdict(row) for row in epochs])
    ids = [f"{CLASSES[i % 10]}/image_{i:06}.jpg" for i in range(2 * n)]
    labels = [CLASSES[i % 10] for i in range(2 * n)]
    samples = pd.DataFrame({
        "id": ids, "label": labels, "part": None, "group": None,
        "sha256": [f"{i:064x}" for i in range(2 * n)], "bytes": draw.integers(1, 10**6, 2 * n),
        "width": draw.integers(20, 900, 2 * n), "height": draw.integers(20, 900, 2 * n),
        "mode": "RGB", "cluster": None, "copy": None,
    })  # fmt: skip
    metadata = {
        "dojang.source": json.dumps({"kind": "zip", "root": "/nowhere/made-up.zip"}),
        "dojang.classes": json.dumps(CLASSES), "dojang.hash": "0" * 64, "dojang.task": "classify",
    }  # fmt: skip
    write_parquet(folder.manifest, samples, metadata)
    write_json(folder.refused, [])
    parts = ["train"] * n + ["valid"] * n
    plan = pd.DataFrame({"id": ids, "part": parts, "fold": -1})
    write_parquet(folder.split, plan, {"dojang.manifest": "0" * 64})
    split = {"kind": "holdout", "folds": 1, "seed": 0, "hash": "", "counts": {}, "proofs": []}
    write_json(folder.split_facts, split | {"manifest_hash": "0" * 64})
    frame = answers(ids[n:], labels[n:], draw)
    write_parquet(folder.predictions("valid"), frame, {})
    write_json(folder.evaluation("valid"), evaluate(from_frame(frame, "valid")).to_json())
    near = {f"near:{k}": draw.permutation(ids[:n]) for k in range(1, 6)}
    far = {f"distance:{k}": np.full(n, 0.1 * k, np.float32) for k in range(1, 6)}
    write_parquet(folder.neighbours("valid"), pd.DataFrame({"id": ids[n:], **near, **far}), {})
    edges = np.quantile(samples["bytes"].to_numpy()[n:], [0, 0.25])
    entry = {"column": "bytes", "kind": "range", "low": edges[0], "high": edges[1], "value": "",
             "n": n // 4, "gap": -0.05, "sure": True, "examples": []}  # fmt: skip
    write_json(folder.slices("valid"), {"part": "valid", "n": n, "columns": [], "slices": [entry]})


def answers(ids: list[str], labels: list[str], draw: np.random.Generator) -> pd.DataFrame:
    """Predictions that are right in about four of five."""
    n = len(ids)
    logits = draw.normal(size=(n, len(CLASSES)))
    targets = np.array([CLASSES.index(name) for name in labels])
    logits[np.arange(n), targets] += 2.6
    shares = np.exp(1.5 * logits)
    shares /= shares.sum(axis=1, keepdims=True)
    best = shares.argmax(axis=1)
    columns = {f"p:{name}": shares[:, i].astype(np.float32) for i, name in enumerate(CLASSES)}
    return pd.DataFrame({
        "id": ids, "target": labels, "predicted": [CLASSES[i] for i in best],
        "confidence": shares.max(axis=1).astype(np.float32), "fold": 0, **columns,
    })  # fmt: skip


# --- Pages -------------------------------------------------------------------------------------


@contextmanager
def studio(root: Path) -> Iterator[httpx.Client]:
    """Start the studio; yield a client that may ask."""
    words = [sys.executable, "-m", "dojang", "studio", str(root), "--port", "0", "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        text += process.stdout.readline()
    tree = json.loads(text)
    home, bearer = tree["url"].split("?")[0], f"Bearer {tree['token']}"
    try:
        with httpx.Client(base_url=home, headers={"authorization": bearer}, timeout=60) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def addresses(client: httpx.Client) -> dict[str, str]:
    """Every kind of page, of the large run where it is of one."""
    found = client.get("/?text=large").text
    large = re.findall(r'name="run" value="(\w+)"', found)[0]
    others = re.findall(r'name="run" value="(\w+)"', client.get("/?page=2").text)[:9]
    run = f"/runs/{large}"
    return {
        "runs": "/", "runs, filtered and sorted": "/?text=run-1&sort=score&page=2",
        "one run": run, "verdict": f"{run}/advice",
        "ten runs compared": "/compare?" + "&".join(f"run={i}" for i in [large, *others]),
        "curves of ten runs": "/api/curves?" + "&".join(f"run={i}" for i in [large, *others]),
        "images": f"{run}/images", "images, mistakes by loss": f"{run}/images?show=wrong&sort=loss",
        "images, text and confidence": f"{run}/images?text=007&low=30&high=80&page=2",
        "images, a slice": f"{run}/images?slice=0&true=3",
        "images, label in doubt": f"{run}/images?show=suspect&sort=suspicion",
        "one image": f"{run}/images/valid/4711?show=wrong", "fixed labels": f"{run}/fixes",
    }  # fmt: skip


def time_pages(root: Path) -> dict[str, dict[str, float]]:
    """Seconds of each page: the first one after a start, and the median of those that follow."""
    with studio(root) as client:
        pages = addresses(client)
    found = {}
    for name, address in pages.items():
        with studio(root) as client:
            client.get("/live")
            times = [_seconds(client, address) for _ in range(WARM + 1)]
        cold, warm = times[0], statistics.median(times[1:])
        found[name] = {"cold": cold, "warm": warm, "cold_of_bound": cold / BOUND,
                       "warm_of_bound": warm / BOUND}  # fmt: skip
        print(f"{name:32} cold {1000 * cold:6.1f} ms  warm {1000 * warm:6.1f} ms", file=sys.stderr)
    return found


def _seconds(client: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code in (200, 202), (address, answer.status_code)
    return time.perf_counter() - began


# --- Live --------------------------------------------------------------------------------------


def cost_of_telling(folder: Path) -> dict[str, float]:
    """Processor seconds of one step told and of one file written, with 300 epochs untold."""
    steps, path = 20_000, folder / "telling"
    path.mkdir()
    with Live(RunFolder(path), 0, 1, 300, 1000) as live:
        show = live.told(lambda event, record, seconds: None)
        row = EpochRecord(0, 0, 0, 0.1, 1.0, 1.0, 0.5, 1.0, 0.5, 500.0, 1.0, False)
        for _ in range(300):
            show(EpochEnd(1, Place(0, 1), 1.0, 1.0, 0.1), row, 1.0)
        began = time.process_time()
        for i in range(1, steps):
            show(Step(i, Place(0, i), 0.5, 1.0, 1.0, 0.1, 64), None, 1.0)
        a_step = (time.process_time() - began) / steps
        began = time.process_time()
        for _ in range(20):
            write_json(RunFolder(path).live, live._tree(), compact=True)
        a_file = (time.process_time() - began) / 20
    # At most one file a second; a step of the smallest network on one core takes 5 ms or more.
    return {"a_step": a_step, "a_file": a_file, "share_of_training": a_file + a_step / 0.005}


def follow(folder: Path, archive: Path, epochs: int) -> dict[str, Any]:
    """Train, watch it in a browser, and measure from each line on the terminal to its point."""
    from playwright.sync_api import sync_playwright

    run, log = folder / "watched" / "live", folder / "log"
    run.parent.mkdir()
    words = [sys.executable, "-m", "dojang", "train", str(archive), "--run", str(run), "--set",
             f"train.epochs={epochs}", "--set", "model.size=32", "--set",
             "model.width=16"]  # fmt: skip
    chromium = next((p for n in ("chromium", "google-chrome") if (p := shutil.which(n))), None)
    lags: list[float] = []
    with studio(run.parent) as client, log.open("w") as file, sync_playwright() as driver:
        training = subprocess.Popen(words, stdout=file, stderr=file)
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(extra_http_headers=dict(client.headers.items() & {
            ("authorization", client.headers["authorization"])}))  # fmt: skip
        page = context.new_page()
        while not RunFolder(run).live.is_file():
            time.sleep(0.05)
        found = re.findall(r'name="run" value="(\w+)"', client.get("/").text)
        page.goto(f"{client.base_url}runs/{found[0]}")
        while training.poll() is None and len(lags) < epochs - 2:
            told = _told(log)
            while _told(log) == told and training.poll() is None:
                time.sleep(0.005)
            began = time.monotonic()
            points = "+document.querySelector('[data-live]').dataset.points"
            while page.evaluate(points) < _told(log) and time.monotonic() < began + 30:
                time.sleep(0.01)
            lags.append(time.monotonic() - began)
        training.kill()
        training.wait()
        browser.close()
    return {"points": len(lags), "median": statistics.median(lags), "longest": max(lags),
            "longest_of_bound": max(lags) / WITHIN}  # fmt: skip


def _told(log: Path) -> int:
    return log.read_text("utf-8").count("objective")


if __name__ == "__main__":
    main()
