"""All that the studio knows, in one value that the pages share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dojang.app.web.access import Access
from dojang.app.web.advice import Adviser
from dojang.app.web.answers import Answers
from dojang.app.web.asking import Bad
from dojang.app.web.compare import Sides
from dojang.app.web.curves import Curves
from dojang.app.web.fixes import Fixes
from dojang.app.web.images import Pictures
from dojang.app.web.library import Library
from dojang.app.web.near import Neighbours
from dojang.app.web.runs import Index, RunLine
from dojang.app.web.why import Explainer
from dojang.core.i18n import Language


@dataclass
class Studio:
    """The parts of the studio.

    Attributes:
        lang: the language of whoever has not chosen one.
    """

    index: Index
    pictures: Pictures
    fixes: Fixes
    access: Access
    lang: Language
    library: Library = field(default_factory=Library)
    curves: Curves = field(default_factory=Curves)
    sides: Sides = field(default_factory=Sides)
    neighbours: Neighbours = field(default_factory=Neighbours)
    adviser: Adviser = field(default_factory=Adviser)
    explainer: Explainer = field(default_factory=Explainer)

    @classmethod
    def over(
        cls, roots: tuple[Path, ...], data: tuple[Path, ...], access: Access, lang: Language
    ) -> Studio:
        """Make a studio for the runs below ``roots``."""
        index = Index(roots)
        return cls(index, Pictures(data), Fixes(index.roots), access, lang)

    def close(self) -> None:
        """End everything that works in the background."""
        self.explainer.close()
        self.library.close()
        self.adviser.close()
        self.pictures.close()

    def run(self, run_id: str) -> RunLine:
        """Return a run that can be looked into.

        Raises:
            Bad: there is none of that id, or it cannot be used.
        """
        line = self.index.find(run_id)
        if line is None:
            raise Bad(404, "studio.bad.run")
        if line.note:
            raise Bad(409, f"studio.note.{line.note}", path=line.shown)
        return line

    def row(self, answers: Answers, text: str) -> int:
        """Return the row that an address names."""
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise Bad(404, "studio.bad.row")
        if int(text) >= len(answers):
            raise Bad(404, "studio.bad.row")
        return int(text)
