"""The catalogue: one module per area, each a table ``key: (English, Korean)``."""

from __future__ import annotations

from dojang.core.messages import (
    audit,
    augment,
    balance,
    cache,
    checks,
    cli,
    decode,
    errors,
    explain,
    explore,
    labels,
    progress,
    recipe,
    report,
    sources,
    split,
)

CATALOGUE: dict[str, tuple[str, str]] = {
    **audit.MESSAGES,
    **augment.MESSAGES,
    **balance.MESSAGES,
    **cache.MESSAGES,
    **checks.MESSAGES,
    **cli.MESSAGES,
    **decode.MESSAGES,
    **errors.MESSAGES,
    **explain.MESSAGES,
    **explore.MESSAGES,
    **labels.MESSAGES,
    **progress.MESSAGES,
    **recipe.MESSAGES,
    **report.MESSAGES,
    **sources.MESSAGES,
    **split.MESSAGES,
}
