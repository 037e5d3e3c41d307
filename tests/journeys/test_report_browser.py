"""The report in a real browser, as wide as a desk and as narrow as a phone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dojang.analysis.report import write_report
from dojang.analysis.report.inside import write_inside
from dojang.core.i18n import use_language
from tests.chromium import FLAGS, require
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = require()
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


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
        assert page.locator("section h2:visible").count() == 16
        assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0 && i.alt)")
        page.close()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_of_the_inside_is_whole_too(browser: Any, tmp_path: Path, lang: str) -> None:
    folder, record = fake_run(tmp_path / "run-1")
    with use_language(lang):
        inside = write_inside(folder, record, fake_inside(folder))
    report = write_report(folder, record, lang)
    for path, count in ((inside, 5), (report, 16)):
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
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.querySelectorAll('[onerror], [onload]').length") == 0
    shown = set(page.locator("#problem .name").all_text_contents())
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
