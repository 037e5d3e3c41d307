"""Folders, archives, tables and annotations → Listing.

A source is first listed (who is there, with which label and part), then scanned (is each file an
image, what is its content hash). Listing looks at names and at the files that describe the images;
no image is opened. There is one file a kind, and a line each in :mod:`dojang.data.sources.kinds`.
"""

from __future__ import annotations

from pathlib import Path

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import DataPart
from dojang.core.types import SourceRef
from dojang.data.sources.container import Container, place_of
from dojang.data.sources.kinds import SOURCES, kind_of
from dojang.data.sources.listing import Entry, Listing, TableEntries
from dojang.data.sources.names import (
    IMAGE_SUFFIXES,
    PART_NAMES,
    may_be_image,
    name_problem,
    printable,
)
from dojang.data.sources.read import read_table

__all__ = [
    "IMAGE_SUFFIXES",
    "PART_NAMES",
    "SOURCES",
    "Entry",
    "Listing",
    "TableEntries",
    "list_images",
    "list_source",
    "read_table",
]


def list_source(data: DataPart) -> Listing:
    """List the samples of ``data.source``, whatever its kind.

    Raises:
        DataError: there is no such source, its kind cannot be told, or it is broken.
    """
    if not data.source:
        raise DataError("data.no_source")
    container = Container(Path(data.source))
    try:
        kind = kind_of(container, data) if data.kind == "auto" else data.kind
        if container.place == "file":
            raise DataError("data.unknown_kind", path=container.path)
        return SOURCES[kind](container, data)
    finally:
        container.close()


def list_images(path: Path) -> Listing:
    """List images to predict: a file, a folder, an archive; labels do not matter."""
    place = place_of(path)
    if place == "table":
        raise DataError("data.table_to_predict", path=path)
    if place == "file":
        if name_problem(str(path)):
            name = Problem(
                "data.refused", {"name": printable(path.name), "reason": Problem("read.name")}
            )
            raise DataError("data.empty", path=printable(str(path)), problems=[name])
        return Listing(SourceRef("files", ""), [Entry(str(path), None)])
    container = Container(path)
    try:
        entries = [Entry(name, None) for name in sorted(container.names) if may_be_image(name)]
    finally:
        container.close()
    if not entries:
        problems = [
            Problem("data.refused", {"name": refusal.id, "reason": Problem(refusal.reason)})
            for refusal in container.refused
        ]
        raise DataError("data.empty", path=path, problems=problems)
    return Listing(container.ref, entries, container.refused)
