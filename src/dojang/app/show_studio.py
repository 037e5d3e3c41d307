"""Where the studio is, on standard output."""

from __future__ import annotations

import os
import sys

from dojang.app.commands.options import say
from dojang.app.show import print_json
from dojang.app.studio import Started
from dojang.core.i18n import t


def started(found: Started, as_json: bool) -> None:
    """Say the address that opens it; the token is in it, so it is said here and nowhere else."""
    if as_json:
        print_json({
            "url": found.url, "port": found.access.port, "token": found.access.token,
            "roots": [str(root) for root in found.roots], "process": os.getpid(),
        })  # fmt: skip
    else:
        if found.moved:
            say(t("studio.moved", port=found.access.port))
        say(t("studio.at", url=found.url))
        say(t("studio.roots", roots=", ".join(str(root) for root in found.roots)))
        say(t("studio.end"))
    sys.stdout.flush()
