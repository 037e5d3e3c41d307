"""A folder per class, with or without folders per part above them."""

from __future__ import annotations

from dojang.core.recipe import DataPart
from dojang.data.readers import nfc
from dojang.data.sources.container import Container
from dojang.data.sources.listing import Entry, Listing
from dojang.data.sources.names import PART_NAMES, looks_like_image, part_of, wrapper_of


def list_folder(container: Container, data: DataPart) -> Listing:
    """Read class and part off the names of the folders.

    Of folders within each other, ``data.class_level`` says which one is the class: the ``first``
    below the part, the ``last`` one, or all ``joined`` by slashes.
    """
    names = container.names
    listing = Listing(container.ref, refused=container.refused)
    entries: list[Entry] = []
    wrapper = wrapper_of(name for name in names if looks_like_image(name))
    inner = [n.removeprefix(wrapper).split("/") for n in names if n.startswith(wrapper)]
    parts = has_parts(inner)
    for steps in inner:
        name = wrapper + "/".join(steps)
        if len(steps) == 1:  # beside the folders; readme files and tables often are
            if looks_like_image(name):
                listing.refuse(name, "source.no_class")
            continue
        part = part_of(steps[0]) if parts else None
        folders = steps[1:-1] if parts else steps[:-1]
        if parts and part is None:
            listing.refuse(name, "source.outside_parts")
        elif folders:
            entries.append(Entry(name, _label(folders, data.class_level), part))
        elif looks_like_image(name):
            listing.refuse(name, "source.no_class")
    listing.entries = entries
    return listing


def has_parts(files: list[list[str]]) -> bool:
    """Are the top folders parts? There must be a training part, and another or nothing else."""
    tops = {nfc(steps[0]).lower() for steps in files if len(steps) > 2}
    parts = {PART_NAMES[top] for top in tops if top in PART_NAMES}
    return "train" in parts and (len(parts) > 1 or len(tops) == 1)


def has_class_folders(names: list[str]) -> bool:
    """Do the images lie in folders that could be classes?"""
    wrapper = wrapper_of(name for name in names if looks_like_image(name))
    return any("/" in n.removeprefix(wrapper) for n in names if looks_like_image(n))


def _label(folders: list[str], level: str) -> str:
    if level == "joined":
        return nfc("/".join(folders))
    return nfc(folders[0] if level == "first" else folders[-1])
