"""Source → Manifest: list who is there, then open every file once.

Each file is decoded in a child process: what cannot be read is named with its reason and set aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import DataPart, DecodePart, decoding_of
from dojang.core.types import Decoding, Manifest, Survey
from dojang.data.measure import MEASURES, THUMB_SIZE
from dojang.data.readers import nfc
from dojang.data.sources import Entry, Listing, list_source
from dojang.data.sources.finish import complete, from_rows
from dojang.data.sources.manifest import require_unchanged
from dojang.data.workers import DecodePool, Outcome, chunked
from dojang.data.workers import Job as DecodeJob

Progress = Callable[[int, int], None]
SCAN_CHUNK = 32


def collect(
    data: DataPart,
    workers: int,
    progress: Progress | None = None,
    decode: DecodePart | None = None,
) -> Manifest:
    """List and scan ``data.source``.

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
    listing = list_source(data)
    rules = decoding_of(data, decode or DecodePart())
    if listing.has_files:
        manifest, survey = scan(listing, workers, rules, progress)
        manifest = complete(manifest, listing, workers, rules)
        require_unchanged(listing, manifest)
    else:
        manifest, survey = from_rows(listing), _survey([])
    _require_learnable(manifest, data.source)
    return manifest, survey


def scan(
    listing: Listing, workers: int, rules: Decoding, progress: Progress | None = None
) -> tuple[Manifest, Survey]:
    """Decode every listed file once: its hash, size and looks, or why it is refused."""
    import pandas as pd

    by_id = {entry.id: entry for entry in listing.entries}
    seen: list[Outcome] = []
    refused = list(listing.refused)
    done = 0
    with DecodePool(listing.source, workers, rules) as pool:
        jobs = (DecodeJob(chunk) for chunk in chunked(list(by_id), SCAN_CHUNK))
        for outcomes in pool.run(jobs):
            for outcome in outcomes:
                if outcome.refusal:
                    refused.append(outcome.refusal)
                else:
                    seen.append(outcome)
            done += len(outcomes)
            if progress:
                progress(done, len(by_id))
    seen.sort(key=lambda outcome: outcome.path)
    refused.sort(key=lambda refusal: refusal.id)
    columns = ["id", "label", "part", "group", "sha256", "bytes", "width", "height", "mode"]
    columns.append("notes")
    rows = [_row(by_id[outcome.path], outcome) for outcome in seen]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("label", "part", "group"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    classes = tuple(sorted({str(label) for label in frame["label"].dropna()}))
    return Manifest(frame, classes, tuple(refused), listing.source), _survey(seen)


def _survey(seen: list[Outcome]) -> Survey:
    import pandas as pd

    thumbs = np.empty((len(seen), THUMB_SIZE, THUMB_SIZE, 3), dtype=np.uint8)
    for i, outcome in enumerate(seen):
        assert outcome.pixels is not None
        thumbs[i] = outcome.pixels
    measures = [(outcome.facts or {})["measures"] for outcome in seen]
    frame = pd.DataFrame(measures, columns=list(MEASURES), dtype="float32")
    return Survey(tuple(outcome.path for outcome in seen), thumbs, frame)


def _row(entry: Entry, outcome: Outcome) -> dict[str, object]:
    facts = outcome.facts or {}
    return {
        "id": entry.id,
        "label": entry.label,
        "part": entry.part,
        "group": entry.group,
        **{key: facts[key] for key in ("sha256", "bytes", "width", "height", "mode")},
        "notes": " ".join(facts["notes"]),
    }


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
