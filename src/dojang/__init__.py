"""Dojang: from raw images to a model you can trust, explain and hand over.

The public verbs are loaded when they are first used, so that ``import dojang`` costs next to
nothing and does not import torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# The verb `dojang.train` shares its name with the package that holds the loop. Importing that
# (empty) package here and dropping the name leaves it to the verb: Python binds a sub-package to
# its parent at its first import only.
import_module("dojang.train")
globals().pop("train", None)

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dojang.app.look import audit, explore, preview
    from dojang.app.run import Run, load, runs, train
    from dojang.core.errors import DojangError
    from dojang.core.recipe import Recipe, load_recipe

_WHERE = {
    "DojangError": "dojang.core.errors",
    "Recipe": "dojang.core.recipe",
    "Run": "dojang.app.run",
    "audit": "dojang.app.look",
    "explore": "dojang.app.look",
    "load": "dojang.app.run",
    "load_recipe": "dojang.core.recipe",
    "preview": "dojang.app.look",
    "runs": "dojang.app.run",
    "train": "dojang.app.run",
}

__all__ = [
    "DojangError", "Recipe", "Run", "__version__", "audit", "explore", "load", "load_recipe",
    "preview", "runs", "train",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'dojang' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
