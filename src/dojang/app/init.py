"""``dojang init``: look at the data and write a recipe with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dojang.app import files, fitting, stages
from dojang.app.run import recipe_for
from dojang.app.screen import Lines
from dojang.core.i18n import t
from dojang.core.recipe import override, to_yaml
from dojang.data.split import make_plan
from dojang.recipes.auto import resolve


def commented_recipe(source: str, settings: Mapping[str, Any]) -> str:
    """Return the recipe that ``dojang train`` would run on ``source``, every field explained.

    Raises:
        DataError: the data cannot be learnt from as they are.
    """
    screen = Lines()
    recipe = override(recipe_for(source), settings)
    fitting.check_names(recipe)
    manifest = stages.collect_manifest(recipe, screen)
    resolved, reasons = resolve(recipe, manifest)
    plan = make_plan(manifest, resolved.split, files.load_kept(resolved.split.keep))
    stages.tell_data(manifest, plan, screen)
    return to_yaml(resolved, {key: t(r.key, **r.values) for key, r in reasons.items()})
