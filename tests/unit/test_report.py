"""The report is one page that needs nothing else, says what there is, and escapes every name."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dojang.analysis.report import write_report
from dojang.analysis.report.charts import MAX_POINTS, Line, Panel, draw
from dojang.analysis.report.curve import make_curve
from dojang.analysis.report.images import Album
from dojang.analysis.report.render import script
from dojang.analysis.report.words import duration, message, percent, short
from dojang.core.errors import RunError
from dojang.core.i18n import use_language
from dojang.core.messages import CATALOGUE
from dojang.core.store import RunFolder, read_json, write_json, write_text
from dojang.core.types import EpochRecord, RunRecord
from tests.fakes import ENGLISH, HANGUL, fake_run

NFD = unicodedata.normalize("NFD", "고양이")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'quote\" & amp; `tick`",
    "{{ 7 * 7 }} {% raw %}",
    NFD,
    "مرحبا",
    "x" * 250,
)
LOADING = {"src", "href", "xlink:href", "srcset", "poster", "data", "action", "background"}
MESSAGES = {key: texts for key, texts in CATALOGUE.items() if key.startswith("report.")}
QUESTIONS = ("trust", "learned", "good", "fails", "why", "next")
SECTIONS = (
    *QUESTIONS, "problem", "data", "split", "model", "recipe", "curve", "scores", "decision", "classes",
    "confusion", "slices", "balance", "mistakes", "steps", "reproduce", "versions", "words",
)  # fmt: skip


class Page(HTMLParser):
    """A page taken apart: elements, attributes that load, ids, and the text of each section."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.events: list[str] = []
        self.sections: dict[str, str] = {}
        self._section = "header"
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)
        values = dict(attrs)
        self.loads += [v for name, v in values.items() if name in LOADING and v]
        self.events += [name for name in values if name.startswith("on")]
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "section":
            self._section = str(values["id"])

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self._open):
            self.sections[self._section] = self.sections.get(self._section, "") + data

    @property
    def text(self) -> str:
        return " ".join(self.sections.values())


def report(folder: RunFolder, record: RunRecord, lang: str = "en") -> tuple[str, Page]:
    text = write_report(folder, record, lang).read_text(encoding="utf-8")
    return text, Page(text)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_page_loads_nothing(tmp_path: Path, lang: str) -> None:
    text, page = report(*fake_run(tmp_path / "run-1"), lang)
    assert not {"iframe", "object", "embed", "base", "form", "video"} & set(page.tags)
    assert len(page.loads) > 40, "the pictures are there"
    assert all(value.startswith(("data:", "#")) for value in page.loads)
    assert not re.search(r"@import|https?://", text)
    assert all(target.startswith("#") for target in re.findall(r"url\(\s*['\"]?([^)]*)", text))
    assert not page.events
    assert "default-src 'none'" in text


def test_the_one_script_is_ours_and_the_policy_names_its_hash(tmp_path: Path) -> None:
    text, page = report(*fake_run(tmp_path / "run-1", classes=HOSTILE))
    assert page.tags.count("script") == 1
    written = text.split("<script>")[1].split("</script>")[0]
    assert written == script()
    digest = base64.b64encode(hashlib.sha256(written.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in html.unescape(text)
    assert not re.search(r"innerHTML|outerHTML|eval\(|document\.write|fetch\(|XMLHttp", written)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_question_is_answered_in_a_sentence(tmp_path: Path, lang: str) -> None:
    text, _ = report(*fake_run(tmp_path / "run-1", opened=True), lang)
    answers = re.findall(r'<p class="answer">(.*?)</p>', text, flags=re.DOTALL)
    assert len(answers) == len(QUESTIONS)
    for answer in answers:
        said = html.unescape(re.sub(r"<[^>]+>", "", answer)).strip()
        assert len(said) > 15 and said.endswith((".", "?")), said


def _answers(page: Page) -> dict[str, str]:
    return {key: " ".join(page.sections[key].split()) for key in QUESTIONS}


def test_answers_follow_the_facts(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    facts = read_json(folder.split_facts)
    counts = {"train": {"a": 100, "b": 90}, "valid": {"a": 20, "b": 20}}
    even = replace(record, data={**record.data, "counts": counts, "refused": 0})
    looked = {
        **facts,
        "notes": [],
        "proofs": [{"key": "split.proved.clusters", "values": {"count": 1}}],
    }
    write_json(folder.split_facts, looked)
    assert "Yes, as far as was checked" in _answers(report(folder, even)[1])["trust"]
    write_json(folder.split_facts, {**looked, "proofs": []})
    assert "nobody looked for near-duplicates" in _answers(report(folder, even)[1])["trust"]
    note = {"key": "split.note.copies", "values": {"count": 3, "of": 5}}
    write_json(folder.split_facts, {**looked, "notes": [note, "split.note.old"]})
    told = report(folder, even)[1]
    assert "3 sets of copies" in _answers(told)["trust"]
    assert "Keep copies together" in told.sections["steps"]
    write_json(folder.split_facts, looked)
    few = replace(even, data={**even.data, "counts": {"train": {"a": 400, "b": 19}}})
    assert "b has only 19 images" in _answers(report(folder, few)[1])["trust"]
    uneven = replace(even, data={**even.data, "counts": {"train": {"a": 400, "b": 40}}})
    assert "a has 10 times as many images as b" in _answers(report(folder, uneven)[1])["trust"]
    refused = replace(even, data={**even.data, "samples": 90, "refused": 10})
    assert "10 of 100 files" in _answers(report(folder, refused)[1])["trust"]


def test_the_worst_class_is_the_same_everywhere(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1", opened=True)
    _, page = report(folder, record)
    scored = read_json(folder.evaluation("test"))
    worst = min(scored["per_class"], key=lambda c: c["scores"]["f1"]["value"])
    assert worst["name"] in page.sections["header"].split("Worst class")[1][:60]
    assert worst["name"] in page.sections["fails"]
    first = page.sections["classes"].split("Images", 1)[1]
    assert first.strip().startswith(worst["name"]), "first in the table"


def test_a_score_no_better_than_the_largest_class_is_called_guessing(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    scored = read_json(folder.evaluation("valid"))
    largest = max(c["support"] for c in scored["per_class"]) / scored["n"]
    scored["metrics"]["accuracy"] |= {
        "value": largest,
        "low": largest - 0.05,
        "high": largest + 0.05,
    }
    write_json(folder.evaluation("valid"), scored)
    text, page = report(folder, record)
    assert "Hardly better than guessing" in page.sections["good"]
    assert '<span class="badge bad">' in text.split('id="good"')[1].split('id="scores"')[0]


def test_every_figure_and_table_has_a_caption_with_a_word_of_the_glossary(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1", opened=True)
    text, _ = report(folder, record)
    body = text.split("<main>")[1]
    for part in re.split(r'<section id="', body)[1:]:
        key = part.split('"')[0]
        drawn = '<div class="chart"' in part or "<table" in part or "<img" in part
        if drawn and key not in ("recipe", "versions", "reproduce"):
            assert 'class="caption"' in part, key
            assert 'class="word"' in part, key


def test_words_of_the_page_are_explained_on_it_and_no_others(tmp_path: Path) -> None:
    _, page = report(*fake_run(tmp_path / "run-1"))
    linked = {link for link in page.loads if link.startswith("#word-")}
    explained = {f"#{name}" for name in page.ids if name.startswith("word-")}
    assert len(linked) > 20
    assert linked == explained


def test_charts_carry_their_values_for_the_pointer(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    text, _ = report(folder, record)
    charts = [json.loads(html.unescape(d)) for d in re.findall(r'data-points="([^"]*)"', text)]
    losses = charts[0]
    history = read_json(folder.history)
    assert [line["name"] for line in losses] == ["Training", "Validation"]
    for line, key in zip(losses, ("train_loss", "valid_loss"), strict=True):
        assert [p[2] for p in line["points"]] == [f"Epoch {i + 1}" for i in range(len(history))]
        assert [p[3] for p in line["points"]] == [f"{row[key]:.3g}" for row in history]
    falling = [p[1] for p in losses[0]["points"]]
    assert falling[0] < falling[-1], "down the page as the loss falls"


def test_page_is_written_where_asked_and_is_the_same_again(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    first = write_report(folder, record, "en")
    assert first == folder.report
    second = write_report(folder, record, "en", tmp_path / "elsewhere" / "page.html")
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("folds", [1, 3])
def test_ids_are_unique(tmp_path: Path, folds: int) -> None:
    text, page = report(*fake_run(tmp_path / "run-1", folds=folds))
    assert len(page.ids) > len(SECTIONS)
    assert len(page.ids) == len(set(page.ids))
    used = re.findall(r"url\(#([^)]+)\)", text) + re.findall(r'href="#([^"]+)"', text)
    assert used
    assert set(used) <= set(page.ids)


def test_page_stays_small_with_many_classes(tmp_path: Path) -> None:
    names = tuple(f"species {i:03d}" for i in range(300))
    text, page = report(*fake_run(tmp_path / "run-1", classes=names, per_class=10))
    assert len(text.encode()) < 5_000_000
    assert "species 299" in page.sections["classes"]
    assert 'class="matrix' not in text
    assert "Most frequent confusions" in page.sections["confusion"]


@pytest.mark.parametrize(("classes", "drawn"), [(2, True), (25, True), (26, False)])
def test_matrix_gives_way_to_pairs(tmp_path: Path, classes: int, drawn: bool) -> None:
    names = tuple(f"c{i}" for i in range(classes))
    folder, record = fake_run(tmp_path / "run-1", classes=names)
    text, _ = report(folder, record)
    assert ('class="matrix' in text) is drawn
    if drawn:
        table = text[text.index('class="matrix') :].split("</table>")[0]
        shown = [int(n.replace(",", "")) for n in re.findall(r"<b>([\d,]+)</b>", table)]
        counts = read_json(folder.evaluation("valid"))["confusion"]
        assert shown == [n for row in counts for n in row]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_hostile_names_are_shown_as_they_are(tmp_path: Path, lang: str) -> None:
    folder, record = fake_run(tmp_path / "run-1", classes=HOSTILE)
    record = replace(record, name="<b onload=alert(3)>bold</b>", data=dict(record.data))
    record.data["source"] = "data/<svg onload=alert(4)>.zip"  # type: ignore[index]
    refused = [{"id": f"{name}/1.jpg", "reason": "decode.broken", "detail": ""} for name in HOSTILE]
    write_json(folder.refused, refused)
    text, page = report(folder, record, lang)
    for name in (*HOSTILE, record.name):
        assert name in page.text, "unchanged, NFD too"
        assert name in html.unescape(text)
    assert not {"b onload", "svg onload"} & set(page.tags)
    assert not page.events
    assert text.count("<script") == 1 and f"<script>{script()}</script>" in text, "our own"
    assert "<img src=x" not in text
    assert unicodedata.normalize("NFC", NFD) not in text


def test_names_that_are_no_text_do_not_stop_the_report(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    text, _ = report(folder, replace(record, data={**record.data, "source": "bad\udcff.zip"}))
    assert "bad\\udcff.zip" in text


def test_catalogue_is_complete_in_both_languages() -> None:
    assert len(MESSAGES) > 150
    for key, (english, korean) in MESSAGES.items():
        assert key.startswith("report.")
        assert english.strip() and korean.strip(), key
        fields = [set(re.findall(r"{(\w+)", text)) for text in (english, korean)]
        assert fields[0] == fields[1], key


def test_every_message_is_used_and_every_used_one_exists() -> None:
    root = Path(sys.modules["dojang.analysis.report"].__file__ or "").parent
    source = "\n".join(p.read_text() for p in root.rglob("*") if p.suffix in {".py", ".html"})
    written = set(re.findall(r"\"(report\.[a-z_0-9.]*[a-z_0-9])\"", source))
    stems = set(re.findall(r"\"(report\.[a-z_0-9.]*\.)(?:\"|\{)", source))
    assert len(written) > 100
    assert written - {"report.html", "report.css"} <= set(MESSAGES)
    unused = {k for k in MESSAGES if k not in written and not k.startswith(tuple(stems))}
    assert not unused


@pytest.mark.parametrize("opened", [False, True])
def test_korean_page_has_no_english_sentence(tmp_path: Path, opened: bool) -> None:
    _, page = report(*fake_run(tmp_path / "실행-1", folds=2, opened=opened, hangul=True), "ko")
    # The recipe is shown as it was written, with the comments of whoever wrote it.
    said = page.text.replace(page.sections["reproduce"], "")
    for english, korean in MESSAGES.values():
        words = re.sub(r"{[^}]*}", "\0", english).split("\0")
        for piece in (w.strip() for w in words):
            if len(piece.split()) > 2 and piece not in korean:
                assert piece not in said
    # Three English words in a row are a sentence that was forgotten.
    assert not re.findall(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b", said)


def test_language_is_that_of_the_page(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    for lang, title in (("en", "The learning curve"), ("ko", "학습 곡선")):
        text, page = report(folder, record, lang)
        assert f'<html lang="{lang}">' in text
        assert title in page.sections["curve"]


def test_sealed_test_part_is_announced_and_not_shown(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "clothing-1")
    write_json(folder.path / "gallery" / "test.json", None)
    _, page = report(folder, record)
    header = page.sections["header"]
    assert "still sealed" in header
    assert "dojang evaluate runs/clothing-1" in header
    assert "Accuracy · Validation" in header
    assert "Test" not in page.sections["data"]
    assert "Test" not in page.sections["scores"]


def test_opened_test_part_is_the_headline(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1", opened=True)
    _, page = report(folder, record)
    score = read_json(folder.evaluation("test"))["metrics"]["accuracy"]
    header = page.sections["header"]
    assert "still sealed" not in header
    assert "2026-03-15" in header
    with use_language("en"):
        assert percent(score["value"]) in header
        assert f"{percent(score['low'])} – {percent(score['high'])}" in header
    assert "cannot show" not in page.text, "there are mistakes"
    assert "Validation" in page.sections["scores"], "for comparison"
    assert "test_0" in page.sections["mistakes"]
    assert "Test" not in page.sections["data"], "labels of the test part feed no picture"


def test_opened_seal_is_never_called_whole(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    _, page = report(folder, replace(record, test_opened="2026-03-15T10:00:00"))
    assert "has been opened" in page.sections["header"]
    assert "still sealed" not in page.text


def test_run_without_test_part_says_so(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    facts = read_json(folder.split_facts)
    write_json(folder.split_facts, {**facts, "counts": {"train": 10, "valid": 5, "test": 0}})
    _, page = report(folder, record)
    assert "There is no test part" in page.sections["header"]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_bare_run_folder_still_makes_a_page(tmp_path: Path, lang: str) -> None:
    record = RunRecord(
        1, "run-1", "interrupted", "2026-03-14", "0.1.0", ("a", "b"), None, 1, {}, {}
    )
    _, page = report(RunFolder(tmp_path), record, lang)
    assert {*SECTIONS} - {"words"} < set(page.sections)
    assert "–" in page.sections["header"]
    assert "봉인" not in page.text and "sealed" not in page.text, "nothing is known of a test part"


@pytest.mark.parametrize(
    ("missing", "section", "said"),
    [
        ("history.json", "curve", "No epoch was finished"),
        ("layers.json", "model", "no table of layers"),
        ("split.json", "split", "no split"),
        ("recipe.yaml", "recipe", "holds no recipe"),
        ("evaluation/valid.json", "scores", "Not scored"),
        ("evaluation/valid.json", "confusion", "Not scored"),
        ("gallery/valid.json", "mistakes", "Not available"),
        ("gallery/contact.json", "data", "No pictures of the training part"),
        ("refused.json", "data", "does not name them"),
    ],
)
def test_missing_piece_is_named(tmp_path: Path, missing: str, section: str, said: str) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    (folder.path / missing).unlink()
    _, page = report(folder, record)
    assert said in page.sections[section]


def test_missing_overlay_is_said_beside_the_image(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    for overlay in (folder.path / "gallery").rglob("*-overlay.jpg"):
        overlay.unlink()
    _, page = report(folder, record)
    assert page.sections["mistakes"].count("no overlay") == 12


def test_broken_file_is_named(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    write_text(folder.history, "[{")
    with pytest.raises(RunError, match=r"history\.json"):
        write_report(folder, record, "en")


def test_folds_are_told_apart(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1", folds=5)
    _, page = report(folder, record)
    assert "Out-of-fold" in page.sections["header"]
    assert "5 folds" in page.sections["curve"]
    assert "Cross-validation" in page.sections["split"]
    assert "Cross-validation" in page.sections["data"]


def test_reasons_and_refusals_of_another_version_are_no_obstacle(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    broken = {"train.epochs": {"key": "auto.epochs", "values": {}}, "train.seed": "?"}
    _, page = report(folder, replace(record, reasons=broken))
    assert "nothing was chosen automatically" in page.sections["recipe"]
    assert "decode.of_the_future: 7 planes" in page.sections["data"]


def test_recipe_says_its_reasons(tmp_path: Path) -> None:
    _, page = report(*fake_run(tmp_path / "run-1"))
    assert "480 px" in page.sections["recipe"]
    assert "optimizer.weight_decay" in page.sections["recipe"]


def test_reproduction_lists_commands_seeds_and_hashes(tmp_path: Path) -> None:
    _, page = report(*fake_run(tmp_path / "run-1"))
    said = page.sections["reproduce"]
    for piece in ("dojang train recipe.yaml", "9f2c" * 16, "51b7" * 16, "label_smoothing"):
        assert piece in said
    assert "2.14.0" in page.sections["versions"]


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "/etc/hostname", "a\0b", "", None, 7, "link.jpg"]
)
def test_album_never_leaves_the_run_folder(tmp_path: Path, name: Any) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"\xff\xd8\xff secret")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    assert Album(tmp_path / "run").embed(name) is None


def test_album_keeps_its_budget_and_takes_pictures_only(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff" + b"0" * 300)
    (tmp_path / "b.jpg").write_bytes(b"<svg onload=alert(1)>")
    album = Album(tmp_path, budget=900)
    assert str(album.embed("a.jpg")).startswith("data:image/jpeg;base64,/9j/")
    assert album.embed("b.jpg") is None
    assert [album.embed("a.jpg") is None for _ in range(2)] == [False, True]
    assert album.left_out == 1


def epochs(valid: list[float], train: list[float]) -> list[EpochRecord]:
    rows, lowest = [], float("inf")
    for epoch, (v, t) in enumerate(zip(valid, train, strict=True)):
        rows.append(EpochRecord(0, epoch, epoch, 0.1, t, t, 0.5, v, 0.5, 1.0, 1.0, v < lowest))
        lowest = min(lowest, v)
    return rows


def test_losses_of_very_different_size_get_a_logarithmic_axis() -> None:
    steep = make_curve(epochs([9.0, 0.1, 0.01], [9.0, 0.1, 0.001]))
    flat = make_curve(epochs([2.0, 1.0, 0.5], [2.0, 1.0, 0.5]))
    assert steep is not None and steep.log
    assert flat is not None and not flat.log


def test_long_histories_stay_light() -> None:
    ramp = [float(i % 17) for i in range(50_000)]
    line = Line(ramp, ramp, accent=True)
    svg = draw(Panel("long", (310, 240), (line,)))
    assert svg.count(" L ") + svg.count("\nL ") <= MAX_POINTS + 50
    assert len(svg) < 60_000


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    code = (
        "import sys, matplotlib as m; before = m.rcParams.copy();"
        "from dojang.analysis.report.charts import Line, Panel, draw;"
        "draw(Panel('a', (310, 240), (Line([1, 2], [1, 2], True),)));"
        "assert m.rcParams.copy() == before; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


def test_importing_the_report_is_cheap() -> None:
    code = (
        "import sys, dojang.analysis.report; heavy = {'matplotlib', 'torch', 'jinja2', 'pandas'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


def test_importing_what_trains_leaves_out_what_few_runs_need() -> None:
    code = (
        "import sys, dojang.app.pipeline; heavy = {'torchvision', 'timm', 'torch._dynamo',"
        " 'scipy.stats', 'matplotlib', 'pandas'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


def test_numbers_are_written_as_the_language_does() -> None:
    with use_language("en"):
        assert percent(0.9423) == "94.2\u202f%"
        assert (percent(None), percent(float("nan"))) == ("–", "–")
        assert duration(3725) == "1 h 2 min"
        assert duration(0.25) == "0.2 s"
        assert short(1_234_567) == "1.23\u202fM"
    with use_language("ko"):
        assert percent(0.9423) == "94.2%"
        assert duration(754) == "12분 34초"


def test_unknown_messages_are_none() -> None:
    assert message("no.such.key") is None
    assert message("report.title", {}) is None
    assert message("", {}) is None


def test_fake_runs_are_what_they_say(tmp_path: Path) -> None:
    _, english = fake_run(tmp_path / "a")
    _, korean = fake_run(tmp_path / "b", hangul=True)
    assert english.classes == ENGLISH
    assert korean.classes == HANGUL
