"""Layers worth comparing: blocks from the input to the head, some ten to forty of a network.

The tree of modules is opened where most layers are until there are ten pieces, so that a ResNet
shows its blocks, a transformer its encoder layers, and a small network its convolutions. A block
that adds a shortcut to its layers stands beside them, since its output is another.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from dojang.nn.arithmetic import blank_image
from dojang.nn.factory import Network
from dojang.nn.modes import evaluating

FEWEST, MOST = 10, 40
Ran = dict[nn.Module, tuple[int, int]]  # by module, when it finished and the id of its output
_SHELLS = (nn.Sequential, nn.ModuleList)  # put out what their last layer does


@dataclass(frozen=True)
class Landmark:
    """A module whose output is looked at, named as in the table of layers."""

    name: str
    module: nn.Module


def landmarks(network: Network) -> list[Landmark]:
    """Return the layers worth comparing in the order in which they finish: the features as a whole
    and the head are always the last two."""
    ran = _finished(network)
    closed: list[nn.Module] = []
    units = [m for m in _opened(network, ran) if m is not network]
    while len(units) + len(closed) < FEWEST:
        counts = [_layers(unit) for unit in units]
        largest = max(counts, default=0)
        if largest < 2:
            break
        more: list[nn.Module] = []
        for unit, count in zip(units, counts, strict=True):
            if count < 2 or 2 * count < largest:
                more.append(unit)
                continue
            more += _opened(unit, ran)
            if unit is network.features or type(unit) not in _SHELLS:
                closed.append(unit)
        units = more
    names = {module: name for name, module in network.named_modules()}
    chosen = {names[m]: m for m in (*units, *closed, network.features) if m in ran}
    found: dict[int, Landmark] = {}
    for name in sorted(chosen, key=lambda name: (name.count("."), name)):  # the outermost first
        _, output = ran[chosen[name]]
        found.setdefault(output, Landmark(name, chosen[name]))
    return _thinned(sorted(found.values(), key=lambda mark: ran[mark.module][0]))


def _opened(unit: nn.Module, ran: Ran) -> list[nn.Module]:
    """Children that have weights and ran; those that are only lists are opened in turn."""
    found: list[nn.Module] = []
    for child in unit.children():
        if _layers(child) == 0:
            continue
        found += [child] if child in ran else _opened(child, ran)
    return found


def _layers(module: nn.Module) -> int:
    """How many layers with a matrix or a filter there are in a module; norms do not count."""
    return sum(
        any(p.ndim > 1 for p in inner.parameters(recurse=False)) for inner in module.modules()
    )


def _finished(network: Network) -> Ran:
    """The modules that put out one tensor a batch, numbered as they finish, and which tensor."""
    order: Ran = {}
    kept: list[Tensor] = []  # an id is that of another tensor once the first is gone

    def note(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.ndim > 1 and len(output) == 2:
            order[module] = (len(kept), id(output))
            kept.append(output)

    handles = [m.register_forward_hook(note) for m in network.modules() if m is not network]
    try:
        with evaluating(network), torch.no_grad():
            network(torch.cat(2 * [blank_image(network, network.spec.size)]))
    finally:
        for handle in handles:
            handle.remove()
    return order


def _thinned(marks: list[Landmark]) -> list[Landmark]:
    """At most ``MOST`` of them, evenly spread, the first and the last two among them."""
    if len(marks) <= MOST:
        return marks
    inner = len(marks) - 2
    places = [round(i * (inner - 1) / (MOST - 3)) for i in range(MOST - 2)]
    return [*(marks[i] for i in places), *marks[-2:]]
