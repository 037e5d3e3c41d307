"""Data for the tests of the audit: pictures in memory, with faults where a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dojang.core.types import Finding, Manifest, SourceRef, Survey
from dojang.data.audit import CHECKS, Subject
from dojang.data.audit.leaks import kept_parts
from dojang.data.duplicates import find_duplicates, with_clusters
from dojang.data.measure import MEASURES, measured


def thumbs_of(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return pictures of smooth colour blobs, all different, ``(n, 32, 32, 3)``."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 236, (count, 4, 4, 3))
    blobs = np.repeat(np.repeat(coarse, 8, axis=1), 8, axis=2)
    return np.clip(blobs + rng.integers(-20, 20, (count, 32, 32, 3)), 0, 255).astype(np.uint8)


def make_subject(
    labels: Sequence[str | None],
    *,
    thumbs: NDArray[np.uint8] | None = None,
    parts: Sequence[str | None] | None = None,
    groups: Sequence[str | None] | None = None,
    names: Sequence[str] | None = None,
    hashes: Sequence[str] | None = None,
    split: str = "auto",
    **columns: object,
) -> Subject:
    """Return what the checks look at; every picture differs unless ``thumbs`` say otherwise."""
    count = len(labels)
    pixels = thumbs_of(count) if thumbs is None else thumbs
    rng = np.random.default_rng(1)
    ids = [f"{label}/{name}" for label, name in zip(
        labels, names or [f"{i:05d}.jpg" for i in rng.permutation(count)], strict=True)]  # fmt: skip
    table = {
        "id": ids,
        "label": pd.Series(list(labels), dtype=object),
        "part": pd.Series(list(parts or [None] * count), dtype=object),
        "group": pd.Series(list(groups or [None] * count), dtype=object),
        "sha256": list(hashes or [f"{i:064x}" for i in range(count)]),
        "bytes": rng.integers(9000, 11000, count),
        "width": 320,
        "height": 240,
        "mode": "RGB",
    } | columns
    classes = tuple(sorted({label for label in labels if label}))
    manifest = Manifest(pd.DataFrame(table), classes, (), SourceRef("folder", "/nowhere"))
    measures = pd.DataFrame([measured(p.repeat(2, 0).repeat(2, 1))[0] for p in pixels])
    survey = Survey(tuple(ids), pixels, measures.reindex(columns=list(MEASURES)).astype("float32"))
    duplicates = find_duplicates(manifest, survey)
    manifest = with_clusters(manifest, duplicates)
    return Subject(manifest, survey, duplicates, kept_parts(manifest, split))


def with_refused(subject: Subject, refused: tuple) -> Subject:
    return replace(subject, manifest=replace(subject.manifest, refused=refused))


def run(name: str, subject: Subject) -> list[Finding]:
    """Run one check, which must apply."""
    check = CHECKS[name]
    assert check.applies(subject) is None
    return list(check.run(subject))


def reason(name: str, subject: Subject) -> str | None:
    """Why a check does not apply, as the key of its text."""
    found = CHECKS[name].applies(subject)
    return found.key if found else None
