"""The bricks of which our networks are built.

Legend: B images, C channels, H and W sides of a map, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ConvNorm(nn.Sequential):
    """Convolution, batch norm and, where wanted, a ReLU. Keeps the side at stride 1."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, relu: bool = True
    ) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
            *([nn.ReLU(inplace=True)] if relu else []),
        )


class Residual(nn.Module):
    """Two 3×3 convolutions around a shortcut (He et al. 2016), the shortcut averaged rather than
    skipped where the side halves (He et al. 2019, "Bag of Tricks", ResNet-D)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.path = nn.Sequential(
            ConvNorm(inputs, outputs, stride=stride), ConvNorm(outputs, outputs, relu=False)
        )
        pool = [nn.AvgPool2d(stride)] if stride > 1 else []
        same = inputs == outputs and stride == 1
        self.shortcut = (
            nn.Identity()
            if same
            else nn.Sequential(*pool, ConvNorm(inputs, outputs, kernel=1, relu=False))
        )
        self.drop = drop_path(0.0)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(self.drop(self.path(x)) + self.shortcut(x))
        return out


class Sum(nn.Module):
    """The sum of a body and a shortcut (He et al. 2016): ``(B, C, H, W)`` → what both give.

    Args:
        body: dropped for whole images where a rate of stochastic depth is set.
        shortcut: ``nn.Identity`` where the input is added as it is.
    """

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut
        self.drop = drop_path(0.0)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.drop(self.body(x)) + self.shortcut(x)
        return out


class Branches(nn.ModuleList):
    """Several ways of the same input, put together along the channels (Szegedy et al. 2015)."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self], dim=1)


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each position (Ba et al. 2016, as in ConvNeXt).

    ``(B, C, H, W)`` → the same; two parameters a channel.
    """

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.movedim(1, -1)).movedim(-1, 1)


class ResponseNorm(nn.Module):
    """Local response normalisation (Krizhevsky et al. 2012): ``a / (k + α Σ a²)^β``.

    The sum runs over ``size`` neighbouring channels at the same position. torch has it too, with α
    divided by ``size``; its CPU kernel knows no bf16. Sums are taken in fp32 at least.
    """

    def __init__(self, size: int, alpha: float, beta: float, k: float) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Tensor) -> Tensor:
        wide = x if x.dtype == torch.float64 else x.float()
        channels = x.shape[1]
        squares = F.pad(wide.square(), (0, 0, 0, 0, self.size // 2, (self.size - 1) // 2))
        total = squares[:, :channels]
        for shift in range(1, self.size):
            total = total + squares[:, shift : shift + channels]
        return (wide / (self.k + self.alpha * total).pow(self.beta)).to(x.dtype)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha:g}, beta={self.beta:g}, k={self.k:g}"


class GlobalAverage(nn.Module):
    """The mean of each channel (Lin et al. 2014): ``(B, C, H, W)`` → ``(B, C)``."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class GlobalMax(nn.Module):
    """The largest value of each channel: ``(B, C, H, W)`` → ``(B, C)``."""

    def forward(self, x: Tensor) -> Tensor:
        return x.amax((2, 3))


class Grey(nn.Module):
    """The luminance of colours, by the weights of BT.601: ``(B, 3, H, W)`` → ``(B, 1, H, W)``."""

    weights: Tensor

    def __init__(self) -> None:
        super().__init__()
        weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return (x * self.weights.to(x.dtype)).sum(1, keepdim=True)


def drop_path(rate: float) -> nn.Module:
    """Stochastic depth (Huang et al. 2016): in training, drop a branch for whole images.

    What stays is scaled by 1 / (1 − rate). Without a rate nothing is drawn.
    """
    if not rate:
        return nn.Identity()
    from torchvision.ops import StochasticDepth

    drop: nn.Module = StochasticDepth(rate, "row")
    return drop
