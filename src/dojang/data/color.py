"""Colour profiles: from what the camera or the scanner meant to sRGB, which networks see.

Little CMS does the arithmetic (the perceptual intent, as browsers do by default).
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_LARGEST = 4 * 2**20  # bytes of a profile; those of presses have up to 3 MiB
_SPACE = slice(16, 20)  # where the header of a profile names its colour space
_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
_INVISIBLE = 2  # levels of 255 by which a profile may differ from sRGB and still pass for it


class BrokenProfile(Exception):
    """The profile cannot be used with this image."""


def mode_of(profile: bytes, mode: str) -> str:
    """Return the mode that an image of ``mode`` must be brought to for ``profile``.

    Raises:
        BrokenProfile: too large, or made for other images.
    """
    wanted = _SPACES.get(profile[_SPACE])
    if wanted is None or len(profile) > _LARGEST:
        raise BrokenProfile
    # An RGB profile suits grey pixels, each with three equal values; no other pair fits.
    if wanted != mode and not (wanted == "RGB" and mode == "L"):
        raise BrokenProfile
    return wanted


def convert(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Return ``image`` (RGB, L or CMYK) in sRGB; None where it already is, as most are.

    Raises:
        BrokenProfile: the profile is broken or made for other images.
    """
    mode = mode_of(profile, image.mode)
    transform = _transform(profile, mode)
    if transform is None:
        return None
    try:
        return ImageCms.applyTransform(image if image.mode == mode else image.convert(mode),
                                       transform)  # fmt: skip
    except Exception as error:
        raise BrokenProfile from error


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        if mode == "CMYK":
            return transform
        probe = _probe(mode)
        seen = ImageCms.applyTransform(probe, transform)
    except Exception as error:  # profiles of hostile bytes raise errors of many classes
        raise BrokenProfile from error
    if seen is None:
        raise BrokenProfile
    change = np.abs(np.asarray(seen, np.int16) - np.asarray(probe.convert("RGB"), np.int16))
    return transform if change.max() > _INVISIBLE else None


def _probe(mode: str) -> Image.Image:
    """Return 6 × 6 × 6 colours spread evenly, or all greys."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    steps = np.linspace(0, 255, 6).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1)
    return Image.fromarray(cube.reshape(6, 36, 3))
