"""The vocabulary of Dojang: frozen values that the stages hand to each other.

Tables are pandas frames with fixed columns, given with each type. Nobody changes a frame in place.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

PartName = Literal["train", "valid", "test"]
PARTS: tuple[PartName, ...] = ("train", "valid", "test")

SourceKind = Literal["folder", "zip", "tar", "table", "files"]
TaskName = Literal["classify", "multilabel", "segment", "detect", "text", "series"]
ANNOTATIONS = ("labels", "boxes", "mask", "mask_sha256", "time")  # columns that a hash covers
Severity = Literal["error", "warning", "note"]
INTERVAL = "bootstrap, Student on the logit, 95 %"
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class SourceRef:
    """Where bytes come from: enough to open the source again in another process.

    Attributes:
        kind: folder, zip, tar, table (paths below ``root``) or files (paths as they are).
        root: the folder or the archive; absolute.
    """

    kind: SourceKind
    root: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Refusal:
    """A file that was set aside, with the code of the reason (``decode.truncated`` …)."""

    id: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Survey:
    """What was seen of every readable image while its file was checked.

    Attributes:
        ids: sample ids, length n, in the order of the manifest.
        thumbs: small squares, uint8 RGB, shape ``(n, 32, 32, 3)``; the aspect is not kept.
        measures: one row a sample, float32; the columns are ``data.measure.MEASURES``.
    """

    ids: tuple[str, ...]
    thumbs: NDArray[np.uint8]
    measures: pd.DataFrame

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Finding:
    """Something that a check found in the data.

    Attributes:
        code: fixed code of the check, such as ``DATA004``.
        name: fixed name of the check, such as ``near-duplicates``.
        severity: an error should stop a run, a warning deserves a look, a note is worth knowing.
        files: ids of the samples concerned, the worst first.
        evidence: plain values: counts, scores, pairs; they fill the message of the check.
    """

    code: str
    name: str
    severity: Severity
    files: tuple[str, ...]
    evidence: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Manifest:
    """The table of samples: what there is to learn from.

    Attributes:
        samples: one row a sample: ``id`` (path inside the source, unchanged), ``label`` (class
            name in Unicode NFC, or None), ``part`` (given part, or None), ``group`` (or None),
            ``sha256``, ``bytes``, ``width``, ``height``, ``mode``. Where there is more to say:
            ``notes`` (codes of what decoding had to do, parted by spaces), ``cluster`` (name of the
            near-duplicates that it belongs to, or None), ``copy`` (the same, of surer ones alone),
            ``labels`` (all labels of a sample, as a JSON list), ``boxes`` (JSON: ``[[x0, y0, x1,
            y1, class], …]`` in pixels), ``mask`` (path of the mask) and ``mask_sha256``, ``text``,
            ``time`` (ISO 8601), ``target`` (the number of a series, or NaN) and ``meta:NAME``
            (further columns of a table, as text). Rows of a table without images have width and
            height 0 and no mode.
        classes: class names, sorted; a target is an index into them. Those of masks are in the
            order of the values in the masks.
        refused: files that could not be used.
        source: where the bytes are.
        task: the kind of problem that the samples pose.
    """

    samples: pd.DataFrame
    classes: tuple[str, ...]
    refused: tuple[Refusal, ...]
    source: SourceRef
    task: TaskName = "classify"

    def __len__(self) -> int:
        return len(self.samples)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over id, label, part, group, content and, where there is, whatever else is to be
        learnt of every sample, in order of id."""
        further = [name for name in ANNOTATIONS if name in self.samples]
        return _hash_rows(self.samples[["id", "label", "part", "group", "sha256", *further]])


@dataclass(frozen=True)
class Fact:
    """Something that was checked and found: the key of its message and the values to put in."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "values": dict(self.values)}

    @classmethod
    def from_json(cls, tree: Mapping[str, Any] | str) -> Fact:
        """Read a fact; runs of old have bare keys."""
        return cls(tree) if isinstance(tree, str) else cls(tree["key"], tree.get("values") or {})


DRAWS = "draws:"


@dataclass(frozen=True)
class SplitPlan:
    """Who is in which part.

    Attributes:
        assignment: columns ``id``, ``part`` (train, valid, test or cv), ``fold`` (−1, or the fold
            in which a ``cv`` sample is validated). A bootstrap has a column ``draws:<model>`` for
            each model: how often it trains on a ``cv`` sample; those with 0 validate it.
        kind: given, holdout, time, kfold or bootstrap.
        folds: number of models to train (1 unless kfold or bootstrap).
        seed: the seed of the plan.
        manifest_hash: the manifest that it was made from.
        proofs: facts that were checked, in words of the catalogue.
        notes: what could not be had as asked, in words of the catalogue.
    """

    assignment: pd.DataFrame
    kind: str
    folds: int
    seed: int
    manifest_hash: str
    proofs: tuple[Fact, ...] = ()
    notes: tuple[Fact, ...] = ()

    def ids(self, part: PartName, fold: int = 0) -> list[str]:
        """Return the ids of ``part`` as seen by the model of ``fold``.

        The training part of a bootstrap has a sample as often as it was drawn, its validation part
        those that were not drawn (out of bag).
        """
        ids, by_part = self._places
        chosen = by_part.get(part, by_part["none"])
        dealt, draws = by_part.get("cv", by_part["none"]), f"{DRAWS}{fold}"
        if part == "test" or not dealt.any():
            return list(ids[chosen])
        if draws in self.assignment:
            drawn = self.assignment[draws].to_numpy()
            if part == "train":
                return list(ids.repeat(chosen + dealt * drawn.astype("int64")))
            return list(ids[chosen | (dealt & (drawn == 0))])
        held_out = self.assignment["fold"].to_numpy() == fold
        return list(ids[chosen | (dealt & (held_out if part == "valid" else ~held_out))])

    @cached_property
    def _places(self) -> tuple[NDArray[np.object_], dict[str, NDArray[np.bool_]]]:
        """The ids, and by part which of them are in it; computed once, since every fold asks."""
        parts = self.assignment["part"].to_numpy(dtype=object)
        found = {str(name): parts == name for name in set(parts)}
        return self.assignment["id"].to_numpy(dtype=object), found | {"none": parts != parts}

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the assignment, in order of id."""
        return _hash_rows(self.assignment.astype("str"))


@dataclass(frozen=True)
class Predictions:
    """What a model says of samples, kept for everything that is learnt from a run.

    Attributes:
        ids: sample ids, length n.
        probabilities: shape ``(n, classes)``, float32, rows sum to 1.
        classes: class names.
        targets: class index of each sample, −1 where it is not known.
        part: the part that the samples are from.
        fold: which fold's model spoke, shape ``(n,)``; −1 for an average of all.
        decided: class index of each answer where thresholds decide, shape ``(n,)``, or None: then
            the most probable class is the answer.
        accepted: which answers are sure enough to be given, shape ``(n,)``, or None: all are.
        raw: probabilities before they were calibrated, ``(n, classes)``, or None: they were not.
    """

    ids: tuple[str, ...]
    probabilities: NDArray[np.float32]
    classes: tuple[str, ...]
    targets: NDArray[np.int64]
    part: str
    fold: NDArray[np.int64]
    decided: NDArray[np.int64] | None = None
    accepted: NDArray[np.bool_] | None = None
    raw: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def of_network(self) -> Predictions:
        """The same as the networks said it, before any rule."""
        probabilities = self.probabilities if self.raw is None else self.raw
        return replace(self, probabilities=probabilities, decided=None, accepted=None, raw=None)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """Index of the class that is the answer, shape ``(n,)``."""
        if self.decided is not None:
            return self.decided
        chosen: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return chosen

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Probability of the class that is the answer, shape ``(n,)``."""
        if self.decided is not None:
            rows = range(len(self.decided))
            answered: NDArray[np.float32] = self.probabilities[rows, self.decided]
            return answered
        highest: NDArray[np.float32] = self.probabilities.max(axis=1)
        return highest


@dataclass(frozen=True)
class Score:
    """A value with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float

    @classmethod
    def from_json(cls, tree: Mapping[str, float | None]) -> Score:
        """Read a score; what is not defined is null in a file."""
        value, low, high = (tree[key] for key in ("value", "low", "high"))
        return cls(*(math.nan if v is None else v for v in (value, low, high)))


@dataclass(frozen=True)
class ClassScore:
    """How one class fares: its scores by name, and the number of its samples."""

    name: str
    support: int
    scores: Mapping[str, Score]

    @property
    def precision(self) -> float:
        """Share of its answers that are right."""
        return self.scores["precision"].value

    @property
    def recall(self) -> float:
        """Share of its samples that are found."""
        return self.scores["recall"].value

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return self.scores["f1"].value

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> ClassScore:
        """Read the scores of a class; older runs have three of them, without intervals."""
        known = tree.get("scores")
        if known is None:
            values = {name: tree[name] for name in ("precision", "recall", "f1")}
            known = {k: {"value": v, "low": None, "high": None} for k, v in values.items()}
        scores = {name: Score.from_json(score) for name, score in known.items()}
        return cls(tree["name"], tree["support"], scores)


@dataclass(frozen=True)
class Evaluation:
    """Scores of predictions on one part.

    Attributes:
        metrics: headline scores by name.
        per_class: one entry a class, in the order of the classes.
        confusion: counts, row = true class, column = predicted class.
        interval: how the intervals were made.
        units: how many things were redrawn for them: groups where there are any, else samples.
    """

    part: str
    n: int
    metrics: Mapping[str, Score]
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    interval: str = INTERVAL
    units: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Evaluation:
        return cls(
            part=tree["part"],
            n=tree["n"],
            metrics={name: Score.from_json(score) for name, score in tree["metrics"].items()},
            per_class=tuple(ClassScore.from_json(entry) for entry in tree["per_class"]),
            confusion=tuple(tuple(row) for row in tree["confusion"]),
            interval=tree["interval"],
            units=tree.get("units", tree["n"]),
        )


@dataclass(frozen=True)
class EpochRecord:
    """One line of the history. Losses are plain cross-entropy in evaluation mode, so that the
    training and the validation curve can be compared; ``objective`` is what was minimised.
    ``feed_rate`` is how many images a second the loader gave while it alone was at work,
    ``model_rate`` how many the model took; 0 where nobody measured. ``gradient_norm`` is the mean
    over the steps, before clipping; ``gradient_first`` that of the first step, ``gradient_peak``
    the largest."""

    fold: int
    epoch: int
    step: int
    lr: float
    objective: float
    train_loss: float
    train_accuracy: float
    valid_loss: float
    valid_accuracy: float
    images_per_second: float
    seconds: float
    best: bool
    feed_rate: float = 0.0
    model_rate: float = 0.0
    gradient_norm: float = 0.0
    gradient_first: float = 0.0
    gradient_peak: float = 0.0

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> EpochRecord:
        """Read a record. JSON has no NaN: a loss that was lost is null in a file; what older runs
        do not have stays as it is by default."""
        known = {f.name: row[f.name] for f in fields(cls) if f.name in row}
        finite: dict[str, Any] = {k: math.nan if v is None else v for k, v in known.items()}
        return cls(**finite)


@dataclass(frozen=True)
class Decoding:
    """How bytes become pixels, and what is refused: one value for training and for use.

    Attributes:
        background: what shows through transparent pixels: white, black or grey.
        color: ``srgb`` (colour profiles are applied) or ``raw`` (they are ignored).
        truncated: files cut short: ``refuse``, or ``repair`` (what is there counts).
        megapixels: most pixels of one image, in millions, read from its header.
        aspect: long side over short side, at most.
        bytes: longest file.
        memory: most bytes that one file may take while it is read and decoded.
        seconds: most processor time of one file.
    """

    background: str = "white"
    color: str = "srgb"
    truncated: str = "refuse"
    megapixels: float = 64.0
    aspect: float = 50.0
    bytes: int = 128_000_000
    memory: int = 256_000_000
    seconds: float = 2.0


# How runs decoded whose contract does not say: profiles ignored, any shape accepted.
_DECODING_OF_OLD = Decoding(color="raw", aspect=1e9)


@dataclass(frozen=True)
class Preprocess:
    """How a decoded image becomes the square that the network sees; the same in training and use.

    Attributes:
        resize: squash (aspect not kept), crop (centre) or pad (grey borders).
        interpolation: nearest, box, bilinear, bicubic or lanczos.
        crop_ratio: share of each side that is kept around the centre.
        crop_to: what the image is cut to first: ``none``, ``box`` (the one box of each sample), or
            left, top, right and bottom as shares of the sides.
        contrast: factor of the contrast, 1 for none.
        saturation: factor of the saturation, 1 for none.
        clahe: clip limit of the local equalisation of brightness, 0 for none.
    """

    resize: str = "squash"
    interpolation: str = "bicubic"
    crop_ratio: float = 1.0
    crop_to: str | Box = "none"
    contrast: float = 1.0
    saturation: float = 1.0
    clahe: float = 0.0

    @property
    def wants_boxes(self) -> bool:
        """Is each image cut to a box of its own?"""
        return self.crop_to == "box"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Preprocess:
        """Read what :meth:`to_json` wrote; what older runs did not know has its default."""
        values = {f.name: tree[f.name] for f in fields(cls) if f.name in tree}
        if isinstance(values.get("crop_to"), list):
            values["crop_to"] = tuple(values["crop_to"])
        return cls(**values)


@dataclass(frozen=True)
class InputSpec:
    """The data contract that travels with the weights: how bytes become the network's input.

    Attributes:
        size: side of the square input in pixels.
        resize: squash, crop or pad.
        mean: per-channel mean of the training pixels, on the scale 0 to 255; what is taken off.
        std: per-channel spread, on the same scale; what is divided by.
        decode: how files became the pixels that were learnt from.
        preprocess: everything that happens before, ``resize`` included; None in runs from before
            there was more than a policy.
    """

    size: int
    resize: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    decode: Decoding = Decoding()
    preprocess: Preprocess | None = None

    @property
    def how(self) -> Preprocess:
        """Everything that is done to a decoded image."""
        return self.preprocess or Preprocess(self.resize)

    @classmethod
    def neutral(cls, size: int, resize: str = "squash") -> InputSpec:
        """Return the contract of a network that is only looked at or timed: 0 to 255 become -1 to
        1, whatever the images."""
        return cls(size, resize, (127.5, 127.5, 127.5), (127.5, 127.5, 127.5))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> InputSpec:
        return cls(
            size=tree["size"],
            resize=tree["resize"],
            mean=tuple(tree["mean"]),
            std=tuple(tree["std"]),
            decode=Decoding(**tree["decode"]) if "decode" in tree else _DECODING_OF_OLD,
            preprocess=Preprocess.from_json(tree["preprocess"]) if tree.get("preprocess") else None,
        )


@dataclass(frozen=True)
class LayerRow:
    """One line of the table of layers. ``field`` is the receptive field in pixels, or None where a
    layer sees the whole image."""

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    multiply_adds: int
    field: int | None


@dataclass(frozen=True)
class RunRecord:
    """The head of a run folder, ``run.json``: what it is and how far it got."""

    format: int
    name: str
    status: Literal["running", "interrupted", "diverged", "finished"]
    created: str
    dojang: str
    classes: tuple[str, ...]
    input: InputSpec | None
    folds: int
    data: Mapping[str, Any]
    environment: Mapping[str, Any]
    seconds: float = 0.0
    reasons: Mapping[str, Any] = field(default_factory=dict)
    test_opened: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> RunRecord:
        spec = tree["input"]
        values = dict(tree) | {
            "classes": tuple(tree["classes"]),
            "input": InputSpec.from_json(spec) if spec else None,
        }
        return cls(**values)


def _hash_rows(frame: pd.DataFrame) -> str:
    """SHA-256 over the rows as JSON lists of texts and nulls, in order of the first column.

    Columns are spelt a block at a time, since a call of ``json.dumps`` for each row takes longer.
    """
    first = frame.columns[0]
    ordered = frame.sort_values(first, key=lambda ids: ids.astype("str"))
    digest = hashlib.sha256()
    for start in range(0, len(ordered), 65_536):
        block = ordered.iloc[start : start + 65_536]
        columns = [_spelt(block[name].to_numpy(dtype=object).tolist()) for name in block.columns]
        lines = [", ".join(line) for line in zip(*columns, strict=True)]
        digest.update(f"[{']['.join(lines)}]".encode())
    return digest.hexdigest()


def _spelt(values: list[object]) -> list[str]:
    """Each value as JSON; what repeats is spelt once. A list of labels is spelt as its text."""
    values = [json.dumps(v) if isinstance(v, list | tuple) else v for v in values]
    different = set(values)
    if 4 * len(different) < len(values):
        known = {value: _spelt([value])[0] for value in different}
        return [known[value] for value in values]
    return [encode_basestring_ascii(v) if isinstance(v, str) else "null" for v in values]


def file_name(identifier: str) -> str:
    """Return the last step of a sample id."""
    return Path(identifier).name
