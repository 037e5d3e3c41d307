"""The catalogue: one module per area, each a table ``key: (English, Korean)``."""

from __future__ import annotations

from dojang.core.messages import cli, errors, explain, progress, recipe, report, split

CATALOGUE: dict[str, tuple[str, str]] = {
    **cli.MESSAGES,
    **errors.MESSAGES,
    **explain.MESSAGES,
    **progress.MESSAGES,
    **recipe.MESSAGES,
    **report.MESSAGES,
    **split.MESSAGES,
}
