"""A first layer that is computed from the training images instead of being learnt.

Its filters are the principal components of small patches, each divided by its spread, and their
negatives: what comes out is uncorrelated, of variance 1, and a ReLU or GELU after it loses nothing
(Krizhevsky 2009 for whole images; Page 2019 and Jordan 2024, arXiv:2404.00498, as a layer).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dojang.nn.modes import evaluating

_LEAST_VARIANCE = 5e-4  # added to each: patches of flat images have directions without any


class Whitening(nn.Conv2d):
    """``(B, C, H, W)`` → ``(B, 2 C k², H − k + 1, W − k + 1)``; its weights are fixed, its biases
    are learnt.

    Args:
        channels: C.
        kernel: k down and across.
    """

    def __init__(self, channels: int, kernel: tuple[int, int]) -> None:
        count = channels * kernel[0] * kernel[1]
        super().__init__(channels, 2 * count, kernel)
        self.weight.requires_grad = False
        nn.init.zeros_(self._bias())
        self._set(torch.eye(count))

    @torch.no_grad()
    def learn(self, images: Tensor) -> None:
        """Compute the filters from images ``(B, C, H, W)``, normalised as the layer gets them."""
        (high, wide), channels = self.kernel_size, self.in_channels
        patches = images.double().unfold(2, high, 1).unfold(3, wide, 1)
        flat = patches.permute(0, 2, 3, 1, 4, 5).reshape(-1, channels * high * wide)
        variances, directions = torch.linalg.eigh(flat.T @ flat / len(flat))
        self._set((directions / (variances + _LEAST_VARIANCE).sqrt()).T)

    def _set(self, rows: Tensor) -> None:
        """Take over filters, one a row, with their negatives."""
        # Which of a direction and its opposite comes first is the library's whim; ours is fixed.
        rows = rows * rows.gather(1, rows.abs().argmax(1, keepdim=True)).sign()
        filters = torch.cat([rows, -rows]).view(self.weight.shape)
        self.weight.data.copy_(filters)

    def _bias(self) -> Tensor:
        assert self.bias is not None
        return self.bias


def learn_whitening(network: nn.Module, images: Tensor) -> None:
    """Let every whitening layer of a network learn from what reaches it of ``images``.

    Args:
        network: takes ``images``; changed in place. Without such a layer nothing is computed.
    """
    layers = [m for m in network.modules() if isinstance(m, Whitening)]
    if not layers:
        return
    hooks = [layer.register_forward_pre_hook(_learn_input) for layer in layers]
    try:
        with evaluating(network), torch.no_grad():
            network(images)
    finally:
        for hook in hooks:
            hook.remove()


def _learn_input(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    assert isinstance(layer, Whitening)
    layer.learn(inputs[0])
