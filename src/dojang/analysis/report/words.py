"""Numbers and messages as the reader's language writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dojang.core.i18n import language, t

NO_VALUE = "–"
_NARROW_SPACE = "\u202f"


def percent(value: float | None, digits: int = 1) -> str:
    """0.9423 is “94.2 %” in English (a narrow space that does not break) and “94.2%” in Korean."""
    if value is None or not math.isfinite(value):
        return NO_VALUE
    space = "" if language() == "ko" else _NARROW_SPACE
    return f"{100 * value:.{digits}f}{space}%"


def number(value: float | None, digits: int = 3) -> str:
    """A score that is not a share, such as a loss."""
    return NO_VALUE if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def count(value: int) -> str:
    return f"{value:,}"


def short(value: float) -> str:
    """1 234 567 is “1.23 M”: three figures and the letter that practitioners use."""
    for factor, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= factor:
            return f"{value / factor:.3g}{_NARROW_SPACE}{letter}"
    return f"{value:g}"


def metric_name(name: str) -> str:
    """What a metric is called at the beginning of a line."""
    text = message(f"metric.{name}") or name
    return text[:1].upper() + text[1:]


def duration(seconds: float) -> str:
    """Hours and minutes, minutes and seconds, or seconds."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return t("report.time.hours", hours=hours, minutes=minutes)
    if minutes:
        return t("report.time.minutes", minutes=minutes, seconds=left)
    return t("report.time.seconds", seconds=f"{seconds:.1f}" if seconds < 10 else whole)


def message(key: str, values: Mapping[str, object] | None = None) -> str | None:
    """The message ``key``, or None where this catalogue cannot say it.

    A run may have been written by another version, with keys or values that are not known here.
    """
    from dojang.core.messages import CATALOGUE

    if key not in CATALOGUE:
        return None
    try:
        return t(key, **dict(values or {}))
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return None


def plain_value(value: object) -> str:
    """A value of the recipe or of the environment, as a person would type it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(plain_value(entry) for entry in value)
    return str(value) or '""'
