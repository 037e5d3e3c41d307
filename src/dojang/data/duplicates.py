"""Copies of images: the same bytes, or nearly the same picture.

A first version: equal content by SHA-256, and equal average hashes confirmed in the pixels of the
thumbnails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Manifest, Survey

if TYPE_CHECKING:
    import pandas as pd

MEAN_DIFFERENCE = 6.0  # of thumbnails, on the scale 0 to 255
FLAT = 8.0  # spread of the luma below which looks say nothing
_BUCKET = 200  # larger buckets are of pictures without features


@dataclass(frozen=True)
class Duplicates:
    """Pairs of copies and the clusters that they form.

    Attributes:
        pairs: columns ``a``, ``b`` (ids, ``a < b``), ``kind`` (exact or near), ``distance`` and
            ``mirrored``.
        clusters: ids that hang together, sorted; each of two or more.
    """

    pairs: pd.DataFrame
    clusters: tuple[tuple[str, ...], ...]


def find_duplicates(
    manifest: Manifest, survey: Survey, confirm: Callable[..., Any] | None = None
) -> Duplicates:
    """Find equal files and nearly equal pictures."""
    import pandas as pd

    rows: dict[tuple[str, str], tuple[str, float]] = {}
    by_content: dict[str, list[str]] = defaultdict(list)
    for identifier, content in zip(
        manifest.samples["id"].tolist(), manifest.samples["sha256"].tolist(), strict=True
    ):
        if content:
            by_content[content].append(identifier)
    for ids in by_content.values():
        first, *rest = sorted(ids)
        rows |= {(first, other): ("exact", 0.0) for other in rest}
    firsts = {sorted(ids)[0] for ids in by_content.values()}
    for a, b, distance in _near(survey, firsts):
        rows[(a, b)] = ("near", distance)
    ordered = sorted(rows)
    frame = pd.DataFrame(
        {
            "a": [a for a, _ in ordered],
            "b": [b for _, b in ordered],
            "kind": [rows[pair][0] for pair in ordered],
            "distance": np.array([rows[pair][1] for pair in ordered], dtype=float),
            "mirrored": False,
        }
    )
    return Duplicates(frame, _clusters(ordered))


def with_clusters(manifest: Manifest, duplicates: Duplicates) -> Manifest:
    """Fill the column ``cluster``: the first id of the cluster, or None."""
    name = {i: ids[0] for ids in duplicates.clusters for i in ids}
    samples = manifest.samples.copy()
    samples["cluster"] = [name.get(i) for i in samples["id"].tolist()]
    samples["cluster"] = samples["cluster"].astype(object).where(samples["cluster"].notna(), None)
    return replace(manifest, samples=samples)


def _near(survey: Survey, keep: set[str]) -> Iterator[tuple[str, str, float]]:
    if not len(survey):
        return
    hashes, spread = _average_hashes(survey.thumbs)
    buckets: dict[int, list[int]] = defaultdict(list)
    for i, value in enumerate(hashes.tolist()):
        if spread[i] > FLAT and survey.ids[i] in keep:
            buckets[value].append(i)
    for members in buckets.values():
        if not 1 < len(members) <= _BUCKET:
            continue
        pixels = survey.thumbs[members].astype(np.int16)
        for i in range(len(members)):
            away = np.abs(pixels[i + 1 :] - pixels[i]).mean(axis=(1, 2, 3))
            for j in np.flatnonzero(away < MEAN_DIFFERENCE):
                a, b = sorted((survey.ids[members[i]], survey.ids[members[i + 1 + int(j)]]))
                yield a, b, float(away[j])


def _average_hashes(thumbs: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    cells = np.empty((len(thumbs), 64), dtype=np.float32)
    for start in range(0, len(thumbs), 4096):
        part = thumbs[start : start + 4096].astype(np.float32).mean(axis=3)
        cells[start : start + 4096] = part.reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4)).reshape(-1, 64)
    bits = (cells > cells.mean(axis=1, keepdims=True)).astype(np.uint64)
    weights = np.uint64(1) << np.arange(64, dtype=np.uint64)
    return (bits * weights).sum(axis=1, dtype=np.uint64), cells.std(axis=1)


def _clusters(pairs: list[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    leader: dict[str, str] = {}

    def lead(key: str) -> str:
        while (above := leader.setdefault(key, key)) != key:
            key = above
        return key

    for a, b in pairs:
        first, second = sorted((lead(a), lead(b)))
        leader[second] = first
    found: dict[str, list[str]] = defaultdict(list)
    for key in sorted(leader):
        found[lead(key)].append(key)
    return tuple(tuple(ids) for _, ids in sorted(found.items()))
