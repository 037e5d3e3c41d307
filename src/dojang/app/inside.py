"""``dojang inside``: look into the network of a run, and put its explanations to the test.

Everything is done with the first model of the run and the validation images of its fold. The test
part is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from dojang.analysis import inside
from dojang.analysis.explain import explain_images, find_layer, layer_named, methods_for, name_of
from dojang.analysis.explain.faithfulness import (
    CELLS,
    STEPS,
    Areas,
    areas_of_chance,
    areas_of_maps,
    judge,
    mean_of,
)
from dojang.analysis.explain.methods import METHODS
from dojang.analysis.explain.sanity import cascade, rank_correlation, verdict
from dojang.analysis.gallery import jpeg, view
from dojang.analysis.report import write_report
from dojang.analysis.report.inside import write_inside
from dojang.app import files, predicting, stages
from dojang.app.building import device_of_run, groups_by_id
from dojang.app.screen import Screen
from dojang.core.errors import DataError, ModelError, RunError
from dojang.core.random import generator
from dojang.core.recipe import Recipe, load_recipe
from dojang.core.store import RunFolder, file_hash, open_run_folder, write_bytes, write_json
from dojang.core.types import Manifest, SourceRef
from dojang.data.cache import PixelStore
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network
from dojang.objectives.intervals import CORRELATION
from dojang.objectives.resampling import Design, group_index

LOOKED_THROUGH = 512  # images at most, among which those are looked for that activate channels
RANDOMISED = 12  # images at most whose maps are compared with those of destroyed networks
BATCH = 16


@dataclass(frozen=True)
class Subject:
    """What is looked at: a network, validation images in a random order, and the layer."""

    folder: RunFolder
    network: Network
    store: PixelStore
    layer: nn.Module | None
    groups: dict[str, str]

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    def images(self, rows: range | list[int]) -> Tensor:
        """Return images ``(n, 3, S, S)`` of the store."""
        wanted = np.array(list(rows), dtype=np.int64)
        return torch.cat(list(self.store.stream([wanted]))).to(self.device)

    def chunks(self, count: int) -> Iterator[tuple[range, Tensor]]:
        """Yield the first ``count`` images in small batches, with their places."""
        for start in range(0, count, BATCH):
            rows = range(start, min(count, start + BATCH))
            yield rows, self.images(rows)


def look_inside(
    path: Path, layer: str | None, image: Path | None, count: int, screen: Screen
) -> dict[str, Any]:
    """Write ``inside.json``, ``inside.html`` and the report of a run; return what is in the first.

    Args:
        layer: name of the layer whose maps and channels are shown; found unless given.
        image: whose maps are shown; a validation image unless given.
        count: validation images on which explanations are tested.

    Raises:
        RunError: it is no run, has no weights, or no validation image.
        ModelError: there is no such layer, or it puts out no maps.
        DataError: the image or the data cannot be read.
    """
    if image is not None and not image.exists():
        raise DataError("data.missing", path=image)
    folder, record = open_run_folder(path)
    recipe, manifest = load_recipe(folder.recipe), files.load_manifest(folder)
    network = predicting.load_networks(folder, record, recipe)[0].to(device_of_run())
    shown = _layer(network, layer)
    ids = _validation_ids(folder)
    with stages.open_pool(recipe, manifest.source, [network], manifest) as pool:
        subject = _subject(folder, network, ids, recipe, manifest, pool, shown)
        count = min(count, len(ids))
        tree: dict[str, Any] = {
            "part": "valid", "images": count, "folds": record.folds,
            "read": {"weights.fold0": file_hash(folder.weights(0))},
            "layer": None if shown is None else name_of(network, shown),
            "filters": _filters(subject),
            "maps": _maps(subject, image, recipe),
            **_channels(subject, screen),
            "faithfulness": _faithfulness(subject, count, screen),
            "randomisation": _randomisation(subject, min(count, RANDOMISED), screen),
        }  # fmt: skip
    write_json(folder.inside, tree)
    screen.note("inside.written", path=write_inside(folder, record, tree))
    screen.note("progress.report", path=write_report(folder, record))
    return tree


def _layer(network: Network, name: str | None) -> nn.Module | None:
    if name is not None:
        return layer_named(network, name)
    try:
        return find_layer(network, network.spec.size)
    except ModelError:
        return None


def _validation_ids(folder: RunFolder) -> list[str]:
    """The validation images of the first model, in a random order that is always the same."""
    ids = files.load_plan(folder).ids("valid", 0)
    if not ids:
        raise RunError("inside.no_valid", path=folder.path)
    order = generator(0, "inside", "images").permutation(len(ids))
    return [sorted(ids)[i] for i in order]


def _subject(
    folder: RunFolder,
    network: Network,
    ids: list[str],
    recipe: Recipe,
    manifest: Manifest,
    pool: DecodePool,
    layer: nn.Module | None,
) -> Subject:
    store = predicting.store_of(network, ids[:LOOKED_THROUGH], recipe, pool, manifest)
    return Subject(folder, network, store, layer, groups_by_id(manifest))


def _filters(subject: Subject) -> dict[str, Any] | None:
    found = inside.first_filters(subject.network)
    if found is None:
        return None
    picture = _save(subject.folder, "filters", inside.filters_picture(found))
    shape = list(found.weights.shape)
    return {"layer": found.layer, "shape": shape, "picture": picture}


def _maps(subject: Subject, image: Path | None, recipe: Recipe) -> dict[str, Any] | None:
    """Draw the maps of one image."""
    if subject.layer is None:
        return None
    network = subject.network
    if image is None:
        seen, name = subject.images([0]), subject.store.ids[0]
    else:
        with stages.open_pool(recipe, SourceRef("files", ""), [network]) as pool:
            seen, name = view(pool, str(image), network.spec)[0], image.name
        seen = seen.to(subject.device)
    channels, maps = inside.feature_maps(network, seen, subject.layer)
    photo = seen[0].permute(1, 2, 0).cpu().numpy()
    write_bytes(subject.folder.path / "inside" / "image.jpg", jpeg(photo))
    picture = _save(subject.folder, "maps", inside.maps_picture(maps))
    return {
        "image": name, "photo": "inside/image.jpg", "picture": picture,
        "shape": list(maps.shape[1:]), "channels": channels,
    }  # fmt: skip


def _channels(subject: Subject, screen: Screen) -> dict[str, Any]:
    """Find and draw the images that activate the channels of the layer most."""
    if subject.layer is None:
        return {"looked_through": 0, "channels": []}
    ids, layer, network = subject.store.ids, subject.layer, subject.network
    with screen.task("inside.progress.channels") as progress:

        def batches() -> Iterator[Tensor]:
            for rows, images in subject.chunks(len(ids)):
                yield images
                progress(rows.stop, len(ids))

        found = inside.responses(network, ids, batches(), layer)
    lines = []
    for number, channel in enumerate(found.channels()):
        rows = found.examples(channel)
        drawn = inside.channel_picture(network, subject.images(rows), layer, channel)
        file = f"inside/channel-{number}.jpg"
        write_bytes(subject.folder.path / file, jpeg(drawn, 88))
        answers = found.strongest[rows, channel].tolist()
        examples = [{"id": ids[r], "answer": a} for r, a in zip(rows, answers, strict=True)]
        lines.append({"channel": channel, "picture": file, "examples": examples})
    return {"looked_through": len(ids), "channels": lines}


def _faithfulness(subject: Subject, count: int, screen: Screen) -> dict[str, Any]:
    """Delete and insert what each method shows, against random orders of the same cells."""
    network = subject.network
    names = methods_for(network, subject.images([0]))
    found: dict[str | None, list[Areas]] = {name: [] for name in (None, *names)}
    with screen.task("inside.progress.faithfulness") as progress:
        for rows, images in subject.chunks(count):
            classes = _answers(network, images)
            found[None].append(areas_of_chance(network, images, classes, rows.start))
            for done, name in enumerate(names, 1):
                maps = _map_maker(name, images, classes)(network)
                areas = areas_of_maps(network, images, classes, maps, rows.start)
                found[name].append(areas)
                progress(rows.start + len(rows) * done // len(names), count)
    groups = group_index(subject.store.ids[:count], subject.groups)
    chance = _joined(found[None])
    judged = {name: judge(_joined(found[name]), chance, groups) for name in names}
    methods = [{"name": n, **asdict(j), "verdict": j.verdict} for n, j in judged.items()]
    random = judge(chance, chance, groups)
    return {
        "images": count, "cells": CELLS, "steps": STEPS,
        "random": {"deletion": asdict(random.deletion), "insertion": asdict(random.insertion)},
        "methods": methods,
    }  # fmt: skip


def _randomisation(subject: Subject, count: int, screen: Screen) -> dict[str, Any]:
    """Destroy the network from the head down and see what becomes of the maps."""
    network, images = subject.network, subject.images(range(count))
    classes, names = _answers(network, images), methods_for(network, images)
    design = Design(count, groups=group_index(subject.store.ids[:count], subject.groups))
    methods, stages_ = [], []
    with screen.task("inside.progress.randomise") as progress:
        for done, name in enumerate(names, 1):
            maker = _map_maker(name, images, classes)
            likeness = list(cascade(network, images, maker))
            ranks = [mean_of(step.rank, design, CORRELATION) for step in likeness]
            alike = [mean_of(step.ssim, design, CORRELATION) for step in likeness]
            methods.append({
                "name": name, "rank": [asdict(r) for r in ranks],
                "ssim": [asdict(s) for s in alike],
                "others": _between_images(maker(network)), "verdict": verdict(ranks[-1]),
            })  # fmt: skip
            stages_ = [step.stage for step in likeness]
            progress(done * count, len(names) * count)
    return {"images": count, "stages": stages_, "methods": methods}


def _between_images(maps: Tensor) -> float | None:
    """How alike the maps of different images are, as a rank correlation; None of one image."""
    if len(maps) < 2:
        return None
    return float(rank_correlation(maps, maps.roll(1, 0)).mean())


def _map_maker(name: str, images: Tensor, classes: Tensor) -> Callable[[nn.Module], Tensor]:
    """Return what makes the maps of images by any network, for the classes of the trained one."""
    targets = classes if METHODS[name].of_class else None
    return partial(_maps_by, images=images, name=name, targets=targets)


def _maps_by(model: nn.Module, images: Tensor, name: str, targets: Tensor | None) -> Tensor:
    return explain_images(model, images, name, targets)


def _answers(network: Network, images: Tensor) -> Tensor:
    with torch.no_grad():
        answers: Tensor = network(images).argmax(1)
    return answers


def _joined(parts: list[Areas]) -> Areas:
    deletion = np.concatenate([part.deletion for part in parts])
    return Areas(deletion, np.concatenate([part.insertion for part in parts]))


def _save(folder: RunFolder, name: str, pixels: inside.Pixels) -> str:
    """Keep a picture whose pixels count as PNG; return its path inside the run folder."""
    import io

    file, buffer = f"inside/{name}.png", io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    write_bytes(folder.path / file, buffer.getvalue())
    return file
