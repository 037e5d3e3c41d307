"""Carry an earlier split on: samples that it knows stay where they were.

A sample is known by its id, else by its content; content that was sealed in the test part stays
sealed under any name. A unit goes where its known members are. Where new data tie units of
different parts together, the unit goes to the test part if any member was there, so that nothing
that was ever sealed is trained on; else to the validation part, else it stays in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dojang.core.errors import DataError, Problem
from dojang.core.types import Manifest
from dojang.data.split.units import Ints, Mask, Units

if TYPE_CHECKING:
    import pandas as pd

NEW, TRAIN, REST, VALID, TEST = -1, 0, 1, 2, 3  # in a conflict the highest wins
_CODES = {"train": TRAIN, "cv": REST, "valid": VALID, "test": TEST}


@dataclass(frozen=True)
class Kept:
    """An earlier split.

    Attributes:
        frame: columns ``id``, ``part``, ``fold`` and, where it is known, ``sha256``.
        kind: its kind.
        folds: number of its models.
        name: what it is called in messages.
    """

    frame: pd.DataFrame
    kind: str
    folds: int
    name: str


@dataclass(frozen=True)
class Known:
    """What an earlier split says of the units.

    Attributes:
        sample: where each sample was, NEW where nobody knows, shape ``(n,)``.
        part: where each unit goes, shape ``(U,)``.
        fold: the fold of each unit, or −1, shape ``(U,)``.
        torn: units of which members were in different places, shape ``(U,)``.
    """

    sample: Ints
    part: Ints
    fold: Ints
    torn: Mask


def nothing_known(units: Units) -> Known:
    """No earlier split."""
    new = np.full(len(units), NEW)
    return Known(np.full(len(units.of), NEW), new, new.copy(), np.zeros(len(units), dtype=bool))


def recall(units: Units, manifest: Manifest, kept: Kept, folds: int) -> Known:
    """Find the samples of ``manifest`` in ``kept`` and say where their units go.

    Args:
        folds: number of folds that are dealt now; 0 where there are none. Folds are kept where the
            earlier split had as many.
    """
    sample, fold = _samples(manifest, kept)
    part = np.full(len(units), NEW)
    np.maximum.at(part, units.of, sample)
    lowest = np.full(len(units), TEST)
    known = sample != NEW
    np.minimum.at(lowest, units.of[known], sample[known])
    torn = (part != NEW) & (lowest != part)
    unit_fold = np.full(len(units), NEW)
    if kept.kind == "kfold" and kept.folds == folds:
        unit_fold, split = _vote(units, fold, folds)
        torn |= split & (part == REST)
    return Known(sample, part, unit_fold, torn)


def check_given(manifest: Manifest, kept: Kept) -> None:
    """Refuse given parts that would train on what was sealed.

    Raises:
        DataError: a sample of the earlier test part is given for training or validation.
    """
    sample, _ = _samples(manifest, kept)
    opened = (sample == TEST) & (manifest.samples["part"] != "test").to_numpy()
    if opened.any():
        ids = sorted(manifest.samples.loc[opened, "id"])
        problems = [Problem("split.keep_opened", {"name": name}) for name in ids]
        raise DataError("split.keep_given", name=kept.name, count=len(ids), problems=problems)


def _samples(manifest: Manifest, kept: Kept) -> tuple[Ints, Ints]:
    """Where each sample was, and its fold, shape ``(n,)`` each."""
    frame, old = manifest.samples, kept.frame
    code = old["part"].map(_CODES).fillna(NEW).to_numpy(dtype=np.int64)
    fold = old["fold"].to_numpy(dtype=np.int64)
    at = _positions(old["id"], frame["id"])
    if "sha256" in old:
        # The highest of each content first: a copy that was sealed seals them all.
        order = np.argsort(-code, kind="stable")
        contents = old["sha256"].iloc[order]
        first = (~contents.duplicated() & contents.notna()).to_numpy()
        found = _positions(contents[first], frame["sha256"])
        by_content = np.where(found >= 0, order[first][found], -1)
        sealed = (by_content >= 0) & (code[by_content] == TEST)
        at = np.where((at < 0) | sealed, by_content, at)
    known = at >= 0
    return np.where(known, code[at], NEW), np.where(known, fold[at], NEW)


def _positions(known: pd.Series, asked: pd.Series) -> Ints:
    """Where each of ``asked`` is in ``known``, −1 where it is not."""
    import pandas as pd

    found: NDArray[np.intp] = pd.Index(known.astype(object)).get_indexer(asked.astype(object))
    return found.astype(np.int64)


def _vote(units: Units, fold: Ints, folds: int) -> tuple[Ints, Mask]:
    """The fold in which most known members of each unit were, the first of equals; and whether
    members were in several."""
    known = (fold >= 0) & (fold < folds)
    cells = np.bincount(units.of[known] * folds + fold[known], minlength=len(units) * folds)
    votes = cells.reshape(len(units), folds)
    voted = votes.any(axis=1)
    return np.where(voted, votes.argmax(axis=1), NEW), (votes > 0).sum(axis=1) > 1
