"""Slices of a run: what is known of each image, and among which the model does worse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.slices import FEWEST, Column, Slice, find_slices
from dojang.app.features import features_of
from dojang.app.predicting import store_of
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder, read_parquet, write_json, write_parquet
from dojang.core.types import Manifest, Predictions, Survey
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network
from dojang.train.processes import is_main

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = ("brightness", "contrast", "saturation", "sharpness")
META = "meta:"
IMAGES_A_CLUSTER, MOST_CLUSTERS = 60, 12
DIRECTIONS = 20  # of the features, in which clusters are looked for


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
    networks: Sequence[Network],
    recipe: Recipe,
    pool: DecodePool,
    groups: NDArray[np.int64] | None,
) -> list[Slice]:
    """Look for slices among the predictions of a part, and write ``slices/<part>.json``."""
    columns = columns_of(folder, predictions.ids, manifest)
    if len(predictions) >= 2 * FEWEST:
        columns["cluster"] = clusters(networks[0], predictions.ids, recipe, pool, manifest)
    found = find_slices(predictions, columns, groups)
    write_json(folder.slices(predictions.part), {
        "part": predictions.part, "n": len(predictions), "columns": list(columns),
        "slices": [s.to_json() for s in found],
    })  # fmt: skip
    return found


def columns_of(folder: RunFolder, ids: Sequence[str], manifest: Manifest) -> dict[str, Column]:
    """Return what is known of each image, ``(n,)`` each: size, file, light, and the table's own
    columns."""
    frame = manifest.samples.set_index("id").loc[list(ids)]
    found: dict[str, Column] = {
        "pixels": (frame["width"] * frame["height"]).to_numpy(np.float64),
        "aspect": (frame["width"] / np.maximum(frame["height"], 1)).to_numpy(np.float64),
        "bytes": frame["bytes"].to_numpy(np.float64),
        "mode": frame["mode"].to_numpy(object),
    }
    if folder.measures.is_file():  # older runs do not have it
        measures = read_parquet(folder.measures).set_index("id").reindex(list(ids))
        found |= {name: measures[name].to_numpy(np.float64) for name in LOOKED_AT}
    for name in frame.columns:
        if str(name).startswith(META):
            found[str(name)] = _numbers_or_words(frame[name])
    return found


def clusters(
    network: Network,
    ids: Sequence[str],
    recipe: Recipe,
    pool: DecodePool,
    manifest: Manifest,
) -> NDArray[np.int64]:
    """Return the cluster of each image, ``(n,)``: images whose features point the same way.

    Features are those of the first model, brought to length 1 and to their main directions; k-means
    deals them to a cluster for every 60 images, twelve at most.
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    store = store_of(network, ids, recipe, pool, manifest)
    features = features_of(network, store, "fp32").numpy().astype(np.float64)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    directions = min(DIRECTIONS, *features.shape)
    main = PCA(directions, random_state=0).fit_transform(features)
    count = int(np.clip(len(ids) // IMAGES_A_CLUSTER, 2, MOST_CLUSTERS))
    dealt = KMeans(count, n_init=4, random_state=0).fit_predict(main)
    # Numbered from the largest, so that the names do not change with the order of k-means.
    order = np.argsort(-np.bincount(dealt, minlength=count), kind="stable")
    numbers = np.empty(count, dtype=np.int64)
    numbers[order] = np.arange(1, count + 1)
    chosen: NDArray[np.int64] = numbers[dealt]
    return chosen


def _numbers_or_words(column: pd.Series[str]) -> Column:
    """Columns of a table are kept as text; one that holds numbers alone is read as such."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().sum() == column.notna().sum():
        return numbers.to_numpy(np.float64)
    return column.to_numpy(object)
