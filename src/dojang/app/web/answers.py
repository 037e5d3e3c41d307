"""Predictions of a part as columns: filtered and put in order in a few milliseconds.

Legend: n images, C classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.app.web.facts import Facts, read_facts
from dojang.core.types import Predictions

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
