"""Predictions for new images: same decoding, same network, same numbers as in evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from dojang.core.decision import decide
from dojang.core.tables import PROBABILITY
from dojang.core.types import Refusal
from dojang.data.workers import DecodePool, Job, Outcome, chunked
from dojang.nn.factory import Network

if TYPE_CHECKING:
    import pandas as pd

BATCH = 128
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Prediction:
    """What became of one image: probabilities ``(C,)``, or why it was refused.

    Attributes:
        offsets: the run's thresholds, where it uses them (``core.decision``).
    """

    id: str
    probabilities: NDArray[np.float32] | None
    refusal: Refusal | None
    offsets: tuple[float, ...] | None = None

    @property
    def answer(self) -> int | None:
        """Index of the class that is the answer; None for an image that was refused."""
        if self.probabilities is None:
            return None
        return int(decide(self.probabilities[None], self.offsets)[0])


def predict_images(
    networks: Sequence[Network],
    pool: DecodePool,
    ids: Sequence[str],
    progress: Progress | None = None,
    offsets: tuple[float, ...] | None = None,
) -> list[Prediction]:
    """Predict every image; files that cannot be read are named, not dropped.

    Args:
        networks: one, or one a fold, whose probabilities are averaged; all of one input.
        pool: reads and decodes.
        ids: which files of the pool's source.
        progress: called with files done and files in all.
        offsets: the thresholds that decide, one a class; None for the most probable class.
    """
    spec = networks[0].spec
    done: list[Prediction] = []
    jobs = (Job(chunk, spec.size, spec.how) for chunk in chunked(ids, BATCH))
    for outcomes in pool.run(jobs):
        rows = iter(_probabilities(networks, outcomes))
        done += [
            Prediction(o.path, None if o.refusal else next(rows), o.refusal, offsets)
            for o in outcomes
        ]
        if progress:
            progress(len(done), len(ids))
    return done


def to_table(predictions: Sequence[Prediction], classes: Sequence[str]) -> pd.DataFrame:
    """Return one row an image: id, predicted, confidence, ``p:<class>`` columns, and the reason
    where it was refused."""
    import pandas as pd

    from dojang.core.i18n import t

    rows = []
    for prediction in predictions:
        p, refusal, answer = prediction.probabilities, prediction.refusal, prediction.answer
        row: dict[str, object] = {
            "id": prediction.id,
            "predicted": classes[answer] if answer is not None else None,
            "confidence": float(p[answer]) if p is not None else None,
            "error": t(refusal.reason) if refusal else None,
        }
        for i, name in enumerate(classes):
            row[f"{PROBABILITY}{name}"] = float(p[i]) if p is not None else None
        rows.append(row)
    return pd.DataFrame(rows)


def _probabilities(
    networks: Sequence[Network], outcomes: Sequence[Outcome]
) -> Iterator[NDArray[np.float32]]:
    squares = [outcome.pixels for outcome in outcomes if outcome.pixels is not None]
    if not squares:
        return
    device = next(networks[0].parameters()).device
    images = torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).to(device)
    with torch.inference_mode():
        found = [network(images).float().softmax(dim=1).cpu().numpy() for network in networks]
    yield from np.mean(found, axis=0).astype(np.float32)
