"""``dojang audit``: list, look, check, and write the page. And the gate before training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dojang
from dojang.analysis.gallery import jpeg
from dojang.analysis.report.audit import pictured, write_audit
from dojang.app import stages
from dojang.app.pages import free_page
from dojang.app.screen import Screen
from dojang.core.errors import DataError
from dojang.core.recipe import Recipe
from dojang.core.types import Manifest
from dojang.data.audit import CHECKS, Subject, run_all
from dojang.data.audit.gate import count_alike, count_conflicts, count_dropped, pass_leaks
from dojang.data.audit.leaks import kept_parts
from dojang.data.audit.outcome import Audit, check_allowed
from dojang.data.collect import look
from dojang.data.duplicates import find_duplicates, with_clusters
from dojang.data.workers import Job, chunked

THUMB = 168  # longest side of a picture on the page, in pixels
QUALITY = 78


def check_names(recipe: Recipe) -> None:
    """Fail on names in ``audit.allow`` that no check has."""
    check_allowed(recipe.audit.allow, CHECKS)


def audit(recipe: Recipe, screen: Screen) -> Audit:
    """Run every check on the data of a recipe.

    Data from which nothing could be learnt, such as a class with a single image, are audited too.

    Raises:
        DataError: there is no such source, or no readable file in it.
    """
    check_names(recipe)
    with screen.task("audit.scan") as progress:
        manifest, survey = look(recipe.data, stages.workers_of(recipe), progress, recipe.decode)
    if not len(manifest) and not manifest.refused:
        raise DataError("data.empty", path=recipe.data.source)
    screen.note("audit.copies")
    duplicates = find_duplicates(manifest, survey)
    manifest = with_clusters(manifest, duplicates)
    kept = kept_parts(manifest, recipe.split.kind)
    subject = Subject(manifest, survey, duplicates, kept, recipe.split.seed)
    screen.note("audit.checks")
    return Audit(recipe.data.source, subject, run_all(subject), recipe.audit.allow)


def write_page(found: Audit, recipe: Recipe, out: Path | None) -> Path:
    """Write the page of an audit; without ``out`` it is ``<data>-audit.html`` in the current
    folder, with a number where that is taken.

    Raises:
        DataError: ``out`` exists.
    """
    if out is not None and out.exists():
        raise DataError("out.exists", path=out)
    target = out or free_page(found.source, "audit")
    return write_audit(found, _pictures(found, recipe), target, dojang.__version__)


def pass_gate(recipe: Recipe, manifest: Manifest, screen: Screen) -> Manifest:
    """Return the data that may be trained on; a leak across given parts fails the run here.

    Raises:
        DataError: copies or groups in two given parts that are neither dropped nor allowed.
    """
    rules = recipe.audit
    passed = pass_leaks(manifest, recipe.split.kind, rules.leaks, rules.allow)
    if dropped := count_dropped(passed.refused):
        screen.note("audit.dropped_note", count=dropped)
    if alike := count_alike(passed, recipe.split.kind):
        screen.note("audit.alike_note", count=alike, source=recipe.data.source)
    if conflicts := count_conflicts(passed):
        screen.note("audit.conflict_note", count=conflicts, source=recipe.data.source)
    return passed


def _pictures(found: Audit, recipe: Recipe) -> Mapping[str, bytes]:
    """Decode what the page shows, a little larger than the thumbnails of the survey."""
    subject = found.subject
    if not subject.has_pictures:
        return {}
    readable = set(subject.survey.ids) if subject.survey else set()
    ids = [i for i in pictured(found) if i in readable]
    sizes = subject.frame[["width", "height"]]
    made: dict[str, bytes] = {}
    with stages.open_pool(recipe, subject.manifest.source) as pool:
        for outcomes in pool.run(Job(chunk, THUMB, "pad") for chunk in chunked(ids, 16)):
            for outcome in outcomes:
                if outcome.pixels is not None:
                    width, height = sizes.loc[outcome.path]
                    made[outcome.path] = jpeg(_unpadded(outcome.pixels, width, height), QUALITY)
    return made


def _unpadded(pixels: NDArray[np.uint8], width: Any, height: Any) -> NDArray[np.uint8]:
    """Cut the padding off: the page shows pictures in their own aspect."""
    longest = max(width, height)
    wide, high = (max(1, round(side * THUMB / longest)) for side in (width, height))
    left, top = (THUMB - wide) // 2, (THUMB - high) // 2
    return pixels[top : top + high, left : left + wide]
