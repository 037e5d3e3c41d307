"""Every file of the corpus is decoded or refused by name, within its time and its memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dojang.core.i18n import translate
from dojang.core.messages import CATALOGUE
from dojang.core.recipe import DataPart
from dojang.core.types import Manifest, Refusal, SourceRef
from dojang.data.collect import collect, collect_and_survey
from dojang.data.sources import list_images
from dojang.data.workers import DecodePool, Job, chunked
from shapes import Dojang
from tests.hostile import corpus
from tests.makers import image_bytes, make_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All single files of the corpus, and odd places, in two class folders with some good files."""
    top = tmp_path_factory.mktemp("corpus")
    (top / "secret.png").write_bytes(image_bytes(77))
    root = make_folder(top / "photos", {"good": 4, "odd": 1}, size=24)
    for name, data in corpus.files():
        (root / "odd" / name).write_bytes(data)
    (root / "places").mkdir()
    corpus.odd_places(root / "places", top / "secret.png")
    return root


def known(refusals: tuple[Refusal, ...] | list[Refusal]) -> None:
    """Every reason has a text in both languages."""
    for refusal in refusals:
        assert refusal.reason in CATALOGUE, refusal
        assert translate(refusal.reason, "ko", {}) != translate(refusal.reason, "en", {})


def test_there_are_as_many_kinds_and_files_as_promised() -> None:
    count = Counter(name.rpartition("-")[0] for name, _ in corpus.files())
    assert len(corpus.KINDS) >= 60
    assert len(count) == len(corpus.KINDS)  # none of them is empty
    assert sum(count.values()) > 1500


@pytest.mark.slow
def test_decoded_and_refused_are_all(folder: Path) -> None:
    before = {path: path.lstat().st_mtime_ns for path in folder.parent.rglob("*")}
    started = time.monotonic()
    manifest, survey = collect_and_survey(DataPart(source=str(folder)), 1)
    seconds = time.monotonic() - started
    files = [p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir()]
    assert len(files) > 1500
    assert len(manifest) + len(manifest.refused) == len(files)
    assert len(survey) == len(manifest)
    known(manifest.refused)
    reasons = Counter(refusal.reason for refusal in manifest.refused)
    assert reasons["decode.crashed"] == reasons["read.slow"] == 0
    assert len(reasons) >= 12, reasons
    assert len([i for i in manifest.samples["id"] if i.startswith("good/")]) == 4
    places = {i for i in manifest.samples["id"] if i.startswith("places/")}
    assert places == {f"places/{name}" for name in (*corpus.NAMES, "sparse.bmp")}
    assert "places/out.png" in {refusal.id for refusal in manifest.refused}
    assert {path: path.lstat().st_mtime_ns for path in folder.parent.rglob("*")} == before
    assert seconds < 0.5 * len(files)


CHILD = """
import json, resource, sys, time
from pathlib import Path
from dojang.data.decode import Refused, decode
names = Path(sys.argv[1]).read_text().split('\\0')
decode(Path(names[0]).read_bytes(), 64)
def peak():
    text = Path('/proc/self/status').read_text()
    return int(text.split('VmHWM:')[1].split()[0]) * 1024
worst = [0, '', 0.0, '']
for name in names:
    data = Path(name).read_bytes()
    Path('/proc/self/clear_refs').write_text('5')
    before, start = peak(), time.process_time()
    try:
        decode(data, 64)
    except Refused:
        pass
    used, seconds = peak() - before, time.process_time() - start
    if used > worst[0]: worst[:2] = [used, name]
    if seconds > worst[2]: worst[2:] = [seconds, name]
print(json.dumps(worst))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_file_takes_more_time_or_memory_than_promised(folder: Path, tmp_path: Path) -> None:
    names = [str(p) for p in sorted((folder / "odd").iterdir())]
    (tmp_path / "names").write_text("\0".join([str(folder / "good" / "0.png"), *names]))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "names")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    import json

    used, largest, seconds, slowest = json.loads(done.stdout)
    assert used <= 256e6, (used, largest)
    assert seconds <= 2, (seconds, slowest)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("name", list(corpus.bombs()))
def test_bombs_are_refused_within_50_milliseconds_and_20_megabytes(
    name: str, tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(corpus.bombs()[name])
    (tmp_path / "names").write_text(f"{folder / 'good' / '0.png'}\0{path}")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "names")], capture_output=True, text=True
    )
    import json

    used, _, _, _ = json.loads(done.stdout)
    assert used < 20e6
    from dojang.data.decode import Refused, decode

    data = path.read_bytes()
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        with pytest.raises(Refused):
            decode(data, 64)
        best = min(best, time.process_time() - start)
    assert best < 0.05


def test_bad_files_do_not_change_what_is_learnt_from_good_ones(tmp_path: Path) -> None:
    """The promise says 10,000 and 100; the shares are the same here."""
    make_folder(tmp_path / "alone", {"cat": 250, "dog": 250}, size=8)
    make_folder(tmp_path / "mixed", {"cat": 250, "dog": 250}, size=8)
    bad = [data for name, data in corpus.files() if name.startswith(("empty", "text", "JPEG-cut"))]
    for number in range(5):
        (tmp_path / "mixed" / "cat" / f"bad{number}.jpg").write_bytes(bad[number])
    alone, mixed = (collect(DataPart(source=str(tmp_path / n)), 1) for n in ("alone", "mixed"))
    assert len(mixed.refused) == 5
    assert mixed.hash == alone.hash
    assert mixed.samples.equals(alone.samples)
    ids = list(alone.samples["id"])
    jobs = [Job(chunk, 8) for chunk in chunked(ids, 64)]
    found = []
    for name in ("alone", "mixed"):
        with DecodePool(SourceRef("folder", str(tmp_path / name)), 1) as pool:
            found.append([o.pixels for outcomes in pool.run(jobs) for o in outcomes])
    assert all(
        a is not None and b is not None and np.array_equal(a, b)
        for a, b in zip(*found, strict=True)
    )


def names_of(manifest: Manifest) -> int:
    known(manifest.refused)
    return len(manifest) + len(manifest.refused)


def test_archives_of_odd_members_are_read_member_by_member(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    count = corpus.hostile_zip(tmp_path / "odd.zip")
    manifest = collect(DataPart(source=str(tmp_path / "odd.zip")), 1)
    assert names_of(manifest) == count
    reasons = {r.id: r.reason for r in manifest.refused}
    assert reasons["cat/bomb.png"] == reasons["cat/bomb.bmp"] == "read.ratio"
    assert reasons["cat/locked.png"] == "read.encrypted"
    assert reasons["cat/a.png"] == "read.twice"
    assert reasons["cat/nested.zip"] == "decode.not_image"
    count = corpus.hostile_tar(tmp_path / "odd.tar.gz")
    manifest = collect(DataPart(source=str(tmp_path / "odd.tar.gz")), 1)
    assert names_of(manifest) == count
    reasons = {r.id: r.reason for r in manifest.refused}
    assert reasons["cat/a.png"] == "read.twice"
    assert set(tmp_path.rglob("*")) - before == {
        tmp_path / "odd.zip",
        tmp_path / "odd.tar.gz",
    }


def test_images_to_predict_are_all_named_too(
    folder: Path, trained: Path, dojang: Dojang, tmp_path: Path
) -> None:
    import pandas as pd

    some = tmp_path / "some"
    some.mkdir()
    for number, (name, data) in enumerate(corpus.files()):
        if number % 25 == 0:
            (some / name).write_bytes(data)
    (some / "good.png").write_bytes(image_bytes(5, 32))
    out = tmp_path / "p.csv"
    answer = dojang("predict", trained, some, "--out", out)
    assert answer.code == 0
    assert "Traceback" not in answer.err
    table = pd.read_csv(out)
    assert sorted(table["id"]) == sorted(entry.id for entry in list_images(some).entries)
    assert (table["error"].isna() == table["predicted"].notna()).all()
    assert table.loc[table["id"] == "good.png", "error"].isna().all()
    assert table["error"].notna().sum() > 20


def test_the_tests_themselves_do_not_need_much(folder: Path) -> None:
    """The decoders run in children: this process stays small whatever they meet."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    names = tuple(f"odd/{p.name}" for p in sorted((folder / "odd").iterdir())[:200])
    with DecodePool(SourceRef("folder", str(folder)), 1) as pool:
        list(pool.run([Job(names, 32)]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB
