"""T1: kill -9 of the whole group of processes at random instants; the weights must be the same.

    python benchmarks/kill_and_resume.py [--trials 50] [--models convnet,resnet18,vit] [--out FILE]

Trains a small convnet, ResNet-18 and a small ViT on drawn shapes with random augmentation, dropout
where there is one, and two loader workers; once undisturbed, and then once a trial with one death
at an instant that is uniform over the time from the first file of the run to its end. A trial is
identical if the weights that are kept, and those in the last state, have the same bits as those of
the undisturbed run; one that had ended before its death is drawn again. Can be broken off and
started again: trials that are in FILE are not repeated.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

RESULTS = Path(__file__).parent / "results" / "kill_and_resume.json"
COMMON = [
    "data.workers=2", "data.cache=none", "train.batch_size=16", "train.checkpoint=2st",
    "augment.flip=horizontal", "augment.min_area=0.5", "augment.color=0.3", "augment.rotate=15",
    "train.compile=off", "optimizer.lr=0.001",
]  # fmt: skip
MODELS = {
    "convnet": ["model.name=convnet", "model.width=16", "model.size=32", "model.dropout=0.2",
                "train.epochs=20", "train.precision=bf16"],
    "resnet18": ["model.name=timm/resnet18", "model.size=32", "train.epochs=8",
                 "train.precision=bf16"],
    "vit": ["model.name=timm/test_vit", "model.size=32", "train.epochs=20", "model.dropout=0.1",
            "train.precision=fp32"],
}  # fmt: skip


def main() -> None:
    """Run the trials that are missing and write the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = json.loads(options.out.read_text()) if options.out.is_file() else {"models": {}}
    with tempfile.TemporaryDirectory() as folder:
        photos = draw(Path(folder) / "photos")
        for name in options.models.split(","):
            lines = found["models"].setdefault(name, [])
            if deaths(lines) >= options.trials:
                continue
            run = Path(folder) / f"{name}-straight"
            lasted = straight(photos, run, name)
            while deaths(lines) < options.trials:
                trial = len(lines)
                line = killed(photos, Path(folder) / f"{name}-{trial}", name, trial, lasted, run)
                lines.append(line)
                write(options.out, found)
                print(name, trial, line, flush=True)
    for name, lines in found["models"].items():
        same = sum(line["identical"] for line in lines if line["killed"])
        print(f"{name}: {same} of {deaths(lines)} identical")


def deaths(lines: list[dict[str, object]]) -> int:
    """Count the trials whose training was killed: one that had ended before is drawn again."""
    return sum(bool(line["killed"]) for line in lines)


def draw(root: Path) -> Path:
    """Write 160 small pictures of two kinds."""
    rng = np.random.default_rng(0)
    for number, kind in enumerate(("disc", "stripes")):
        (root / kind).mkdir(parents=True)
        for i in range(80):
            pixels = rng.integers(0, 120, (36, 36, 3))
            y, x = np.mgrid[:36, :36]
            disc = (x - 18) ** 2 + (y - 18) ** 2 < rng.integers(60, 200)
            mask = disc if number == 0 else (x // rng.integers(3, 6)) % 2 == 0
            pixels[mask] += 100
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / kind / f"{i}.png")
    return root


def start(*arguments: object) -> subprocess.Popen[bytes]:
    """Start a command as the leader of its own group of processes."""
    return subprocess.Popen(
        [sys.executable, "-m", "dojang", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def begin(photos: Path, run: Path, name: str) -> subprocess.Popen[bytes]:
    """Start a training and wait until its folder is there."""
    settings = [part for pair in COMMON + MODELS[name] for part in ("--set", pair)]
    process = start("train", photos, "--run", run, *settings)
    while not (run / "run.json").is_file():
        if process.poll() is not None:
            raise SystemExit(f"{name}: the training did not begin")
        time.sleep(0.01)
    return process


def straight(photos: Path, run: Path, name: str) -> float:
    """Train undisturbed; return the seconds from the first file of the run to its end."""
    process = begin(photos, run, name)
    began = time.monotonic()
    if process.wait() != 0:
        raise SystemExit(f"{name}: the training failed")
    return time.monotonic() - began


def killed(
    photos: Path, run: Path, name: str, trial: int, lasted: float, reference: Path
) -> dict[str, object]:
    """Train with one death and resume; say when it died and whether the weights are the same."""
    rng = np.random.default_rng([trial, len(name)])
    process = begin(photos, run, name)
    instant = float(rng.uniform(0, lasted))
    time.sleep(instant)
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    finished = json.loads((run / "run.json").read_text())["status"] == "finished"
    code = 0 if finished else start("resume", run).wait()
    same = code == 0 and weights(run) == weights(reference)
    history = run / "history.json"
    steps = json.loads(history.read_text())[-1]["step"] if history.is_file() else 0
    for path in run.rglob("*.safetensors"):
        path.unlink()
    return {"instant": round(instant, 3), "killed": alive, "status": code, "identical": same,
            "steps": steps}  # fmt: skip


def weights(run: Path) -> tuple[bytes, ...]:
    """Return the kept weights, and the tensors of the last state, as bytes."""
    from safetensors import safe_open

    kept = (run / "weights" / "fold0.safetensors").read_bytes()
    last = max((run / "checkpoints").glob("fold0-*.safetensors"))
    with safe_open(last, framework="np") as file:
        return kept, *(file.get_tensor(name).tobytes() for name in sorted(file.keys()))


def write(path: Path, found: object) -> None:
    """Write the results so far."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(found, indent=1) + "\n")
    temporary.replace(path)


if __name__ == "__main__":
    main()
