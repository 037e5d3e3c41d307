"""One term of the glossary: its names and texts in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dojang.core.i18n import LANGUAGES, language, t

_SECTION = re.compile(r"§(\w+)")


@dataclass(frozen=True)
class Term:
    """A word of the field. ``name``, ``text`` and ``where`` are in the language of the moment.

    Attributes:
        key: fixed, in kebab-case: pages link to it.
        topic: its chapter.
        names, texts, places: English and Korean. In a place ``§curve`` stands for the title of that
            section of the report, and what stands in backticks is a command, a key of the recipe, a
            check or a file of the run folder as it is written.
        see: keys of terms to read next.
        aliases: other names by which it is found, in either language.
        formula: in plain characters, where one says it best.
    """

    key: str
    topic: str
    names: tuple[str, str]
    texts: tuple[str, str]
    places: tuple[str, str]
    see: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    formula: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.names[_now()]

    @property
    def text(self) -> str:
        """What it is, in two or three sentences."""
        return self.texts[_now()]

    @property
    def where(self) -> str:
        """Where in Dojang it acts, in one sentence."""
        return _SECTION.sub(lambda m: f"“{t(f'report.section.{m[1]}')}”", self.places[_now()])

    @property
    def topic_name(self) -> str:
        """What its chapter is called."""
        return t(f"words.topic.{self.topic}")

    def to_dict(self) -> Mapping[str, Any]:
        """Return all of it in the language of the moment, for JSON."""
        return {
            "key": self.key,
            "topic": self.topic,
            "name": self.name,
            "text": self.text,
            "where": self.where,
            "formula": self.formula or None,
            "see": list(self.see),
            "aliases": list(self.aliases),
        }


def _now() -> int:
    return LANGUAGES.index(language())
