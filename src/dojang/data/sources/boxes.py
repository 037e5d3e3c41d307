"""Boxes around objects: which can be used, and what they say of the image as a whole."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from dojang.data.sources.listing import Entry, Listing

Box = tuple[float, float, float, float, str]


@dataclass(frozen=True)
class RawBox:
    """A box as it is written: corners in pixels and a class, or what is wrong with it."""

    corners: tuple[float, float, float, float] | None
    label: str


def usable(
    raw: Iterable[RawBox], image: str, size: tuple[float, float] | None, listing: Listing
) -> list[Box]:
    """Return the boxes that can be used; the others are refused as ``IMAGE#box3``, counted from 1
    in the order of the file. The image stays.

    Args:
        size: width and height of the image, where they are known.
    """
    kept: list[Box] = []
    for number, box in enumerate(raw, start=1):
        reason = problem(box, size)
        if reason or box.corners is None:
            corners = ", ".join(f"{c:g}" for c in box.corners or ())
            listing.refuse(f"{image}#box{number}", reason or "box.broken", corners or box.label)
        else:
            kept.append((*box.corners, box.label))
    return kept


def problem(box: RawBox, size: tuple[float, float] | None) -> str | None:
    """Return why a box cannot be used: a key of the catalogue, or None."""
    if box.corners is None or not all(map(math.isfinite, box.corners)):
        return "box.broken"
    if not box.label:
        return "box.no_class"
    x0, y0, x1, y1 = box.corners
    if x1 <= x0 or y1 <= y0:
        return "box.no_area"
    width, height = size or (math.inf, math.inf)
    return "box.outside" if x0 < 0 or y0 < 0 or x1 > width or y1 > height else None


def as_json(boxes: Iterable[Box]) -> str:
    """Write boxes as the column ``boxes`` of a manifest has them; whole pixels stay whole."""
    rows = [[*(int(v) if v == int(v) else v for v in box[:4]), box[4]] for box in boxes]
    return json.dumps(rows, ensure_ascii=False)


def one_label(boxes: Iterable[Box]) -> str | None:
    """Return the class of all boxes, or None if they differ or there are none."""
    labels = {box[4] for box in boxes}
    return labels.pop() if len(labels) == 1 else None


def finish(listing: Listing, found: dict[str, list[Box]], parts: dict[str, str | None]) -> None:
    """Fill ``listing`` with images and their boxes.

    An image whose boxes all agree has their class as its label. Only where that holds for every
    image, and there are two classes to tell apart, can images be classified.
    """
    import pandas as pd

    names = sorted(found)
    labels = [one_label(found[name]) for name in names]
    listing.entries = [
        Entry(name, label, parts.get(name))  # type: ignore[arg-type]
        for name, label in zip(names, labels, strict=True)
    ]
    boxes = [as_json(found[name]) for name in names]
    listing.columns = pd.DataFrame({"boxes": pd.Series(boxes, dtype="str")})
    if not listing.classes:
        listing.classes = tuple(sorted({box[4] for some in found.values() for box in some}))
    agreed = bool(names) and None not in labels and len(set(labels)) > 1
    listing.task = "classify" if agreed else "detect"
