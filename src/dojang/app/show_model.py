"""The table of a model's layers on standard output: for people, or with ``--json`` for programs."""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dojang.app.model import ModelView, to_json
from dojang.core.i18n import t
from dojang.core.messages import CATALOGUE
from dojang.nn.arithmetic import Cost

_GAP = 2
_WIDE = 200  # where output goes to no terminal
_NARROW = 100  # below this, some columns make room for names


@dataclass(frozen=True)
class _Column:
    key: str
    cell: Callable[[Cost], str]
    right: bool = True
    shortest: int | None = None  # where cells may be cut, and to what


def shown(view: ModelView, arithmetic: bool, as_json: bool) -> None:
    """Write the table, its totals and, where asked for, the arithmetic of each window."""
    if as_json:
        _say(json.dumps(to_json(view), ensure_ascii=False, indent=1))
        return
    width = shutil.get_terminal_size((_WIDE, 24)).columns if sys.stdout.isatty() else _asked()
    _say(t("table.title", name=view.name, size=view.size, classes=view.classes))
    _say("")
    for line in table(view.costs, width):
        _say(line)
    _say("")
    for line in _summary(view):
        _say(line)
    if arithmetic:
        _say("")
        for line in _arithmetic(view.costs):
            _say(line)


def about(name: str) -> str:
    """Return what there is to say about a model in a list: ours have a line each."""
    key = f"model.about.{name.removeprefix('dojang/')}"
    return t(key) if "/" not in name.removeprefix("dojang/") and key in CATALOGUE else ""


def table(costs: Sequence[Cost], width: int) -> list[str]:
    """Return the lines of the table, none wider than ``width`` where that is at least 80.

    Widths are those of a terminal: Korean letters take two columns.
    """
    narrow = width < _NARROW
    columns = _NARROW_COLUMNS if narrow else _COLUMNS
    gap = " " * (1 if narrow else _GAP)
    rows = [[t(f"table.{c.key}") for c in columns]]
    rows += [[c.cell(cost) for c in columns] for cost in costs]
    widths = [max(cells(row[i]) for row in rows) for i in range(len(columns))]
    over = sum(widths) + len(gap) * (len(columns) - 1) - width
    for i in (1, 0):  # kinds are cut before names
        less = min(max(0, over), max(0, widths[i] - (columns[i].shortest or widths[i])))
        widths[i] -= less
        over -= less
    lines = []
    for row in rows:
        fitted = [_fit(text, w, c.right) for text, w, c in zip(row, widths, columns, strict=True)]
        lines.append(gap.join(fitted).rstrip())
    return [lines[0], "─" * max(map(cells, lines)), *lines[1:]]


def cells(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    marks = sum(unicodedata.combining(c) != 0 for c in text)
    return len(text) + wide - marks


def amount(number: float) -> str:
    """Write a count with at most four digits: 812, 1.85 G."""
    for unit in ("", " k", " M", " G", " T"):
        if number < 1000 or unit == " T":
            return f"{number:.{_digits(number, unit)}f}{unit}"
        number /= 1000
    return ""


def size(number: float) -> str:
    """Write bytes: 812 B, 3.1 MB (of 10⁶ bytes)."""
    text = amount(number)
    return f"{text}B" if " " in text else f"{text} B"


def _digits(number: float, unit: str) -> int:
    if not unit:
        return 0
    return 2 if number < 10 else 1 if number < 100 else 0


def _asked() -> int:
    """Without a terminal nothing is cut, unless COLUMNS says how much room there is."""
    return shutil.get_terminal_size((_WIDE, 24)).columns


def _fit(text: str, width: int, right: bool) -> str:
    """Bring a text to a width; what is too long loses its middle, since its ends tell the most."""
    if cells(text) > width:
        tail = (width - 1) * 2 // 3
        text = text[: width - 1 - tail] + "…" + text[len(text) - tail :]
    space = " " * (width - cells(text))
    return space + text if right else text + space


def _summary(view: ModelView) -> list[str]:
    forward = sum(cost.forward for cost in view.costs)
    counts = {"parameters": f"{view.parameters:,}", "multiply_adds": f"{view.multiply_adds:,}"}
    kept = "?" if view.kept is None else size(view.kept)
    values = {
        "weights": size(view.weights_bytes), "state": size(view.state_bytes),
        "optimizer": view.optimizer, "forward": size(forward), "kept": kept,
    }  # fmt: skip
    lines = [t("table.total", **counts), t("table.memory", **values)]
    if view.kept is None:
        lines.append(t("table.no_kept", reason=view.why_not))
    else:
        fixed = size(2 * view.weights_bytes + view.state_bytes)
        lines.append(t("table.batch", fixed=fixed, kept=kept))
    return [*lines, t("table.legend")]


def _arithmetic(costs: Sequence[Cost]) -> list[str]:
    lines = [t("table.arithmetic")]
    names = [_name(cost) for cost in costs if cost.windows]
    width = max(map(cells, names), default=0)
    for cost in costs:
        if cost.windows:
            down, across = (window.formula for window in cost.windows)
            text = down if down == across else t("table.both", down=down, across=across)
            lines.append(f"  {_fit(_name(cost), width, False)}  {text}")
    return lines


def _name(cost: Cost) -> str:
    return cost.row.name.removeprefix("features.")


def _output(cost: Cost) -> str:
    return "×".join(map(str, cost.row.output)) or "—"


def _field(cost: Cost) -> str:
    if not cost.row.output or cost.row.kind == "Parameter":
        return ""
    return t("table.whole") if cost.row.field is None else str(cost.row.field)


def _multiply_adds(cost: Cost) -> str:
    return amount(cost.row.multiply_adds) if cost.row.multiply_adds else "·"


def _parameters(cost: Cost) -> str:
    return f"{cost.row.parameters:,}" if cost.row.parameters else "·"


def _short(cost: Cost) -> str:
    return amount(cost.row.parameters) if cost.row.parameters else "·"


def _kept(cost: Cost) -> str:
    return size(cost.kept) if cost.kept else "·"


_COLUMNS = (
    _Column("layer", _name, right=False, shortest=12),
    _Column("kind", lambda cost: cost.row.kind, right=False, shortest=11),
    _Column("output", _output),
    _Column("parameters", _parameters),
    _Column("multiply_adds", _multiply_adds),
    _Column("field", _field),
    _Column("forward", lambda cost: size(cost.forward) if cost.forward else "·"),
    _Column("kept", _kept),
)
_NARROW_COLUMNS = tuple(
    replace(column, key="short", cell=_short) if column.key == "parameters" else column
    for column in _COLUMNS
    if column.key != "forward"
)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
