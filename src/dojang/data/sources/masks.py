"""Pairs of an image and a mask of its size, in two folders or by a pattern."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from dojang.core.errors import DataError
from dojang.core.recipe import DataPart
from dojang.core.types import PartName
from dojang.data.readers import nfc
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Entry, Listing
from dojang.data.sources.names import (
    looks_like_image,
    parent_of,
    part_of,
    stem_of,
    wrapper_of,
)

IMAGES = ("images", "image", "imgs", "img", "jpegimages", "이미지")
MASKS = ("masks", "mask", "labels", "annotations", "segmentationclass", "마스크")
CLASSES = "classes.txt"
_FIELDS = re.compile(r"\{(stem|name|folder)\}")


def mask_pairs(names: list[str]) -> dict[str, str]:
    """Return the mask of each image that has one in the twin of its folder: the same path with
    ``masks`` in the place of ``images``, whatever the ending."""
    pictures = [name for name in names if looks_like_image(name)]
    masks: dict[tuple[str, str], str] = {}
    for name in pictures:
        split = _split(name, MASKS)
        if split:
            masks[split] = name
    pairs: dict[str, str] = {}
    for name in pictures:
        split = _split(name, IMAGES)
        if split and split in masks:
            pairs[name] = masks[split]
    return pairs


def list_masks(container: Container, data: DataPart) -> Listing:
    """List images that have a mask; folders named for parts below the two are parts.

    ``data.mask_pattern`` says where the mask of an image is, such as ``masks/{stem}_mask.png``: in
    it ``{stem}`` is the file name without its ending, ``{name}`` with it, and ``{folder}`` the
    folder of the image. An image without a mask is refused, and so is a mask without an image. The
    classes stand in ``classes.txt``, a line each, in the order of the values in the masks.

    Raises:
        DataError: there is no such layout.
    """
    import pandas as pd

    names = container.names
    pictures = [name for name in names if looks_like_image(name)]
    pairs = _by_pattern(pictures, data.mask_pattern) if data.mask_pattern else mask_pairs(names)
    if not pairs:
        raise DataError("source.not_this_kind", path=container.path, kind="masks")
    listing = Listing(container.ref, refused=container.refused, task="segment")
    masks = set(pairs.values())
    for name in pictures:
        if name not in pairs and name not in masks:
            alone = _split(name, MASKS) is not None and not data.mask_pattern
            listing.refuse(name, "source.mask_alone" if alone else "source.no_mask")
    samples = sorted(pairs)
    listing.entries = [Entry(name, None, _part(name)) for name in samples]
    column = pd.Series([pairs[name] for name in samples], dtype="str")
    listing.columns = pd.DataFrame({"mask": column})
    listing.classes = _classes(container)
    return listing


def _split(name: str, folders: tuple[str, ...]) -> tuple[str, str] | None:
    """Cut ``a/images/train/1.jpg`` into ``a/`` and ``train/1``, or return None if no step of the
    path is one of ``folders``; the last such step counts."""
    steps = name.split("/")
    for place in range(len(steps) - 2, -1, -1):
        if nfc(steps[place]).lower() in folders:
            rest = str(PurePosixPath(*steps[place + 1 :]).with_suffix(""))
            return "/".join(steps[:place]), rest
    return None


def _by_pattern(pictures: list[str], pattern: str) -> dict[str, str]:
    """Pair images with masks by a pattern; it is relative to the source or to the folder that
    wraps everything."""
    known = set(pictures)
    root = wrapper_of(pictures, (*IMAGES, *MASKS))
    pairs: dict[str, str] = {}
    for name in pictures:
        mask = _filled(pattern, name, parent_of(name.removeprefix(root)).rstrip("/"))
        for candidate in (mask, root + mask):
            if candidate in known and candidate != name:
                pairs[name] = candidate
    # A mask may itself look like an image of a pattern that adds nothing; masks are no samples.
    masks = set(pairs.values())
    return {image: mask for image, mask in pairs.items() if image not in masks}


def _filled(pattern: str, name: str, folder: str) -> str:
    fields = {"stem": stem_of(name), "name": name.rpartition("/")[2], "folder": folder}
    return str(PurePosixPath(_FIELDS.sub(lambda match: fields[match[1]], pattern)))


def _part(name: str) -> PartName | None:
    """Return the part that a folder of the path names."""
    return next((part for part in map(part_of, name.split("/")[:-1]) if part), None)


def _classes(container: Container) -> tuple[str, ...]:
    files = sorted((n for n in container.names if n.rpartition("/")[2] == CLASSES), key=len)
    if not files:
        return ()
    text = container.read(files[0], 2**20).decode("utf-8-sig", errors="replace")
    return tuple(nfc(line.strip()) for line in text.splitlines() if line.strip())
