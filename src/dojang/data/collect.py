"""Source → Manifest: list who is there, then open every file once.

Each file is decoded in a child process: what cannot be read is named with its reason and set aside.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import DataPart, DecodePart, decoding_of
from dojang.core.types import Decoding, Manifest, Survey
from dojang.data.duplicates import find_duplicates, with_clusters
from dojang.data.measure import MEASURES, THUMB_SIZE
from dojang.data.readers import nfc
from dojang.data.sources import Entry, Listing, list_source
from dojang.data.sources.finish import complete, from_rows
from dojang.data.sources.manifest import require_unchanged
from dojang.data.workers import DecodePool, Outcome, chunked
from dojang.data.workers import Job as DecodeJob

Progress = Callable[[int, int], None]
SCAN_CHUNK = 32
COLUMNS = (
    "id", "label", "part", "group", "sha256", "bytes", "width", "height", "mode", "notes",
)  # fmt: skip
THUMBS_IN_MEMORY = 2**30  # bytes of thumbnails, beyond which they go to a file
_MOVED = 4096  # thumbnails at once
_Row = tuple[Any, ...]


def collect(
    data: DataPart,
    workers: int,
    progress: Progress | None = None,
    decode: DecodePart | None = None,
) -> Manifest:
    """List and scan ``data.source``; near-duplicates get a cluster unless they are to be ignored.

    Args:
        data: the recipe's part.
        workers: child processes that decode.
        progress: called with files done and files in all.
        decode: the recipe's part on decoding.

    Raises:
        DataError: there is no such source, or nothing in it that can be learnt from.
    """
    return collect_and_survey(data, workers, progress, decode)[0]


def collect_and_survey(
    data: DataPart,
    workers: int,
    progress: Progress | None = None,
    decode: DecodePart | None = None,
) -> tuple[Manifest, Survey]:
    """Do as :func:`collect` does and return what was seen of the images as well."""
    manifest, survey = look(data, workers, progress, decode)
    _require_learnable(manifest, data.source)
    if data.near_duplicates == "group" and len(survey):
        manifest = with_clusters(manifest, find_duplicates(manifest, survey))
    return manifest, survey


def look(
    data: DataPart,
    workers: int,
    progress: Progress | None = None,
    decode: DecodePart | None = None,
) -> tuple[Manifest, Survey]:
    """List ``data.source`` and open every file once, whether or not anything can be learnt from it.

    Raises:
        DataError: there is no such source, or what describes it is broken.
    """
    listing = list_source(data)
    if not listing.has_files:
        return from_rows(listing), _nothing_seen()
    rules = decoding_of(data, decode or DecodePart())
    manifest, survey = scan(listing, workers, rules, progress)
    manifest = complete(manifest, listing, workers, rules)
    require_unchanged(listing, manifest)
    return manifest, _of_samples(survey, manifest)


def scan(
    listing: Listing, workers: int, rules: Decoding, progress: Progress | None = None
) -> tuple[Manifest, Survey]:
    """Decode every listed file once: its hash, size and looks, or why it is refused."""
    import pandas as pd

    by_id = {entry.id: entry for entry in listing.entries}
    ranks = {identifier: rank for rank, identifier in enumerate(sorted(by_id))}
    thumbs = _room(len(ranks))
    seen: list[_Row] = []
    refused = list(listing.refused)
    done = 0
    with DecodePool(listing.source, workers, rules) as pool:
        jobs = (DecodeJob(chunk) for chunk in chunked(list(by_id), SCAN_CHUNK))
        for outcomes in pool.run(jobs):
            for outcome in outcomes:
                if outcome.refusal:
                    refused.append(outcome.refusal)
                    continue
                assert outcome.pixels is not None
                thumbs[ranks[outcome.path]] = outcome.pixels
                seen.append(_row(by_id[outcome.path], outcome))
            done += len(outcomes)
            if progress:
                progress(done, len(by_id))
    seen.sort()
    refused.sort(key=lambda refusal: refusal.id)
    frame = pd.DataFrame(seen, columns=[*COLUMNS, *MEASURES])
    for name in ("label", "part", "group"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    classes = tuple(sorted({str(label) for label in frame["label"].dropna()}))
    ids = tuple(frame["id"])
    survey = Survey(
        ids,
        _compacted(thumbs, [ranks[identifier] for identifier in ids]),
        frame[list(MEASURES)].astype("float32"),
    )
    return Manifest(frame[list(COLUMNS)].copy(), classes, tuple(refused), listing.source), survey


def _of_samples(survey: Survey, manifest: Manifest) -> Survey:
    """Keep what was seen of the samples that are left: one whose mask is broken is not."""
    if len(survey) == len(manifest):
        return survey
    left = set(manifest.samples["id"].tolist())
    kept = [i for i, identifier in enumerate(survey.ids) if identifier in left]
    measures = survey.measures.iloc[kept].reset_index(drop=True)
    return Survey(tuple(survey.ids[i] for i in kept), survey.thumbs[kept], measures)


def _nothing_seen() -> Survey:
    import pandas as pd

    measures = pd.DataFrame({name: np.empty(0, np.float32) for name in MEASURES})
    return Survey((), np.empty((0, THUMB_SIZE, THUMB_SIZE, 3), np.uint8), measures)


def _room(count: int) -> NDArray[np.uint8]:
    """Return room for thumbnails, in a file without a name where memory would suffer."""
    shape = (count, THUMB_SIZE, THUMB_SIZE, 3)
    if count * THUMB_SIZE**2 * 3 <= THUMBS_IN_MEMORY:
        return np.empty(shape, dtype=np.uint8)
    with tempfile.TemporaryFile() as file:  # the mapping outlives it
        file.truncate(count * THUMB_SIZE**2 * 3)
        return np.memmap(file, dtype=np.uint8, mode="r+", shape=shape)


def _compacted(thumbs: NDArray[np.uint8], kept: list[int]) -> NDArray[np.uint8]:
    """Move the rows ``kept``, which ascend, to the front and return them, without a second copy."""
    if len(kept) < len(thumbs):
        for start in range(0, len(kept), _MOVED):
            rows = kept[start : start + _MOVED]
            thumbs[start : start + len(rows)] = thumbs[rows]
    return thumbs[: len(kept)]


def _row(entry: Entry, outcome: Outcome) -> _Row:
    """Return what is known of a sample in the order of the columns and measures."""
    facts = outcome.facts or {}
    known = [facts[key] for key in ("sha256", "bytes", "width", "height")]
    mode, notes = sys.intern(facts["mode"]), sys.intern(" ".join(facts["notes"]))
    measures = [facts["measures"][name] for name in MEASURES]
    row = (entry.id, entry.label, entry.part, entry.group, *known, mode, notes)
    return (*row, *measures)


def _require_learnable(manifest: Manifest, source: str) -> None:
    """Refuse data from which no classifier can be learnt, and say why."""
    if len(manifest) == 0:
        if manifest.task in ("text", "series"):
            raise DataError("source.empty_rows", path=source)
        problems = [
            Problem("data.refused", {"name": refusal.id, "reason": Problem(refusal.reason)})
            for refusal in manifest.refused
        ]
        raise DataError("data.empty", path=source, problems=problems)
    if manifest.task != "classify":
        return
    if len(manifest.classes) < 2:
        _tell_class_level(manifest, source)
        raise DataError("data.one_class", path=source, label=manifest.classes[0])
    frame = manifest.samples
    learnt = frame[frame["part"].isna() | (frame["part"] == "train")]
    counts = Counter(learnt["label"])
    small = [
        Problem("data.class_of_one", {"label": label})
        if counts[label] == 1
        else Problem("data.class_not_in_train", {"label": label})
        for label in manifest.classes
        if counts[label] < 2
    ]
    if small:
        raise DataError("data.small_classes", path=source, problems=small)


def _tell_class_level(manifest: Manifest, source: str) -> None:
    """Say so where the classes seem to be the folders below the one class."""
    label = manifest.classes[0]
    paths = (str(name).split("/")[:-1] for name in manifest.samples["id"])
    below = {steps[-1] for steps in paths if steps and nfc(steps[-1]) != label}
    if len(below) > 1 and manifest.source.kind != "table":
        names = ", ".join(sorted(below)[:10])
        raise DataError("source.class_level", path=source, label=label, names=names)
