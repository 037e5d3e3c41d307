"""Pages of the documents that are made from the code: written, or checked to be up to date."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def write_or_check(made: Mapping[Path, str]) -> int:
    """Write each page whose text has changed; with ``--check`` on the command line only name it.

    Args:
        made: text of today by path.

    Returns:
        The exit status: 1 where a page is out of date and was not to be written.
    """
    stale = [p for p, text in made.items() if not p.is_file() or p.read_text("utf-8") != text]
    if "--check" not in sys.argv:
        for path in stale:
            path.write_text(made[path], encoding="utf-8")
        return 0
    if stale:
        sys.stderr.write(f"out of date: {', '.join(p.name for p in stale)}; run: make docs\n")
    return 1 if stale else 0
