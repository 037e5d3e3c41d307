"""What could give a label away besides the content of a picture: numbers about files, light, border
and name. Each family is a table of named features.

Legend: n samples, S side of a thumbnail.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Columns = dict[str, NDArray[np.float64]]
_LUMA = np.array([0.299, 0.587, 0.114])
_DIGITS = re.compile(r"\d+")
CONTENT_SIDE = 8
CONTENT_EDGE = 4  # pixels of a thumbnail that count as border
COMPONENTS = 24


def size_features(frame: pd.DataFrame) -> Columns:
    """Width, height, aspect, bytes and bytes a pixel, and the mode of the pixels as a number."""
    width, height = frame["width"].to_numpy(float), frame["height"].to_numpy(float)
    size = frame["bytes"].to_numpy(float)
    modes = sorted(set(frame["mode"].astype(str)))
    return {
        "width": width,
        "height": height,
        "aspect": width / np.maximum(1, height),
        "bytes": size,
        "density": size / np.maximum(1, width * height),
        "mode": np.array([modes.index(str(m)) for m in frame["mode"]], dtype=float),
    }


def light_features(measures: pd.DataFrame) -> Columns:
    """Brightness, contrast, saturation and sharpness of whole pictures."""
    names = ("brightness", "contrast", "saturation", "sharpness")
    return {name: measures[name].to_numpy(float) for name in names}


def border_features(thumbs: NDArray[np.uint8]) -> Columns:
    """The outermost ring of thumbnails ``(n, S, S, 3)``: its luma, how even it is, and the step
    from it to the next ring but one."""
    luma = thumbs.astype(np.float64) @ _LUMA
    ring = np.concatenate([luma[:, 0], luma[:, -1], luma[:, 1:-1, 0], luma[:, 1:-1, -1]], axis=1)
    rows = (luma[:, 2, 2:-2], luma[:, -3, 2:-2], luma[:, 3:-3, 2], luma[:, 3:-3, -3])
    inner = np.concatenate(rows, axis=1)
    return {
        "border_mean": ring.mean(axis=1),
        "border_spread": ring.std(axis=1),
        "border_step": ring.mean(axis=1) - inner.mean(axis=1),
    }


def content_features(thumbs: NDArray[np.uint8], seed: int) -> NDArray[np.float64]:
    """Return what thumbnails show apart from light and border, ``(n, 24 at most)``.

    The border is cut off, each picture is brought to mean 0 and spread 1, and the first principal
    components of 8 × 8 cells are kept.
    """
    from sklearn.decomposition import PCA

    inner = thumbs[:, CONTENT_EDGE:-CONTENT_EDGE, CONTENT_EDGE:-CONTENT_EDGE].astype(np.float64)
    step = inner.shape[1] // CONTENT_SIDE
    count = len(inner)
    cells = inner.reshape(count, CONTENT_SIDE, step, CONTENT_SIDE, step, 3).mean(axis=(2, 4))
    flat = cells.reshape(count, -1)
    flat = (flat - flat.mean(axis=1, keepdims=True)) / (flat.std(axis=1, keepdims=True) + 1.0)
    most = min(COMPONENTS, count - 1, flat.shape[1])
    found: NDArray[np.float64] = PCA(most, svd_solver="full").fit_transform(flat)
    return found


def bare_name(identifier: str, label: str) -> str:
    """Return the file name without folders and without the class that it may repeat.

    A label that stands in the name, as in ``cat.17.jpg``, is where the label came from: no finding.
    Digits become ``0``, so that numbers are looked at by themselves.
    """
    name = unicodedata.normalize("NFC", identifier.rpartition("/")[2]).casefold()
    words = unicodedata.normalize("NFC", label).casefold()
    for form in {words, words.replace(" ", "_"), words.replace(" ", "-"), words.replace(" ", "")}:
        if form:
            name = name.replace(form, "\0")
    return f"^{_DIGITS.sub('0', name)}$"


def number_features(identifiers: Sequence[str], labels: Sequence[str]) -> Columns:
    """The first and the last number in a file name and how many digits it has. A number that merely
    repeats the label (``7_0012.png`` of class 7) is passed over."""
    first, last, digits = [], [], []
    for identifier, label in zip(identifiers, labels, strict=True):
        stem = identifier.rpartition("/")[2].rpartition(".")[0]
        found = [int(n[:15]) for n in _DIGITS.findall(stem) if n != label]
        first.append(found[0] if found else -1)
        last.append(found[-1] if found else -1)
        digits.append(sum(c.isdigit() for c in stem))
    columns = {"first_number": first, "last_number": last, "digits": digits}
    return {name: np.array(values, dtype=float) for name, values in columns.items()}
