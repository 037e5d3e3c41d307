"""A manifest as a file, and as a source to learn from again.

The file is Parquet: the table of samples, with the source of their bytes, the classes and the hash
in its schema. Images stay where they are, in an archive too. A manifest is trained on like any
table; each file must still be the one that it names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import DataPart
from dojang.core.store import write_parquet
from dojang.core.types import PARTS, Manifest, SourceRef, TaskName
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Entry, Listing

if TYPE_CHECKING:
    import pandas as pd

SOURCE_KEY = "dojang.source"
SUFFIXES = (".parquet", ".pq")
_COLUMNS = ("id", "label", "part", "group", "sha256")
# What is found out again whenever the files are checked.
_SEEN = ("bytes", "width", "height", "mode", "notes", "cluster", "copy", "mask_sha256")
_KINDS = ("folder", "zip", "tar", "table")


def write_manifest(path: Path, manifest: Manifest, more: Mapping[str, str] | None = None) -> None:
    """Write a manifest, whole or not at all.

    Args:
        more: what else to keep in the schema, by key.
    """
    metadata = {
        SOURCE_KEY: json.dumps(manifest.source.to_json()),
        "dojang.classes": json.dumps(manifest.classes),
        "dojang.hash": manifest.hash,
        "dojang.task": manifest.task,
    }
    write_parquet(path, manifest.samples, metadata | dict(more or {}))


def is_manifest(path: Path) -> bool:
    """Is ``path`` a table that says where its bytes are?"""
    return path.suffix.lower() in SUFFIXES and SOURCE_KEY in _metadata(path)


def list_manifest(container: Container, data: DataPart) -> Listing:
    """List the samples of a manifest with their labels, parts and hashes.

    Raises:
        DataError: it is damaged, its source is gone, a row of it cannot be used, or columns were
            named though a manifest has its own.
    """
    import pandas as pd

    path = container.path
    named = [key for key in ("path_col", "label_col", "group_col") if getattr(data, key)]
    if named:
        problems = [Problem("manifest.column", {"field": f"data.{key}"}) for key in named]
        raise DataError("manifest.columns", path=path, problems=problems)
    source = _source(path)
    try:
        frame = pd.read_parquet(path)
        frame[list(_COLUMNS)]  # all of them must be there
    except Exception as error:  # pandas and pyarrow raise errors of many classes on broken files
        raise DataError("data.broken_table", path=path, reason=_one_line(error)) from error
    _check_rows(path, frame)
    rows = (tuple(v if isinstance(v, str) else None for v in row) for row in _values(frame))
    entries = [Entry(i, label, part, group, sha) for i, label, part, group, sha in rows]  # type: ignore[arg-type]
    task = _metadata(path).get("dojang.task", "classify")
    if task not in get_args(TaskName):
        raise DataError("data.broken_table", path=path, reason=f"dojang.task: {task}")
    more = frame.drop(columns=[name for name in (*_COLUMNS, *_SEEN) if name in frame])
    return Listing(
        source, entries, task=cast(TaskName, task), columns=more if len(more.columns) else None
    )


def require_unchanged(listing: Listing, manifest: Manifest) -> None:
    """Compare what was read with the hashes that a manifest file had.

    Raises:
        DataError: files are gone, cannot be read any more or have other content; all are named.
    """
    expected = {entry.id: entry.sha256 for entry in listing.entries if entry.sha256}
    if not expected:
        return
    problems = [
        Problem("data.refused", {"name": refusal.id, "reason": Problem(refusal.reason)})
        for refusal in manifest.refused
        if refusal.id in expected
    ]
    found = zip(manifest.samples["id"], manifest.samples["sha256"], strict=True)
    problems += [
        Problem("manifest.changed_file", {"name": identifier})
        for identifier, sha256 in found
        if expected.get(identifier, sha256) != sha256
    ]
    if problems:
        raise DataError(
            "manifest.changed", path=listing.source.root, count=len(problems), problems=problems
        )


def _check_rows(path: Path, frame: pd.DataFrame) -> None:
    """A manifest is written by us, yet may come from anywhere."""
    seen: set[str] = set()
    problems: list[Problem] = []
    for row, (identifier, label, part, _, sha256) in enumerate(_values(frame), start=1):
        if not isinstance(identifier, str) or not isinstance(sha256, str):
            problems.append(Problem("manifest.row", {"row": row}))
        elif identifier in seen:
            problems.append(Problem("manifest.row_twice", {"row": row, "name": identifier}))
        elif not isinstance(label, str) or not label:
            problems.append(Problem("data.row_no_label", {"row": row, "name": identifier}))
        elif isinstance(part, str) and part not in PARTS:
            problems.append(Problem("data.row_no_part", {"row": row, "part": part}))
        else:
            seen.add(identifier)
    if problems:
        raise DataError("data.bad_rows", path=path, count=len(problems), problems=problems)


def _values(frame: pd.DataFrame) -> Any:
    return zip(*(frame[name].tolist() for name in _COLUMNS), strict=True)


def _source(path: Path) -> SourceRef:
    try:
        tree = json.loads(_metadata(path)[SOURCE_KEY])
        source = SourceRef(tree["kind"], str(tree["root"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError("data.broken_table", path=path, reason=_one_line(error)) from error
    if source.kind not in _KINDS or not source.root:
        raise DataError("data.broken_table", path=path, reason=SOURCE_KEY)
    if not Path(source.root).exists():
        raise DataError("manifest.source_gone", path=path, root=source.root)
    return source


def _metadata(path: Path) -> dict[str, str]:
    """The schema's own texts; a file that cannot be read has none."""
    import pyarrow.parquet as pq

    try:
        found = pq.read_schema(path).metadata or {}
        return {key.decode(): value.decode() for key, value in found.items()}
    except Exception:  # pyarrow raises errors of many classes on broken files
        return {}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
