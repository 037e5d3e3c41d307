"""Decoding in child processes: the same outcomes, whoever decodes and whoever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from dojang.core.types import Decoding, SourceRef
from dojang.data import children as module
from dojang.data import spool
from dojang.data import workers as workers_module
from dojang.data.decode import decode
from dojang.data.workers import DecodePool, Job, Outcome, chunked
from tests.makers import files_of, image_bytes, make_folder, make_tar, make_zip

SIZE = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good files and bad ones, all in one folder."""
    root = make_folder(tmp_path_factory.mktemp("pool"), {"cat": 9, "dog": 8}, size=24)
    whole = image_bytes(99, 64, "JPEG")
    (root / "cat" / "short.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "cat" / "empty.png").write_bytes(b"")
    (root / "dog" / "text.png").write_text("no image")
    return root


def source_of(root: Path) -> SourceRef:
    return SourceRef("folder", str(root))


def names_of(root: Path) -> list[str]:
    return [*files_of(root), "cat/none.png", "../outside.png"]


def jobs_of(root: Path, size: int | None = SIZE, chunk: int = 4) -> list[Job]:
    return [Job(paths, size) for paths in chunked(names_of(root), chunk)]


def seen(outcomes: list[list[Outcome]]) -> list[tuple[object, ...]]:
    """Return outcomes as values that compare."""
    return [
        (o.path, o.facts, None if o.pixels is None else o.pixels.tobytes(), o.refusal)
        for chunk in outcomes
        for o in chunk
    ]


def decoded(pool: DecodePool, jobs: list[Job]) -> list[tuple[object, ...]]:
    return seen(list(pool.run(jobs)))


# --- The same outcomes ------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SIZE, None], ids=["pixels", "facts"])
def test_any_number_of_workers_gives_the_same_outcomes_in_order(
    folder: Path, size: int | None
) -> None:
    with DecodePool(source_of(folder), 0) as pool:
        expected = decoded(pool, jobs_of(folder, size))
    assert [outcome[0] for outcome in expected] == names_of(folder)
    for workers in (1, 2, 4):
        with DecodePool(source_of(folder), workers) as pool:
            assert decoded(pool, jobs_of(folder, size)) == expected, workers


def test_pixels_are_those_of_decode(folder: Path) -> None:
    with DecodePool(source_of(folder), 1) as pool:
        [[outcome]] = list(pool.run([Job(("cat/3.png",), SIZE, "pad")]))
    expected, _ = decode((folder / "cat/3.png").read_bytes(), SIZE, "pad")
    assert outcome.pixels is not None
    assert np.array_equal(outcome.pixels, expected)


@pytest.mark.parametrize("workers", [0, 1])
def test_refused_files_are_named_with_their_reason(folder: Path, workers: int) -> None:
    with DecodePool(source_of(folder), workers) as pool:
        outcomes = [o for chunk in pool.run(jobs_of(folder)) for o in chunk]
    reasons = {o.refusal.id: o.refusal.reason for o in outcomes if o.refusal}
    assert reasons == {
        "cat/short.jpg": "decode.truncated",
        "cat/empty.png": "decode.empty",
        "dog/text.png": "decode.not_image",
        "cat/none.png": "read.missing",
        "../outside.png": "read.outside",
    }


@pytest.mark.parametrize("workers", [0, 1])
def test_names_that_no_file_can_have_are_refused(folder: Path, workers: int) -> None:
    names = ("a\0b.png", "\ud800.png", "x" * 300 + ".png", "cat/" * 2000, "", ".")
    with DecodePool(source_of(folder), workers) as pool:
        [outcomes] = list(pool.run([Job(names, SIZE)]))
    with DecodePool(SourceRef("files", ""), workers) as pool:
        [bare] = list(pool.run([Job(names, SIZE)]))
    assert all(o.refusal for o in outcomes + bare)
    assert len(outcomes + bare) == 2 * len(names)


def test_limits_reach_the_children(folder: Path) -> None:
    with DecodePool(source_of(folder), 1, Decoding(megapixels=0.0001)) as pool:
        [[outcome]] = list(pool.run([Job(("cat/1.png",), SIZE)]))
    assert outcome.refusal is not None
    assert outcome.refusal.reason == "decode.too_large"


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("workers", [0, 1])
def test_an_archive_that_is_gone_is_named_for_every_file(
    tmp_path: Path, kind: str, workers: int
) -> None:
    source = SourceRef("zip" if kind == "zip" else "tar", str(tmp_path / "gone"))
    with DecodePool(source, workers) as pool:
        [outcomes] = list(pool.run([Job(("a.png", "b.png"), SIZE)]))
    assert [o.refusal and o.refusal.reason for o in outcomes] == ["read.failed"] * 2


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_archives_give_the_outcomes_of_the_folder(folder: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"all.{kind}"
    files = files_of(folder)
    source = SourceRef("zip" if kind == "zip" else "tar", str(path))
    (make_zip if kind == "zip" else make_tar)(path, files)
    jobs = [Job(tuple(files), SIZE)]
    with DecodePool(source_of(folder), 0) as pool, DecodePool(source, 1) as other:
        assert decoded(pool, jobs) == decoded(other, jobs)


def test_a_generator_left_early_leaves_the_pool_usable(folder: Path) -> None:
    with DecodePool(source_of(folder), 2) as pool:
        jobs = jobs_of(folder, chunk=1)
        first = pool.run(jobs)
        next(first)
        first.close()  # type: ignore[attr-defined]
        assert len(decoded(pool, jobs)) == len(jobs)


# --- Children that die ------------------------------------------------------------------------


def children() -> set[int]:
    """Return the processes below this one that decode."""
    listing = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    lines = [line.split(None, 1) for line in listing.stdout.splitlines()]
    return {int(pid) for pid, command in lines if "dojang.data.workers" in command}


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_child_killed_between_jobs_costs_nothing(folder: Path) -> None:
    with DecodePool(source_of(folder), 0) as pool:
        expected = decoded(pool, jobs_of(folder))
    with DecodePool(source_of(folder), 1) as pool:
        running = pool.run(jobs_of(folder))
        found = [next(running)]
        [child] = children()
        os.kill(child, signal.SIGKILL)
        found += running
    assert seen(found) == expected


def test_a_child_killed_at_work_costs_nothing(folder: Path) -> None:
    """Stopped at some file, then killed: that file and those after it are asked for again."""
    with DecodePool(source_of(folder), 0) as pool:
        expected = decoded(pool, jobs_of(folder, chunk=50))
    with DecodePool(source_of(folder), 1) as pool:
        list(pool.run([Job(("cat/0.png",), SIZE)]))
        [child] = children()
        os.kill(child, signal.SIGSTOP)  # it takes the job and answers nothing
        threading.Timer(0.3, os.kill, (child, signal.SIGKILL)).start()
        assert decoded(pool, jobs_of(folder, chunk=50)) == expected
        assert child not in children()


@pytest.fixture
def deadly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which b.png kills whoever reads it, c.png keeps him waiting for ever, d.png keeps
    him busy for ever, and e.png wants a gigabyte.

    Children start through a small script in which reading is changed; the product has no such door.
    """
    root = make_folder(tmp_path / "images", {"x": 3, "y": 3})
    for name in ("b", "c", "d", "e"):
        (root / "x" / f"{name}.png").write_bytes(image_bytes(50))
    script = tmp_path / "deadly.py"
    script.write_text(
        "import os, time\n"
        "from dojang.data import readers, workers\n"
        "real = readers.FolderReader.read\n"
        "def read(self, path, limit, begins=None):\n"
        "    if path.endswith('b.png'): os.kill(os.getpid(), 9)\n"
        "    if path.endswith('c.png'): time.sleep(600)\n"
        "    while path.endswith('d.png'): pass\n"
        "    if path.endswith('e.png'): return bytes(10**9)\n"
        "    return real(self, path, limit, begins)\n"
        "readers.FolderReader.read = read\n"
        "workers.main()\n"
    )
    start = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        changed = [sys.executable, str(script)] if "dojang.data.workers" in command else command
        return start(changed, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(module.subprocess, "Popen", popen)
    monkeypatch.setattr(module, "WAIT_SECONDS", 2.0)
    yield root


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_kills_its_reader_is_refused_and_no_other(deadly: Path, workers: int) -> None:
    names = [name for name in files_of(deadly) if name[-5] not in "cde"]
    with DecodePool(source_of(deadly), workers) as pool:
        [outcomes] = list(pool.run([Job(tuple(names), SIZE)]))
    assert [o.path for o in outcomes] == names
    assert {o.path: o.refusal.reason for o in outcomes if o.refusal} == {
        "x/b.png": "decode.crashed"
    }


def test_a_file_that_takes_for_ever_is_refused_and_no_other(
    deadly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dojang.data.children.WAIT_SECONDS", 1.5)
    names = ("x/0.png", "x/c.png", "x/1.png", "y/0.png")
    with DecodePool(source_of(deadly), 1, Decoding(seconds=0.2)) as pool:
        [outcomes] = list(pool.run([Job(names, SIZE)]))
    assert [o.refusal and o.refusal.reason for o in outcomes] == [
        None,
        "read.slow",
        None,
        None,
    ]


def test_a_file_that_keeps_a_child_busy_is_refused_after_its_processor_time(deadly: Path) -> None:
    names = ("x/0.png", "x/d.png", "x/1.png")
    rules = Decoding(seconds=0.3)
    with DecodePool(source_of(deadly), 1, rules) as pool:
        [outcomes] = list(pool.run([Job(names, SIZE)]))
    assert [o.refusal and o.refusal.reason for o in outcomes] == [None, "decode.timeout", None]


def test_a_file_that_wants_more_memory_than_allowed_is_refused(deadly: Path) -> None:
    names = ("x/0.png", "x/e.png", "x/1.png")
    with DecodePool(source_of(deadly), 1) as pool:
        [outcomes] = list(pool.run([Job(names, SIZE)]))
    assert [o.refusal and o.refusal.reason for o in outcomes] == [None, "decode.memory", None]


def test_a_stopped_child_is_not_late_by_processor_time(folder: Path) -> None:
    """On a busy machine a child may stand still for longer than a file may take."""
    with DecodePool(source_of(folder), 1, Decoding(seconds=0.2)) as pool:
        list(pool.run([Job(("cat/0.png",), SIZE)]))
        [child] = children()
        os.kill(child, signal.SIGSTOP)
        threading.Timer(1.0, os.kill, (child, signal.SIGCONT)).start()
        [[outcome]] = list(pool.run([Job(("cat/1.png",), SIZE)]))
        assert outcome.refusal is None
        assert children() == {child}


def test_children_end_with_the_pool(folder: Path) -> None:
    before = children()
    with DecodePool(source_of(folder), 2) as pool:
        list(pool.run(jobs_of(folder, chunk=1)))
        mine = children() - before
        assert 1 <= len(mine) <= 2
    assert not children() & mine


def test_children_at_work_end_with_the_pool(deadly: Path) -> None:
    pool = DecodePool(source_of(deadly), 2)
    running = pool.run([Job(("y/0.png",), SIZE), *[Job(("x/c.png", "y/1.png"), SIZE)] * 9])
    next(running)
    start = time.monotonic()
    pool.close()
    assert time.monotonic() - start < 2
    time.sleep(0.2)
    assert not [pid for pid in deadly_children(deadly) if alive(pid)]


def deadly_children(root: Path) -> list[int]:
    listing = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    lines = [line.split(None, 1) for line in listing.stdout.splitlines()]
    return [int(pid) for pid, command in lines if str(root.parent) in command]


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_children_end_when_their_parent_is_killed(folder: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from dojang.core.types import SourceRef\n"
        "from dojang.data.workers import DecodePool, Job\n"
        f"pool = DecodePool(SourceRef('folder', {str(folder)!r}), 1)\n"
        "list(pool.run([Job(('cat/0.png',), 8)]))\n"
        "print(pool._children[0]._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    assert until(lambda: not alive(child))


# --- What children are ------------------------------------------------------------------------


def test_children_import_neither_torch_nor_pandas() -> None:
    finished = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dojang.data.workers"],
        input=b'{"source": {"kind": "files", "root": ""}, "rules": {}, "spool": null}\n',
        capture_output=True,
        check=True,
    )
    lines = finished.stderr.decode().splitlines()
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert {"dojang", "numpy", "PIL"} <= imported
    assert not imported & {"torch", "pandas", "pyarrow", "torchvision", "sklearn", "matplotlib"}


def test_children_import_nothing_from_the_current_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "random", "numpy", "PIL"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    with DecodePool(source_of(folder), 1) as pool:
        [[outcome]] = list(pool.run([Job(("cat/0.png",), SIZE)]))
    assert outcome.refusal is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_may_take_as_much_memory_as_a_file_may_need_and_no_more(folder: Path) -> None:
    with DecodePool(source_of(folder), 1, Decoding(memory=100_000_000)) as pool:
        list(pool.run([Job(("cat/0.png",), SIZE)]))
        [child] = children()
        limits = Path(f"/proc/{child}/limits").read_text()
        pages = int(Path(f"/proc/{child}/statm").read_text().split()[0])
    [line] = [line for line in limits.splitlines() if line.startswith("Max address space")]
    room = int(line.split()[3]) - pages * os.sysconf("SC_PAGE_SIZE")
    assert 80e6 < room <= 100e6


# --- Compressed tars --------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("workers", [0, 2])
def test_a_compressed_tar_is_inflated_once_and_read_in_any_order(
    tmp_path: Path, mode: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"cat/{n}.png": image_bytes(n) for n in range(60)}
    path = make_tar(tmp_path / "all.tar", files, mode)
    names = [f"cat/{n * 37 % 60}.png" for n in range(60)]
    made = []
    real = spool.spool_of
    monkeypatch.setattr(workers_module, "spool_of", lambda p: made.append(real(p)) or made[-1])
    before = set(tmp_path.iterdir())
    with DecodePool(SourceRef("tar", str(path)), workers) as pool:
        outcomes = [o for done in pool.run(Job((n,), SIZE) for n in names) for o in done]
    for outcome in outcomes:
        expected = decode(files[outcome.path], SIZE)[0]
        assert outcome.pixels is not None and np.array_equal(outcome.pixels, expected)
    assert [o.path for o in outcomes] == names
    assert len(made) == 1 and made[0] is not None and made[0].closed
    assert set(tmp_path.iterdir()) == before


def test_without_room_for_it_a_compressed_tar_is_read_as_a_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_tar(tmp_path / "all.tar", {"a/1.png": image_bytes(1)}, "w:gz")
    monkeypatch.setattr(spool, "_MOST_INFLATED", 100)
    monkeypatch.setattr(spool, "_MOST_RATIO", 0)
    assert spool.spool_of(path) is None
    monkeypatch.undo()
    assert spool.spool_of(make_tar(tmp_path / "plain.tar", {"a/1.png": b"x"})) is None
    assert spool.spool_of(tmp_path / "gone.tar") is None
    (tmp_path / "cut.tar").write_bytes(path.read_bytes()[:60])
    assert spool.spool_of(tmp_path / "cut.tar") is None
