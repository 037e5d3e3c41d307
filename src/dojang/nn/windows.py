"""How a window slides over a map: the arithmetic of convolutions and pools, without a tensor.

With side W, window F, padding P on either side and stride S, the output has
``(W − F + 2P) / S + 1`` positions, rounded down, or up where a pool asks for it (Dumoulin & Visin
2016, "A guide to convolution arithmetic"). A kernel k with dilation D spans F = D(k − 1) + 1.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """A sliding window along one side of a map, all in pixels.

    Attributes:
        side: W, the side of the input.
        kernel: k, the taps of the window.
        ceil: whether a last window that reaches beyond the padding counts; it must still begin
            inside the input or the padding before it, as in PyTorch, where a window that is larger
            than the map by less than a stride counts too.
    """

    side: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    ceil: bool = False

    @property
    def span(self) -> int:
        """F, the pixels from the first tap to the last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def room(self) -> int:
        """How far the window can move; below 0 it does not fit at all."""
        return self.side - self.span + 2 * self.padding

    @property
    def out(self) -> int:
        """Positions of the window; below 1 where it does not fit."""
        if not self.ceil:
            return max(0, self.room // self.stride + 1)
        steps = -(-self.room // self.stride)
        if steps < 0:
            return 0
        return steps if steps * self.stride >= self.side + self.padding else steps + 1

    @property
    def formula(self) -> str:
        """The arithmetic with its numbers: ``(224 − 7 + 2·3)/2 + 1 = 112``, rounding shown."""
        pad = f" + 2·{self.padding}" if self.padding else ""
        taps = f"({self.dilation}·{self.kernel - 1} + 1)" if self.dilation > 1 else f"{self.kernel}"
        ratio = f"({self.side} − {taps}{pad})/{self.stride}"
        if self.room % self.stride:
            ratio = f"⌈{ratio}⌉" if self.ceil else f"⌊{ratio}⌋"
        steps = self.out - 1
        short = self.ceil and steps != -(-self.room // self.stride)
        last = " − 1" if short else ""
        return f"{ratio} + 1{last} = {self.out}"
