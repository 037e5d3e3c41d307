"""What is added to the loss, or to the weights, to hold them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from dojang.core.random import seed_of


def penalty(parameters: Iterable[nn.Parameter], l1: float, l2: float) -> Tensor:
    """Return ``l1 * sum |w| + l2 / 2 * sum w ** 2``, a scalar.

    Args:
        parameters: norms and biases, which are vectors, do not count.
        l1: strength of the first sum (Tibshirani 1996).
        l2: strength of the second (Hoerl & Kennard 1970).
    """
    weights = [p for p in parameters if p.ndim > 1]
    terms: list[Tensor] = []
    if l1:
        terms += [l1 * torch.linalg.vector_norm(w, 1) for w in weights]
    if l2:
        terms += [l2 / 2 * w.square().sum() for w in weights]
    return torch.stack(terms).sum() if terms else torch.zeros(())


@contextmanager
def noisy_weights(network: nn.Module, spread: float, seed: int) -> Iterator[None]:
    """Add Gaussian noise to the weights for as long as the block lasts (An 1996; Graves 2011).

    Forward and backward pass belong inside: the gradient is that of the noisy weights. Afterwards
    the weights are what they were, to the last bit.

    Args:
        network: whose trainable weights; norms and biases, which are vectors, get no noise.
        spread: of the noise, as a share of the standard deviation of each tensor's weights.
        seed: the noise is a function of it alone.
    """
    weights: list[Tensor] = [p for p in network.parameters() if p.ndim > 1 and p.requires_grad]
    before = [p.detach().clone() for p in weights]
    with torch.no_grad():
        for number, weight in enumerate(weights):
            rng = torch.Generator(weight.device).manual_seed(seed_of(seed, "weight noise", number))
            drawn = torch.randn(weight.shape, generator=rng, device=weight.device)
            weight.add_(drawn * (spread * weight.std(correction=0)))
    try:
        yield
    finally:
        with torch.no_grad():
            torch._foreach_copy_(weights, before)
