"""What a tracker is told: plain values, so that one needs to know nothing of the rest of Dojang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dojang.core.store import RunFolder
from dojang.core.types import EpochRecord, Evaluation

Value = bool | int | float | str
Point = tuple[int, int]  # fold and epoch, both from 0


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run before it trains.

    Attributes:
        path: the run folder.
        dataset: name of the data, without folders and endings.
        created: when the run was made, in seconds since 1970.
        folds: how many models.
        epochs: of each model at the most.
        params: the recipe by dotted keys, and hashes of the data and of the split.
        tags: what runs are told apart by: dataset, model, versions, machine.
    """

    path: Path
    name: str
    dataset: str
    created: float
    folds: int
    epochs: int
    params: Mapping[str, Value]
    tags: Mapping[str, str]

    @property
    def home(self) -> Path:
        """Where trackers put files of their own."""
        return RunFolder(self.path).trackers


@dataclass(frozen=True)
class Begun:
    """Where a tracker stands as a sitting begins.

    Attributes:
        id: under which it finds the run again; kept in ``track.json``.
        place: where a person looks for it: a folder or an address.
        points: epochs that it holds from earlier sittings; it is not told them again.
    """

    id: str
    place: str
    points: frozenset[Point] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A picture of a part: its name (letters, digits, ``-`` and ``/``) and the bytes of a PNG."""

    name: str
    caption: str
    png: bytes


@dataclass(frozen=True)
class CasePicture:
    """A case of the gallery: what it is, and JPEG files of the image and of where the model
    looked, if that is known."""

    kind: str
    id: str
    target: str
    predicted: str
    confidence: float
    caption: str
    image: Path
    overlay: Path | None


@dataclass(frozen=True)
class Outcome:
    """How a sitting ended: finished, interrupted, diverged or crashed.

    Attributes:
        verdict: name of what the curve shows, or None.
        network: parameters and multiply-adds of the network, as far as they are known.
        files: to be kept beside the numbers where a tracker can: the recipe, the report.
    """

    status: str
    seconds: float
    verdict: str | None
    network: Mapping[str, Value]
    files: tuple[Path, ...]


class Tracker(Protocol):
    """Shows a run somewhere. It observes and decides nothing; an error leaves it out of the run."""

    def begin(self, run: RunFacts, known: str | None) -> Begun:
        """Open the run, or find it again: ``known`` is the id of an earlier sitting."""
        ...

    def epoch(self, record: EpochRecord) -> None:
        """Show an epoch; each is told once, those of a fold in order."""
        ...

    def scores(self, evaluation: Evaluation, epochs: int) -> None:
        """Show the scores of a part, of models that trained for so many epochs."""
        ...

    def pictures(
        self, part: str, pictures: Sequence[Picture], cases: Sequence[CasePicture], epochs: int
    ) -> None:
        """Show the pictures of a part: sheets, and the single cases that they are made of."""
        ...

    def end(self, outcome: Outcome) -> None:
        """Say how the sitting ended."""
        ...

    def close(self) -> None:
        """Let go of files and processes; called last, whatever went wrong before."""
        ...


CURVE: dict[str, str] = {
    "loss/train": "train_loss",
    "loss/valid": "valid_loss",
    "loss/objective": "objective",
    "accuracy/train": "train_accuracy",
    "accuracy/valid": "valid_accuracy",
    "optimizer/learning_rate": "lr",
    "gradient/mean": "gradient_norm",
    "gradient/peak": "gradient_peak",
    "speed/images_per_second": "images_per_second",
}


def curve_points(record: EpochRecord) -> dict[str, float]:
    """Return what is shown of an epoch, by tag."""
    return {tag: float(getattr(record, field)) for tag, field in CURVE.items()}


def score_points(evaluation: Evaluation) -> dict[str, float]:
    """Return scores by tag, and the ends of their intervals in a group of their own."""
    part = evaluation.part
    found = {f"{part}/{name}": score.value for name, score in evaluation.metrics.items()}
    for name, score in evaluation.metrics.items():
        found[f"{part}_interval/{name}_low"] = score.low
        found[f"{part}_interval/{name}_high"] = score.high
    return found


def score_table(evaluation: Evaluation) -> str:
    """Write scores with their intervals as a Markdown table."""
    lines = [f"| {evaluation.part} | | 95 % |", "|---|---|---|"]
    lines += [
        f"| {name} | {score.value:.4f} | {score.low:.4f} … {score.high:.4f} |"
        for name, score in evaluation.metrics.items()
    ]
    return "\n".join(lines)


def fold_tag(fold: int, folds: int) -> str:
    """Return what is put behind a tag where there are several models; people count from 1."""
    return f"/fold{fold + 1}" if folds > 1 else ""
