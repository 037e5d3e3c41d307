"""The glossary is complete in both languages, is found by any name, and says what is true here."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dojang.app.cli import build_command
from dojang.core.errors import DojangError
from dojang.core.glossary import find, term, terms
from dojang.core.i18n import LANGUAGES, use_language
from dojang.core.messages import CATALOGUE
from dojang.core.recipe import Recipe, keys, override, parse_settings

ROOT = Path(__file__).resolve().parents[2]
HANGUL = re.compile("[가-힣]")
SENTENCE = re.compile(r"[.!?](?=\s|$)")
TICKED = re.compile(r"`([^`]+)`")
SECTION = re.compile(r"§(\w+)")
KEYS = """
perceptron layer activation parameter backbone head feature convolution kernel receptive-field
pooling attention transformer residual-connection normalization dropout logit softmax loss
cross-entropy gradient backpropagation optimizer momentum adamw learning-rate schedule warmup batch
epoch step weight-decay label-smoothing early-stopping gradient-clipping mixed-precision
weight-averaging initialization vanishing-gradient dead-unit transfer-learning fine-tuning
frozen-features seed sample class label class-imbalance class-weights label-noise near-duplicate
leak shortcut augmentation mixup preprocessing training-part validation-part test-part
stratification group cross-validation out-of-fold learning-curve overfitting underfitting
generalization-gap bias variance divergence plateau sharpness scaling-law accuracy
balanced-accuracy precision recall f1 confusion-matrix macro-average log-loss brier-score roc-auc
confidence confidence-interval bootstrap calibration calibration-error temperature-scaling
threshold abstention slice paired-comparison multiple-comparisons saliency-map grad-cam
integrated-gradients occlusion faithfulness feature-map nearest-neighbour similarity ensemble
test-time-augmentation drift
"""

WANTED = KEYS.split()

every = pytest.mark.parametrize("entry", terms(), ids=lambda e: e.key)


def plain(text: str) -> str:
    return re.sub(r"[\s_–-]+", "", text).casefold()


def test_the_terms_that_pages_link_to_are_there() -> None:
    assert {entry.key for entry in terms()} == set(WANTED)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) for key in WANTED)
    assert len(terms()) == len(WANTED) >= 100


@every
def test_a_term_says_the_same_amount_in_both_languages(entry: Any) -> None:
    texts, places = [], []
    for lang in LANGUAGES:
        with use_language(lang):
            texts.append(entry.text)
            places.append(entry.where)
            assert entry.name and entry.topic_name
            assert 2 <= len(SENTENCE.findall(entry.text)) <= 3, entry.text
            assert len(SENTENCE.findall(entry.where)) == 1 and entry.where.endswith("."), (
                entry.where
            )
            assert "§" not in entry.where and "  " not in entry.text + entry.where
            assert entry.text.count("(") == entry.text.count(")")
    english, korean = texts
    assert english != korean and places[0] != places[1]
    assert all(HANGUL.search(text) for text in (korean, places[1]))
    assert not any(HANGUL.search(text) for text in (english, places[0], entry.names[0]))
    assert 0.3 < len(korean) / len(english) < 0.85
    assert 80 < len(english) < 480


@every
def test_numbers_are_the_same_in_both_languages(entry: Any) -> None:
    """Years of papers and per cents; what Korean counts in 만 or English in words is left out."""
    for pattern in (r"\b(?:19|20)\d\d\b", r"\d+(?:\.\d+)?(?= ?%(?!p))"):
        found = [set(re.findall(pattern, text)) for text in entry.texts]
        if "%" in pattern and found[0] != found[1]:
            found = [{n.lstrip("~") for n in names} for names in found]
        assert found[0] == found[1], (entry.key, found)


@every
def test_english_writes_a_space_before_per_cent_and_korean_none(entry: Any) -> None:
    for english, korean in (entry.texts, entry.places):
        assert not re.search(r"\d%", english)
        assert not re.search(r"\d %", korean)


def test_names_and_aliases_mean_one_term_only() -> None:
    owners: Counter[str] = Counter()
    for entry in terms():
        owners.update({plain(word) for word in (entry.key, *entry.names, *entry.aliases)})
        own = [plain(alias) for alias in entry.aliases]
        assert len(own) == len(set(own)), entry.key
        assert not set(own) & {plain(w) for w in (entry.key, *entry.names)}, entry.key
    assert [word for word, count in owners.items() if count > 1] == []


def test_what_to_read_next_exists() -> None:
    for entry in terms():
        assert entry.see and entry.key not in entry.see
        assert len(set(entry.see)) == len(entry.see)
        for key in entry.see:
            assert term(key).key == key


def test_topics_come_one_after_the_other() -> None:
    topics = [entry.topic for entry in terms()]
    assert topics == [topic for topic in dict.fromkeys(topics) for _ in range(topics.count(topic))]
    assert {f"words.topic.{topic}" for topic in topics} == {
        key for key in CATALOGUE if key.startswith("words.topic.")
    }


# --- Finding ----------------------------------------------------------------------------------


@every
def test_a_term_is_found_by_any_of_its_names(entry: Any) -> None:
    for word in (entry.key, *entry.names, *entry.aliases):
        assert find(word) is entry
        assert find(f"  {word.upper()} ") is entry
    assert find(entry.key.replace("-", " ")) is entry
    assert find(entry.key.replace("-", "_")) is entry
    assert find(entry.names[1].replace(" ", "")) is entry


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("overfiting", "overfitting"), ("과적함", "과적합"), ("kernal", "kernel")],
)
def test_a_word_that_is_nearly_right_is_offered(typed: str, offered: str) -> None:
    for lang in LANGUAGES:
        with use_language(lang), pytest.raises(DojangError) as caught:
            find(typed)
        with use_language(lang):
            assert offered in str(caught.value) and typed in str(caught.value)


@pytest.mark.parametrize("typed", ["", "   ", "zzzzqq", "{name}", "%s", "§curve"])
def test_what_is_no_word_is_refused(typed: str) -> None:
    with pytest.raises(DojangError):
        find(typed)


def test_an_unknown_key_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        term("Overfitting")


# --- What a place says is true ------------------------------------------------------------------

# Words that a place writes as they stand in a recipe, a profile or a table of scores.
VALUES = {
    "convnet": "docs/models.md",
    "relu": "docs/models.md",
    "gelu": "docs/models.md",
    "silu": "docs/models.md",
    "tanh": "docs/models.md",
    "sigmoid": "docs/models.md",
    "maxpool": "docs/models.md",
    "avgpool": "docs/models.md",
    "gap": "docs/models.md",
    "residual:": "docs/models.md",
    "adam": "docs/recipe.md",
    "adamw": "docs/recipe.md",
    "auto": "docs/recipe.md",
    "ema": "docs/recipe.md",
    "swa": "docs/recipe.md",
    "preprocess": "docs/recipe.md",
    "ece": "docs/scores.md",
    "forward": "docs/profile.md",
    "backward": "docs/profile.md",
}
CHECKS = {
    key.removeprefix("check.").removesuffix(".title").replace("_", "-")
    for key in CATALOGUE
    if key.startswith("check.") and key.endswith(".title")
}


@cache
def commands() -> dict[str, Any]:
    found: dict[str, Any] = build_command().commands
    return found


def options(name: str) -> dict[str, Any]:
    parameters = commands()[name].params
    return {option: p for p in parameters for option in p.opts if option.startswith("-")}


def wrong(token: str, command: str) -> str:
    """What is wrong with one thing in backticks; ``command`` is the last one named before it."""
    if token.startswith("dojang "):
        _, name, *rest = token.split()
        if name not in commands():
            return f"no command {name}"
        known = options(name)
        for i, word in enumerate(rest):
            if word.startswith("-") and word not in known:
                return f"{name} has no option {word}"
            if word == "--method":
                assert f"`{rest[i + 1]}`" in (ROOT / "docs/explain.md").read_text("utf-8")
        return ""
    if token.startswith("--"):
        names = [command] if command else ["train"]
        return "" if token in options(names[0]) else f"{names[0]} has no option {token}"
    if re.fullmatch(r"[a-z]+\.[a-z_0-9]+=\S+", token):
        override(Recipe(), parse_settings([token]))  # raises where key or value is wrong
        return ""
    if token in set(keys()) or token in CHECKS:
        return ""
    if re.fullmatch(r"\S+\.(json|parquet|csv|html)", token):
        known_files = (ROOT / "docs/run-folder.md").read_text("utf-8").replace("<part>", "valid")
        return "" if f"`{token}`" in known_files else f"no file {token}"
    if token in VALUES:
        page = (ROOT / VALUES[token]).read_text("utf-8")
        return "" if token in page else f"{VALUES[token]} does not know {token}"
    return f"what is {token}?"


def test_every_command_key_check_and_file_that_a_place_names_exists() -> None:
    found, count = [], 0
    for entry in terms():
        for place in entry.places:
            command = ""
            for token in TICKED.findall(place):
                count += 1
                if token.startswith("dojang "):
                    command = token.split()[1]
                if complaint := wrong(token, command if token.startswith("--") else ""):
                    found.append(f"{entry.key}: {complaint}")
    assert found == []
    assert count > 200


def test_every_section_that_a_place_names_exists() -> None:
    named = {s for entry in terms() for place in entry.places for s in SECTION.findall(place)}
    assert len(named) >= 8
    assert {f"report.section.{s}" for s in named} <= set(CATALOGUE)
    parts = ROOT / "src/dojang/analysis/report/templates/parts"
    assert [name for name in named if not (parts / f"{name}.html").is_file()] == []


@every
def test_both_languages_name_the_same_things(entry: Any) -> None:
    english, korean = entry.places
    assert sorted(TICKED.findall(english)) == sorted(TICKED.findall(korean)) or (
        set(TICKED.findall(english)) ^ set(TICKED.findall(korean)) <= set(VALUES)
    )
    assert sorted(SECTION.findall(english)) == sorted(SECTION.findall(korean))


@pytest.mark.parametrize(
    "key", ["ensemble", "test-time-augmentation", "drift", "vanishing-gradient"]
)
def test_what_there_is_not_is_said_so(key: str) -> None:
    english, korean = term(key).places
    assert "yet" in english and "nearest" in english
    assert "아직" in korean and "가장 가까운 것" in korean


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, dojang.core.glossary as g; g.terms()[0].where;"
        "print([m for m in ('torch', 'numpy', 'pandas', 'rich', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- Pages --------------------------------------------------------------------------------------


def pages() -> Any:
    path = ROOT / "tools/glossary_pages.py"
    spec = importlib.util.spec_from_file_location("tools_glossary_pages", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_up_to_date_and_its_anchors_are_the_keys(lang: str) -> None:
    tool = pages()
    text = tool.PAGES[lang].read_text(encoding="utf-8")
    assert text == tool.page(lang), "run: make docs"
    anchors = re.findall(r'<a id="([^"]+)"></a>', text)
    assert anchors == [entry.key for entry in terms()]
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == set(anchors)
