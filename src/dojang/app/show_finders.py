"""What ``dojang find`` found: on the terminal, as JSON, as a page."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import dojang
from dojang.analysis.report.finders import FindersPage, make_finders, render_page
from dojang.app.finders.found import BatchFound, RateFound
from dojang.app.finders.suggest import Suggestion
from dojang.app.show import free_name, print_json
from dojang.core.i18n import t
from dojang.core.store import write_text

COLUMNS, BAR = 60, 30
BLOCKS = "▁▂▃▄▅▆▇█"


def found(suggestion: Suggestion, name: str, out: Path | None, as_json: bool) -> None:
    """Write the page, and show the suggestion with a small picture of each curve."""
    target = out or free_name(Path("find.html"))
    tree = suggestion.found.to_json()
    laid_out = make_finders(tree)
    assert laid_out is not None
    page = FindersPage(name, dojang.__version__, laid_out, suggestion.command)
    write_text(target, render_page(page, None).encode("utf-8", "backslashreplace").decode())
    recipe = suggestion.found.recipe
    if as_json:
        head = {"lr": recipe.optimizer.lr, "batch_size": recipe.train.batch_size}
        print_json(head | {"command": suggestion.command, "path": str(target)} | tree)
        return
    for key in ("train.batch_size", "optimizer.lr"):
        reason = suggestion.found.reasons.get(key)
        value = recipe.train.batch_size if key == "train.batch_size" else recipe.optimizer.lr
        told = f"  {t(reason.key, **reason.values)}" if reason else ""
        _say(f"{key}: {value}{told}")
    if suggestion.found.batch:
        _say("\n" + "\n".join(batch_lines(suggestion.found.batch)))
    if suggestion.found.rate:
        _say("\n" + "\n".join(rate_lines(suggestion.found.rate)))
    _say("\n" + t("finders.use", command=suggestion.command))
    _say(t("finders.written", path=target))


def rate_lines(rate: RateFound) -> list[str]:
    """Draw the smoothed loss in three lines: blocks, the mark of the rate chosen, the ends."""
    rates, smoothed = np.array(rate.curve.rates), np.array(rate.curve.smoothed)
    if len(rates) < 2:
        return []
    width = min(COLUMNS, len(rates))
    where = np.linspace(0, len(rates) - 1, width).round().astype(int)
    top = 1.5 * smoothed[0]
    values = np.minimum(np.nan_to_num(smoothed[where], nan=top, posinf=top), top)
    low, high = float(values.min()), float(values.max())
    levels = ((values - low) / max(1e-12, high - low) * (len(BLOCKS) - 1)).round().astype(int)
    nearest = int(np.abs(np.log(rates[where] / rate.chosen)).argmin())
    ends = f"{rates[0]:.1e}", f"{rates[-1]:.1e}"
    return [
        f"{t('finders.text.loss')}  {high:.3g} … {low:.3g}",
        "".join(BLOCKS[level] for level in levels),
        " " * nearest + "▲ " + f"{rate.chosen:g}",
        ends[0] + " " * max(1, width - len(ends[0]) - len(ends[1])) + ends[1],
    ]


def batch_lines(batch: BatchFound) -> list[str]:
    """One bar a size, as long as its speed."""
    best = max((point.rate for point in batch.points), default=0.0) or 1.0
    lines = []
    for point in batch.points:
        bar = "█" * round(BAR * point.rate / best)
        told = f"{point.rate:,.0f} {t('finders.text.speed')}, {point.memory / 1e6:,.0f} MB"
        mark = f"  ← {t('finders.text.chosen')}" if point.batch == batch.chosen else ""
        shown = told if point.fits else t("finders.text.no_fit")
        lines.append(f"{point.batch:>5} {bar:<{BAR}} {shown}{mark}")
    return lines


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
