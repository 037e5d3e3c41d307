"""From what is written in a recipe to layers: names, options and nesting, all mistakes at once.

A line names a layer and what it takes, ``conv 64 3x3 stride 2``; commas put several into one line,
``conv 64 3x3, bn, relu``. A mapping says the same with keys, ``conv: 64, kernel: 3, stride: 2``,
and holds what has layers of its own: ``residual``, ``branches`` and ``repeat``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from dojang.core.errors import Problem, RecipeError, did_you_mean
from dojang.core.i18n import t
from dojang.nn.layers.kinds import KINDS, MOST_REPEATS, NORMS, REQUIRED, BadValue, whole

MOST_LAYERS = 5_000
DEEPEST = 30
PROJECTION = "projection"
_SHAPE = re.compile(r"[0-9]+[x×][0-9]+")
_NUMBER = re.compile(r"[0-9.]+(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Layer:
    """One layer as it was meant, with every option settled.

    Attributes:
        path: where it stands, such as ``layers[3].residual[1]``; ``#2`` is a second repetition.
        text: how it was written, for messages.
        lists: its own layers: body and shortcut of a residual, the branches of a branching.
        projection: the shortcut of this residual is a fitting 1×1 convolution and a norm.
    """

    kind: str
    path: str
    text: str
    options: Mapping[str, Any] = field(default_factory=dict)
    lists: tuple[tuple[Layer, ...], ...] = ()
    projection: bool = False


def parse(layers: Iterable[Any]) -> tuple[Layer, ...]:
    """Read the layers of a recipe; repetitions are written out.

    Raises:
        RecipeError: unknown layers or options, values out of bounds; all of them, each with its
            place and how to mend it.
    """
    reader = _Reader()
    found = reader.items(list(layers), "layers", 0)
    if not found and not reader.problems:
        reader.wrong("layers.empty", "layers", "")
    if reader.problems:
        raise RecipeError("layers.invalid", problems=reader.problems)
    return found


class _Reader:
    """Reads layers and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._count = 0
        self._full = False

    def wrong(self, key: str, path: str, text: str, **values: object) -> None:
        """Note a problem, once for each place."""
        place = re.sub(r"#\d+", "", path)
        known = {(p.key, p.values["path"], p.values["layer"]) for p in self.problems}
        if (key, place, text) not in known:
            self.problems.append(Problem(key, {"path": place, "layer": text, **values}))

    def items(self, items: Any, path: str, depth: int) -> tuple[Layer, ...]:
        """Read a list of lines and mappings, or one line."""
        if isinstance(items, str | Mapping):
            items = [items]
        if not isinstance(items, Sequence):
            self.wrong("layers.not_a_list", path, _short(items))
            return ()
        if depth > DEEPEST:
            self.wrong("layers.too_deep", path, "", most=DEEPEST)
            return ()
        found: list[Layer] = []
        for number, item in enumerate(items):
            found += self._item(item, f"{path}[{number}]", depth)
            if self._full:
                break
        return _with_biases(found)

    def _item(self, item: Any, path: str, depth: int) -> list[Layer]:
        if isinstance(item, str):
            made = [self._line(part.strip(), path) for part in item.split(",")]
            return [layer for layer in made if layer is not None]
        if not isinstance(item, Mapping) or not item:
            self.wrong("layers.not_a_layer", path, _short(item))
            return []
        kinds = [key for key in item if key in KINDS]
        if len(kinds) != 1:
            key = "layers.two_kinds" if kinds else "layers.unknown"
            first = _short(next(iter(item)))
            values = {"kinds": ", ".join(kinds)} if kinds else {"hint": did_you_mean(first, KINDS)}
            self.wrong(key, path, first, **values)
            return []
        (kind,) = kinds
        if KINDS[kind].lists:
            return self._nested(kind, item, path, depth)
        layer = self._mapping(kind, item, path)
        return [] if layer is None else [layer]

    def _line(self, text: str, path: str) -> Layer | None:
        """Read one layer of a line: its kind, then numbers, shapes, words and their values."""
        kind, *words = text.split() or [""]
        if kind not in KINDS:
            self.wrong("layers.unknown", path, _short(text), hint=did_you_mean(kind, KINDS))
            return None
        if KINDS[kind].lists:
            self.wrong("layers.needs_list", path, _short(text), kind=kind)
            return None
        given = self._words(kind, words, path, text)
        return None if given is None else self._made(kind, given, path, text)

    def _words(self, kind: str, words: list[str], path: str, text: str) -> dict[str, Any] | None:
        found, rest = KINDS[kind], list(words)
        flags = {
            w: (name, v) for name, o in found.options.items() for w, v in (o.flag or {}).items()
        }
        given: dict[str, Any] = {}
        while rest:
            word = rest.pop(0)
            if word in flags:
                name, value = flags[word]
            elif word in found.options and rest:
                name, value = word, rest.pop(0)
            elif _SHAPE.fullmatch(word) and found.shape:
                name, value = found.shape, word
            elif _NUMBER.fullmatch(word) and (found.first or found.shape):
                name, value = found.first or found.shape or "", word
            else:
                known = list(dict.fromkeys([*found.options, *flags]))
                key = "layers.no_value" if word in found.options else "layers.unknown_word"
                self.wrong(key, path, _short(text), word=_short(word), hint=_hint(word, known))
                return None
            if name in given:
                self.wrong("layers.twice", path, _short(text), option=name)
                return None
            given[name] = value
        return given

    def _mapping(self, kind: str, item: Mapping[Any, Any], path: str) -> Layer | None:
        """Read one layer of a mapping: ``conv: 64, kernel: 3`` or ``conv: 64 3x3, bias: true``."""
        found, main, text = KINDS[kind], item[kind], kind
        given: dict[str, Any] = {}
        if isinstance(main, str):
            text = f"{kind} {main}"
            words = self._words(kind, main.split(), path, text)
            if words is None:
                return None
            given |= words
        elif main is not None:
            name = found.shape if isinstance(main, list) else found.first or found.shape
            if name is None:
                self.wrong("layers.takes_nothing", path, _short(f"{kind}: {main}"), kind=kind)
                return None
            given[name] = main
        for name, value in item.items():
            if name == kind:
                continue
            if name not in found.options or name in given:
                key = "layers.twice" if name in given else "layers.unknown_word"
                hint = _hint(str(name), list(found.options))
                word = _short(name)
                self.wrong(key, path, text, word=word, option=word, hint=hint)
                return None
            given[name] = value
        return self._made(kind, given, path, text)

    def _made(self, kind: str, given: dict[str, Any], path: str, text: str) -> Layer | None:
        """Check the values and put defaults for the rest."""
        self._count += 1
        if self._count > MOST_LAYERS:
            self._full = True
            self.wrong("layers.too_many", "layers", "", most=MOST_LAYERS)
            return None
        options: dict[str, Any] = {}
        good = True
        for name, option in KINDS[kind].options.items():
            options[name] = option.default
            if name not in given:
                if option.default is REQUIRED:
                    self.wrong("layers.lacks", path, _short(text), option=name)
                    good = False
                continue
            try:
                options[name] = option.read(given[name])
            except BadValue as bad:
                values = {"option": name, "value": _short(given[name])}
                expected = t(bad.key, **bad.values)
                self.wrong("layers.bad_value", path, _short(text), expected=expected, **values)
                good = False
        return Layer(kind, path, _short(text), options) if good else None

    def _nested(self, kind: str, item: Mapping[Any, Any], path: str, depth: int) -> list[Layer]:
        allowed = {*KINDS[kind].lists, kind}
        for name in item:
            if name not in allowed:
                hint = _hint(str(name), sorted(allowed))
                self.wrong("layers.unknown_word", path, kind, word=_short(name), hint=hint)
        if kind == "repeat":
            return self._repeat(item, path, depth)
        if kind == "residual":
            return self._residual(item, path, depth)
        return self._branches(item, path, depth)

    def _repeat(self, item: Mapping[Any, Any], path: str, depth: int) -> list[Layer]:
        try:
            times = whole(1, MOST_REPEATS)(item["repeat"])
        except BadValue as bad:
            values = {"option": "repeat", "value": _short(item["repeat"])}
            expected = t(bad.key, **bad.values)
            self.wrong("layers.bad_value", path, "repeat", expected=expected, **values)
            return []
        if "layers" not in item:
            self.wrong("layers.lacks", path, "repeat", option="layers")
            return []
        found: list[Layer] = []
        for turn in range(1, times + 1):
            mark = "" if turn == 1 else f"#{turn}"
            found += self.items(item["layers"], f"{path}{mark}.layers", depth + 1)
            if not found and not self.problems:
                self.wrong("layers.empty_list", path, "repeat", option="layers")
            if self._full or self.problems:
                break
        return found

    def _residual(self, item: Mapping[Any, Any], path: str, depth: int) -> list[Layer]:
        body = self.items(item["residual"], f"{path}.residual", depth + 1)
        given = item.get("shortcut", [])
        projection = given == PROJECTION
        way = () if projection else self.items(given, f"{path}.shortcut", depth + 1)
        if not body and not self.problems:
            self.wrong("layers.empty_list", path, "residual", option="residual")
        return self._whole("residual", path, (body, way), projection)

    def _branches(self, item: Mapping[Any, Any], path: str, depth: int) -> list[Layer]:
        given = item["branches"]
        if not isinstance(given, list | tuple) or len(given) < 2:
            self.wrong("layers.few_branches", path, "branches")
            return []
        lists = [
            self.items(one, f"{path}.branches[{number}]", depth + 1)
            for number, one in enumerate(given)
        ]
        return self._whole("branches", path, tuple(lists), False)

    def _whole(
        self, kind: str, path: str, lists: tuple[tuple[Layer, ...], ...], projection: bool
    ) -> list[Layer]:
        made = self._made(kind, {}, path, kind)
        return [] if made is None else [replace(made, lists=lists, projection=projection)]


def _with_biases(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Leave the bias out where a norm follows at once, which would take it away again."""
    settled = []
    for layer, following in zip_longest(layers, layers[1:]):
        if "bias" in layer.options and layer.options["bias"] is None:
            bias = following is None or following.kind not in NORMS
            settled.append(replace(layer, options={**layer.options, "bias": bias}))
        else:
            settled.append(layer)
    return tuple(settled)


def _hint(word: str, known: list[str]) -> str:
    """Name the nearest words, or all where there are few."""
    near = did_you_mean(word, known)
    if near or not known:
        return near
    return " " + t("layers.it_knows", names=", ".join(known))


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"
