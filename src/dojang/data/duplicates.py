"""Equal files and near-duplicates: candidates by hash, confirmed in pixels, joined to clusters.

Candidates (:mod:`dojang.data.looks`, :mod:`dojang.data.neighbours`) are laid over each other
(:mod:`dojang.data.align`) and count only where shapes, details and colours agree.
``docs/decisions/0010-near-duplicates.md`` says what was measured.

Legend: n images.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Manifest, Survey
from dojang.data.align import Alignment, align
from dojang.data.looks import MIRROR, VIEWS, describe, looks_of, pack, unit
from dojang.data.neighbours import Index

T = TypeVar("T", int, str)

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

RADIUS = 7  # bits within which every view is found …
WIDE_RADIUS = 5  # … or this, from so many images on:
MANY = 2**18
REACH = 12  # bits within which what comes along is looked at
MOST_NEIGHBOURS = 16  # of an image in one view that are looked at
FARTHEST = 0.65  # between unit descriptors; 1.41 is unrelated
BLANK = 4.0  # spread of the brightness, 0 to 255, below which looks prove nothing
# What two pictures must share; the second line is for pictures without colours that could differ.
SHAPES, DETAIL, TINT, TINTED = 0.945, 0.82, 0.6, 5.0
GREY_SHAPES, GREY_DETAIL = 0.95, 0.87
# Beyond doubt: no two different photographs of clothes were found nearer than 0.06; recompressed,
# resized, relit, grey and mirrored copies are, and most cropped ones (docs/decisions/0010).
SURE = 0.05
# What a member must share with the anchor of its cluster where it was found by another member.
KIN_SHAPES, KIN_DETAIL = 0.90, 0.70
_ASKED = 2**14  # hashes searched at once
_PAIRS = 2**18  # descriptors compared at once


@dataclass(frozen=True)
class Duplicates:
    """Which images are the same, or nearly.

    Attributes:
        pairs: columns a and b (ids, a < b), kind (exact or near), distance (0 for equal files;
            1 minus the correlation of the details), mirrored. Of k equal files the k − 1 pairs
            with the first are listed.
        clusters: ids of what belongs together, sorted; the clusters too.
        across: near pairs whose ends are in two clusters, since one of them has drifted too far
            from the rest of the other.
        cut: buckets of the search that were too full to be compared in whole.
    """

    pairs: pd.DataFrame
    clusters: tuple[tuple[str, ...], ...]
    across: int = 0
    cut: int = 0


def find_duplicates(manifest: Manifest, survey: Survey) -> Duplicates:
    """Find equal files and near-duplicates among the images of ``manifest``.

    The order of the samples does not matter. Images that are blank, or nearly so, are duplicates
    only where their files are equal.
    """
    import pandas as pd

    frame = manifest.samples
    content = dict(zip(frame["id"].tolist(), frame["sha256"].tolist(), strict=True))
    copies: dict[str, list[str]] = defaultdict(list)
    for identifier in sorted(content):
        copies[content[identifier]].append(identifier)
    row_of = {identifier: row for row, identifier in enumerate(survey.ids)}
    hashes = sorted(h for h, ids in copies.items() if ids[0] in row_of)
    rows = np.array([row_of[copies[h][0]] for h in hashes], dtype=np.int64)
    found, cut = near_pairs(survey.thumbs, rows)
    groups = clusters_of(found, survey.thumbs, rows)
    place = {i: number for number, group in enumerate(groups) for i in group}
    lists = [sorted(i for n in group for i in copies[hashes[n]]) for group in groups]
    near = {hashes[i] for i in place}
    lists += [ids for h, ids in copies.items() if len(ids) > 1 and h not in near]
    lines = [(ids[0], other, "exact", 0.0, False) for ids in copies.values() for other in ids[1:]]
    for pair in found:
        a, b = sorted((copies[hashes[pair.a]][0], copies[hashes[pair.b]][0]))
        lines.append((a, b, "near", pair.distance, pair.mirrored))
    columns = ["a", "b", "kind", "distance", "mirrored"]
    table = pd.DataFrame(sorted(lines), columns=columns)
    across = sum(place.get(p.a) != place.get(p.b) for p in found)
    return Duplicates(table, tuple(sorted(tuple(ids) for ids in lists)), across, cut)


def with_clusters(manifest: Manifest, duplicates: Duplicates) -> Manifest:
    """Return the manifest with columns ``cluster`` and ``copy`` filled: a name, or None outside.

    Clusters that a confirmed pair ties together have one name here, so that whoever keeps equal
    names together never parts a pair. ``copy`` ties only pairs that are so near that hardly any two
    different pictures are (``SURE``). A name comes from the content of the files, so it is the same
    wherever they lie.
    """
    pairs = duplicates.pairs
    tied = [*zip(pairs["a"], pairs["b"], strict=True)]
    tied += [(ids[0], other) for ids in duplicates.clusters for other in ids[1:]]
    near = pairs[pairs["distance"] <= SURE]
    frame = manifest.samples.assign(
        cluster=_named(manifest, tied),
        copy=_named(manifest, [*zip(near["a"], near["b"], strict=True)]),
    )
    return replace(manifest, samples=frame)


def _named(manifest: Manifest, tied: Sequence[tuple[str, str]]) -> pd.Series[Any]:
    """Return for each sample the name of what hangs together with it."""
    import pandas as pd

    ids, hashes = (manifest.samples[name].tolist() for name in ("id", "sha256"))
    content = dict(zip(ids, hashes, strict=True))
    links: dict[str, dict[str, bool]] = defaultdict(dict)
    for a, b in tied:
        links[a][b] = links[b][a] = True
    names: dict[str, str] = {}
    for group in _components(links, set(links)):
        names |= dict.fromkeys(group, "near-" + min(content[i] for i in group)[:16])
    found = [names.get(i) for i in ids]
    return pd.Series(found, index=manifest.samples.index, dtype=object)  # None stays None


@dataclass(frozen=True)
class Near:
    """A confirmed pair: positions, 1 minus the correlation of the details, and whether mirrored."""

    a: int
    b: int
    distance: float
    mirrored: bool


def near_pairs(thumbs: NDArray[np.uint8], rows: Places) -> tuple[list[Near], int]:
    """Return the near-duplicates among ``thumbs[rows]``, by their places in ``rows``, and the
    number of buckets that were cut.

    Args:
        thumbs: shape ``(N, 32, 32, 3)``.
        rows: shape ``(n,)``.
    """
    candidates, cut = _candidates(thumbs, rows)
    found = _compare(thumbs, rows, candidates)
    kept = np.flatnonzero(_agree(found))
    return [
        Near(
            int(min(candidates.a[i], candidates.b[i])),
            int(max(candidates.a[i], candidates.b[i])),
            round(float(max(0.0, 1 - found.detail[i])), 6),
            bool(candidates.mirrored[i]),
        )
        for i in kept
    ], cut


def _agree(found: Alignment) -> NDArray[np.bool_]:
    coloured = (found.shapes >= SHAPES) & (found.detail >= DETAIL) & (found.tint >= TINT)
    grey = (found.shapes >= GREY_SHAPES) & (found.detail >= GREY_DETAIL)
    return np.where(found.tinted >= TINTED, coloured, grey)


# Candidates


@dataclass(frozen=True)
class Candidates:
    """Pairs to be looked at: view ``view`` of image ``a``, perhaps mirrored, resembles ``b``."""

    a: Places
    b: Places
    view: Places
    mirrored: NDArray[np.bool_]


def _candidates(thumbs: NDArray[np.uint8], rows: Places) -> tuple[Candidates, int]:
    """Find pairs by their hashes, each pair once with the view in which it is nearest."""
    luma, spread = looks_of(thumbs, rows)
    usable = np.flatnonzero(spread >= BLANK)
    luma = luma if len(usable) == len(luma) else luma[usable]
    radius = RADIUS if len(luma) < MANY else WIDE_RADIUS
    base = describe(luma, VIEWS[0])
    codes, first, kind = np.unique(pack(base), return_index=True, return_inverse=True)
    index = Index(codes, radius)
    units = unit(base)
    parts = [_same_code(first, kind)]
    for number, view in enumerate(VIEWS):
        seen = describe(luma[first], view)
        for mirrored in (0, 1):
            for a, b, likeness in _nearest(
                index, seen * MIRROR if mirrored else seen, units[first]
            ):
                same = np.ones(len(a))
                parts.append(
                    np.stack([first[a], first[b], number * same, mirrored * same, likeness])
                )
    table = np.concatenate(parts, axis=1)
    low, high = table[:2].min(axis=0), table[:2].max(axis=0)
    order = np.lexsort((table[3], table[2], -table[4], high, low))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    a, b, view, mirrored = table[:4, order[new]].astype(np.int64)
    return Candidates(usable[a], usable[b], view, mirrored.astype(bool)), index.cut


def _nearest(
    index: Index, queries: Floats, units: Floats
) -> Iterator[tuple[Places, Places, Floats]]:
    """Yield (query, base, correlation) of the few that resemble each query most, not itself."""
    least = 1 - FARTHEST**2 / 2
    for start in range(0, len(queries), _ASKED):
        asked = queries[start : start + _ASKED]
        found = index.within(pack(asked), REACH)
        a, b = found.query, found.base
        likeness = np.concatenate(
            [
                np.einsum("pk,pk->p", unit(asked)[a[i : i + _PAIRS]], units[b[i : i + _PAIRS]])
                for i in range(0, max(1, len(a)), _PAIRS)
            ]
        )
        kept = np.flatnonzero((likeness > least) & (a + start != b))
        order = kept[np.lexsort((b[kept], -likeness[kept], a[kept]))]
        rank = np.arange(len(order)) - np.searchsorted(a[order], a[order])
        order = order[rank < MOST_NEIGHBOURS]
        yield a[order] + start, b[order], likeness[order]


def _same_code(first: Places, kind: Places) -> NDArray[np.float64]:
    """Pair images of one hash with the first of them and with the next one, not all with all."""
    order = np.argsort(kind, kind="stable")
    same = np.flatnonzero(np.diff(kind[order]) == 0)
    a = np.concatenate([order[same], first[kind[order[same + 1]]]])
    b = np.concatenate([order[same + 1], order[same + 1]])
    rest = np.zeros(len(a))
    return np.stack([a, b, rest, rest, rest + 2])


# Confirmation and clusters


def _compare(
    thumbs: NDArray[np.uint8], rows: Places, pairs: Candidates, chunk: int = 4096
) -> Alignment:
    """Lay the candidates over each other."""
    flip = np.array([-1.0, 1.0], dtype=np.float32)
    starts = VIEWS[pairs.view]
    mirrored_starts = starts * flip[:, None]
    mirrored_starts[:, :, 0] *= -1
    starts = np.where(pairs.mirrored[:, None, None], mirrored_starts, starts)
    parts = []
    for i in range(0, max(1, len(pairs.a)), chunk):
        moving = thumbs[rows[pairs.a[i : i + chunk]]]
        turned = pairs.mirrored[i : i + chunk, None, None, None]
        moving = np.where(turned, moving[:, :, ::-1], moving)
        fixed = thumbs[rows[pairs.b[i : i + chunk]]]
        parts.append(align(moving, fixed, starts[i : i + chunk]))
    names = ("warp", "shapes", "detail", "tint", "tinted")
    return Alignment(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def clusters_of(pairs: Sequence[Near], thumbs: NDArray[np.uint8], rows: Places) -> list[list[int]]:
    """Join pairs to clusters that do not drift: every member resembles the anchor.

    The anchor of what hangs together is the member with most pairs. Who has no pair with it is
    compared with it, less strictly; who does not resemble it is left to a cluster of its own.
    """
    links: dict[int, dict[int, bool]] = defaultdict(dict)
    for pair in pairs:
        links[pair.a][pair.b] = links[pair.b][pair.a] = pair.mirrored
    waiting = _components(links, set(links))
    clusters: list[list[int]] = []
    while waiting:
        group = waiting.pop()
        anchor = min(group, key=lambda i: (-len(links[i].keys() & group), i))
        near = {anchor, *(links[anchor].keys() & group)}
        kin = near | _resembling(anchor, group - near, thumbs, rows)
        clusters.append(sorted(kin))
        waiting += [part for part in _components(links, group - kin) if len(part) > 1]
    return sorted(clusters)


def _components(links: Mapping[T, Mapping[T, bool]], members: set[T]) -> list[set[T]]:
    """Return what hangs together among ``members``."""
    left, parts = set(members), []
    for start in sorted(members):
        if start not in left:
            continue
        left.discard(start)
        part, edge = {start}, [start]
        while edge:
            new = links[edge.pop()].keys() & left
            left -= new
            part |= new
            edge += new
        parts.append(part)
    return parts


def _resembling(anchor: int, others: set[int], thumbs: NDArray[np.uint8], rows: Places) -> set[int]:
    """Return those of ``others`` that resemble ``anchor``, as they are or mirrored."""
    if not others:
        return set()
    ids = np.array(sorted(others) * 2)
    mirrored = np.arange(len(ids)) >= len(others)
    view = np.zeros(len(ids), dtype=np.int64)
    found = _compare(thumbs, rows, Candidates(ids, np.full(len(ids), anchor), view, mirrored))
    kin = (found.shapes >= KIN_SHAPES) & (found.detail >= KIN_DETAIL)
    kin &= (found.tint >= TINT) | (found.tinted < TINTED)
    return {int(i) for i in ids[kin]}
