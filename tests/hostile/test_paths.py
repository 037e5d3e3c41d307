"""Nothing outside the source is read, nothing hangs, and whatever is set aside is named."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from dojang.core.errors import DataError
from dojang.core.recipe import DataPart
from dojang.core.types import Manifest, SourceRef
from dojang.data.archives import TarReader, ZipReader
from dojang.data.collect import collect
from dojang.data.decode import Refused
from dojang.data.readers import open_reader
from dojang.data.sources import list_images
from dojang.data.workers import DecodePool, Job
from tests.makers import files_of, image_bytes, make_csv, make_folder, make_tar, make_zip

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")

GOOD = {"cat": 3, "dog": 3}


@pytest.fixture(autouse=True)
def never_hangs() -> Iterator[None]:
    """Fail a test that waits for what will never come."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError("this test hangs")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A good folder; beside it an image that nobody may read."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.png").write_bytes(image_bytes(1000))
    return make_folder(tmp_path / "photos", GOOD)


def load(path: Path, workers: int = 0) -> Manifest:
    return collect(DataPart(source=str(path)), workers)


def reasons(manifest: Manifest) -> dict[str, str]:
    return {refusal.id: refusal.reason for refusal in manifest.refused}


# --- A folder ---------------------------------------------------------------------------------


def test_links_that_lead_out_are_refused_and_links_within_are_not(root: Path) -> None:
    outside = root.parent / "outside"
    (root / "cat" / "out.png").symlink_to(outside / "secret.png")
    (root / "cat" / "up.png").symlink_to("../../outside/secret.png")
    (root / "cat" / "nowhere.png").symlink_to("gone.png")
    (root / "cat" / "passwd.png").symlink_to("/etc/passwd")
    (root / "cat" / "zero.png").symlink_to("/dev/zero")
    (root / "cat" / "in.png").symlink_to("../dog/0.png")
    (root / "more").symlink_to(outside)
    manifest = load(root)
    assert reasons(manifest) == {
        "cat/out.png": "read.outside",
        "cat/up.png": "read.outside",
        "cat/nowhere.png": "read.missing",
        "cat/passwd.png": "read.outside",
        "cat/zero.png": "read.outside",
        "more": "read.outside",
    }
    assert "cat/in.png" in set(manifest.samples["id"])
    assert len(manifest) == 7


def test_loops_of_links_end(root: Path) -> None:
    (root / "cat" / "loop.png").symlink_to("loop.png")
    (root / "cat" / "self").symlink_to(".")
    (root / "cat" / "above").symlink_to("..")
    manifest = load(root)
    assert len(manifest) == 6
    assert set(reasons(manifest)) == {"cat/loop.png", "cat/self", "cat/above"}
    assert reasons(manifest)["cat/self"] == "source.linked_folder"


@pytest.mark.parametrize("workers", [0, 1])
def test_fifos_sockets_and_devices_do_not_hang(root: Path, workers: int) -> None:
    os.mkfifo(root / "cat" / "pipe.png")
    before = Path.cwd()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(root / "cat")  # a socket's path must be short
        try:
            listener.bind("socket.png")
        finally:
            os.chdir(before)
        manifest = load(root, workers)
    assert reasons(manifest) == {
        "cat/pipe.png": "read.not_a_file",
        "cat/socket.png": "read.not_a_file",
    }
    assert len(manifest) == 6


def test_a_fifo_or_a_device_as_the_source_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(DataError, match="neither a folder"):
            load(path)
        with pytest.raises(DataError, match="neither a folder"):
            list_images(path)


@contextlib.contextmanager
def nested(top: Path, step: str, depth: int) -> Iterator[None]:
    """Make folders within folders with an image in the innermost, and take them away again."""
    before = Path.cwd()
    os.chdir(top)
    try:
        for _ in range(depth):
            Path(step).mkdir()
            os.chdir(step)
        Path("deep.png").write_bytes(image_bytes(7))
    finally:
        os.chdir(before)
    yield
    subprocess.run(["rm", "-rf", str(top / step)], check=True)  # too deep for others


def test_folders_too_deep_to_open_are_named(root: Path) -> None:
    with nested(root / "cat", "d" * 200, 30):  # more than a path may have
        manifest = load(root)
    assert len(manifest) == 6
    [(name, reason)] = reasons(manifest).items()
    assert name.startswith("cat/ddd")
    assert reason == "read.failed"


def test_a_thousand_nested_folders_are_walked(root: Path) -> None:
    with nested(root / "cat", "d", 1050):
        assert len(load(root)) == 7


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_named(root: Path) -> None:
    make_folder(root, {"locked": 2})
    (root / "locked").chmod(0)
    try:
        manifest = load(root)
    finally:
        (root / "locked").chmod(0o755)
    assert reasons(manifest) == {"locked": "read.failed"}
    assert len(manifest) == 6


@pytest.mark.parametrize(
    "name",
    [
        "../outside/secret.png",
        "cat/../../outside/secret.png",
        "/etc/passwd",
        "/dev/zero",
        "..",
        "cat/\0.png",
        "../photos2/x.png",
    ],
)
def test_a_reader_never_leaves_its_root(root: Path, name: str) -> None:
    (root.parent / "photos2").mkdir()  # begins like the root
    (root.parent / "photos2" / "x.png").write_bytes(image_bytes(3))
    with pytest.raises(Refused) as caught:
        open_reader(SourceRef("folder", str(root))).read(name, 10**6)
    assert caught.value.reason == "read.outside"


def test_a_link_made_after_the_listing_is_refused(root: Path) -> None:
    (root / "cat" / "0.png").unlink()
    (root / "cat" / "0.png").symlink_to(root.parent / "outside" / "secret.png")
    with DecodePool(SourceRef("folder", str(root)), 0) as pool:
        [[outcome]] = list(pool.run([Job(("cat/0.png",), 8)]))
    assert outcome.refusal is not None
    assert outcome.refusal.reason == "read.outside"


# --- Images to predict ------------------------------------------------------------------------


def test_images_to_predict_stay_inside_and_do_not_hang(root: Path) -> None:
    os.mkfifo(root / "cat" / "pipe.png")
    (root / "cat" / "out.png").symlink_to(root.parent / "outside" / "secret.png")
    (root / "more").symlink_to(root.parent / "outside")
    (root / "loop").symlink_to(".")
    listing = list_images(root)
    names = tuple(entry.id for entry in listing.entries)
    assert names == tuple(sorted(names))
    with DecodePool(listing.source, 0) as pool:
        [outcomes] = list(pool.run([Job(names, 8)]))
    refused = [o.refusal for o in outcomes if o.refusal] + listing.refused
    assert {r.id: r.reason for r in refused} == {
        "cat/pipe.png": "read.not_a_file",
        "cat/out.png": "read.outside",
        "more": "read.outside",
        "loop": "source.linked_folder",
    }
    assert len([o for o in outcomes if o.facts]) == 6


# --- A table ----------------------------------------------------------------------------------


def test_rows_of_a_table_never_leave_its_folder(root: Path) -> None:
    (root / "link.png").symlink_to(root.parent / "outside" / "secret.png")
    (root / "up").symlink_to("..")
    names = [
        "../outside/secret.png",
        "/etc/passwd",
        str(root.parent / "outside" / "secret.png"),
        "link.png",
        "up/outside/secret.png",
        "cat/../../outside/secret.png",
        "a\0.png",
    ]
    table = make_csv(root / "l.csv", [(name, "cat") for name in names])
    with pytest.raises(DataError) as caught:
        load(table)
    assert [p.key for p in caught.value.problems] == ["data.row_outside"] * len(names)
    assert [p.values["row"] for p in caught.value.problems] == list(range(2, 2 + len(names)))


def test_a_fifo_in_a_table_does_not_hang(root: Path) -> None:
    os.mkfifo(root / "cat" / "pipe.png")
    rows = [(name, name[:3]) for name in [*files_of(root), "cat/pipe.png", "cat"]]
    manifest = load(make_csv(root / "l.csv", rows))
    assert reasons(manifest) == {"cat/pipe.png": "read.not_a_file", "cat": "read.not_a_file"}


# --- Archives ---------------------------------------------------------------------------------

BAD_NAMES = ("../up.png", "cat/../../up.png", "/abs.png", "..\\down.png", "cat\\..\\..\\down.png")


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_members_that_lead_out_are_refused_and_nothing_is_written(root: Path, kind: str) -> None:
    files = files_of(root) | {name: image_bytes(n + 500) for n, name in enumerate(BAD_NAMES)}
    path = root.parent / f"all.{kind}"
    (make_zip if kind == "zip" else make_tar)(path, files)
    before = sorted(root.parent.rglob("*"))
    manifest = load(path)
    assert sorted(root.parent.rglob("*")) == before
    assert len(manifest) == 6
    assert set(reasons(manifest).values()) == {"read.outside"}
    assert len(manifest.refused) == len(BAD_NAMES)
    assert "read.outside" in {r.reason for r in list_images(path).refused}


def test_links_and_devices_in_a_tar_are_refused_by_name(root: Path) -> None:
    others = []
    for name, kind in (
        ("cat/link.png", tarfile.SYMTYPE),
        ("cat/hard.png", tarfile.LNKTYPE),
        ("cat/pipe.png", tarfile.FIFOTYPE),
        ("cat/zero.png", tarfile.CHRTYPE),
    ):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        others.append(info)
    manifest = load(make_tar(root.parent / "a.tar", files_of(root), others=others))
    assert len(manifest) == 6
    assert reasons(manifest) == {info.name: "read.not_a_file" for info in others}


def test_a_link_in_a_zip_is_no_image(root: Path) -> None:
    path = make_zip(root.parent / "a.zip", files_of(root))
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("cat/link.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert reasons(load(path)) == {"cat/link.png": "decode.not_image"}


def test_a_member_that_inflates_beyond_the_limit_is_refused_quickly(tmp_path: Path) -> None:
    size = 300 * 2**20
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("cat/bomb.png", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(2**20))
    reader = ZipReader(path)
    assert reader.members["cat/bomb.png"].file_size == size
    with pytest.raises(Refused) as caught:
        reader.read("cat/bomb.png", 256 * 2**20)
    assert caught.value.reason == "decode.too_many_bytes"
    reader.members["cat/bomb.png"].file_size = 10  # the directory lies
    start = time.process_time()
    try:
        assert len(reader.read("cat/bomb.png", 2**20)) <= 2**20 + 1
    except Refused as refused:
        assert refused.reason == "read.failed"
    assert time.process_time() - start < 1


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def tar_gz(path: Path, *blocks: bytes) -> Path:
    path.write_bytes(gzip.compress(b"".join(blocks)))
    return path


@pytest.mark.parametrize(
    "block",
    [
        header("cat/huge.png", 2**40),
        header("longname", 2**40, tarfile.GNUTYPE_LONGNAME),
        header("remarks", 2**40, tarfile.XHDTYPE),
        header("cat/back.png", -1024),
        header("back", -1024, tarfile.GNUTYPE_LONGNAME),
    ],
    ids=["member", "long name", "remark", "negative", "negative remark"],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_tar_whose_headers_lie_is_refused_at_once(
    tmp_path: Path, block: bytes, first: bool
) -> None:
    image = image_bytes(1)
    good = header("cat/1.png", len(image)) + image.ljust(-(-len(image) // 512) * 512, b"\0")
    path = tar_gz(tmp_path / "bomb.tar.gz", *([] if first else [good]), block, bytes(1024))
    start = time.process_time()
    with pytest.raises(DataError):
        load(path)
    with contextlib.suppress(DataError):  # else it is a single file, and no image
        assert list_images(path).source.kind == "files"
    assert time.process_time() - start < 2


def test_a_size_that_a_remark_makes_negative_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("cat/1.png")
    info.pax_headers = {"size": "-2048"}
    block = info.tobuf(tarfile.PAX_FORMAT)
    with pytest.raises(DataError, match="negative"):
        load(tar_gz(tmp_path / "bomb.tar.gz", header("cat/0.png", 0), block, bytes(1024)))


def test_a_tar_that_inflates_out_of_all_proportion_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many small members of zeros: each is harmless, all together are not."""
    monkeypatch.setattr("dojang.data.spool._MOST_INFLATED", 2**20)
    member = header("cat/1.png", 2**16) + bytes(2**16)
    path = tar_gz(tmp_path / "bomb.tar.gz", *[member] * 200, bytes(1024))
    with pytest.raises(DataError, match="inflates"):
        load(path)
    monkeypatch.undo()
    assert len(TarReader(path).members) == 1


def test_a_zip_directory_that_lies_is_a_data_error_or_a_refusal(tmp_path: Path) -> None:
    files = {f"{label}/{n}.png": image_bytes(n) for label in "ab" for n in range(3)}
    raw = make_zip(tmp_path / "a.zip", files).read_bytes()
    entry = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    lies = {
        "name that is no UTF-8": (entry + 8, struct.pack("<H", 0x800), entry + 46, b"\xff\xfe"),
        "version of the future": (entry + 6, struct.pack("<H", 999), entry, b"PK"),
        "unknown method": (entry + 10, struct.pack("<H", 77), entry, b"PK"),
        "offset beyond the end": (entry + 42, struct.pack("<I", 2**31), entry, b"PK"),
        "size of everything": (entry + 20, struct.pack("<II", 2**31, 2**31), entry, b"PK"),
        "too many entries": (end + 8, struct.pack("<HH", 65535, 65535), entry, b"PK"),
        "directory elsewhere": (end + 16, struct.pack("<I", 2**31), entry, b"PK"),
        "extra field cut": (entry + 30, struct.pack("<H", 3), entry, b"PK"),
    }
    for lie, (place, value, other, also) in lies.items():
        changed = bytearray(raw)
        changed[place : place + len(value)] = value
        changed[other : other + len(also)] = also
        path = tmp_path / "lie.zip"
        path.write_bytes(changed)
        try:
            manifest = load(path)
        except DataError as error:
            assert str(path) in str(error), lie
        else:
            assert len(manifest) + len(manifest.refused) <= 6, lie
            assert len(manifest) >= 4, lie


@pytest.mark.parametrize("kind", ["w", "w:gz"])
def test_a_damaged_header_in_a_tar_does_not_hide_what_follows(tmp_path: Path, kind: str) -> None:
    files = {f"{label}/{n}.png": image_bytes(n) for label in "ab" for n in range(3)}
    whole = make_tar(tmp_path / "whole.tar", files).read_bytes()
    path = tmp_path / "damaged.tar"
    for damaged in (
        whole.replace(b"b/1.png", b"b/9.png"),  # its checksum is wrong
        whole[: whole.index(b"b/1.png") + 100],
    ):
        path.write_bytes(damaged if kind == "w" else gzip.compress(damaged))
        with pytest.raises(DataError, match="damaged"):
            load(path)


def test_members_of_one_name_count_once(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for n, name in enumerate(["a/1.png", "a/1.png", "a/2.png", "b/1.png", "b/2.png"]):
            info = tarfile.TarInfo(name)
            info.size = len(image_bytes(n))
            archive.addfile(info, io.BytesIO(image_bytes(n)))
    path = tmp_path / "twice.tar"
    path.write_bytes(stream.getvalue())
    assert list(load(path).samples["id"]) == ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]
