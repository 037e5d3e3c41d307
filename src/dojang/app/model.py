"""``dojang model``: a network built and looked at layer by layer, without any data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dojang.app.checking import check_layers
from dojang.core.errors import ModelError
from dojang.core.i18n import t
from dojang.core.recipe import ModelPart, OptimizerPart, Recipe, load_recipe
from dojang.nn.arithmetic import Cost, layer_costs, totals
from dojang.nn.arithmetic.memory import with_kept
from dojang.nn.factory import Network, natural_size, sketch

_SUFFIXES = (".yaml", ".yml")
# Numbers that each optimiser remembers for a parameter; with momentum, one more for the last kind.
_STATES = {"adagrad": 1, "adam": 2, "adamw": 2, "muon": 1, "sgd": 0, "rmsprop": 1}
_MORE_WITH_MOMENTUM = frozenset({"sgd", "rmsprop"})


@dataclass(frozen=True)
class ModelView:
    """The layers of a network and what it costs to train it, in bytes and numbers.

    Attributes:
        kept: bytes for one image that training keeps, or None where it could not be measured.
        why_not: why it could not.
        state: numbers that the optimiser remembers for each parameter.
        described: the lines of the layer language, place and text, where there are any.
    """

    name: str
    size: int
    classes: int
    costs: tuple[Cost, ...]
    kept: int | None
    why_not: str
    optimizer: str
    state: int
    described: tuple[tuple[str, str], ...]

    @property
    def parameters(self) -> int:
        return totals([cost.row for cost in self.costs])[0]

    @property
    def multiply_adds(self) -> int:
        return totals([cost.row for cost in self.costs])[1]

    @property
    def weights_bytes(self) -> int:
        """Bytes of the parameters in fp32; their gradients take as much again."""
        return 4 * self.parameters

    @property
    def state_bytes(self) -> int:
        return 4 * self.state * self.parameters


def look_at(target: str, size: int | None, classes: int) -> ModelView:
    """Return the layers of a model.

    Args:
        target: a name, or the path of a recipe.
        size: side of the input; None takes that of the recipe, or the one the model was made for.

    Raises:
        ModelError: no such model, or it cannot take images of this size.
        RecipeError: the recipe or its layers are wrong.
    """
    is_recipe = target.lower().endswith(_SUFFIXES)
    recipe = load_recipe(Path(target)) if is_recipe else Recipe(model=ModelPart(name=target))
    model = recipe.model
    if size is None:
        size = model.size if isinstance(model.size, int) else _size_of(model)
    model = model.model_copy(update={"size": size})
    check_layers(model)
    network, costs, kept, why_not = _costs(model, size, classes)
    described = getattr(network.features, "described", ())
    optimizer = recipe.optimizer
    if optimizer.name == "auto":  # of what it may stand for, the one that remembers most
        optimizer = optimizer.model_copy(update={"name": "adamw"})
    return ModelView(
        model.name, size, classes, costs, kept, why_not,
        optimizer.name, _state(optimizer),
        tuple((path, text) for path, text, _ in described),
    )  # fmt: skip


def _size_of(model: ModelPart) -> int:
    return 224 if model.layers is not None else natural_size(model.name)


def _state(optimizer: OptimizerPart) -> int:
    more = optimizer.name in _MORE_WITH_MOMENTUM and optimizer.momentum > 0
    return _STATES.get(optimizer.name, 0) + more


def _costs(
    model: ModelPart, size: int, classes: int
) -> tuple[Network, tuple[Cost, ...], int | None, str]:
    """Look at shapes alone where that is enough: drawing 138 million weights takes seconds.

    Attention keeps other tensors there than on a real device, so such models are really run.
    """
    try:
        network = _build(model, size, classes, "meta")
        costs = layer_costs(network, size)
        real = any(c.row.multiply_adds and not c.row.parameters for c in costs)
    except (RuntimeError, ModelError):  # a model that looks at its numbers
        real = True
    if real:
        network = _build(model, size, classes, "cpu")
        costs = layer_costs(network, size)
    try:
        costs, kept = with_kept(costs, network, size)
    except (RuntimeError, ValueError, TypeError) as error:
        return network, costs, None, " ".join(str(error).split())[:200]
    return network, costs, kept, ""


def _build(model: ModelPart, size: int, classes: int, device: str) -> Network:
    return sketch(
        model.name, classes, size, device,
        width=model.width, dropout=model.dropout, drop_path=model.drop_path, layers=model.layers,
    )  # fmt: skip


def to_json(view: ModelView) -> dict[str, Any]:
    """Return the view as plain values."""
    rows = []
    for cost in view.costs:
        row = cost.row
        windows = [window.formula for window in cost.windows or ()]
        rows.append(
            {
                "name": row.name, "kind": row.kind, "output": list(row.output),
                "parameters": row.parameters, "multiply_adds": row.multiply_adds,
                "field": row.field, "forward_bytes": cost.forward, "kept_bytes": cost.kept,
                "arithmetic": windows,
            }
        )  # fmt: skip
    memory = {
        "weights": view.weights_bytes, "gradients": view.weights_bytes,
        "optimizer": view.optimizer, "optimizer_state": view.state_bytes,
        "forward_per_image": sum(cost.forward for cost in view.costs),
        "kept_per_image": view.kept,
    }  # fmt: skip
    described = [{"path": path, "layer": text} for path, text in view.described]
    return {
        "name": view.name, "size": view.size, "classes": view.classes,
        "parameters": view.parameters, "multiply_adds": view.multiply_adds,
        "memory_bytes": memory, "layers": rows,
    } | ({"described": described} if described else {}) | (
        {"kept_unknown": t("table.no_kept", reason=view.why_not)} if view.why_not else {}
    )  # fmt: skip
