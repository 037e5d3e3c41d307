"""Explain one image: what a run says of it, and where it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dojang.analysis.explain import (
    DEFAULT,
    explain_images,
    layer_named,
    method_named,
    overlay,
)
from dojang.analysis.gallery import view
from dojang.app import deciding, predicting, stages
from dojang.core.errors import DataError, ModelError, did_you_mean
from dojang.core.recipe import load_recipe
from dojang.core.store import open_run_folder
from dojang.core.types import SourceRef
from dojang.nn.factory import Network

SHOWN_CLASSES = 20  # in an error that lists them


@dataclass(frozen=True)
class Explanation:
    """What a model says of an image and where it looked.

    Attributes:
        classes: (class, probability) from the most to the least probable.
        predicted: the class that is the answer: the most probable one, unless the run's rule
            decides for another.
        accepted: whether it is sure enough to be given.
        picture: the image with the heat map on it, uint8, shape ``(H, W, 3)``; the image alone
            where the network has no layer that could be shown.
        found: whether there is a heat map.
        method: how it was explained.
        target: the class that is explained; None where the method is the same for every class.
        heat: the map itself, ``(S, S)`` in [0, 1], for images of the network's size; or None.
    """

    id: str
    classes: tuple[tuple[str, float], ...]
    predicted: str
    accepted: bool
    picture: Any
    found: bool
    method: str = DEFAULT
    target: str | None = None
    heat: Any = None


def explain(
    run: Path,
    image: Path,
    method: str | None = None,
    layer: str | None = None,
    target: str | None = None,
) -> Explanation:
    """Explain an image.

    Args:
        method: by its name; Grad-CAM unless given, and then the image alone where it cannot.
        layer: name of the layer to explain; found automatically unless given.
        target: name of the class to explain; the answer unless given.

    Raises:
        DataError: the file is missing or not an image.
        ModelError: there is no such method, layer or class, or it does not suit the network.
    """
    if not image.exists():
        raise DataError("data.missing", path=image)
    return explain_from(run, SourceRef("files", ""), str(image), method, layer, target)


def explain_from(
    run: Path,
    source: SourceRef,
    identifier: str,
    method: str | None = None,
    layer: str | None = None,
    target: str | None = None,
) -> Explanation:
    """Explain an image of a source, such as a member of an archive; see :func:`explain`."""
    chosen = method_named(method or DEFAULT)
    folder, record = open_run_folder(run)
    recipe, classes = load_recipe(folder.recipe), record.classes
    asked = None if target is None else class_index(target, classes)
    networks = predicting.load_networks(folder, record, recipe)
    with stages.open_pool(recipe, source, networks) as pool:
        seen, shown = view(pool, identifier, networks[0].spec)
    seen = seen.to(next(networks[0].parameters()).device)
    with torch.inference_mode():
        outputs = [n(seen).float().softmax(dim=1)[0].cpu() for n in networks]
    rule = deciding.rule_of(folder, classes)
    shares = rule.calibrate(torch.stack(outputs).mean(dim=0).numpy()[None])
    answer = rule.answers(shares)
    sure = rule.accepts(shares, answer)
    order = np.argsort(-shares[0], kind="stable").tolist()
    index = int(answer[0]) if asked is None else asked
    wanted = index if chosen.of_class or asked is not None else None
    heat = _heat(networks[0], seen, method, layer, wanted)
    return Explanation(
        id=identifier,
        classes=tuple((classes[i], float(shares[0, i])) for i in order),
        predicted=classes[int(answer[0])],
        accepted=sure is None or bool(sure[0]),
        picture=shown if heat is None else overlay(shown, heat),
        found=heat is not None,
        method=method or DEFAULT,
        target=None if wanted is None else classes[wanted],
        heat=heat,
    )


def class_index(name: str, classes: Sequence[str]) -> int:
    """Return the index of a class.

    Raises:
        ModelError: there is none of that name; the nearest are given, and what there is.
    """
    if name not in classes:
        known = ", ".join(classes[:SHOWN_CLASSES]) + (" …" if len(classes) > SHOWN_CLASSES else "")
        hint = did_you_mean(name, classes)
        raise ModelError("explain.unknown_class", name=name, known=known, hint=hint)
    return classes.index(name)


def _heat(
    network: Network, seen: Tensor, method: str | None, layer: str | None, index: int | None
) -> Any:
    """Return the map ``(S, S)``; None where nothing was asked for and the network has no layer."""
    targets = None if index is None else torch.tensor([index], device=seen.device)
    module = None if layer is None else layer_named(network, layer)
    try:
        heat = explain_images(network, seen, method or DEFAULT, targets, module)
    except ModelError as error:
        if method is None and layer is None and error.key == "explain.no_layer":
            return None
        raise
    return heat[0].cpu().numpy()
