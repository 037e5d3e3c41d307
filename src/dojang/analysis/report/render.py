"""Templates filled: every value is escaped, and the one script of a page is named by its hash."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

from dojang.analysis.report.words import count, duration, metric_name, short
from dojang.core.glossary import Term, term
from dojang.core.i18n import t

if TYPE_CHECKING:
    from markupsafe import Markup


def fill(template: str, **values: object) -> str:
    """Fill a template. Every value is escaped; only drawn curves and our own script are markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    templates = Environment(
        loader=PackageLoader("dojang.analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    used: dict[str, Term] = {}

    def word(key: str) -> Term:
        """The word ``key`` of the glossary, which the page then has to explain."""
        return used.setdefault(key, term(key))

    helpers: dict[str, Callable[..., Any]] = {
        "word": word, "words_used": lambda: list(used.values()),
        "t": t, "count": count, "short": short, "duration": duration, "drawn": Markup,
        "metric_name": metric_name, "coded": coded, "script": lambda: Markup(script()),
        "script_hash": script_hash,
    }  # fmt: skip
    templates.globals.update(helpers)
    page: str = templates.get_template(template).render(**values)
    return page


def coded(text: str) -> Markup:
    """Return a message as HTML: what stands between backticks is code."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@functools.cache
def script() -> str:
    """Return the script of a page. A page is whole without it; it holds no value of any run."""
    folder = resources.files("dojang.analysis.report") / "templates"
    return (folder / "page.js").read_text(encoding="utf-8")


def script_hash() -> str:
    """Return the script's hash as a content security policy names it: no other script may run."""
    digest = hashlib.sha256(script().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
