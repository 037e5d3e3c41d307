"""The audit as a user types it: exit status, lines, JSON and the page; and leaks before training."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dojang.core.i18n import use_language
from shapes import QUICK, Dojang, draw_shapes
from tests.makers import make_csv

HOSTILE = "<script>alert(1)<∕script>"


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """Given parts; three training pictures are in the test part too, one file is broken."""
    root = draw_shapes(tmp_path / "photos", parts=True)
    for n, path in enumerate(sorted((root / "train/circle").iterdir())[:3]):
        shutil.copy(path, root / f"test/circle/copy{n}.png")
    (root / "train/circle/broken.png").write_bytes(b"no image")
    return root


def test_clean_data_pass(dojang: Dojang, photos: Path, tmp_path: Path) -> None:
    answer = dojang("audit", photos, "--out", tmp_path / "a.html")
    assert answer.code == 0
    assert "error" not in answer.out
    assert (tmp_path / "a.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_leak_is_an_error_and_can_be_allowed_by_name(
    dojang: Dojang, leaky: Path, tmp_path: Path
) -> None:
    answer = dojang("audit", leaky, "--out", tmp_path / "a.html")
    assert answer.code == 1
    assert "error  DATA005 Copies across parts" in answer.out
    assert dojang("audit", leaky, "--json", "--allow", "leak").code == 0
    wrong = dojang("audit", leaky, "--allow", "leek")
    assert wrong.code == 2
    assert "Did you mean leak" in wrong.err


def test_json_lists_findings_clusters_and_checks(dojang: Dojang, leaky: Path) -> None:
    answer = dojang("audit", leaky, "--json")
    assert answer.code == 1
    tree = answer.json
    leak = next(f for f in tree["findings"] if f["name"] == "leak")
    assert set(leak) == {"code", "name", "severity", "files", "evidence"}
    assert len(leak["evidence"]["pairs"]) == 3
    assert len(tree["clusters"]) >= 3
    assert len(tree["checks"]) == 19
    skipped = [c for c in tree["checks"] if c["status"] == "skipped"]
    assert skipped and all(c["reason"] for c in skipped)
    assert "broken.png" in json.dumps(tree["findings"])


def test_the_page_lands_beside_and_overwrites_nothing(
    dojang: Dojang, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dojang("audit", photos).code == 0
    first = (tmp_path / "photos-audit.html").read_bytes()
    with use_language("ko"):
        assert dojang("audit", photos).code == 0
    assert (tmp_path / "photos-audit.html").read_bytes() == first
    assert 'lang="ko"' in (tmp_path / "photos-audit-2.html").read_text("utf-8")
    again = dojang("audit", photos, "--out", "photos-audit.html")
    assert again.code == 2 and "photos-audit.html" in again.err


def test_data_that_cannot_be_trained_on_are_audited(dojang: Dojang, tmp_path: Path) -> None:
    root = draw_shapes(tmp_path / "photos", count=4)
    for path in sorted((root / "circle").iterdir())[1:]:
        path.unlink()
    answer = dojang("audit", root, "--json")
    tiny = next(f for f in answer.json["findings"] if f["name"] == "tiny-class")
    assert tiny["evidence"]["classes"]["circle"] == 1


def test_a_folder_of_broken_files_is_a_report_and_nothing_is_an_error(
    dojang: Dojang, tmp_path: Path
) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "bad" / name).mkdir(parents=True)
        (tmp_path / "bad" / name / "1.jpg").write_bytes(b"no")
    answer = dojang("audit", tmp_path / "bad", "--json")
    assert answer.code == 0
    assert answer.json["findings"][0]["name"] == "unreadable"
    assert dojang("audit", tmp_path / "nowhere").code == 2


def test_groups_of_a_table_are_checked(dojang: Dojang, tmp_path: Path) -> None:
    draw_shapes(tmp_path, count=8)
    files = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*.png"))
    parts = ["train", "test"] * len(files)
    rows = [
        (f.as_posix(), f.parts[0], f"p{n // 2}", part)
        for n, (f, part) in enumerate(zip(files, parts, strict=False))
    ]
    table = make_csv(tmp_path / "t.csv", rows, ("path", "label", "patient", "part"))
    answer = dojang("audit", table, "--group-col", "patient", "--json")
    assert answer.code == 1
    assert "group-leak" in [f["name"] for f in answer.json["findings"]]


# --- Before training --------------------------------------------------------------------------


def test_training_stops_at_a_leak_before_anything_is_written(
    dojang: Dojang, leaky: Path, tmp_path: Path
) -> None:
    answer = dojang("train", leaky, "--run", tmp_path / "run", *QUICK)
    assert answer.code == 2
    assert not (tmp_path / "run").exists()
    assert "copy0.png (test): same file" in answer.err
    assert "audit.leaks=drop" in answer.err
    unknown = dojang("train", leaky, "--set", "audit.allow=[leek]")
    assert unknown.code == 2 and "Did you mean leak" in unknown.err


@pytest.mark.parametrize("setting", ["audit.leaks=drop", "audit.allow=[leak]", "audit.allow=leak"])
def test_a_leak_is_mended_or_allowed_by_name(
    dojang: Dojang, leaky: Path, tmp_path: Path, setting: str
) -> None:
    run = tmp_path / "run"
    answer = dojang(
        "train", leaky, "--run", run, *QUICK, "--set", "train.epochs=1", "--set", setting
    )
    assert answer.code == 0
    refused = {r["id"]: r["reason"] for r in json.loads((run / "refused.json").read_text("utf-8"))}
    dropped = [i for i, reason in refused.items() if reason == "audit.dropped.copy"]
    assert len(dropped) == (3 if "drop" in setting else 0)
    assert all(i.startswith("train/") for i in dropped)


# --- The page ---------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page holds: tags, sources of pictures, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [v or "" for k, v in attrs if k in ("src", "href", "action")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_escapes_names_and_asks_for_nothing(
    dojang: Dojang, tmp_path: Path, lang: str
) -> None:
    root = draw_shapes(tmp_path / "photos", parts=True)
    hostile = root / "train" / HOSTILE
    hostile.mkdir()
    rng = np.random.default_rng(0)
    names = [
        '"><img src=x onerror=1>.png',
        f"{unicodedata.normalize('NFD', '고양이')}.png",
        "c.png",
    ]
    for name in names:
        Image.fromarray(rng.integers(0, 255, (20, 20, 3), dtype=np.uint8)).save(hostile / name)
    shutil.copy(hostile / names[0], root / "test/circle" / names[0])
    out = tmp_path / "a.html"
    with use_language(lang):
        assert dojang("audit", root, "--out", out).code == 1
    text = out.read_text("utf-8")
    page = Page(text)
    assert "script" not in page.tags
    assert names[0] in page.text and HOSTILE in page.text
    assert all(re.match(r"#|data:", source) for source in page.sources)
    assert len(text) < 5_000_000
    assert page.tags.count("img") >= 2
    assert ("audit.leaks=drop" in page.text) and ("DATA005" in page.text)


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_is_whole_at_every_width(
    browser: Any, dojang: Dojang, leaky: Path, tmp_path: Path, lang: str
) -> None:
    out = tmp_path / "a.html"
    with use_language(lang):
        assert dojang("audit", leaky, "--out", out).code == 1
    for width in (1280, 390, 320):
        page = browser.new_page(viewport={"width": width, "height": 900})
        errors: list[str] = []
        page.on("console", lambda m, e=errors: e.append(m.text) if m.type == "error" else None)
        page.goto(out.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0 && i.alt)")
        assert page.locator(".finding").count() >= 2
        assert not errors
        page.close()
