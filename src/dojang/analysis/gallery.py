"""Pictures of a run: a contact sheet of the training part, and cases with what the model looked at.

They are small files in the run folder, so that a report needs neither the data nor the model.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from dojang.analysis.explain import find_layer, grad_cam, overlay, pick_cases
from dojang.core.errors import ModelError
from dojang.core.store import RunFolder, write_bytes, write_json
from dojang.core.types import InputSpec, Predictions
from dojang.data.cache import pixels_of
from dojang.data.workers import DecodePool, Job

THUMB = 96
CASE = 224
PER_CLASS = 6
MOST_THUMBS = 180
CASES_OF_A_KIND = 4


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
    network_of: Callable[[int], tuple[nn.Module, InputSpec]],
) -> None:
    """Keep the best, worst and most uncertain samples of a part with their Grad-CAM overlays.

    Args:
        network_of: from the fold of a prediction to the model that made it and its input.
    """
    lines: list[dict[str, Any]] = []
    for number, case in enumerate(pick_cases(predictions, CASES_OF_A_KIND)):
        network, spec = network_of(int(predictions.fold[case.index]))
        identifier = predictions.ids[case.index]
        seen, shown = view(pool, identifier, spec)
        name = f"{predictions.part}-{number:02}"
        line = {
            "kind": case.kind,
            "id": identifier,
            "target": predictions.classes[predictions.targets[case.index]],
            "predicted": predictions.classes[predictions.predicted[case.index]],
            "confidence": float(predictions.confidence[case.index]),
            "image": _picture(folder, name, shown, 85),
        }
        heat = heat_map(network, seen, int(predictions.predicted[case.index]))
        if heat is not None:
            line["overlay"] = _picture(folder, f"{name}-why", overlay(shown, heat), 85)
        lines.append(line)
    write_json(folder.path / "gallery" / f"{predictions.part}.json", lines)


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
