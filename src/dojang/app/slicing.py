"""Slices of a run: what is known of each image, and among which the model does worse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.slice_columns import LOOKED_AT, columns_of
from dojang.analysis.slices import FEWEST, Slice, find_slices
from dojang.app.seen import Seen
from dojang.core.store import RunFolder, write_json, write_parquet
from dojang.core.types import Manifest, Predictions, Survey
from dojang.train.processes import is_main

IMAGES_A_CLUSTER, MOST_CLUSTERS = 60, 12
DIRECTIONS = 20  # of the features, in which clusters are looked for
FITTED = 20_000  # images


def save_measures(folder: RunFolder, survey: Survey) -> None:
    """Keep what was measured of each image while its file was checked."""
    if not is_main():
        return
    frame = survey.measures[list(LOOKED_AT)].copy()
    frame.insert(0, "id", list(survey.ids))
    write_parquet(folder.measures, frame, {})


def find(
    folder: RunFolder,
    predictions: Predictions,
    manifest: Manifest,
    seen: Seen,
    groups: NDArray[np.int64] | None,
) -> list[Slice]:
    """Look for slices among the predictions of a part, and write ``slices/<part>.json``.

    Args:
        seen: the images of the part as the first model sees them.
    """
    columns = columns_of(folder, predictions.ids, manifest.samples)
    if len(predictions) >= 2 * FEWEST:
        columns["cluster"] = clusters(seen, predictions.ids)
    found = find_slices(predictions, columns, groups)
    write_json(folder.slices(predictions.part), {
        "part": predictions.part, "n": len(predictions), "columns": list(columns),
        "slices": [s.to_json() for s in found],
    })  # fmt: skip
    return found


def clusters(seen: Seen, ids: Sequence[str]) -> NDArray[np.int64]:
    """Return the cluster of each image, ``(n,)``, or 0 where its features were not kept: images
    whose features point the same way.

    Features are brought to their main directions; k-means deals them to a cluster for every 60
    images, twelve at most. Directions and clusters are learnt from ``FITTED`` images at most.
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    fitted = np.unique(np.linspace(0, len(seen.ids) - 1, min(FITTED, len(seen.ids))).astype(int))
    learnt = seen.rows[fitted].astype(np.float64)
    axes = PCA(min(DIRECTIONS, *learnt.shape), random_state=0).fit(learnt)
    count = int(np.clip(len(seen.ids) // IMAGES_A_CLUSTER, 2, MOST_CLUSTERS))
    means = KMeans(count, n_init=4, random_state=0).fit(axes.transform(learnt))
    dealt = np.concatenate([
        means.predict(axes.transform(seen.rows[i : i + FITTED].astype(np.float64)))
        for i in range(0, len(seen.ids), FITTED)
    ])  # fmt: skip
    # Numbered from the largest, so that the names do not change with the order of k-means.
    order = np.argsort(-np.bincount(dealt, minlength=count), kind="stable")
    numbers = np.empty(count, dtype=np.int64)
    numbers[order] = np.arange(1, count + 1)
    place = dict(zip(seen.ids, numbers[dealt].tolist(), strict=True))
    return np.array([place.get(identifier, 0) for identifier in ids], dtype=np.int64)
