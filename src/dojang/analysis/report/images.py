"""Pictures of the run folder as data URIs, within a budget, so that the page stays light."""

from __future__ import annotations

import base64
from pathlib import Path

# A page of 5 MB opens at once anywhere; text and curves take well under one of them.
BUDGET = 3_800_000

_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}


class Album:
    """Embeds pictures until the budget is spent; then ``left_out`` counts the rest.

    Args:
        root: the run folder; nothing outside it is read, whatever a file of it says.
        budget: characters that all data URIs may take together.
    """

    def __init__(self, root: Path, budget: int = BUDGET) -> None:
        self._root = root.resolve()
        self._budget = budget
        self.left_out = 0

    def embed(self, name: object) -> str | None:
        """Return the data URI of the picture ``name``, or None where it cannot be shown."""
        return self.embed_bytes(self._read(name))

    def embed_bytes(self, data: bytes) -> str | None:
        """Return the data URI of a picture, or None where it is none or the budget is spent."""
        kind = next((k for magic, k in _KINDS.items() if data.startswith(magic)), None)
        if kind is None:
            return None
        text = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        if len(text) > self._budget:
            self.left_out += 1
            return None
        self._budget -= len(text)
        return text

    def _read(self, name: object) -> bytes:
        if not isinstance(name, str) or not name:
            return b""
        try:
            path = (self._root / name).resolve()
            inside = path.is_relative_to(self._root) and path.is_file()
            # A picture that alone exceeds the budget is not worth reading.
            return path.read_bytes() if inside and path.stat().st_size <= BUDGET else b""
        except (OSError, ValueError):
            return b""
