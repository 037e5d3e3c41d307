"""torch.compile where it pays: the training pass alone, in place, with a way back.

Only the pass in training mode is compiled. Its batches all have one shape, so there is one graph;
evaluation, with its odd last batch, runs as written. Names of weights do not change.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from dojang.train.choices import Way, about_compiling
from dojang.train.probes import BUSY, Numbers, remembered
from dojang.train.stopwatch import time_step

Tell = Callable[[str], None]


def compiler_missing(device: torch.device) -> str | None:
    """Return what compiling needs and this machine lacks, or None. For a processor that is a C++
    compiler, for a GPU Triton."""
    if device.type == "cpu":
        from torch._inductor import config

        names = config.cpp.cxx if isinstance(config.cpp.cxx, tuple) else (config.cpp.cxx,)
        found = any(name and shutil.which(name) for name in names)
        return None if found else "g++"
    if device.type == "cuda":
        from importlib.util import find_spec

        return None if find_spec("triton") and shutil.which("gcc") else "triton"
    return device.type


def compiled(network: nn.Module, tell: Tell) -> nn.Module:
    """Let the training passes of ``network`` run compiled, from the next one on; return it.

    Call it before the network is handed to Accelerate.

    Args:
        tell: called once with the reason where compiling fails; the network then runs as written.
    """
    logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)  # "no CUDA was found"
    as_written = network.forward
    graph: Callable[..., Tensor] | None = torch.compile(as_written, dynamic=False)

    def forward(*images: Any, **more: Any) -> Tensor:
        nonlocal graph
        if graph is None or not network.training:
            result: Tensor = as_written(*images, **more)
            return result
        try:
            return graph(*images, **more)
        except _failures() as error:
            graph = None
            tell(first_line(error))
            return forward(*images, **more)

    network.forward = forward
    return network


def compile_if(wanted: str, network: nn.Module, device: torch.device, tell: Tell) -> None:
    """Compile ``network`` where ``wanted`` is ``on``; without a compiler, say so and leave it."""
    if wanted != "on":
        return
    missing = compiler_missing(device)
    if missing:
        tell(missing)
    else:
        compiled(network, tell)


def first_line(error: BaseException) -> str:
    """Return the type of an error and the first line that says something, within 200 characters."""
    told = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {told}"[:200]


def measure_compiling(
    make: Callable[[], nn.Module], batch: int, size: int, way: Way, device: torch.device
) -> Numbers:
    """Time steps as written and compiled.

    Returns:
        ``eager`` and ``compiled``, seconds of a step, and ``cost``, seconds that the compilation
        took; where it failed, ``compiled`` equals ``eager``. ``BUSY`` on a busy machine.
    """
    plain = time_step(make(), batch, size, device, way.precision, channels_last=way.channels_last)
    if plain.busy:
        return BUSY
    eager = plain.seconds
    failed: list[str] = []
    network = compiled(make(), failed.append)
    started = time.perf_counter()
    arguments: dict[str, Any] = {"channels_last": way.channels_last, "timed": 5}
    found = time_step(network, batch, size, device, way.precision, **arguments).seconds
    cost = time.perf_counter() - started - 7 * found
    return {"eager": eager, "compiled": eager if failed else found, "cost": max(0.0, cost)}


def remembered_gain(
    make: Callable[[], nn.Module], batch: int, size: int, way: Way, device: torch.device
) -> Numbers:
    """Return what :func:`measure_compiling` measured, once on this machine."""
    about = about_compiling(make(), batch, size, way, device)
    return remembered("compile", about, lambda: measure_compiling(make, batch, size, way, device))


def _failures() -> tuple[type[Exception], ...]:
    """What the compiler raises of itself; an error of the network's own passes through."""
    from torch._dynamo.exc import TorchDynamoException
    from torch._inductor.exc import InductorError

    return (TorchDynamoException, InductorError)
