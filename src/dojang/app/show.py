"""Results on standard output: for people, or with ``--json`` for programs."""

from __future__ import annotations

import json as json_module
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojang.core.errors import EXIT_INTERRUPTED, DataError
from dojang.core.i18n import padded, t
from dojang.core.store import json_text, write_bytes, write_text
from dojang.core.tables import safe_csv
from dojang.core.types import Evaluation, Finding, RunRecord, Score

if TYPE_CHECKING:
    from dojang.analysis.preview import Preview
    from dojang.app.explaining import Explanation
    from dojang.app.run import Run, RunLine
    from dojang.ship.predict import Prediction

SHOWN_CLASSES = 5
SHOWN_METRICS = ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "ece", "log_loss")


def trained(run: Run, as_json: bool, profile: bool = False) -> int:
    """Show where a run is and how it did; the exit status says whether it finished."""
    record = run.record
    scored = run.folder.evaluation("valid").is_file()
    if as_json:
        scores = _scores(run.scores()) if scored else None
        head = {"run": str(run.path), "status": record.status, "seconds": record.seconds}
        head |= {"report": str(run.folder.report), "scores": scores}
        head |= {"verdict": _verdict(run).name} if scored else {}
        print_json(head | (_profile(run) if profile else {}))
        return EXIT_INTERRUPTED if record.status == "interrupted" else 0
    if scored:
        _evaluation(run.scores())
        _curve(run)
        if record.status == "finished" and record.data["test"]:
            _say(t("cli.next_evaluate", path=run.path))
    if profile:
        from dojang.app import show_profile

        show_profile.table(run.folder)
    return EXIT_INTERRUPTED if record.status == "interrupted" else 0


def _verdict(run: Run) -> Finding:
    """What the curve of a run shows first of all."""
    from dojang.app.advising import advise

    return advise(run.path).verdict


def _curve(run: Run) -> None:
    from dojang.analysis.curve import CHECKS
    from dojang.core.check import say as sentence

    finding = _verdict(run)
    found, title = sentence(finding), CHECKS[finding.name].title
    _say(t("cli.next_advise", title=title, found=found, path=run.path))


def _profile(run: Run) -> dict[str, Any]:
    from dojang.app import show_profile

    return {"profile": show_profile.tree(run.folder)}


def evaluated(
    evaluation: Evaluation, record: RunRecord, path: Path, first: bool, as_json: bool
) -> None:
    """Show the scores of the test part and when it was opened."""
    if as_json:
        print_json(_scores(evaluation) | {"opened": record.test_opened, "opened_now": first})
        return
    key = "cli.opened_now" if first else "cli.opened_before"
    _say(t(key, when=record.test_opened, path=path))
    _evaluation(evaluation)


def predictions(
    found: Sequence[Prediction],
    classes: Sequence[str],
    out: Path | None,
    like: Path | None,
    as_json: bool,
) -> None:
    """Write predictions as CSV to ``out`` or standard output."""
    from dojang.ship.predict import to_table
    from dojang.ship.submission import fill_like

    table = fill_like(like, found, classes) if like else to_table(found, classes)
    refused = [p.refusal for p in found if p.refusal]
    for refusal in refused[:20]:
        sys.stderr.write(t("progress.refused", name=refusal.id, reason=t(refusal.reason)) + "\n")
    if not len(table.columns):
        raise DataError("data.empty", path=found[0].id if found else "")
    if out is not None:
        if out.exists():
            raise DataError("out.exists", path=out)
        write_text(out, safe_csv(table))
    if as_json:
        rows = json_module.loads(
            table.to_json(orient="records", force_ascii=False, double_precision=9)
        )
        print_json({"n": len(found), "refused": len(refused), "out": str(out) if out else None}
              | ({} if out else {"predictions": rows}))  # fmt: skip
    elif out is None:
        sys.stdout.write(safe_csv(table))
    else:
        _say(t("cli.predicted", n=len(found) - len(refused), refused=len(refused), path=out))


def explained(explanation: Explanation, out: Path | None, as_json: bool) -> None:
    """Write the picture and show the most probable classes."""
    from dojang.analysis.gallery import jpeg

    source = Path(explanation.id)
    target = out or source.with_name(f"{source.stem}.why.jpg").relative_to(source.parent)
    if target.exists() and out is None:
        target = free_name(target)
    elif target.exists():
        raise DataError("out.exists", path=target)
    write_bytes(target, jpeg(explanation.picture))
    if as_json:
        ranked = [{"class": name, "probability": p} for name, p in explanation.classes]
        print_json({"id": explanation.id, "picture": str(target), "heat_map": explanation.found}
              | {"predicted": explanation.predicted, "accepted": explanation.accepted}
              | {"method": explanation.method, "explained": explanation.target}
              | {"classes": ranked})  # fmt: skip
        return
    for name, probability in explanation.classes[:SHOWN_CLASSES]:
        _say(f"{100 * probability:5.1f} %  {name}")
    if not explanation.accepted:
        _say(t("decision.no_answer", name=explanation.predicted))
    elif explanation.predicted != explanation.classes[0][0]:
        _say(t("decision.answer", name=explanation.predicted))
    _say(t("cli.explained" if explanation.found else "cli.not_explained", path=target))


def previewed(preview: Preview, out: Path | None, as_json: bool) -> None:
    """Write the page, or with ``.png`` the bare pictures, and show the warnings."""
    from dojang.analysis.preview import render, sheet

    target = out or Path("preview.html")
    if out is None and target.exists():
        target = free_name(target)
    if target.suffix.lower() == ".png":
        write_bytes(target, sheet(preview.rows))
    else:
        write_text(target, render(preview))
    if as_json:
        tests = [asdict(test) for test in preview.tests]
        rows = [
            {"id": row.id, "label": row.label, "labels": [dict(v.labels) for v in row.versions]}
            for row in preview.rows
        ]
        settings = {setting.key: setting.value for setting in preview.settings}
        print_json({"path": str(target), "size": preview.size, "rows": rows, "settings": settings}
              | {"warnings": list(preview.warnings), "tests": tests})  # fmt: skip
        return
    for text in preview.warnings:
        _say(text)
    _say(t("preview.written", path=target))


def path(where: Path, key: str, as_json: bool) -> None:
    """Show where a file was written."""
    if as_json:
        print_json({"path": str(where)})
    else:
        _say(t(key, path=where))


def runs(lines: Sequence[RunLine], parent: Path, as_json: bool) -> None:
    """Show the table of runs, best first."""
    if as_json:
        print_json([_run_line(line) for line in lines])
        return
    if not lines:
        _say(t("cli.no_runs", path=parent))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for key in ("run", "model", "status", "valid", "test", "minutes"):
        table.add_column(t(f"cli.column.{key}"), no_wrap=key != "run")
    for line in lines:
        table.add_row(
            line.path, line.model, t(f"cli.status.{line.status}"),
            _short(line.valid) + (" ≈" if line.as_good else ""), _short(line.test),
            f"{line.seconds / 60:.1f}",
        )  # fmt: skip
    Console().print(table)
    if sum(bool(line.as_good) for line in lines) > 1:
        _say(t("cli.runs_as_good"))


def names(found: Sequence[str], pattern: str, as_json: bool, about: Callable[[str], str]) -> None:
    """Show names, one a line, with what is to be said ``about`` them."""
    if as_json:
        print_json(list(found))
    elif found:
        said = [(name, about(name)) for name in found]
        width = max((len(name) for name, text in said if text), default=0)
        _say("\n".join(f"{name:<{width}}  {text}" if text else name for name, text in said))
    else:
        from dojang.core.errors import ModelError, did_you_mean
        from dojang.nn.factory import known

        raise ModelError("model.unknown", name=pattern, hint=did_you_mean(pattern, known()))


def _run_line(line: RunLine) -> dict[str, Any]:
    return {
        "name": line.name, "path": line.path, "status": line.status, "model": line.model,
        "created": line.created, "seconds": line.seconds,
        "as_good_as_best": line.as_good,
        "valid": _scores(line.valid) if line.valid else None,
        "test": _scores(line.test) if line.test else None,
    }  # fmt: skip


def _scores(evaluation: Evaluation) -> dict[str, Any]:
    tree = evaluation.to_json()
    return {key: tree[key] for key in ("part", "n", "metrics", "per_class")}


def _evaluation(evaluation: Evaluation) -> None:
    _say(t("cli.scores", part=t(f"cli.part.{evaluation.part}"), n=evaluation.n))
    for name in SHOWN_METRICS:
        if name in evaluation.metrics:
            label = padded(t(f"metric.{name}"), 20)
            _say(f"  {label} {_interval(name, evaluation.metrics[name])}")


def _interval(name: str, score: Score) -> str:
    if not math.isfinite(score.value):
        return f"{'–':>7}"
    if name in ("log_loss", "roc_auc"):
        return f"{score.value:7.3f}    [{score.low:.3f}, {score.high:.3f}]"
    return f"{100 * score.value:7.1f} %  [{100 * score.low:.1f}, {100 * score.high:.1f}]"


def _short(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "—"
    score = evaluation.metrics["accuracy"]
    return f"{100 * score.value:.1f} % [{100 * score.low:.1f}, {100 * score.high:.1f}]"


def free_name(target: Path) -> Path:
    """Return ``target`` with the first number that is free: nothing is overwritten."""
    number = 2
    while target.with_name(f"{target.stem}-{number}{target.suffix}").exists():
        number += 1
    return target.with_name(f"{target.stem}-{number}{target.suffix}")


def print_json(tree: object) -> None:
    _say(json_text(tree))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
