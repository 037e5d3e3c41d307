"""``dojang explore``: look at the data, without the labels of the sealed test part."""

from __future__ import annotations

import base64
import json as json_module
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.gallery import jpeg
from dojang.analysis.report.explore import (
    Look,
    Pictures,
    answers,
    confused_pairs,
    write_explore,
)
from dojang.app import stages
from dojang.app.files import load_kept
from dojang.app.pages import free_page
from dojang.app.screen import Count, Screen
from dojang.core.errors import DataError
from dojang.core.i18n import t
from dojang.core.random import generator
from dojang.core.recipe import Recipe
from dojang.core.types import Manifest, Survey
from dojang.data.collect import collect_and_survey
from dojang.data.describe import (
    Association,
    Neighbours,
    associations,
    describe,
    describe_looks,
    layout,
    neighbours,
)
from dojang.data.describe.numbers import LIGHT, outside_test
from dojang.data.split import make_plan
from dojang.data.workers import DecodePool, Job, chunked
from dojang.recipes.auto import resolve

THUMB = 96
PER_CLASS = 6
MOST_THUMBS = 180
AVERAGED = 48  # pictures in a mean picture
MOST_MEANS = 24
QUERIES = 8
FILE_COLUMNS = ("width", "height", "bytes")


def explore(recipe: Recipe, screen: Screen) -> Look:
    """Look at the data of a recipe.

    Raises:
        DataError: there is no such source, or nothing in it that could be learnt from.
    """
    with screen.task("progress.scan") as progress:
        workers = stages.workers_of(recipe)
        manifest, survey = collect_and_survey(recipe.data, workers, progress, recipe.decode)
    resolved, _ = resolve(recipe, manifest)
    plan = make_plan(manifest, resolved.split, load_kept(resolved.split.keep))
    screen.note("explore.looking")
    keep = outside_test(manifest, plan)
    frame = manifest.samples.loc[keep]
    ids = frame["id"].to_numpy(dtype=object)
    labels = frame["label"].to_numpy(dtype=object)
    looks = describe_looks(survey.thumbs[keep])
    near = neighbours(looks, labels, recipe.split.seed)
    with stages.open_pool(recipe, manifest.source) as pool, screen.task("explore.pictures") as note:
        pictures = _pictures(pool, ids, labels, near, recipe.split.seed, note)
    return Look(
        source=recipe.data.source,
        manifest=manifest,
        description=describe(manifest, survey, plan),
        neighbours=near,
        confused=confused_pairs(near, labels),
        placed=layout(looks, recipe.split.seed),
        labels=labels,
        ids=ids,
        associations=tuple(_associations(manifest, survey, keep, labels)),
        pictures=pictures,
    )


def run(recipe: Recipe, out: Path | None, as_json: bool, screen: Screen) -> None:
    """Look, write the page and say what was seen.

    Raises:
        DataError: the data cannot be used, or ``out`` exists.
    """
    _refuse_existing(out)
    look = explore(recipe, screen)
    page = write_page(look, out) if out is not None or not as_json else None
    if as_json:
        sys.stdout.write(
            json_module.dumps(as_tree(look, page), ensure_ascii=False, indent=1) + "\n"
        )
        return
    for line in answers(look):
        sys.stdout.write(f"- {line}\n")
    screen.note("explore.page", path=page)


def write_page(look: Look, out: Path | None) -> Path:
    """Write the page, by default ``<data>-explore.html`` in the current folder; return its path.

    Raises:
        DataError: ``out`` exists.
    """
    _refuse_existing(out)
    return write_explore(look, out or free_page(look.source, "explore"))


def _refuse_existing(out: Path | None) -> None:
    if out is not None and out.exists():
        raise DataError("out.exists", path=out)


def as_tree(look: Look, page: Path | None) -> dict[str, object]:
    """Return what was found as plain values."""
    near = look.neighbours
    return {
        "source": look.source,
        "answers": list(answers(look)),
        **asdict(look.description),
        "neighbours": {"agreement": near.agreement, "chance": near.chance},
        "confused": [{"classes": [a, b], "share": share} for a, b, share in look.confused],
        "columns": [asdict(a) for a in look.associations],
        "page": str(page) if page else None,
    }


def _associations(
    manifest: Manifest, survey: Survey, keep: NDArray[np.bool_], labels: NDArray[np.object_]
) -> list[Association]:
    """Hold columns of the table, and what files and pictures are like, against the label."""
    frame = manifest.samples.loc[keep]
    names = [name for name in frame.columns if str(name).startswith("meta:")]
    columns = {str(name).removeprefix("meta:"): frame[name] for name in names}
    columns |= {t(f"explore.column.of.{name}"): frame[name].astype(str) for name in FILE_COLUMNS}
    measures = survey.measures.loc[keep]
    columns |= {t(f"explore.column.of.{name}"): measures[name].astype(str) for name in LIGHT}
    return associations(columns, labels)


def _pictures(
    pool: DecodePool,
    ids: NDArray[np.object_],
    labels: NDArray[np.object_],
    near: Neighbours,
    seed: int,
    note: Count,
) -> Pictures:
    """Decode contact sheets, mean pictures, and pictures beside their nearest ones."""
    order = generator(seed, "explore").permutation(len(ids))
    by_class: dict[str, list[int]] = {}
    for row in order.tolist():
        by_class.setdefault(str(labels[row]), []).append(row)
    names = sorted(by_class, key=lambda name: (-len(by_class[name]), name))
    each = max(1, min(PER_CLASS, MOST_THUMBS // len(names)))
    averaged = {name: by_class[name][:AVERAGED] for name in names[:MOST_MEANS]}
    queries = _queries(near, labels, names)
    wanted = {row for name in names[:MOST_THUMBS] for row in by_class[name][:each]}
    wanted |= {row for rows in averaged.values() for row in rows}
    wanted |= {int(row) for query, rows in queries for row in (query, *rows)}
    seen = _decode(pool, ids, sorted(wanted), note)

    def uri(row: int) -> str:
        return _uri(seen[row])

    contact = {
        name: tuple((uri(row), str(ids[row])) for row in by_class[name][:each] if row in seen)
        for name in names[:MOST_THUMBS]
    }
    means = {
        name: _uri(np.mean([seen[row] for row in rows if row in seen], axis=0).astype(np.uint8))
        for name, rows in averaged.items()
        if any(row in seen for row in rows)
    }
    rows = tuple(
        (
            uri(query), str(ids[query]), str(labels[query]),
            tuple(
                (uri(row), str(ids[row]), str(labels[row]), labels[row] == labels[query])
                for row in found if row in seen
            ),
        )
        for query, found in queries if query in seen
    )  # fmt: skip
    return Pictures(contact, means, rows)


def _queries(
    near: Neighbours, labels: NDArray[np.object_], names: Sequence[str]
) -> list[tuple[int, list[int]]]:
    """Take one picture of each of the largest classes, and its nearest ones."""
    found: list[tuple[int, list[int]]] = []
    for name in names[:QUERIES]:
        place = next((i for i, row in enumerate(near.rows) if labels[row] == name), None)
        if place is not None and near.nearest.shape[1]:
            found.append((int(near.rows[place]), [int(row) for row in near.nearest[place]]))
    return found


def _decode(
    pool: DecodePool, ids: NDArray[np.object_], rows: list[int], note: Count
) -> dict[int, NDArray[np.uint8]]:
    row_of = {str(ids[row]): row for row in rows}
    seen: dict[int, NDArray[np.uint8]] = {}
    done = 0
    for outcomes in pool.run(Job(chunk, THUMB, "crop") for chunk in chunked(list(row_of), 16)):
        for outcome in outcomes:
            if outcome.pixels is not None:
                seen[row_of[outcome.path]] = outcome.pixels
        done += len(outcomes)
        note(done, len(rows))
    return seen


def _uri(pixels: NDArray[np.uint8]) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(pixels, 78)).decode()}"
