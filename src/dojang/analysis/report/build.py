"""From the files of a run to one page: gather, then render. No model, no source image is opened."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dojang.analysis.curve.advice import Advice, advise_on
from dojang.analysis.curve.load import load_trainings
from dojang.analysis.faults import fault_line, load_faults
from dojang.analysis.report import results, subject
from dojang.analysis.report.answers import make_answers, straddling
from dojang.analysis.report.balance import Balancing, make_balance
from dojang.analysis.report.curve import Curve, make_curve
from dojang.analysis.report.decision import Decision, make_decision
from dojang.analysis.report.errors import Weakest, count_errors, weakest_class
from dojang.analysis.report.examples import Group, make_examples
from dojang.analysis.report.files import RunFiles, read_files
from dojang.analysis.report.finders import Finders, make_finders
from dojang.analysis.report.heads import HeadsTable, make_heads
from dojang.analysis.report.images import Album
from dojang.analysis.report.inside import Inside, make_inside
from dojang.analysis.report.profile import Times, make_times
from dojang.analysis.report.questions import Asked, make_questions
from dojang.analysis.report.render import fill
from dojang.analysis.report.slices import Slices, make_slices
from dojang.analysis.report.steps import Known, Step, make_steps
from dojang.analysis.report.study import Study, make_study
from dojang.analysis.report.words import (
    count,
    message,
    percent,
    plain_value,
)
from dojang.core.i18n import t, use_language
from dojang.core.store import RunFolder, write_text
from dojang.core.types import Evaluation, RunRecord


@dataclass(frozen=True)
class Headline:
    """The score at the top: of the test part where it was opened, else of the validation part.

    ``left``, ``width`` and ``dot`` are of its interval on a scale from 0 to 1, in percent.
    """

    part: str
    value: str
    low: str
    high: str
    n: str
    left: float
    width: float
    dot: float


@dataclass(frozen=True)
class Worst:
    """The weakest class at the top: what of it is right, and what it is confused with."""

    name: str
    share: str
    note: str


@dataclass(frozen=True)
class Page:
    """All that the template puts on the page.

    Attributes:
        questions: what the page answers, in order, each with its evidence.
        steps: what to do next, the first one first.
        faults: what went wrong in training, and how it went on.
        seal: sealed, opened, unscored (opened, but no scores were written), none (no test part) or
            unknown (the data were not split yet).
        examples: by kind, of the part that the headline is of.
    """

    record: RunRecord
    source: str
    dataset: str
    headline: Headline | None
    worst: Worst | None
    questions: tuple[Asked, ...]
    steps: tuple[Step, ...]
    seal: str
    open_command: str
    data: subject.Data
    split: subject.Split | None
    network: subject.Network | None
    settings: tuple[subject.Setting, ...]
    recipe_text: str
    resize: str
    finders: Finders | None
    curve: Curve | None
    faults: tuple[str, ...]
    scores: results.Scores | None
    classes: results.Classes | None
    confusion: results.Confusion | None
    decision: Decision | None
    slices: Slices | None
    balance: Balancing | None
    examples: Mapping[str, tuple[Group, ...]]
    examples_part: str
    near_known: bool
    commands: tuple[str, ...]
    hashes: tuple[tuple[str, str], ...]
    seeds: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    left_out: int
    profile: Times | None = None
    heads: HeadsTable | None = None
    study: Study | None = None
    study_command: str = ""
    inside: Inside | None = None
    inside_command: str = ""


def write_report(
    folder: RunFolder, record: RunRecord, lang: str | None = None, out: Path | None = None
) -> Path:
    """Write the report of a run as one HTML file that needs nothing but a browser.

    Args:
        folder: the run; whatever it holds is shown, and what is missing is named.
        record: its head.
        lang: en, ko, or None for the reader's own language.
        out: where to write; ``report.html`` in the run folder unless given.

    Returns:
        The path of the page.

    Raises:
        RunError: a file of the run is there but cannot be read.
        StorageError: the page cannot be written.
    """
    target = out or folder.report
    with use_language(lang) as language:
        page = render(gather(read_files(folder, record)), language)
    # A name from a file system may hold bytes that are no text; show them, do not fail.
    write_text(target, page.encode("utf-8", "backslashreplace").decode("utf-8"))
    return target


def render(page: Page, language: str) -> str:
    """Return the report as HTML."""
    return fill("report.html", page=page, language=language)


def gather(files: RunFiles) -> Page:
    """Turn the files of a run into what the page says."""
    record = files.record
    album = Album(files.folder.path)
    part = "test" if "test" in files.evaluations else "valid"
    scored = files.evaluations.get(part)
    shown = part if part in files.gallery else next(iter(files.gallery), part)
    # Mistakes first: they are what a reader must see, should the budget for pictures run out.
    examples = make_examples(files.gallery.get(shown, ()), album.embed)
    data = subject.make_data(files, album)
    source = plain_value(record.data.get("source", ""))
    name = shlex.quote(f"runs/{record.name}")
    evaluations = files.evaluations
    heads, profile, advice = make_heads(files), make_times(files.folder), _advice(files)
    known = Known(
        files, advice, count_errors(files, part) if scored else None,
        weakest_class(scored) if scored else None, straddling(files.split), _seal(files), source,
    )  # fmt: skip
    steps = make_steps(known)
    answers = make_answers(known, scored, steps, heads.said if heads else "")
    return Page(
        record=record,
        source=source,
        dataset=source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source,
        headline=_headline(scored, record.folds),
        worst=_worst(known.weakest),
        questions=make_questions(answers, heads is not None, profile is not None),
        steps=steps,
        seal=known.seal,
        open_command=f"dojang evaluate {name}",
        data=data,
        split=subject.make_split(files),
        network=subject.make_network(files),
        settings=subject.make_settings(files),
        recipe_text=files.recipe_text,
        resize=_resize(files),
        finders=make_finders(files.finders),
        curve=make_curve(files.history, advice, Path("runs") / record.name),
        faults=tuple(fault_line(fault) for fault in load_faults(files.folder)),
        scores=results.make_scores(evaluations, record.folds) if scored else None,
        classes=results.make_classes(scored) if scored else None,
        confusion=results.make_confusion(scored) if scored else None,
        decision=make_decision(files),
        slices=make_slices(files),
        balance=make_balance(files),
        examples=examples,
        examples_part=results.part_name(shown, record.folds),
        near_known=any(entry.get("near") for entry in files.gallery.get(shown, ())),
        commands=_commands(files),
        hashes=_hashes(files),
        seeds=_seeds(files),
        versions=_versions(record),
        left_out=album.left_out,
        profile=profile,
        heads=heads,
        study=make_study(files),
        study_command=f"dojang study {name}",
        inside=make_inside(files, album),
        inside_command=f"dojang inside {name}",
    )


def _advice(files: RunFiles) -> Advice | None:
    """What the curve shows, where the run has all that the checks read."""
    needed = (files.folder.recipe, files.folder.manifest, files.folder.split, files.folder.history,
              files.folder.split_facts)  # fmt: skip
    if not files.history or not all(path.is_file() for path in needed):
        return None
    return advise_on(load_trainings(files.folder, files.record))


def _headline(scored: Evaluation | None, folds: int) -> Headline | None:
    if scored is None or "accuracy" not in scored.metrics:
        return None
    score = scored.metrics["accuracy"]
    return Headline(
        part=results.part_name(scored.part, folds),
        value=percent(score.value),
        low=percent(score.low),
        high=percent(score.high),
        n=count(scored.n),
        left=100 * score.low,
        width=max(0.8, 100 * (score.high - score.low)),
        dot=100 * score.value,
    )


def _worst(weak: Weakest | None) -> Worst | None:
    if weak is None:
        return None
    share, low, high = (percent(value) for value in (weak.value, weak.low, weak.high))
    taken = "for" if weak.lacks == "recall" else "from"
    note = t("report.glance.even")
    if weak.stands_out:
        note = t(f"report.glance.taken_{taken}", other=weak.other) if weak.other else ""
    return Worst(weak.name, t(f"report.glance.{weak.lacks}", share=share, low=low, high=high), note)


def _seal(files: RunFiles) -> str:
    """The seal is broken once the part was opened, scored or not: it is never mended in words."""
    if "test" in files.evaluations:
        return "opened"
    if files.record.test_opened is not None:
        return "unscored"
    counted = (files.split or {}).get("counts") or files.record.data
    if "test" not in counted and files.split is None:
        return "unknown"
    return "sealed" if counted.get("test") else "none"


def _resize(files: RunFiles) -> str:
    spec = files.record.input
    kind = spec.resize if spec else files.recipe.preprocess.resize if files.recipe else ""
    return message(f"report.resize.{kind}") or ""


def _commands(files: RunFiles) -> tuple[str, ...]:
    given = files.record.environment.get("commands")
    if isinstance(given, list | tuple) and given:
        return tuple(str(command) for command in given)
    return (f"dojang train {shlex.quote(f'runs/{files.record.name}/recipe.yaml')}",)


def _hashes(files: RunFiles) -> tuple[tuple[str, str], ...]:
    split = files.split or {}
    manifest = split.get("manifest_hash") or files.record.data.get("hash")
    found = (("report.hash.data", manifest), ("report.hash.split", split.get("hash")))
    return tuple((t(key), str(value)) for key, value in found if value)


def _seeds(files: RunFiles) -> tuple[tuple[str, str], ...]:
    if files.recipe is None:
        return ()
    split, train = files.recipe.split.seed, files.recipe.train.seed
    return ((t("report.seed.split"), str(split)), (t("report.seed.train"), str(train)))


def _versions(record: RunRecord) -> tuple[tuple[str, str], ...]:
    """What the environment says, in words where there are words for it."""
    entries = {"dojang": record.dojang, **record.environment}
    return tuple(
        (message(f"report.env.{key}") or str(key), plain_value(value))
        for key, value in entries.items()
        if key != "commands" and value is not None
    )
