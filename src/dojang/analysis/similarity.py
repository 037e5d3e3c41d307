"""How alike two layers are: centred kernel alignment (CKA) of their outputs for the same images.

Linear CKA (Kornblith et al. 2019) compares which images a layer finds alike, whatever the number,
the rotation or the scale of its features: 1 where two layers agree up to these, 0 where they have
nothing in common. Similarities of the images of a batch are taken by the unbiased estimator of HSIC
(Song et al. 2012) and averaged over batches (Nguyen et al. 2021), so that the batch may be small
and features many: of independent features the estimate is 0 on average, not more.

Legend: n images of a batch, L layers, D features.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

FEWEST = 4  # images of a batch, below which the estimator is not defined
_COLUMNS = 2**22  # numbers of the features that are multiplied together

Array = NDArray[np.float64]


def gram(features: Tensor) -> Array:
    """Return the products of all images, ``(n, n)``, of features ``(n, …)``, their mean taken off.

    The mean makes no difference to what follows, except that little is lost to rounding.
    """
    flat = features.detach().flatten(1)
    count = len(flat)
    found = torch.zeros(count, count, dtype=torch.float64)
    step = max(1, _COLUMNS // count)
    for start in range(0, flat.shape[1], step):
        part = flat[:, start : start + step].float()
        part = part - part.mean(0)
        found += (part @ part.T).double().cpu()
    values: Array = found.numpy()
    return values


class Alignment:
    """Sums over batches, from which CKA follows between all layers of two networks."""

    def __init__(self) -> None:
        self._cross: Array | None = None
        self._left: Array | None = None
        self._right: Array | None = None

    def add(self, left: Array, right: Array) -> None:
        """Add a batch: Gram matrices of both networks, ``(L, n, n)`` each, n at least 4."""
        a, b = (_centred(side) for side in (left, right))
        n = left.shape[-1]
        scale = 1 / (n * (n - 3))
        terms = (scale * a @ b.T, scale * (a * a).sum(1), scale * (b * b).sum(1))
        cross, own_left, own_right = terms
        self._cross = cross if self._cross is None else self._cross + cross
        self._left = own_left if self._left is None else self._left + own_left
        self._right = own_right if self._right is None else self._right + own_right

    @property
    def cka(self) -> Array:
        """CKA of each layer of the first with each of the second, ``(L, L')``; at most 1, around 0
        where they have nothing in common, NaN where a layer says the same of every image."""
        assert self._cross is not None and self._left is not None and self._right is not None
        size = np.sqrt(np.outer(self._left, self._right))
        apart: Array = np.divide(self._cross, size, out=np.full_like(size, np.nan), where=size > 0)
        return np.minimum(apart, 1.0)


@contextmanager
def grams_of(modules: Sequence[nn.Module]) -> Iterator[list[Array | None]]:
    """Collect the Gram matrix of what each module puts out; the outputs themselves are let go.

    The list has the matrices of the last batch, in the order of the modules.
    """
    found: list[Array | None] = [None] * len(modules)

    def noting(place: int, module: nn.Module) -> torch.utils.hooks.RemovableHandle:
        def note(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            found[place] = gram(output)

        return module.register_forward_hook(note)

    handles = [noting(place, module) for place, module in enumerate(modules)]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _centred(grams: Array) -> Array:
    """Centre without a bias and flatten, ``(L, n · n)``: off the diagonal the means of rows and
    columns are taken off as for n − 2 images, and the diagonal is 0 (Székely & Rizzo 2014). The
    inner product of two such matrices over n (n − 3) is Song's estimator."""
    n = grams.shape[-1]
    bare = grams * (1 - np.eye(n))
    rows = bare.sum(2)
    whole = rows.sum(1) / ((n - 1) * (n - 2))
    means = (rows[:, :, None] + rows[:, None, :]) / (n - 2)
    centred = (bare - means + whole[:, None, None]) * (1 - np.eye(n))
    flat: Array = centred.reshape(len(grams), -1)
    return flat
