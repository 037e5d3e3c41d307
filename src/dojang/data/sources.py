"""Folders, archives and tables → Manifest.

A source is first listed (who is there, with which label and part), then scanned (is each file an
image, what is its content hash). Listing is a pure function of names for folders and archives
alike; a table names its files itself.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from dojang.core.errors import DataError, Problem, did_you_mean
from dojang.core.recipe import DataPart
from dojang.core.types import PartName, Refusal, SourceRef
from dojang.data.archives import BrokenArchive, TarReader, ZipReader, is_tar
from dojang.data.decode import Refused
from dojang.data.manifest_file import is_manifest, list_manifest
from dojang.data.readers import inside, nfc

if TYPE_CHECKING:
    import pandas as pd

PART_NAMES: dict[str, PartName] = {
    **dict.fromkeys(("train", "training", "학습", "훈련"), "train"),
    **dict.fromkeys(("valid", "val", "validation", "dev", "검증"), "valid"),
    **dict.fromkeys(("test", "testing", "테스트", "시험", "평가"), "test"),
}
PATH_COLUMNS = ("path", "filepath", "file_path", "file", "filename", "file_name", "image",
                "image_path", "img_path", "img", "경로", "파일", "이미지")  # fmt: skip
LABEL_COLUMNS = ("label", "class", "class_name", "target", "category", "y", "라벨", "클래스",
                 "정답")  # fmt: skip
PART_COLUMNS = ("part", "split", "set")
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".pq")
IGNORED = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
IMAGE_SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".png",
        ".webp",
        ".bmp",
        ".gif",
        ".tif",
        ".tiff",
        ".ppm",
        ".pgm",
        ".avif",
    ]
)


@dataclass(frozen=True)
class Entry:
    """One file that a source lists."""

    id: str
    label: str | None
    part: PartName | None = None
    group: str | None = None
    sha256: str | None = None  # what the content must be, where that is known


@dataclass
class Listing:
    """What a source lists, before anything was opened."""

    source: SourceRef
    entries: list[Entry] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def list_source(data: DataPart) -> Listing:
    """List the files of ``data.source``, whatever its kind."""
    if not data.source:
        raise DataError("data.no_source")
    path = Path(data.source)
    kind = _kind_of(path)
    if kind == "folder":
        return list_folder(path)
    if kind == "table":
        return list_manifest(path, data) if is_manifest(path) else list_table(path, data)
    if kind == "file":
        raise DataError("data.unknown_kind", path=path)
    return list_archive(path, kind)


def list_folder(path: Path) -> Listing:
    """List a folder: a folder per class, with or without folders per part above them."""
    root = os.path.realpath(path)
    names, refused = _walk(root)
    listing = Listing(SourceRef("folder", root), refused=refused)
    _arrange(names, listing)
    return listing


def list_archive(path: Path, kind: Literal["zip", "tar"]) -> Listing:
    """List a zip or tar archive laid out like a folder."""
    names, refused = _members(path, kind)
    listing = Listing(SourceRef(kind, str(path.resolve())), refused=refused)
    _arrange(names, listing)
    return listing


def list_table(path: Path, data: DataPart) -> Listing:
    """List a CSV or Parquet file; paths in it are relative to its folder.

    Raises:
        DataError: a column is missing; or rows name files that are missing or outside the folder,
            lack a label, name a file twice or a part that is none. All rows are in one message.
    """
    frame = read_table(path)
    columns = _columns(frame, path, data)
    root = os.path.realpath(path.parent)
    listing = Listing(SourceRef("table", root))
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    chosen = [columns.get(role) for role in ("path", "label", "group", "part")]
    values = (frame[name] if name else [""] * len(frame) for name in chosen)
    for row, name, label, group, part in zip(frame.index, *values, strict=True):
        found = _on_disk(root, name)
        entry = Entry(found, nfc(label.strip()), _part_of(part), nfc(group.strip()) or None)
        problem = _row_problem(root, entry, row, seen)
        if problem is None and "part" in columns and entry.part is None:
            problem = Problem("data.row_no_part", {"row": row, "part": part.strip() or '""'})
        if problem:
            problems.append(problem)
        else:
            seen[os.path.normpath(found)] = row
            listing.entries.append(entry)
    if problems:
        raise DataError("data.bad_rows", path=path, count=len(problems), problems=problems)
    return listing


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file with every cell as text. The index counts rows as a spreadsheet
    does: the header is row 1."""
    try:
        parquet = path.suffix.lower() in (".parquet", ".pq")
        frame = _read_parquet(path) if parquet else _read_csv(_text_of(path))
        frame = frame.astype(object)  # also finds text that is no UTF-8
    except Exception as error:  # pandas and pyarrow raise errors of many classes on broken files
        raise DataError(
            "data.broken_table", path=path, reason=" ".join(str(error).split())
        ) from error
    frame.columns = [str(name) for name in frame.columns]
    return frame.loc[:, ~frame.columns.duplicated()]


def _read_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd

    # Nullable types: a column of integers with a gap does not become 1.0, 2.0 …
    frame = pd.read_parquet(path, dtype_backend="numpy_nullable")
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame.astype("string").fillna("")


def _read_csv(text: str) -> pd.DataFrame:
    """Read all rows alike, the header too: so pandas neither takes a column for an index where
    rows are longer than the header, nor leaves empty rows uncounted."""
    import pandas as pd

    frame = pd.read_csv(
        io.StringIO(text),
        sep=_separator(text),
        header=None,
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
    ).fillna("")
    frame.index += 1
    frame = frame[(frame != "").any(axis=1)]
    if not len(frame):
        raise ValueError("there is nothing in it")
    return frame.iloc[1:].set_axis(frame.iloc[0], axis=1)


def list_images(path: Path) -> Listing:
    """List images to predict: a file, a folder, an archive; labels do not matter."""
    kind = _kind_of(path)
    if kind == "table":
        raise DataError("data.table_to_predict", path=path)
    if kind == "file":
        if _name_problem(str(path)):
            name = Problem(
                "data.refused", {"name": _printable(path.name), "reason": Problem("read.name")}
            )
            raise DataError("data.empty", path=_printable(str(path)), problems=[name])
        return Listing(SourceRef("files", ""), [Entry(str(path), None)])
    if kind == "folder":
        root = os.path.realpath(path)
        source = SourceRef("folder", root)
        names, refused = _walk(root)
    else:
        source = SourceRef(kind, str(path.resolve()))
        names, refused = _members(path, kind)
    entries = [Entry(name, None) for name in sorted(names) if _may_be_image(name)]
    if not entries:
        problems = [
            Problem("data.refused", {"name": refusal.id, "reason": Problem(refusal.reason)})
            for refusal in refused
        ]
        raise DataError("data.empty", path=path, problems=problems)
    return Listing(source, entries, refused)


def _kind_of(path: Path) -> Literal["folder", "table", "zip", "tar", "file"]:
    """Say what is at ``path``. os.path, since pathlib raises where a name is too long."""
    if not os.path.exists(path):  # noqa: PTH110
        raise DataError("data.missing", path=path)
    if os.path.isdir(path):  # noqa: PTH112
        return "folder"
    if not os.path.isfile(path):  # noqa: PTH113 - opening a FIFO would block
        raise DataError("data.unknown_kind", path=path)
    if path.name.lower().endswith(TABLE_SUFFIXES):
        return "table"
    if _looks_like_image(path.name):  # even one with an archive appended to it
        return "file"
    if zipfile.is_zipfile(path):
        return "zip"
    return "tar" if is_tar(path) else "file"


def _walk(root: str) -> tuple[list[str], list[Refusal]]:
    """Return the files below ``root``, sorted, and what is set aside. Links to folders are not
    followed, and links to files only within ``root``."""
    names: list[str] = []
    refused: list[Refusal] = []
    folders = [""]
    while folders:
        above = folders.pop()
        try:
            with os.scandir(os.path.join(root, above)) as found:  # noqa: PTH118
                entries = [entry for entry in found if not _ignored(entry.name)]
        except OSError as error:
            refused.append(Refusal(_printable(above or "."), "read.failed", error.strerror or ""))
            continue
        for entry in entries:
            name = f"{above}/{entry.name}" if above else entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(name)
                continue
            reason = _link_problem(root, name) if entry.is_symlink() else _name_problem(name)
            if reason:
                refused.append(Refusal(_printable(name), reason))
            else:
                names.append(name)
    return sorted(names), refused


def _members(path: Path, kind: Literal["zip", "tar"]) -> tuple[list[str], list[Refusal]]:
    """Return the files of an archive in its order, and what is set aside."""
    try:
        reader = ZipReader(path) if kind == "zip" else TarReader(path)
    except BrokenArchive as error:
        raise DataError("data.broken_archive", path=path, reason=error) from error
    reader.close()
    names: list[str] = []
    refused = [Refusal(_printable(name), reason) for name, reason in reader.set_aside]
    for name in reader.members:
        reason = _name_problem(name) or _member_problem(name)
        if reason:
            refused.append(Refusal(_printable(name), reason))
        elif not any(_ignored(step) for step in name.split("/")):
            names.append(name)
    return names, refused


def _arrange(names: list[str], listing: Listing) -> None:
    """Read class and part off the folder names and fill ``listing``."""
    wrapper = _wrapper(names)
    inner = [n.removeprefix(wrapper).split("/") for n in names if n.startswith(wrapper)]
    parts = _has_parts(inner)
    for steps in inner:
        name = wrapper + "/".join(steps)
        if len(steps) == 1:  # beside the folders; readme files and tables often are
            if _looks_like_image(name):
                listing.refused.append(Refusal(name, "source.no_class"))
            continue
        part = _part_of(steps[0]) if parts else None
        folders = steps[1:-1] if parts else steps[:-1]
        if parts and part is None:
            listing.refused.append(Refusal(name, "source.outside_parts"))
        elif folders:
            listing.entries.append(Entry(name, nfc(folders[0]), part))
        elif _looks_like_image(name):
            listing.refused.append(Refusal(name, "source.no_class"))


def _wrapper(names: list[str]) -> str:
    """Return the folders that merely wrap everything: ``photos/`` where all is ``photos/…``."""
    images = [n.split("/") for n in names if _looks_like_image(n)]
    depth = 0
    while (
        images
        and all(len(steps) > depth + 2 for steps in images)
        and len({steps[depth] for steps in images}) == 1
        and _part_of(images[0][depth]) is None
    ):
        depth += 1
    return "".join(f"{step}/" for step in images[0][:depth]) if images else ""


def _has_parts(files: list[list[str]]) -> bool:
    """Are the top folders parts? There must be a training part, and another or nothing else."""
    tops = {nfc(steps[0]).lower() for steps in files if len(steps) > 2}
    parts = {PART_NAMES[top] for top in tops if top in PART_NAMES}
    return "train" in parts and (len(parts) > 1 or len(tops) == 1)


def _part_of(name: str) -> PartName | None:
    return PART_NAMES.get(nfc(name).strip().lower())


def _name_problem(name: str) -> str | None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return "read.name"
    return None


def _link_problem(root: str, name: str) -> str | None:
    try:
        full = inside(root, name)
    except Refused as refused:
        return refused.reason
    return "source.linked_folder" if os.path.isdir(full) else _name_problem(name)  # noqa: PTH112


def _member_problem(name: str) -> str | None:
    path = PurePosixPath(name.replace("\\", "/"))
    return "read.outside" if path.is_absolute() or ".." in path.parts or "\0" in name else None


def _printable(name: str) -> str:
    """Return ``name`` with what is no Unicode as escapes, so that it can be written anywhere."""
    return name.encode(errors="backslashreplace").decode()


def _columns(frame: pd.DataFrame, path: Path, data: DataPart) -> dict[str, str]:
    """Find the columns: those named by the user, else those with a usual name."""
    named = {"path": data.path_col, "label": data.label_col, "group": data.group_col}
    usual = {"path": PATH_COLUMNS, "label": LABEL_COLUMNS, "part": PART_COLUMNS}
    columns = [str(c) for c in frame.columns]
    lower = {nfc(c).strip().lower(): c for c in reversed(columns)}
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for role in ("path", "label", "group", "part"):
        wanted = named.get(role)
        guess = next((lower[n] for n in usual.get(role, ()) if n in lower), None)
        if wanted is not None and wanted not in columns:
            values = {"column": wanted, "hint": did_you_mean(wanted, columns)}
            problems.append(Problem("data.column_missing", values))
        elif wanted or guess:
            found[role] = str(wanted or guess)
        elif role in ("path", "label"):
            problems.append(Problem(f"data.column_unknown_{role}"))
    if problems:
        shown = ", ".join(columns)
        raise DataError("data.bad_columns", path=path, columns=shown, problems=problems)
    if "part" in found and not _are_parts(frame[found["part"]]):
        del found["part"]
    return found


def _are_parts(values: Iterable[str]) -> bool:
    """Does the column hold parts? Then a value that is none is a mistake in its row."""
    return "train" in {_part_of(value) for value in set(values)}


def _row_problem(root: str, entry: Entry, row: int, seen: dict[str, int]) -> Problem | None:
    values: dict[str, object] = {"row": row, "name": entry.id}
    if not entry.id.strip():
        return Problem("data.row_no_path", values)
    if not entry.label:
        return Problem("data.row_no_label", values)
    first = seen.get(os.path.normpath(entry.id))
    if first is not None:
        return Problem("data.row_twice", values | {"first": first})
    try:
        full = inside(root, entry.id)
    except Refused:
        return Problem("data.row_outside", values)
    return None if os.path.exists(full) else Problem("data.row_missing", values)  # noqa: PTH110


def _on_disk(root: str, name: str) -> str:
    """Return the form of ``name`` under which the file is there: a table written elsewhere may
    spell Hangul in the other normal form than the disk does."""
    for spelt in (name, nfc(name), unicodedata.normalize("NFD", name)):
        if os.path.exists(os.path.join(root, spelt)):  # noqa: PTH110, PTH118
            return spelt
    return name


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in IGNORED


def _may_be_image(name: str) -> bool:
    """A name without an ending, as many test sets have, says nothing: its content decides."""
    return _looks_like_image(name) or not PurePosixPath(name).suffix


def _looks_like_image(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES


def _text_of(path: Path) -> str:
    """Read a table's text: UTF-8, else CP949 as Korean spreadsheets write it."""
    raw = path.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp949")


def _separator(text: str) -> str:
    header = text.partition("\n")[0]
    counts: Iterator[tuple[int, str]] = ((header.count(s), s) for s in (",", "\t", ";", "|"))
    best, separator = max(counts, key=lambda pair: pair[0])
    return separator if best else csv.excel.delimiter
