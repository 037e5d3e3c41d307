"""The model card: what the Hub's own client reads, what a visitor reads, and nothing private."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from dojang.analysis.report.card import is_untouched, make_card, write_card
from dojang.analysis.report.card.facts import public, public_command
from dojang.analysis.report.card.header import HUB_METRICS, base_model
from dojang.analysis.report.card.markdown import Ready, code, escaped, fenced, plain, table
from dojang.analysis.report.card.tables import _FOLDERS
from dojang.analysis.report.files import read_files
from dojang.core.errors import DataError
from dojang.core.i18n import LANGUAGES, use_language
from dojang.core.messages import CATALOGUE
from dojang.core.recipe import load_recipe, override, write_recipe
from dojang.core.store import RunFolder, read_json, write_json, write_record, write_text
from dojang.core.types import RunRecord
from tests.fakes import fake_run

SOURCE = Path(__file__).resolve().parents[2] / "src/dojang"
HOSTILE = (
    "<script>alert(1)</script>",
    "| a | b |\n|---|---|",
    "`tick` ```fence``` **bold** _em_ ~~x~~ $x^2$",
    "[click](https://evil.example) www.evil.example a@b.example :smile: @kim",
    "---\nlicense: mit\n---",
    "{{ 7 * 7 }} {% raw %}",
    "# heading \u202etxt.exe",
    "- 'quote\" : {a: b} & amp;",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Any]:
    """Return a run that no test changes, its test part sealed or opened."""

    @cache
    def make(opened: bool) -> Any:
        return fake_run(tmp_path_factory.mktemp("runs") / "run-1", opened=opened)

    return make


def card(folder: RunFolder, record: RunRecord, lang: str = "en", **more: Any) -> ModelCard:
    with use_language(lang):
        return ModelCard(make_card(read_files(folder, record), lang, **more))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("opened", [False, True])
def test_the_hub_reads_the_scores_of_the_evaluation(
    made: Callable[[bool], Any], lang: str, opened: bool
) -> None:
    folder, record = made(opened)
    found = card(folder, record, lang)
    data = found.data
    part = "test" if opened else "valid"
    kept = read_json(folder.evaluation(part))["metrics"]
    theirs = {hub: name for name, (hub, _) in HUB_METRICS.items()}

    assert data.language == lang and data.library_name == "dojang"
    assert data.pipeline_tag == "image-classification"
    assert data.license is None and data.base_model is None and data.datasets is None
    assert len(data.eval_results) >= 8
    for result in data.eval_results:
        assert result.metric_value == kept[theirs[result.metric_type]]["value"]
        assert result.dataset_split == ("test" if opened else "validation")
        assert result.dataset_name == "clothing.zip" and result.dataset_type == "imagefolder"
        assert result.dataset_args == {"sha256": record.data["hash"]}
    assert data.model_name == "run-1"
    assert set(data.metrics) <= {result.metric_type for result in data.eval_results}


def test_a_validation_score_is_called_so(made: Callable[[bool], Any]) -> None:
    sealed = card(*made(False)).text
    assert "This is a validation score, not a test score: the test part is still sealed." in sealed
    assert "Scored on: Validation" in sealed
    opened = card(*made(True)).text
    assert "validation score" not in opened and "Scored on: Test" in opened
    assert "2026-03-15" in opened


def test_folds_are_said_and_scored_out_of_fold(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1", folds=3)
    found = card(folder, record)
    assert {r.dataset_split for r in found.data.eval_results} == {"out-of-fold"}
    assert "3, one for each fold of a cross-validation" in found.text
    assert "Out-of-fold" in found.text
    write_json(folder.split_facts, {**read_json(folder.split_facts), "kind": "bootstrap"})
    drawn = card(folder, record)
    assert {r.dataset_split for r in drawn.data.eval_results} == {"out-of-bag"}
    assert "3, each trained on images drawn with replacement" in drawn.text


def test_a_run_without_scores_says_so_and_claims_none(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    for path in (folder.evaluation("valid"), folder.predictions("valid"), folder.decisions):
        path.unlink(missing_ok=True)
    found = card(folder, replace(record, status="interrupted", input=None))
    assert found.data.eval_results is None and found.data.metrics is None
    assert "It has not been scored" in found.text and "The training has not finished." in found.text


def test_a_bare_run_has_a_card(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    for path in sorted(folder.path.rglob("*")):
        if path.is_file() and path != folder.record:
            path.unlink()
    bare = replace(record, data={"source": "x"}, environment={}, input=None, seconds=0.0)
    for lang in LANGUAGES:
        assert ModelCard(str(card(folder, bare, lang))).data.language == lang


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_part_of_the_annotated_template_is_there(
    made: Callable[[bool], Any], lang: str
) -> None:
    folder, record = made(True)
    text = card(folder, record, lang, licence="apache-2.0", repo="kim/clothes").text
    heads = re.findall(r"^## (.+)$", text, re.M)
    with use_language(lang):
        wanted = [
            CATALOGUE[f"card.section.{name}"][LANGUAGES.index(lang)]
            for name in ("details", "uses", "start", "data", "training", "evaluation", "limits",
                         "environment")
        ]  # fmt: skip
    assert heads[: len(wanted)] == wanted
    for name in record.classes:
        assert f"| {name} |" in text
    assert "dojang predict clothes photos/" in text and "hf download kim/clothes" in text
    assert record.data["hash"] in text and "None" not in text and "nan" not in text.lower()


def test_a_licence_and_a_repository_are_named_where_given(made: Callable[[bool], Any]) -> None:
    folder, record = made(False)
    found = card(folder, record, licence="cc-by-4.0", repo="kim/clothes")
    assert found.data.license == "cc-by-4.0" and found.data.model_name == "clothes"
    assert "the author must choose" not in found.text
    assert "the author must choose" in card(folder, record).text


@pytest.mark.parametrize("licence", ["", "Apache 2.0", "mit\nlicense: x", "-x", "MIT"])
def test_what_can_be_no_licence_is_refused(made: Callable[[bool], Any], licence: str) -> None:
    folder, record = made(False)
    with pytest.raises(DataError):
        write_card(folder, record, licence=licence)
    assert not folder.card.exists()


@pytest.mark.parametrize("repo", ["clothes", "a/b/c", "a/../b", "kim/", "kim/x; rm -rf", "김/옷"])
def test_what_can_be_no_repository_is_refused(made: Callable[[bool], Any], repo: str) -> None:
    with pytest.raises(DataError):
        write_card(*made(False), repo=repo)


# --- Nothing private ----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_paths_lose_their_folders(tmp_path: Path, lang: str) -> None:
    folder, record = fake_run(tmp_path / "secret-user" / "run-1", opened=True)
    home = "/".join(["", "ho" + "me", "kim", "secret"])
    recipe = override(
        load_recipe(folder.recipe),
        {"data.source": f"{home}/clothes.zip", "model.weights": f"{home}/old/start.safetensors",
         "balance.baseline": f"{home}/runs/before"},
    )  # fmt: skip
    write_recipe(recipe, folder.recipe)
    commands = [
        f"dojang train {home}/clothes.zip --set data.source={home}/x.zip --run {home}/runs/a",
        "dojang train 'C:\\Users\\kim\\secret\\photos' --run b",
    ]
    where = {"commands": commands, "platform": "Linux-6.1-myhost-x86_64"}
    record = replace(
        record,
        data={**record.data, "source": f"{home}/clothes.zip"},
        environment={**record.environment, **where},
    )
    text = str(card(folder, record, lang))
    for word in ("secret", "kim", "myhost", str(tmp_path), "Users"):
        assert word not in text
    assert "start.safetensors" in text and "dojang train clothes.zip" in text
    assert "--set data.source=x.zip --run a" in text and "dojang train photos --run b" in text


def test_a_path_and_a_command_are_made_public() -> None:
    assert public("a/b/c.zip") == "c.zip" and public("a/b/") == "b" and public("plain") == "plain"
    assert public("train.epochs=3") == "train.epochs=3" and public("k=/a/b") == "k=b"
    assert public_command("dojang train 'my photos/x y'") == "dojang train 'x y'"
    assert public_command("dojang 'unfinished") == ""
    assert _FOLDERS.sub("", "camera: /a/b/c d") == "camera: c d"
    assert _FOLDERS.sub("", "site: D:\\x\\y") == "site: y"
    assert _FOLDERS.sub("", "width / height and/or") == "width / height and/or"


# --- Names that others chose ---------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_names_stay_text(tmp_path: Path, lang: str) -> None:
    folder, record = fake_run(tmp_path / "run-1", classes=HOSTILE, opened=True)
    record = replace(
        record,
        name=HOSTILE[4],
        data={**record.data, "source": HOSTILE[0] + HOSTILE[4]},
        environment={**record.environment, "processor": HOSTILE[0]},
    )
    write_record(folder, record)
    text = str(card(folder, record, lang))
    header, _, body = text.removeprefix("---\n").partition("\n---\n")
    tree = yaml.safe_load(header)

    assert tree["language"] == lang and "license" not in tree
    assert "<script" not in body and "\u202e" not in text
    assert len(re.findall("<", body)) == 1, "the mark of Dojang alone"
    assert not re.search(r"(?<!\\)\]\(", body), "no link"
    assert not re.search(r"https?://|\bwww\.", re.sub("`[^`]*`|```.*?```", "", body, flags=re.S))
    assert "49" not in re.findall(r"\{\{ (.*?) \}\}", body)
    for line in body.splitlines():
        if line.startswith("|"):
            cells = re.findall(r"(?<!\\)\|", line)
            assert len(cells) >= 3, line
    rows = [line for line in body.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert widths <= {3, 4, 5, 6, 7}
    assert not any(line.strip() == "---" for line in body.splitlines())

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    spans = [span for token in tokens for span in token.children or ()]
    kinds = {token.type for token in tokens} | {span.type for span in spans}
    assert not kinds & {"link_open", "image", "html_inline", "em_open", "s_open", "hr"}
    heads = [token for token in tokens if token.type == "heading_open"]
    assert len([head for head in heads if head.tag == "h1"]) == 1
    cells = {
        "".join(span.content for span in token.children or ())
        for before, token in pairwise(tokens)
        if before.type == "td_open"
    }
    assert {plain(name) for name in HOSTILE} <= cells, "each name is shown as it is"


def test_markdown_of_names() -> None:
    assert escaped("a_b*c") == "a\\_b\\*c" and escaped("<b>&") == "&lt;b&gt;&amp;"
    assert escaped(Ready("**x**")) == "**x**"
    assert escaped("a: b :x: 3:4") == "a: b \\:x: 3:4"
    assert escaped("https://x") == "https\\://x" and escaped("www.x") == "www&#46;x"
    assert plain("a\nb\tc\x00\u202e\udc80") == "a b c?"
    assert plain("x" * 500, 10) == "x" * 9 + "…"
    assert code("a`b") == "``a`b``" and code("`x`") == "`` `x` ``"
    assert fenced(["echo '```'"]).startswith("````")
    assert table(["a|b", "c"], [["x|y", 1]]) == "| a\\|b | c |\n| --- | ---: |\n| x\\|y | 1 |"


# --- The file -------------------------------------------------------------------------------------


def test_a_card_is_written_again_but_what_people_wrote_stays(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    path = write_card(folder, record, "en")
    assert path == folder.card and is_untouched(path)
    first = path.read_text(encoding="utf-8")
    assert write_card(folder, record, "en").read_text(encoding="utf-8") == first
    write_text(path, first.replace("## Uses", "## Uses by us"))
    assert not is_untouched(path)
    with pytest.raises(DataError):
        write_card(folder, record, "en")
    assert "Uses by us" in path.read_text(encoding="utf-8")
    assert is_untouched(write_card(folder, record, "ko", force=True))
    path.write_text("# mine\n", encoding="utf-8")
    with pytest.raises(DataError):
        write_card(folder, record, "en")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError):
        write_card(folder, record, "en")


def test_published_weights_are_named_by_the_hub_and_only_where_known(tmp_path: Path) -> None:
    import timm

    folder, record = fake_run(tmp_path / "run-1")

    def named(name: str, weights: str | None, version: str = timm.__version__) -> str | None:
        chosen = {"model.name": name, "model.weights": weights}
        write_recipe(override(load_recipe(folder.recipe), chosen), folder.recipe)
        old = replace(record, environment={**record.environment, "timm": version})
        return base_model(read_files(folder, old))

    expected = timm.get_pretrained_cfg("resnet18").hf_hub_id
    assert named("timm/resnet18", "hub") == expected and expected.startswith("timm/resnet18")
    assert named("timm/resnet18", None) is None
    assert named("timm/resnet18", "hub", "0.0.1") is None
    assert named("torchvision/resnet18", "hub") is None
    assert named("timm/resnet18", "runs/before") is None


def test_every_text_of_the_card_is_used_and_exists() -> None:
    template = (SOURCE / "analysis/report/templates/card.md").read_text("utf-8")
    code_text = "".join(
        path.read_text("utf-8")
        for path in (
            *(SOURCE / "analysis/report/card").glob("*.py"),
            SOURCE / "app/show_card.py",
            SOURCE / "app/commands/use.py",
        )
    )
    named = set(re.findall(r'say\("([a-z_.]+)"', template))
    whole = {key for key in named if not key.endswith(".")}
    assert len(whole) > 50 and whole <= set(CATALOGUE)
    for key in CATALOGUE:
        if key.startswith("card.") and not key.endswith(".fix"):
            family = key.rpartition(".")[0] + "."
            seen = f'"{key}"' in template + code_text
            assert seen or f'"{family}"' in template or f"{family}{{" in code_text, key
