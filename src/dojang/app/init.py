"""``dojang init``: look at the data and write a recipe with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dojang.app import checking, files, stages
from dojang.app.finders import search
from dojang.app.run import recipe_for
from dojang.app.screen import Lines
from dojang.core.i18n import t
from dojang.core.recipe import override, to_yaml
from dojang.data.split import make_plan
from dojang.recipes.auto import resolve


def commented_recipe(source: str, settings: Mapping[str, Any], ready: str | None = None) -> str:
    """Return the recipe that ``dojang train`` would run on ``source``, every field explained.

    Args:
        source: labelled images.
        settings: dotted keys of the recipe.
        ready: name of the ready recipe to begin with.

    Raises:
        DataError: the data cannot be learnt from as they are.
    """
    screen = Lines()
    recipe = override(recipe_for(source, ready), settings)
    checking.check_names(recipe)
    manifest, survey = stages.survey_data(recipe, screen)
    plan = make_plan(manifest, recipe.split, files.load_kept(recipe.split.keep))
    tests = stages.find_risks(manifest, survey, plan)
    resolved, reasons = resolve(recipe, manifest, plan, tests)
    stages.tell_data(manifest, plan, screen)
    stages.tell_risks(tests, resolved, screen)
    resolved = search.left_open(resolved, reasons, manifest, plan)
    told = {key: t(reason.key, **reason.values) for key, reason in reasons.items()}
    searched = [
        key
        for key, value in (
            ("train.batch_size", resolved.train.batch_size), ("optimizer.lr", resolved.optimizer.lr)
        )
        if value == "auto"
    ]  # fmt: skip
    return to_yaml(resolved, told | {key: t("finders.searched") for key in searched})
