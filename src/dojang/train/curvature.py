"""How sharp a minimum is: the largest eigenvalue of the Hessian, and the loss under weight noise.

Both are of the cross-entropy on a fixed set of unchanged training images with the network in
evaluation mode, so that it is one function of the weights: batch norm uses its running statistics,
dropout does nothing. (:mod:`dojang.train.sharpness` is another thing: a way to train.)

The eigenvalue says how fast the loss rises along the steepest direction (Keskar et al., "On
large-batch training for deep learning", ICLR 2017; Yao et al., "PyHessian", 2020). It depends on
the scale of the weights: in a network with norms, weights twice as large give the same answers and
a quarter of the eigenvalue (Dinh et al., "Sharp minima can generalize for deep nets", ICML 2017).
The noise does not: each filter is moved by a share of its own length (Li et al., "Visualizing the
loss landscape of neural nets", NeurIPS 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import cross_entropy

from dojang.core.errors import ModelError
from dojang.core.random import seed_of
from dojang.nn.modes import evaluating

MOST_STEPS = 30
TOLERANCE = 0.01  # of the eigenvalue that two steps may differ by
Batches = Sequence[tuple[Tensor, Tensor]]  # images (B, 3, S, S) and targets (B,)


@dataclass(frozen=True)
class Curvature:
    """The largest eigenvalue of a Hessian.

    Attributes:
        value: in nats per squared unit of weight.
        steps: of the power iteration.
        settled: whether the last steps agreed to ``TOLERANCE``; if not, the value is a lower bound.
    """

    value: float
    steps: int
    settled: bool


@dataclass(frozen=True)
class Noise:
    """What weight noise does.

    Attributes:
        spread: length of the noise of a filter over the length of the filter.
        rises: loss with noise minus loss without, in nats, one for each draw.
    """

    spread: float
    rises: tuple[float, ...]


def largest_eigenvalue(
    network: nn.Module, batches: Batches, seed: int, most_steps: int | None = None
) -> Curvature:
    """Find the largest eigenvalue of the Hessian by power iteration with Hessian-vector products
    (Pearlmutter 1994).

    Power iteration finds the eigenvalue that is largest in size. Should that one be negative, it
    is taken away from all of them and the search begins anew.

    Args:
        network: its trainable parameters are the weights; its gradients are left alone.
        batches: the images, on the network's device.
        seed: of the first direction.
        most_steps: ``MOST_STEPS`` unless given.

    Raises:
        ModelError: the network, or a layer of it, has no second derivatives.
    """
    weights = [p for p in network.parameters() if p.requires_grad]
    first, most = _direction(weights, seed), most_steps or MOST_STEPS
    with _twice_differentiable(network):
        found = _iterate(network, batches, weights, first, 0.0, most)
        if found.value >= 0:
            return found
        again = _iterate(network, batches, weights, first, found.value, most)
    return Curvature(again.value, found.steps + again.steps, again.settled)


def loss_under_noise(
    network: nn.Module, batches: Batches, spreads: Sequence[float], seeds: Sequence[int]
) -> tuple[float, tuple[Noise, ...]]:
    """Return the loss, and how it rises under Gaussian noise on the weights.

    The noise of a filter (a row of a weight, whatever its further dimensions) has ``spread`` times
    the filter's length, in the mean of its square. Biases and norms, which are vectors, get none.

    Args:
        seeds: of the draws; every spread has the same ones, so that they can be compared.
    """
    weights: list[Tensor] = [p for p in network.parameters() if p.ndim > 1 and p.requires_grad]
    before = [w.detach().clone() for w in weights]
    with evaluating(network), torch.no_grad():
        calm = _loss(network, batches)
        found = []
        for spread in spreads:
            rises = []
            for seed in seeds:
                for weight, kept, noise in zip(weights, before, _noise(before, seed), strict=True):
                    weight.copy_(kept + spread * noise)
                rises.append(_loss(network, batches) - calm)
            found.append(Noise(spread, tuple(rises)))
        torch._foreach_copy_(weights, before)
    return calm, tuple(found)


def _noise(weights: Sequence[Tensor], seed: int) -> list[Tensor]:
    """Draw noise as long as each filter, in the mean of its square."""
    found = []
    for number, weight in enumerate(weights):
        rng = torch.Generator(weight.device).manual_seed(seed_of(seed, "curvature", number))
        drawn = torch.randn(weight.shape, generator=rng, device=weight.device)
        rows = weight.flatten(1)
        length = rows.norm(dim=1, keepdim=True) / rows.shape[1] ** 0.5
        found.append((drawn.flatten(1) * length).view_as(weight))
    return found


def _iterate(
    network: nn.Module,
    batches: Batches,
    weights: Sequence[nn.Parameter],
    first: list[Tensor],
    shift: float,
    most_steps: int,
) -> Curvature:
    """Iterate with the Hessian minus ``shift`` times the identity."""
    vector, last, settled = first, float("nan"), False
    value, step = 0.0, 0
    for step in range(1, most_steps + 1):
        turned = _product(network, batches, weights, vector)
        value = float(sum((h * v).sum() for h, v in zip(turned, vector, strict=True)))
        if shift:
            torch._foreach_sub_(turned, torch._foreach_mul(vector, shift))
        length = float(torch.stack(torch._foreach_norm(turned)).norm())
        settled = abs(value - last) <= TOLERANCE * max(abs(value), abs(shift) * TOLERANCE)
        if settled or length == 0:
            return Curvature(value, step, True)
        vector, last = list(torch._foreach_div(turned, length)), value
    return Curvature(value, step, settled)


def _product(
    network: nn.Module, batches: Batches, weights: Sequence[nn.Parameter], vector: Sequence[Tensor]
) -> list[Tensor]:
    """Return the Hessian of the mean loss times ``vector``."""
    total = sum(len(targets) for _, targets in batches)
    kept = [w.grad for w in weights]
    for w in weights:
        w.grad = None
    try:
        for images, targets in batches:
            loss = cross_entropy(network(images).float(), targets, reduction="sum") / total
            slopes = torch.autograd.grad(loss, weights, create_graph=True, allow_unused=True)
            pairs = [(s, v) for s, v in zip(slopes, vector, strict=True) if s is not None]
            # backward() and not grad(): that one goes only where weights are, past the node with
            # which a layer says that it cannot be differentiated twice, and would drop its part.
            torch.stack([(s * v).sum() for s, v in pairs]).sum().backward()  # type: ignore[no-untyped-call]
        return [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
    finally:
        for w, grad in zip(weights, kept, strict=True):
            w.grad = grad


def _direction(weights: Sequence[Tensor], seed: int) -> list[Tensor]:
    """Draw a direction of length 1."""
    drawn = []
    for number, weight in enumerate(weights):
        rng = torch.Generator(weight.device).manual_seed(seed_of(seed, "direction", number))
        drawn.append(torch.randn(weight.shape, generator=rng, device=weight.device))
    length = torch.stack(torch._foreach_norm(drawn)).norm()
    return list(torch._foreach_div(drawn, length))


@contextmanager
def _twice_differentiable(network: nn.Module) -> Iterator[None]:
    """Evaluation mode, and attention by its plain formula: the fused ones differentiate once."""
    try:
        with evaluating(network), torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
            yield
    except (RuntimeError, NotImplementedError) as error:
        text = str(error)
        if "derivative" not in text and "double backward" not in text and "once_diff" not in text:
            raise
        raise ModelError("study.no_curvature", reason=text.splitlines()[0]) from error


def _loss(network: nn.Module, batches: Batches) -> float:
    """Return the mean cross-entropy."""
    total = sum(len(targets) for _, targets in batches)
    sums = [float(cross_entropy(network(x).float(), y, reduction="sum")) for x, y in batches]
    return sum(sums) / total
