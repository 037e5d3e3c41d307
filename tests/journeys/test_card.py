"""A model card from the command line and from Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

import dojang as package
from dojang.core.i18n import use_language
from dojang.core.store import RunFolder, read_json
from shapes import Dojang


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "run"))


def test_a_trained_run_gets_a_card_that_the_hub_reads(run: Path, dojang: Dojang) -> None:
    with use_language("en"):
        answer = dojang("card", run)
    assert answer.code == 0 and "--licence" in answer.out and "recipe.yaml" in answer.out
    found = ModelCard.load(run / "README.md")
    kept = read_json(RunFolder(run).evaluation("valid"))["metrics"]["accuracy"]["value"]
    values = {r.metric_type: r.metric_value for r in found.data.eval_results}
    assert values["accuracy"] == kept
    assert "고양이" in found.text and str(run.parent) not in found.text


def test_a_card_of_somebody_is_not_replaced(run: Path, dojang: Dojang) -> None:
    (run / "README.md").write_text("# mine\n", encoding="utf-8")
    refused = dojang("card", run)
    assert refused.code == 2 and "--force" in refused.err
    done = dojang("card", run, "--force", "--license", "mit", "--repo", "kim/shapes", "--json")
    assert done.json == {"path": str(run / "README.md"), "licence": "mit"}
    assert ModelCard.load(run / "README.md").data.license == "mit"


def test_a_licence_that_is_none_is_answered(run: Path, dojang: Dojang) -> None:
    answer = dojang("card", run, "--licence", "Apache License 2.0")
    assert answer.code == 2 and "apache-2.0" in answer.err


def test_from_python_in_korean(run: Path, tmp_path: Path) -> None:
    path = package.load(run).card("ko", tmp_path / "card.md", licence="mit")
    found = ModelCard.load(path)
    assert found.data.language == "ko" and "## 모델 정보" in found.text
