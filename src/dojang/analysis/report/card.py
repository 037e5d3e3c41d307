"""A model card for the Hugging Face Hub, from the facts that the report uses.

The header is made by the Hub's own client, so that the Hub reads it; the body follows the Hub's
annotated template. Nothing private is in it: of paths only the last part is named.
"""

from __future__ import annotations

import hashlib
import math
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dojang.analysis.report import card_facts as facts
from dojang.analysis.report.build import Page, gather
from dojang.analysis.report.files import RunFiles, read_files
from dojang.analysis.report.markdown import (
    Ready,
    code,
    escaped,
    fenced,
    plain,
    say,
    settings,
    table,
)
from dojang.analysis.report.results import part_name
from dojang.analysis.report.words import count, duration, metric_name, number, percent, short
from dojang.core.errors import DataError
from dojang.core.i18n import t, use_language
from dojang.core.store import RunFolder, write_text
from dojang.core.types import Evaluation, RunRecord, Score

# Our name of a score: what the Hub calls it, and with what arguments.
HUB_METRICS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "accuracy": ("accuracy", None),
    "balanced_accuracy": ("balanced_accuracy", None),
    "macro_f1": ("f1", {"average": "macro"}),
    "macro_precision": ("precision", {"average": "macro"}),
    "macro_recall": ("recall", {"average": "macro"}),
    "roc_auc": ("roc_auc", {"multi_class": "ovr", "average": "macro"}),
    "mcc": ("matthews_correlation", None),
    "log_loss": ("log_loss", None),
    "brier": ("brier_score", None),
    "ece": ("expected_calibration_error", {"n_bins": 15}),
}
CARD_METRICS = ("accuracy", "f1", "precision", "recall", "roc_auc", "brier_score")
SHARES = ("accuracy", "balanced_accuracy", "macro_f1", "macro_precision", "macro_recall")
BODY = (*SHARES, "roc_auc", "mcc", "log_loss", "brier", "ece")
CLASSES_SHOWN = 100
SLICES_SHOWN = 5
CONFUSIONS_SHOWN = 5
_LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]{1,60}")
_REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_MARK = re.compile(r"<!-- dojang:card ([0-9a-f]{16}) -->\n")


def write_card(
    folder: RunFolder,
    record: RunRecord,
    lang: str | None = None,
    out: Path | None = None,
    licence: str | None = None,
    repo: str | None = None,
    force: bool = False,
) -> Path:
    """Write the model card of a run and return its path.

    Args:
        folder: the run; what it does not hold is named as missing.
        record: its head.
        lang: en, ko, or None for the reader's own language.
        out: where to write; ``README.md`` in the run folder unless given.
        licence: its id on the Hub, such as ``apache-2.0``; left to the author unless given.
        repo: OWNER/NAME on the Hub, where it is known.
        force: whether a file that somebody else wrote, or edited, may be replaced.

    Raises:
        DataError: the licence or the repository cannot be one; or there is a file that Dojang did
            not write, or that somebody has edited since.
        RunError: a file of the run is there but cannot be read.
    """
    target = out or folder.card
    _require(licence, _LICENCE, "card.licence")
    _require(repo, _REPO, "card.repo")
    if target.exists() and not force and not is_untouched(target):
        raise DataError("card.exists", path=target)
    with use_language(lang) as language:
        text = make_card(read_files(folder, record), language, licence, repo)
    write_text(target, text)
    return target


def _require(given: str | None, shape: re.Pattern[str], key: str) -> None:
    if given is not None and not shape.fullmatch(given):
        raise DataError(key, given=given)


def is_untouched(path: Path) -> bool:
    """Is it a card that Dojang wrote and nobody has edited?"""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    mark = _MARK.search(text)
    return mark is not None and _digest(text[: mark.start()] + text[mark.end() :]) == mark[1]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def make_card(
    files: RunFiles, language: str, licence: str | None = None, repo: str | None = None
) -> str:
    """Return the whole card, header and body, in the language of the moment."""
    page = gather(files)
    scored = files.evaluations.get("test") or files.evaluations.get("valid")
    header = f"---\n{_header(files, page, scored, language, licence, repo)}\n---\n\n"
    body = _body(files, page, scored, licence, repo)
    return f"{header}<!-- dojang:card {_digest(header + body)} -->\n{body}"


def _header(
    files: RunFiles,
    page: Page,
    scored: Evaluation | None,
    language: str,
    licence: str | None,
    repo: str | None,
) -> str:
    from huggingface_hub import ModelCardData

    results = _results(files, page, scored)
    found = {result.metric_type for result in results}
    name = plain(repo.partition("/")[2] if repo else files.record.name)
    data = ModelCardData(
        language=language,
        license=licence,
        library_name="dojang",
        pipeline_tag="image-classification",
        tags=["image-classification", "dojang", *([] if page.network is None else ["pytorch"])],
        base_model=base_model(files),
        metrics=[metric for metric in CARD_METRICS if metric in found] or None,
        model_name=name if results else None,
        eval_results=results or None,
    )
    return data.to_yaml().rstrip("\n")


def _results(files: RunFiles, page: Page, scored: Evaluation | None) -> list[Any]:
    """The scores as the Hub lists them; none that is not defined."""
    from huggingface_hub import EvalResult

    if scored is None:
        return []
    kind = str(files.record.data.get("kind", ""))
    names, pair = [n for n in HUB_METRICS if n in scored.metrics], len(scored.per_class) == 2
    return [
        EvalResult(
            task_type="image-classification",
            dataset_type="imagefolder" if kind in ("folder", "zip", "tar") else kind or "images",
            dataset_name=plain(page.dataset) or "images",
            dataset_split=_split_name(scored.part, files.record.folds),
            dataset_args={"sha256": str(files.record.data.get("hash", ""))},
            metric_type=HUB_METRICS[name][0],
            metric_name=metric_name(name),
            metric_value=scored.metrics[name].value,
            metric_args=None if pair and name == "roc_auc" else HUB_METRICS[name][1],
        )
        for name in names
        if math.isfinite(scored.metrics[name].value)
    ]


def _split_name(part: str, folds: int) -> str:
    return "test" if part == "test" else "out-of-fold" if folds > 1 else "validation"


def base_model(files: RunFiles) -> str | None:
    """Return the Hub's id of the weights that the training started from, where it is known.

    Only of timm, and only where the version that trained is the one that is asked: another may
    mean other weights by the same name.
    """
    from dojang.nn.weights import HUB

    model = files.recipe.model if files.recipe else None
    if model is None or model.weights != HUB:
        return None
    import timm

    from dojang.nn.factory import locate

    library, name = locate(model.name)
    if library != "timm" or files.record.environment.get("timm") != timm.__version__:
        return None
    config = timm.get_pretrained_cfg(name)
    return str(config.hf_hub_id) if config is not None and config.hf_hub_id else None


def _body(
    files: RunFiles, page: Page, scored: Evaluation | None, licence: str | None, repo: str | None
) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("dojang.analysis.report"),
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    helpers: dict[str, Callable[..., Any]] = {
        "say": say, "code": code, "table": table, "settings": settings, "count": count,
        "duration": duration, "short": short, "percent": percent,
    }  # fmt: skip
    templates.globals.update(helpers)
    parts, rows = facts.counts(files)
    notes = page.split.notes if page.split else ()
    text = templates.get_template("card.md").render(
        record=files.record, page=page, scored=scored, licence=licence, repo=repo,
        name=repo or files.record.name, base=base_model(files), start=_start(files),
        get=_get(files, repo), python=_python(files, repo),
        parts=[t(f"report.part.{part}") for part in parts], counts=rows,
        part=part_name(scored.part, files.record.folds) if scored else "",
        hyperparameters=facts.hyperparameters(files), contract=facts.contract(files),
        progress=_progress(files), metrics=_metrics(scored), classes=_classes(scored),
        worst=facts.worst_class(scored) if scored else None, slices=_slices(page),
        confusions=_confusions(page), limits=list(facts.limits(files, scored, page.seal, notes)),
        weights=facts.weights(files), commands=_commands(files),
        fitted=part_name(str((files.decisions or {}).get("part", "valid")), files.record.folds),
    )  # fmt: skip
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _start(files: RunFiles) -> Ready | None:
    if files.recipe is None:
        return None
    given = files.recipe.model.weights
    if given is None:
        return say("card.start.random")
    return say("card.start.hub") if given == "hub" else say(
        "card.start.file", file=facts.public(given))  # fmt: skip


def _folder(files: RunFiles, repo: str | None) -> str:
    return shlex.quote(plain(repo.partition("/")[2] if repo else files.record.name))


def _get(files: RunFiles, repo: str | None) -> Ready:
    name = _folder(files, repo)
    lines = [f"hf download {repo} --local-dir {name}"] if repo else []
    return fenced([
        *lines, f"dojang predict {name} photos/ --out answers.csv",
        f"dojang explain {name} photo.jpg",
    ])  # fmt: skip


def _python(files: RunFiles, repo: str | None) -> Ready:
    name = plain(repo.partition("/")[2] if repo else files.record.name)
    lines = ["import dojang", "", f"run = dojang.load({name!r})"]
    return fenced([*lines, 'print(run.predict(["photo.jpg"]))'], "python")


def _progress(files: RunFiles) -> Ready | None:
    if not files.history:
        return None
    best = [row.epoch + 1 for row in files.history if row.best]
    last = max(row.epoch for row in files.history) + 1
    key = "card.progress" if files.record.folds == 1 and best else "card.progress.folds"
    return say(
        key, epochs=last, best=best[-1] if best else last, folds=files.record.folds,
        time=duration(files.record.seconds),
    )  # fmt: skip


def _metrics(scored: Evaluation | None) -> Ready | None:
    if scored is None:
        return None
    rows = [
        [metric_name(name), *_score(scored.metrics[name], name in SHARES)]
        for name in BODY
        if name in scored.metrics
    ]
    heads = ("report.scores.name", "report.scores.value", "report.scores.interval")
    return table([t(key) for key in heads], rows)


def _score(score: Score, share: bool) -> list[str]:
    write = percent if share else number
    return [write(score.value), f"{write(score.low)} – {write(score.high)}"]


def _classes(scored: Evaluation | None) -> Ready | None:
    """A row for each class, the one that is found least often first."""
    if scored is None:
        return None
    order = sorted(scored.per_class, key=lambda c: (not math.isfinite(c.recall), c.recall, c.name))
    rows = [
        [c.name, *(percent(c.scores[s].value) for s in ("precision", "recall")),
         _score(c.scores["recall"], True)[1], percent(c.scores["f1"].value), count(c.support)]
        for c in order[:CLASSES_SHOWN]
    ]  # fmt: skip
    heads = [t("report.class"), t("report.precision"), t("report.recall"),
             t("report.scores.interval"), t("report.f1"), t("report.support")]  # fmt: skip
    return table(heads, rows)


def _slices(page: Page) -> Ready | None:
    if page.slices is None or not page.slices.worse:
        return None
    heads = [t(f"slices.column.{name}") for name in ("slice", "n", "accuracy", "expected", "p")]
    rows = [
        [row.name, row.n, f"{row.accuracy} [{row.interval}]", row.expected, row.p]
        for row in page.slices.worse[:SLICES_SHOWN]
    ]
    return table(heads, rows)


def _confusions(page: Page) -> Ready | None:
    if page.confusion is None or not page.confusion.pairs:
        return None
    heads = [t("report.confusion.true"), t("report.confusion.predicted"),
             t("report.confusion.count"), t("report.confusion.share")]  # fmt: skip
    rows = [
        [pair.target, pair.predicted, count(pair.count), pair.share]
        for pair in page.confusion.pairs[:CONFUSIONS_SHOWN]
    ]
    return table(heads, rows, texts=2)


def _commands(files: RunFiles) -> Ready:
    given = files.record.environment.get("commands")
    found = [facts.public_command(str(line)) for line in given or () if line]
    return fenced([line for line in found if line] or ["dojang train recipe.yaml"])
