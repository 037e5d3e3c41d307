"""Where pixels come from: all geometry of an image is one affine map, and so one interpolation.

Legend: B images, S side of the stored pixels, T side of the result. Maps lead from output to input
coordinates, both on the scale −1 to 1, as :func:`torch.nn.functional.affine_grid` wants them.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dojang.data.transforms.settings import Augment

ASPECT = math.log(4 / 3)  # crops keep a width to height between 3:4 and 4:3


def affine(u: Tensor, settings: Augment, side: int | None = None) -> Tensor:
    """Return the map of each image, ``(B, 2, 3)``, of its numbers in [0, 1), ``(B, 8 or more)``.

    Args:
        u: what was drawn for each image.
        settings: how far images may be moved.
        side: where given, shifts are by whole pixels of images of this side, so that nothing is
            interpolated.
    """
    area = 1 - u[:, 0] * (1 - settings.min_area)
    aspect = torch.exp((2 * u[:, 1] - 1) * (ASPECT if settings.min_area < 1 else 0.0))
    width = (area * aspect).sqrt().clamp(max=1)
    height = (area / aspect).sqrt().clamp(max=1)
    x = (1 - width) * (2 * u[:, 2] - 1) + _shift(u[:, 3], settings.shift, side)
    y = (1 - height) * (2 * u[:, 4] - 1) + _shift(u[:, 5], settings.shift, side)
    angle = (2 * u[:, 6] - 1) * math.radians(settings.rotate)
    # One draw serves both mirrors: its first bit the left-right one, its second the up-down one.
    quarter = (u[:, 7] * 4).floor()
    sideways = settings.flip in ("horizontal", "both", "alternating")
    flip_x = torch.where(quarter % 2 == 0, 1.0, -1.0) if sideways else 1.0
    flip_y = torch.where(quarter < 2, 1.0, -1.0) if settings.flip in ("vertical", "both") else 1.0
    cos, sin = angle.cos(), angle.sin()
    row_x = torch.stack([cos * width * flip_x, -sin * height * flip_y, x], dim=1)
    row_y = torch.stack([sin * width * flip_x, cos * height * flip_y, y], dim=1)
    return torch.stack([row_x, row_y], dim=1)


def _shift(u: Tensor, share: float, side: int | None) -> Tensor:
    moved = (2 * u - 1) * 2 * share
    return moved if side is None else (moved * side / 2).round() * 2 / side


def compose(first: Tensor, then: Tensor) -> Tensor:
    """Return the maps that look through ``then`` and after it through ``first``, ``(B, 2, 3)``.

    Maps lead from the result back to the image: the transform that is applied to the image last is
    looked through first. The sums are written out, since a product of matrices may round
    differently in batches of different sizes.
    """
    a, b, c, d, e, f = first.flatten(1).unbind(1)
    p, q, r, s, t, u = then.flatten(1).unbind(1)
    rows = [a * p + b * s, a * q + b * t, a * r + b * u + c]
    rows += [d * p + e * s, d * q + e * t, d * r + e * u + f]
    return torch.stack(rows, dim=1).view(-1, 2, 3)


def grid(maps: Tensor, size: int) -> Tensor:
    """Return where each output pixel comes from, ``(B, T, T, 2)``: as ``F.affine_grid`` does, by
    sums instead of products of matrices, in a tenth of its time."""
    side = (torch.arange(size, device=maps.device, dtype=maps.dtype) * 2 + 1) / size - 1
    across, down, offset = maps[:, :, 0, None], maps[:, :, 1, None], maps[:, :, 2, None]
    where = (across * side)[:, :, None, :] + (down * side + offset)[:, :, :, None]
    return where.movedim(1, -1)


def warp(pixels: Tensor, maps: Tensor, size: int) -> Tensor:
    """Return float images ``(B, C, T, T)`` of ``(B, C, S, S)``; outside, the image is mirrored."""
    return F.grid_sample(
        pixels, grid(maps.float(), size), padding_mode="reflection", align_corners=False
    )


def shrink(pixels: Tensor, size: int) -> Tensor:
    """Return float images ``(B, C, T, T)`` of larger ones, every pixel of which counts."""
    return F.interpolate(pixels, size, mode="bilinear", antialias=True, align_corners=False)


def warp_boxes(boxes: Tensor, map_: Tensor, stored: int, size: int) -> tuple[Tensor, Tensor]:
    """Return where boxes lie in the result, and how much of each is still in it.

    Args:
        boxes: left, top, right, bottom in pixels of the stored image, float, ``(n, 4)``.
        map_: the map of the image, ``(2, 3)``.
        stored: side S.
        size: side T.

    Returns:
        The smallest boxes around what is visible of each, ``(n, 4)`` in pixels of the result, and
        the shares of their areas that are visible, ``(n,)``. A turned box is a quadrangle; it is
        cut at the border before it is measured, or the box around it would be too large.
    """
    inverse = torch.linalg.inv(map_[:, :2].double())
    left, top, right, bottom = (2 * boxes.double() / stored - 1).unbind(1)
    corners = torch.stack([left, top, right, top, right, bottom, left, bottom], 1).view(-1, 4, 2)
    moved = ((corners - map_[:, 2].double()) @ inverse.T + 1) * size / 2
    found, shares = [], []
    for corner in moved.tolist():
        visible = _clip([(x, y) for x, y in corner], float(size))
        whole = _area([(x, y) for x, y in corner])
        xs, ys = [x for x, _ in visible] or [0.0], [y for _, y in visible] or [0.0]
        found.append([min(xs), min(ys), max(xs), max(ys)])
        shares.append(_area(visible) / whole if whole > 0 else 0.0)
    return torch.tensor(found).view(-1, 4).to(boxes), torch.tensor(shares)


Point = tuple[float, float]


def _clip(polygon: list[Point], side: float) -> list[Point]:
    """Cut a polygon to the square from 0 to ``side`` (Sutherland & Hodgman 1974)."""
    for axis in (0, 1):
        for bound, sign in ((0.0, 1.0), (side, -1.0)):
            kept: list[Point] = []
            for here, before in zip(polygon, polygon[-1:] + polygon[:-1], strict=True):
                inside = sign * (here[axis] - bound) >= 0
                if inside != (sign * (before[axis] - bound) >= 0):
                    share = (bound - before[axis]) / (here[axis] - before[axis])
                    x, y = (b + share * (h - b) for h, b in zip(here, before, strict=True))
                    kept.append((x, y))
                if inside:
                    kept.append(here)
            polygon = kept
    return polygon


def _area(polygon: list[Point]) -> float:
    """Return the area of a polygon by the shoelace formula."""
    pairs = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    return abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in pairs)) / 2
