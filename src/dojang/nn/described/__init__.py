"""Ready networks in the layer language, one file each: what it is, its size, its parameters.

``parameters`` is the number at 1000 classes and at ``size``, head included.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
# Bare, these names mean the networks of timm or torchvision; ours are ``dojang/…``.
SHARED_NAMES = frozenset({"alexnet", "vgg16", "googlenet", "resnet18", "resnet50"})


@dataclass(frozen=True)
class Description:
    """A network as one of our files describes it.

    Attributes:
        size: side of the images that it was made for, in pixels.
        parameters: how many there are at 1000 classes.
        layers: as in ``model.layers`` of a recipe.
    """

    name: str
    size: int
    parameters: int
    layers: tuple[Any, ...]


@cache
def described() -> dict[str, Description]:
    """Return the ready networks by name."""
    found = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[path.stem] = Description(
            path.stem, tree["size"], tree["parameters"], tuple(tree["layers"])
        )
    return found


def full_name(name: str) -> str:
    """Return the name under which one of our networks is asked for."""
    return f"dojang/{name}" if name in SHARED_NAMES else name
