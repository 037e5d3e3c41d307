"""The pictures of ``studies.py``: one column a recipe, drawn from the results alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

Tree = Mapping[str, Any]
Axes = Any  # matplotlib's

NAMES = {
    "clothing": "convnet, clothing",
    "digits": "convnet, digits",
    "lenet5": "LeNet-5, CIFAR-10",
    "frozen": "heads on frozen features, clothing",
}
PARTS = (("error", "#8a8f98", "--"), ("bias", "#2743b0", "-"), ("net", "#c2571a", ":"))
LABELS = {"error": "error", "bias": "bias", "net": "net variance"}
SPREAD = 1  # the middle one of the weight noise


def draw_all(recipes: Mapping[str, Tree], folder: Path) -> None:
    """Draw every picture; the same results give the same files."""
    networks = {name: tree for name, tree in recipes.items() if tree["batches"]}
    flexible = {name: tree for name, tree in recipes.items() if tree["axis"]}
    _figure(folder / "study-capacity.svg", flexible, _capacity)
    _figure(folder / "study-size.svg", recipes, _size)
    _figure(folder / "study-growth.svg", recipes, _growth)
    _figure(folder / "study-eigenvalue.svg", networks, _eigenvalues)
    _figure(folder / "study-noise.svg", networks, _rises)


def _figure(path: Path, recipes: Mapping[str, Tree], one: Callable[[Axes, Tree], None]) -> None:
    """Draw one panel a recipe."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": path.stem, "font.size": 10}):
        figure = Figure(figsize=(3.4 * len(recipes), 3.1), layout="constrained")
        panels = figure.subplots(1, len(recipes), squeeze=False)[0]
        names = [name for name in NAMES if name in recipes]
        for axes, name in zip(panels, names, strict=True):
            axes.set_title(NAMES[name], fontsize=10.5)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            axes.grid(axis="y", color="#e3e5ea")
            one(axes, recipes[name])
        panels[0].legend(frameon=False, fontsize=9)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None, "Creator": None})


def _capacity(axes: Axes, tree: Tree) -> None:
    x = [row["capacity"] for row in tree["capacity"]]
    _parts(axes, x, tree["capacity"])
    axes.set_xlabel("width" if tree["axis"] == "width" else "1 / strength of the penalty")
    _log_ticks(axes, x)


def _size(axes: Axes, tree: Tree) -> None:
    x = [row["images"] for row in tree["size"]]
    _parts(axes, x, tree["size"])
    axes.set_xlabel("images in a bootstrap draw")
    _log_ticks(axes, x)


def _parts(axes: Axes, x: list[float], rows: list[Tree]) -> None:
    """Error, bias and net variance with the intervals of each."""
    for name, color, style in PARTS:
        values, low, high = (
            [100 * row[name][end] for row in rows] for end in ("value", "low", "high")
        )
        axes.plot(x, values, style, color=color, label=LABELS[name], linewidth=2)
        axes.fill_between(x, low, high, color=color, alpha=0.14, linewidth=0)
    axes.set_ylabel("% of validation images")


def _growth(axes: Axes, tree: Tree) -> None:
    """Each training as a dot, the law as a line, and the interval at twice the data."""
    import numpy as np

    growth = tree["growth"]
    for number, (size, errors) in enumerate(zip(growth["sizes"], growth["errors"], strict=True)):
        label = "one training each" if number == 0 else None
        axes.plot([size] * len(errors), [100 * e for e in errors], "o", ms=4, color="#2743b0",
                  alpha=0.7, label=label)  # fmt: skip
    ticks = [*growth["sizes"]]
    if growth["law"]:
        a, b, c = (growth["law"][name] for name in "abc")
        n = np.geomspace(growth["sizes"][0], growth["at"], 60)
        axes.plot(n, 100 * (a * n**-b + c), color="#8a8f98", label="power law", zorder=0)
        said = growth["expected"]
        axes.plot([growth["at"]] * 2, [100 * said["low"], 100 * said["high"]], linewidth=6,
                  color="#c2571a", alpha=0.5, label="twice the data, 95 %")  # fmt: skip
        ticks.append(growth["at"])
    axes.set_xlabel("training images")
    axes.set_ylabel("wrong, %")
    _log_ticks(axes, ticks)


def _eigenvalues(axes: Axes, tree: Tree) -> None:
    _batches(axes, tree, lambda one: one["eigenvalue"])
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axes.set_ylabel("largest eigenvalue")


def _rises(axes: Axes, tree: Tree) -> None:
    _batches(axes, tree, _rise)
    axes.set_ylabel("rise of the loss under 10 % noise")


def _rise(one: Tree) -> float:
    rises: list[float] = one["rises"][SPREAD]["rises"]
    return sum(rises) / len(rises)


def _batches(axes: Axes, tree: Tree, pick: Callable[[Tree], float]) -> None:
    x = [row["batch"] for row in tree["batches"]]
    values = [[pick(one) for one in row["seeds"]] for row in tree["batches"]]
    for batch, each in zip(x, values, strict=True):
        axes.plot([batch] * len(each), each, "o", ms=4, color="#2743b0", alpha=0.7)
    axes.plot(x, [median(each) for each in values], color="#2743b0", label="median of the seeds")
    axes.set_xlabel("batch size")
    _log_ticks(axes, x)


def _log_ticks(axes: Axes, values: list[float]) -> None:
    """A logarithmic axis with a label at each value, or at powers of ten where it is long."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    if max(values) < 200 * min(values):
        axes.set_xticks([round(value) for value in values])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
