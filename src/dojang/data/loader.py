"""Seeded batches. What is in a batch depends on seed and epoch alone, never on who prepared it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.core.clock import OFF, Clock
from dojang.data.ahead import ahead
from dojang.data.cache import PixelStore
from dojang.data.sampling import Sampling, epoch_length, epoch_order, occurrences
from dojang.data.transforms import Augment, augment, draw_mix, mix, shrink

_AHEAD = 2  # batches that are on their way to a GPU while it computes


@dataclass(frozen=True)
class Batch:
    """Samples that go through the network together.

    Attributes:
        images: scale 0 to 255, uint8 or float32, shape ``(B, 3, S, S)``.
        targets: class index, −1 where it is not known, shape ``(B,)``.
        positions: where in the store each sample is, shape ``(B,)``.
        partners: class index of the image that each was mixed with, shape ``(B,)``, or None.
        weight: share of each image and its target in the mixture; the rest is its partner's.
    """

    images: Tensor
    targets: Tensor
    positions: NDArray[np.int64]
    partners: Tensor | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Early:
    """Smaller images in the first epochs.

    Attributes:
        size: their side.
        epochs: how many epochs see them.
    """

    size: int
    epochs: int


@dataclass(frozen=True)
class TrainLoader:
    """Shuffled, augmented batches of the training part.

    Attributes:
        batch_size: images of one micro-batch over all processes.
        rank, world: this process and how many there are; each takes its slice of every batch.
        sampling: which images an epoch shows, and how often.
        early: smaller images in the first epochs, or None.
        clock: where the seconds of the changes are counted.
    """

    store: PixelStore
    targets: NDArray[np.int64]
    size: int
    batch_size: int
    augment: Augment
    seed: int
    device: torch.device
    rank: int = 0
    world: int = 1
    sampling: Sampling = "none"
    clock: Clock = OFF
    early: Early | None = None

    def size_in(self, epoch: int) -> int:
        """Return the side of the images in an epoch (from 0)."""
        early = self.early is not None and epoch < self.early.epochs
        return self.early.size if self.early and early else self.size

    @property
    def batches_per_epoch(self) -> int:
        """Full batches in one epoch; an epoch smaller than one batch is one short batch."""
        return max(1, epoch_length(self.targets, self.sampling) // self.batch_size)

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """Yield the batches of epoch ``number`` (from 0), from batch ``start`` on: they are the
        same as in a pass from the beginning."""
        whole = self.order(number)
        draws = [d[self.rank :: self.world] for d in self._draws(whole)][start:]
        batches = [b[self.rank :: self.world] for b in whole][start:]
        size = self.size_in(number)
        stream = zip(batches, draws, sent(self.store.stream(batches), self.device), strict=True)
        for step, (positions, samples, images) in enumerate(stream, start):
            with self.clock.span("augment"):
                changed = augment(images, samples, self.augment, self.size, self.seed, number)
                batch = Batch(
                    changed if size == self.size else shrink(changed, size),
                    torch.from_numpy(self.targets[positions]).to(self.device),
                    positions,
                )
                batch = self._mixed(batch, number, step)
            yield batch

    def _mixed(self, batch: Batch, epoch: int, step: int) -> Batch:
        """Mix the images of a batch among themselves, where the settings say so."""
        count = len(batch.positions)
        size = batch.images.shape[-1]
        how = draw_mix(self.augment, count, size, self.seed, epoch, step, self.rank)
        if how is None:
            return batch
        partners = batch.targets[torch.from_numpy(how.partners).to(self.device)]
        return replace(batch, images=mix(batch.images, how), partners=partners, weight=how.weight)

    def order(self, number: int) -> list[NDArray[np.int64]]:
        """Return the positions of each batch of epoch ``number``. What does not fill a batch waits
        for another epoch, since batch norm is noisy on small remainders."""
        shuffled = epoch_order(self.targets, self.sampling, self.seed, number)
        size = min(self.batch_size, len(shuffled))
        return [shuffled[i * size : (i + 1) * size] for i in range(self.batches_per_epoch)]

    def _draws(self, batches: list[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
        """Number the samples for their random changes, so that copies of one image are changed in
        different ways; the first copy has the number that it has without copies."""
        shown = np.concatenate(batches)
        numbers = shown + len(self.store) * occurrences(shown)
        return np.split(numbers, np.cumsum([len(b) for b in batches])[:-1])


@dataclass(frozen=True)
class EvalLoader:
    """Batches in order, unchanged, each sample once."""

    store: PixelStore
    targets: NDArray[np.int64]
    device: torch.device
    batch_size: int = 128

    def __iter__(self) -> Iterator[Batch]:
        every = np.arange(len(self.store), dtype=np.int64)
        batches = [every[i : i + self.batch_size] for i in range(0, len(every), self.batch_size)]
        images = sent(self.store.stream(batches), self.device)
        for positions, pixels in zip(batches, images, strict=True):
            targets = torch.from_numpy(self.targets[positions]).to(self.device)
            yield Batch(pixels, targets, positions)


def sent(batches: Iterator[Tensor], device: torch.device) -> Iterator[Tensor]:
    """Yield the tensors on ``device``.

    For a GPU a thread reads the next ones into page-locked memory meanwhile, from which they are
    copied while the GPU computes. On a CPU there is nobody to work beside: all cores are the
    model's.
    """
    if device.type != "cuda":
        yield from (batch.to(device) for batch in batches)
        return
    for batch in ahead((batch.pin_memory() for batch in batches), _AHEAD):
        yield batch.to(device, non_blocking=True)
