"""Trackers: TensorBoard, MLflow and Weights & Biases as observers of a run.

They see each epoch as the loop yields it, right after the screen, and the rest from the files of
the run when a sitting ends. They are imported only where the recipe names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial

from dojang.app.screen import Screen, Watched
from dojang.app.tracking.base import CasePicture, Picture, Tracker
from dojang.app.tracking.facts import facts_of, outcome_of
from dojang.app.tracking.hub import Trackers, mark_of, surroundings, told
from dojang.app.tracking.registry import TRACKERS, Kind, check
from dojang.core.errors import RunError
from dojang.core.recipe import Recipe
from dojang.core.store import RunFolder, only_one, open_run_folder, read_json
from dojang.core.types import Evaluation, RunRecord
from dojang.train.processes import is_main
from dojang.train.session import load_history
from dojang.train.signals import Terminated

__all__ = ["TRACKERS", "Kind", "Tracker", "check", "observing", "tell_part"]


@contextmanager
def observing(
    folder: RunFolder, record: RunRecord, recipe: Recipe, screen: Screen
) -> Iterator[Screen]:
    """Track a sitting: yield a screen behind which the recipe's trackers see each epoch; when the
    sitting ends, tell them the scores, the pictures and how it ended."""
    if not recipe.track or not is_main():
        yield screen
        return
    with surroundings(recipe.track):
        trackers = Trackers(folder, screen)
        try:
            with only_one(folder.path):  # else two sittings would write into one place
                trackers.begin(recipe.track, facts_of(folder, record, recipe), load_history(folder))
            yield Watched(screen, trackers.see)
        except BaseException as error:
            _end_early(trackers, folder, error)
            raise
        else:
            _end(trackers, folder)
        finally:
            trackers.close()


def tell_part(folder: RunFolder, record: RunRecord, recipe: Recipe, screen: Screen) -> None:
    """Add the test part to a run that was tracked; whoever was told already is left in peace."""
    if not is_main() or not folder.evaluation("test").is_file():
        return
    mark = mark_of("test", _epochs(folder))
    names = tuple(n for n in recipe.track if n in TRACKERS and not told(folder, n, mark))
    if not names:
        return
    with surroundings(names):
        trackers = Trackers(folder, screen)
        try:
            trackers.begin(names, facts_of(folder, record, recipe), load_history(folder))
            for part in ("valid", "test"):  # the first one too, if a tracker failed before it
                _tell_results(trackers, folder, part)
            trackers.end(outcome_of(folder, None))
        finally:
            trackers.close()


def _end(trackers: Trackers, folder: RunFolder) -> None:
    trackers.catch_up(load_history(folder))
    _tell_results(trackers, folder, "valid")
    trackers.end(outcome_of(folder, None))


def _end_early(trackers: Trackers, folder: RunFolder, error: BaseException) -> None:
    """End after an error. A training that diverged has scores all the same; one that was asked to
    end has no time for them."""
    if isinstance(error, RunError) and open_run_folder(folder.path)[1].status == "diverged":
        _end(trackers, folder)
        return
    asked = isinstance(error, Terminated | KeyboardInterrupt)
    trackers.end(outcome_of(folder, "interrupted" if asked else "crashed"))


def _tell_results(trackers: Trackers, folder: RunFolder, part: str) -> None:
    if not folder.evaluation(part).is_file():
        return
    evaluation = Evaluation.from_json(read_json(folder.evaluation(part)))
    trackers.results(evaluation, _epochs(folder), cache(partial(_draw, folder, evaluation)))


def _draw(folder: RunFolder, evaluation: Evaluation) -> tuple[list[Picture], list[CasePicture]]:
    from dojang.app.tracking.pictures import pictures_of

    return pictures_of(folder, evaluation)


def _epochs(folder: RunFolder) -> int:
    return max((record.epoch + 1 for record in load_history(folder)), default=0)
