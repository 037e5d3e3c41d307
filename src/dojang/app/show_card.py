"""Where a model card went, and what its author has still to do, on standard output."""

from __future__ import annotations

from pathlib import Path

from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.core.i18n import t


def written(path: Path, licence: str | None, as_json: bool) -> None:
    """Show where the card is."""
    if as_json:
        print_json({"path": str(path), "licence": licence})
        return
    say(t("card.written", path=path))
    if licence is None:
        say(t("card.written.licence"))
    say(t("card.written.private"))
