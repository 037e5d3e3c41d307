"""Tensors by name into a module, as torch puts them in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from torch import Tensor, nn


def load_tensors(module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Load ``tensors`` into ``module``, all of them, as its present version writes them.

    A plain mapping, such as a file holds, does not say which version of each layer wrote it. torch
    then assumes the oldest, which torchvision's MNASNet refuses.

    Raises:
        RuntimeError: names or shapes are not those of the module.
    """
    state = OrderedDict(tensors)
    state._metadata = module.state_dict()._metadata  # type: ignore[attr-defined]
    module.load_state_dict(state)
