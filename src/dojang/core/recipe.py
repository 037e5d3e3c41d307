"""The recipe: one strict, frozen, versioned value that says what to run.

Every field has a line in the catalogue under ``recipe.<part>.<field>``, in English and Korean; the
JSON schema and the recipe that ``dojang init`` writes are made from it. ``auto`` means that the
data decide: :mod:`dojang.recipes.auto` puts a value in its place before anything runs, and the run
folder keeps the recipe with every value filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dojang.core.durations import Duration
from dojang.core.errors import Problem, RecipeError, did_you_mean, storage_errors
from dojang.core.i18n import t
from dojang.core.types import Decoding

RECIPE_VERSION = 1

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
    flip: Auto | Literal["none", "horizontal", "vertical", "both"] = "auto"
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


class ModelPart(Part):
    name: str = "convnet"
    size: Auto | Annotated[int, Field(ge=4, le=2048, strict=True)] = "auto"
    weights: str | None = None
    width: Annotated[int, Field(ge=8, le=512, strict=True)] = 64
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0


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
    thresholds: Literal["none", "auto", "always"] = "none"
    target: Literal["macro_f1", "balanced_accuracy"] = "macro_f1"
    baseline: str | None = None


class OptimizerPart(Part):
    name: str = "adamw"
    lr: Auto | Positive = "auto"
    weight_decay: Auto | NotNegative = "auto"
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9


class SchedulePart(Part):
    name: str = "onecycle"
    warmup: Auto | Duration = "auto"


class TrainPart(Part):
    epochs: Auto | Count = "auto"
    batch_size: Auto | Count = "auto"
    accumulate: Count = 1
    seed: Seed = 0
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    patience: Duration | None = None
    limit: Duration | None = None
    checkpoint: Duration = Duration(30, "s")
    monitor: Literal["loss", "accuracy"] = "loss"
    clip_norm: Positive | None = None


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
    loss: LossPart = LossPart()
    balance: BalancePart = BalancePart()
    optimizer: OptimizerPart = OptimizerPart()
    schedule: SchedulePart = SchedulePart()
    train: TrainPart = TrainPart()


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


def load_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    Raises:
        RecipeError: not YAML, unknown or repeated keys, values of the wrong type, or a newer
            version. All problems are in one message.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError("recipe.not_utf8", path=path) from error
    except OSError as error:
        raise RecipeError("recipe.unreadable", path=path, reason=error.strerror) from error
    return parse_recipe(text, str(path))


def parse_recipe(text: str, where: str = "recipe") -> Recipe:
    """Read a recipe from YAML text; ``where`` names it in messages."""
    try:
        tree = yaml.load(text, Loader=_StrictLoader)  # a SafeLoader: builds plain values only
    except yaml.YAMLError as error:
        raise RecipeError("recipe.not_yaml", path=where, reason=_one_line(error)) from error
    if tree is None:
        tree = {}
    if not isinstance(tree, dict):
        raise RecipeError("recipe.not_mapping", path=where)
    return recipe_from(tree, where)


def recipe_from(tree: Mapping[str, Any], where: str = "recipe") -> Recipe:
    """Check a tree of plain values and return it as a recipe."""
    version = tree.get("version", RECIPE_VERSION)
    if isinstance(version, int) and version > RECIPE_VERSION:
        raise RecipeError("recipe.newer", path=where, version=version, known=RECIPE_VERSION)
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        raise RecipeError("recipe.invalid", path=where, problems=_problems(error)) from error


def override(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return ``recipe`` with dotted keys set: ``override(r, {"train.epochs": 30})``."""
    tree = plain(recipe)
    for key, value in settings.items():
        parent: dict[str, Any] = tree
        *parts, last = key.split(".")
        for part in parts:
            step = parent.setdefault(part, {})
            if not isinstance(step, dict):
                raise RecipeError("recipe.invalid", path="--set", problems=[_unknown(key)])
            parent = step
        parent[last] = value
    return recipe_from(tree, "--set")


def parse_settings(pairs: list[str]) -> dict[str, Any]:
    """Turn ``["train.epochs=30"]`` into ``{"train.epochs": 30}``; values are read as YAML."""
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise RecipeError("recipe.bad_setting", setting=pair)
        try:
            value = yaml.load(text, Loader=_StrictLoader)
        except yaml.YAMLError as error:
            raise RecipeError("recipe.bad_setting", setting=pair) from error
        settings[key.strip()] = _number(value)
    return settings


def plain(recipe: Part) -> dict[str, Any]:
    """Return the recipe as plain values, ready for YAML or JSON."""
    return recipe.model_dump(mode="json")


def to_yaml(recipe: Recipe, reasons: Mapping[str, str] | None = None) -> str:
    """Write the recipe as YAML, each field under its description and, where given, a reason.

    Args:
        reasons: by dotted key, why the field has its value.
    """
    return "\n".join([f"# {t('recipe.header')}", *_yaml_lines(recipe, "", reasons or {})]) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a recipe with descriptions in the current language."""
    schema = Recipe.model_json_schema()
    definitions = schema["$defs"]
    for name, field in Recipe.model_fields.items():
        schema["properties"][name]["description"] = t(f"recipe.{name}")
        if isinstance(field.annotation, type) and issubclass(field.annotation, Part):
            for inner in field.annotation.model_fields:
                target = definitions[field.annotation.__name__]["properties"][inner]
                target["description"] = t(f"recipe.{name}.{inner}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def keys() -> list[str]:
    """Return every dotted key of a recipe, in order."""
    return [key for key, _ in _leaves(Recipe(), "")]


def _leaves(part: Part, prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in type(part).model_fields:
        value = getattr(part, name)
        key = f"{prefix}{name}"
        found += _leaves(value, f"{key}.") if isinstance(value, Part) else [(key, value)]
    return found


def _yaml_lines(part: Part, prefix: str, reasons: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    indent = "  " * prefix.count(".")
    dumped = plain(part)
    for name in type(part).model_fields:
        key, value = f"{prefix}{name}", getattr(part, name)
        if isinstance(value, Part):
            lines += ["", f"{indent}{name}:  # {t(f'recipe.{key}')}"]
            lines += _yaml_lines(value, f"{key}.", reasons)
            continue
        lines.append(f"{indent}# {t(f'recipe.{key}')}")
        if key in reasons:
            lines.append(f"{indent}#   → {reasons[key]}")
        lines.append(f"{indent}{_yaml_entry(name, dumped[name])}")
    return lines


def _yaml_entry(name: str, value: object) -> str:
    # A list stays on its line: `allow: [leak]`.
    flow = None if isinstance(value, list) and value else False
    text = yaml.safe_dump(
        {name: value}, allow_unicode=True, width=10_000, sort_keys=False, default_flow_style=flow
    )
    return str(text).rstrip("\n")


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str | int | float) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice", key_node.start_mark
                )
            if isinstance(key, str | int | float):
                seen.add(key)
        return super().construct_mapping(node, deep)


# YAML 1.1 reads 4:3:3 as a number to the base of 60; people mean a ratio.
_BASE_60 = re.compile(r"[-+]?\d+(?:\.\d+)?(?::\d+(?:\.\d+)?)+$")
_StrictLoader.yaml_implicit_resolvers = {
    first: [("tag:yaml.org,2002:str", _BASE_60), *resolvers]
    if first in "+-0123456789"
    else resolvers
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _number(value: Any) -> Any:
    """YAML 1.1 reads ``1e-3`` as text; people mean a number."""
    if isinstance(value, str):
        try:
            return float(value) if any(c in value for c in "eE.") else value
        except ValueError:
            return value
    return value


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _problems(error: ValidationError) -> list[Problem]:
    """One problem a key: the branches of a union are alternatives, not problems of their own."""
    by_key: dict[str, list[Any]] = {}
    for item in error.errors(include_url=False):
        by_key.setdefault(_key_of(item["loc"]), []).append(item)
    return [_problem(key, items) for key, items in by_key.items()]


def _key_of(location: tuple[int | str, ...]) -> str:
    """Keep the steps that are keys of the recipe; drop the names of union branches."""
    kept: list[str] = [str(part) for part in location[:1]]
    field = Recipe.model_fields.get(kept[0]) if kept else None
    if field is not None and isinstance(field.annotation, type) and len(location) > 1:
        kept.append(str(location[1]))
    return ".".join(kept)


def _problem(key: str, items: list[Any]) -> Problem:
    first = items[0]
    if first["type"] == "extra_forbidden":
        return _unknown(key)
    expected = [_expected(item) for item in items]
    unique = list(dict.fromkeys(e for e in expected if e))
    value = _shown(first["input"])
    return Problem(
        "recipe.bad_value",
        {"key": key, "value": value, "expected": t("recipe.expect.or").join(unique)},
    )


def _unknown(key: str) -> Problem:
    known = keys() if "." in key else list(Recipe.model_fields)
    siblings = [k for k in known if k.rpartition(".")[0] == key.rpartition(".")[0]] or known
    hint = did_you_mean(key, siblings) or did_you_mean(key, keys())
    return Problem("recipe.unknown_key", {"key": key, "hint": hint})


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _expected(item: Any) -> str:
    """Say in words what would have been right."""
    kind, context = item["type"], item.get("ctx", {})
    if kind == "literal_error":
        return str(context["expected"]).replace(" or ", ", ")
    bounds = {
        "greater_than": ("recipe.expect.gt", "gt"),
        "greater_than_equal": ("recipe.expect.ge", "ge"),
        "less_than": ("recipe.expect.lt", "lt"),
        "less_than_equal": ("recipe.expect.le", "le"),
    }
    if kind in bounds:
        key, name = bounds[kind]
        return t(key, bound=f"{context[name]:g}")
    named = {
        "duration": "recipe.expect.duration",
        "shares": "recipe.expect.shares",
        "box": "recipe.expect.box",
        "finite_number": "recipe.expect.number",
        "none_required": "recipe.expect.null",
        "ratio": "recipe.expect.ratio",
        "one_of_ratio": "recipe.expect.one_of_ratio",
    }
    if kind in named:
        return t(named[kind])
    if "crop_to" in item["loc"]:  # too few numbers, too many, or no list at all
        return t("recipe.expect.box")
    family = kind.split("_")[0]
    families = {
        "int": "integer", "float": "number", "string": "text", "model": "mapping", "tuple": "list",
    }  # fmt: skip
    return t(f"recipe.expect.{families[family]}") if family in families else item["msg"]


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Write the recipe to ``path`` as commented YAML."""
    from dojang.core.store import write_text

    with storage_errors(path):
        write_text(path, to_yaml(recipe))
