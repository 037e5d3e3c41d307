"""How long a step of a network takes, and how much memory, with images that are made up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

WARM, TIMED = 2, 3
BUSY = 0.2  # seconds that our threads waited for a core, in each second
LONGEST = 20.0  # seconds after which a measurement is content with the steps that it has


@dataclass(frozen=True)
class Measured:
    """Seconds of the fastest step, and the bytes of memory that it needs.

    The fastest, not the median: what else a machine does can only make a step slower. Where others
    kept our threads waiting for much of the time (``busy``), the seconds tell nothing of the
    network: with two threads beside busy processes a step was seen to take twenty times as long.
    """

    seconds: float
    memory: float
    busy: bool = False


def time_step(
    network: nn.Module,
    batch: int,
    size: int,
    device: torch.device,
    precision: str,
    *,
    channels_last: bool,
    optimise: bool = False,
    warm: int = WARM,
    timed: int = TIMED,
) -> Measured:
    """Time forward and backward passes of ``network``, whose weights are spoiled by it.

    Args:
        size: side of the images.
        precision: fp32, bf16 or fp16, by autocast.
        channels_last: layout of weights and images.
        optimise: also take the step of AdamW, so that its state counts as memory.

    Raises:
        RuntimeError: among others where memory does not suffice; see :func:`out_of_memory`.
    """
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network.to(device).to(memory_format=layout)
    images, targets = _made_up(batch, size, device)
    step = _stepper(network, images, targets, precision, optimise)
    with torch.random.fork_rng(devices=[] if device.type == "cpu" else None), _peak(device) as peak:
        started, waited = time.perf_counter(), waited_seconds()

        def busy() -> bool:
            return waited_seconds() - waited > BUSY * (time.perf_counter() - started)

        kept = _kept_bytes(step) if optimise else _none_kept(step)
        for _ in range(warm - 1):
            step()
        seconds: list[float] = []
        while len(seconds) < timed and not (seconds and busy()):
            _wait_for(device)
            before = time.perf_counter()
            step()
            _wait_for(device)
            seconds.append(time.perf_counter() - before)
            if time.perf_counter() - started > LONGEST:
                break
    numbers = sum(p.numel() for p in network.parameters())
    state = 4 * numbers * (4 if optimise else 2)  # weights and gradients, and two moments
    return Measured(min(seconds), float(peak() or kept + state), busy())


def waited_seconds(tasks: Path = Path("/proc/self/task")) -> float:
    """Return how long all threads of this process together have been ready to run while others had
    the cores; 0 where the system does not tell (other than Linux)."""
    total = 0
    for task in tasks.glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[1])
        except (OSError, ValueError, IndexError):  # a thread that has just ended
            continue
    return total / 1e9


def _made_up(batch: int, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Images of noise, as the loader gives them; which class they are of does not matter."""
    random = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (batch, 3, size, size), generator=random, dtype=torch.uint8)
    return images.float().to(device), torch.zeros(batch, dtype=torch.int64, device=device)


def _stepper(
    network: nn.Module, images: Tensor, targets: Tensor, precision: str, optimise: bool
) -> Callable[[], None]:
    kind = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-8) if optimise else None
    network.train()

    def step() -> None:
        with torch.autocast(images.device.type, kind, enabled=kind is not None):
            logits = network(images)
        loss = nn.functional.cross_entropy(logits.float(), targets)
        loss.backward()  # type: ignore[no-untyped-call]
        if optimizer:
            optimizer.step()
        network.zero_grad()

    return step


def _kept_bytes(step: Callable[[], None]) -> int:
    """Run ``step`` and return the bytes that its forward pass keeps for the backward pass. The same
    on every machine, unlike the size of a process, which remembers its past."""
    seen: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    def give(tensor: Tensor) -> Tensor:
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, give):
        step()
    return sum(seen.values())


def _none_kept(step: Callable[[], None]) -> int:
    """Run ``step`` without looking: hooks would get in the way of a compiler."""
    step()
    return 0


@contextmanager
def _peak(device: torch.device) -> Iterator[Callable[[], int]]:
    """The value returns the most bytes that were in use on a GPU, and 0 elsewhere."""
    if device.type != "cuda":
        yield lambda: 0
        return
    torch.cuda.reset_peak_memory_stats(device)
    yield lambda: int(torch.cuda.max_memory_allocated(device))


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def out_of_memory(error: BaseException) -> bool:
    """Is this what PyTorch raises where memory does not suffice?"""
    kinds: tuple[Any, ...] = (MemoryError, torch.OutOfMemoryError)
    told = str(error).lower() if isinstance(error, RuntimeError) else ""
    return isinstance(error, kinds) or "can't allocate memory" in told or "out of memory" in told
