"""What the pages of runs show: the table, one run, several side by side."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from dojang.analysis.faults import fault_line
from dojang.app.web.asking import Bad, number, text, word
from dojang.app.web.compare import MOST_RUNS
from dojang.app.web.files import BROKEN, identity, read_tree
from dojang.app.web.runs import STATUSES, RunLine
from dojang.app.web.studio import Studio
from dojang.core.faults import Fault
from dojang.core.i18n import t
from dojang.core.types import Evaluation, Score

PAGE = 50
ORDERS = ("new", "old", "score", "name", "time", "epochs")
MOST_CLASSES = 200
MOST_FAULTS = 50
MAIN_SCORES = ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss", "ece")
KNOWN_PAGES = {"report": "report", "inside": "inside_page", "labels": "labels_page"}


def runs_page(studio: Studio, query: Mapping[str, str]) -> dict[str, Any]:
    """Lay out the table of runs."""
    lines = studio.index.lines()
    wanted = {
        "status": word(query, "status", ("", *STATUSES), ""),
        "dataset": text(query, "dataset"), "network": text(query, "network"),
        "text": text(query, "text"), "sort": word(query, "sort", ORDERS, "new"),
    }  # fmt: skip
    found = [line for line in lines if _wanted(line, wanted)]
    ordered = _ordered(found, wanted["sort"])
    pages = max(1, -(-len(ordered) // PAGE))
    page = min(number(query, "page", 1, 10_000, 1), pages)

    def link(**changes: object) -> str:
        pairs = {**wanted, "page": 1, **changes}
        usual = {"page": 1, "sort": "new"}
        return urlencode({k: v for k, v in pairs.items() if v != "" and v != usual.get(k)})

    return {
        "lines": ordered[(page - 1) * PAGE : page * PAGE], "total": len(lines),
        "found": len(found), "page": page, "pages": pages, "wanted": wanted, "link": link,
        "statuses": _choices(lines, "status"), "datasets": _choices(lines, "dataset"),
        "networks": _choices(lines, "network"), "orders": ORDERS,
        "active": any(line.active for line in lines),
        "roots": [str(root) for root in studio.index.given],
    }  # fmt: skip


def _wanted(line: RunLine, wanted: Mapping[str, str]) -> bool:
    exact = all(not wanted[k] or getattr(line, k) == wanted[k]
                for k in ("status", "dataset", "network"))  # fmt: skip
    looked = f"{line.name} {line.shown} {line.dataset} {line.network}".casefold()
    return exact and wanted["text"].casefold() in looked


def _ordered(lines: list[RunLine], sort: str) -> list[RunLine]:
    if sort == "score":
        return sorted(lines, key=lambda line: -line.accuracy.value if line.accuracy else 1.0)
    if sort == "name":
        return sorted(lines, key=lambda line: line.name.casefold())
    if sort == "time":
        return sorted(lines, key=lambda line: -line.seconds)
    if sort == "epochs":
        return sorted(lines, key=lambda line: -line.epochs)
    return lines[::-1] if sort == "old" else lines


def _choices(lines: Sequence[RunLine], name: str) -> list[tuple[str, int]]:
    """Values with how often they occur, the most frequent first."""
    counts: dict[str, int] = {}
    for line in lines:
        value = getattr(line, name)
        if value:
            counts[value] = counts.get(value, 0) + 1
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:100]


def compared_lines(studio: Studio, ids: Sequence[str]) -> list[RunLine]:
    """Return the runs to compare.

    Raises:
        Bad: there are too many, or one of them is no run.
    """
    unique = list(dict.fromkeys(ids))
    if len(unique) > MOST_RUNS:
        raise Bad(400, "studio.bad.many", most=MOST_RUNS)
    return [studio.run(run_id) for run_id in unique]


def compare_page(studio: Studio, ids: Sequence[str]) -> dict[str, Any]:
    """Lay out runs side by side."""
    lines = compared_lines(studio, ids)
    scores = [studio.sides.scores(line) for line in lines]
    names = list(dict.fromkeys(n for found in scores if found for n in found.metrics))
    rows = [(n, [found.metrics.get(n) if found else None for found in scores]) for n in names]
    paths = [line.shown for line in lines]
    return {
        "lines": lines, "differences": studio.sides.differences(lines) if len(lines) > 1 else [],
        "metrics": rows, "curves": [studio.curves.of(line) for line in lines],
        "command": shlex.join(["dojang", "compare", *paths]) if len(lines) > 1 else "",
    }  # fmt: skip


@dataclass(frozen=True)
class ClassRow:
    """How one class fares."""

    name: str
    support: int
    index: int
    precision: Score | None
    recall: Score | None
    f1: Score | None


def run_page(studio: Studio, line: RunLine) -> dict[str, Any]:
    """Lay out one run."""
    parts = [part for part in ("valid", "test") if part == "valid" or line.opened]
    scores = {part: studio.sides.scores(line, part) for part in parts}
    broken = [
        str(path.name) for part in parts if scores[part] is None
        and identity(path := line.folder.evaluation(part)) is not None
    ]  # fmt: skip
    main = scores.get("test") or scores["valid"]
    names = list(dict.fromkeys(n for found in scores.values() if found for n in found.metrics))
    curve = studio.curves.of(line)
    pages = [
        kind for kind, name in KNOWN_PAGES.items()
        if identity(getattr(line.folder, name)) is not None
    ]  # fmt: skip
    return {
        "line": line, "scores": {k: v for k, v in scores.items() if v}, "broken": broken,
        "first_scores": [n for n in names if n in MAIN_SCORES],
        "more_scores": [n for n in names if n not in MAIN_SCORES],
        "classes": _classes(main), "part": main.part if main else "valid",
        "more_classes": max(0, len(main.per_class) - MOST_CLASSES) if main else 0,
        "curve": curve, "faults": _faults(line), "pages": pages,
        "commands": _commands(line), "facts": _facts(line), "answers": _parts_with_answers(line),
    }  # fmt: skip


def _classes(found: Evaluation | None) -> list[ClassRow]:
    """The weakest first: that is what somebody looks for."""
    if found is None:
        return []
    rows = [
        ClassRow(
            row.name, row.support, i, *(row.scores.get(k) for k in ("precision", "recall", "f1"))
        )
        for i, row in enumerate(found.per_class)
    ]
    ordered = sorted(rows, key=lambda row: row.recall.value if row.recall and row.support else 2.0)
    return ordered[:MOST_CLASSES]


def _faults(line: RunLine) -> list[str]:
    path = line.folder.faults
    if identity(path) is None:
        return []
    found = []
    try:
        for row in read_tree(path)[:MOST_FAULTS]:
            fault = Fault.from_json({k: v for k, v in row.items() if k != "fold"})
            found.append(fault_line(fault))
    except BROKEN:
        found.append(t("studio.note.file", file=path.name))
    return found


def _parts_with_answers(line: RunLine) -> list[str]:
    parts = ("valid", "test") if line.opened else ("valid",)
    return [part for part in parts if identity(line.folder.predictions(part)) is not None]


def _commands(line: RunLine) -> list[tuple[str, str]]:
    """What to paste next, with what it is for."""
    path = line.shown
    recipe = str(Path(path) / "recipe.yaml")
    found: list[tuple[str, list[str]]] = []
    if line.status in ("killed", "interrupted"):
        found.append(("resume", ["dojang", "resume", path]))
    if line.epochs and not line.active:
        found += [
            ("labels", ["dojang", "labels", path]),
            ("predict", ["dojang", "predict", path, "IMAGES"]),
        ]
        if line.record is not None and line.record.data.get("test") and not line.opened:
            found.append(("evaluate", ["dojang", "evaluate", path]))
        found.append(("again", ["dojang", "train", recipe, "--set", "train.seed=1"]))
    return [(key, shlex.join(words)) for key, words in found]


def _facts(line: RunLine) -> list[tuple[str, str]]:
    record = line.record
    assert record is not None
    counts, samples = record.data.get("counts"), record.data.get("samples")
    pairs = [
        ("dataset", line.dataset), ("network", line.network),
        ("input", f"{record.input.size} px" if record.input else ""),
        ("samples", f"{samples:,}" if isinstance(samples, int) else ""),
        ("classes", f"{len(record.classes):,}"),
        ("folds", str(record.folds) if record.folds > 1 else ""),
        ("device", str(record.environment.get("device", ""))),
        ("version", record.dojang),
    ]  # fmt: skip
    if isinstance(counts, Mapping):
        for part in ("train", "valid", "cv"):
            of_part = counts.get(part)
            if isinstance(of_part, Mapping):
                total = sum(v for v in of_part.values() if isinstance(v, int))
                pairs.append((f"of_{part}", f"{total:,}"))
    return [(key, value) for key, value in pairs if value]
