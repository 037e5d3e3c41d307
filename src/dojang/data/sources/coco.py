"""COCO: JSON files of images, boxes and categories (Lin et al., ECCV 2014)."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from typing import Any

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import DataPart
from dojang.data.readers import nfc
from dojang.data.sources.boxes import Box, RawBox, finish, usable
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Listing
from dojang.data.sources.names import looks_like_image, parent_of, part_in, stem_of


def coco_files(names: list[str]) -> list[str]:
    """Return the JSON files that by their names may hold boxes: in a folder ``annotations``, named
    ``instances…``, ``annotations…`` or with ``coco``."""
    files = [n for n in names if n.lower().endswith(".json")]
    usual = [n for n in files if stem_of(n).lower().startswith(("instances", "annotations"))]
    usual += [n for n in files if "coco" in stem_of(n).lower()]
    # Beside the boxes, COCO has captions and keypoints of the same images.
    folder = [n for n in files if parent_of(n).lower().endswith("annotations/")]
    return sorted(set(usual or folder))


def list_coco(container: Container, data: DataPart) -> Listing:
    """List the images of every JSON file; several files are parts, told by their names or folders:
    ``instances_train2017.json``, ``valid/_annotations.coco.json``.

    A box around a crowd is left out. Other boxes that cannot be used are refused by number, images
    that are not there or in no file by name.

    Raises:
        DataError: no such file, a file that is no COCO, or an image in two files.
    """
    files = coco_files(container.names)
    if not files:
        raise DataError("source.not_this_kind", path=container.path, kind="coco")
    listing = Listing(container.ref, refused=container.refused)
    images = _Images([n for n in container.names if looks_like_image(n)])
    found: dict[str, list[Box]] = {}
    parts: dict[str, str | None] = {}
    classes: set[str] = set()
    twice: list[Problem] = []
    for file in files:
        tree = _load(container, file)
        part = part_in(stem_of(file)) or part_in(parent_of(file))
        names = {_key(c["id"]): nfc(str(c["name"]).strip()) for c in tree["categories"]}
        classes |= set(names.values())
        boxes = _by_image(tree["annotations"], names)
        for row in tree["images"]:
            name, reason = images.find(str(row["file_name"]), file, part)
            if reason:
                listing.refuse(name, reason)
            elif name in found:
                twice.append(Problem("source.in_two_files", {"name": name, "file": file}))
            else:
                found[name] = usable(boxes[_key(row["id"])], name, _size(row), listing)
                parts[name] = part
    if twice:
        raise DataError("source.parts_overlap", path=container.path, problems=twice)
    for name in sorted(images.all - set(found)):
        listing.refuse(name, "source.not_annotated")
    listing.classes = tuple(sorted(classes))
    finish(listing, found, parts)
    return listing


def _load(container: Container, name: str) -> dict[str, list[dict[str, Any]]]:
    """Read a file and make sure that what is used of it is there.

    Raises:
        DataError: it is no JSON, or not of this form.
    """
    shown = f"{container.path}/{name}"
    try:
        tree = json.loads(container.read(name))
        for part, keys in (
            ("images", ("id", "file_name")),
            ("annotations", ("image_id", "category_id")),
            ("categories", ("id", "name")),
        ):
            rows = tree[part]
            if not isinstance(rows, list):
                raise TypeError(f"{part} is no list")
            lacking = next((k for row in rows for k in keys if k not in row), None)
            if lacking:
                raise KeyError(f"{part}: {lacking}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError("source.broken_coco", path=shown, reason=reason) from error
    return tree  # type: ignore[no-any-return]


class _Images:
    """Finds the image that a ``file_name`` means: it is relative to a folder that nobody names."""

    def __init__(self, names: list[str]) -> None:
        self.all = set(names)
        self._by_last: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self._by_last[nfc(name.rpartition("/")[2])].append(name)

    def find(self, wanted: str, file: str, part: str | None) -> tuple[str, str | None]:
        """Return the image and why it cannot be used; the nearest to the JSON file and, of equals,
        the one in a folder of its part is meant."""
        tail = nfc(wanted.replace("\\", "/").removeprefix("./"))
        same = [n for n in self._by_last[tail.rpartition("/")[2]] if _ends(nfc(n), tail)]
        if len(same) > 1:
            here = parent_of(file)
            near = [n for n in same if n.startswith(here)] if here else []
            of_part = [n for n in same if part_in(parent_of(n)) == part]
            exact = [n for n in same if n in (here + wanted, wanted)]
            same = next((some for some in (exact, near, of_part) if len(some) == 1), same)
        if len(same) == 1:
            return same[0], None
        return wanted, "source.many_images" if same else "read.missing"


def _ends(name: str, tail: str) -> bool:
    return name == tail or name.endswith(f"/{tail}")


def _by_image(rows: list[dict[str, Any]], names: dict[str, str]) -> dict[str, list[RawBox]]:
    """Return the boxes by image; those around crowds are left out."""
    boxes: dict[str, list[RawBox]] = defaultdict(list)
    for row in rows:
        if not row.get("iscrowd"):
            label = names.get(_key(row["category_id"]), "")
            boxes[_key(row["image_id"])].append(RawBox(_corners(row.get("bbox")), label))
    return boxes


def _corners(box: object) -> tuple[float, float, float, float] | None:
    """Turn ``[x, y, width, height]`` into corners."""
    if not isinstance(box, list) or len(box) != 4:
        return None
    if not all(isinstance(v, int | float) for v in box):
        return None
    x, y, width, height = map(float, box)
    return (x, y, x + width, y + height)


def _size(row: dict[str, Any]) -> tuple[float, float] | None:
    size = row.get("width"), row.get("height")
    if all(isinstance(v, int | float) and math.isfinite(v) and v > 0 for v in size):
        return float(size[0] or 0), float(size[1] or 0)
    return None


def _key(value: object) -> str:
    """Ids may be numbers or texts, even both in one file."""
    return str(value)
