"""The cache of pixels and features as a whole: where it is, how much it may take, what it holds."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import StorageError, storage_errors
from dojang.core.store import write_text
from dojang.data.shelf import Shelf, Shelved, block_bytes, read_keys, remove_block

Rows = Iterable[NDArray[Any]]
DEFAULT_LIMIT = 50 * 10**9
MEASURED = "measured"  # a few numbers of this machine, which dojang.train.probes keeps
_DISK_SHARE = 0.5  # of what is free; the rest belongs to others


@dataclass(frozen=True)
class ShelfLine:
    """What ``dojang cache`` says of a shelf; ``used`` in seconds since 1970, ``kind`` is ``pixels``
    or ``features``, ``size`` the side of the images in pixels."""

    name: str
    settings: str
    size: int
    images: int
    bytes: int
    used: float
    kind: str = "pixels"


def cache_root() -> Path:
    """Return the folder of the cache: ``DOJANG_CACHE``, or where the system keeps caches."""
    if named := os.environ.get("DOJANG_CACHE"):
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "dojang"


def limit_of(root: Path) -> int:
    """Return how many bytes the cache may take."""
    try:
        return int((root / "limit").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return DEFAULT_LIMIT


def set_limit(root: Path, limit: int) -> None:
    """Write down how many bytes the cache may take, and make it fit.

    Raises:
        StorageError: it may not be written.
    """
    with storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    write_text(root / "limit", str(limit))
    trim(root, limit)


def room(root: Path) -> int:
    """Return how many bytes a run may add: within the limit once older blocks have gone, and
    within what is free on the disk."""
    above = root
    while not above.exists() and above != above.parent:
        above = above.parent
    used = sum(line.bytes for line in shelves(root))
    try:
        free = shutil.disk_usage(above).free
    except OSError:
        return 0
    return min(limit_of(root), int(_DISK_SHARE * (free + used)))


def filled(
    shelf: Shelf, contents: Sequence[str], rows_of: Callable[[NDArray[np.int64]], Rows]
) -> Shelved:
    """Map the rows of files; make and keep those that no run has made before.

    Args:
        contents: SHA-256 of each file, in hexadecimal, length m.
        rows_of: makes the rows at some positions, shape ``(k,)``, in their order.

    Raises:
        StorageError: the disk is full, may not be written, or gives back other than was written.
    """
    found, missing = shelf.find(contents)
    if len(missing):
        with shelf.lock():  # another process may have filled it meanwhile
            _, missing = shelf.find(contents)
            trim(shelf.root, max(0, limit_of(shelf.root) - len(missing) * shelf.row.bytes))
            shelf.add([contents[i] for i in missing], rows_of(missing))
        found, missing = shelf.find(contents)
    if len(missing):
        raise StorageError("storage.failed", path=shelf.path, reason="CRC-32")
    return found


def shelves(root: Path) -> list[ShelfLine]:
    """List the shelves, the last used first."""
    lines = []
    for path in (root / "pixels").glob("*"):
        blocks = [keys for keys in path.glob("*.keys") if keys.with_suffix(".pixels").is_file()]
        try:
            tree = json.loads((path / "settings.json").read_text(encoding="utf-8"))
            sizes = [block_bytes(keys) for keys in blocks]
            counts = [read_keys(keys)[0].get("count", 0) for keys in blocks]
            used = max((keys.stat().st_mtime for keys in blocks), default=path.stat().st_mtime)
        except (OSError, ValueError):
            continue
        kind, side = str(tree.get("kind", "pixels")), int(tree["size"])
        lines.append(
            ShelfLine(path.name, str(tree["settings"]), side, sum(counts), sum(sizes), used, kind)
        )
    return sorted(lines, key=lambda line: -line.used)


def trim(root: Path, limit: int) -> int:
    """Remove the least recently used blocks until the cache fits; return the bytes removed."""
    found = []
    for keys in (root / "pixels").glob("*/*.keys"):
        with contextlib.suppress(OSError):
            found.append((keys.stat().st_mtime, keys, block_bytes(keys)))
    total = sum(size for _, _, size in found)
    removed = 0
    for _, keys, size in sorted(found):
        if total - removed <= limit:
            break
        remove_block(keys)
        removed += size
    return removed


def clear(root: Path) -> int:
    """Remove every block and all that was measured; return the bytes of the blocks.

    Raises:
        StorageError: something may not be removed.
    """
    removed = trim(root, 0)
    try:
        for name in ("pixels", MEASURED):
            if (root / name).is_dir():
                shutil.rmtree(root / name)
    except OSError as error:
        raise StorageError("storage.denied", path=error.filename or root) from error
    return removed
