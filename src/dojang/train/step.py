"""One step: gradients of a loss over micro-batches, and what is done to them before they count.

A step's loss is the mean over all its images, whatever they are cut into: the loss of a piece
counts by its mass (see :class:`dojang.tasks.base.Phase`). So k micro-batches give the gradient of a
batch k times as large, and so do the pieces into which a micro-batch is cut when memory runs out.
Only batch norm sees the difference: it takes the statistics of each piece, over all processes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from dojang.core.clock import Clock
from dojang.core.errors import ModelError
from dojang.core.random import seed_of
from dojang.data.loader import Batch
from dojang.tasks.base import Phase
from dojang.train.norms import frozen_norm_statistics, shared_norm_statistics
from dojang.train.penalties import noisy_weights, penalty
from dojang.train.processes import any_of, sum_of
from dojang.train.sharpness import climb, descend
from dojang.train.trainee import Trainee


@dataclass(frozen=True)
class Taken:
    """How a step went.

    Attributes:
        objective: the loss that was minimised, the mean over the images of this process.
        norm: norm of the gradient before clipping.
        finite: are both numbers, on every process? If not, no weight was changed.
    """

    objective: float
    norm: float
    finite: bool


@dataclass(frozen=True)
class Around:
    """What a step is taken with.

    Attributes:
        seed: of the random numbers inside layers.
        clock: where the seconds of the step are counted.
    """

    accelerator: Accelerator
    seed: int
    clock: Clock


def take_step(
    trainee: Trainee, phase: Phase, batches: Sequence[Batch], step: int, around: Around
) -> Taken:
    """Compute the gradient of ``phase`` over ``batches`` and, where it is finite, take the step.

    Raises:
        ModelError: a single image does not fit in memory.
    """
    optimizer = trainee.optimizers[phase.optimizer]
    before = [buffer.clone() for buffer in trainee.network.buffers()]
    value = _gradient_in_memory(trainee, phase, batches, step, around, before)
    kind = trainee.regularizers
    if kind.sam:
        parameters = [p for p in trainee.network.parameters() if p.grad is not None]
        added = climb(parameters, kind.sam)
        optimizer.zero_grad()
        with frozen_norm_statistics(trainee.network):
            value = _gradient(trainee, phase, batches, step, around)
        descend(parameters, added)
    with around.clock.span("step"):
        norm = _norm(trainee, around.accelerator)
        finite = not any_of(not (math.isfinite(value) and math.isfinite(norm)))
        if finite:
            optimizer.step()
        else:
            _put_back(trainee.network, before)
        optimizer.zero_grad()
    return Taken(value, norm, finite)


def _gradient_in_memory(
    trainee: Trainee,
    phase: Phase,
    batches: Sequence[Batch],
    step: int,
    around: Around,
    before: Sequence[Tensor],
) -> float:
    """Compute the gradient; where memory runs out, again in twice as many pieces."""
    largest = max(len(batch.targets) for batch in batches)
    while True:
        try:
            return _gradient(trainee, phase, batches, step, around)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            # Several processes would have to agree on the pieces in the middle of a step.
            if trainee.pace.pieces >= largest or around.accelerator.num_processes > 1:
                images = -(-largest // trainee.pace.pieces)
                raise ModelError("faults.no_memory", images=images) from error
        trainee.pace.pieces = min(largest, 2 * trainee.pace.pieces)
        for optimizer in trainee.optimizers.values():
            optimizer.zero_grad()
        _put_back(trainee.network, before)
        _empty_device_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Does the error say that memory ran out? On a CPU torch has no class of its own for it."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return "DefaultCPUAllocator" in text or "std::bad_alloc" in text or "out of memory" in text


def _gradient(
    trainee: Trainee, phase: Phase, batches: Sequence[Batch], step: int, around: Around
) -> float:
    """Add up the gradients of all pieces and return the mean loss of this process."""
    accelerator, kind = around.accelerator, trainee.regularizers
    masses = [float(phase.mass(batch)) for batch in batches]
    own = sum(masses)
    total = sum_of(own) / accelerator.num_processes  # gradients are averaged over the processes
    value = 0.0
    for number, (batch, mass) in enumerate(zip(batches, masses, strict=True)):
        last = number == len(batches) - 1
        with _noise(around.seed, step, number), _weights(trainee, step, around.seed):
            pieces = list(cut(batch, trainee.pace.pieces))
            for i, piece in enumerate(pieces):
                share = mass if len(pieces) == 1 else float(phase.mass(piece))
                closing = last and i == len(pieces) - 1
                with _sync(accelerator, trainee.model, closing):
                    with around.clock.span("forward"), shared_norm_statistics():
                        loss = phase.loss(trainee.model, piece)
                        value += float(loss.detach()) * share / own
                    loss = loss * (share / total)
                    if closing and (kind.l1 or kind.l2):
                        loss = loss + penalty(trainee.network.parameters(), kind.l1, kind.l2)
                    with around.clock.span("backward"):
                        accelerator.backward(loss)
    return value


def cut(batch: Batch, pieces: int) -> Iterator[Batch]:
    """Cut a batch into so many pieces, or as many as it has images."""
    count = len(batch.targets)
    if pieces <= 1 or count <= 1:
        yield batch
        return
    size = -(-count // min(pieces, count))
    for start in range(0, count, size):
        part = slice(start, start + size)
        partners = None if batch.partners is None else batch.partners[part]
        yield Batch(
            batch.images[part], batch.targets[part], batch.positions[part], partners, batch.weight
        )


def _norm(trainee: Trainee, accelerator: Accelerator) -> float:
    """Return the norm of the gradient, which is clipped where the recipe says so."""
    parameters = [p for p in trainee.network.parameters() if p.grad is not None]
    if trainee.regularizers.clip_norm is not None:
        return float(accelerator.clip_grad_norm_(parameters, trainee.regularizers.clip_norm))
    accelerator.unscale_gradients()
    gradients = [p.grad for p in parameters if p.grad is not None]
    return float(nn.utils.get_total_norm(gradients))


def _sync(
    accelerator: Accelerator, model: nn.Module, closing: bool
) -> AbstractContextManager[None]:
    """Processes exchange gradients once a step, with its last piece."""
    quiet: AbstractContextManager[None] = accelerator.no_sync(model)
    return nullcontext() if closing else quiet


def _weights(trainee: Trainee, step: int, seed: int) -> AbstractContextManager[None]:
    spread = trainee.regularizers.weight_noise
    if not spread:
        return nullcontext()
    return noisy_weights(trainee.network, spread, seed_of(seed, "weight noise", step))


@contextmanager
def _noise(seed: int, step: int, number: int) -> Iterator[None]:
    """Random numbers inside layers, such as dropout's, from the seed and the step alone."""
    with torch.random.fork_rng():
        torch.manual_seed(seed_of(seed, "layers", step, number))
        yield


def _put_back(network: nn.Module, before: Sequence[Tensor]) -> None:
    """Put back the statistics of norms, which an attempt that failed has changed."""
    with torch.no_grad():
        for buffer, value in zip(network.buffers(), before, strict=True):
            buffer.copy_(value)


def _empty_device_cache() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
