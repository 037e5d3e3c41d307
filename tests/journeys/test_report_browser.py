"""The report in a real browser, as wide as a desk and as narrow as a phone."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from dojang.analysis.report import write_report
from dojang.analysis.report.inside import write_inside
from dojang.core.i18n import use_language
from dojang.core.store import read_json
from tests.chromium import require
from tests.fakes import fake_inside, fake_run

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>window.hit=1</script>",
    '"><img src=x onerror="window.hit=2">',
    "</style><svg onload=alert(3)>",
    unicodedata.normalize("NFD", "고양이"),
    "x" * 250,
    "مرحبا",
)
CASES: dict[str, dict[str, Any]] = {
    "sealed": {},
    "opened": {"opened": True, "hangul": True},
    "folds": {"folds": 3},
    "many": {"classes": tuple(f"class number {i}" for i in range(60)), "per_class": 12},
    "matrix": {"classes": tuple(f"긴 이름을 가진 클래스 {i}" for i in range(25)), "per_class": 12},
    "hostile": {"classes": HOSTILE},
}


@dataclass
class Seen:
    """What a browser met while it showed a page."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


def look(browser: Any, path: Path, width: int, scheme: str) -> Seen:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    seen = Seen(page)
    page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri(), wait_until="load")
    return seen


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("case", CASES)
def test_page_is_whole_at_every_width(browser: Any, tmp_path: Path, case: str, lang: str) -> None:
    path = write_report(*fake_run(tmp_path / case, **CASES[case]), lang)
    for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
        seen = look(browser, path, width, scheme)
        page = seen.page
        # Folded tables are part of the page too.
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert not seen.errors
        assert not seen.dialogs
        outside = [url for url in seen.requests if not url.startswith(("file:", "data:"))]
        assert not outside
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.evaluate("document.documentElement.lang") == lang
        assert page.locator("section h2:visible").count() == 7
        assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0 && i.alt)")
        page.close()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_of_the_inside_is_whole_too(browser: Any, tmp_path: Path, lang: str) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    with use_language(lang):
        inside = write_inside(folder, record, fake_inside(folder))
    report = write_report(folder, record, lang)
    for path, count in ((inside, 6), (report, 7)):
        for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
            seen = look(browser, path, width, scheme)
            assert not seen.errors
            assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
            assert seen.page.locator("section h2:visible").count() == count
            images = "[...document.images].every(i => i.naturalWidth > 0 && i.alt)"
            assert seen.page.evaluate(images)
            seen.page.close()
    page = look(browser, inside, 1280, "dark").page
    faint = page.evaluate(CONTRAST)
    assert faint["checked"] > 50 and not faint["faint"]
    page.close()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_hostile_names_are_text(browser: Any, tmp_path: Path, lang: str) -> None:
    path = write_report(*fake_run(tmp_path / "run-1", classes=HOSTILE), lang)
    seen = look(browser, path, 1280, "light")
    page = seen.page
    assert not seen.dialogs
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.scripts.length") == 1, "our own"
    assert page.evaluate("document.querySelectorAll('[onerror], [onload]').length") == 0
    shown = set(page.locator("#problem .name").all_text_contents())
    page.evaluate("document.querySelectorAll('.chart').forEach(c => c.focus())")
    assert page.evaluate("window.hit") is None
    assert set(HOSTILE) <= shown
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(browser: Any, tmp_path: Path, scheme: str) -> None:
    """Every piece of text has a contrast of 4.5 with what lies behind it."""
    path = write_report(*fake_run(tmp_path / "run-1", opened=True), "en")
    page = look(browser, path, 1280, scheme).page
    faint = page.evaluate(CONTRAST)
    assert faint["checked"] > 200
    assert not faint["faint"]
    page.close()


def test_print_shows_what_is_folded(browser: Any, tmp_path: Path) -> None:
    names = tuple(f"class number {i}" for i in range(60))
    path = write_report(*fake_run(tmp_path / "run-1", classes=names, per_class=8), "en")
    page = look(browser, path, 800, "light").page
    page.emulate_media(media="print")
    page.wait_for_timeout(100)
    last = page.locator("#data .balance").last
    assert last.bounding_box()["height"] > 200
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_axe_finds_nothing_serious(
    browser: Any, tmp_path: Path, lang: str, width: int, scheme: str
) -> None:
    path = write_report(*fake_run(tmp_path / "run-1", opened=True), lang)
    # axe is put into the page from outside, which the page's own policy would refuse.
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert serious(page) == []
    context.close()


def serious(page: Any) -> list[str]:
    """Return what axe-core calls serious or critical, with the first place where it is so."""
    found = Axe().run(page).response["violations"]
    return [
        f"{entry['id']}: {entry['nodes'][0]['html'][:200]}"
        for entry in found
        if entry["impact"] in ("serious", "critical")
    ]


def test_charts_answer_the_pointer_and_the_arrow_keys(browser: Any, tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    seen = look(browser, write_report(folder, record, "en"), 1280, "light")
    page = seen.page
    chart = page.locator("#curve .wide .chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 25, box["y"] + box["height"] / 2)
    history = read_json(folder.history)
    tip = chart.locator(".tip")
    assert tip.locator("b").text_content() == f"Epoch {len(history)}"
    values = tip.locator("em").all_text_contents()
    assert values == [f"{history[-1][key]:.3g}" for key in ("train_loss", "valid_loss")]
    place = tip.bounding_box()
    assert place["x"] >= box["x"] and place["x"] + place["width"] <= box["x"] + box["width"]
    page.mouse.move(0, 0)
    assert tip.count() == 0
    chart.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert chart.get_attribute("role") == "slider"
    said = chart.get_attribute("aria-valuetext")
    assert said == (
        f"Epoch 2: Training {history[1]['train_loss']:.3g}, "
        f"Validation {history[1]['valid_loss']:.3g}"
    )
    assert not seen.errors
    page.close()


def test_words_are_explained_where_they_stand_and_by_their_link(
    browser: Any, tmp_path: Path
) -> None:
    page = look(browser, write_report(*fake_run(tmp_path / "run-1"), "ko"), 1280, "light").page
    link = page.locator('#curve a.word[href="#word-overfitting"]')
    link.hover()
    tip = page.locator(".word-tip")
    assert tip.is_visible()
    assert tip.text_content() == page.locator("#word-overfitting .says").text_content()
    link.press("Enter")
    assert page.evaluate("location.hash") == "#word-overfitting"
    page.close()


def test_colours_may_be_chosen_and_folds_open_for_their_links(browser: Any, tmp_path: Path) -> None:
    path = write_report(*fake_run(tmp_path / "run-1"), "en")
    page = look(browser, path, 1280, "light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    button = page.get_by_role("button", name="Colours: system")
    button.click()
    button = page.get_by_role("button", name="Colours: light")
    assert page.evaluate(ground) == light
    button.click()
    assert page.get_by_role("button", name="Colours: dark").is_visible()
    assert page.evaluate(ground) != light
    page.goto(f"{path.as_uri()}#reproduce")
    assert page.locator("#reproduce .commands").is_visible()
    page.close()


def test_pictures_for_the_documents_are_made_by_a_script(tmp_path: Path) -> None:
    require()
    fake_run(tmp_path / "run-1")
    script = Path(__file__).parents[2] / "tools" / "report_pictures.py"
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run([sys.executable, script, tmp_path / "run-1", "--out", out], check=True)
    sizes = {path.name: Image.open(path).size for path in out.iterdir()}
    assert {name: width for name, (width, _) in sizes.items()} == {
        "report.png": 1280, "report-1280.png": 1280, "report-1280.ko.png": 1280,
        "report-390.png": 390, "report-390.ko.png": 390,
    }  # fmt: skip
    orange = np.array([217, 72, 15])
    marked = np.asarray(Image.open(out / "report-390.png").convert("RGB"))
    assert (abs(marked.astype(int) - orange).max(axis=2) < 8).sum() > 2_000


def test_page_prints_to_pdf(browser: Any, tmp_path: Path) -> None:
    page = look(browser, write_report(*fake_run(tmp_path / "run-1"), "ko"), 1280, "dark").page
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(pdf) > 50_000
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.locator(".theme").is_visible()
    page.close()


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const color = rgb(getComputedStyle(n).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const faint = []; let checked = 0;
  for (const node of document.body.querySelectorAll('*')) {
    const own = [...node.childNodes].some(c => c.nodeType === 3 && c.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest('.big.none')) continue;
    const style = getComputedStyle(node), svg = node.closest('svg');
    const a = light(rgb(svg ? style.fill : style.color)), b = light(behind(node));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    checked += 1;
    if (ratio < 4.5) faint.push([node.tagName, node.className, node.textContent, ratio]);
  }
  return {checked, faint};
}"""
