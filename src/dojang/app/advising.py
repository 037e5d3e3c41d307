"""``dojang advise``: read the curve of a run and say what to do next."""

from __future__ import annotations

from pathlib import Path

from dojang.analysis.curve.advice import Advice, advise_on
from dojang.analysis.curve.load import load_trainings
from dojang.core.store import open_run_folder


def advise(path: Path) -> Advice:
    """Return what the training of a run shows.

    Raises:
        RunError: it is no run, a file of it is broken, or no epoch was finished.
    """
    folder, record = open_run_folder(path)
    return advise_on(load_trainings(folder, record))
