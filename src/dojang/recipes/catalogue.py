"""Where ready recipes are registered."""

from __future__ import annotations

from collections.abc import Callable

from dojang.core.recipe import Recipe
from dojang.core.registry import Registry

RECIPES: Registry[Callable[[], Recipe]] = Registry("recipe")
