"""What each technique of training adds to a step: time and memory, for ResNet-18.

    python benchmarks/technique_costs.py

Claim measured here: none. The cards of ``docs/techniques.md`` quote these figures beside those of
``techniques.py``, which measures accuracy on a network too small to tell costs.

How it is measured
    One step of ResNet-18 (10 classes, 32 images of 128 pixels) is forward and backward in the
    precision that ``auto`` chooses here, channels last where that pays. Of each technique only what
    it adds is timed, on the same weights, with one thread a core: the medians of ``--repeats``
    calls. Memory is what it keeps beside weights and gradients: state between steps, and what is
    there only within one.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision
from torch import Tensor, nn

from dojang.train.averaging import Ema
from dojang.train.hardware import cores, describe, keep_freed_memory, resolve_precision
from dojang.train.optimizers import OPTIMIZERS, OptimizerSettings, parameter_groups
from dojang.train.penalties import noisy_weights, penalty
from dojang.train.sharpness import climb, descend

HERE = Path(__file__).resolve().parent
IMAGES, SIZE = 32, 128


def main() -> None:
    """Measure everything and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=HERE / "results" / "technique_costs.json")
    parser.add_argument("--repeats", type=int, default=15)
    given = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(cores())
    device = torch.device("cpu")
    precision = resolve_precision("auto", device, depthwise=False)
    network = begun(precision)
    weights = sum(p.numel() for p in network.parameters())
    step = milliseconds(one_step(network, precision), given.repeats)
    costs = optimizers(network, given.repeats) | others(network, step, given.repeats)
    tree = {
        "machine": describe(device),
        "versions": {n: metadata.version(n) for n in ("torch", "torchvision")},
        "python": platform.python_version(),
        "step": {
            "network": "ResNet-18", "weights": weights, "images": IMAGES, "size": SIZE,
            "precision": precision, "milliseconds": step,
        },
        "costs": costs,
    }  # fmt: skip
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(tree, indent=1))


def begun(precision: str) -> nn.Module:
    torch.manual_seed(0)
    network: nn.Module = torchvision.models.resnet18(num_classes=10)
    if precision == "bf16":
        network.to(memory_format=torch.channels_last)
    for parameter in network.parameters():
        parameter.grad = 0.01 * torch.randn_like(parameter)
    return network


def one_step(network: nn.Module, precision: str) -> Callable[[], object]:
    images = torch.randn(IMAGES, 3, SIZE, SIZE).to(memory_format=torch.channels_last)
    targets = torch.arange(IMAGES) % 10

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            logits = network(images)
        nn.functional.cross_entropy(logits.float(), targets).backward()

    return step


def optimizers(network: nn.Module, repeats: int) -> dict[str, Any]:
    """Measure a step of each optimiser and the state that it keeps."""
    children = list(network.children())
    blocks = [list(child.parameters()) for child in children]
    found: dict[str, Any] = {}
    for name in OPTIMIZERS:
        groups = parameter_groups([b for b in blocks if b], [1.0] * sum(map(bool, blocks)), 0.01)
        optimizer = OPTIMIZERS[name](groups, OptimizerSettings(lr=1e-6))
        time_of = milliseconds(optimizer.step, repeats)
        state = [v for slots in optimizer.state.values() for v in slots.values()]
        found[name] = {"milliseconds": time_of, "megabytes": megabytes(state)}
    return found


def others(network: nn.Module, step: float, repeats: int) -> dict[str, Any]:
    """Measure what the other techniques add to a step."""
    parameters = list(network.parameters())
    copy = megabytes(list(parameters))
    ema = Ema(network, 0.999)

    def noise() -> None:
        with noisy_weights(network, 0.05, seed=0):
            pass

    calls: dict[str, tuple[Callable[[], object], float]] = {
        "ema": (lambda: ema.update(1000), megabytes(list(ema.tensors().values()))),
        "weight-noise": (noise, copy),
        "l1": (lambda: penalty(parameters, 1e-9, 0.0).backward(), 0.0),
        "l2": (lambda: penalty(parameters, 0.0, 1e-9).backward(), 0.0),
        "clipping": (lambda: nn.utils.clip_grad_norm_(parameters, 1e9), 0.0),
        "sam": (lambda: descend(parameters, climb(parameters, 0.05)), copy),
    }
    found = {
        name: {"milliseconds": milliseconds(call, repeats), "megabytes": memory}
        for name, (call, memory) in calls.items()
    }
    found["sam"]["milliseconds"] += step  # the second pass
    return found


def milliseconds(call: Callable[[], object], repeats: int) -> float:
    """Return the median time of a call after two that do not count."""
    times = []
    for number in range(repeats + 2):
        started = time.perf_counter()
        call()
        if number >= 2:
            times.append(time.perf_counter() - started)
    return round(1000 * float(np.median(times)), 1)


def megabytes(tensors: list[Tensor]) -> float:
    return round(sum(t.numel() * t.element_size() for t in tensors) / 1e6, 1)


if __name__ == "__main__":
    main()
