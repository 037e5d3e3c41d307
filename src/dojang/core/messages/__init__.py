"""The catalogue: one module per area, each a table ``key: (English, Korean)``."""

from __future__ import annotations

from dojang.core.messages import (
    cache,
    cli,
    decode,
    errors,
    explain,
    explore,
    progress,
    recipe,
    report,
)

CATALOGUE: dict[str, tuple[str, str]] = {
    **cache.MESSAGES,
    **cli.MESSAGES,
    **decode.MESSAGES,
    **errors.MESSAGES,
    **explain.MESSAGES,
    **explore.MESSAGES,
    **progress.MESSAGES,
    **recipe.MESSAGES,
    **report.MESSAGES,
}
