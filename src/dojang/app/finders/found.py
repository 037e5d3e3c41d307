"""What a search is about, and what it found, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch

from dojang.app import building
from dojang.app.balancing import sampling_of
from dojang.app.screen import Screen
from dojang.core.recipe import Recipe, override
from dojang.core.types import InputSpec, Manifest, SplitPlan
from dojang.data.sampling import epoch_length
from dojang.nn.factory import Network
from dojang.recipes.auto import Reason
from dojang.train import batches, finders
from dojang.train.choices import Way

Reasons = dict[str, Reason]


@dataclass(frozen=True)
class RateFound:
    """The sweep and what was made of it: ``suggested`` was read off the curve (None: it says
    nothing), ``chosen`` is that within bounds, or the rule's."""

    curve: finders.RateCurve
    rule: float
    suggested: float | None
    chosen: float


@dataclass(frozen=True)
class BatchFound:
    """What was measured at each size; ``room`` in bytes."""

    points: tuple[batches.BatchPoint, ...]
    rule: int
    chosen: int
    room: float


@dataclass(frozen=True)
class Found:
    """The settings that were found, why, and what was measured for them.

    Attributes:
        ways: seconds of a step by precision and layout, empty where nothing was measured.
        compile: seconds ``eager`` and ``compiled``, and the ``cost``; empty where not measured.
    """

    recipe: Recipe
    reasons: Reasons
    ways: Mapping[str, float] = field(default_factory=dict)
    batch: BatchFound | None = None
    rate: RateFound | None = None
    compile: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "way": way_of(self.recipe).name,
            "ways": dict(self.ways),
            "batch": asdict(self.batch) if self.batch else None,
            "rate": asdict(self.rate) if self.rate else None,
            "compile": dict(self.compile),
        }


@dataclass(frozen=True)
class Subject:
    """What is measured: data, network and machine.

    Attributes:
        again: whether what was measured on a busy machine is measured again.
    """

    manifest: Manifest
    plan: SplitPlan
    device: torch.device
    screen: Screen
    again: bool = False

    def network(self, recipe: Recipe) -> Network:
        """Build the recipe's network; weights to start from do not change how fast it is."""
        spec = InputSpec.neutral(building.as_int(recipe.model.size), recipe.preprocess.resize)
        return building.make_network(recipe, self.manifest.classes, spec)

    def shown(self, recipe: Recipe) -> int:
        """Images of an epoch."""
        targets = building.target_index(self.manifest)(self.plan.ids("train"))
        return epoch_length(targets, sampling_of(recipe.balance))

    def steps(self, recipe: Recipe) -> int:
        """Steps of the whole training, all folds together."""
        per_epoch = max(1, self.shown(recipe) // building.as_int(recipe.train.batch_size))
        return self.plan.folds * per_epoch * building.planned_epochs(recipe, per_epoch)


def with_value(found: Found, key: str, value: object, reason: Reason) -> Found:
    """Put a value and its reason into the recipe."""
    recipe = override(found.recipe, {key: value})
    return replace(found, recipe=recipe, reasons=found.reasons | {key: reason})


def way_of(recipe: Recipe) -> Way:
    """Return how a resolved recipe computes."""
    return Way(recipe.train.precision, recipe.train.layout == "channels-last")


def processes() -> int:
    """Return how many processes train together."""
    from accelerate import PartialState

    return int(PartialState().num_processes)
