"""What the name of a file or a column says."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath

from dojang.core.types import PartName
from dojang.data.readers import nfc

PART_NAMES: dict[str, PartName] = {
    **dict.fromkeys(("train", "training", "학습", "훈련"), "train"),
    **dict.fromkeys(("valid", "val", "validation", "dev", "검증"), "valid"),
    **dict.fromkeys(("test", "testing", "테스트", "시험", "평가"), "test"),
}
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
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".pq")
IGNORED = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


@lru_cache(maxsize=4096)
def part_of(name: str) -> PartName | None:
    """Return the part that ``name`` names in any usual spelling, or None."""
    return PART_NAMES.get(nfc(name).strip().lower())


def part_in(name: str) -> PartName | None:
    """Return the part that one of the words in ``name`` names: ``instances_train2017``."""
    words = "".join(c if c.isalpha() else " " for c in nfc(name)).split()
    return next((part for part in map(part_of, words) if part), None)


def ignored(name: str) -> bool:
    """Is this step of a path something that systems leave behind?"""
    return name.startswith(".") or name in IGNORED


def suffix_of(name: str) -> str:
    """Return the ending of the last step of a path with its dot, as pathlib does, in an eighth of
    its time: it is asked about each of a million files, several times."""
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:] if 0 < dot < len(last) - 1 else ""


def looks_like_image(name: str) -> bool:
    """Has the name the ending of an image?"""
    return suffix_of(name).lower() in IMAGE_SUFFIXES


def may_be_image(name: str) -> bool:
    """A name without an ending, as many test sets have, says nothing: its content decides."""
    return looks_like_image(name) or not suffix_of(name)


def looks_like_table(name: str, suffixes: tuple[str, ...] = TABLE_SUFFIXES) -> bool:
    """Has the name the ending of a table?"""
    return name.lower().endswith(suffixes)


def stem_of(name: str) -> str:
    """Return the last step of a path without its last ending."""
    return PurePosixPath(name).stem


def parent_of(name: str) -> str:
    """Return the folders of a path with a closing slash, or an empty string."""
    head, slash, _ = name.rpartition("/")
    return head + slash


def wrapper_of(names: Iterable[str], keep: Iterable[str] = ()) -> str:
    """Return the folders that merely wrap everything: ``photos/`` where all is ``photos/…``.

    Args:
        names: the files that matter.
        keep: names of folders, in lower case, that mean something and so wrap nothing.
    """
    meaning = frozenset(keep)
    files = [name.split("/") for name in names]
    depth = 0
    while (
        files
        and all(len(steps) > depth + 2 for steps in files)
        and len({steps[depth] for steps in files}) == 1
        and part_of(files[0][depth]) is None
        and files[0][depth].lower() not in meaning
    ):
        depth += 1
    return "".join(f"{step}/" for step in files[0][:depth]) if files else ""


def printable(name: str) -> str:
    """Return ``name`` with what is no Unicode as escapes, so that it can be written anywhere."""
    return name.encode(errors="backslashreplace").decode()


def name_problem(name: str) -> str | None:
    """Return the reason why a file cannot be used under this name, or None."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return "read.name"
    return None


def member_problem(name: str) -> str | None:
    """Return the reason why a member of an archive cannot be used, or None."""
    path = name.replace("\\", "/")
    outside = path.startswith("/") or ".." in path.split("/") or "\0" in name
    return name_problem(name) or ("read.outside" if outside else None)
