"""Runs side by side: where their recipes differ, and what they came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dojang.analysis.report.words import plain_value
from dojang.app.web.files import BROKEN, MEGABYTE, Kept, identity, read_tree
from dojang.app.web.runs import RunLine
from dojang.core.types import Evaluation

MOST_RUNS = 10
LONGEST_RECIPE = MEGABYTE
MOST_KEYS = 1000
SKIPPED = frozenset({"version"})


@dataclass(frozen=True)
class Difference:
    """A key of the recipe and its value in each run; ``odd`` where it is not that of the first."""

    key: str
    values: tuple[str, ...]
    odd: tuple[bool, ...]


class Sides:
    """Recipes and scores of runs, read once while their files stay the same."""

    def __init__(self) -> None:
        self._recipes: Kept[dict[str, str]] = Kept(8 * MEGABYTE, lambda flat: 100 + 150 * len(flat))
        self._scores: Kept[Evaluation] = Kept(
            32 * MEGABYTE, lambda e: 500 + 1000 * len(e.per_class) + 32 * len(e.confusion) ** 2
        )

    def recipe(self, line: RunLine) -> dict[str, str]:
        """Return the recipe by dotted key; empty where it cannot be read."""
        path = line.folder.recipe
        state = identity(path)
        if state is None or state[1] > LONGEST_RECIPE:
            return {}
        return self._recipes.made((line.id, state), lambda: _flat_recipe(path))

    def scores(self, line: RunLine, part: str = "valid") -> Evaluation | None:
        """Return the scores of a part; None where there are none, or they are sealed or broken."""
        path = line.folder.evaluation(part)
        state = identity(path)
        if state is None or (part == "test" and not line.opened):
            return None
        try:
            return self._scores.made((line.id, part, state), lambda: _evaluation(path))
        except BROKEN:
            return None

    def differences(self, lines: Sequence[RunLine]) -> list[Difference]:
        """Return the keys in which the recipes differ, in the order of the recipe."""
        recipes = [self.recipe(line) for line in lines]
        keys = list(dict.fromkeys(key for recipe in recipes for key in recipe))
        found = []
        for key in keys:
            values = tuple(recipe.get(key, "–") for recipe in recipes)
            if len(set(values)) > 1:
                odd = tuple(value != values[0] for value in values)
                found.append(Difference(key, values, odd))
        return found


def _evaluation(path: Path) -> Evaluation:
    found = Evaluation.from_json(read_tree(path))
    for score in found.metrics.values():
        float(score.value + score.low + score.high)
    for row in found.per_class:
        str(row.name + ""), int(row.support)
        for score in row.scores.values():
            float(score.value)
    return found


def _flat_recipe(path: Path) -> dict[str, str]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        tree = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=loader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return {}
    flat: dict[str, str] = {}
    for key, value in _leaves(tree, "", 0):
        flat[key] = value
        if len(flat) >= MOST_KEYS:
            break
    return {key: value for key, value in flat.items() if key not in SKIPPED}


def _leaves(tree: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield dotted keys with their values as text; what is nested deeper than a recipe is not
    followed, since a few aliases of YAML can stand for more than fits into memory."""
    if isinstance(tree, Mapping) and depth < 4:
        for key, value in tree.items():
            yield from _leaves(value, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(tree, list):
        plain = [plain_value(v) if _is_plain(v) else "…" for v in tree[:24]]
        yield name, ", ".join(plain) + (" …" if len(tree) > 24 else "")
    elif _is_plain(tree):
        yield name, plain_value(tree)[:300]
    else:
        yield name, "…"


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float)
