"""Which pictures look alike, by simple looks: coarse colours and directions of edges.

Legend: n pictures, D numbers each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import generator, seed_of

CELLS = 4
DIRECTIONS = 8
DIMENSIONS = 48
MOST_NEIGHBOURS = 6000  # pictures among which neighbours are looked for
MOST_PLACED = 1500  # pictures on the map
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@dataclass(frozen=True)
class Neighbours:
    """The nearest pictures of each picture.

    Attributes:
        rows: rows that were compared, shape ``(m,)``.
        nearest: for each of them the rows of its nearest ones, the nearest first, ``(m, k)``.
        agreement: share of pictures whose nearest one has the same label.
        chance: the agreement that labels dealt at random would give.
    """

    rows: NDArray[np.int64]
    nearest: NDArray[np.int64]
    agreement: float
    chance: float


def describe_looks(thumbs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what thumbnails ``(n, 32, 32, 3)`` look like, shape ``(n, D)``.

    Mean colours of 4 × 4 cells, and in each cell a histogram of the directions of edges weighted by
    their strength (a coarse form of Dalal & Triggs 2005), reduced to principal components.
    """
    from sklearn.decomposition import PCA

    raw = np.concatenate(
        [_raw(thumbs[i : i + 2048]) for i in range(0, len(thumbs), 2048)]
        or [np.zeros((0, CELLS * CELLS * (DIRECTIONS + 3)), np.float32)]
    )
    count = min(DIMENSIONS, *raw.shape)
    if count < 2 or not np.ptp(raw, axis=0).any():
        return raw  # one picture, or all the same
    reduced = PCA(count, svd_solver="covariance_eigh").fit_transform(raw)
    return np.ascontiguousarray(reduced, dtype=np.float32)


def neighbours(
    looks: NDArray[np.float32], labels: NDArray[np.object_], seed: int = 0, k: int = 5
) -> Neighbours:
    """Find the ``k`` nearest pictures of each, among at most ``MOST_NEIGHBOURS`` drawn ones."""
    from sklearn.neighbors import NearestNeighbors

    rows = _drawn(len(looks), MOST_NEIGHBOURS, seed)
    k = min(k, len(rows) - 1)
    if k < 1:
        return Neighbours(rows, np.zeros((len(rows), 0), np.int64), 0.0, 0.0)
    search = NearestNeighbors(n_neighbors=k).fit(looks[rows])
    nearest = rows[search.kneighbors(return_distance=False)]
    known = labels[rows]
    agreement = float((labels[nearest[:, 0]] == known).mean())
    shares = np.unique(known.astype(str), return_counts=True)[1] / len(known)
    return Neighbours(rows, nearest, agreement, float((shares**2).sum()))


def layout(
    looks: NDArray[np.float32], seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Place pictures on a plane, alike ones close together (t-SNE, van der Maaten & Hinton 2008).

    Returns:
        The rows that were placed, at most ``MOST_PLACED``, and their places in [0, 1], ``(m, 2)``.
    """
    from sklearn.manifold import TSNE

    rows = _drawn(len(looks), MOST_PLACED, seed)
    if len(rows) < 5:
        return rows, np.linspace(0, 1, 2 * len(rows), dtype=np.float32).reshape(-1, 2)
    perplexity = min(30.0, (len(rows) - 1) / 3)
    state = seed_of(seed, "map") % 2**32
    placed = TSNE(
        perplexity=perplexity, init="pca", random_state=state, max_iter=500
    ).fit_transform(looks[rows])
    low, high = placed.min(axis=0), placed.max(axis=0)
    return rows, ((placed - low) / np.maximum(high - low, 1e-9)).astype(np.float32)


def _raw(thumbs: NDArray[np.uint8]) -> NDArray[np.float32]:
    pixels = thumbs.astype(np.float32) / 255
    n, side = len(pixels), pixels.shape[1]
    cell = side // CELLS
    colors = pixels.reshape(n, CELLS, cell, CELLS, cell, 3).mean(axis=(2, 4)).reshape(n, -1)
    luma = pixels @ _LUMA
    dy, dx = np.gradient(luma, axis=(1, 2))
    strength = np.hypot(dx, dy)
    # A dark edge on light ground is the same edge: directions count modulo half a turn.
    direction = np.floor(np.mod(np.arctan2(dy, dx), np.pi) / np.pi * DIRECTIONS)
    edges = np.zeros((n, CELLS, CELLS, DIRECTIONS), dtype=np.float32)
    for d in range(DIRECTIONS):
        weight = np.where(direction.clip(0, DIRECTIONS - 1) == d, strength, 0)
        edges[..., d] = weight.reshape(n, CELLS, cell, CELLS, cell).sum(axis=(2, 4))
    flat = edges.reshape(n, -1)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6
    # Both halves are given about the same length.
    return np.concatenate([colors * (2 / np.sqrt(colors.shape[1])), flat], axis=1)


def _drawn(count: int, most: int, seed: int) -> NDArray[np.int64]:
    if count <= most:
        return np.arange(count, dtype=np.int64)
    chosen = generator(seed, "looks").permutation(count)[:most]
    return np.sort(chosen).astype(np.int64)
