"""Where the time of the training went, as the report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from dojang.analysis.profile import PROFILE, TRACE, Profile
from dojang.analysis.report.words import NO_VALUE, count, duration, message, percent
from dojang.core.errors import RunError
from dojang.core.i18n import t
from dojang.core.store import RunFolder, read_json


@dataclass(frozen=True)
class Part:
    """One part of the work: its name, seconds, share (text and width of the bar), images a second
    and how often it was begun."""

    name: str
    seconds: str
    share: str
    width: float
    rate: str
    count: str


@dataclass(frozen=True)
class Times:
    """The section.

    Attributes:
        operators: name, seconds, share and calls of the costliest.
        steps: how many steps they were seen in.
    """

    title: str
    parts: tuple[Part, ...]
    beside: str
    operators: tuple[Part, ...]
    steps: int
    machine: str
    trace: str


def part_name(name: str) -> str:
    """Return the name of a part of the work in the reader's language."""
    return message(f"profile.row.{name}") or name


def make_times(folder: RunFolder) -> Times | None:
    """Read the profile of a run; None where none was asked for.

    Raises:
        RunError: there is one, but it cannot be read.
    """
    path = folder.path / PROFILE
    if not path.is_file():
        return None
    try:
        profile = Profile.from_json(read_json(path))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError("run.broken", path=path, reason=error) from error
    return Times(
        title=t(
            "profile.title", seconds=duration(profile.seconds), images=count(profile.images),
            steps=count(profile.steps), rate=count(round(profile.rate)),
        ),
        parts=tuple(
            Part(
                part_name(row.name), f"{row.seconds:,.2f}", percent(row.share), 100 * row.share,
                NO_VALUE if row.rate is None else count(round(row.rate)), count(row.count),
            )
            for row in profile.rows
        ),
        beside=beside(profile),
        operators=tuple(
            Part(o.name, f"{o.seconds:,.3f}", percent(o.share), 100 * o.share, "", count(o.calls))
            for o in profile.operators
        ),
        steps=profile.operator_steps,
        machine=", ".join(f"{name} {value}" for name, value in profile.machine.items()),
        trace=TRACE,
    )  # fmt: skip


def beside(profile: Profile) -> str:
    """Say what other threads and processes did meanwhile; "" where that is nothing."""
    if not profile.beside:
        return ""
    parts = ", ".join(
        t("profile.beside_part", name=part_name(name), seconds=f"{seconds:.1f}")
        for name, seconds in profile.beside.items()
    )
    return t("profile.beside", parts=parts)
