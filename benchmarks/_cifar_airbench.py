"""The method of airbench94 (Jordan 2024, arXiv:2404.00498; its variant with Muon) on a CPU.

Written anew after the published description: a whitening layer, three groups of two convolutions
that begin near the identity, Muon for the filters and Nesterov for the rest, label smoothing of
0.2, flips that alternate, shifts of two pixels, eight epochs. What is different on a CPU: bf16 by
autocast with weights in fp32, in place of half precision throughout.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from dojang.train.hardware import keep_freed_memory

MEAN, SPREAD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
EPOCHS, WHITE_EPOCHS, BATCH = 8, 3, 2000
VECTOR_RATE, HEAD_RATE, FILTER_RATE = 0.053, 0.67, 0.24
DECAY = 2e-6 * BATCH  # of the weights themselves a step, divided by their rate
SMOOTHING, SHIFT = 0.2, 2


def read(source: Path, part: str) -> tuple[Tensor, Tensor]:
    """Decode a part of the archive: uint8 ``(n, 3, 32, 32)`` and classes ``(n,)``."""
    with zipfile.ZipFile(source) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".jpg") and f"{part}/" in n)
        classes = sorted({Path(n).parent.name for n in names})
        pixels = np.stack([np.asarray(Image.open(io.BytesIO(archive.read(n)))) for n in names])
    labels = torch.tensor([classes.index(Path(n).parent.name) for n in names])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2), labels


def normalised(images: Tensor) -> Tensor:
    """Bytes to bf16 with the published mean and spread, channels last."""
    shape = (1, 3, 1, 1)
    mean, spread = torch.tensor(MEAN).view(shape), torch.tensor(SPREAD).view(shape)
    parts = [((some.float() / 255 - mean) / spread).bfloat16() for some in images.split(5000)]
    return torch.cat(parts).contiguous(memory_format=torch.channels_last)


class Norm(nn.BatchNorm2d):
    """Batch norm without a scale, whose running statistics follow fast."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-12, momentum=0.4)
        self.weight.requires_grad = False


class Conv(nn.Conv2d):
    """3×3; the first filters pass their channel on unchanged."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(before, after, 3, padding=1, bias=False)
        nn.init.dirac_(self.weight.data[:before])


class Group(nn.Sequential):
    def __init__(self, before: int, after: int) -> None:
        super().__init__(
            Conv(before, after), nn.MaxPool2d(2), Norm(after), nn.GELU(),
            Conv(after, after), Norm(after), nn.GELU(),
        )  # fmt: skip


class Net(nn.Module):
    def __init__(self, patches_of: Tensor) -> None:
        super().__init__()
        self.white = nn.Conv2d(3, 24, 2)
        with torch.no_grad():
            self.white.weight.copy_(whitening(patches_of))
        self.white.weight.requires_grad = False
        self.body = nn.Sequential(
            nn.GELU(), Group(24, 64), Group(64, 256), Group(256, 256), nn.MaxPool2d(3)
        )
        self.head = nn.Linear(256, 10, bias=False)
        with torch.no_grad():
            self.head.weight /= self.head.weight.std()

    def forward(self, images: Tensor, learn_white: bool = False) -> Tensor:
        bias = self.white.bias if learn_white else self.white.bias.detach()
        x = self.body(F.conv2d(images, self.white.weight, bias))
        return self.head(x.flatten(1)) / 256


def whitening(images: Tensor) -> Tensor:
    """Filters ``(24, 3, 2, 2)`` that make 2×2 patches uncorrelated, and their negatives."""
    patches = images.float().unfold(2, 2, 1).unfold(3, 2, 1).permute(0, 2, 3, 1, 4, 5)
    flat = patches.reshape(-1, 12)
    values, vectors = torch.linalg.eigh(flat.T @ flat / len(flat))
    filters = (vectors / (values + 5e-4).sqrt()).T.reshape(12, 3, 2, 2)
    return torch.cat([filters, -filters])


class FilterMuon:
    """Muon for convolutions whose filters keep a mean norm of 1."""

    def __init__(self, filters: list[nn.Parameter]) -> None:
        self.filters = filters
        self.means = [torch.zeros_like(p) for p in filters]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for p, mean in zip(self.filters, self.means, strict=True):
            mean.mul_(0.6).add_(p.grad)
            ahead = p.grad.add(mean, alpha=0.6)
            p.mul_(math.sqrt(len(p)) / p.norm())
            p.add_(orthogonal(ahead.reshape(len(p), -1)).view_as(p), alpha=-rate)


def orthogonal(matrix: Tensor) -> Tensor:
    """Three rounds of Newton-Schulz in bf16."""
    x = matrix.bfloat16()
    x = x / (x.norm() + 1e-7)
    tall = len(x) > x.shape[1]
    x = x.T if tall else x
    for _ in range(3):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.T if tall else x).float()


def shifted(padded: Tensor, side: int) -> Tensor:
    """Cut every image out of its padded one at a random place."""
    places = torch.randint(2 * SHIFT + 1, (len(padded), 2))
    found = torch.empty(len(padded), 3, side, side, dtype=padded.dtype)
    found = found.contiguous(memory_format=torch.channels_last)
    for y in range(2 * SHIFT + 1):
        for x in range(2 * SHIFT + 1):
            here = (places[:, 0] == y) & (places[:, 1] == x)
            found[here] = padded[here, :, y : y + side, x : x + side]
    return found


def train(images: Tensor, labels: Tensor, seed: int) -> Net:
    """Train on all of ``images``, uint8."""
    torch.manual_seed(seed)
    pixels = normalised(images)
    net = Net(pixels[:5000]).to(memory_format=torch.channels_last)
    filters = [p for p in net.body.parameters() if p.ndim == 4]
    vectors = [p for n, p in net.body.named_parameters() if p.ndim == 1 and p.requires_grad]
    groups = [
        {"params": [net.white.bias], "lr": VECTOR_RATE, "weight_decay": DECAY / VECTOR_RATE},
        {"params": vectors, "lr": VECTOR_RATE, "weight_decay": DECAY / VECTOR_RATE},
        {"params": [net.head.weight], "lr": HEAD_RATE, "weight_decay": DECAY / HEAD_RATE},
    ]
    rest = torch.optim.SGD(groups, momentum=0.85, nesterov=True, fused=True)
    rates = [group["lr"] for group in groups]
    muon = FilterMuon(filters)
    flipped = torch.rand(len(pixels)) < 0.5
    pixels[flipped] = pixels[flipped].flip(-1)
    padded = F.pad(pixels, (SHIFT,) * 4, "reflect")
    per_epoch = len(pixels) // BATCH
    total, white, step = EPOCHS * per_epoch, WHITE_EPOCHS * per_epoch, 0
    for epoch in range(EPOCHS):
        net.train()
        shown = shifted(padded, images.shape[-1])
        if epoch % 2:
            shown = shown.flip(-1)
        order = torch.randperm(len(shown))
        for number in range(per_epoch):
            some = order[number * BATCH : (number + 1) * BATCH]
            batch = shown[some].contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(batch, step < white)
            loss = F.cross_entropy(
                logits.float(), labels[some], label_smoothing=SMOOTHING, reduction="sum"
            )
            loss.backward()
            rest.param_groups[0]["lr"] = rates[0] * max(0.0, 1 - step / white)
            for group, rate in zip(rest.param_groups[1:], rates[1:], strict=True):
                group["lr"] = rate * (1 - step / total)
            rest.step()
            muon.step(FILTER_RATE * (1 - step / total))
            net.zero_grad()
            step += 1
    return net


Views = Callable[[Net, Tensor], Tensor]


@torch.no_grad()
def accuracy(net: Net, images: Tensor, labels: Tensor, views: Views) -> float:
    """Return the share of images that are named rightly."""
    net.eval()
    with torch.autocast("cpu", torch.bfloat16):
        found = [views(net, some).argmax(1) for some in normalised(images).split(BATCH)]
    return float((torch.cat(found) == labels).float().mean())


def as_it_is(net: Net, images: Tensor) -> Tensor:
    """Scores of the images themselves."""
    return net(images)


def six_views(net: Net, images: Tensor) -> Tensor:
    """Scores over mirror images and moves by a pixel, weighted as the method does."""
    padded = F.pad(images, (1,) * 4, "reflect")
    moved = mirrored(net, padded[..., :-2, :-2]) + mirrored(net, padded[..., 2:, 2:])
    return mirrored(net, images) + moved / 2


def mirrored(net: Net, images: Tensor) -> Tensor:
    """Sum of the scores of images and their mirror images."""
    return net(images).float() + net(images.flip(-1)).float()


def main() -> None:
    """Read, train, score; write what was found and the seconds of each part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--allocator", choices=("kept", "plain"), default="kept")
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args()
    if options.allocator == "kept":
        keep_freed_memory()
    clock = [time.perf_counter()]

    def lap() -> float:
        clock.append(time.perf_counter())
        return clock[-1] - clock[-2]

    images, labels = read(options.data, "train")
    test, truth = read(options.data, "test")
    found: dict[str, float] = {"read": lap()}
    net = train(images, labels, options.seed)
    found["train"] = lap()
    found["plain"] = accuracy(net, test, truth, as_it_is)
    found["test"] = lap()
    found["six_views"] = accuracy(net, test, truth, six_views)
    found["test_six_views"] = lap()
    options.result.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
