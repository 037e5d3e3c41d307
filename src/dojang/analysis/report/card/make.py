"""A model card for the Hugging Face Hub, from the facts that the report uses.

The header is made by the Hub's own client, so that the Hub reads it; the body follows the Hub's
annotated template. Nothing private is in it: of paths only the last part is named.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dojang.analysis.report.build import Page, gather
from dojang.analysis.report.card import facts, tables
from dojang.analysis.report.card.header import base_model, header
from dojang.analysis.report.card.markdown import (
    Ready,
    code,
    escaped,
    fenced,
    plain,
    say,
    settings,
    table,
)
from dojang.analysis.report.files import RunFiles, read_files
from dojang.analysis.report.results import part_name
from dojang.analysis.report.words import count, duration, percent, short
from dojang.core.errors import DataError
from dojang.core.i18n import t, use_language
from dojang.core.store import RunFolder, write_text
from dojang.core.types import Evaluation, RunRecord

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
    top = f"---\n{header(files, page, scored, language, licence, repo)}\n---\n\n"
    body = _body(files, page, scored, licence, repo)
    return f"{top}<!-- dojang:card {_digest(top + body)} -->\n{body}"


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
        bag=(files.split or {}).get("kind") == "bootstrap",
        parts=[t(f"report.part.{part}") for part in parts], counts=rows,
        part=part_name(scored.part, files.record.folds) if scored else "",
        hyperparameters=facts.hyperparameters(files), contract=facts.contract(files),
        progress=_progress(files), metrics=tables.metrics(scored), classes=tables.classes(scored),
        fails=_answer(page, "fails") if scored else None, slices=tables.slices(page),
        confusions=tables.confusions(page),
        limits=list(facts.limits(files, scored, page.seal, notes)),
        weights=facts.weights(files), commands=_commands(files),
        fitted=part_name(str((files.decisions or {}).get("part", "valid")), files.record.folds),
    )  # fmt: skip
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _answer(page: Page, question: str) -> str:
    """What the report answers to one of its questions."""
    return next(asked.answer.sentence for asked in page.questions if asked.key == question)


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
    if files.heads is not None:
        return say("card.progress.frozen", time=duration(files.record.seconds))
    best = [row.epoch + 1 for row in files.history if row.best]
    last = max(row.epoch for row in files.history) + 1
    key = "card.progress" if files.record.folds == 1 and best else "card.progress.folds"
    return say(
        key, epochs=last, best=best[-1] if best else last, folds=files.record.folds,
        time=duration(files.record.seconds),
    )  # fmt: skip


def _commands(files: RunFiles) -> Ready:
    given = files.record.environment.get("commands")
    found = [facts.public_command(str(line)) for line in given or () if line]
    return fenced([line for line in found if line] or ["dojang train recipe.yaml"])
