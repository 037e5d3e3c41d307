"""Write the table of keys in ``docs/recipe.md`` from the recipe itself.

``--check`` writes nothing and fails where the table is out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pages import write_or_check

from dojang.core.i18n import t, use_language
from dojang.core.recipe import Part, Recipe, json_schema, plain
from dojang.recipes.auto import RULES

PAGE = Path(__file__).resolve().parents[1] / "docs/recipe.md"
BEGIN, END = "<!-- keys: written by make docs -->", "<!-- end of keys -->"


def main() -> int:
    """Write or check the table and return the exit status."""
    return write_or_check({PAGE: with_table(PAGE.read_text(encoding="utf-8"))})


def with_table(page: str) -> str:
    """Return ``page`` with the tables of today between the two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the marks of the table")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def tables() -> str:
    """Return one table a part of the recipe, in English."""
    with use_language("en"):
        schema = json_schema()
        lines = []
        defaults = plain(Recipe())
        for name in Recipe.model_fields:
            value = getattr(Recipe(), name)
            if name == "version":
                continue
            lines += [f"### {name}", "", f"{t(f'recipe.{name}')}.", ""]
            lines += ["| key | values | default | meaning |", "|---|---|---|---|"]
            if isinstance(value, Part):
                fields = schema["$defs"][type(value).__name__]["properties"]
                rows = {f"{name}.{key}": (fields[key], defaults[name][key]) for key in fields}
            else:
                rows = {name: (schema["properties"][name], defaults[name])}
            lines += [_row(key, *row) for key, row in rows.items()]
            lines.append("")
    return "\n".join(lines)


def _row(key: str, schema: Mapping[str, Any], default: object) -> str:
    chosen = " (by the data)" if key in RULES else ""
    shown = "null" if default is None else "(empty)" if default == "" else str(default)
    meaning = t(f"recipe.{key}")
    cells = (f"`{key}`", _values(schema), f"`{shown}`{chosen}", meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(schema: Mapping[str, Any]) -> str:
    """Say in words what the schema allows."""
    if "anyOf" in schema:
        return ", ".join(dict.fromkeys(_values(branch) for branch in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "pattern" in schema:
        return "duration"
    if schema["type"] == "array" and "items" in schema:
        return f"list of {_values(schema['items'])}"
    if schema["type"] == "array":
        inner = list(dict.fromkeys(_values(item) for item in schema["prefixItems"]))
        return f"list of {len(schema['prefixItems'])}: {', '.join(inner)}"
    words = {
        "integer": "whole number", "number": "number", "string": "text", "null": "`null`",
        "boolean": "`true`, `false`", "object": "mapping",
    }  # fmt: skip
    return words[schema["type"]] + _bounds(schema)


def _bounds(schema: Mapping[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    found = [f"{sign} {_number(schema[name])}" for name, sign in signs.items() if name in schema]
    return f" {' and '.join(found)}" if found else ""


def _number(value: float) -> str:
    return "2⁶³ − 1" if value == 2**63 - 1 else f"{value:g}"


if __name__ == "__main__":
    sys.exit(main())
