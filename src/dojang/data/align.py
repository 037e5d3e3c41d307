"""Lay one small picture over another and say how alike they are then.

Gauss-Newton on an affine warp with gain and offset of the brightness (Lucas & Kanade, IJCAI 1981;
Baker & Matthews, "Lucas-Kanade 20 Years On", IJCV 2004), many pairs at once. Pixels that fit badly
count less, step by step, so that a frame, a watermark or empty corners do not drag the rest along.

Legend: P pairs, S side of the pictures; coordinates run from −1 to 1 across a picture.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STEPS = 6
_FIRST_STEPS = 3  # at half the size; pairs that look nothing alike then are given up
_HOPELESS = 0.8  # correlation of shapes
_BATCH = 256  # pairs at once: their pictures fit in the cache
_DAMPING = 1e-3  # of the diagonal of the normal matrix: flat pictures have no slope
_LARGEST_STEP = 0.15  # beyond a few pixels the slopes say nothing
_LEAST_GAIN = 0.1  # of the brightness; less would divide by nothing
_NO_TINT = 1.0  # levels of colour that are noise
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Alignment:
    """How pairs look once they lie over each other; arrays of shape ``(P,)`` except ``warp``.

    Attributes:
        warp: affine, shape ``(P, 2, 3)``: the place x of the fixed picture shows what the moving
            one has at ``warp @ (x, 1)``.
        shapes: correlation of the brightness without its broadest shapes, −1 to 1.
        detail: correlation of the finest structures that a thumbnail has.
        tint: correlation of the colours; 0 where one of them is grey.
        tinted: spread of the colours of the greyer one, in levels of 0 to 255.

    Of pairs that look nothing alike after the first steps all four are 0.
    """

    warp: Floats
    shapes: Floats
    detail: Floats
    tint: Floats
    tinted: Floats


def align(moving: NDArray[np.uint8], fixed: NDArray[np.uint8], start: Floats) -> Alignment:
    """Align each moving picture with its fixed one.

    Args:
        moving: RGB, shape ``(P, S, S, 3)``.
        fixed: the same shape.
        start: where to begin, shape ``(P, 2, 3)``.
    """
    count = len(moving)
    cuts = range(0, max(1, count), _BATCH)
    parts = [
        _align(moving[i : i + _BATCH], fixed[i : i + _BATCH], start[i : i + _BATCH]) for i in cuts
    ]
    names = [field.name for field in fields(Alignment)]
    return Alignment(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def _align(moving: NDArray[np.uint8], fixed: NDArray[np.uint8], start: Floats) -> Alignment:
    bright = moving.astype(np.float32) @ LUMA, fixed.astype(np.float32) @ LUMA
    smooth = _blur(bright[0]), _blur(bright[1])
    small = _halved(smooth[0]), _halved(smooth[1])
    warp = _fit(*small, start.astype(np.float32), range(_FIRST_STEPS))
    alive = np.flatnonzero(_likeness(*bright, warp)[0] > _HOPELESS)
    warp[alive] = _fit(smooth[0][alive], smooth[1][alive], warp[alive], range(_FIRST_STEPS, STEPS))
    scores = np.zeros((4, len(warp)), np.float32)
    if len(alive):
        scores[:2, alive] = _likeness(bright[0][alive], bright[1][alive], warp[alive])
        scores[2:, alive] = _colours(moving[alive], fixed[alive], warp[alive])
    return Alignment(warp, *scores)


def _fit(moving: Floats, fixed: Floats, warp: Floats, steps: range) -> Floats:
    """Return the warp after some steps."""
    side = moving.shape[-1]
    target = fixed.reshape(len(fixed), side * side)
    for number in steps:
        seen, weight = _sample(moving, warp)
        if number > 1:  # before that, all that is out of place fits badly
            weight = weight * _trust(seen, target, weight)
        moved = _step(seen, weight, target, side) + np.eye(2, 3, dtype=np.float32)
        shift = warp[:, :, 2].copy()
        warp = warp[:, :, :2] @ moved
        warp[:, :, 2] += shift
    return warp


def _grid(side: int) -> Floats:
    """Return the places of the pixels as rows (x, y, 1), shape ``(S², 3)``."""
    line = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    x, y = np.meshgrid(line, line)
    return np.stack([x.ravel(), y.ravel(), np.ones(side * side, np.float32)], axis=1)


def _sample(pictures: Floats, warp: Floats) -> tuple[Floats, Floats]:
    """Return what is seen through ``warp``, bilinear, and where there is something to see.

    Both have the shape ``(P, S²)``; the second is 1 inside of the picture and 0 outside.
    """
    count, side = pictures.shape[0], pictures.shape[-1]
    places: Floats = warp @ _grid(side).T
    inside: Floats = (np.abs(places).max(axis=1) <= 1).astype(np.float32)
    at = np.clip((places + 1) * (side / 2) - 0.5, 0, side - 1.001)
    corner = at.astype(np.int32)
    part = (at - corner).astype(np.float32)
    right, down = part[:, 0], part[:, 1]
    first = corner[:, 1] * side + corner[:, 0]
    first += (np.arange(count, dtype=np.int32) * side * side)[:, None]
    flat = pictures.reshape(-1)
    top = flat[first] * (1 - right) + flat[first + 1] * right
    bottom = flat[first + side] * (1 - right) + flat[first + side + 1] * right
    seen: Floats = top * (1 - down) + bottom * down
    return seen, inside


def _trust(seen: Floats, target: Floats, weight: Floats) -> Floats:
    """Return Cauchy weights of the pixels, 1 where the pictures agree."""
    a, b = _centred(seen, weight), _centred(target, weight)
    gain = (a * b * weight).sum(axis=1, keepdims=True)
    gain /= (a * a * weight).sum(axis=1, keepdims=True) + 1
    off = np.abs(gain * a - b)
    usual = 2 * np.median(off, axis=1, keepdims=True) + 1
    result: Floats = 1 / (1 + (off / usual) ** 2)
    return result


def _step(seen: Floats, weight: Floats, target: Floats, side: int) -> Floats:
    """Return the change of the warp that lays ``seen`` best over ``target``, shape (P, 2, 3)."""
    square, gap = seen.reshape(-1, side, side), 2 / side
    slopes: list[Floats] = [np.asarray(np.gradient(square, gap, axis=a)) for a in (2, 1)]
    places = _grid(side)
    columns = [g.reshape(seen.shape) * places[:, i] for g in slopes for i in range(3)]
    table = np.stack([*columns, seen, np.ones_like(seen)], axis=1)
    weighted = table * weight[:, None]
    normal = (weighted @ table.transpose(0, 2, 1)).astype(np.float64)
    wanted = (weighted @ target[:, :, None]).astype(np.float64)
    scale = np.einsum("pii->pi", normal)
    slope = scale[:, :6].mean(axis=1, keepdims=True)
    extra = np.concatenate([np.repeat(slope, 6, axis=1), np.zeros((len(slope), 2))], axis=1)
    normal[:, range(8), range(8)] = scale + _DAMPING * extra + 1e-3
    solved = np.linalg.solve(normal, wanted)[:, :, 0]
    gain = np.where(np.abs(solved[:, 6:7]) < _LEAST_GAIN, _LEAST_GAIN, solved[:, 6:7])
    step = np.clip(solved[:, :6] / gain, -_LARGEST_STEP, _LARGEST_STEP)
    result: Floats = step.reshape(-1, 2, 3).astype(np.float32)
    return result


def _likeness(moving: Floats, fixed: Floats, warp: Floats) -> tuple[Floats, Floats]:
    """Return the correlation of shapes and of details under ``warp``."""
    side = moving.shape[-1]
    seen, inside = _sample(moving, warp)
    seen = seen.reshape(-1, side, side)
    # Sampling between pixels has blurred the one; the other is blurred about as much.
    other = np.asarray((_soften(fixed) + fixed) / 2, dtype=np.float32)
    rim = np.zeros((side, side), np.float32)
    rim[1:-1, 1:-1] = 1  # the outermost pixels are mixed with what is outside
    weight = inside * rim.ravel()
    smooth, other_smooth = _blur(seen), _blur(other)
    shapes = _soften(seen) - _blur(smooth), _soften(other) - _blur(other_smooth)
    details = seen - smooth, other - other_smooth
    return _correlation(*shapes, weight), _correlation(*details, weight)


def _colours(
    moving: NDArray[np.uint8], fixed: NDArray[np.uint8], warp: Floats
) -> tuple[Floats, Floats]:
    """Return how well the colours correlate and the spread of those of the greyer picture."""
    sums: Floats = np.zeros((4, len(warp)), np.float32)
    both, mine, theirs, total = sums
    for a, b in zip(_opponents(moving), _opponents(fixed), strict=True):
        seen, weight = _sample(_blur(a), warp)
        own = _centred(seen, weight) * weight
        target = _centred(_blur(b).reshape(seen.shape), weight) * weight
        both += (own * target).sum(axis=1)
        mine += (own * own).sum(axis=1)
        theirs += (target * target).sum(axis=1)
        total[:] = weight.sum(axis=1) + 1e-6
    sums[:3] /= total
    noise = _NO_TINT**2
    tint: Floats = both / np.sqrt((mine + noise) * (theirs + noise))
    spread: Floats = np.sqrt(np.minimum(mine, theirs))
    return tint, spread


def _opponents(pixels: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Return red against green and yellow against blue."""
    red, green, blue = np.moveaxis(pixels.astype(np.float32), -1, 0)
    return red - green, (red + green) / 2 - blue


def _centred(values: Floats, weight: Floats) -> Floats:
    """Return each row without its weighted mean."""
    total = weight.sum(axis=1, keepdims=True) + 1e-6
    result: Floats = values - (values * weight).sum(axis=1, keepdims=True) / total
    return result


def _correlation(a: Floats, b: Floats, weight: Floats) -> Floats:
    """Return the weighted correlation of each row; near 0 where a row hardly varies."""
    a = _centred(a.reshape(weight.shape), weight) * weight
    b = _centred(b.reshape(weight.shape), weight) * weight
    # A twentieth of a level is what rounding leaves in a picture of nothing.
    floor = 0.05**2 * (weight.sum(axis=1) + 1e-6)
    spread = np.sqrt(((a * a).sum(axis=1) + floor) * ((b * b).sum(axis=1) + floor))
    result: Floats = (a * b).sum(axis=1) / spread
    return result


def _soften(pictures: Floats) -> Floats:
    """Return the pictures under the binomial filter 1-2-1 in each direction."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    result: Floats = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 16
    return result


def _blur(pictures: Floats) -> Floats:
    """Return the pictures softened twice."""
    return _soften(_soften(pictures))


def _halved(pictures: Floats) -> Floats:
    """Return the means of 2 × 2 pixels."""
    count, side = len(pictures), pictures.shape[-1] // 2
    result: Floats = pictures.reshape(count, side, 2, side, 2).mean(axis=(2, 4))
    return result
