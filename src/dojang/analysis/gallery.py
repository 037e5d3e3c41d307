"""Pictures of a run: a contact sheet of the training part, and cases with what the model looked at.

They are small files in the run folder, so that a report needs neither the data nor the model.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from dojang.analysis.cases import Case, confusions
from dojang.analysis.explain import find_layer, grad_cam, overlay
from dojang.analysis.labels import suspects
from dojang.analysis.nearest import Neighbour
from dojang.core.errors import ModelError
from dojang.core.store import RunFolder, write_bytes, write_json
from dojang.core.types import InputSpec, Predictions
from dojang.data.cache import pixels_of
from dojang.data.workers import DecodePool, Job

THUMB = 96
CASE = 224
PER_CLASS = 6
MOST_THUMBS = 180
NEAR = 72

NetworkOf = Callable[[int], tuple[nn.Module, InputSpec]]


def save_contact_sheet(
    folder: RunFolder, pool: DecodePool, samples: Sequence[tuple[str, str]]
) -> None:
    """Keep a few thumbnails of each class.

    Args:
        samples: (id, label) of the training part.
    """
    by_label: dict[str, list[str]] = defaultdict(list)
    for identifier, label in samples:
        by_label[label].append(identifier)
    count = max(1, min(PER_CLASS, MOST_THUMBS // max(1, len(by_label))))
    chosen = [
        (label, identifier)
        for label in sorted(by_label)[:MOST_THUMBS]
        for identifier in sorted(by_label[label], key=_shuffled)[:count]
    ]
    lines: list[dict[str, str]] = []
    job = Job(tuple(identifier for _, identifier in chosen), THUMB, "crop")
    for (label, identifier), pixels in zip(chosen, pixels_of(next(pool.run([job]))), strict=True):
        file = _picture(folder, f"contact-{len(lines):03}", pixels, 80)
        lines.append({"label": label, "id": identifier, "file": file})
    write_json(folder.path / "gallery" / "contact.json", lines)


def save_cases(
    folder: RunFolder,
    pool: DecodePool,
    predictions: Predictions,
    network_of: NetworkOf,
    cases: Sequence[Case],
    near: Mapping[str, Sequence[Neighbour]],
) -> None:
    """Keep cases of a part with their pictures.

    Args:
        network_of: from the fold of a prediction to the model that made it and its input.
        near: by id, the nearest training images.
    """

    def keep(name: str, picture: bytes) -> str:
        file = f"gallery/{predictions.part}-{name}.jpg"
        write_bytes(folder.path / file, picture)
        return file

    lines = draw_cases(pool, predictions, network_of, cases, near, keep)
    write_json(folder.gallery(predictions.part), lines)


def draw_cases(
    pool: DecodePool,
    predictions: Predictions,
    network_of: NetworkOf,
    cases: Sequence[Case],
    near: Mapping[str, Sequence[Neighbour]],
    keep: Callable[[str, bytes], str],
) -> list[dict[str, Any]]:
    """Describe cases and draw them: the image, where the model looked, and its neighbours.

    Args:
        keep: keeps a picture under a name, and returns what stands for it in the description.
    """
    drawn: dict[int, dict[str, str]] = {}
    for number, index in enumerate(dict.fromkeys(case.index for case in cases)):
        network, spec = network_of(int(predictions.fold[index]))
        seen, shown = view(pool, predictions.ids[index], spec)
        drawn[index] = {"image": keep(f"{number:02}", jpeg(shown, 85))}
        heat = heat_map(network, seen, int(predictions.predicted[index]))
        if heat is not None:
            drawn[index]["overlay"] = keep(f"{number:02}-why", jpeg(overlay(shown, heat), 85))
    wanted = [n.id for index in drawn for n in near.get(predictions.ids[index], ())]
    thumbs = _thumbnails(pool, list(dict.fromkeys(wanted)), network_of(0)[1], keep)
    doubtful = set(suspects(predictions).tolist())
    counts = {(c.target, c.predicted): c.count for c in confusions(predictions)}
    lines = []
    for case in cases:
        target, predicted = (
            int(v[case.index]) for v in (predictions.targets, predictions.predicted)
        )
        identifier = predictions.ids[case.index]
        line: dict[str, Any] = {
            "kind": case.kind,
            "id": identifier,
            "target": predictions.classes[target] if target >= 0 else None,
            "predicted": predictions.classes[predicted],
            "confidence": float(predictions.confidence[case.index]),
            "suspect": case.index in doubtful,
            **drawn[case.index],
            "near": [asdict(n) | {"image": thumbs[n.id]} for n in near.get(identifier, ())],
        }
        lines.append(line | ({"count": counts[target, predicted]} if case.kind == "pair" else {}))
    return lines


def _thumbnails(
    pool: DecodePool, ids: Sequence[str], spec: InputSpec, keep: Callable[[str, bytes], str]
) -> dict[str, str]:
    """Keep small pictures; return what stands for each, by id."""
    chunks = [tuple(ids[i : i + 32]) for i in range(0, len(ids), 32)]
    jobs = (Job(chunk, NEAR, spec.how) for chunk in chunks)
    pixels = [square for outcomes in pool.run(jobs) for square in pixels_of(outcomes)]
    return {
        identifier: keep(f"near-{number:03}", jpeg(square, 80))
        for number, (identifier, square) in enumerate(zip(ids, pixels, strict=True))
    }


def view(pool: DecodePool, identifier: str, spec: InputSpec) -> tuple[Tensor, NDArray[np.uint8]]:
    """Return an image as the network sees it, ``(1, 3, S, S)``, and larger for people."""
    jobs = [Job((identifier,), side, spec.how) for side in (spec.size, max(CASE, spec.size))]
    seen, shown = (pixels_of(outcomes)[0] for outcomes in pool.run(jobs))
    return torch.from_numpy(seen.copy()).permute(2, 0, 1)[None], shown


def heat_map(
    network: nn.Module, images: Tensor, answer: int | None = None
) -> NDArray[np.float32] | None:
    """Return where the network looked, ``(S, S)`` in [0, 1]; None where it has no such layer.

    Args:
        network: images to logits.
        images: one image, shape ``(1, 3, S, S)``.
        answer: index of the class to explain; None for the network's most probable one.
    """
    try:
        layer = find_layer(network, images.shape[-1])
    except ModelError:
        return None
    device = next(network.parameters()).device
    target = None if answer is None else torch.tensor([answer], device=device)
    heat: NDArray[np.float32] = grad_cam(network, images.to(device), target, layer)[0].cpu().numpy()
    return heat


def jpeg(pixels: NDArray[np.uint8], quality: int = 90) -> bytes:
    """Encode pixels ``(H, W, 3)``."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _picture(folder: RunFolder, name: str, pixels: NDArray[np.uint8], quality: int) -> str:
    file = f"gallery/{name}.jpg"
    write_bytes(folder.path / file, jpeg(pixels, quality))
    return file


def _shuffled(identifier: str) -> str:
    """An order that has nothing to do with names, yet is the same every time."""
    return hashlib.sha256(identifier.encode()).hexdigest()
