"""Deaths as they happen to people: kill -9 of everything, SIGTERM, a worker, one of two processes
(T1, T2, T6, T9, T11). `benchmarks/kill_and_resume.py` does the first fifty times for three networks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dojang.core.store import file_hash, read_json
from shapes import QUICK

SETTINGS = [*QUICK, "--set", "train.epochs=80", "--set", "data.workers=2", "--set",
            "augment.min_area=0.5", "--set", "model.dropout=0.2"]  # fmt: skip


def _weights(run: Path) -> str:
    return file_hash(run / "weights" / "fold0.safetensors")


def _environment() -> dict[str, str]:
    return os.environ | {"DOJANG_LANG": "en", "OMP_NUM_THREADS": "1"}


def _start(*arguments: object) -> subprocess.Popen[str]:
    """Start a command as the leader of its own group of processes."""
    command = [sys.executable, "-m", "dojang", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
        start_new_session=True,
    )


def _await(process: subprocess.Popen[str], path: Path) -> None:
    deadline = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None and time.monotonic() < deadline, "it never got that far"
        time.sleep(0.01)


def _finish(run: Path) -> None:
    """Resume as the run was begun: with as many threads, since sums depend on them."""
    process = _start("resume", run)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err


@pytest.fixture(scope="module")
def straight(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, float]:
    """The weights of a run that nobody disturbed, and how long its training took."""
    run = tmp_path_factory.mktemp("straight") / "run"
    process = _start("train", photos, "--run", run, *SETTINGS)
    _await(process, run / "run.json")
    began = time.monotonic()
    process.communicate(timeout=300)
    assert process.returncode == 0
    return _weights(run), time.monotonic() - began


def _half_written(run: Path) -> bool:
    return any(path.name.startswith(".") for path in (run / "checkpoints").iterdir())


def _holds(pid: int, path: Path) -> bool:
    """Has a process the file open?"""
    try:
        return any(link.resolve() == path for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # a file was closed meanwhile
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_killed_five_times(photos: Path, tmp_path: Path, straight: tuple[str, float]) -> None:
    """T1 and T2: the whole group of one run is killed while it trains, as a resume begins, and
    inside a save."""
    rng = np.random.default_rng(7)
    run = tmp_path / "run"
    process = _start("train", photos, "--run", run, *SETTINGS, "--set", "train.checkpoint=2st")
    _await(process, run / "checkpoints")
    waiting, kills, inside = ["train", "resume", "save", "train", "save"], 0, 0
    while waiting:
        if waiting[0] == "train":
            time.sleep(float(rng.uniform(0.1, 0.3)) * straight[1])
        while waiting[0] == "save" and process.poll() is None and not _half_written(run):
            pass
        assert process.poll() is None, "it ended before it was killed"
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        kills += 1
        if waiting[0] != "save" or _half_written(run):  # else the save had ended; once more
            inside += waiting.pop(0) == "save"
        process = _start("resume", run)
        while process.poll() is None and not _holds(process.pid, run / ".lock"):
            time.sleep(0.005)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert kills >= 5 and inside == 2
    assert _weights(run) == straight[0]
    assert read_json(run / "history.json")[-1]["epoch"] == 79


@pytest.mark.slow
def test_sigterm_saves_and_resumes_exactly(
    photos: Path, tmp_path: Path, straight: tuple[str, float]
) -> None:
    """T6: in the middle of an epoch, and no checkpoint was due for a long time."""
    run = tmp_path / "run"
    process = _start("train", photos, "--run", run, *SETTINGS, "--set", "train.checkpoint=1h")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 20/80"):
            break
    asked = time.monotonic()
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - asked < 30
    assert process.returncode == 143, err
    assert f"dojang resume {run}" in err and "Traceback" not in err
    assert read_json(run / "run.json")["status"] == "interrupted"
    _finish(run)
    assert _weights(run) == straight[0]


LISTENER = """
import time
from dojang.train.signals import StopRequest
with StopRequest() as stop:
    print("ready", flush=True)
    while True:
        time.sleep(0.05)
        if stop.number is not None:
            print("noted", flush=True)
"""


def test_a_second_signal_ends_at_once() -> None:
    process = subprocess.Popen([sys.executable, "-c", LISTENER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.terminate()
    assert process.stdout.readline() == "noted\n"  # the first one is only noted
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGTERM


def test_sigterm_before_the_training_ends_in_order(photos: Path, tmp_path: Path) -> None:
    """While images are read there is nothing to save."""
    process = _start("train", photos, "--run", tmp_path / "run", *SETTINGS)
    time.sleep(1.0)
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert process.returncode in (143, -signal.SIGTERM) and "Traceback" not in err


def _children(pid: int) -> list[int]:
    """The children of every thread of a process."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(number) for file in files for number in file.read_text().split()]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_killed_worker_changes_nothing(
    photos: Path, tmp_path: Path, straight: tuple[str, float]
) -> None:
    """T9: decoding children die in the middle of the training, without a cache of pixels."""
    run = tmp_path / "run"
    process = _start("train", photos, "--run", run, *SETTINGS, "--set", "data.cache=none")
    _await(process, run / "run.json")
    killed = 0
    for _ in range(6):
        time.sleep(0.12 * straight[1])
        if process.poll() is None:
            for child in _children(process.pid)[:1]:
                os.kill(child, signal.SIGKILL)
                killed += 1
    _, err = process.communicate(timeout=120)
    assert killed > 0 and process.returncode == 0, err
    assert _weights(run) == straight[0]


def _launch(port: int, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2",
               "--main_process_port", str(port), "-m", "dojang", *map(str, arguments)]  # fmt: skip
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
        start_new_session=True,
    )


def _workers_of(launcher: int) -> list[int]:
    """The training processes below a launcher: those whose command line runs us."""
    found, todo = [], [launcher]
    while todo:
        for child in _children(todo.pop()):
            todo.append(child)
            line = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if b"dojang" in line and b"accelerate.commands.launch" not in line:
                found.append(child)
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_one_of_two_processes_killed(photos: Path, tmp_path: Path) -> None:
    """T11: the other one does not hang, and both started again end with the same weights."""
    settings = [*SETTINGS, "--set", "data.workers=0", "--set", "train.checkpoint=2st"]
    whole, run = tmp_path / "whole", tmp_path / "run"
    process = _launch(0, "train", photos, "--run", whole, *settings)
    _await(process, whole / "run.json")
    began = time.monotonic()
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-2000:]
    lasted = time.monotonic() - began

    process = _launch(0, "train", photos, "--run", run, *settings)
    _await(process, run / "run.json")
    time.sleep(0.4 * lasted)
    os.kill(_workers_of(process.pid)[-1], signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode != 0
    process = _launch(0, "resume", run)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-2000:]
    assert _weights(run) == _weights(whole)
