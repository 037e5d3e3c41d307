"""Recipes as plain values, as commented YAML, and as a JSON schema for editors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dojang.core.errors import storage_errors
from dojang.core.i18n import t
from dojang.core.recipe.parts import Part, Recipe

_IF_GIVEN = ("track",)  # what changes nothing of a run is written where somebody asked for it


def plain(recipe: Part) -> dict[str, Any]:
    """Return the recipe as plain values, ready for YAML or JSON."""
    return recipe.model_dump(mode="json")


def to_yaml(recipe: Recipe, reasons: Mapping[str, str] | None = None) -> str:
    """Write the recipe as YAML, each field under its description and, where given, a reason.

    Args:
        reasons: by dotted key, why the field has its value.
    """
    return "\n".join([f"# {t('recipe.header')}", *_yaml_lines(recipe, "", reasons or {})]) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a recipe with descriptions in the current language."""
    schema = Recipe.model_json_schema()
    definitions = schema["$defs"]
    for name, field in Recipe.model_fields.items():
        schema["properties"][name]["description"] = t(f"recipe.{name}")
        if isinstance(field.annotation, type) and issubclass(field.annotation, Part):
            for inner in field.annotation.model_fields:
                target = definitions[field.annotation.__name__]["properties"][inner]
                target["description"] = t(f"recipe.{name}.{inner}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def keys() -> list[str]:
    """Return every dotted key of a recipe, in order."""
    return [key for key, _ in _leaves(Recipe(), "")]


def _leaves(part: Part, prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in type(part).model_fields:
        value = getattr(part, name)
        key = f"{prefix}{name}"
        found += _leaves(value, f"{key}.") if isinstance(value, Part) else [(key, value)]
    return found


def _yaml_lines(part: Part, prefix: str, reasons: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    indent = "  " * prefix.count(".")
    dumped = plain(part)
    for name in type(part).model_fields:
        key, value = f"{prefix}{name}", getattr(part, name)
        if isinstance(value, Part):
            lines += ["", f"{indent}{name}:  # {t(f'recipe.{key}')}"]
            lines += _yaml_lines(value, f"{key}.", reasons)
            continue
        if key in _IF_GIVEN:
            if not value:
                continue
            lines.append("")  # it stands between parts
        lines.append(f"{indent}# {t(f'recipe.{key}')}")
        if key in reasons:
            lines.append(f"{indent}#   → {reasons[key]}")
        lines += [indent + line for line in _yaml_entry(name, dumped[name]).split("\n")]
    return lines


def _yaml_entry(name: str, value: object) -> str:
    # A list stays on its line: `allow: [leak]`. Layers have a line each.
    flow = None if isinstance(value, list) and value and name != "layers" else False
    text = yaml.safe_dump(
        {name: value}, allow_unicode=True, width=10_000, sort_keys=False, default_flow_style=flow
    )
    return str(text).rstrip("\n")


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Write the recipe to ``path`` as commented YAML."""
    from dojang.core.store import write_text

    with storage_errors(path):
        write_text(path, to_yaml(recipe))
