"""What every source must hold, as one function to call in a test.

::

    def test_my_layout(tmp_path):
        check_source(write_my_layout, tmp_path)
"""

from __future__ import annotations

import io
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from dojang.core.recipe import DataPart
from dojang.core.tables import plain_cells
from dojang.data.decode import Refused
from dojang.data.readers import inside, open_reader
from dojang.data.sources import Listing, list_source
from dojang.data.sources.names import looks_like_image

Make = Callable[[Path, Sequence[str]], DataPart]
HOSTILE_NAMES = (
    "plain",
    "=1+1",
    "-dash",
    "@at",
    "with space",
    'quo"te',
    "apo'strophe",
    "'=quoted",
    "com,ma",
    "<b>markup&amp;",
    "사진",
    unicodedata.normalize("NFD", "고양이"),
    "emoji 😀",
    "עברית",
    "dots.. .",
    "per%20cent",
    "{brace}",
    "x" * 120,
)
_ENOUGH = 10**8


def check_source(make: Make, folder: Path, *, images: bool = True, archives: bool = True) -> None:
    """Assert that the sources which ``make`` writes are listed as Dojang promises.

    Ids are unique, stay inside and can be read; nothing depends on the order of the files or on the
    moment; labels are in NFC; every image is listed, set aside with a reason, or the mask of one
    that is; odd names come through unchanged; and an archive tells the same as its folder.

    Args:
        make: writes a source into the folder that it is given, with a sample for each of the names
            (a file name without its ending, or the text of a row), and returns the part of the
            recipe that reads it.
        folder: an empty folder to work in.
        images: whether samples are files; else they are rows of a table.
        archives: whether the same must hold in a zip and a tar.

    Raises:
        AssertionError: a promise is broken; the text says which.
    """
    place = folder / "source"
    place.mkdir(parents=True)
    data = make(place, HOSTILE_NAMES)
    listing = list_source(data)
    _check_entries(listing)
    _check_same(listing, list_source(data), "twice")
    if images:
        _check_files(listing, place)
        _check_names({e.id.rpartition("/")[2] for e in listing.entries}, listing)
    elif listing.columns is not None and "text" in listing.columns:
        # A reader takes the apostrophe before a formula for the protection of CSV and drops it.
        lost = set(plain_cells(list(HOSTILE_NAMES))) - set(listing.columns["text"])
        assert not lost, f"texts changed: {sorted(lost)}"
    if archives:
        for packed in (_zip(place, folder / "source.zip"), _tar(place, folder / "source.tar")):
            part = data.model_copy(update={"source": str(packed)})
            _check_same(listing, list_source(part), packed.name)


def _check_entries(listing: Listing) -> None:
    ids = [entry.id for entry in listing.entries]
    assert len(ids) > 0, "nothing is listed"
    assert len(set(ids)) == len(ids), "ids repeat"
    assert not set(ids) & {refusal.id for refusal in listing.refused}, "listed and refused"
    labels = {entry.label for entry in listing.entries} - {None} | set(listing.classes)
    for label in labels:
        assert label, "an empty label"
        assert unicodedata.is_normalized("NFC", str(label)), f"a label not in NFC: {label}"
    parts = {entry.part for entry in listing.entries}
    assert parts <= {None, "train", "valid", "test"}, f"parts: {parts}"
    if listing.columns is not None:
        assert len(listing.columns) == len(ids), "columns of another length"


def _check_same(first: Listing, second: Listing, how: str) -> None:
    """Archives keep the order of their members, so rows are compared by id."""
    assert first.task == second.task, f"{how}: another task"
    assert first.classes == second.classes, f"{how}: other classes"
    one, two = _table(first), _table(second)
    assert sorted(one) == sorted(two), f"{how}: other ids"
    assert one == two, f"{how}: samples differ"
    names = [sorted((r.id, r.reason) for r in found.refused) for found in (first, second)]
    assert names[0] == names[1], f"{how}: other refusals"


def _table(listing: Listing) -> dict[str, tuple[object, ...]]:
    empty = pd.DataFrame(index=range(len(listing.entries)))
    columns = empty if listing.columns is None else listing.columns.astype("str")
    rows = columns.itertuples(index=False, name=None)
    return {
        entry.id: (entry.label, entry.part, entry.group, *row)
        for entry, row in zip(listing.entries, rows, strict=True)
    }


def _check_files(listing: Listing, place: Path) -> None:
    reader = open_reader(listing.source)
    masks = [] if listing.columns is None else list(listing.columns.get("mask", []))
    for name in [*(entry.id for entry in listing.entries), *masks]:
        inside(listing.source.root, name)  # raises Refused where it leaves
        try:
            assert reader.read(name, _ENOUGH), f"empty: {name}"
        except Refused as refused:
            raise AssertionError(f"cannot be read: {name} ({refused.reason})") from refused
    there = {p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()}
    told = {entry.id for entry in listing.entries} | {r.id for r in listing.refused} | set(masks)
    lost = {name for name in there if looks_like_image(name)} - told
    if listing.source.kind != "table":  # a table says itself which files it means
        assert not lost, f"neither listed nor refused: {sorted(lost)}"


def _check_names(found: set[str], listing: Listing) -> None:
    stems = {name.rpartition(".")[0] or name for name in found}
    lost = set(HOSTILE_NAMES) - stems
    assert not lost, f"names changed: {sorted(lost)} of {listing.source.kind}"


def _files(place: Path) -> list[tuple[str, bytes]]:
    """Return the files last name first: the order means nothing."""
    files = sorted((p for p in place.rglob("*") if p.is_file()), reverse=True)
    return [(p.relative_to(place).as_posix(), p.read_bytes()) for p in files]


def _zip(place: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in _files(place):
            archive.writestr(name, data)
    return path


def _tar(place: Path, path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in _files(place):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path
