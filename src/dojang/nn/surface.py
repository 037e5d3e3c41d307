"""The blocks of a network from the input to the head: one surface for all kinds of networks.

Layer-wise learning rates, freezing and gradual unfreezing all speak of blocks. timm models say
themselves which parameters belong together; of any other network the tree of modules is opened
until there are enough pieces, and norms join what they follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import nn

from dojang.nn.factory import Network

HEAD = "head"
_FEWEST = 4  # blocks of the features, where the network can be opened so far
_WHOLE = 0.8  # a module with more than this share of the parameters is a shell around the others
_SHELLS = (nn.Sequential, nn.ModuleList)


@dataclass(frozen=True)
class Block:
    """Modules that are trained or frozen together, with one learning rate.

    Attributes:
        name: of its first module, as in ``network.features``; the last block is ``head``.
        modules: none of them contains another.
        loose: parameters that belong to no module of their own, such as position embeddings.
    """

    name: str
    modules: tuple[nn.Module, ...]
    loose: tuple[nn.Parameter, ...] = ()

    def parameters(self) -> Iterator[nn.Parameter]:
        """Yield each parameter of the block once."""
        seen: set[int] = set()
        for parameter in (*self.loose, *(p for m in self.modules for p in m.parameters())):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield parameter


def blocks_of(network: Network) -> list[Block]:
    """Return the blocks of a network, from the input to the head, the head last.

    Every parameter is in exactly one block; one that two modules share counts for the first.
    """
    features = network.features
    groups = _timm_groups(features) or _opened_groups(features)
    pieces: list[_Piece] = []
    _collect(features, "", groups, pieces)
    blocks = [block for block in _joined(pieces) if any(True for _ in block.parameters())]
    return [*_each_once(blocks), Block(HEAD, (network.head,))]


@dataclass
class _Piece:
    """One module, or some parameters without one, and the group that they belong to."""

    name: str
    group: int | None
    module: nn.Module | None = None
    loose: tuple[nn.Parameter, ...] = ()


def _collect(module: nn.Module, name: str, groups: Mapping[str, int], out: list[_Piece]) -> None:
    """Walk the tree; stop where a module lies in one group as a whole."""
    inside = {groups[n] for n, _ in _named(module, name) if n in groups}
    if len(inside) <= 1 and name:
        out.append(_Piece(name, next(iter(inside), None), module))
        return
    for own, parameter in module.named_parameters(recurse=False):
        full = _join(name, own)
        out.append(_Piece(full, groups.get(full), loose=(parameter,)))
    for child_name, child in module.named_children():
        _collect(child, _join(name, child_name), groups, out)


def _joined(pieces: list[_Piece]) -> list[Block]:
    """Lay pieces of one group together, in the order of the groups; a module without parameters
    belongs to what it follows."""
    first = min((p.group for p in pieces if p.group is not None), default=0)
    current, members = first, dict[int, list[_Piece]]()
    for piece in pieces:
        current = current if piece.group is None else piece.group
        members.setdefault(current, []).append(piece)
    blocks: list[Block] = []
    for group in sorted(members):
        found = members[group]
        named = next((p for p in found if p.module is not None and p.group is not None), found[0])
        modules = tuple(p.module for p in found if p.module is not None)
        loose = tuple(parameter for p in found for parameter in p.loose)
        block = Block(named.name, modules, loose)
        vectors = all(parameter.ndim <= 1 for parameter in block.parameters())
        if blocks and vectors:  # a norm at the end is no block of its own
            last = blocks.pop()
            block = Block(last.name, last.modules + modules, last.loose + loose)
        blocks.append(block)
    return blocks


def _each_once(blocks: list[Block]) -> list[Block]:
    """Where blocks share a module, leave it to the first of them."""
    seen: set[int] = set()
    found = []
    for block in blocks:
        modules = tuple(m for m in block.modules if id(m) not in seen)
        loose = tuple(p for p in block.loose if id(p) not in seen)
        seen |= {id(m) for m in modules} | {id(p) for p in loose}
        found.append(Block(block.name, modules, loose))
    return found


def _timm_groups(features: nn.Module) -> dict[str, int] | None:
    """Ask a timm model by name of the parameter for its group, or return None."""
    matcher = getattr(features, "group_matcher", None)
    if matcher is None:
        return None
    from timm.models import group_parameters

    try:
        groups: dict[str, int] = group_parameters(features, matcher(coarse=True), reverse=True)
    except (TypeError, AttributeError, NotImplementedError, AssertionError):
        return None
    names = {name for name, _ in features.named_parameters()}
    return groups if len(set(groups.values())) > 1 and names <= set(groups) else None


def _opened_groups(features: nn.Module) -> dict[str, int]:
    """Open the largest shell until there are enough pieces; number these in their order."""
    total = sum(p.numel() for p in features.parameters())
    units: list[tuple[str, nn.Module | nn.Parameter]] = _children("", features)
    while sum(_is_block(unit) for _, unit in units) < _FEWEST:
        shells = [u for u in units if isinstance(u[1], nn.Module) and _is_shell(u[1], total)]
        if not shells:
            break
        largest = max(shells, key=lambda unit: _size(unit[1]))
        place = next(i for i, unit in enumerate(units) if unit is largest)
        name, shell = largest
        assert isinstance(shell, nn.Module)
        units[place : place + 1] = _children(name, shell)
    groups: dict[str, int] = {}
    number, started = 0, False
    for name, unit in units:
        if _is_block(unit):  # what comes before the first block, such as a class token, joins it
            number, started = number + started, True
        if isinstance(unit, nn.Parameter):
            groups[name] = number
        else:
            groups |= {full: number for full, _ in _named(unit, name)}
    return groups


def _children(name: str, module: nn.Module) -> list[tuple[str, nn.Module | nn.Parameter]]:
    found: list[tuple[str, nn.Module | nn.Parameter]] = []
    found += module.named_parameters(recurse=False)
    found += ((n, m) for n, m in module.named_children() if any(True for _ in m.parameters()))
    return [(_join(name, n), unit) for n, unit in found]


def _is_block(unit: nn.Module | nn.Parameter) -> bool:
    """A block has weights; loose parameters, norms and the like join another."""
    return isinstance(unit, nn.Module) and any(p.ndim > 1 for p in unit.parameters())


def _is_shell(module: nn.Module, total: int) -> bool:
    inner = [m for m in module.children() if any(True for _ in m.parameters())]
    return bool(inner) and (type(module) in _SHELLS or _size(module) > _WHOLE * total)


def _size(unit: nn.Module | nn.Parameter) -> int:
    if isinstance(unit, nn.Parameter):
        return unit.numel()
    return sum(p.numel() for p in unit.parameters())


def _named(module: nn.Module, name: str) -> Iterator[tuple[str, nn.Parameter]]:
    for own, parameter in module.named_parameters():
        yield _join(name, own), parameter


def _join(*names: str) -> str:
    return ".".join(name for name in names if name)
