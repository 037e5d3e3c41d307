"""Small image folders, archives and tables for tests; every picture differs from every other."""

from __future__ import annotations

import csv
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from dojang.core.types import Manifest, SourceRef


def picture(seed: int, size: int = 16, mode: str = "RGB") -> Image.Image:
    """Return a picture of smooth blobs that no other seed gives."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)
    image.putpixel((0, 0), (seed % 256, seed // 256 % 256, seed // 65536 % 256))
    return image.convert(mode)


def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return ``image`` as the content of a file."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def image_bytes(seed: int, size: int = 16, kind: str = "PNG") -> bytes:
    """Return the content of an image file that no other seed gives."""
    return encode(picture(seed, size), kind)


def make_folder(
    root: Path, classes: Mapping[str, int], size: int = 16, kind: str = "PNG", first_seed: int = 0
) -> Path:
    """Write ``root/<class>/<number>.<ending>``, as many images a class as ``classes`` says.

    A class may be a path such as ``train/cat``. Two folders of the same classes hold the same.
    """
    ending = {"PNG": "png", "JPEG": "jpg"}.get(kind, kind.lower())
    seed = first_seed
    for name, count in classes.items():
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (folder / f"{number}.{ending}").write_bytes(image_bytes(seed, size, kind))
            seed += 1
    return root


def files_of(root: Path) -> dict[str, bytes]:
    """Return the files below ``root`` by their path in it."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def make_zip(path: Path, files: Mapping[str, bytes], encoding: str | None = None) -> Path:
    """Write a zip archive; with ``encoding``, names are in it and nothing in the archive says so,
    as on Korean Windows."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            if encoding:
                info = _LegacyInfo(name)
                info.raw = name.encode(encoding)
            archive.writestr(info, data)
    return path


class _LegacyInfo(zipfile.ZipInfo):
    """A member whose name is written in a code page of old, without the flag for UTF-8."""

    raw = b""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, self.flag_bits & ~0x800


def make_tar(
    path: Path, files: Mapping[str, bytes], mode: str = "w", others: Iterable[tarfile.TarInfo] = ()
) -> Path:
    """Write a tar archive; ``others`` are members without content, such as links."""
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for other in others:
            archive.addfile(other)
    return path


def make_csv(
    path: Path,
    rows: Iterable[Sequence[str]],
    header: Sequence[str] = ("path", "label"),
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    """Write a table."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def make_manifest(
    labels: Sequence[str],
    groups: Sequence[str | None] | None = None,
    hashes: Sequence[str] | None = None,
    parts: Sequence[str | None] | None = None,
) -> Manifest:
    """Return a manifest of samples that exist on paper only; files differ unless ``hashes`` say
    otherwise."""
    count = len(labels)
    frame = pd.DataFrame(
        {
            "id": [f"{label}/{i:05d}.png" for i, label in enumerate(labels)],
            "label": list(labels),
            "part": pd.Series(parts or [None] * count, dtype=object),
            "group": pd.Series(groups or [None] * count, dtype=object),
            "sha256": list(hashes or [f"{i:064x}" for i in range(count)]),
            "bytes": 100,
            "width": 16,
            "height": 16,
            "mode": "RGB",
        }
    )
    return Manifest(frame, tuple(sorted(set(labels))), (), SourceRef("folder", "/nowhere"))


def pixels_of(image: Image.Image) -> NDArray[np.uint8]:
    """Return the RGB pixels of an image, shape ``(height, width, 3)``."""
    return np.asarray(image.convert("RGB"))
