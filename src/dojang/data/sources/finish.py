"""From a listing to the columns of a manifest: what stands beside the pixels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dojang.core.types import Decoding, Manifest, Refusal
from dojang.data.sources.boxes import RawBox, as_json, problem
from dojang.data.sources.listing import Listing, TableEntries
from dojang.data.workers import DecodePool, Job, Outcome, chunked

if TYPE_CHECKING:
    import pandas as pd

_PIECE = 100_000
_CHUNK = 32
_END = b"\x1f"  # parts the cells of a row; a cell that holds it is told by its length


def complete(manifest: Manifest, listing: Listing, workers: int, rules: Decoding) -> Manifest:
    """Add the optional columns of ``listing`` to the images that were readable.

    Boxes are held against the real size of their image once more, and every mask is decoded: an
    image whose mask cannot be read or has another size is refused.
    """
    classes = listing.classes or manifest.classes
    manifest = replace(manifest, classes=classes, task=listing.task)
    if listing.columns is None:
        return manifest
    further = listing.columns.set_axis([entry.id for entry in listing.entries], axis=0)
    ids = manifest.samples["id"].tolist()
    found = further.loc[ids].reset_index(drop=True)
    frame = manifest.samples.reset_index(drop=True)
    manifest = replace(manifest, samples=frame.assign(**{str(name): found[name] for name in found}))
    if "boxes" in found:
        manifest = _check_boxes(manifest)
    return _check_masks(manifest, workers, rules) if "mask" in found else manifest


def _check_boxes(manifest: Manifest) -> Manifest:
    """Refuse boxes that leave their image, where the annotation did not know its size."""
    refused = list(manifest.refused)
    kept: list[str] = []
    columns = (manifest.samples[name] for name in ("id", "boxes", "width", "height"))
    for name, text, width, height in zip(*columns, strict=True):
        boxes = []
        for number, (x0, y0, x1, y1, label) in enumerate(json.loads(text), start=1):
            reason = problem(RawBox((x0, y0, x1, y1), label), (width, height))
            if reason:
                detail = f"{x0:g}, {y0:g}, {x1:g}, {y1:g}"
                refused.append(Refusal(f"{name}#box{number}", reason, detail))
            else:
                boxes.append((x0, y0, x1, y1, label))
        kept.append(as_json(boxes) if len(refused) > len(manifest.refused) else text)
    if len(refused) == len(manifest.refused):
        return manifest
    import pandas as pd

    samples = manifest.samples.assign(boxes=pd.Series(kept, dtype="str"))
    return replace(manifest, samples=samples, refused=_sorted(refused))


def _check_masks(manifest: Manifest, workers: int, rules: Decoding) -> Manifest:
    """Decode every mask once; keep its hash."""
    masks = sorted(set(manifest.samples["mask"]))
    seen: dict[str, Outcome] = {}
    with DecodePool(manifest.source, workers, rules) as pool:
        for outcomes in pool.run(Job(chunk) for chunk in chunked(masks, _CHUNK)):
            seen |= {outcome.path: outcome for outcome in outcomes}
    refused = list(manifest.refused)
    good: list[bool] = []
    columns = (manifest.samples[name] for name in ("id", "mask", "width", "height"))
    for name, mask, width, height in zip(*columns, strict=True):
        reason = _mask_problem(seen[mask], width, height)
        good.append(reason is None)
        if reason:
            refused.append(Refusal(name, reason, mask))
    samples = manifest.samples[good].reset_index(drop=True)
    hashes = [(seen[mask].facts or {})["sha256"] for mask in samples["mask"]]
    return replace(manifest, samples=samples.assign(mask_sha256=hashes), refused=_sorted(refused))


def _mask_problem(outcome: Outcome, width: int, height: int) -> str | None:
    if outcome.facts is None:
        return "source.mask_unreadable"
    same = (outcome.facts["width"], outcome.facts["height"]) == (width, height)
    return None if same else "source.mask_size"


def _sorted(refused: list[Refusal]) -> tuple[Refusal, ...]:
    return tuple(sorted(refused, key=lambda refusal: refusal.id))


def from_rows(listing: Listing) -> Manifest:
    """Return the manifest of a table without files: the content of a sample is its row."""
    import pandas as pd

    assert isinstance(listing.entries, TableEntries) and listing.columns is not None
    frame = listing.entries.frame
    fields: dict[str, Any] = {"id": frame["id"]}
    for name in ("label", "part", "group"):
        column = frame[name]
        texts = np.array([*column.cat.categories, None], dtype=object)
        fields[name] = pd.Series(texts[column.cat.codes], dtype=object)
    content = listing.columns[["text"]] if listing.task == "text" else listing.columns
    sizes = np.empty(len(frame), dtype=np.int64)
    fields["sha256"] = _hashes(content, sizes)
    nothing = np.zeros(len(frame), dtype=np.int64)
    fields |= {"bytes": sizes, "width": nothing, "height": nothing, "mode": ""}
    fields |= {str(name): listing.columns[name] for name in listing.columns}
    used = fields["label"].dropna().unique()
    classes = tuple(sorted(str(label) for label in used))
    return Manifest(
        pd.DataFrame(fields, copy=False),
        classes,
        _sorted(listing.refused),
        listing.source,
        listing.task,
    )


def _hashes(content: pd.DataFrame, sizes: np.ndarray[Any, Any]) -> pd.Series[Any]:
    """Return the SHA-256 of every row and write its length into ``sizes``. A text is hashed as it
    is, so that copies are found whatever table they stand in."""
    import pandas as pd

    pieces: list[pd.Series[Any]] = []
    for start in range(0, len(content), _PIECE):
        rows = list(_contents(content.iloc[start : start + _PIECE]))
        sizes[start : start + len(rows)] = [len(row) for row in rows]
        pieces.append(pd.Series([hashlib.sha256(row).hexdigest() for row in rows], dtype="str"))
    return pd.concat(pieces, ignore_index=True) if pieces else pd.Series(dtype="str")


def _contents(frame: pd.DataFrame) -> Iterator[bytes]:
    columns = [frame[name].astype("str").tolist() for name in frame]
    for cells in zip(*columns, strict=True):
        if len(cells) == 1:
            yield cells[0].encode()
        else:
            yield _END.join(str(cell).encode() for cell in cells)
