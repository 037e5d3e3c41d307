"""The trackers that there are, by name. Another one is entered in the same way::

@TRACKERS.register("mine")
def _mine() -> Kind:
    return Kind(Mine, needs=("aim",))
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from dojang.app.tracking.base import Tracker
from dojang.core.errors import Problem, RecipeError, did_you_mean
from dojang.core.recipe import Recipe
from dojang.core.registry import Registry


@dataclass(frozen=True)
class Kind:
    """A kind of tracker: how to make one, the modules that it imports, and the environment that
    is set while it is at work, except where the user has set it."""

    make: Callable[[], Tracker]
    needs: tuple[str, ...]
    environment: dict[str, str] | None = None


TRACKERS: Registry[Callable[[], Kind]] = Registry("tracker")


@TRACKERS.register("tensorboard")
def _tensorboard() -> Kind:
    def make() -> Tracker:
        from dojang.app.tracking.tensorboard import TensorBoard

        return TensorBoard()

    return Kind(make, ("tensorboard",))


@TRACKERS.register("mlflow")
def _mlflow() -> Kind:
    def make() -> Tracker:
        from dojang.app.tracking.mlflow import MLflow

        return MLflow()

    local = not os.environ.get("MLFLOW_TRACKING_URI")
    quiet = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_LOGGING_LEVEL": "ERROR",
        # A server that is down would hold the training up for minutes.
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    }
    return Kind(make, ("mlflow", *(("sqlalchemy", "alembic") if local else ())), quiet)


@TRACKERS.register("wandb")
def _wandb() -> Kind:
    def make() -> Tracker:
        from dojang.app.tracking.wandb import WeightsAndBiases

        return WeightsAndBiases()

    return Kind(make, ("wandb",), {"WANDB_ERROR_REPORTING": "false", "DO_NOT_TRACK": "true"})


def check(recipe: Recipe) -> None:
    """Fail on trackers that nobody knows, or whose libraries are not installed; nothing is
    imported.

    Raises:
        RecipeError: names all of them.
    """
    unknown = [name for name in recipe.track if name not in TRACKERS]
    if unknown:
        raise RecipeError(
            "track.unknown",
            known=", ".join(sorted(TRACKERS)),
            problems=[
                Problem("track.unknown.one", {"name": n, "hint": did_you_mean(n, TRACKERS)})
                for n in unknown
            ],
        )
    missing = {n: [m for m in TRACKERS[n]().needs if not _installed(m)] for n in recipe.track}
    problems = [
        Problem("track.missing.one", {"name": name, "packages": ", ".join(modules)})
        for name, modules in missing.items()
        if modules
    ]
    if problems:
        raise RecipeError("track.missing", problems=problems)


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
