"""``dojang cache``: what the runs of this machine share on its disk."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from dojang.app.show import print_json
from dojang.core.errors import DataError
from dojang.core.i18n import t

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
          "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}  # fmt: skip


def run(limit: str | None, clear: bool, as_json: bool) -> None:
    """Set the limit, empty the cache, then say what is there.

    Raises:
        DataError: ``limit`` is no size.
        StorageError: the cache may not be written.
    """
    from dojang.data import shelves

    root = shelves.cache_root()
    removed = None
    if limit is not None:
        shelves.set_limit(root, parse_size(limit))
    if clear:
        removed = shelves.clear(root)
    lines = shelves.shelves(root)
    used, allowed = sum(line.bytes for line in lines), shelves.limit_of(root)
    if as_json:
        tree = {"path": str(root), "bytes": used, "limit": allowed, "removed": removed}
        print_json(tree | {"shelves": [asdict(line) for line in lines]})
        return
    if removed is not None:
        _say(t("cache.removed", bytes=human_size(removed)))
    _say(t("cache.where", path=root, used=human_size(used), limit=human_size(allowed)))
    for line in lines:
        when = datetime.fromtimestamp(line.used, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        values = {"size": line.size, "images": f"{line.images:,}", "settings": line.settings}
        key = "cache.features" if line.kind == "features" else "cache.line"
        _say(t(key, when=when, bytes=human_size(line.bytes), **values))
    if not lines:
        _say(t("cache.empty"))


def parse_size(text: str) -> int:
    """Read ``20GB`` or ``512 MiB`` as bytes; raises DataError where it is neither."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)\s*", text, re.IGNORECASE)
    unit = match[2].lower() if match else None
    if match is None or unit is None or (unit not in _UNITS and f"{unit}b" not in _UNITS):
        raise DataError("cache.bad_limit", value=text)
    return int(float(match[1]) * _UNITS.get(unit, _UNITS.get(f"{unit}b", 1)))


def human_size(size: float) -> str:
    """Write bytes with a unit: ``1.5 GB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
