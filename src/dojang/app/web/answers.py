"""Predictions of a part as columns: filtered and put in order in a few milliseconds.

Legend: n images, C classes.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.app.web.facts import Facts, read_facts
from dojang.app.web.files import MEGABYTE, Kept, check_table, identity, read_tree
from dojang.app.web.runs import RunLine
from dojang.core.errors import RunError
from dojang.core.store import RunFolder
from dojang.core.tables import PROBABILITY
from dojang.core.types import Predictions

ROOM = 256 * MEGABYTE
MOST_SLICES = 400
JUDGE_AFTER = 0.7  # seconds
SORTS = ("sure", "unsure", "loss", "margin", "suspicion", "name")
SHOWS = ("all", "wrong", "right", "suspect")
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Wish:
    """Which images to show, in which order; as the address of a page says it.

    Attributes:
        show: all, wrong, right, or suspect (labels that are more likely wrong than right).
        true, answer: index of a class, or None for all.
        slice: number of a slice in ``slices/<part>.json``, or None.
        low, high: confidence in per cent.
        text: what the id must contain, whatever the case.
    """

    part: str = "valid"
    show: str = "all"
    true: int | None = None
    answer: int | None = None
    slice: int | None = None
    low: int = 0
    high: int = 100
    text: str = ""
    sort: str = "sure"
    page: int = 1


@dataclass(frozen=True)
class Answers:
    """The predictions of a part and what is computed from them.

    Attributes:
        said: the predictions.
        manifest: of the run.
    """

    said: Predictions
    manifest: Path
    _judged: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.said)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        return self.said.predicted

    @cached_property
    def wrong(self) -> Mask:
        return np.asarray((self.said.targets >= 0) & (self.predicted != self.said.targets))

    @cached_property
    def right(self) -> Mask:
        return np.asarray((self.said.targets >= 0) & (self.predicted == self.said.targets))

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        return self.said.confidence

    @cached_property
    def of_target(self) -> NDArray[np.float32]:
        """Probability of the given label, ``(n,)``; NaN where there is none."""
        found = self.said.probabilities[np.arange(len(self)), self.said.targets]
        return np.where(self.said.targets >= 0, found, np.nan).astype(np.float32)

    @cached_property
    def margin(self) -> NDArray[np.float32]:
        """Distance between the two most probable classes, ``(n,)``."""
        if self.said.probabilities.shape[1] < 2:
            return np.ones(len(self), dtype=np.float32)
        top = np.partition(self.said.probabilities, -2, axis=1)
        return np.asarray(top[:, -1] - top[:, -2])

    @cached_property
    def facts(self) -> Facts:
        """What the manifest knows of images; read when the first picture is wanted."""
        return read_facts(self.manifest)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Place of each id in the alphabet, ``(n,)``: ties are broken by it."""
        import pyarrow as pa
        import pyarrow.compute as pc

        order = pc.sort_indices(pa.array(self.said.ids, pa.large_string())).to_numpy()
        places = np.empty(len(self), dtype=np.int64)
        places[order] = np.arange(len(self))
        return places

    @cached_property
    def folded(self) -> list[str]:
        return [name.casefold() for name in self.said.ids]

    def loss(self, row: int) -> float:
        """Cross-entropy of one answer."""
        return -math.log(max(float(self.of_target[row]), 1e-12))

    def label_of(self, row: int) -> str:
        target = int(self.said.targets[row])
        return self.said.classes[target] if target >= 0 else ""

    @property
    def judged(self) -> bool:
        """Is it known which labels are suspicious?"""
        return "wrong" in self._judged

    @property
    def doubt(self) -> NDArray[np.float64]:
        """Probability that each label is wrong, ``(n,)``; 0 while nobody has judged them."""
        found: NDArray[np.float64] = self._judged.get("wrong", np.zeros(len(self)))
        return found

    def judge(self) -> None:
        """Find out which labels are suspicious; of many images that takes a second."""
        from dojang.analysis.labels import probable_errors

        known = np.flatnonzero(self.said.targets >= 0)
        wrong = np.zeros(len(self))
        if len(known) and len(self.said.classes) > 1:
            shares = self.said.probabilities[known].astype(np.float64)
            shares /= shares.sum(axis=1, keepdims=True)
            noise, probable = probable_errors(self.said.targets[known], shares)
            # The answer itself may be the label though the label is in doubt: then it is no error.
            wrong[known] = np.where(probable, noise.wrong, np.minimum(noise.wrong, 0.4999))
        self._judged["wrong"] = wrong

    @property
    def size(self) -> int:
        """Bytes, about."""
        names = sum(map(len, self.said.ids[:1000])) / max(1, min(1000, len(self)))
        return int(self.said.probabilities.nbytes * 2 + len(self) * (5 * names + 800))


def chosen(answers: Answers, wish: Wish, inside: Mask | None = None) -> Rows:
    """Return the rows that are wished for, in order; equal ones by id.

    Args:
        inside: which rows are in the slice, where one is wished for.
    """
    said = answers.said
    mask: Mask = (answers.confidence * 100 >= wish.low) & (answers.confidence * 100 <= wish.high)
    if wish.show == "wrong":
        mask &= answers.wrong
    elif wish.show == "right":
        mask &= answers.right
    elif wish.show == "suspect":
        mask &= answers.doubt >= 0.5
    if wish.true is not None:
        mask &= said.targets == wish.true
    if wish.answer is not None:
        mask &= answers.predicted == wish.answer
    if inside is not None:
        mask &= inside
    if wish.text:
        text = wish.text.casefold()
        mask &= np.fromiter((text in name for name in answers.folded), bool, len(answers))
    rows: Rows = np.flatnonzero(mask)
    order = np.lexsort((answers.places[rows], _rank(answers, wish.sort)[rows]))
    return rows[order]


def _rank(answers: Answers, sort: str) -> NDArray[Any]:
    """What decides the order, small first, ``(n,)``."""
    if sort == "sure":
        return -answers.confidence
    if sort == "unsure":
        return answers.confidence
    if sort == "loss":  # −log falls where the probability of the label rises; none comes last
        return np.asarray(np.nan_to_num(answers.of_target, nan=2.0))
    if sort == "margin":
        return answers.margin
    if sort == "suspicion":
        return -answers.doubt
    return answers.places


class Library:
    """Answers of runs, as many as fit into memory, each read once while its file is the same."""

    def __init__(self, room: int = ROOM) -> None:
        self._kept: Kept[Answers] = Kept(room, lambda answers: answers.size)
        self._orders: Kept[Rows] = Kept(48 * MEGABYTE, lambda rows: rows.nbytes + 300)
        self._slices: Kept[Mask] = Kept(16 * MEGABYTE, lambda mask: mask.nbytes + 100)
        self._judge = ThreadPoolExecutor(1, thread_name_prefix="dojang-judge")
        self._judging: set[int] = set()
        self._lock = threading.Lock()

    def close(self) -> None:
        self._judge.shutdown(wait=False, cancel_futures=True)

    def open(self, line: RunLine, part: str) -> Answers:
        """Return the answers of a part.

        Raises:
            RunError: there are none, the test part is sealed, or a file is broken or too large.
        """
        folder = line.folder
        if part == "test" and not line.opened:
            raise RunError("studio.sealed")
        state = identity(folder.predictions(part))
        if state is None:
            raise RunError(f"studio.no_answers.{part}")
        key = (line.id, part, state, identity(folder.manifest))
        answers = self._kept.made(key, lambda: read_answers(folder, part, state[1]))
        with self._lock:
            if not answers.judged and id(answers) not in self._judging:
                self._judging.add(id(answers))
                self._judge.submit(self._judged, answers)
        return answers

    def _judged(self, answers: Answers) -> None:
        try:
            time.sleep(JUDGE_AFTER)  # the page that is being looked at comes first
            answers.judge()
        except Exception:  # whatever a made-up table brings about, its labels stay unjudged
            answers._judged["wrong"] = np.zeros(len(answers))
        finally:
            self._judging.discard(id(answers))

    def rows(self, line: RunLine, answers: Answers, wish: Wish) -> Rows:
        """Return the rows that are wished for, in order.

        Raises:
            RunError: there is no such slice, or its images cannot be told any more.
        """
        number, folder, part = wish.slice, line.folder, answers.said.part
        states = identity(folder.slices(part)), identity(folder.predictions(part))
        key = (line.id, replace(wish, page=1), states, answers.judged)

        def find() -> Rows:
            inside = None if number is None else self.inside(line, answers, number)
            return chosen(answers, wish, inside)

        return self._orders.made(key, find)

    def inside(self, line: RunLine, answers: Answers, number: int) -> Mask:
        """Return which rows are in a slice of the run.

        Raises:
            RunError: there is no such slice, or its images cannot be told any more.
        """
        folder, part = line.folder, answers.said.part
        entries = slices_of(folder, part)
        if number >= len(entries):
            raise RunError("studio.no_slice")
        key = (line.id, part, number, identity(folder.slices(part)),
               identity(folder.predictions(part)))  # fmt: skip
        return self._slices.made(key, lambda: _members(folder, answers, entries[number]))


def slices_of(folder: RunFolder, part: str) -> list[Mapping[str, Any]]:
    """Return the slices that a page can filter by; clusters are not kept, so they cannot."""
    path = folder.slices(part)
    if identity(path) is None:
        return []
    tree = read_tree(path)
    try:
        return [entry for entry in tree["slices"][:MOST_SLICES] if _is_slice(entry)]
    except (KeyError, TypeError) as error:
        raise RunError("run.broken", path=path, reason=error) from error


def _is_slice(entry: Any) -> bool:
    """Does an entry have what the page says of it, and can its images be found again?"""
    return (
        isinstance(entry, dict)
        and entry.get("kind") in ("range", "value", "rest")
        and isinstance(entry.get("column"), str)
        and isinstance(entry.get("n"), int)
        and {"value", "low", "high", "gap", "sure"} <= set(entry)
        and isinstance(entry["gap"], int | float)
    )


def _members(folder: RunFolder, answers: Answers, entry: Mapping[str, Any]) -> Mask:
    from dojang.analysis.slice_columns import column_of
    from dojang.analysis.slices import members

    try:
        name = str(entry["column"])
        found = members(entry, {name: column_of(folder, answers.said.ids, name)})
    except (KeyError, TypeError, ValueError) as error:  # an image that the manifest does not know
        raise RunError("studio.no_slice") from error
    if found is None:
        raise RunError("studio.no_slice")
    return found


def read_answers(folder: RunFolder, part: str, size: int) -> Answers:
    """Read predictions; without frames in between, since the first page waits for this.

    Raises:
        RunError: the file is broken or too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder.predictions(part)
    try:
        names = check_table(path, size)
        shares = [name for name in names if name.startswith(PROBABILITY)]
        table = pq.read_table(path, columns=["id", "target", "predicted", "fold", *shares])
        said = _predictions(table, shares, part)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, MemoryError) as error:
        raise RunError("run.broken", path=path, reason=error) from error
    return Answers(said, folder.manifest)


def _predictions(table: Any, shares: list[str], part: str) -> Predictions:
    """Return the same as :func:`dojang.core.tables.from_frame`; raises ValueError for what would
    not make sense."""
    classes = tuple(name.removeprefix(PROBABILITY) for name in shares)
    ids = tuple(table.column("id").to_pylist())
    values = [table.column(name).to_numpy().astype(np.float32) for name in shares]
    probabilities = np.stack(values, axis=1) if values else np.empty((len(ids), 0), np.float32)
    targets, answers = (_index(table.column(name), classes) for name in ("target", "predicted"))
    if not classes or not all(isinstance(name, str) for name in ids):
        raise ValueError("p:, id")
    if (answers < 0).any() or not np.isfinite(probabilities).all():
        raise ValueError("predicted, p:")
    moved = len(ids) > 0 and bool((answers != probabilities.argmax(axis=1)).any())
    fold = table.column("fold").to_numpy().astype(np.int64)
    return Predictions(ids, probabilities, classes, targets, part, fold, answers if moved else None)


def _index(column: Any, classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the index of each class name, ``(n,)``; −1 for none and for names that are none."""
    coded = column.combine_chunks().dictionary_encode()
    if hasattr(coded, "num_chunks"):
        coded = coded.combine_chunks()
    known = {name: i for i, name in enumerate(classes)}
    places = [known.get(name, -1) for name in coded.dictionary.to_pylist()]
    numbers = np.array([*places, -1], dtype=np.int64)
    codes = coded.indices.fill_null(len(places)).to_numpy().astype(np.int64)
    return np.asarray(numbers[codes])
