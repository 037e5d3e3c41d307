"""Where pages about data go, which belong to no run."""

from __future__ import annotations

from pathlib import Path


def free_page(source: str, kind: str) -> Path:
    """Return ``<data>-<kind>.html`` in the current folder with the first number that is free."""
    stem = f"{Path(source).resolve().name.split('.')[0] or 'data'}-{kind}"
    path, number = Path(f"{stem}.html"), 1
    while path.exists():
        number += 1
        path = Path(f"{stem}-{number}.html")
    return path
