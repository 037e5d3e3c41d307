"""What a small picture looks like, in 64 bits, and what it would look like a little changed.

A picture is described by the 64 lowest frequencies of its brightness; their signs are its hash. It
is compared with the others as it is, mirrored, a little closer and a little turned, so that a crop
or a turn costs few bits. A view is linear: one matrix makes 64 numbers of the 1024 pixels.

Legend: n images, K = 64 frequencies, V views; coordinates run from −1 to 1 across a picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dojang.data.align import LUMA
from dojang.data.measure import THUMB_SIZE
from dojang.data.neighbours import BITS

Floats = NDArray[np.float32]

_CHUNK = 8192  # images described at once


def looks_of(
    thumbs: NDArray[np.uint8], rows: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], Floats]:
    """Return the brightness of ``thumbs[rows]``, shape ``(n, 1024)``, rounded to save memory, and
    its standard deviation, shape ``(n,)``.

    Args:
        thumbs: shape ``(N, 32, 32, 3)``.
        rows: shape ``(n,)``.
    """
    spread = np.empty(len(rows), dtype=np.float32)
    result = np.empty((len(rows), THUMB_SIZE * THUMB_SIZE), dtype=np.uint8)
    for i in range(0, len(rows), _CHUNK):
        piece = thumbs[rows[i : i + _CHUNK]].astype(np.float32) @ LUMA
        piece = piece.reshape(len(piece), THUMB_SIZE * THUMB_SIZE)
        result[i : i + _CHUNK] = np.rint(piece)
        spread[i : i + _CHUNK] = piece.std(axis=1)
    return result, spread


def describe(luma: NDArray[np.uint8], view: Floats) -> Floats:
    """Return the lowest frequencies of what is seen through ``view``, shape ``(n, K)``."""
    matrix = (FREQUENCIES @ _warp_matrix(view)).T.astype(np.float32)
    result = np.empty((len(luma), BITS), dtype=np.float32)
    for i in range(0, len(luma), _CHUNK):
        result[i : i + _CHUNK] = luma[i : i + _CHUNK].astype(np.float32) @ matrix
    return result


def pack(described: Floats) -> NDArray[np.uint64]:
    """Return the signs as one 64-bit word an image; the lowest frequencies come first."""
    bits = np.packbits(described > 0, axis=1, bitorder="big")
    return bits.view(">u8").ravel().astype(np.uint64)


def unit(described: Floats) -> Floats:
    """Return descriptors of length 1 in which low frequencies do not drown the others."""
    weighted = described * WEIGHTS
    result: Floats = weighted / (np.linalg.norm(weighted, axis=1, keepdims=True) + 1e-6)
    return result


def _frequencies() -> tuple[Floats, Floats, Floats]:
    """Return the K lowest cosines of a square, shape (K, 1024), what mirroring does to each, and
    their weights."""
    side, most = THUMB_SIZE, 10
    steps = [(u, v) for u in range(most) for v in range(most) if u or v]
    steps = sorted(steps, key=lambda s: (s[0] ** 2 + s[1] ** 2, s))[:BITS]
    waves = np.cos(np.pi * (np.arange(side) + 0.5) * np.arange(most)[:, None] / side)
    matrix = np.stack([np.outer(waves[v], waves[u]).ravel() for u, v in steps])
    mirror = [(-1.0) ** u for u, _ in steps]
    # Of photographs the spread falls with the frequency; its root evens out half of that.
    weights = [(u * u + v * v) ** 0.25 for u, v in steps]
    return (
        matrix.astype(np.float32),
        np.array(mirror, dtype=np.float32),
        np.array(weights, dtype=np.float32),
    )


def _views() -> Floats:
    """Return affine views of a picture, shape (V, 2, 3), the first of them the picture itself."""

    def view(scale: float, turn: float = 0.0, x: int = 0, y: int = 0) -> list[list[float]]:
        c, s = scale * np.cos(np.radians(turn)), scale * np.sin(np.radians(turn))
        return [[c, -s, (1 - scale) * x], [s, c, (1 - scale) * y]]

    corners = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    views = [view(1.0), view(0.95), view(0.9), *(view(0.95, x=x, y=y) for x, y in corners)]
    views += [view(scale, turn) for scale, turn in ((1, 3.5), (1, 5), (0.94, 4))]
    views += [view(scale, -turn) for scale, turn in ((1, 3.5), (1, 5), (0.94, 4))]
    return np.array(views, dtype=np.float32)


def _warp_matrix(view: Floats) -> Floats:
    """Return the matrix that samples a picture through ``view``, bilinear, shape (1024, 1024)."""
    side = THUMB_SIZE
    line = (np.arange(side) + 0.5) / side * 2 - 1
    x, y = np.meshgrid(line, line)
    places = view[:, :2] @ np.stack([x.ravel(), y.ravel()]) + view[:, 2:]
    at = np.clip((places + 1) * side / 2 - 0.5, 0, side - 1.001)
    corner = at.astype(np.int64)
    part = at - corner
    rows = np.arange(side * side)
    result = np.zeros((side * side, side * side), dtype=np.float32)
    for right, down in ((0, 0), (0, 1), (1, 0), (1, 1)):
        across = part[0] if right else 1 - part[0]
        along = part[1] if down else 1 - part[1]
        result[rows, (corner[1] + down) * side + corner[0] + right] += across * along
    return result


FREQUENCIES, MIRROR, WEIGHTS = _frequencies()
VIEWS = _views()
