"""The kinds of sources, a line each, and how the files tell which one a source is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dojang.core.errors import DataError
from dojang.core.recipe import DataPart
from dojang.core.registry import Registry
from dojang.data.sources.coco import coco_files, list_coco
from dojang.data.sources.columns import find_columns, guess, named
from dojang.data.sources.container import Container
from dojang.data.sources.folder import list_folder
from dojang.data.sources.listing import Listing
from dojang.data.sources.manifest import is_manifest, list_manifest
from dojang.data.sources.masks import list_masks, mask_pairs
from dojang.data.sources.multilabel import flag_columns, list_multilabel
from dojang.data.sources.names import looks_like_image
from dojang.data.sources.read import read_member
from dojang.data.sources.rows import list_series, list_text
from dojang.data.sources.table import list_table, shown_as
from dojang.data.sources.voc import list_voc, voc_root

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("path", "label", "group", "text", "time", "target", "id")
Lister = Callable[[Container, DataPart], Listing]

SOURCES: Registry[Lister] = Registry("data.kind")
SOURCES.register("folder")(list_folder)
SOURCES.register("table")(list_table)
SOURCES.register("manifest")(list_manifest)
SOURCES.register("voc")(list_voc)
SOURCES.register("coco")(list_coco)
SOURCES.register("masks")(list_masks)
SOURCES.register("multilabel")(list_multilabel)
SOURCES.register("text")(list_text)
SOURCES.register("series")(list_series)


def kind_of(container: Container, data: DataPart) -> str:
    """Tell the kind of a source by its files.

    Raises:
        DataError: it could be of several kinds, or is nothing that can be listed.
    """
    if container.place == "file":
        raise DataError("data.unknown_kind", path=container.path)
    if container.place == "table" and is_manifest(container.path):
        return "manifest"
    names = [] if container.place == "table" else container.names
    if container.place != "table" and (
        any(looks_like_image(name) for name in names) or not container.tables
    ):
        return _of_images(container, names, data)
    return _of_table(container, data)


def _of_images(container: Container, names: list[str], data: DataPart) -> str:
    """Annotations speak for themselves; without any, folders are classes."""
    found = {
        "voc": voc_root(names) is not None,
        "coco": bool(coco_files(names)),
        "masks": bool(data.mask_pattern) or bool(mask_pairs(names)),
    }
    return _only([kind for kind, there in found.items() if there], container) or "folder"


def _of_table(container: Container, data: DataPart) -> str:
    """Judge by the columns that are named in the recipe, then by the usual names."""
    table = container.tables[0]
    frame = read_member(container, table, head=True)
    columns = list(frame.columns)
    # A column that is named and is not there is the first thing to say.
    find_columns(frame, shown_as(container, table), data, (), ROLES)
    if named(data, "path") or (guess("path", columns) and not named(data, "text")):
        return "multilabel" if _several(frame, data) else "table"
    if named(data, "target"):
        return "series"
    kinds = [kind for kind in ("text", "series") if _is(kind, columns, data)]
    if kinds == ["text", "series"] and (named(data, "text") or _has_label(columns, data)):
        return "text"  # comments have a date too
    return _only(kinds, container) or "table"


def _several(frame: pd.DataFrame, data: DataPart) -> bool:
    """Have the images of the table several labels each?"""
    if data.label_cols or data.label_separator:
        return True
    return not _has_label(list(frame.columns), data) and bool(flag_columns(frame))


def _has_label(columns: list[str], data: DataPart) -> bool:
    return bool(named(data, "label") or guess("label", columns))


def _is(kind: str, columns: list[str], data: DataPart) -> bool:
    role = {"text": "text", "series": "time"}[kind]
    return bool(named(data, role) or guess(role, columns))


def _only(kinds: list[str], container: Container) -> str | None:
    if len(kinds) > 1:
        shown = ", ".join(kinds)
        raise DataError("source.ambiguous", path=container.path, kinds=shown)
    return kinds[0] if kinds else None
