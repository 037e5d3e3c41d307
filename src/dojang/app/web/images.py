"""Pictures of samples: decoded in child processes, drawn anew, never handed out as they are.

A run folder may come from a stranger, and its manifest may name any file of this machine. So a file
is shown only where its content has the SHA-256 that the manifest says: who does not have a file
cannot have it shown. What is shown is a WebP made of its pixels.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dojang.app.web.files import MEGABYTE, Kept
from dojang.core.types import SourceRef
from dojang.data.workers import DecodePool, Job, Outcome

ROOM = 128 * MEGABYTE
SIDES = {"small": 160, "large": 720}
WORKERS = 2
MOST_POOLS = 3
KINDS = ("folder", "zip", "tar", "table")
QUALITY = 82


@dataclass(frozen=True)
class Picture:
    """A picture, or the key of the message that says why there is none."""

    data: bytes = b""
    reason: str = ""

    @property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.data).hexdigest()[:24]}"'


class Pictures:
    """Pictures of samples, made when somebody asks, and kept as far as they fit.

    Args:
        data: folders in which sources are looked for that are no longer where they were.
    """

    def __init__(self, data: tuple[Path, ...] = ()) -> None:
        self._data = data
        self._kept: Kept[Picture] = Kept(ROOM, lambda picture: len(picture.data) + 300)
        self._pools: OrderedDict[SourceRef, DecodePool] = OrderedDict()
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the decoding processes."""
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.close()

    def of(self, recorded: SourceRef, identifier: str, sha256: str, size: str) -> Picture:
        """Return the picture of a sample.

        Args:
            recorded: where its bytes were.
            sha256: of these bytes.
            size: small or large.
        """
        if len(sha256) != 64:
            return Picture(reason="studio.image.no_hash")
        source = self.where(recorded)
        if source is None:
            return Picture(reason="studio.image.gone")
        key = (source, identifier, sha256, size)
        found = self._kept.get(key)
        if found is None:
            found = self._made(source, identifier, sha256, SIDES[size])
            if found.data:  # a file that is away for the moment may come back
                self._kept.put(key, found)
        return found

    def where(self, source: SourceRef) -> SourceRef | None:
        """Return where the source is today; None where it is gone, or no place on this machine."""
        root = source.root
        if (
            source.kind not in KINDS
            or not Path(root).is_absolute()
            or root.startswith(("//", "\\"))
        ):
            return None
        places = [Path(root), *(folder / Path(root).name for folder in self._data), *self._data]
        folder = source.kind in ("folder", "table")
        for place in places:
            if place.is_dir() if folder else place.is_file():
                return SourceRef(source.kind, os.path.realpath(place))
        return None

    def _made(self, source: SourceRef, identifier: str, sha256: str, side: int) -> Picture:
        try:
            job = Job((identifier,), side, "pad", hashed=True)
            outcome = next(iter(self._pool(source).run([job])))[0]
        except (OSError, RuntimeError, StopIteration):  # the pool was closed meanwhile
            return Picture(reason="studio.image.gone")
        if outcome.pixels is None or outcome.facts is None:
            reason = outcome.refusal.reason if outcome.refusal else "read.failed"
            return Picture(reason=reason)
        if outcome.facts.get("sha256") != sha256:
            return Picture(reason="studio.image.changed")
        return Picture(webp(without_borders(outcome)))

    def _pool(self, source: SourceRef) -> DecodePool:
        with self._lock:
            pool = self._pools.pop(source, None) or DecodePool(source, WORKERS)
            self._pools[source] = pool
            old = [self._pools.popitem(last=False)[1] for _ in range(len(self._pools) - MOST_POOLS)]
        for other in old:
            other.close()
        return pool


def without_borders(outcome: Outcome) -> NDArray[np.uint8]:
    """Cut off the grey that made the image a square, ``(H, W, 3)``."""
    assert outcome.pixels is not None and outcome.facts is not None
    pixels = outcome.pixels
    side = len(pixels)
    width, height = outcome.facts["width"], outcome.facts["height"]
    longest = max(width, height)
    w, h = (max(1, round(length * side / longest)) for length in (width, height))
    left, top = (side - w) // 2, (side - h) // 2
    return pixels[top : top + h, left : left + w]


def webp(pixels: NDArray[np.uint8]) -> bytes:
    """Encode pixels, ``(H, W, 3)``."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "WEBP", quality=QUALITY, method=2)
    return buffer.getvalue()
