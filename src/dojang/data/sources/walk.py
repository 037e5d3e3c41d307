"""The files below a folder. Links are followed, but only to what lies below it too."""

from __future__ import annotations

import os
from dataclasses import dataclass

from dojang.core.types import Refusal
from dojang.data.decode import Refused
from dojang.data.readers import inside
from dojang.data.sources.names import ignored, name_problem, printable

MOST_LINKS = 10_000  # linked folders that are followed; folders may link to each other crosswise
DEEPEST_LINK = 8  # links to folders on the way to one file


@dataclass(frozen=True)
class _Folder:
    """A folder to look into.

    ``links`` holds the real folders in which a link was followed to get here: a link to one of
    them, or to a folder above one of them, would lead in a circle.
    """

    name: str
    links: tuple[str, ...] = ()


def walk(root: str) -> tuple[list[str], list[Refusal]]:
    """Return the files below ``root``, sorted, and what is set aside.

    Links that leave ``root`` are refused, and so are links to a folder that holds them: those
    would never end.
    """
    names: list[str] = []
    refused: list[Refusal] = []
    folders = [_Folder("")]
    followed = 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(root, folder.name)) as found:  # noqa: PTH118
                entries = sorted((e for e in found if not ignored(e.name)), key=lambda e: e.name)
        except OSError as error:
            name = printable(folder.name or ".")
            refused.append(Refusal(name, "read.failed", error.strerror or ""))
            continue
        for entry in entries:
            name = f"{folder.name}/{entry.name}" if folder.name else entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(_Folder(name, folder.links))
                continue
            reason = name_problem(name)
            if entry.is_symlink():
                reason, target = _link(root, folder, name)
                if target and followed < MOST_LINKS:
                    followed += 1
                    folders.append(target)
                    continue
                reason = "source.linked_folder" if target else reason
            if reason:
                refused.append(Refusal(printable(name), reason))
            else:
                names.append(name)
    return sorted(names), refused


def _link(root: str, folder: _Folder, name: str) -> tuple[str | None, _Folder | None]:
    """Return why the link ``name`` cannot be used, or the folder that it leads to."""
    try:
        full = inside(root, name)
    except Refused as refused:
        return refused.reason, None
    if not os.path.isdir(full):  # noqa: PTH112
        return name_problem(name), None
    if not full.isascii() and name_problem(full):
        return "read.name", None
    here = os.path.realpath(os.path.join(root, folder.name))  # noqa: PTH118
    above = (*folder.links, here)
    loop = any(_holds(full, step) for step in above)
    if loop or len(folder.links) >= DEEPEST_LINK:
        return "source.linked_folder", None
    return None, _Folder(name, above)


def _holds(folder: str, other: str) -> bool:
    """Is ``other`` this folder, or below it?"""
    return other == folder or other.startswith(folder.rstrip(os.sep) + os.sep)
