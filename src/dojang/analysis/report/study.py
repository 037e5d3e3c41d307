"""``study.json`` as sentences, curves and tables; the command line says the same sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from dojang.analysis.growth import PowerLaw
from dojang.analysis.report.charts import Line, Panel, draw
from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import NO_VALUE, count, number, percent
from dojang.core.i18n import t

CHART = (400, 280)
MOSTLY = 0.6  # share of the error from which on it is called bias
PARTS = ("error", "bias", "variance", "net")
Pick = Callable[[Mapping[str, Any]], float | None]


@dataclass(frozen=True)
class PartsRow:
    """The parts of the error at one capacity or size: its value, and each part with interval."""

    at: str
    parts: tuple[tuple[str, str], ...]
    refits: str


@dataclass(frozen=True)
class BatchRow:
    """One training with a batch size."""

    batch: str
    seed: str
    error: str
    eigenvalue: str
    rise: str


@dataclass(frozen=True)
class Study:
    """The section.

    Attributes:
        sentences: what the study comes to.
        axis: name of the axis of capacities, or "".
        capacity, size, growth, eigenvalue, rise: curves as SVG; "" where there is none.
        by_capacity, by_size, batches: the tables behind them.
        spread: of the weight noise that is shown.
        images: how many images minima were looked at with.
    """

    sentences: tuple[str, ...]
    axis: str
    capacity: str
    size: str
    growth: str
    eigenvalue: str
    rise: str
    by_capacity: tuple[PartsRow, ...]
    by_size: tuple[PartsRow, ...]
    batches: tuple[BatchRow, ...]
    spread: str
    images: str


def make_study(files: RunFiles) -> Study | None:
    """Lay out ``study.json``; None where the run was not studied."""
    return None if files.study is None else lay_out(files.study)


def lay_out(tree: Mapping[str, Any], drawn: bool = True) -> Study:
    """Turn the study into what is said and shown.

    Args:
        drawn: without it no curve is drawn.
    """
    axis = t(f"study.axis.{tree['axis']}") if tree["axis"] else ""
    growth, batches = tree["growth"], tree["batches"]
    spread = _middle(tree["minimum"])["spread"]
    charts = ("",) * 5
    if drawn:
        charts = (
            _parts_chart("capacity", tree["capacity"], axis) if axis else "",
            _parts_chart("size", tree["size"], t("study.column.images")),
            _growth_chart(growth),
            _batch_chart("eigenvalue", batches, _eigenvalue),
            _batch_chart("rise", batches, _rise),
        )
    return Study(
        tuple(sentences(tree, axis)), axis, *charts,
        tuple(_row(entry, "capacity") for entry in tree["capacity"]) if axis else (),
        tuple(_row(entry, "images") for entry in tree["size"]),
        tuple(_batch_row(row["batch"], one) for row in batches for one in row["seeds"]),
        percent(spread, 0), count(tree["minimum"]["images"]),
    )  # fmt: skip


def sentences(tree: Mapping[str, Any], axis: str) -> list[str]:
    """Say what a study comes to."""
    model = tree["model"]
    said = [
        t(
            f"study.way.{tree['way']}", name=model["name"], size=model["size"],
            epochs=model["epochs"], done=count(tree["done"]), images=count(tree["images"]),
            held=count(tree["held_out"]),
        )
    ]  # fmt: skip
    if not tree["own"]:
        said.append(t("study.stand_in"))
    if tree["done"] < tree["fits"]:
        said.append(t("study.partial", done=count(tree["done"]), fits=count(tree["fits"])))
    said += _said_of_capacity(tree, axis)
    if tree["growth"]:
        said.append(_said_of_growth(tree))
    said += _said_of_batches(tree)
    said.append(_said_of_minimum(tree["minimum"]))
    return said


def _said_of_capacity(tree: Mapping[str, Any], axis: str) -> list[str]:
    said, rows, model = [], tree["capacity"], tree["model"]
    if tree["change"] and axis:
        bias, net = tree["change"]["bias"], tree["change"]["net"]
        values = {f"{name}{end}": _points(score[key])
                  for name, score in (("bias", bias), ("net", net))
                  for end, key in (("", "value"), ("_low", "low"), ("_high", "high"))}  # fmt: skip
        ends = {
            end: count(round(row["capacity"]))
            for end, row in (("first", rows[0]), ("last", rows[-1]))
        }
        said.append(t("study.capacity.both", axis=axis, **ends, **values))
    here = next((row for row in rows if row["capacity"] == model["base"]), None)
    if here and here["error"]["value"] > 0:
        share = here["bias"]["value"] / here["error"]["value"]
        key = "bias" if share >= MOSTLY else "variance"
        base = f"{axis} {count(round(model['base']))}" if axis else str(model["name"])
        parts = {name: percent(here[name]["value"]) for name in ("error", "bias", "net")}
        said.append(t(f"study.advice.{key}", base=base, **parts))
    return said


def _said_of_growth(tree: Mapping[str, Any]) -> str:
    growth = tree["growth"]
    if growth["refusal"]:
        return t(f"study.growth.{growth['refusal']}")
    expected, now = growth["expected"], growth["errors"][-1]
    law = growth["law"]
    return t(
        "study.growth.law", at=count(round(growth["at"])), error=percent(expected["value"]),
        low=percent(expected["low"]), high=percent(expected["high"]),
        now=percent(sum(now) / len(now)), images=count(tree["images"]),
        law=f"{law['a']:.3g} · n^−{law['b']:.2f}" + (f" + {law['c']:.3f}" if law["c"] else ""),
    )  # fmt: skip


def _said_of_batches(tree: Mapping[str, Any]) -> list[str]:
    rows = tree["batches"]
    if tree["way"] == "heads":
        return [t("study.batches.heads")]
    if len(rows) < 2:
        return []
    first, last = rows[0], rows[-1]
    before, after = (_median(row, _eigenvalue) for row in (first, last))
    errors = [_median(row, lambda one: float(one["error"])) for row in (first, last)]
    return [
        t(
            "study.batches", first=first["batch"], last=last["batch"], before=_figure(before),
            after=_figure(after), error_before=percent(errors[0]), error_after=percent(errors[1]),
        )
    ]  # fmt: skip


def _said_of_minimum(minimum: Mapping[str, Any]) -> str:
    value = minimum["eigenvalue"]
    middle = _middle(minimum)
    return t(
        "study.minimum", spread=percent(middle["spread"], 0), loss=number(minimum["loss"]),
        eigenvalue=t("study.minimum.none") if value is None else _figure(value),
        rise=number(_rise(minimum)),
    )  # fmt: skip


def _parts_chart(name: str, rows: Sequence[Mapping[str, Any]], axis: str) -> str:
    """Error, bias and net variance, with the interval of the bias."""
    if len(rows) < 2:
        return ""
    x = [float(round(row["capacity" if name == "capacity" else "images"])) for row in rows]
    error, bias, net = ([row[key]["value"] for row in rows] for key in ("error", "bias", "net"))
    lines = (
        Line(x, error, False, name=t("study.column.error")),
        Line(x, bias, True, name=t("study.column.bias")),
        Line(x, net, False, dotted=True, name=t("study.column.net")),
    )
    bars = tuple(
        (place, row["bias"]["low"], row["bias"]["high"]) for place, row in zip(x, rows, strict=True)
    )
    return draw(_panel(name, axis, lines, share=True, bars=bars))


def _panel(name: str, along: str, lines: tuple[Line, ...], **other: Any) -> Panel:
    """A chart of the study; ``along`` is what stands along x."""
    return Panel(
        f"study-{name}", CHART, lines, log_x=True, title=t(f"report.study.{name}", axis=along),
        at=lambda x: f"{along} {x:,.0f}", **other,
    )  # fmt: skip


def _growth_chart(growth: Mapping[str, Any] | None) -> str:
    """Every training as a dot; the law through them, on to twice the data with its interval."""
    if not growth:
        return ""
    along = t("study.column.images")
    sizes = [float(round(size)) for size in growth["sizes"]]
    marks = tuple(
        (size, error)
        for size, errors in zip(sizes, growth["errors"], strict=True)
        for error in errors
    )
    if growth["law"] is None:
        means = [sum(errors) / len(errors) for errors in growth["errors"]]
        line = Line(sizes, means, accent=False, name=t("study.column.error"))
        return draw(_panel("growth", along, (line,), marks=marks, share=True))
    at, law, said = float(growth["at"]), PowerLaw(**growth["law"]), growth["expected"]
    heights = [law(size) for size in (*sizes, at)]
    line = Line([*sizes, at], heights, accent=True, name=t("study.column.error"))
    bars = ((at, said["low"], said["high"]),)
    return draw(_panel("growth", along, (line,), marks=marks, share=True, bars=bars))


def _batch_chart(name: str, rows: Sequence[Mapping[str, Any]], pick: Pick) -> str:
    """Every training as a dot, and the medians as a line."""
    found = [
        (float(row["batch"]), [v for one in row["seeds"] if (v := pick(one)) is not None])
        for row in rows
    ]
    found = [(batch, values) for batch, values in found if values]
    if len(found) < 2:
        return ""
    marks = tuple((batch, value) for batch, values in found for value in values)
    medians = [median(values) for _, values in found]
    line = Line([batch for batch, _ in found], medians, True, name=t("report.chart.median"))
    log = name == "eigenvalue" and min(value for _, value in marks) > 0
    return draw(_panel(name, t("study.column.batch"), (line,), marks=marks, log=log))


def _row(entry: Mapping[str, Any], at: str) -> PartsRow:
    parts = tuple(
        (percent(entry[name]["value"]),
         f"{percent(entry[name]['low'])} – {percent(entry[name]['high'])}")
        for name in PARTS
    )  # fmt: skip
    return PartsRow(count(round(entry[at])), parts, count(entry["refits"]))


def _batch_row(batch: int, one: Mapping[str, Any]) -> BatchRow:
    value = one["eigenvalue"]
    return BatchRow(
        count(batch), count(one["seed"]), percent(one["error"]),
        NO_VALUE if value is None else _figure(value), number(_rise(one)),
    )  # fmt: skip


def _middle(minimum: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spread of noise that is shown: the middle one."""
    rises: Sequence[Mapping[str, Any]] = minimum["rises"]
    return rises[len(rises) // 2]


def _rise(minimum: Mapping[str, Any]) -> float:
    draws = [value for value in _middle(minimum)["rises"] if value is not None]
    return sum(draws) / len(draws) if draws else float("nan")


def _eigenvalue(one: Mapping[str, Any]) -> float | None:
    value = one["eigenvalue"]
    return None if value is None else float(value)


def _median(row: Mapping[str, Any], pick: Pick) -> float:
    values = [value for one in row["seeds"] if (value := pick(one)) is not None]
    return median(values) if values else float("nan")


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _figure(value: float) -> str:
    return NO_VALUE if value != value else f"{value:.3g}"
