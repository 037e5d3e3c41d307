"""What each layer takes and gives, worked out before anything runs.

A shape is ``(channels, height, width)`` of a map or ``(features,)`` of a vector. Every layer is
looked at even where one before it is wrong: it goes on with the shape that was most likely meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dojang.core.errors import Problem, RecipeError
from dojang.nn.layers.grammar import Layer
from dojang.nn.layers.rules import NEEDS_MAP, RULES, Shape, projection_stride, shown

_ASSUMED = 224  # where the size is not known yet
MOST_VALUES = 2**31  # of one map: 8 GB; one image cannot be meant to need more
MOST_WEIGHTS = 2**32  # of the network: 16 GB
# Problems that are there whatever the size of the image is.
OF_ANY_SIZE = frozenset(
    {"groups", "needs_vector", "needs_map", "needs_color", "channels_differ", "kinds_differ",
     "pad_too_wide", "ends_as_map"}
)  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """A layer with the shapes around it; ``lists`` as those of the layer."""

    layer: Layer
    before: Shape
    after: Shape
    weights: int = 0
    lists: tuple[tuple[Planned, ...], ...] = ()


def plan(
    layers: Sequence[Layer], size: int | None, channels: int = 3, name: str = "model.layers"
) -> tuple[Planned, ...]:
    """Work out every shape for images ``(channels, size, size)``.

    Args:
        size: side of the input; None where it is not known yet: then only what is wrong at any
            size is told.
        name: whose layers these are, for the message.

    Raises:
        RecipeError: shapes that do not fit, all of them, each with its layer and how to mend it.
    """
    shaper = _Shaper()
    side = _ASSUMED if size is None else size
    planned = shaper.run(layers, (channels, side, side))
    end = planned[-1].after if planned else (channels, side, side)
    if len(end) != 1:
        shaper.wrong("ends_as_map", layers[-1], shape=shown(end))
    problems = [p for p in shaper.problems if size or p.key.removeprefix("layers.") in OF_ANY_SIZE]
    if problems:
        key = "layers.unfit" if size else "layers.unfit_any"
        raise RecipeError(key, problems=problems, name=name, size=side)
    return planned


def every(planned: Sequence[Planned]) -> list[Planned]:
    """Return the layers with those inside them, depth first."""
    found: list[Planned] = []
    for one in planned:
        found.append(one)
        for inner in one.lists:
            found += every(inner)
    return found


class _Shaper:
    """Follows the shapes and collects what does not fit."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._weights = 0
        self._told = False

    def wrong(self, key: str, layer: Layer, **values: object) -> None:
        place = re.sub(r"#\d+", "", layer.path)
        known = {(p.key, p.values["path"], p.values["layer"]) for p in self.problems}
        full = f"layers.{key}"
        if (full, place, layer.text) not in known:
            told = {"path": place, "layer": layer.text, **values}
            self.problems.append(Problem(full, told))

    def run(self, layers: Sequence[Layer], shape: Shape) -> tuple[Planned, ...]:
        planned = []
        for layer in layers:
            one = self._layer(layer, shape)
            planned.append(one)
            shape = one.after
        return tuple(planned)

    def _layer(self, layer: Layer, shape: Shape) -> Planned:
        if layer.kind == "residual":
            return self._residual(layer, shape)
        if layer.kind == "branches":
            return self._branches(layer, shape)
        if layer.kind in NEEDS_MAP and len(shape) != 3:
            self.wrong("needs_map", layer, kind=layer.kind, shape=shown(shape))
            return Planned(layer, shape, shape)
        after, weights = RULES[layer.kind](self.wrong, layer, shape)
        self._bound(layer, after, weights)
        return Planned(layer, shape, after, weights)

    def _bound(self, layer: Layer, after: Shape, weights: int) -> None:
        """Refuse what no machine holds, before anything of it is made; the first layer is told."""
        self._weights += weights
        if not self._told and (math.prod(after) > MOST_VALUES or self._weights > MOST_WEIGHTS):
            self._told = True
            self.wrong(
                "too_large", layer, shape=shown(after), weights=f"{self._weights:,}",
                most=f"{MOST_WEIGHTS:,}", values=f"{MOST_VALUES:,}",
            )  # fmt: skip

    def _residual(self, layer: Layer, shape: Shape) -> Planned:
        body = self.run(layer.lists[0], shape)
        out = body[-1].after if body else shape
        if layer.projection:
            weights = self._projection(layer, shape, out)
            return Planned(layer, shape, out, weights, (body, ()))
        way = self.run(layer.lists[1], shape)
        short = way[-1].after if way else shape
        if short != out:
            values = {"body": shown(out), "shortcut": shown(short), "mend": _mending(shape, out)}
            self.wrong(_difference(out, short), layer, **values)
        return Planned(layer, shape, out, 0, (body, way))

    def _projection(self, layer: Layer, shape: Shape, out: Shape) -> int:
        if projection_stride(shape, out) is None:
            self.wrong("no_projection", layer, shape=shown(shape), body=shown(out))
        weights = shape[0] * out[0] + 2 * out[0]
        self._bound(layer, out, weights)
        return weights

    def _branches(self, layer: Layer, shape: Shape) -> Planned:
        lists = tuple(self.run(one, shape) for one in layer.lists)
        ends = [one[-1].after if one else shape for one in lists]
        told = ", ".join(map(shown, ends))
        if len({len(end) for end in ends}) > 1:
            self.wrong("branches_differ", layer, shapes=told)
            return Planned(layer, shape, ends[0], 0, lists)
        if len({end[1:] for end in ends}) > 1:
            self.wrong("branches_differ", layer, shapes=told)
        after = (sum(end[0] for end in ends), *ends[0][1:])
        self._bound(layer, after, 0)
        return Planned(layer, shape, after, 0, lists)


def _difference(out: Shape, short: Shape) -> str:
    """What keeps two shapes from being added."""
    if len(out) != 3 or len(short) != 3:
        return "kinds_differ"
    return "sides_differ" if out[0] == short[0] else "channels_differ"


def _mending(before: Shape, after: Shape) -> str:
    """The shortcut that would fit, as it is written in a recipe."""
    stride = projection_stride(before, after)
    if stride is None:
        return "shortcut: […]"
    step = f" stride {stride}" if stride > 1 else ""
    return f"shortcut: [conv {after[0]} 1x1{step}, bn]"
