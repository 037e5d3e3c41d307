"""Templates, languages and numbers: how the studio says things."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dojang.analysis.report.render import coded
from dojang.analysis.report.words import count, duration, metric_name, number, percent
from dojang.core.errors import DojangError
from dojang.core.i18n import LANGUAGES, language, t
from dojang.core.messages import CATALOGUE
from dojang.core.types import Score

if TYPE_CHECKING:
    from jinja2 import Environment

STATIC = {
    "report.css": ("dojang.analysis.report.templates", "style.css", "text/css"),
    "studio.css": ("dojang.app.web.static", "studio.css", "text/css"),
    "chart.js": ("dojang.app.web.static", "chart.js", "text/javascript"),
    "studio.js": ("dojang.app.web.static", "studio.js", "text/javascript"),
    "images.js": ("dojang.app.web.static", "images.js", "text/javascript"),
    "curves.js": ("dojang.app.web.static", "curves.js", "text/javascript"),
    "icon.svg": ("dojang.app.web.static", "icon.svg", "image/svg+xml"),
}
# What scripts say, by the name that they know it by.
SPOKEN = ("loss", "accuracy", "lr", "train", "valid", "objective", "epoch", "step", "seconds",
          "cursor", "fold", "gone", "offline", "saved", "failed", "undone", "why_wait",
          "why_failed")  # fmt: skip


@cache
def static(name: str) -> tuple[bytes, str]:
    """Return a file of the pages and its type; KeyError where there is none."""
    package, file, kind = STATIC[name]
    module, _, folder = package.rpartition(".")
    data = resources.files(module).joinpath(folder, file).read_bytes()
    return data, f"{kind}; charset=utf-8"


@cache
def templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("dojang.app.web"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    helpers: dict[str, Callable[..., Any]] = {
        "t": t, "count": count, "duration": duration, "percent": percent, "number": number,
        "metric_name": metric_name, "coded": coded, "interval": interval, "moment": moment,
        "code": lambda text: coded(f"`{text}`"),
    }  # fmt: skip
    found.globals.update(helpers)
    return found


def fill(template: str, **values: object) -> str:
    """Fill a template in the language of the moment; every value is escaped."""
    page: str = templates().get_template(template).render(language=language(), **values)
    # A name from a file system may hold bytes that are no text; show them, do not fail.
    return page.encode("utf-8", "backslashreplace").decode("utf-8")


def spoken() -> dict[str, str]:
    """Return what scripts say in the language of the moment."""
    return {name: t(f"studio.js.{name}") for name in SPOKEN}


def switched(path: str, query: Mapping[str, Any], lang: str) -> str:
    """Return the address of the same page in another language."""
    pairs = [(key, value) for key, value in query.items() if key != "lang"]
    return f"{path}?{urlencode([*pairs, ('lang', lang)])}"


def interval(score: Score | None) -> str:
    """The 95 % interval of a share."""
    if score is None or not math.isfinite(score.low):
        return ""
    return f"{percent(score.low)} – {percent(score.high)}"


def moment(text: str) -> str:
    """An ISO time without what nobody reads; anything else as it is."""
    return text[:16].replace("T", " ") if len(text) >= 16 and text[10] == "T" else text


def said(error: DojangError) -> str:
    """Return an error as one paragraph."""
    return " ".join(part for part in (error.message, error.fix) if part)


def message_or(key: str, fallback: str) -> str:
    """Return the message ``key``, or the fallback where there is none."""
    return t(key) if key in CATALOGUE else fallback


def is_language(name: str) -> bool:
    return name in LANGUAGES
