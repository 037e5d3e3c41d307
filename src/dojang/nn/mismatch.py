"""Why weights do not fit a network, layer by layer, what the cause may be and what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from dojang.core.errors import ModelError, Problem

_COUNTER = "num_batches_tracked"  # of batch norm; published files often leave it out
_POSITIONS = ("pos_embed", "pos_embedding", "relative_position")
_NAMED = 4  # layers that a line names
_FEW = 0.1  # share of layers; where fewer fit, it is another model
Shapes = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Comparison:
    """The tensors of a file against those of a network.

    Attributes:
        fits: names of tensors that are in both with one shape.
        lacking: names that the network has and the file has not.
        shapes: by name, the shape in the file and the shape in the network.
        extra: names that only the file has.
    """

    fits: tuple[str, ...]
    lacking: tuple[str, ...]
    shapes: Mapping[str, Shapes]
    extra: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Has the network everything that it needs?"""
        return not self.lacking and not self.shapes


def compare(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> Comparison:
    """Compare by name and shape; the counters of batch norms need not be there."""
    shapes = {
        name: (tuple(found[name].shape), tuple(tensor.shape))
        for name, tensor in wanted.items()
        if name in found and found[name].shape != tensor.shape
    }
    return Comparison(
        fits=tuple(name for name in wanted if name in found and name not in shapes),
        lacking=tuple(n for n in wanted if n not in found and not n.endswith(_COUNTER)),
        shapes=shapes,
        extra=tuple(name for name in found if name not in wanted),
    )


def explained(
    comparison: Comparison, name: str, weights: str, model: Mapping[str, Any] | None
) -> ModelError:
    """Return the error that says which layers fit, which do not, why, and what mends it.

    Args:
        comparison: with something that does not fit.
        name: of the model in the recipe.
        weights: where the file is from.
        model: the recipe's part on the model of the run that made the file, where it is known.
    """
    fits = _layers(comparison.fits)
    broken = _layers([*comparison.lacking, *comparison.shapes])
    whole = [layer for layer in fits if layer not in broken]
    total = len({*fits, *broken})
    counted = {"fits": len(whole), "total": total, "layers": _listed(whole)}
    problems = [Problem("weights.fits" if whole else "weights.fits_none", counted)]
    problems += _causes(comparison, len(whole) / max(1, total), model)
    if comparison.extra:
        extra = _layers(comparison.extra)
        problems.append(Problem("weights.extra", {"count": len(extra), "layers": _listed(extra)}))
    for tensor, (have, want) in comparison.shapes.items():
        problems.append(Problem("weights.shape", {"layer": tensor, "have": have, "want": want}))
    problems += [
        Problem("weights.lacks", {"layer": layer}) for layer in _layers(comparison.lacking)
    ]
    remedy = _remedy(comparison, model)
    return ModelError(
        "weights.mismatch", name=name, weights=weights, remedy=remedy, problems=problems
    )


def _causes(comparison: Comparison, share: float, model: Mapping[str, Any] | None) -> list[Problem]:
    """Name what most probably made the difference."""
    causes = []
    if model is not None:
        values = {"name": model.get("name"), "width": model.get("width"), "size": model.get("size")}
        key = "run" if model.get("name") == "convnet" else "other_run"
        causes.append(Problem(f"weights.cause.{key}", values))
    for tensor in comparison.shapes:
        if any(part in tensor for part in _POSITIONS):
            causes.append(Problem("weights.cause.positions", {"layer": tensor}))
            break
    for have, want in comparison.shapes.values():
        if len(have) == len(want) == 4 and want[1] == 3 and have[1] != 3 and have[0] == want[0]:
            causes.append(Problem("weights.cause.channels", {"have": have[1]}))
            break
    ratio = _width_ratio(comparison)
    if ratio is not None:
        causes.append(Problem("weights.cause.width", {"ratio": f"{ratio:g}"}))
    elif share < _FEW:
        causes.append(Problem("weights.cause.model"))
    elif comparison.lacking and not comparison.shapes:
        causes.append(Problem("weights.cause.depth"))
    return causes


def _width_ratio(comparison: Comparison) -> float | None:
    """Return by which factor all layers of the file are wider, if it is one factor."""
    ratios = {
        have[0] / want[0]
        for have, want in comparison.shapes.values()
        if len(have) == len(want) >= 1 and have[0] != want[0] and want[0]
    }
    return ratios.pop() if len(ratios) == 1 and len(comparison.shapes) > 1 else None


def _remedy(comparison: Comparison, model: Mapping[str, Any] | None) -> Problem:
    if model is None:
        stem = comparison.shapes.get("stem.1.0.weight")  # of our convnet: its width itself
        if stem is not None and _width_ratio(comparison) is not None:
            return Problem("weights.remedy.set", {"settings": f"--set model.width={stem[0][0]}"})
        return Problem("weights.remedy.any")
    if model.get("layers"):
        return Problem("weights.remedy.layers")
    keys = ("name", "width") if model.get("name") == "convnet" else ("name",)
    positions = any(part in name for name in comparison.shapes for part in _POSITIONS)
    staged = model.get("name") == "convnet" and comparison.lacking  # its depth follows the size
    keys = (*keys, "size") if positions or staged else keys
    settings = " ".join(f"--set model.{key}={model[key]}" for key in keys if key in model)
    return Problem("weights.remedy.set", {"settings": settings})


def _layers(names: tuple[str, ...] | list[str]) -> list[str]:
    """Name the modules that tensors belong to, each once."""
    return list(dict.fromkeys(name.rpartition(".")[0] or name for name in names))


def _listed(layers: list[str]) -> str:
    more = ", …" if len(layers) > _NAMED else ""
    return ", ".join(layers[:_NAMED]) + more
