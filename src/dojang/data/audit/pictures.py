"""Checks of single pictures: odd sizes and aspects, blur, darkness, glare, blanks, lost colour.

Each has a fixed threshold or a distance from the middle of the data; both are constants below and
stand in ``docs/checks.md`` with the share of clean photographs that they flag.

Legend: n pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.check import Check
from dojang.core.errors import Problem
from dojang.core.types import Finding
from dojang.data.audit.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

SIZE_FACTOR = 4.0  # short side, from the median
ASPECT_FACTOR = 2.5  # width / height, from the median
SPREADS = 5.0  # robust standard deviations from the median, as well
BLUR_SPREADS = 3.5
BLUR_FACTOR = 8.0
SHARP_SIDE = 64  # pixels; smaller pictures are enlarged to be looked at, and all look soft
DARK, BRIGHT = 60.0, 200.0  # of 255
BLANK = 4.0  # of 255
CHROMA = 4.0  # of 255: JPEG leaves no more in a picture without colour
FEW = 0.2  # grey pictures are odd while they are fewer than this share
ENOUGH = 20  # pictures from which a median says something
_TO_SPREAD = 1.4826  # median absolute deviation to standard deviation, of a normal distribution


def _pictures(subject: Subject) -> Problem | None:
    return None if subject.has_pictures else Problem("audit.na.no_pictures")


def _enough(subject: Subject) -> Problem | None:
    if not subject.has_pictures:
        return Problem("audit.na.no_pictures")
    few = len(subject.pictured) < ENOUGH
    return Problem("audit.na.few", {"need": ENOUGH}) if few else None


def _large_enough(subject: Subject) -> Problem | None:
    reason = _enough(subject)
    if reason is None and _short_sides(subject).median() < SHARP_SIDE:
        return Problem("audit.na.small", {"need": SHARP_SIDE})
    return reason


def _short_sides(subject: Subject) -> pd.Series[Any]:
    sides: pd.Series[Any] = subject.pictured[["width", "height"]].min(axis=1)
    return sides


def outliers(
    values: NDArray[np.float64], factor: float, spreads: float
) -> tuple[NDArray[np.bool_], float]:
    """Flag positive values that lie far from the median in ratio and in robust spreads.

    Args:
        values: shape ``(n,)``, above 0.
        factor: least ratio to the median, either way.
        spreads: least distance on the logarithmic scale, in robust standard deviations.

    Returns:
        Flags of shape ``(n,)`` and the median.
    """
    logs = np.log(values)
    middle = float(np.median(logs))
    away = np.abs(logs - middle)
    spread = _TO_SPREAD * float(np.median(away))
    return (away >= np.log(factor)) & (away >= spreads * spread), float(np.exp(middle))


def _odd_size(subject: Subject) -> Iterator[Finding]:
    short = _short_sides(subject).to_numpy(float)
    flagged, middle = outliers(short, SIZE_FACTOR, SPREADS)
    evidence = {"median": round(middle), "factor": SIZE_FACTOR}
    yield from _listed(subject, ODD_SIZE, flagged, np.abs(np.log(short / middle)), evidence)


def _odd_aspect(subject: Subject) -> Iterator[Finding]:
    frame = subject.pictured
    aspect = frame["width"].to_numpy(float) / frame["height"].to_numpy(float)
    flagged, middle = outliers(aspect, ASPECT_FACTOR, SPREADS)
    evidence = {"median": round(middle, 2), "factor": ASPECT_FACTOR}
    yield from _listed(subject, ODD_ASPECT, flagged, np.abs(np.log(aspect / middle)), evidence)


def _blur(subject: Subject) -> Iterator[Finding]:
    """Pictures far less sharp than the rest. Blank and dark ones are left to their own checks."""
    assert subject.survey is not None
    looks = subject.looks
    clear = (looks.spread > 2 * BLANK) & (looks.high >= DARK)
    sharp = subject.survey.measures["sharpness"].to_numpy(float)
    least = max(float(sharp[sharp > 0].min(initial=1e-9)), 1e-9)
    known = np.maximum(sharp, least)
    if clear.sum() < ENOUGH:
        return
    middle = float(np.exp(np.median(np.log(known[clear]))))
    flagged, _ = outliers(np.where(clear, known, middle), BLUR_FACTOR, BLUR_SPREADS)
    flagged &= known < middle
    evidence = {"median": float(f"{middle:.3g}"), "factor": BLUR_FACTOR}
    yield from _listed(subject, BLUR, flagged, middle / known, evidence)


def _dark(subject: Subject) -> Iterator[Finding]:
    looks = subject.looks
    flagged = (looks.high < DARK) & (looks.spread > BLANK)
    yield from _listed(subject, DARK_CHECK, flagged, DARK - looks.high, {"limit": round(DARK)})


def _bright(subject: Subject) -> Iterator[Finding]:
    looks = subject.looks
    flagged = (looks.low > BRIGHT) & (looks.spread > BLANK)
    yield from _listed(subject, BRIGHT_CHECK, flagged, looks.low - BRIGHT, {"limit": round(BRIGHT)})


def _blank(subject: Subject) -> Iterator[Finding]:
    spread = subject.looks.spread
    yield from _listed(
        subject, BLANK_CHECK, spread <= BLANK, BLANK - spread, {"limit": BLANK}, "warning"
    )


def _gray(subject: Subject) -> Iterator[Finding]:
    looks = subject.looks
    gray = (looks.chroma <= CHROMA) & (looks.spread > BLANK)
    share = float(gray.mean())
    if 0 < share < FEW:
        yield from _listed(subject, GRAY, gray, 0 - looks.chroma, {"limit": CHROMA})


def _listed(
    subject: Subject,
    check: Check[Subject],
    flagged: NDArray[np.bool_],
    badness: NDArray[Any],
    evidence: dict[str, Any],
    severity: Any = "note",
) -> Iterator[Finding]:
    """Yield one finding with the flagged files, the worst first."""
    if not flagged.any():
        return
    assert subject.survey is not None
    chosen = np.flatnonzero(flagged)
    order = chosen[np.lexsort((chosen, -badness[chosen]))]
    files = [subject.survey.ids[i] for i in order]
    counted = {"count": len(files), "share": round(len(files) / len(flagged), 5)}
    yield check.finding(severity, files, counted | evidence)


ODD_SIZE: Check[Subject] = Check("DATA009", "odd-size", _enough, _odd_size)
ODD_ASPECT: Check[Subject] = Check("DATA010", "odd-aspect", _enough, _odd_aspect)
BLUR: Check[Subject] = Check("DATA011", "blur", _large_enough, _blur)
DARK_CHECK: Check[Subject] = Check("DATA012", "dark", _pictures, _dark)
BRIGHT_CHECK: Check[Subject] = Check("DATA013", "bright", _pictures, _bright)
BLANK_CHECK: Check[Subject] = Check("DATA014", "blank", _pictures, _blank)
GRAY: Check[Subject] = Check("DATA015", "gray-among-color", _enough, _gray)
