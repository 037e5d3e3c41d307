"""Recipes from files and from the command line; all that is wrong with one is said at once."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dojang.core.errors import Problem, RecipeError, did_you_mean
from dojang.core.i18n import t
from dojang.core.recipe.parts import RECIPE_VERSION, Recipe
from dojang.core.recipe.write import keys, plain


def load_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    Raises:
        RecipeError: not YAML, unknown or repeated keys, values of the wrong type, or a newer
            version. All problems are in one message.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError("recipe.not_utf8", path=path) from error
    except OSError as error:
        raise RecipeError("recipe.unreadable", path=path, reason=error.strerror) from error
    return parse_recipe(text, str(path))


def parse_recipe(text: str, where: str = "recipe") -> Recipe:
    """Read a recipe from YAML text; ``where`` names it in messages."""
    try:
        tree = yaml.load(text, Loader=_StrictLoader)  # a SafeLoader: builds plain values only
    except yaml.YAMLError as error:
        raise RecipeError("recipe.not_yaml", path=where, reason=_one_line(error)) from error
    if tree is None:
        tree = {}
    if not isinstance(tree, dict):
        raise RecipeError("recipe.not_mapping", path=where)
    return recipe_from(tree, where)


def recipe_from(tree: Mapping[str, Any], where: str = "recipe") -> Recipe:
    """Check a tree of plain values and return it as a recipe."""
    version = tree.get("version", RECIPE_VERSION)
    if isinstance(version, int) and version > RECIPE_VERSION:
        raise RecipeError("recipe.newer", path=where, version=version, known=RECIPE_VERSION)
    if version == 1:
        tree = _from_first(tree)
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        raise RecipeError("recipe.invalid", path=where, problems=_problems(error)) from error


def _from_first(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe of version 1 as one of version 2, in which ``decide`` says what
    ``balance.thresholds`` and ``balance.target`` said."""
    balance = tree.get("balance")
    newer = dict(tree) | {"version": 2}
    newer["decide"] = {"calibration": "none"}  # as its answers were then
    if not isinstance(balance, Mapping) or not {"thresholds", "target"} & set(balance):
        return newer
    thresholds, target = balance.get("thresholds", "none"), balance.get("target", "macro_f1")
    newer["balance"] = {k: v for k, v in balance.items() if k not in ("thresholds", "target")}
    goal = {"macro_f1": "f_beta"}.get(target, target)
    if thresholds != "none":
        newer["decide"] |= {"goal": goal, "when": thresholds}
    return newer


_WORDS = {"transfer": "mode", "average": "kind"}  # parts that may be written as one word


def override(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return ``recipe`` with dotted keys set: ``override(r, {"train.epochs": 30})``."""
    tree = plain(recipe)
    for key, value in settings.items():
        if key in _WORDS and isinstance(value, str):  # a word leaves the other keys of its part
            key = f"{key}.{_WORDS[key]}"
        parent: dict[str, Any] = tree
        *parts, last = key.split(".")
        for part in parts:
            step = parent.setdefault(part, {})
            if not isinstance(step, dict):
                raise RecipeError("recipe.invalid", path="--set", problems=[_unknown(key)])
            parent = step
        parent[last] = value
    return recipe_from(tree, "--set")


def parse_settings(pairs: list[str]) -> dict[str, Any]:
    """Turn ``["train.epochs=30"]`` into ``{"train.epochs": 30}``; values are read as YAML."""
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise RecipeError("recipe.bad_setting", setting=pair)
        try:
            value = yaml.load(text, Loader=_StrictLoader)
        except yaml.YAMLError as error:
            raise RecipeError("recipe.bad_setting", setting=pair) from error
        settings[key.strip()] = _number(value)
    return settings


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str | int | float) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice", key_node.start_mark
                )
            if isinstance(key, str | int | float):
                seen.add(key)
        return super().construct_mapping(node, deep)


# YAML 1.1 reads 4:3:3 as a number to the base of 60; people mean a ratio.
_BASE_60 = re.compile(r"[-+]?\d+(?:\.\d+)?(?::\d+(?:\.\d+)?)+$")
_StrictLoader.yaml_implicit_resolvers = {
    first: [("tag:yaml.org,2002:str", _BASE_60), *resolvers]
    if first in "+-0123456789"
    else resolvers
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _number(value: Any) -> Any:
    """YAML 1.1 reads ``1e-3`` as text; people mean a number."""
    if isinstance(value, str):
        try:
            return float(value) if any(c in value for c in "eE.") else value
        except ValueError:
            return value
    return value


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _problems(error: ValidationError) -> list[Problem]:
    """One problem a key: the branches of a union are alternatives, not problems of their own."""
    by_key: dict[str, list[Any]] = {}
    for item in error.errors(include_url=False):
        by_key.setdefault(_key_of(item["loc"]), []).append(item)
    return [_problem(key, items) for key, items in by_key.items()]


def _key_of(location: tuple[int | str, ...]) -> str:
    """Keep the steps that are keys of the recipe; drop the names of union branches."""
    kept: list[str] = [str(part) for part in location[:1]]
    field = Recipe.model_fields.get(kept[0]) if kept else None
    if field is not None and isinstance(field.annotation, type) and len(location) > 1:
        kept.append(str(location[1]))
    return ".".join(kept)


def _problem(key: str, items: list[Any]) -> Problem:
    first = items[0]
    if first["type"] == "extra_forbidden":
        return _unknown(key)
    expected = [_expected(item) for item in items]
    unique = list(dict.fromkeys(e for e in expected if e))
    value = _shown(first["input"])
    return Problem(
        "recipe.bad_value",
        {"key": key, "value": value, "expected": t("recipe.expect.or").join(unique)},
    )


def _unknown(key: str) -> Problem:
    known = keys() if "." in key else list(Recipe.model_fields)
    siblings = [k for k in known if k.rpartition(".")[0] == key.rpartition(".")[0]] or known
    hint = did_you_mean(key, siblings) or did_you_mean(key, keys())
    return Problem("recipe.unknown_key", {"key": key, "hint": hint})


_REPR = reprlib.Repr()
_REPR.maxlevel, _REPR.maxstring, _REPR.maxother = 3, 10_000, 10_000


def _shown(value: object) -> str:
    text = _REPR.repr(value)  # YAML can hold lists of lists that no repr() ends with
    return text if len(text) <= 60 else text[:57] + "…"


def _expected(item: Any) -> str:
    """Say in words what would have been right."""
    kind, context = item["type"], item.get("ctx", {})
    if kind == "literal_error":
        return str(context["expected"]).replace(" or ", ", ")
    bounds = {
        "greater_than": ("recipe.expect.gt", "gt"),
        "greater_than_equal": ("recipe.expect.ge", "ge"),
        "less_than": ("recipe.expect.lt", "lt"),
        "less_than_equal": ("recipe.expect.le", "le"),
    }
    if kind in bounds:
        key, name = bounds[kind]
        return t(key, bound=f"{context[name]:g}")
    named = {
        "duration": "recipe.expect.duration",
        "shares": "recipe.expect.shares",
        "box": "recipe.expect.box",
        "layers": "recipe.expect.layers",
        "finite_number": "recipe.expect.number",
        "none_required": "recipe.expect.null",
        "ratio": "recipe.expect.ratio",
        "one_of_ratio": "recipe.expect.one_of_ratio",
        "each_once": "recipe.expect.each_once",
    }
    if kind in named:
        return t(named[kind])
    if "layers" in item["loc"]:
        return t("recipe.expect.layers")
    if "crop_to" in item["loc"]:  # too few numbers, too many, or no list at all
        return t("recipe.expect.box")
    family = kind.split("_")[0]
    families = {
        "int": "integer", "float": "number", "string": "text", "model": "mapping", "tuple": "list",
    }  # fmt: skip
    return t(f"recipe.expect.{families[family]}") if family in families else item["msg"]
