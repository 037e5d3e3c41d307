"""The verbs of Python that look at data before anything is learnt: audit, explore, preview."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojang.app.run import recipe_for, screen_for
from dojang.core.recipe import Recipe, override

if TYPE_CHECKING:
    from dojang.analysis.preview import Preview
    from dojang.analysis.report.explore import Look
    from dojang.data.audit.outcome import Audit


def audit(
    source: str | Path | Recipe,
    *,
    settings: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    progress: bool = True,
) -> Audit:
    """Check data for what would spoil a model.

    Args:
        source: labelled images, a recipe file, or a recipe.
        settings: dotted keys of the recipe, such as ``{"data.path_col": "file"}``.
        out: where to write the page; none is written without it.
        progress: whether to show progress.

    Returns:
        The findings, whether an error stands (``failed``), and ``to_json()``.

    Raises:
        DataError: there is no such source, no file in it, or ``out`` exists.
    """
    from dojang.app.audit import audit as run_audit
    from dojang.app.audit import write_page

    recipe = override(recipe_for(source), settings or {})
    found = run_audit(recipe, screen_for(progress))
    if out is not None:
        write_page(found, recipe, Path(out))
    return found


def explore(
    source: str | Path | Recipe,
    *,
    settings: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    progress: bool = True,
) -> Look:
    """Look at data, without the labels of the test part; arguments as of :func:`audit`.

    Raises:
        DataError: there is no such source, nothing can be learnt from it, or ``out`` exists.
    """
    from dojang.app.explore import explore as run_explore
    from dojang.app.explore import write_page

    recipe = override(recipe_for(source), settings or {})
    found = run_explore(recipe, screen_for(progress))
    if out is not None:
        write_page(found, Path(out))
    return found


def preview(
    source: str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    count: int = 8,
    progress: bool = True,
) -> Preview:
    """Return some training images as they are and as training changes them.

    Raises:
        DataError: the data cannot be learnt from as they are.
    """
    from dojang.app.preview import make_preview

    return make_preview(str(source), settings or {}, count, screen_for(progress))
