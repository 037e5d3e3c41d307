"""``convnet``: our small, fast network for training from scratch at 8 to 224 pixels.

A stem brings the side down to at most 56 pixels, then residual stages halve it and double the
channels until it is below 8. Plain 3×3 convolutions keep both a CPU's and a GPU's matrix units
busy; depth-wise ones need fewer multiplications but take longer there.

====== ============ ===========================
size   stem         sides of the stages
====== ============ ===========================
8      one conv     8, 4
32     one conv     32, 16, 8, 4
64     ÷ 2          32, 16, 8, 4
128    ÷ 4          32, 16, 8, 4
224    ÷ 4          56, 28, 14, 7
====== ============ ===========================
"""

from __future__ import annotations

from torch import Tensor, nn

from dojang.nn.blocks import ConvNorm, Residual

MAX_STAGES = 4
_ONE_HALVING = 48  # from this size on the stem halves the side
_TWO_HALVINGS = 96  # from this size on it does so twice


class ConvNet(nn.Module):
    """Features of an image: ``(B, 3, S, S)`` → ``(B, num_features)``.

    Args:
        size: side S of the input in pixels.
        width: channels of the first stage; each further stage has twice as many.
    """

    def __init__(self, size: int, width: int = 64) -> None:
        super().__init__()
        halvings = (size >= _ONE_HALVING) + (size >= _TWO_HALVINGS)
        self.stem = nn.Sequential(
            ConvNorm(3, width // 2, stride=2 if halvings == 2 else 1),
            ConvNorm(width // 2, width, stride=2 if halvings >= 1 else 1),
        )
        self.stages = nn.Sequential(*self._stages(-(-size // 2**halvings), width))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.num_features = width * 2 ** (len(self.stages) - 1)
        self._initialise()

    @staticmethod
    def _stages(side: int, width: int) -> list[nn.Module]:
        stages: list[nn.Module] = [Residual(width, width)]
        while side >= 8 and len(stages) < MAX_STAGES:
            stages.append(Residual(width, 2 * width, stride=2))
            width, side = 2 * width, -(-side // 2)
        return stages

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.pool(self.stages(self.stem(x)))
        return features.flatten(1)
