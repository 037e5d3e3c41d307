"""The gallery of labels: the answer first, then the pictures, the worst first. One HTML file."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojang.analysis.labels import LabelReview
from dojang.analysis.report.render import fill
from dojang.analysis.report.words import count, percent
from dojang.core.i18n import use_language
from dojang.core.store import write_text
from dojang.core.types import RunRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pictures = Mapping[str, NDArray[np.uint8]]

PICTURE = 160  # side of a picture in pixels
MOST_WORST, MOST_NEXT, MOST_RIVALS, MOST_PAIRS = 96, 24, 24, 12
_QUALITY = 82

Step = tuple[str, tuple[str, ...]]  # key of a message, and what to open or to type


@dataclass(frozen=True)
class Card:
    """One picture with its label and what the model sees."""

    id: str
    label: str
    suggested: str | None
    image: str | None
    wrong: str
    width: float
    copies: str


@dataclass(frozen=True)
class PairRow:
    """A line of the table of pairs; ``width`` is in percent of the most frequent."""

    given: str
    suggested: str
    count: str
    width: float


@dataclass(frozen=True)
class LabelsPage:
    """What the template puts on the page."""

    name: str
    version: str
    folds: int
    judged: str
    unjudged: int
    probable: int
    unclear: bool
    flagged: str
    conflicts: int
    share: str
    low: str
    high: str
    pairs: tuple[PairRow, ...]
    worst: tuple[Card, ...]
    worst_cut: int
    next: tuple[Card, ...]
    rivals: tuple[Card, ...]
    rivals_cut: int
    steps: tuple[Step, ...]


def chosen_ids(review: LabelReview) -> tuple[str, ...]:
    """Return the ids whose pictures the page shows, each once."""
    chosen = [row["id"] for group in _groups(review) for row in group]
    return tuple(dict.fromkeys(chosen))


def write_labels_page(
    target: Path,
    record: RunRecord,
    review: LabelReview,
    pictures: Pictures,
    steps: Sequence[Step],
    lang: str | None = None,
) -> Path:
    """Write the gallery as one HTML file that needs nothing but a browser.

    Args:
        pictures: by id, uint8 ``(S, S, 3)``; an image that is missing is named instead.
        steps: what to do next, by key of a message, with what to open or to type.
        lang: en, ko, or None for the reader's own language.
    """
    with use_language(lang) as language:
        page = fill("labels.html", page=_gather(record, review, pictures, steps), language=language)
    # A name from a file system may hold bytes that are no text; show them, do not fail.
    write_text(target, page.encode("utf-8", "backslashreplace").decode("utf-8"))
    return target


def _gather(
    record: RunRecord, review: LabelReview, pictures: Pictures, steps: Sequence[Step]
) -> LabelsPage:
    worst, following, rivals = ([_card(row, pictures) for row in g] for g in _groups(review))
    most = review.pairs[0].count if review.pairs else 1
    return LabelsPage(
        name=record.name,
        version=record.dojang,
        folds=record.folds,
        judged=count(len(review)),
        unjudged=review.unjudged,
        probable=review.probable,
        unclear=review.unclear,
        flagged=count(review.flagged),
        conflicts=review.conflicts,
        share=percent(review.share.value),
        low=percent(review.share.low),
        high=percent(review.share.high),
        pairs=tuple(
            PairRow(p.given, p.suggested, count(p.count), 100 * p.count / most)
            for p in review.pairs[:MOST_PAIRS]
        ),
        worst=tuple(worst),
        worst_cut=review.probable - len(worst),
        next=tuple(following),
        rivals=tuple(rivals),
        rivals_cut=review.conflicts - len(rivals),
        steps=tuple(steps),
    )


def _groups(review: LabelReview) -> tuple[list[dict[str, Any]], ...]:
    """Return the rows to show: probable errors, the next in line, rivals of their copies."""
    table = review.table
    probable = table[table["probable"]].head(MOST_WORST)
    rest = table[~table["probable"]].head(MOST_NEXT)
    rivals = table[table["conflict"].map(bool).astype(bool)].head(MOST_RIVALS)
    frames = (probable, rest, rivals)
    return tuple([{str(k): v for k, v in row.items()} for row in f.to_dict("records")]
                 for f in frames)  # fmt: skip


def _card(row: Mapping[str, Any], pictures: Pictures) -> Card:
    return Card(
        id=row["id"],
        label=row["label"],
        suggested=row["suggested"],
        image=_embed(pictures.get(row["id"])),
        wrong=percent(float(row["wrong"]), 0),
        width=100 * float(row["wrong"]),
        copies=", ".join(row["conflict"]),
    )


def _embed(pixels: NDArray[np.uint8] | None) -> str | None:
    from PIL import Image

    if pixels is None:
        return None
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
