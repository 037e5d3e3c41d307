"""Pascal VOC: an XML file of boxes beside each image (Everingham et al., IJCV 2010).

``Annotations/*.xml``, ``JPEGImages/*``, and lists of the parts in ``ImageSets/Main/*.txt``.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from dojang.core.errors import DataError, Problem
from dojang.core.recipe import DataPart
from dojang.data.readers import nfc
from dojang.data.sources.boxes import Box, RawBox, finish, usable
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Listing
from dojang.data.sources.names import looks_like_image, parent_of, part_of, stem_of

ANNOTATIONS = "annotations"
IMAGES = ("jpegimages", "images")
_MOST_XML = 8 * 2**20
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def voc_root(names: list[str]) -> str | None:
    """Return the folder that holds ``Annotations`` and the images, or None."""
    roots = {parent_of(parent_of(n)[:-1]) for n in names if _is_annotation(n)}
    for root in sorted(roots, key=lambda r: (len(r), r)):
        if any(_is_image(name, root) for name in names):
            return root
    return None


def list_voc(container: Container, data: DataPart) -> Listing:
    """List the images that have an XML file of boxes.

    Coordinates are taken as they are written: ``xmin`` is the left edge and ``xmax`` the right one.
    Boxes that have no area, leave the image or lack a class are refused by number; an image with an
    XML file that cannot be read is refused, and so are an image or an XML file without the other.

    Raises:
        DataError: there is no such layout, or the lists put an image into two parts.
    """
    names = container.names
    root = voc_root(names)
    if root is None:
        raise DataError("source.not_this_kind", path=container.path, kind="voc")
    listing = Listing(container.ref, refused=container.refused)
    notes = {stem_of(n): n for n in names if _is_annotation(n) and n.startswith(root)}
    found: dict[str, list[Box]] = {}
    for name in names:
        if not _is_image(name, root):
            if looks_like_image(name):
                listing.refuse(name, "source.not_annotated")
            continue
        note = notes.pop(stem_of(name), None)
        if note is None:
            listing.refuse(name, "source.not_annotated")
            continue
        try:
            found[name] = _boxes(container, note, name, listing)
        except (DataError, ElementTree.ParseError, ValueError) as error:
            listing.refuse(name, "source.broken_annotation", _one_line(error))
    for note in notes.values():
        listing.refuse(note, "source.no_image")
    finish(listing, found, _parts(container, root, {stem_of(n): n for n in found}))
    return listing


def _is_annotation(name: str) -> bool:
    steps = name.split("/")
    return name.lower().endswith(".xml") and len(steps) > 1 and steps[-2].lower() == ANNOTATIONS


def _is_image(name: str, root: str) -> bool:
    steps = name.removeprefix(root).split("/")
    inside = name.startswith(root) and len(steps) == 2 and steps[0].lower() in IMAGES
    return inside and looks_like_image(name)


def _boxes(container: Container, note: str, image: str, listing: Listing) -> list[Box]:
    raw = container.read(note, _MOST_XML)
    bare = raw.replace(b"\0", b"")  # UTF-16 too
    if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:  # annotations have no use for entities
        raise ValueError("it declares a document type")
    tree = ElementTree.fromstring(raw)
    size = tuple(_number(tree.findtext(f"size/{side}")) for side in ("width", "height"))
    known = all(math.isfinite(side) and side > 0 for side in size)
    return usable(_raw(tree), image, (size[0], size[1]) if known else None, listing)


def _raw(tree: ElementTree.Element) -> Iterator[RawBox]:
    for item in tree.iter("object"):
        x0, y0, x1, y1 = (_number(item.findtext(f"bndbox/{corner}")) for corner in _CORNERS)
        yield RawBox((x0, y0, x1, y1), nfc((item.findtext("name") or "").strip()))


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _parts(container: Container, root: str, stems: dict[str, str]) -> dict[str, str | None]:
    """Read the lists of parts; ``trainval`` counts where neither of its halves is there."""
    folder = f"{root}ImageSets/Main/"
    lists = {stem_of(n).lower(): n for n in container.names if n.startswith(folder)}
    if "train" not in lists and "trainval" in lists:
        lists["train"] = lists["trainval"]
    parts: dict[str, str | None] = {}
    twice: list[Problem] = []
    for word, name in sorted(lists.items()):
        part = part_of(word)
        if part is None:
            continue
        text = container.read(name).decode("utf-8-sig", errors="replace")
        for line in text.split("\n"):
            image = stems.get(line.strip())
            if image and parts.setdefault(image, part) != part:
                values = {"name": image, "first": parts[image], "second": part}
                twice.append(Problem("source.two_parts", values))
    if twice:
        raise DataError("source.parts_overlap", path=container.path, problems=twice)
    return parts


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
