"""Curves as inline SVG: the browser draws the letters, the page's style sheet gives the colours.

matplotlib is imported when the first curve is drawn. ``Figure`` is used directly, so that nothing
of pyplot's global state is touched, and settings hold inside ``rc_context`` alone.

Beside the picture stands what the page's script needs to answer the pointer and the arrow keys:
the places of all points in the picture, and what they say in words.
"""

from __future__ import annotations

import html
import io
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dojang.analysis.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_POINTS = 400

# Colours that cannot occur otherwise; in the finished SVG they become variables of the style sheet.
_INKS = {
    "#010203": "var(--ink-2)",
    "#010204": "var(--line)",
    "#010205": "var(--accent)",
    "#010206": "var(--muted)",
    "#010207": "var(--card)",
}
_TEXT, _GRID, _ACCENT, _MUTED, _PAPER = _INKS


@dataclass(frozen=True)
class Line:
    """One curve: ``x`` and ``y`` of equal length; ``accent`` for validation, else training;
    ``dotted`` for a third one beside these. One with a ``name`` answers the pointer."""

    x: Sequence[float]
    y: Sequence[float]
    accent: bool
    faint: bool = False
    dotted: bool = False
    name: str = ""

    @property
    def kept(self) -> list[int]:
        """The points that are drawn; the last one stays: it is where the training ended."""
        step = max(1, math.ceil(len(self.x) / MAX_POINTS))
        return sorted({*range(0, len(self.x), step), len(self.x) - 1}) if len(self.x) else []


@dataclass(frozen=True)
class Panel:
    """One small chart.

    Attributes:
        name: prefix of every id in the SVG; unique on the page.
        title: what it shows, for those who hear it.
        at: what a place along x is called, such as "epoch 3".
        size: width and height in pixels at which letters have their true size.
        marks: points to mark, as (x, y): the best epochs.
        share: whether the vertical axis is a share, to be labelled in percent.
        log: whether the vertical axis is logarithmic.
        log_x: whether the horizontal axis is.
        from_zero: whether the vertical axis begins at 0.
        share_x: whether the horizontal axis is a share, to be labelled in percent.
        bars: intervals to draw, as (x, low, high).
        level: a height to mark across the chart, such as what guessing gives.
        span: from where to where, along x, the ground is tinted: what a text beside it is about.
    """

    name: str
    size: tuple[int, int]
    lines: tuple[Line, ...]
    marks: tuple[tuple[float, float], ...] = ()
    share: bool = False
    log: bool = False
    log_x: bool = False
    from_zero: bool = False
    share_x: bool = False
    bars: tuple[tuple[float, float, float], ...] = ()
    span: tuple[float, float] | None = None
    level: float | None = None
    title: str = ""
    at: Callable[[float], str] = "{:g}".format


def draw(panel: Panel) -> str:
    """Draw ``panel`` and return it as HTML, free of ids that another chart could have."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": panel.name}):
        width, height = panel.size
        figure = Figure(figsize=(width / 72, height / 72), dpi=72, layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        _style(axes, panel)
        if panel.span:
            low, high = panel.span
            axes.axvspan(low - 0.5, high + 0.5, color=_ACCENT, alpha=0.09, linewidth=0)
        if panel.level is not None:
            axes.axhline(panel.level, color=_TEXT, linewidth=1.2, linestyle=(0, (1, 2)))
        for line in panel.lines:
            _plot(axes, line)
        for x, low, high in panel.bars:
            axes.plot([x, x], [low, high], color=_ACCENT, linewidth=5, alpha=0.3)
        _mark(axes, panel)
        if panel.from_zero:
            axes.set_ylim(bottom=0)
        svg = _clean(_to_svg(figure), panel)
        points = json.dumps(_points(axes, panel), ensure_ascii=False, separators=(",", ":"))
    label = f' role="img" aria-label="{html.escape(panel.title)}"' if panel.title else ""
    return f'<div class="chart"{label} data-points="{html.escape(points)}">{svg}</div>'


def _points(axes: Axes, panel: Panel) -> list[dict[str, Any]]:
    """Return each named line: its points as (x, y, where, what), x and y in units of the SVG."""
    high = panel.size[1]
    bars = {x: (low, up) for x, low, up in panel.bars}
    lines = []
    for line in panel.lines:
        points = []
        for i in line.kept if line.name else ():
            x, y = line.x[i], line.y[i]
            across, up = axes.transData.transform((x, y))
            if math.isfinite(across) and math.isfinite(up):
                interval = bars.get(x) if line.accent else None
                said = _value(y, panel) + (_interval(interval, panel) if interval else "")
                points.append((round(across, 1), round(high - up, 1), panel.at(x), said))
        if points:
            kind = "valid" if line.accent else "third" if line.dotted else "train"
            lines.append({"name": line.name, "kind": kind, "points": points})
    return lines


def _value(y: float, panel: Panel) -> str:
    return percent(y) if panel.share else f"{y:.3g}"


def _interval(ends: tuple[float, float], panel: Panel) -> str:
    low, high = (_value(end, panel) for end in ends)
    return f" ({low} – {high})"


def _style(axes: Axes, panel: Panel) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.patch.set_alpha(0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.grid(axis="y", color=_GRID, linewidth=1)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_TEXT, labelsize=12, length=0, pad=6)
    if panel.log_x:
        _log_x(axes, panel)
    elif panel.share_x:
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: percent(share, 0)))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if panel.log:
        _log_y(axes, panel)
        return
    axes.yaxis.set_major_locator(MaxNLocator(4))
    if panel.share:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: percent(share, 0)))


def _log_x(axes: Axes, panel: Panel) -> None:
    """A logarithmic axis: powers of ten under a wide span, the values themselves under a narrow
    one."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    values = sorted({x for line in panel.lines for x in line.x})
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    if values and values[-1] > 100 * values[0]:
        axes.xaxis.set_major_locator(LogLocator(10))
    else:
        axes.set_xticks(values)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def _log_y(axes: Axes, panel: Panel) -> None:
    """Labels at 1, 2, 5, 10 … under a narrow span; powers of ten alone under a wide one."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    values = [y for line in panel.lines for y in line.y if math.isfinite(y) and y > 0]
    if values and max(values) < 1000 * min(values):
        axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))


def _plot(axes: Axes, line: Line) -> None:
    kept = line.kept
    axes.plot(
        [line.x[i] for i in kept],
        [line.y[i] for i in kept],
        color=_ACCENT if line.accent else _TEXT if line.dotted else _MUTED,
        # Told apart without colour too.
        linestyle=(0, (1, 1.5)) if line.dotted else "-" if line.accent else (0, (4, 2)),
        linewidth=1.1 if line.faint else 2.2,
        alpha=0.4 if line.faint else 1.0,
        marker="o" if len(kept) == 1 else None,
        solid_capstyle="round",
    )


def _mark(axes: Axes, panel: Panel) -> None:
    alone = len(panel.marks) == 1
    for x, y in panel.marks:
        if not math.isfinite(y):
            continue
        if alone:
            axes.axvline(x, color=_ACCENT, linewidth=1, linestyle=(0, (1, 3)))
        axes.plot(
            [x], [y], "o", markersize=9 if alone else 5, color=_ACCENT, markeredgecolor=_PAPER,
            markeredgewidth=2 if alone else 1, zorder=5,
        )  # fmt: skip


def _to_svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _clean(svg: str, panel: Panel) -> str:
    """Keep the element alone; make its ids unique, its colours variables, its width free."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style.*?</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{panel.name}-', svg)
    svg = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{panel.name}-", svg)
    svg = re.sub(r'\s+xmlns(?::\w+)?="[^"]*"', "", svg)
    svg = svg.replace("xlink:href", "href")
    for sentinel, variable in _INKS.items():
        svg = svg.replace(sentinel, variable)
    width, height = panel.size
    head = f'<svg class="plot" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false"'
    return re.sub(r"<svg[^>]*", head, svg, count=1)
