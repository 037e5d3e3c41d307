"""The parts of a recipe: what can be said, of what type, within what bounds, by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dojang.core.durations import Duration
from dojang.core.types import Decoding

RECIPE_VERSION = 2

Auto = Literal["auto"]
Count = Annotated[int, Field(ge=1, strict=True)]
Share = Annotated[float, Field(gt=0, lt=1)]
Unit = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1, strict=True)]


def _with_area(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    if not (left < right and top < bottom):
        raise PydanticCustomError("box", "left below right and top below bottom")
    return box


Region = Annotated[tuple[Unit, Unit, Unit, Unit], AfterValidator(_with_area)]


class Part(BaseModel):
    """A part of the recipe. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataPart(Part):
    source: str = ""
    kind: Literal[
        "auto",
        "folder",
        "table",
        "manifest",
        "voc",
        "coco",
        "masks",
        "multilabel",
        "text",
        "series",
    ] = "auto"
    path_col: str | None = None
    label_col: str | None = None
    group_col: str | None = None
    label_cols: tuple[str, ...] | None = None
    label_separator: Annotated[str, Field(min_length=1)] | None = None
    text_col: str | None = None
    time_col: str | None = None
    time_format: str | None = None
    target_col: str | None = None
    id_col: str | None = None
    mask_pattern: str | None = None
    class_level: Literal["first", "last", "joined"] = "first"
    workers: Auto | Annotated[int, Field(ge=0, strict=True)] = "auto"
    cache: Literal["auto", "disk", "memory", "none"] = "auto"
    max_megapixels: Annotated[float, Field(gt=0, le=178)] = 64.0  # Pillow itself stops at 178
    near_duplicates: Literal["group", "ignore"] = "group"


class DecodePart(Part):
    background: Literal["white", "black", "grey"] = "white"
    color: Literal["srgb", "raw"] = "srgb"
    truncated: Literal["refuse", "repair"] = "refuse"
    max_aspect: Annotated[float, Field(ge=1)] = 50.0
    max_file_mb: Positive = 128.0
    max_memory_mb: Annotated[float, Field(ge=64)] = 256.0
    max_seconds: Annotated[float, Field(ge=0.1)] = 2.0


class SplitPart(Part):
    kind: Literal["auto", "given", "holdout", "time", "kfold", "bootstrap"] = "auto"
    ratio: str | None = None
    valid: Share = 0.15
    test: Annotated[float, Field(ge=0, lt=1)] = 0.15
    folds: Annotated[int, Field(ge=2, le=100, strict=True)] = 5
    stratify: Literal["stable", "exact", "none"] = "stable"
    keep: str | None = None
    seed: Seed = 0

    @model_validator(mode="before")
    @classmethod
    def _shares_of_ratio(cls, tree: Any) -> Any:
        """Fill in the shares that a ratio means, so that those who read them need not know it."""
        if not isinstance(tree, Mapping) or not isinstance(tree.get("ratio"), str):
            return tree
        shares = _ratio_shares(tree["ratio"])
        if shares is None:  # the field itself will say what is wrong
            return tree
        for name, share in zip(("valid", "test"), shares, strict=True):
            if tree.get(name, share) not in (share, cls.model_fields[name].default):
                raise PydanticCustomError("one_of_ratio", "either a ratio or shares")
        return {**tree, "valid": shares[0], "test": shares[1]}

    @field_validator("ratio")
    @classmethod
    def _readable_ratio(cls, text: str | None) -> str | None:
        if text is not None and _ratio_shares(text) is None:
            raise PydanticCustomError("ratio", "train:valid:test")
        return text

    @model_validator(mode="after")
    def _leave_some_for_training(self) -> Self:
        if self.valid + self.test >= 1:
            raise PydanticCustomError("shares", "valid and test together below 1")
        return self


def _ratio_shares(text: str) -> tuple[float, float] | None:
    """Return the shares of valid and test that ``4:3:3`` or ``8:2`` means, or None."""
    try:
        train, valid, *more = (float(number) for number in text.split(":"))
    except ValueError:
        return None
    test = more[0] if more else 0.0
    total = train + valid + test
    if len(more) > 1 or not (train > 0 and valid > 0 and test >= 0 and total < float("inf")):
        return None
    return valid / total, test / total


class AuditPart(Part):
    leaks: Literal["fail", "drop"] = "fail"
    allow: tuple[str, ...] = ()

    @field_validator("allow", mode="before")
    @classmethod
    def _one_name_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class PreprocessPart(Part):
    resize: Literal["squash", "crop", "pad"] = "squash"
    interpolation: Literal["nearest", "box", "bilinear", "bicubic", "lanczos"] = "bicubic"
    crop_to: Literal["none", "box"] | Region = "none"
    crop_ratio: Annotated[float, Field(gt=0, le=1)] = 1.0
    contrast: Annotated[float, Field(ge=0, le=10)] = 1.0
    saturation: Annotated[float, Field(ge=0, le=10)] = 1.0
    clahe: Annotated[float, Field(ge=0, le=256)] = 0.0
    scale: Auto | Literal["zscore", "minmax", "unit", "published"] = "auto"


class AugmentPart(Part):
    flip: Auto | Literal["none", "horizontal", "vertical", "both", "alternating"] = "auto"
    min_area: Auto | Annotated[float, Field(gt=0, le=1)] = "auto"
    rotate: Auto | Annotated[float, Field(ge=0, le=180)] = "auto"
    shift: Auto | Unit = "auto"
    color: Auto | Unit = "auto"
    erase: Auto | Unit = "auto"
    hue: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    noise: Unit = 0.0
    blur: Annotated[float, Field(ge=0, le=20)] = 0.0
    policy: Literal["none", "randaugment", "trivialaugment"] = "none"
    magnitude: Annotated[int, Field(ge=0, le=30, strict=True)] = 9
    num_ops: Annotated[int, Field(ge=1, le=10, strict=True)] = 2
    mixup: Annotated[float, Field(ge=0, le=100)] = 0.0
    cutmix: Annotated[float, Field(ge=0, le=100)] = 0.0


def _finite_tree(layers: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse what YAML can hold and no list of layers means: circles, dates, endless nesting."""
    left, waiting = 20_000, [(item, 0) for item in layers]
    while waiting:
        item, depth = waiting.pop()
        left -= 1
        plain = item is None or isinstance(item, str | int | float | bool | list | tuple | dict)
        if not plain or depth > 70 or left < 0:
            raise PydanticCustomError("layers", "a finite list of layers")
        if isinstance(item, dict):
            waiting += [(inner, depth + 1) for pair in item.items() for inner in pair]
        elif isinstance(item, list | tuple):
            waiting += [(inner, depth + 1) for inner in item]
    return layers


Layers = Annotated[tuple[str | dict[str, Any], ...], AfterValidator(_finite_tree)]


class ModelPart(Part):
    name: str = "convnet"
    size: Auto | Annotated[int, Field(ge=4, le=2048, strict=True)] = "auto"
    weights: str | None = None
    layers: Layers | None = None
    width: Annotated[int, Field(ge=8, le=512, strict=True)] = 64
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    drop_path: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="before")
    @classmethod
    def _layers_are_no_convnet(cls, tree: Any) -> Any:
        """With layers the name is a label, and that of the default network would mislead."""
        if not isinstance(tree, Mapping) or tree.get("layers") is None:
            return tree
        named = tree.get("name", "convnet") != "convnet"
        return tree if named else {**tree, "name": "layers"}


class TransferPart(Part):
    """May be written as one word: ``transfer: frozen``."""

    mode: Literal["auto", "full", "last-blocks", "frozen"] = "auto"
    blocks: Count = 1
    rate: Annotated[float, Field(gt=0, le=1)] = 0.1
    unfreeze: Duration | None = None

    @model_validator(mode="before")
    @classmethod
    def _a_word_is_a_mode(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value


class LossPart(Part):
    name: str = "cross_entropy"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.1
    gamma: Annotated[float, Field(ge=0, le=10)] = 2.0


class BalancePart(Part):
    method: Literal[
        "auto",
        "none",
        "class-weights",
        "effective-number",
        "balanced-sampling",
        "sqrt-sampling",
        "upsample",
        "downsample",
        "logit-adjustment",
    ] = "auto"
    beta: Annotated[float, Field(ge=0, lt=1)] = 0.999
    tau: Annotated[float, Field(gt=0, le=4)] = 1.0
    baseline: str | None = None


class DecidePart(Part):
    calibration: Literal["auto", "none", "temperature", "vector"] = "auto"
    goal: Literal["none", "f_beta", "balanced_accuracy", "precision", "cost"] = "none"
    when: Literal["auto", "always"] = "auto"
    beta: Annotated[float, Field(gt=0, le=10)] = 1.0
    precision: Annotated[float, Field(gt=0, lt=1)] = 0.95
    costs: dict[str, dict[str, NotNegative]] | None = None
    reject: Annotated[float, Field(gt=0, lt=1)] | None = None


class OptimizerPart(Part):
    name: str = "auto"
    lr: Auto | Positive = "auto"
    weight_decay: Auto | NotNegative = "auto"
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    nesterov: bool = True
    beta2: Annotated[float, Field(gt=0, lt=1)] = 0.999
    vector_rate: Annotated[float, Field(gt=0, le=10)] = 1.0
    layer_decay: Annotated[float, Field(gt=0, le=1)] = 1.0


class SchedulePart(Part):
    name: str = "onecycle"
    warmup: Auto | Duration = "auto"
    milestones: tuple[Duration, ...] | None = None
    every: Duration | None = None
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    growth: Annotated[float, Field(ge=1, le=10)] = 2.0
    power: Annotated[float, Field(gt=0, le=10)] = 1.0
    patience: Duration = Duration(5, "ep")
    floor: Annotated[float, Field(ge=0, lt=1)] = 0.0


class RegularizePart(Part):
    l1: NotNegative = 0.0
    l2: NotNegative = 0.0
    weight_noise: NotNegative = 0.0
    sam: NotNegative = 0.0


class AveragePart(Part):
    """May be written as one word: ``average: ema``."""

    kind: Literal["none", "ema", "swa"] = "none"
    decay: Annotated[float, Field(gt=0, lt=1)] = 0.999
    start: Annotated[float, Field(ge=0, lt=1)] = 0.75
    every: Duration = Duration(1, "ep")

    @model_validator(mode="before")
    @classmethod
    def _a_word_is_a_kind(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value


class TrainPart(Part):
    epochs: Auto | Count = "auto"
    batch_size: Auto | Count = "auto"
    accumulate: Count = 1
    early_size: Annotated[int, Field(ge=4, le=2048, strict=True)] | None = None
    early_epochs: Count | None = None
    seed: Seed = 0
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    layout: Literal["auto", "channels-last", "contiguous"] = "auto"
    compile: Literal["auto", "on", "off"] = "auto"
    patience: Duration | None = None
    limit: Duration | None = None
    checkpoint: Duration = Duration(30, "s")
    monitor: Literal["loss", "accuracy"] = "loss"
    clip_norm: Positive | None = None
    on_nan: Literal["rollback", "stop", "skip"] = "rollback"

    @field_validator("compile", mode="before")
    @classmethod
    def _yaml_words(cls, value: Any) -> Any:
        """YAML reads on and off as true and false."""
        return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


def _one_name_or_none(value: Any) -> Any:
    return () if value is None else (value,) if isinstance(value, str) else value


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise PydanticCustomError("each_once", "each name once")
    return names


Names = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(_one_name_or_none),
    AfterValidator(_each_once),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            ]
        }
    ),
]


class Recipe(Part):
    """What to run, from the source of the images to the seed of the weights."""

    version: Count = RECIPE_VERSION
    data: DataPart = DataPart()
    decode: DecodePart = DecodePart()
    split: SplitPart = SplitPart()
    audit: AuditPart = AuditPart()
    preprocess: PreprocessPart = PreprocessPart()
    augment: AugmentPart = AugmentPart()
    model: ModelPart = ModelPart()
    transfer: TransferPart = TransferPart()
    loss: LossPart = LossPart()
    balance: BalancePart = BalancePart()
    decide: DecidePart = DecidePart()
    optimizer: OptimizerPart = OptimizerPart()
    schedule: SchedulePart = SchedulePart()
    regularize: RegularizePart = RegularizePart()
    average: AveragePart = AveragePart()
    train: TrainPart = TrainPart()
    track: Names = ()


def decoding_of(data: DataPart, decode: DecodePart) -> Decoding:
    """Return what the recipe says of decoding as the value that decoders take."""
    return Decoding(
        background=decode.background,
        color=decode.color,
        truncated=decode.truncated,
        megapixels=data.max_megapixels,
        aspect=decode.max_aspect,
        bytes=int(decode.max_file_mb * 1e6),
        memory=int(decode.max_memory_mb * 1e6),
        seconds=decode.max_seconds,
    )
