"""What an explanation costs: every method against one forward pass and against grad-cam.

Claim measured here: Grad-CAM of one image takes less than 0.5 s on a CPU for ResNet-18 at 128
pixels, the search for the layer included, and no longer than the grad-cam package takes.

    python benchmarks/explain_speed.py --out benchmarks/results/explain_speed.json

How it is measured
    Each method explains one image on one thread, in turn with a forward pass and with the same
    method of grad-cam, so that whatever else the machine does falls on all alike. Medians over
    ``--rounds`` rounds, and the quartiles of the ratios within a round. The package runs at its
    fastest: its object is made once, gradients of the parameters are off where it can do without.
    Networks have random weights of seed 0. No data are needed; ``--data`` is not asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import torch
from pytorch_grad_cam import GradCAM, GradCAMPlusPlus, LayerCAM

from dojang.analysis.explain import explain_images, find_layer, methods_for
from dojang.core.types import InputSpec
from dojang.nn.factory import build

SUBJECTS = (("resnet18", 128), ("convnet", 64), ("vit_tiny_patch16_224", 224))
PACKAGE = {"grad-cam": GradCAM, "grad-cam++": GradCAMPlusPlus, "layer-cam": LayerCAM}
LIMIT = 0.5


def main() -> None:
    """Measure every network, print and store."""
    options = parse()
    torch.set_num_threads(1)
    results = {f"{name} at {size}": measure(name, size, options.rounds) for name, size in SUBJECTS}
    seconds = results["resnet18 at 128"]["methods"]["grad-cam"]["seconds"]
    found = {
        "claim": f"Grad-CAM of an image on ResNet-18 at 128 px takes less than {LIMIT} s",
        "holds": seconds < LIMIT,
        "arguments": {"rounds": options.rounds},
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "cpu": platform.machine()},
        "results": results,
    }
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def measure(name: str, size: int, rounds: int) -> dict[str, Any]:
    """Time one network."""
    network = build(name, 10, InputSpec.neutral(size)).eval()
    image = torch.randint(0, 256, (1, 3, size, size), generator=torch.Generator().manual_seed(0))
    image = image.byte()
    methods = methods_for(network, image)
    layer = find_layer(network, size)
    found: dict[str, Any] = {}
    forwards = []
    for method in methods:
        package = package_of(method, network, layer)
        few = max(3, rounds // 3) if method == "occlusion" else rounds
        times = in_turn(
            [
                lambda: forward(network, image),
                lambda method=method: explain_images(network, image, method),
                *([] if package is None else [lambda package=package: package(image, None)]),
            ],
            few,
        )
        forwards += times[0]
        found[method] = {
            "seconds": median(times[1]), "forwards": ratio(times[1], times[0]),
            "package": None if package is None else ratio(times[1], times[2]),
        }  # fmt: skip
    return {"forward_seconds": median(forwards), "methods": found}


def package_of(method: str, network: torch.nn.Module, layer: torch.nn.Module) -> Any:
    """Return the same method of grad-cam, or None where it has none or needs another reading."""
    if method not in PACKAGE:
        return None
    reshape = tokens_to_maps if hasattr(network.features, "patch_embed") else None
    return PACKAGE[method](network, [layer], reshape_transform=reshape)


def tokens_to_maps(tokens: torch.Tensor) -> torch.Tensor:
    """Patches of a vision transformer with a class token as maps."""
    side = round((tokens.shape[1] - 1) ** 0.5)
    return tokens[:, 1:].transpose(1, 2).unflatten(2, (side, side))


def forward(network: torch.nn.Module, image: torch.Tensor) -> None:
    """One pass without gradients."""
    with torch.no_grad():
        network(image)


def in_turn(tasks: list[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Return the seconds of each task in each round, after one round that does not count."""
    times: list[list[float]] = [[] for _ in tasks]
    for number in range(rounds + 1):
        for task, seconds in zip(tasks, times, strict=True):
            started = time.perf_counter()
            task()
            if number:
                seconds.append(time.perf_counter() - started)
    return times


def ratio(first: list[float], second: list[float]) -> dict[str, float]:
    """Median and quartiles of the ratios round by round."""
    low, middle, high = quantiles([a / b for a, b in zip(first, second, strict=True)], n=4)
    return {"median": middle, "low": low, "high": high}


if __name__ == "__main__":
    main()
