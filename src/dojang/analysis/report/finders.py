"""What was tried before a training: the sweep over learning rates, batch sizes, ways to compute."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dojang.analysis.report.charts import Line, Panel, draw
from dojang.analysis.report.words import count, number
from dojang.core.i18n import t, use_language

PROBE_BATCH = 8  # images of a step, of which train.choices takes the time
_TOP = 1.5  # times the first loss: what explodes beyond would press the rest flat


@dataclass(frozen=True)
class RateView:
    """The drawn sweep and its numbers as text; ``suggested`` is "" where the curve says nothing."""

    chart: str
    rule: str
    suggested: str
    chosen: str
    steps: int
    exploded: bool


@dataclass(frozen=True)
class BatchView:
    """The drawn speeds; rows are (batch, images a second, memory, whether it was chosen)."""

    chart: str
    rule: str
    chosen: str
    rows: tuple[tuple[str, str, str, bool], ...]


@dataclass(frozen=True)
class Finders:
    """All that was tried; None or empty where it was not.

    Attributes:
        ways: (precision and layout, images a second, whether it was chosen).
        compiling: seconds as written, compiled, and of compiling, as text.
    """

    rate: RateView | None
    batch: BatchView | None
    ways: tuple[tuple[str, str, bool], ...]
    compiling: tuple[str, str, str] | None


@dataclass(frozen=True)
class FindersPage:
    """The page of ``dojang find``; ``command`` trains with what was found."""

    name: str
    version: str
    found: Finders
    command: str


def make_finders(tree: Mapping[str, Any] | None) -> Finders | None:
    """Lay out ``finders.json``; None where nothing was tried."""
    if not tree:
        return None
    chosen = tree.get("way") or ""
    ways = tuple(
        (name, f"{PROBE_BATCH / seconds:,.0f}", name == chosen)
        for name, seconds in (tree.get("ways") or {}).items()
    )
    timed = tree.get("compile") or {}
    names = ("eager", "compiled", "cost")
    found = Finders(
        rate=_rate(tree.get("rate")),
        batch=_batch(tree.get("batch")),
        ways=ways,
        compiling=(
            (number(timed["eager"]), number(timed["compiled"]), number(timed["cost"], 0))
            if all(name in timed for name in names)
            else None
        ),
    )
    return found if found.rate or found.batch or ways or found.compiling else None


def render_page(page: FindersPage, lang: str | None) -> str:
    """Return the page of ``dojang find`` as HTML."""
    from dojang.analysis.report.render import fill

    with use_language(lang) as language:
        return fill("finders.html", page=page, language=language)


def _rate(tree: Mapping[str, Any] | None) -> RateView | None:
    if not tree or not tree["curve"]["rates"]:
        return None
    curve = tree["curve"]
    rates, smoothed = curve["rates"], _known(curve["smoothed"])
    losses = _known(curve["losses"])
    top = _TOP * max(smoothed[0], losses[0])
    shown = [min(loss, top) for loss in losses]
    lines = (Line(rates, shown, accent=False, faint=True),
             Line(rates, [min(loss, top) for loss in smoothed], True,
                  name=t("report.chart.smoothed")))  # fmt: skip
    mark = (tree["chosen"], _height(tree["chosen"], rates, smoothed))
    panel = Panel(
        "sweep", (520, 300), lines, (mark,), log_x=True, title=t("report.finders.rate"),
        at=lambda rate: f"{t('finders.text.rate')} {_short(rate)}",
    )  # fmt: skip
    suggested = tree.get("suggested")
    return RateView(
        chart=draw(panel),
        rule=_short(tree["rule"]),
        suggested="" if suggested is None else _short(suggested),
        chosen=_short(tree["chosen"]),
        steps=len(rates),
        exploded=bool(curve["exploded"]),
    )


def _known(values: Sequence[float | None]) -> list[float]:
    """JSON has no infinity: what exploded was written as null."""
    return [math.inf if value is None else value for value in values]


def _height(rate: float, rates: Sequence[float], smoothed: Sequence[float]) -> float:
    """The smoothed loss at the rate of the sweep that is nearest to ``rate``."""
    nearest = min(range(len(rates)), key=lambda i: abs(math.log(rates[i] / rate)))
    return smoothed[nearest]


def _short(rate: float) -> str:
    return f"{rate:.2g}"


def _batch(tree: Mapping[str, Any] | None) -> BatchView | None:
    if not tree or not tree["points"]:
        return None
    points, chosen = tree["points"], tree["chosen"]
    fitting = [point for point in points if point["rate"]]
    line = Line([p["batch"] for p in fitting], [p["rate"] for p in fitting], accent=True,
                name=t("finders.text.speed"))  # fmt: skip
    marks = tuple((p["batch"], p["rate"]) for p in fitting if p["batch"] == chosen)
    panel = Panel(
        "batches", (520, 240), (line,), marks, log_x=True, from_zero=True,
        title=t("report.finders.batch"), at=lambda size: f"{t('finders.text.batch')} {size:g}",
    )  # fmt: skip
    rows = tuple(
        (
            count(point["batch"]),
            f"{point['rate']:,.0f}" if point["rate"] else t("finders.text.no_fit"),
            f"{point['memory'] / 1e6:,.0f} MB" if point["rate"] else "",
            point["batch"] == chosen,
        )
        for point in points
    )
    return BatchView(draw(panel), count(tree["rule"]), count(chosen), rows)
