"""Random changes to whole batches, each image with its own random numbers.

The numbers of a sample come from the seed, the epoch and the number of the sample alone, so the
result is the same whatever worker, batch or order it came in. It is done on the device where the
model is.

Legend: B images, S side of the stored pixels, T side of the network's input.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.core.random import seed_of, uniforms
from dojang.data.transforms import geometry, pixels, policy
from dojang.data.transforms.settings import Augment

# Which of a sample's numbers decide what; a number keeps its place, or old seeds would mean others.
_DRAWS = 20
_COLOR, _ERASE = slice(8, 11), slice(11, 16)
_MIRROR, _HUE, _BLUR, _NOISE = 7, 16, 17, 18


def augment(
    images: Tensor, samples: NDArray[np.int64], settings: Augment, size: int, seed: int, epoch: int
) -> Tensor:
    """Change every image of a batch at random.

    Args:
        images: uint8, shape ``(B, 3, S, S)``.
        samples: number of each sample, shape ``(B,)``; together with ``seed`` and ``epoch`` it
            decides what happens to the image.
        settings: how far images may be changed.
        size: side T of the result.
        seed: the run's seed.
        epoch: which pass over the data this is.

    Returns:
        float32 on the scale 0 to 255, shape ``(B, 3, T, T)``.
    """
    u = draws_of(samples, settings, seed, epoch)
    drawn = draw_policy(samples, settings, seed, epoch)
    # One pass turns pixels into planes of floats, which are faster to sample.
    found = images.to(torch.float32, memory_format=torch.contiguous_format, copy=True)
    if settings.moves or drawn is not None or images.shape[-1] != size:
        maps = maps_of(u.to(images.device), drawn, settings, images.shape[-1], size)
        found = geometry.warp(found, maps, size)
    return change_pixels(found, u.to(images.device), drawn, samples, settings, seed, epoch)


def draws_of(samples: NDArray[np.int64], settings: Augment, seed: int, epoch: int) -> Tensor:
    """Return the numbers of each sample, ``(B, 20)``, float64 in [0, 1)."""
    u = uniforms(seed_of(seed, "augmentation", epoch), samples, _DRAWS)
    if settings.flip == "alternating":
        first = uniforms(seed_of(seed, "augmentation", "mirror"), samples, 1)[:, 0] < 0.5
        u[:, _MIRROR] = np.where(first ^ (epoch % 2 == 1), 0.25, 0.0)
    return torch.from_numpy(u)


def draw_policy(
    samples: NDArray[np.int64], settings: Augment, seed: int, epoch: int
) -> policy.Drawn | None:
    """Return the operations that the policy chooses for each sample, if there is a policy."""
    if settings.policy == "none":
        return None
    stream = seed_of(seed, "augmentation", "policy", epoch)
    return policy.draw(uniforms(stream, samples, policy.draws_of(settings)), settings)


def maps_of(
    u: Tensor, drawn: policy.Drawn | None, settings: Augment, stored: int, size: int
) -> Tensor:
    """Return the map of each image, ``(B, 2, 3)``. Where images are only mirrored and shifted, it
    is by whole pixels: to interpolate would blur small pictures, which are sharp afterwards."""
    plain = drawn is None and settings.min_area == 1 and settings.rotate == 0 and stored == size
    maps = geometry.affine(u, settings, stored if plain else None)
    if drawn is not None:
        maps = policy.moved(maps, drawn, policy.ranges_of(settings), size)
    return maps


def change_pixels(
    found: Tensor,
    u: Tensor,
    drawn: policy.Drawn | None,
    samples: NDArray[np.int64],
    settings: Augment,
    seed: int,
    epoch: int,
) -> Tensor:
    """Do all that moves nothing: colours, policy, blur, noise, erasing, in this order."""
    if settings.color > 0:
        found = pixels.recolor(found, u[:, _COLOR].float(), settings.color)
    if settings.hue > 0:
        found = pixels.turn_hue(found, u[:, _HUE], settings.hue)
    if drawn is not None:
        found = policy.recolored(found, drawn, policy.ranges_of(settings))
    if settings.blur > 0:
        found = pixels.blur(found, u[:, _BLUR], settings.blur)
    if settings.noise > 0:
        stream = seed_of(seed, "augmentation", "noise", epoch)
        seeds = (uniforms(stream, samples, 1)[:, 0] * 2**53).astype(np.int64).tolist()
        found = pixels.add_noise(found, u[:, _NOISE], seeds, settings.noise)
    if settings.erase > 0:
        found = pixels.erase(found, u[:, _ERASE].float(), settings.erase)
    return found
