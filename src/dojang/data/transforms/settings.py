"""How far training images may be changed."""

from __future__ import annotations

import math
from dataclasses import dataclass

STORED_MARGIN = 1.25  # stored pixels have this many times the side, so that crops stay sharp


@dataclass(frozen=True)
class Augment:
    """How far training images may be changed; every field as in the recipe.

    Attributes:
        flip: none, horizontal, vertical, both, or alternating: a horizontal mirror in every second
            epoch, beginning at random, so that two epochs show both sides (Jordan 2024).
        min_area: smallest share of the image that a crop keeps.
        rotate: largest angle in degrees.
        shift: largest shift, as a share of the side; by whole pixels where nothing else needs an
            interpolation.
        color: largest change of brightness, contrast and saturation; 0.3 is a factor of 0.7 to 1.3.
        erase: share of images in which a rectangle is blanked.
        hue: largest turn of the hue, as a share of the circle of colours.
        noise: largest spread of Gaussian noise, as a share of the scale of pixels.
        blur: largest spread of a Gaussian blur, in pixels of the result.
        policy: none, randaugment or trivialaugment.
        magnitude: strength of randaugment, 0 to 30.
        num_ops: operations of randaugment that each image goes through.
        mixup, cutmix: parameter of the Beta distribution of the shares, 0 for none.
    """

    flip: str = "none"
    min_area: float = 1.0
    rotate: float = 0.0
    shift: float = 0.0
    color: float = 0.0
    erase: float = 0.0
    hue: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    policy: str = "none"
    magnitude: int = 9
    num_ops: int = 2
    mixup: float = 0.0
    cutmix: float = 0.0

    def stored_size(self, size: int) -> int:
        """Return the side at which pixels are kept for inputs of ``size``."""
        return math.ceil(size * STORED_MARGIN) if self.min_area < 1 and size >= 32 else size

    @property
    def moves(self) -> bool:
        """Does any setting of its own move pixels? The policies are not looked at."""
        return self.flip != "none" or self.min_area < 1 or self.rotate > 0 or self.shift > 0
