"""Counts, sizes and light: what can be said of a data set in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dojang.core.types import Manifest, SplitPlan, Survey

if TYPE_CHECKING:
    import pandas as pd

GRAY_SATURATION = 2.0  # mean spread between the channels below which a picture has no colour
LIGHT = ("brightness", "contrast", "saturation")


@dataclass(frozen=True)
class Spread:
    """Tenth, fiftieth and ninetieth percentile of a value."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Channel:
    """One colour channel over all pixels, on the scale 0 to 255; ``histogram`` holds 32 shares."""

    mean: float
    std: float
    histogram: tuple[float, ...]


@dataclass(frozen=True)
class Description:
    """A data set in numbers; everything but ``images``, ``parts`` and ``refused`` without the test
    part.

    Attributes:
        images: samples in all.
        seen: samples described, those outside the test part.
        parts: number of samples by part, the test part too.
        counts: samples of each class, the largest first.
        refused: files set aside, by reason.
        width, height, bytes: of the files; ``aspect`` is width over height.
        sizes: the commonest sizes as (width, height, number).
        modes: pixel modes, the commonest first.
        channels: red, green, blue.
        light: by measure (brightness, contrast, saturation) and class, and under "" over all.
        gray: share of pictures without colour.
    """

    images: int
    seen: int
    parts: Mapping[str, int]
    counts: Mapping[str, int]
    refused: Mapping[str, int]
    width: Spread
    height: Spread
    aspect: Spread
    bytes: Spread
    sizes: tuple[tuple[int, int, int], ...]
    modes: Mapping[str, int]
    channels: tuple[Channel, Channel, Channel]
    light: Mapping[str, Mapping[str, Spread]]
    gray: float


def describe(manifest: Manifest, survey: Survey, plan: SplitPlan) -> Description:
    """Describe the samples outside the sealed test part."""
    keep = outside_test(manifest, plan)
    frame = manifest.samples.loc[keep]
    measures = survey.measures.loc[keep]
    parts = Counter(plan.assignment["part"].tolist())
    pairs = Counter(zip(frame["width"].tolist(), frame["height"].tolist(), strict=True))
    return Description(
        images=len(manifest),
        seen=len(frame),
        parts={part: parts[part] for part in ("train", "valid", "cv", "test") if parts[part]},
        counts=dict(Counter(frame["label"].tolist()).most_common()),
        refused=dict(Counter(refusal.reason for refusal in manifest.refused).most_common()),
        width=spread(frame["width"]),
        height=spread(frame["height"]),
        aspect=spread(frame["width"] / frame["height"]),
        bytes=spread(frame["bytes"]),
        sizes=tuple((w, h, n) for (w, h), n in pairs.most_common()),
        modes=dict(Counter(frame["mode"].tolist()).most_common()),
        channels=channels_of(survey.thumbs[keep]),
        light={name: _by_class(measures[name], frame["label"]) for name in LIGHT},
        gray=float((measures["saturation"] < GRAY_SATURATION).mean()),
    )


def outside_test(manifest: Manifest, plan: SplitPlan) -> NDArray[np.bool_]:
    """Which rows of the manifest may be looked at, shape ``(n,)``."""
    sealed = set(plan.ids("test"))
    return np.array([identifier not in sealed for identifier in manifest.samples["id"]])


def spread(values: pd.Series[float] | Sequence[float]) -> Spread:
    """Return the percentiles 10, 50 and 90."""
    found = np.percentile(np.asarray(values, dtype=np.float64), [10, 50, 90])
    return Spread(*(float(v) for v in found))


def channels_of(thumbs: NDArray[np.uint8]) -> tuple[Channel, Channel, Channel]:
    """Describe red, green and blue of thumbnails ``(n, S, S, 3)``."""
    red, green, blue = (_channel(thumbs[..., i]) for i in range(3))
    return red, green, blue


def _channel(values: NDArray[np.uint8]) -> Channel:
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, len(values), 4096):  # a bounded copy, however many images there are
        counts += np.bincount(values[start : start + 4096].ravel(), minlength=256)
    shares = counts / max(1, counts.sum())
    levels = np.arange(256)
    mean = float(shares @ levels)
    std = float(np.sqrt(max(0.0, shares @ (levels - mean) ** 2)))
    bins = shares.reshape(32, 8).sum(axis=1)
    return Channel(mean, std, tuple(float(b) for b in bins))


def _by_class(values: pd.Series[float], labels: pd.Series[str]) -> dict[str, Spread]:
    groups = values.groupby(labels.to_numpy())
    return {"": spread(values), **{str(name): spread(group) for name, group in groups}}
