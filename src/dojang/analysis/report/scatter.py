"""Points on a plane as plain SVG: colours come from the style sheet, words from its titles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

_SIDE = 560
_MARGIN = 10
_TICKS = tuple(base * 10**power for power in range(6) for base in (1, 2, 5))
_FINE_TICKS = tuple(
    base * 10**power // 10 for power in range(1, 7) for base in (10, 15, 20, 30, 50, 70)
)


@dataclass(frozen=True)
class Bubble:
    """``n`` images of one size."""

    width: int
    height: int
    n: int
    title: str


def scatter(places: NDArray[np.float32], colors: Sequence[int], titles: Sequence[str]) -> str:
    """Draw points at ``places`` in [0, 1], shape ``(m, 2)``; ``colors`` are numbers of ``.c0`` …"""
    inner = _SIDE - 2 * _MARGIN
    dots = [
        f'<circle class="c{color}" cx="{_MARGIN + inner * float(x):.1f}" '
        f'cy="{_MARGIN + inner * float(y):.1f}" r="3.4"><title>{_text(title)}</title></circle>'
        for (x, y), color, title in zip(places, colors, titles, strict=True)
    ]
    return f'<svg class="plot map" viewBox="0 0 {_SIDE} {_SIDE}" role="img">{"".join(dots)}</svg>'


def bubbles(sizes: Sequence[Bubble], across: str = "", up: str = "") -> str:
    """Draw sizes of images, both axes logarithmic, the area of a bubble as its number; ``across``
    and ``up`` name the axes."""
    low = min(min(s.width, s.height) for s in sizes) / 1.25
    high = max(max(s.width, s.height) for s in sizes) * 1.25
    side, margin = 420, 44
    inner = side - margin - 14

    def place(value: float) -> float:
        return inner * math.log(value / low) / math.log(high / low)

    parts = []
    ticks = _TICKS if high > 8 * low else _FINE_TICKS
    for tick in [tick for tick in ticks if low <= tick <= high]:
        x, y = margin + place(tick), side - margin - place(tick)
        bottom = side - margin
        parts.append(f'<path class="grid" d="M{x:.1f},14V{bottom}M{margin},{y:.1f}H{side - 14}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{tick:,}</text>')
        parts.append(f'<text x="{margin - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:,}</text>')
    parts.append(
        f'<text x="{side - 14}" y="{side - margin - 8}" text-anchor="end">{_text(across)}</text>'
    )
    parts.append(f'<text x="{margin + 6}" y="24">{_text(up)}</text>')
    most = max(s.n for s in sizes)
    for s in sorted(sizes, key=lambda s: -s.n):
        radius = 2.5 + 16 * math.sqrt(s.n / most)
        parts.append(
            f'<circle class="size" cx="{margin + place(s.width):.1f}" '
            f'cy="{side - margin - place(s.height):.1f}" r="{radius:.1f}">'
            f"<title>{_text(s.title)}</title></circle>"
        )
    return f'<svg class="plot" viewBox="0 0 {side} {side}" role="img">{"".join(parts)}</svg>'


def _text(text: str) -> str:
    """Escape, and drop what no XML may hold."""
    kept = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return escape(kept, {'"': "&quot;"})
