"""What is dealt: units of samples that must stay together, each with a name that lasts.

Samples of one group, of one cluster of near-duplicates, or of one content hang together, and so
does whatever hangs together with them. A unit is named by its anchor: its first member that is in a
group, by the name of that group; where none is, its first member, by its content. "First" is the
oldest, then the first by name, numbers in names counted as numbers. So a unit keeps its name when
members join that are newer or come later by name, whatever their content.

Legend: n samples, U units, C classes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.random import seed_of, uniforms
from dojang.core.types import Manifest

if TYPE_CHECKING:
    import pandas as pd

TIES = ("sha256", "group", "cluster")
_NUMBER = re.compile(r"\d+")

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Units:
    """The units of a manifest, in an order that depends on their names alone.

    Attributes:
        of: number of the unit of each sample, in the order of the manifest, shape ``(n,)``.
        names: ``group:<name>`` or ``sha256:<content>`` of each unit, length U.
        sizes: samples of each unit, shape ``(U,)``.
        digest: 64 bits of the SHA-256 of each name, shape ``(U,)``; ascending.
        classes: names of the classes, length C.
        row, column, weight: unit, class and number of samples where that is not 0, by unit; shape
            ``(entries,)`` each. A sample counts once for each of its labels, and once in column C:
            all samples are counted like one more class.
    """

    of: Ints
    names: tuple[str, ...]
    digest: Ints
    sizes: Ints
    classes: tuple[str, ...]
    row: Ints
    column: Ints
    weight: Ints

    def __len__(self) -> int:
        return len(self.names)

    def draw(self, seed: int, stream: str) -> NDArray[np.float64]:
        """Return a number in [0, 1) for each unit: a function of seed, stream and name alone."""
        return uniforms(seed_of(seed, "split", stream), self.digest, 1)[:, 0]

    def totals(self, chosen: Mask) -> Ints:
        """Samples of each class, and of all, in the chosen units, shape ``(C + 1,)``."""
        kept = chosen[self.row]
        found = np.bincount(self.column[kept], self.weight[kept], len(self.classes) + 1)
        return found.astype(np.int64)

    def units_of_class(self, chosen: Mask) -> Ints:
        """Chosen units that hold a class, and all of them, shape ``(C + 1,)``."""
        return np.bincount(self.column[chosen[self.row]], minlength=len(self.classes) + 1)

    @cached_property
    def uneven(self) -> Mask:
        """Units that ranks cannot deal, shape ``(U,)``: where any is of several classes, those of
        several samples."""
        mixed = np.bincount(self.row, minlength=len(self)) > 2
        found: Mask = mixed | ((self.sizes > 1) & bool(mixed.any()))
        return found

    @cached_property
    def several_labels(self) -> bool:
        """Does any sample have more than one label?"""
        labels = int(self.weight[self.column < len(self.classes)].sum())
        return labels > int(self.sizes.sum())

    @cached_property
    def by_class(self) -> tuple[Ints, Ints]:
        """Entries sorted by class, and where each class starts in them, shape ``(C + 2,)``."""
        order = np.argsort(self.column, kind="stable")
        starts = np.searchsorted(self.column[order], np.arange(len(self.classes) + 2))
        return order, starts

    @cached_property
    def starts(self) -> Ints:
        """Where the entries of each unit start, shape ``(U + 1,)``."""
        return np.searchsorted(self.row, np.arange(len(self) + 1))


def digests(names: Sequence[str]) -> Ints:
    """Return the first 64 bits of the SHA-256 of each name, shape ``(len(names),)``."""
    sha256 = hashlib.sha256
    joined = b"".join(
        [sha256(name.encode("utf-8", "surrogatepass")).digest()[:8] for name in names]
    )
    return np.frombuffer(joined, dtype="<i8").astype(np.int64)


def make_units(manifest: Manifest) -> Units:
    """Find what must stay together in ``manifest`` and count its classes."""
    frame = manifest.samples
    ties = {name: codes_of(frame, name) for name in TIES}
    if (missing := ties["sha256"] < 0).any():  # a content that nobody knows is like no other
        ties["sha256"][missing] = ties["sha256"].max() + 1 + np.arange(missing.sum())
    component = _components(list(ties.values()))
    names = _names(frame, component, ties)
    # Numbered by digest, so that nothing depends on the order of the rows.
    digest = digests(names)
    order = np.argsort(digest, kind="stable")
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    of = place[component]
    classes, sample, label = labels_of(manifest)
    width = len(classes) + 1
    labelled, every = of[sample] * width + label, of * width + len(classes)
    entries, weight = np.unique(np.concatenate([labelled, every]), return_counts=True)
    return Units(
        of=of,
        names=tuple(names[i] for i in order.tolist()),
        digest=digest[order],
        sizes=np.bincount(of, minlength=len(names)),
        classes=classes,
        row=entries // width,
        column=entries % width,
        weight=weight.astype(np.int64),
    )


def codes_of(frame: pd.DataFrame, name: str) -> Ints:
    """Number the values of a column from 0; −1 where it is missing or empty, shape ``(n,)``."""
    import pandas as pd

    if name not in frame:
        return np.full(len(frame), -1, dtype=np.int64)
    codes, values = pd.factorize(frame[name])
    empty = np.flatnonzero(np.asarray(values, dtype=object) == "")
    return np.where(np.isin(codes, empty), -1, codes).astype(np.int64)


def _components(ties: list[Ints]) -> Ints:
    """Number the connected components of samples and what ties them, shape ``(n,)``."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(ties[0])
    samples, keys, offset = [], [], count
    for codes in ties:
        known = np.flatnonzero(codes >= 0)
        samples.append(known)
        keys.append(codes[known] + offset)
        offset += int(codes.max(initial=-1)) + 1
    ends = (np.concatenate(samples), np.concatenate(keys))
    edges = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(offset, offset))
    found = connected_components(edges, directed=False)[1][:count]
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _names(frame: pd.DataFrame, component: Ints, ties: dict[str, Ints]) -> list[str]:
    """Name each component by its anchor."""
    count = int(component.max(initial=-1)) + 1
    contents, groups = ties["sha256"], ties["group"]
    anchor = np.zeros(count, dtype=np.int64)
    anchor[component] = np.arange(len(component))  # any member will do where all say the same
    grouped = np.flatnonzero(groups >= 0)
    anchor[component[grouped]] = grouped
    has_group = groups[anchor] >= 0
    key = np.where(has_group[component], groups, contents)
    low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    counted = np.flatnonzero(key >= 0)
    np.minimum.at(low, component[counted], key[counted])
    np.maximum.at(high, component[counted], key[counted])
    open_to_doubt = (low != high)[component] & (key >= 0)
    for member in _last_to_first(frame, np.flatnonzero(open_to_doubt)):
        anchor[component[member]] = member
    rows = frame.iloc[anchor]
    named = rows["group"].to_numpy(dtype=object), rows["sha256"].to_numpy(dtype=object)
    ids = rows["id"].to_numpy(dtype=object)
    return [
        f"group:{group}" if g else f"sha256:{content}" if isinstance(content, str) else f"id:{i}"
        for g, group, content, i in zip(has_group.tolist(), *named, ids, strict=True)
    ]


def _last_to_first(frame: pd.DataFrame, members: Ints) -> list[int]:
    """Sort samples by time (where known), then by name, the last first."""
    rows = frame.iloc[members]
    columns = [
        rows[name].to_numpy(dtype=object) if name in rows else [None] * len(rows)
        for name in ("time", "id", "sha256")
    ]
    keys = [
        (time if isinstance(time, str) else "￿", *natural(name), str(content))
        for time, name, content in zip(*columns, strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__, reverse=True)
    return [int(members[i]) for i in order]


def natural(path: str) -> tuple[str, str]:
    """Return what sorts ``img9`` before ``img10``: by file name, then by the whole path."""
    spelt = _NUMBER.sub(lambda found: found[0].lstrip("0").rjust(20, "0"), path)
    return spelt.rpartition("/")[2], spelt


def labels_of(manifest: Manifest) -> tuple[tuple[str, ...], Ints, Ints]:
    """Return the classes, and for each label of a sample the sample and the class."""
    import pandas as pd

    frame = manifest.samples
    if manifest.task == "multilabel" or ("labels" in frame and frame["labels"].notna().any()):
        lists = [_texts(value) for value in frame["labels"].tolist()]
    else:
        codes = pd.Index(manifest.classes).get_indexer(pd.Index(frame["label"]))
        known = np.flatnonzero(codes >= 0)
        return manifest.classes, known.astype(np.int64), codes[known].astype(np.int64)
    sample = np.repeat(np.arange(len(lists)), [len(labels) for labels in lists])
    flat = [label for labels in lists for label in labels]
    classes = tuple(sorted(set(flat) | set(manifest.classes)))
    index = {name: i for i, name in enumerate(classes)}
    return classes, sample, np.array([index[label] for label in flat], dtype=np.int64)


def _texts(value: Any) -> list[str]:
    """A sample's labels, each once; a missing cell has none, and a text is a JSON list or one."""
    if value is None or isinstance(value, float):
        return []
    if isinstance(value, str):
        value = json.loads(value) if value.startswith("[") else [value]
    return sorted({str(label) for label in value})
