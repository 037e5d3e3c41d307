"""The header of a model card: what the Hugging Face Hub reads of a run."""

from __future__ import annotations

import math
from typing import Any

from dojang.analysis.report.build import Page
from dojang.analysis.report.card.markdown import plain
from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.words import metric_name
from dojang.core.types import Evaluation

# Our name of a score: what the Hub calls it, and with what arguments.
HUB_METRICS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "accuracy": ("accuracy", None),
    "balanced_accuracy": ("balanced_accuracy", None),
    "macro_f1": ("f1", {"average": "macro"}),
    "macro_precision": ("precision", {"average": "macro"}),
    "macro_recall": ("recall", {"average": "macro"}),
    "roc_auc": ("roc_auc", {"multi_class": "ovr", "average": "macro"}),
    "mcc": ("matthews_correlation", None),
    "log_loss": ("log_loss", None),
    "brier": ("brier_score", None),
    "ece": ("expected_calibration_error", {"n_bins": 15}),
}
CARD_METRICS = ("accuracy", "f1", "precision", "recall", "roc_auc", "brier_score")


def header(
    files: RunFiles,
    page: Page,
    scored: Evaluation | None,
    language: str,
    licence: str | None,
    repo: str | None,
) -> str:
    """Return the header as YAML, made by the Hub's own client.

    Args:
        scored: the part whose scores are told.
        language: of the card.
        licence: its id on the Hub, or None where there is none yet.
        repo: OWNER/NAME on the Hub.
    """
    from huggingface_hub import ModelCardData

    results = _results(files, page, scored)
    found = {result.metric_type for result in results}
    name = plain(repo.partition("/")[2] if repo else files.record.name)
    data = ModelCardData(
        language=language,
        license=licence,
        library_name="dojang",
        pipeline_tag="image-classification",
        tags=["image-classification", "dojang", *([] if page.network is None else ["pytorch"])],
        base_model=base_model(files),
        metrics=[metric for metric in CARD_METRICS if metric in found] or None,
        model_name=name if results else None,
        eval_results=results or None,
    )
    return data.to_yaml().rstrip("\n")


def _results(files: RunFiles, page: Page, scored: Evaluation | None) -> list[Any]:
    """The scores as the Hub lists them; none that is not defined."""
    from huggingface_hub import EvalResult

    if scored is None:
        return []
    kind = str(files.record.data.get("kind", ""))
    names, pair = [n for n in HUB_METRICS if n in scored.metrics], len(scored.per_class) == 2
    return [
        EvalResult(
            task_type="image-classification",
            dataset_type="imagefolder" if kind in ("folder", "zip", "tar") else kind or "images",
            dataset_name=plain(page.dataset) or "images",
            dataset_split=_split_name(files, scored.part),
            dataset_args={"sha256": str(files.record.data.get("hash", ""))},
            metric_type=HUB_METRICS[name][0],
            metric_name=metric_name(name),
            metric_value=scored.metrics[name].value,
            metric_args=None if pair and name == "roc_auc" else HUB_METRICS[name][1],
        )
        for name in names
        if math.isfinite(scored.metrics[name].value)
    ]


def _split_name(files: RunFiles, part: str) -> str:
    if part == "test" or files.record.folds == 1:
        return "test" if part == "test" else "validation"
    return "out-of-bag" if (files.split or {}).get("kind") == "bootstrap" else "out-of-fold"


def base_model(files: RunFiles) -> str | None:
    """Return the Hub's id of the weights that the training started from, where it is known.

    Only of timm, and only where the version that trained is the one that is asked: another may
    mean other weights by the same name.
    """
    from dojang.nn.weights import HUB

    model = files.recipe.model if files.recipe else None
    if model is None or model.weights != HUB:
        return None
    import timm

    from dojang.nn.factory import locate

    library, name = locate(model.name)
    if library != "timm" or files.record.environment.get("timm") != timm.__version__:
        return None
    config = timm.get_pretrained_cfg(name)
    return str(config.hf_hub_id) if config is not None and config.hf_hub_id else None
