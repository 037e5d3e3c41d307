"""Draw the pictures of the report that the documents show: its first screen, with four marks.

A reader who sees a report for the first time looks for four things: how good the model is, how sure
that is, which class is worst, and what to do next. The marks show where each of them stands, on a
desk and on a phone, in both languages. Needs a finished run and Chromium:

    python tools/report_pictures.py runs/clothing-convnet-1
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTHS = (1280, 390)
LANGUAGES = ("en", "ko")

# What is marked, in the order in which a reader meets it.
MARKS = (
    "#glance .tile:nth-child(1)",
    "#glance .tile:nth-child(2)",
    "#glance .tile:nth-child(3)",
    "#glance .tile:nth-child(4)",
)

DRAW = """(marks) => {
  marks.forEach((selector, i) => {
    const at = document.querySelector(selector).getBoundingClientRect();
    const put = (style, text) => {
      const node = document.createElement('div');
      const base = {position: 'absolute', zIndex: 9, boxSizing: 'border-box'};
      Object.assign(node.style, base, style);
      node.textContent = text;
      document.body.append(node);
    };
    put({left: `${at.left + 3}px`, top: `${at.top + scrollY + 3}px`, width: `${at.width - 6}px`,
      height: `${at.height - 6}px`, border: '3px solid #d9480f', borderRadius: '10px'}, '');
    put({left: `${at.right - 40}px`, top: `${at.top + scrollY - 12}px`, width: '30px',
      height: '30px', borderRadius: '50%', background: '#d9480f', color: '#fff',
      font: '700 17px/30px sans-serif', textAlign: 'center'}, String(i + 1));
  });
  const last = document.querySelector('.hero').getBoundingClientRect();
  return last.bottom + scrollY;
}"""


def main() -> None:
    """Write one picture a width and language."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--out", type=Path, default=IMAGES, help="folder of the pictures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages = {lang: write(given.run, lang, Path(folder)) for lang in LANGUAGES}
        photograph(pages, given.out)


def write(run: Path, lang: str, folder: Path) -> Path:
    """Write the report of a run in a language."""
    from dojang.analysis.report import write_report
    from dojang.core.store import open_run_folder

    return write_report(*open_run_folder(run), lang, folder / f"{lang}.html")


def photograph(pages: dict[str, Path], out: Path) -> None:
    """Take the first screen of each page at each width, with the marks on it."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for lang, path in pages.items():
            for width in WIDTHS:
                name = f"report-{width}.png" if lang == "en" else f"report-{width}.{lang}.png"
                shoot(browser, path, width, out / name, MARKS)
        shoot(browser, pages["en"], 1280, out / "report.png", ())
        browser.close()


def shoot(browser: Any, path: Path, width: int, out: Path, marks: tuple[str, ...]) -> None:
    """One picture with marks, as high as the head of the page; without, a little higher."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
    page.goto(path.as_uri())
    bottom = page.evaluate(DRAW, list(marks)) + (0 if marks else 420)
    frame = {"x": 0, "y": 0, "width": width, "height": bottom}
    page.screenshot(path=out, clip=frame, full_page=True)
    page.close()


if __name__ == "__main__":
    main()
