"""Predictions for new images: same decoding, same network, same numbers as in evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from dojang.core.decision import Rule
from dojang.core.tables import PROBABILITY
from dojang.core.types import Refusal
from dojang.data.workers import DecodePool, Job, Outcome, chunked
from dojang.nn.factory import Network

if TYPE_CHECKING:
    import pandas as pd

BATCH = 128
PLAIN = Rule()
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Prediction:
    """What became of one image.

    Attributes:
        probabilities: calibrated, ``(C,)``, or None where the image was refused.
        refusal: why it was refused.
        answer: index of the class that is the answer; None for an image that was refused.
        accepted: whether the answer is sure enough to be given.
    """

    id: str
    probabilities: NDArray[np.float32] | None
    refusal: Refusal | None
    answer: int | None = None
    accepted: bool = True


def predict_images(
    networks: Sequence[Network],
    pool: DecodePool,
    ids: Sequence[str],
    progress: Progress | None = None,
    rule: Rule = PLAIN,
) -> list[Prediction]:
    """Predict every image; files that cannot be read are named, not dropped.

    Args:
        networks: one, or one a fold, whose probabilities are averaged; all of one input.
        pool: reads and decodes.
        ids: which files of the pool's source.
        progress: called with files done and files in all.
        rule: how their probabilities become answers.
    """
    spec = networks[0].spec
    done: list[Prediction] = []
    jobs = (Job(chunk, spec.size, spec.how) for chunk in chunked(ids, BATCH))
    for outcomes in pool.run(jobs):
        rows = iter(_answers(networks, outcomes, rule))
        done += [Prediction(o.path, None, o.refusal) if o.refusal else next(rows) for o in outcomes]
        if progress:
            progress(len(done), len(ids))
    return done


def to_table(predictions: Sequence[Prediction], classes: Sequence[str]) -> pd.DataFrame:
    """Return one row an image: id, predicted (nothing where the answer is held back), confidence,
    the reason where it was refused, and ``p:<class>`` columns."""
    import pandas as pd

    from dojang.core.i18n import t

    rows = []
    for prediction in predictions:
        p, refusal, answer = prediction.probabilities, prediction.refusal, prediction.answer
        row: dict[str, object] = {
            "id": prediction.id,
            "predicted": classes[answer] if answer is not None and prediction.accepted else None,
            "confidence": float(p[answer]) if p is not None else None,
            "error": t(refusal.reason) if refusal else None,
        }
        for i, name in enumerate(classes):
            row[f"{PROBABILITY}{name}"] = float(p[i]) if p is not None else None
        rows.append(row)
    return pd.DataFrame(rows)


def _answers(
    networks: Sequence[Network], outcomes: Sequence[Outcome], rule: Rule
) -> Iterator[Prediction]:
    """Predict what could be decoded, in order."""
    decoded = [outcome for outcome in outcomes if outcome.pixels is not None]
    if not decoded:
        return
    device = next(networks[0].parameters()).device
    pixels = np.stack([outcome.pixels for outcome in decoded if outcome.pixels is not None])
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).to(device)
    with torch.inference_mode():
        found = [network(images).float().softmax(dim=1).cpu().numpy() for network in networks]
    shares = rule.calibrate(np.mean(found, axis=0).astype(np.float32))
    answers = rule.answers(shares)
    sure = rule.accepts(shares, answers)
    for i, outcome in enumerate(decoded):
        yield Prediction(
            outcome.path, shares[i], None, int(answers[i]), sure is None or bool(sure[i])
        )
