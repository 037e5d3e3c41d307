"""What the checks look at: the table of samples, what was seen of them, and their copies.

Legend: n samples that have a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Manifest, PartName, Survey
from dojang.data.duplicates import Duplicates

if TYPE_CHECKING:
    import pandas as pd

_CHUNK = 512  # thumbnails at a time, so that memory does not grow with the data


@dataclass(frozen=True)
class Looks:
    """What thumbnails tell of light and colour, each of shape ``(n,)``, on the scale 0 to 255.

    Attributes:
        low: 1st percentile of the lowest channel: how dark the darkest parts are.
        high: 99th percentile of the highest channel: how light the lightest parts are.
        spread: largest standard deviation of a channel.
        chroma: 99th percentile of the distance between the channels of a pixel.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    spread: NDArray[np.float32]
    chroma: NDArray[np.float32]


@dataclass(frozen=True)
class Subject:
    """Data as the checks see them.

    Attributes:
        manifest: the samples and the refused files.
        survey: the looks of every image, or None where the data have no images.
        duplicates: pairs and clusters of copies.
        kept: ids of samples by given part that the split keeps; others are dealt later.
        seed: of the drawings that some checks make.
    """

    manifest: Manifest
    survey: Survey | None
    duplicates: Duplicates
    kept: dict[str, PartName]
    seed: int = 0

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The samples by id, with the part that they keep (or None) as ``kept``."""
        frame = self.manifest.samples.set_index("id", drop=False)
        kept = [self.kept.get(i) for i in frame["id"].tolist()]
        return frame.assign(kept=np.array(kept, dtype=object))

    @cached_property
    def labelled(self) -> pd.DataFrame:
        """The samples with a class, without those of a given test part: its labels are sealed."""
        frame = self.frame
        return frame[frame["label"].notna() & (frame["part"] != "test")]

    @cached_property
    def pictured(self) -> pd.DataFrame:
        """The samples that have a picture, in the order of the survey."""
        assert self.survey is not None
        return self.frame.reindex(list(self.survey.ids))

    @cached_property
    def cluster_of(self) -> dict[str, str]:
        """By id, the first id of its cluster; only for ids in clusters."""
        return {i: ids[0] for ids in self.duplicates.clusters for i in ids}

    @cached_property
    def looks(self) -> Looks:
        """Light and colour of every picture."""
        assert self.survey is not None
        return looks(self.survey.thumbs)

    @property
    def has_pictures(self) -> bool:
        """Is there anything to look at?"""
        return self.survey is not None and len(self.survey) > 0


def looks(thumbs: NDArray[np.uint8]) -> Looks:
    """Measure light and colour of thumbnails of shape ``(n, 32, 32, 3)``."""
    rows = [
        _looks(thumbs[start : start + _CHUNK]) for start in range(0, max(1, len(thumbs)), _CHUNK)
    ]
    low, high, spread, chroma = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Looks(low, high, spread, chroma)


def _looks(thumbs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
    count = len(thumbs)
    lightest, darkest = (f(axis=3).reshape(count, -1) for f in (thumbs.max, thumbs.min))
    chroma = lightest - darkest
    place = lightest.shape[1] // 100
    ends = (place, lightest.shape[1] - 1 - place)
    return (
        np.partition(darkest, ends[0], axis=1)[:, ends[0]].astype(np.float32),
        np.partition(lightest, ends[1], axis=1)[:, ends[1]].astype(np.float32),
        thumbs.reshape(count, -1, 3).std(axis=1, dtype=np.float32).max(axis=1),
        np.partition(chroma, ends[1], axis=1)[:, ends[1]].astype(np.float32),
    )
