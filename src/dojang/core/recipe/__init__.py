"""The recipe: one strict, frozen, versioned value that says what to run.

Every field has a line in the catalogue under ``recipe.<part>.<field>``, in English and Korean; the
JSON schema and the recipe that ``dojang init`` writes are made from it. ``auto`` means that the
data decide: :mod:`dojang.recipes.auto` puts a value in its place before anything runs, and the run
folder keeps the recipe with every value filled in.
"""

from __future__ import annotations

from dojang.core.recipe.parts import (
    RECIPE_VERSION,
    AuditPart,
    AugmentPart,
    AveragePart,
    BalancePart,
    DataPart,
    DecidePart,
    DecodePart,
    LossPart,
    ModelPart,
    OptimizerPart,
    Part,
    PreprocessPart,
    Recipe,
    RegularizePart,
    SchedulePart,
    SplitPart,
    TrainPart,
    TransferPart,
    decoding_of,
)
from dojang.core.recipe.read import (
    load_recipe,
    override,
    parse_recipe,
    parse_settings,
    recipe_from,
)
from dojang.core.recipe.write import json_schema, keys, plain, to_yaml, write_recipe

__all__ = [
    "RECIPE_VERSION",
    "AuditPart",
    "AugmentPart",
    "AveragePart",
    "BalancePart",
    "DataPart",
    "DecidePart",
    "DecodePart",
    "LossPart",
    "ModelPart",
    "OptimizerPart",
    "Part",
    "PreprocessPart",
    "Recipe",
    "RegularizePart",
    "SchedulePart",
    "SplitPart",
    "TrainPart",
    "TransferPart",
    "decoding_of",
    "json_schema",
    "keys",
    "load_recipe",
    "override",
    "parse_recipe",
    "parse_settings",
    "plain",
    "recipe_from",
    "to_yaml",
    "write_recipe",
]
