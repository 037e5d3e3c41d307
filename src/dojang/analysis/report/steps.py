"""What to do next: steps in the order in which they pay, each with a command to paste."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from dojang.analysis.curve import CHECKS
from dojang.analysis.curve.advice import Advice, command
from dojang.analysis.report.errors import Errors, Weakest
from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import count, percent
from dojang.core.check import say
from dojang.core.i18n import t


@dataclass(frozen=True)
class Step:
    """One step: what to do, why, and what to paste; ``command`` may be None."""

    title: str
    why: str
    command: str | None


@dataclass(frozen=True)
class Known:
    """What the steps follow from. ``straddling`` are sets of copies that are in several parts."""

    files: RunFiles
    advice: Advice | None
    errors: Errors | None
    weakest: Weakest | None
    straddling: int
    seal: str
    source: str

    @property
    def run(self) -> str:
        """The run as it stands in a command."""
        return shlex.quote(f"runs/{self.files.record.name}")


def make_steps(known: Known) -> tuple[Step, ...]:
    """Return the steps, the first one first; there is always one."""
    makers = (_go_on, _mend, _split, _relabel, _strengthen, _slices, _open, _study, _use)
    return tuple(step for make in makers if (step := make(known)) is not None)


def _go_on(known: Known) -> Step | None:
    status = known.files.record.status
    if status not in ("interrupted", "running"):
        return None
    return _step("resume", f"dojang resume {known.run}")


def _mend(known: Known) -> Step | None:
    """What the curve shows, where something is to be mended."""
    if known.advice is None or known.advice.verdict.severity == "note":
        return None
    finding = known.advice.verdict
    check = CHECKS[finding.name]
    pasted = command(finding, Path("runs") / known.files.record.name)
    return Step(check.advice, f"{check.title}. {say(finding)}", pasted)


def _split(known: Known) -> Step | None:
    leak = known.advice is not None and known.advice.verdict.name == "leak-suspected"
    if not known.straddling or leak:
        return None
    pasted = f"dojang audit {shlex.quote(known.source)}" if known.source else None
    return _step("split", pasted, n=count(known.straddling))


def _relabel(known: Known) -> Step | None:
    if known.errors is None or not known.errors.suspects:
        return None
    errors = known.errors
    return _step("labels", f"dojang labels {known.run}", n=count(errors.suspects))


def _strengthen(known: Known) -> Step | None:
    weak = known.weakest
    if weak is None or not weak.stands_out:
        return None
    pair = [weak.name, weak.other] if weak.lacks == "recall" else [weak.other, weak.name]
    # A name with a comma cannot be half of a pair.
    told = weak.other and not any("," in name for name in pair)
    pasted = f"dojang mistakes {known.run}" + (
        f" --pair {shlex.quote(','.join(pair))}" if told else ""
    )
    return _step("class", pasted, name=weak.name, share=percent(weak.value))


def _slices(known: Known) -> Step | None:
    found = (known.files.slices or {}).get("slices") or ()
    sure = sum(bool(entry["sure"]) and entry["gap"] < 0 for entry in found)
    return _step("slices", f"dojang slices {known.run}", n=sure) if sure else None


def _open(known: Known) -> Step | None:
    if known.seal != "sealed" or not known.files.evaluations:
        return None
    return _step("open", f"dojang evaluate {known.run}")


def _study(known: Known) -> Step | None:
    if known.files.study is not None or not known.files.evaluations:
        return None
    return _step("study", f"dojang study {known.run}")


def _use(known: Known) -> Step | None:
    """The last of all: it leaves nobody without a next step."""
    if not known.files.evaluations:
        return _step("wait", f"dojang runs {shlex.quote('runs')}")
    return _step("use", f"dojang predict {known.run} {t('report.step.folder')}")


def _step(name: str, pasted: str | None, /, **values: object) -> Step:
    return Step(t(f"report.step.{name}", **values), t(f"report.step.{name}.why"), pasted)
